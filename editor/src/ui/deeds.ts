import type { Entry } from "../server/audit";
import type { Layer } from "./layer";
import { isKey, say } from "./words";

/** What was done, in words; as the API says it where the page has none for it. */
export function deedOf({ action }: Entry): string {
  const key = `audit.did.${action}`;
  return isKey(key) ? say(key) : action;
}

/** What it was done to: by its name, where that is known, else by how its id begins. */
export function subjectOf(entry: Entry, layers: readonly Layer[]): string {
  const { subject, before, after } = entry;
  const [kind, id = ""] = subject.split("/", 2);
  const values = { ...before, ...after };
  const said = kind === "user" ? values.email : values.name;
  if (typeof said === "string") return said;
  const layer = layers.find(({ image, mesh }) => image.id === id || mesh?.id === id);
  return layer?.image.name ?? `${kind} ${id.slice(0, 8)}`;
}

/** Each value that was changed, in a line: what it was, and what it has become. */
export function changesOf({ before, after }: Entry): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.map((name) => {
    const values = [before, after].flatMap((all) => (name in all ? [textOf(all[name])] : []));
    return `${name}: ${values.join(" → ")}`;
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The entries and those that follow; what came in since has moved some that are known to there. */
export function withMore(known: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  const sequences = new Set(known.map(({ sequence }) => sequence));
  return [...known, ...more.filter(({ sequence }) => !sequences.has(sequence))];
}
