import { type Page, page } from "./pages";
import { ROOT, withQuery } from "./request";
import type { components } from "./schema";

export type Entry = components["schemas"]["EntryOut"];

/** Which entries are wanted; without any of these, all that one may see. */
export interface EntryFilter {
  readonly project_id?: string;
  /** How it begins: `mesh`, or `mesh.completed`. */
  readonly action?: string;
  /** A part of who it was. */
  readonly actor?: string;
  readonly subject?: string;
  /** Times, ISO 8601 with their zone. */
  readonly since?: string;
  readonly until?: string;
}

/** Entries from `offset` on, the newest first; there may be more than anybody wants to read. */
export function read(filter: EntryFilter, offset: number, limit: number): Promise<Page<Entry>> {
  return page("/audit", { ...filter, offset, limit });
}

/** Where the same entries are to be had as JSON lines. */
export function exportUrl(filter: EntryFilter): string {
  return ROOT + withQuery("/audit/export", { ...filter });
}
