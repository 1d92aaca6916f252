import { expect, test } from "vitest";
import { flat, type MeshDocument, outside, parts, wires } from "./mesh";
import { strip } from "./strip";

function pairs(ends: Uint32Array): string[] {
  return Array.from({ length: ends.length / 2 }, (_, at) => `${ends[2 * at]} ${ends[2 * at + 1]}`);
}

test("wires are unique, whichever way round the triangles name them", () => {
  for (const [long, wide] of [
    [1, 1],
    [7, 3],
    [30, 20],
  ] as const) {
    const part = strip(long, wide);
    const found = pairs(wires(part));
    expect(new Set(found).size).toBe(found.length);
    // Euler: a mesh without holes has one edge less than vertices and triangles together.
    expect(found.length).toBe(part.vertices.length + part.triangles.length - 1);
  }
});

test("the smaller end of a wire comes first", () => {
  const ends = wires(strip(6, 4));
  for (let wire = 0; wire < ends.length; wire += 2) {
    expect(ends[wire]).toBeLessThan(ends[wire + 1] ?? 0);
  }
});

test("a wire of two triangles is there once", () => {
  const square = {
    vertices: strip(1, 1).vertices,
    triangles: [
      [0, 1, 2],
      [2, 0, 3],
    ] as const,
  };
  expect(pairs(wires(square)).sort()).toEqual(["0 1", "0 2", "0 3", "1 2", "2 3"]);
});

test("coordinates stand one after another", () => {
  expect([
    ...flat([
      [1, 2],
      [3, 4.5],
    ]),
  ]).toEqual([1, 2, 3, 4.5]);
});

function withIslands(quality: MeshDocument["quality"], other: MeshDocument["quality"]) {
  return {
    ...strip(2, 2),
    name: "arm",
    width: 20,
    height: 20,
    edges: [],
    others: [{ ...strip(1, 1), quality: other }],
    parameters: {},
    warnings: [],
    milliseconds: 1,
    quality,
  } satisfies MeshDocument;
}

test("an image's parts are its own mesh and those of its other islands", () => {
  const document = withIslands({}, {});
  expect(parts(document)).toEqual([document, document.others[0]]);
});

test("each part has its own pixels outside, and the islands that the whole image left out", () => {
  const document = withIslands(
    { uncovered_pixels: 3, islands_dropped: 2 },
    { uncovered_pixels: 4, islands_dropped: 2 },
  );
  expect(outside(document)).toEqual({ pixels: 7, islands: 2 });
});
