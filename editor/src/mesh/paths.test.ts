import { expect, test } from "vitest";
import { distancesFrom, paths } from "./paths";
import { beside, strip } from "./strip";

test("no wire is a shortcut: its ends differ at most by its own length", () => {
  const part = strip(12, 7);
  const ways = paths(part);
  const distances = distancesFrom(0, ways);
  for (let from = 0; from < part.vertices.length; from++) {
    for (let step = ways.starts[from] ?? 0; step < (ways.starts[from + 1] ?? 0); step++) {
      const apart = Math.abs((distances[from] ?? 0) - (distances[ways.neighbours[step] ?? 0] ?? 0));
      expect(apart).toBeLessThanOrEqual((ways.lengths[step] ?? 0) + 1e-9);
    }
  }
});

test("a way is never shorter than the straight line", () => {
  const part = strip(12, 7);
  const [x = 0, y = 0] = part.vertices[5] ?? [];
  distancesFrom(5, paths(part)).forEach((distance, vertex) => {
    const [ax = 0, ay = 0] = part.vertices[vertex] ?? [];
    expect(distance).toBeGreaterThanOrEqual(Math.hypot(ax - x, ay - y) - 1e-9);
  });
});

test("the way there is as long as the way back", () => {
  const ways = paths(strip(9, 5));
  expect(distancesFrom(3, ways)[20]).toBeCloseTo(distancesFrom(20, ways)[3] ?? 0, 9);
});

test("along a straight row the way is the line", () => {
  expect(distancesFrom(0, paths(strip(6, 1)))[6]).toBeCloseTo(60, 9);
});

test("no wire leads to what is not joined", () => {
  const one = strip(3, 1);
  const distances = distancesFrom(0, paths(beside(one, strip(3, 1))));
  distances.forEach((distance, vertex) => {
    expect(distance < Infinity).toBe(vertex < one.vertices.length);
  });
});
