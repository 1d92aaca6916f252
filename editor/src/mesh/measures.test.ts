import { expect, test } from "vitest";
import { measures } from "./measures";
import type { MeshDocument, Part } from "./mesh";

function square(side: number, quality: Record<string, number>): Part {
  return {
    vertices: [
      [0, 0],
      [side, 0],
      [side, side],
      [0, side],
    ],
    triangles: [
      [0, 1, 2],
      [0, 2, 3],
    ],
    hull: 4,
    quality,
  };
}

function document(others: readonly Part[]): MeshDocument {
  const large = square(10, { uncovered_pixels: 1, overdraw: 2, smallest_angle_degrees: 45 });
  const rest = { name: "two", width: 20, height: 20, edges: [], parameters: {}, warnings: [] };
  return { ...large, ...rest, others, milliseconds: 1 };
}

test("one mesh has its own measures", () => {
  const { vertices, triangles, overdraw } = measures(document([]));
  expect([vertices, triangles, overdraw]).toEqual([4, 2, 2]);
});

test("those of islands are taken together: overdraw by their areas, the worst angle", () => {
  const small = square(5, { uncovered_pixels: 2, overdraw: 1, smallest_angle_degrees: 20 });
  const all = measures(document([small]));
  expect(all.uncovered_pixels).toBe(3);
  expect(all.smallest_angle_degrees).toBe(20);
  // 100 drawn for 50, and 25 for 25.
  expect(all.overdraw).toBeCloseTo(125 / 75);
});
