import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as audit from "../server/audit";
import { changesOf, deedOf, subjectOf, withMore } from "./deeds";
import { Dialog } from "./dialog";
import type { Project } from "./project";
import { beginningOf, timeOf, today } from "./times";
import { attempt } from "./trouble";
import { type Key, say } from "./words";

/** How actions begin. */
const KINDS: Record<string, Key> = {
  "image.": "audit.images",
  "mesh.": "audit.meshes",
  "batch.": "audit.batches",
  "preset.": "audit.presets",
  "member.": "members",
  "project.": "project",
};
const AT_ONCE = 50;

interface Props {
  readonly project: Project;
  readonly onClose: () => void;
}

/** What was done in a project, the newest first. */
export function Audit({ project, onClose }: Props) {
  const filter = useSignal<audit.EntryFilter>({ project_id: project.id });
  const found = useSignal<readonly audit.Entry[]>([]);
  const count = useSignal<number | null>(null);
  /** How many were read, known ones among them. */
  const offset = useSignal(0);
  const read = (from: number) =>
    attempt(async () => {
      const wanted = filter.value;
      const page = await audit.read(wanted, from, AT_ONCE);
      // Another filter was chosen meanwhile.
      if (filter.value !== wanted) return;
      found.value = from === 0 ? page.items : withMore(found.value, page.items);
      offset.value = from + page.items.length;
      count.value = page.count;
    });
  useEffect(() => void read(0), [filter.value]);

  const { subject } = filter.value;
  const only = found.value.find((entry) => entry.subject === subject);
  return (
    <Dialog title={say("audit")} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => event.preventDefault()}
        onChange={(event) => {
          const written = filterOf(new FormData(event.currentTarget));
          filter.value = { ...written, project_id: project.id, ...(subject && { subject }) };
        }}
      >
        <label>
          {say("audit.what")}
          <select name="action">
            <option value="">{say("audit.all")}</option>
            {Object.entries(KINDS).map(([action, key]) => (
              <option key={action} value={action}>
                {say(key)}
              </option>
            ))}
          </select>
        </label>
        <label class="grow">
          {say("audit.who")}
          <input name="actor" type="search" maxLength={200} />
        </label>
        <label>
          {say("audit.since")}
          <input name="since" type="date" max={today()} />
        </label>
        <label>
          {say("audit.until")}
          <input name="until" type="date" max={today()} />
        </label>
      </form>
      <div class="row">
        {subject && (
          <button
            type="button"
            aria-pressed
            onClick={() => {
              const { subject: _, ...others } = filter.value;
              filter.value = others;
            }}
          >
            {say("audit.only", { name: only ? subjectOf(only, project.layers.all.value) : "" })}
          </button>
        )}
        <span class="grow" />
        <a href={audit.exportUrl(filter.value)} download>
          {say("audit.export")}
        </a>
      </div>
      {count.value === 0 && <p>{say("audit.none")}</p>}
      <ol class="entries audit">
        {found.value.map((entry) => (
          <li key={entry.sequence}>
            <time class="dim" dateTime={entry.at}>
              {timeOf(entry.at)}
            </time>
            <span>{entry.actor}</span>
            <strong>{deedOf(entry)}</strong>
            <button
              type="button"
              class="link"
              onClick={() => {
                filter.value = { ...filter.value, subject: entry.subject };
              }}
            >
              {subjectOf(entry, project.layers.all.value)}
            </button>
            <Values entry={entry} />
          </li>
        ))}
      </ol>
      {count.value !== null && offset.value < count.value && (
        <button type="button" onClick={() => void read(offset.value)}>
          {say("audit.more")}
        </button>
      )}
    </Dialog>
  );
}

/** From where it was done, and what it has changed. */
function Values({ entry }: { readonly entry: audit.Entry }) {
  const lines = [
    ...(entry.address === null ? [] : [say("audit.from", { address: entry.address })]),
    ...changesOf(entry),
  ];
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>{say("audit.details")}</summary>
      <pre>{lines.join("\n")}</pre>
    </details>
  );
}

function filterOf(data: FormData): audit.EntryFilter {
  const text = (name: string) => String(data.get(name));
  return {
    ...(text("action") && { action: text("action") }),
    ...(text("actor") && { actor: text("actor") }),
    ...(text("since") && { since: beginningOf(text("since")) }),
    ...(text("until") && { until: beginningOf(text("until"), 1) }),
  };
}
