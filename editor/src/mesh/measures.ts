/** What is measured of all meshes of an image together. */

import { type MeshDocument, outside, type Part, parts } from "./mesh";

export interface Measures {
  readonly vertices: number;
  readonly hull: number;
  readonly triangles: number;
  readonly uncovered_pixels: number;
  /** Area of the triangles, in parts of the area that has to be covered. */
  readonly overdraw: number;
  readonly smallest_angle_degrees: number;
}

export function measures(document: MeshDocument): Measures {
  const all = parts(document);
  const sum = (of: (part: Part) => number) => all.reduce((total, part) => total + of(part), 0);
  return {
    vertices: sum((part) => part.vertices.length),
    hull: sum((part) => part.hull),
    triangles: sum((part) => part.triangles.length),
    uncovered_pixels: outside(document).pixels,
    overdraw: sum(area) / sum((part) => area(part) / (part.quality.overdraw ?? 1)),
    smallest_angle_degrees: Math.min(
      ...all.map((part) => part.quality.smallest_angle_degrees ?? 0),
    ),
  };
}

function area({ vertices, triangles }: Part): number {
  let doubled = 0;
  for (const triangle of triangles) {
    const [a, b, c] = triangle.map((index) => vertices[index]);
    if (a && b && c) {
      doubled += Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
    }
  }
  return doubled / 2;
}
