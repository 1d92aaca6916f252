import { expect, test } from "vitest";
import { flat, type Triangle, wires } from "../mesh/mesh";
import { strip } from "../mesh/strip";
import { packed } from "./packed";

const parts = [strip(3, 2), strip(1, 1, 4, 100), strip(5, 5)];

test("every part's vertices and triangles are found from its first vertex on", () => {
  const all = packed(parts);
  let corner = 0;
  parts.forEach((part, index) => {
    const first = all.firsts[index] ?? 0;
    const end = first + part.vertices.length;
    expect(all.positions.slice(2 * first, 2 * end)).toEqual(flat(part.vertices));
    expect([...all.hull.slice(first, end)]).toEqual(
      part.vertices.map((_, vertex) => (vertex < part.hull ? 1 : 0)),
    );
    const corners: readonly number[] = part.triangles.flatMap((one: Triangle) => one);
    const own = all.triangles.slice(corner, corner + corners.length);
    expect([...own].map((vertex) => vertex - first)).toEqual(corners);
    corner += corners.length;
  });
  expect(corner).toBe(all.triangles.length);
});

test("the wires of the outline are marked, each once", () => {
  const all = packed(parts);
  expect(all.wires.length / 3).toBe(parts.reduce((sum, one) => sum + wires(one).length / 2, 0));
  const marked = all.wires.filter((kind, at) => at % 3 === 2 && kind === 1);
  expect(marked.length).toBe(parts.reduce((sum, one) => sum + one.hull, 0));
});

test("nothing at all can be packed", () => {
  expect(packed([]).triangles.length).toBe(0);
});
