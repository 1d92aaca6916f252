/** A mesh as the server answers it: preview, geometry and download with `format=mesh`. */

export type Vertex = readonly [x: number, y: number];
export type Triangle = readonly [a: number, b: number, c: number];
export type Edge = readonly [a: number, b: number];

/** One mesh of an image; there are several where its islands are split. */
export interface Part {
  /** In pixels of the art, y down; the first `hull` walk the outline. */
  readonly vertices: readonly Vertex[];
  readonly triangles: readonly Triangle[];
  readonly hull: number;
  readonly quality: Readonly<Record<string, number>>;
}

export interface MeshDocument extends Part {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Those of the outline and chosen ones; `wires` has all. */
  readonly edges: readonly Edge[];
  readonly others: readonly Part[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  readonly milliseconds: number;
}

/** All meshes of an image, the largest first. */
export function parts(document: MeshDocument): readonly Part[] {
  return [document, ...document.others];
}

/** Of all meshes of an image together. */
export function counts(document: MeshDocument): Record<"vertices" | "hull" | "triangles", number> {
  const total = { vertices: 0, hull: 0, triangles: 0 };
  for (const part of parts(document)) {
    total.vertices += part.vertices.length;
    total.hull += part.hull;
    total.triangles += part.triangles.length;
  }
  return total;
}

/** How many pixels that a mesh should cover are outside, and how many islands were left out. */
export function outside(document: MeshDocument): Record<"pixels" | "islands", number> {
  return {
    pixels: parts(document).reduce((sum, { quality }) => sum + (quality.uncovered_pixels ?? 0), 0),
    // Each part has the count of the whole image.
    islands: document.quality.islands_dropped ?? 0,
  };
}

/** Coordinates one after another, x y x y, as the renderer and the springs want them. */
export function flat(vertices: readonly Vertex[]): Float32Array {
  const coordinates = new Float32Array(vertices.length * 2);
  vertices.forEach(([x, y], index) => {
    coordinates[2 * index] = x;
    coordinates[2 * index + 1] = y;
  });
  return coordinates;
}

/** A vertex that is dragged keeps the triangles: their wires are looked for once. */
const known = new WeakMap<readonly Triangle[], Uint32Array>();

/** Every edge of the triangles once, as pairs of indices, the smaller first; not to be changed. */
export function wires({ triangles, vertices }: Pick<Part, "vertices" | "triangles">): Uint32Array {
  const found = known.get(triangles) ?? uniqueEdges(triangles, vertices.length);
  known.set(triangles, found);
  return found;
}

function uniqueEdges(triangles: readonly Triangle[], count: number): Uint32Array {
  const seen = new Set<number>();
  for (const [a, b, c] of triangles) {
    // One number an edge: exact up to 2^53, which is far more vertices than a mesh has.
    seen.add(Math.min(a, b) * count + Math.max(a, b));
    seen.add(Math.min(b, c) * count + Math.max(b, c));
    seen.add(Math.min(c, a) * count + Math.max(c, a));
  }
  const pairs = new Uint32Array(seen.size * 2);
  let next = 0;
  for (const edge of seen) {
    pairs[next++] = Math.floor(edge / count);
    pairs[next++] = edge % count;
  }
  return pairs;
}
