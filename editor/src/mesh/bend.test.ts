import { expect, test } from "vitest";
import { imagePoint } from "../math/point";
import { Bend } from "./bend";
import { flat } from "./mesh";
import { beside, strip } from "./strip";

const FRAME = 1 / 60;

function stepsToRest(bend: Bend, seconds: number): number {
  for (let steps = 1; steps < 10_000; steps++) if (!bend.step(seconds)) return steps;
  throw new Error("It never rests.");
}

function pulled(bend: Bend, x: number, y: number): Bend {
  expect(bend.grab(imagePoint(x, y), 5)).toBe(true);
  bend.drag(imagePoint(x + 31, y - 17));
  return bend;
}

test("it rests exactly where it was, whatever the frames", () => {
  const part = strip(20, 4);
  for (const seconds of [0.001, FRAME, 0.1, 3]) {
    const bend = pulled(new Bend(part), 100, 20);
    bend.step(seconds);
    bend.release();
    stepsToRest(bend, seconds);
    expect(bend.positions).toEqual(flat(part.vertices));
  }
});

test("it swings back through its rest, and within two seconds", () => {
  const bend = pulled(new Bend(strip(20, 4)), 200, 0);
  bend.release();
  let least = 0;
  let steps = 0;
  do {
    least = Math.min(least, (bend.positions[40] ?? 0) - 200);
    steps++;
  } while (bend.step(FRAME));
  expect(least).toBeLessThan(-5);
  expect(steps * FRAME).toBeLessThan(2);
});

test("what is grabbed follows the pointer, and the far end stays", () => {
  const bend = pulled(new Bend(strip(20, 1)), 0, 0);
  expect([...bend.positions.slice(0, 2)]).toEqual([31, -17]);
  expect([...bend.positions.slice(40, 42)]).toEqual([200, 0]);
});

test("the pull falls with the way along the mesh", () => {
  const bend = pulled(new Bend(strip(20, 1)), 0, 0);
  const shifts = Array.from({ length: 21 }, (_, x) => (bend.positions[2 * x] ?? 0) - 10 * x);
  expect(shifts).toEqual(shifts.toSorted((a, b) => b - a));
});

test("legs that touch but are not joined do not pull each other", () => {
  const left = strip(2, 12);
  const right = strip(2, 12, 10, 20);
  const bend = pulled(new Bend(beside(left, right)), 19, 60);
  const count = 2 * left.vertices.length;
  expect(bend.positions.slice(count)).toEqual(flat(right.vertices));
  expect(bend.positions.slice(0, count)).not.toEqual(flat(left.vertices));
});

test("legs that are joined only at the top pull each other only over it", () => {
  // A strip folded to a U: its two ends lie side by side, 0.1 px apart.
  const long = strip(40, 1);
  const folded = {
    ...long,
    vertices: long.vertices.map(([x, y]) =>
      x <= 200 ? ([y, x] as const) : ([20.1 - y, 400 - x] as const),
    ),
  };
  const bend = pulled(new Bend(folded), 5, 0);
  const other = folded.vertices.findIndex(([x, y]) => x > 10 && y === 0);
  const [x, y] = folded.vertices[other] ?? [0, 0];
  expect(bend.positions[2 * other]).toBeCloseTo(x, 4);
  expect(bend.positions[2 * other + 1]).toBeCloseTo(y, 4);
});

test("a press in a triangle takes a corner of it, not the nearer one of a leg beside it", () => {
  const coarse = strip(1, 1, 100);
  const fine = strip(4, 20, 5, 100);
  const bend = pulled(new Bend(beside(coarse, fine)), 99, 50);
  expect(bend.positions.slice(8)).toEqual(flat(fine.vertices));
});

test("a press beside the mesh takes hold only within reach", () => {
  const part = strip(3, 3);
  expect(new Bend(part).grab(imagePoint(-4, 0), 5)).toBe(true);
  expect(new Bend(part).grab(imagePoint(-6, 0), 5)).toBe(false);
});

test("grabbing again while it swings makes no jump", () => {
  const bend = pulled(new Bend(strip(20, 4)), 0, 0);
  bend.release();
  bend.step(0.05);
  const before = bend.positions.slice();
  bend.grab(imagePoint(200, 20), 50);
  bend.drag(imagePoint(200, 20));
  expect(bend.positions).toEqual(before);
});

test("while it is held it does not rest", () => {
  expect(pulled(new Bend(strip(3, 3)), 0, 0).step(60)).toBe(true);
});

test("a mesh that nobody touched rests", () => {
  expect(new Bend(strip(3, 3)).step(FRAME)).toBe(false);
});
