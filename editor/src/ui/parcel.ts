import type { Upload } from "../server/images";

/** Files that were dropped before their project was open. */
const waiting = new Map<string, readonly Upload[]>();

export function bring(project: string, files: readonly Upload[]): void {
  if (files.length > 0) waiting.set(project, files);
}

/** What was brought for the project; once. */
export function collect(project: string): readonly Upload[] {
  const files = waiting.get(project) ?? [];
  waiting.delete(project);
  return files;
}
