import { all } from "./pages";
import { ask, path } from "./request";
import type { components } from "./schema";

export type Batch = components["schemas"]["BatchOut"];

/** The batches of a project, the newest first. */
export function list(project: string): Promise<readonly Batch[]> {
  return all(path`/projects/${project}/batches`);
}

export function read(id: string): Promise<Batch> {
  return ask("GET", path`/batches/${id}`);
}

/** The versions of a batch that failed or were cancelled, each with why. */
export function fallen(
  id: string,
  status: "failed" | "cancelled",
): Promise<readonly components["schemas"]["MeshOut"][]> {
  return all(path`/batches/${id}/meshes`, { status });
}

/** Cancels what is unfinished. */
export function cancel(id: string): Promise<Batch> {
  return ask("POST", path`/batches/${id}/cancel`);
}

/** Has made once more what failed or was cancelled; says how many those are. */
export async function retry(id: string): Promise<number> {
  const { retried } = await ask<components["schemas"]["RetriedOut"]>(
    "POST",
    path`/batches/${id}/retry`,
  );
  return retried;
}
