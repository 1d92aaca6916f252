import type { Upload } from "../server/images";

/** Art that is on its way to the server, which the browser can show already. */
export interface Coming {
  /** Among all that is on its way. */
  readonly place: number;
  readonly name: string;
  readonly url: string;
}

/** What of it is pictures. Their URLs have to be revoked. */
export function comingOf(files: readonly Upload[]): readonly Coming[] {
  return files.flatMap(({ name, content }, place) =>
    isPicture(content) ? [{ place, name, url: URL.createObjectURL(content) }] : [],
  );
}

/** As its name says. SVG may hold scripts, and is never shown. */
function isPicture({ type }: Blob): boolean {
  return type.startsWith("image/") && !type.includes("svg");
}
