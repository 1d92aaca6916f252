/** For tests: a strip of squares, `long` by `wide`, each cut in two. */

import type { Part, Triangle, Vertex } from "./mesh";

/** Its outline comes first, clockwise from the top left, as in what the server makes. */
export function strip(long: number, wide: number, side = 10, left = 0): Part {
  const places: (readonly [number, number])[] = [];
  for (let x = 0; x < long; x++) places.push([x, 0]);
  for (let y = 0; y < wide; y++) places.push([long, y]);
  for (let x = long; x > 0; x--) places.push([x, wide]);
  for (let y = wide; y > 0; y--) places.push([0, y]);
  const hull = places.length;
  for (let y = 1; y < wide; y++) for (let x = 1; x < long; x++) places.push([x, y]);
  const index = new Map(places.map(([x, y], vertex) => [`${x} ${y}`, vertex]));
  const at = (x: number, y: number) => index.get(`${x} ${y}`) ?? Number.NaN;
  const triangles: Triangle[] = [];
  for (let y = 0; y < wide; y++) {
    for (let x = 0; x < long; x++) {
      triangles.push([at(x, y), at(x + 1, y), at(x + 1, y + 1)]);
      triangles.push([at(x, y), at(x + 1, y + 1), at(x, y + 1)]);
    }
  }
  const vertices: Vertex[] = places.map(([x, y]) => [left + x * side, y * side]);
  return { vertices, triangles, hull, quality: {} };
}

/** Both as one part, not joined; what is asked of a real hull does not hold for it. */
export function beside(one: Part, other: Part): Part {
  const count = one.vertices.length;
  return {
    vertices: [...one.vertices, ...other.vertices],
    triangles: [
      ...one.triangles,
      ...other.triangles.map(([a, b, c]): Triangle => [a + count, b + count, c + count]),
    ],
    hull: one.hull,
    quality: {},
  };
}
