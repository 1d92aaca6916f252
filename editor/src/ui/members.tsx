import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as projects from "../server/projects";
import { Confirm } from "./confirm";
import { Dialog } from "./dialog";
import { go } from "./place";
import type { Project } from "./project";
import { ROLES } from "./roles";
import { account } from "./session";
import { attempt } from "./trouble";
import { say } from "./words";

interface Props {
  readonly project: Project;
  readonly onClose: () => void;
}

/** Who is in a project; its owners say who, others may leave. */
export function Members({ project, onClose }: Props) {
  const found = useSignal<readonly projects.Member[]>([]);
  const isOwner = project.role.value === "owner";
  const me = account.value === "unknown" ? null : account.value;
  const read = async () => {
    found.value = await projects.members(project.id);
  };
  useEffect(() => void attempt(read), []);

  const add = (form: HTMLFormElement) =>
    attempt(async () => {
      const data = new FormData(form);
      const email = String(data.get("email"));
      await projects.addMember(project.id, email, data.get("role") as projects.Role);
      // What was written meanwhile stays.
      if (new FormData(form).get("email") === email) form.reset();
      await read();
    });
  const change = async (user: string, role: projects.Role) => {
    const isDone = await attempt(async () => {
      await projects.changeMember(project.id, user, role);
      if (user === me?.id) project.role.value = role;
      await read();
    });
    // What was refused is shown as it was.
    if (!isDone) found.value = [...found.value];
  };
  const remove = (user: string) =>
    attempt(async () => {
      await projects.removeMember(project.id, user);
      if (user === me?.id) go({ name: "projects" });
      else await read();
    });
  return (
    <Dialog title={say("members")} onClose={onClose}>
      {isOwner ? (
        <form
          class="fields"
          onSubmit={(event) => {
            event.preventDefault();
            void add(event.currentTarget);
          }}
        >
          <label class="grow">
            {say("account.email")}
            <input name="email" type="email" autocomplete="off" required />
          </label>
          <label>
            {say("role")}
            <select name="role">
              <RoleOptions />
            </select>
          </label>
          <button type="submit">{say("members.add")}</button>
        </form>
      ) : (
        <p class="dim">{say("members.owners")}</p>
      )}
      <ul class="entries">
        {found.value.map(({ user_id, email, role }) => {
          const isMe = user_id === me?.id;
          return (
            <li key={user_id}>
              <span class="grow">
                {email} {isMe && <span class="dim">{say("members.you")}</span>}
              </span>
              {isOwner ? (
                <select
                  aria-label={say("members.role", { email })}
                  value={role}
                  onChange={(event) =>
                    void change(user_id, event.currentTarget.value as projects.Role)
                  }
                >
                  <RoleOptions />
                </select>
              ) : (
                <span>{say(ROLES[role])}</span>
              )}
              {isMe ? (
                <Confirm
                  label={say("members.leave")}
                  question={say("members.leave-question", { project: project.name.value })}
                  onYes={() => void remove(user_id)}
                />
              ) : (
                isOwner && (
                  <Confirm
                    label={say("members.remove")}
                    name={say("members.remove-one", { email })}
                    question={say("members.remove-question", {
                      email,
                      project: project.name.value,
                    })}
                    onYes={() => void remove(user_id)}
                  />
                )
              )}
            </li>
          );
        })}
      </ul>
      <dl class="keys">
        <div>
          <dt>{say("role.viewer")}</dt>
          <dd>{say("role.viewer-may")}</dd>
        </div>
        <div>
          <dt>{say("role.editor")}</dt>
          <dd>{say("role.editor-may")}</dd>
        </div>
        <div>
          <dt>{say("role.owner")}</dt>
          <dd>{say("role.owner-may")}</dd>
        </div>
      </dl>
    </Dialog>
  );
}

function RoleOptions() {
  return Object.entries(ROLES).map(([role, key]) => (
    <option key={role} value={role}>
      {say(key)}
    </option>
  ));
}
