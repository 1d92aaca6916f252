import { expect, test } from "vitest";
import { imagePoint } from "../math/point";
import { added, type Edit, moved, nearest, removed } from "./edit";
import type { Vertex } from "./mesh";
import { strip } from "./strip";

const { vertices, hull } = strip(5, 4);
const mesh: Edit = { vertices, hull };

function outline({ vertices, hull }: Edit): readonly Vertex[] {
  return vertices.slice(0, hull);
}

function area(edit: Edit): number {
  const points = outline(edit);
  return points.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length] ?? [0, 0];
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);
}

/** All places of a grid over the mesh, some of them outside it. */
const places = Array.from({ length: 12 * 10 }, (_, at) =>
  imagePoint((at % 12) * 5 - 2, Math.floor(at / 12) * 5 - 2),
);

test("moving changes one vertex, and not the edit it was given", () => {
  const before = structuredClone(mesh);
  for (let index = 0; index < mesh.vertices.length; index++) {
    const next = moved(mesh, index, imagePoint(1.5, 2.5));
    expect(next.hull).toBe(mesh.hull);
    expect(next.vertices).toEqual(mesh.vertices.with(index, [1.5, 2.5]));
  }
  expect(mesh).toEqual(before);
});

test("adding keeps the order of all vertices that were there", () => {
  for (const at of places) {
    const next = added(mesh, at, 3);
    expect(next.vertices.length).toBe(mesh.vertices.length + 1);
    expect(outline(next).filter((one) => mesh.vertices.includes(one))).toEqual(outline(mesh));
    expect(next.vertices.filter((one) => mesh.vertices.includes(one))).toEqual(mesh.vertices);
  }
});

test("adding keeps the outline's shape", () => {
  for (const at of places) expect(area(added(mesh, at, 3))).toBeCloseTo(area(mesh), 9);
});

test("a vertex near the outline goes into the outline, every other inside", () => {
  expect(added(mesh, imagePoint(22, 1), 3)).toEqual({
    vertices: mesh.vertices.toSpliced(3, 0, [22, 0]),
    hull: mesh.hull + 1,
  });
  expect(added(mesh, imagePoint(22, 4), 3)).toEqual({
    vertices: [...mesh.vertices, [22, 4]],
    hull: mesh.hull,
  });
});

test("a vertex goes into the edge that closes the outline too", () => {
  const next = added(mesh, imagePoint(0, 5), 3);
  expect(next.vertices[mesh.hull]).toEqual([0, 5]);
  expect(next.hull).toBe(mesh.hull + 1);
});

test("removing what was added gives back what was", () => {
  for (const at of places) {
    const next = added(mesh, at, 3);
    const index = next.vertices.findIndex((one) => !mesh.vertices.includes(one));
    expect(removed(next, index)).toEqual(mesh);
  }
});

test("removing keeps the order of the others", () => {
  mesh.vertices.forEach((vertex, index) => {
    const next = removed(mesh, index);
    expect(next?.vertices).toEqual(mesh.vertices.filter((one) => one !== vertex));
    expect(next?.hull).toBe(index < mesh.hull ? mesh.hull - 1 : mesh.hull);
  });
});

test("an outline keeps three vertices", () => {
  const triangle: Edit = {
    vertices: [
      [0, 0],
      [9, 0],
      [0, 9],
      [2, 2],
    ],
    hull: 3,
  };
  expect(removed(triangle, 1)).toBeNull();
  expect(removed(triangle, 3)?.vertices.length).toBe(3);
});

test("the nearest vertex is that with the least distance, within reach", () => {
  for (const at of places) {
    const distances = mesh.vertices.map(([x, y]) => Math.hypot(x - at.x, y - at.y));
    const least = Math.min(...distances);
    const found = nearest(mesh, at, 4);
    if (least > 4) expect(found).toBeNull();
    else expect(distances[found ?? -1]).toBe(least);
  }
});
