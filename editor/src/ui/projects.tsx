import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Upload } from "../server/images";
import * as projects from "../server/projects";
import { Confirm } from "./confirm";
import { DropArea } from "./drop";
import { Menu } from "./menu";
import { bring } from "./parcel";
import { go } from "./place";
import { ROLES } from "./roles";
import { Samples } from "./samples";
import { attempt } from "./trouble";
import { say } from "./words";

/** One's projects, in use or in the archive; art that is dropped here begins a new one. */
export function Projects() {
  const found = useSignal<readonly projects.Project[] | null>(null);
  const isArchive = useSignal(false);
  const read = async () => {
    const archived = isArchive.value;
    const all = await projects.list(archived);
    if (isArchive.value === archived) found.value = all;
  };
  useEffect(() => void attempt(read), [isArchive.value]);

  const create = (name: string, files: readonly Upload[] = []) =>
    attempt(async () => {
      const { id } = await projects.create(name);
      bring(id, files);
      go({ name: "project", id });
    });

  return (
    <DropArea onFiles={(files) => void create(say("project.first"), files)} hint={say("drop.now")}>
      <header class="bar">
        <h1>SpineLift</h1>
        <span class="grow" />
        <Menu />
      </header>
      <main class="projects">
        <div class="row">
          <h2 class="grow">{say("projects")}</h2>
          <button
            type="button"
            aria-pressed={isArchive.value}
            onClick={() => {
              found.value = null;
              isArchive.value = !isArchive.value;
            }}
          >
            {say("project.archived")}
          </button>
        </div>
        {!isArchive.value && (
          <form
            class="row"
            onSubmit={(event) => {
              event.preventDefault();
              void create(String(new FormData(event.currentTarget).get("name")));
            }}
          >
            <input
              name="name"
              aria-label={say("project.name")}
              placeholder={say("project.name")}
              maxLength={200}
              required
            />
            <button type="submit">{say("project.new")}</button>
          </form>
        )}
        {found.value?.length === 0 && isArchive.value && <p>{say("project.none-archived")}</p>}
        {found.value?.length === 0 && !isArchive.value && (
          <>
            <p>{say("project.none")}</p>
            <Samples onFiles={(files) => void create(say("project.first"), files)} />
          </>
        )}
        <ul>
          {found.value?.map((project) => (
            <li key={project.id} class="row">
              <a class="grow" href={`#/project/${project.id}`}>
                {project.name}
              </a>
              {project.role === "owner" ? (
                <Own project={project} onChange={read} />
              ) : (
                <span class="dim">{say(ROLES[project.role])}</span>
              )}
            </li>
          ))}
        </ul>
      </main>
    </DropArea>
  );
}

interface OwnProps {
  readonly project: projects.Project;
  readonly onChange: () => Promise<void>;
}

/** What the owner of a project can do with it as a whole. */
function Own({ project, onChange }: OwnProps) {
  const { id, name, archived_at } = project;
  const change = (work: () => Promise<unknown>) =>
    attempt(async () => {
      await work();
      await onChange();
    });
  const isArchived = archived_at !== null;
  return (
    <details class="menu">
      <summary aria-label={say("project.more", { name })}>⋯</summary>
      <div class="sheet">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const wanted = String(new FormData(event.currentTarget).get("name"));
            void change(() => projects.rename(id, wanted));
          }}
        >
          <label>
            {say("project.name")}
            <input name="name" defaultValue={name} maxLength={200} required />
          </label>
          <button type="submit">{say("project.rename")}</button>
        </form>
        <button type="button" onClick={() => void change(() => projects.archive(id, !isArchived))}>
          {say(isArchived ? "project.restore" : "project.archive")}
        </button>
        <Confirm
          label={say("project.remove")}
          question={say("project.remove-question", { name })}
          onYes={() => void change(() => projects.remove(id))}
        />
      </div>
    </details>
  );
}
