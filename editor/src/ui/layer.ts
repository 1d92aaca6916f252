import type * as images from "../server/images";
import type * as meshes from "../server/meshes";

/** An image of the project, and the newest version of its mesh. */
export interface Layer {
  readonly image: images.Image;
  readonly mesh: meshes.Mesh | null;
  readonly work: Work | null;
}

/** How far what is being made of it is, or why it was not made. */
export interface Work {
  readonly mesh: string;
  readonly batch: string | null;
  readonly status: meshes.Mesh["status"];
  readonly progress: number;
  readonly error: string | null;
}

/** Whether somebody should look at it: it failed, its art was replaced, or it warns of something. */
export function wantsALook({ mesh, work }: Layer): boolean {
  return work?.status === "failed" || (mesh !== null && (mesh.stale || mesh.warnings.length > 0));
}

/** Whether it waits or is being made. */
export function isUnderWay(work: Work | null): work is Work {
  return work?.status === "queued" || work?.status === "processing";
}

/** Vertices of all islands; null before there is a mesh. */
export function verticesOf(mesh: meshes.Mesh | null): number | null {
  return mesh?.parts?.reduce((sum, part) => sum + part.vertices, 0) ?? null;
}
