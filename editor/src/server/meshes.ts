import type { MeshDocument } from "../mesh/mesh";
import type { Batch } from "./batches";
import { all } from "./pages";
import { ask, path, ROOT, withQuery } from "./request";
import type { components } from "./schema";

/** A version of an image's mesh: what lists show of it. */
export type Mesh = components["schemas"]["MeshOut"];
export type Order = components["schemas"]["OrderIn"];
export type BatchOrder = components["schemas"]["BatchIn"];
export type Edit = components["schemas"]["EditIn"];
export type Status = components["schemas"]["StatusOut"];
export type Comparison = components["schemas"]["ComparisonOut"];

export interface Download {
  readonly format: "spine" | "zip" | "mesh" | "png" | "svg";
  readonly spine_version?: string;
  readonly atlas?: boolean;
}

/** Of each image of a project the newest mesh that is there. */
export function newest(project: string): Promise<readonly Mesh[]> {
  return all(path`/projects/${project}/meshes`);
}

/** Of each image of a project the newest version, where that failed, or is not there yet. */
export function attempts(project: string): Promise<readonly Mesh[]> {
  return all(path`/projects/${project}/attempts`);
}

/** The versions of an image, the newest first. */
export function versions(image: string): Promise<readonly Mesh[]> {
  return all(path`/images/${image}/meshes`);
}

export function read(id: string): Promise<Mesh> {
  return ask("GET", path`/meshes/${id}`);
}

/** Asks for a new version; it is there once its status says so. */
export function generate(image: string, order: Order, key?: string): Promise<Mesh> {
  return ask("POST", path`/images/${image}/meshes`, { body: order, key });
}

/** Asks for new versions of some or all images of a project. */
export function generateBatch(project: string, order: BatchOrder, key?: string): Promise<Batch> {
  return ask("POST", path`/projects/${project}/batches`, { body: order, key });
}

export function status(id: string): Promise<Status> {
  return ask("GET", path`/meshes/${id}/status`);
}

export function cancel(id: string): Promise<Status> {
  return ask("POST", path`/meshes/${id}/cancel`);
}

/** Has made once more what failed or was cancelled. */
export function retry(id: string): Promise<Status> {
  return ask("POST", path`/meshes/${id}/retry`);
}

/** Meshes an image and keeps nothing; a newer one ends this with SUPERSEDED. */
export function preview(image: string, order: Order, signal?: AbortSignal): Promise<MeshDocument> {
  return ask("POST", path`/images/${image}/preview`, { body: order, signal });
}

/** The mesh itself, which never changes; a browser asks for it once. */
export function geometry(id: string, signal?: AbortSignal): Promise<MeshDocument> {
  return ask("GET", path`/meshes/${id}/geometry`, { signal });
}

/** Keeps a version with these vertices; Refused with EDIT_REFUSED where no mesh can have them. */
export function edit(id: string, wanted: Edit, key?: string): Promise<Mesh> {
  return ask("POST", path`/meshes/${id}/edit`, { body: wanted, key });
}

/** Keeps a version that is like this one. */
export function restore(id: string, key?: string): Promise<Mesh> {
  return ask("POST", path`/meshes/${id}/restore`, { key });
}

/** Has batches pass over its image, or not. */
export function lock(id: string, locked: boolean): Promise<Mesh> {
  return ask("PATCH", path`/meshes/${id}`, { body: { locked } });
}

export function remove(id: string): Promise<void> {
  return ask("DELETE", path`/meshes/${id}`);
}

export function compare(before: string, after: string): Promise<Comparison> {
  return ask("GET", path`/meshes/${before}/compare/${after}`);
}

/** Where a version is to be had as a file. */
export function downloadUrl(id: string, wanted: Download): string {
  return ROOT + withQuery(path`/meshes/${id}/download`, { ...wanted });
}

/** Where the newest meshes of a project are to be had in one file. */
export function projectDownloadUrl(
  project: string,
  wanted: Download & { readonly format: "spine" | "zip" },
): string {
  return ROOT + withQuery(path`/projects/${project}/download`, { ...wanted });
}
