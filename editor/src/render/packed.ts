/** All parts in one set of arrays: 300 layers are drawn by as many calls as one. */

import { flat, type Part, wires } from "../mesh/mesh";

export interface Packed {
  /** x y x y of all parts, one after another, in pixels of the art. */
  readonly positions: Float32Array;
  /** Three indices a triangle. */
  readonly triangles: Uint32Array;
  /** Three numbers a wire: its two ends, and 1 where it is of the outline, else 0. */
  readonly wires: Uint32Array;
  /** 1 for a vertex of the outline, else 0. */
  readonly hull: Uint8Array;
  /** Of each part, the index of its first vertex. */
  readonly firsts: readonly number[];
  /** The usual length of a wire, in pixels of the art: dense meshes are drawn more finely. */
  readonly spacing: number;
}

export function packed(parts: readonly Part[]): Packed {
  const firsts: number[] = [];
  let vertices = 0;
  let corners = 0;
  for (const part of parts) {
    firsts.push(vertices);
    vertices += part.vertices.length;
    corners += 3 * part.triangles.length;
  }
  const positions = new Float32Array(2 * vertices);
  const triangles = new Uint32Array(corners);
  const hull = new Uint8Array(vertices);
  const ends = parts.map(wires);
  const wired = new Uint32Array(ends.reduce((all, one) => all + one.length, 0) * 1.5);
  let corner = 0;
  let wire = 0;
  let walked = 0;
  parts.forEach((part, index) => {
    const first = firsts[index] ?? 0;
    positions.set(flat(part.vertices), 2 * first);
    hull.fill(1, first, first + part.hull);
    for (const triangle of part.triangles) {
      for (const vertex of triangle) triangles[corner++] = first + vertex;
    }
    const pairs = ends[index] ?? new Uint32Array();
    for (let pair = 0; pair < pairs.length; pair += 2) {
      const a = pairs[pair] ?? 0;
      const b = pairs[pair + 1] ?? 0;
      const isHull = b < part.hull && (b - a === 1 || b - a === part.hull - 1);
      wired[wire++] = first + a;
      wired[wire++] = first + b;
      wired[wire++] = isHull ? 1 : 0;
      walked += lengthOf(part, a, b);
    }
  });
  const spacing = walked / Math.max(wired.length / 3, 1);
  return { positions, triangles, wires: wired, hull, firsts, spacing };
}

function lengthOf({ vertices }: Part, a: number, b: number): number {
  const [ax, ay] = vertices[a] ?? [0, 0];
  const [bx, by] = vertices[b] ?? [0, 0];
  return Math.hypot(bx - ax, by - ay);
}
