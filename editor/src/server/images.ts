import { all } from "./pages";
import { ask, path, Refused, withQuery } from "./request";
import type { components } from "./schema";

export type Image = components["schemas"]["ImageOut"];
export type Refusal = components["schemas"]["RefusedOut"];

/** Of one request, so that each ends soon, and what has come is not lost with what comes next. */
const MOST_FILES = 20;
const MOST_BYTES = 50_000_000;

/** A file to send: an image, or a zip of some. */
export interface Upload {
  readonly content: Blob;
  /** With its folders, which become part of the image's name, and its extension. */
  readonly name: string;
}

/** What has become of the files that were sent. */
export interface Added {
  readonly images: readonly Image[];
  readonly refused: readonly Refusal[];
}

export interface Progress extends Added {
  /** Files, the first of those that were given, and bytes. */
  readonly files: number;
  readonly bytes: number;
  readonly ofBytes: number;
}

export interface UploadOptions {
  /** Told after each part, with what has become of that part. */
  readonly onProgress?: (progress: Progress) => void;
  /** Whether images that have the same name are to have the new bytes. */
  readonly replace?: boolean;
  readonly signal?: AbortSignal;
}

/** The images of a project, the oldest first. */
export function list(project: string): Promise<readonly Image[]> {
  return all(path`/projects/${project}/images`);
}

/**
 * Sends files part by part. What the server refuses of them is in the answer; a part that does not
 * arrive rejects, and those before it are there, as `onProgress` was told.
 */
export async function upload(
  project: string,
  uploads: readonly Upload[],
  { onProgress, replace = false, signal }: UploadOptions = {},
): Promise<Added> {
  const images: Image[] = [];
  const refused: Refusal[] = [];
  const ofBytes = sizeOf(uploads);
  let files = 0;
  let bytes = 0;
  for (const part of parts(uploads)) {
    const added = await send(project, part, replace, signal);
    images.push(...added.images);
    refused.push(...added.refused);
    files += part.length;
    bytes += sizeOf(part);
    onProgress?.({ ...added, files, bytes, ofBytes });
  }
  return { images, refused };
}

export function rename(id: string, name: string): Promise<Image> {
  return ask("PATCH", path`/images/${id}`, { body: { name } });
}

/** Deletes images of a project with their meshes, all or none. */
export async function remove(project: string, ids: readonly string[]): Promise<void> {
  await ask("POST", path`/projects/${project}/images/delete`, { body: { ids } });
}

/** Gives an image other bytes; its meshes stay, and are stale. */
export function replaceContent(id: string, content: Blob): Promise<Image> {
  return ask("PUT", path`/images/${id}/content`, { form: content });
}

/** The files in their order, in parts that one request holds; one file alone may be larger. */
export function parts(uploads: readonly Upload[]): readonly (readonly Upload[])[] {
  const found: Upload[][] = [];
  let last: Upload[] = [];
  for (const one of uploads) {
    const isFull = last.length === MOST_FILES || sizeOf(last) + one.content.size > MOST_BYTES;
    if (last.length === 0 || isFull) {
      last = [];
      found.push(last);
    }
    last.push(one);
  }
  return found;
}

async function send(
  project: string,
  part: readonly Upload[],
  replace: boolean,
  signal: AbortSignal | undefined,
): Promise<Added> {
  const form = new FormData();
  for (const { content, name } of part) {
    form.append("files", content, name);
    // A form has the names of its files without their folders.
    form.append("paths", name);
  }
  try {
    const place = withQuery(path`/projects/${project}/images`, { replace });
    return await ask<Added>("POST", place, { form, signal });
  } catch (error) {
    // All of the part was refused.
    if (!(error instanceof Refused) || (error.status !== 413 && error.status !== 422)) throw error;
    return { images: [], refused: refusalsOf(error, part) };
  }
}

function refusalsOf(error: Refused, part: readonly Upload[]): readonly Refusal[] {
  const said = error.details.refused;
  if (Array.isArray(said)) return said as Refusal[];
  const { code, message } = error;
  return part.map(({ name }) => ({ name, error: { code, message } }));
}

function sizeOf(uploads: readonly Upload[]): number {
  return uploads.reduce((sum, { content }) => sum + content.size, 0);
}
