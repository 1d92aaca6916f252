import { expect, test } from "vitest";
import { imagePoint, screenPoint } from "./point";
import {
  fitted,
  LARGEST_SCALE,
  panned,
  SMALLEST_SCALE,
  toImage,
  toScreen,
  type View,
  zoomed,
} from "./view";

const views: readonly View[] = [0.02, 0.37, 1, 3.3, 64].flatMap((scale) => [
  { scale, x: 0, y: 0 },
  { scale, x: -812.5, y: 77.25 },
]);
const places = [0, -3.7, 12, 640.5, 16384];
const factors = [0.001, 0.5, 0.97, 1, 1.3, 8, 1e6];

test("a point goes to the screen and comes back as it was", () => {
  for (const view of views) {
    for (const x of places) {
      const back = toImage(view, toScreen(view, imagePoint(x, -x)));
      expect(back.x).toBeCloseTo(x, 6);
      expect(back.y).toBeCloseTo(-x, 6);
    }
  }
});

test("zoom keeps what is under the pointer, at its limits too", () => {
  const pointer = screenPoint(311, 207);
  for (const view of views) {
    for (const factor of factors) {
      const under = toImage(view, pointer);
      const still = toScreen(zoomed(view, pointer, factor), under);
      expect(still.x).toBeCloseTo(pointer.x, 6);
      expect(still.y).toBeCloseTo(pointer.y, 6);
    }
  }
});

test("the scale stays within its limits", () => {
  for (const view of views) {
    for (const factor of factors) {
      const { scale } = zoomed(view, screenPoint(1, 1), factor);
      expect(scale).toBeGreaterThanOrEqual(SMALLEST_SCALE);
      expect(scale).toBeLessThanOrEqual(LARGEST_SCALE);
    }
  }
});

test("the art moves with the pointer", () => {
  for (const view of views) {
    const before = toScreen(view, imagePoint(5, 6));
    const after = toScreen(panned(view, 10, -20), imagePoint(5, 6));
    expect(after.x - before.x).toBeCloseTo(10, 6);
    expect(after.y - before.y).toBeCloseTo(-20, 6);
  }
});

test("fitted art lies in the middle, and touches the margin on one side", () => {
  const canvas = { width: 800, height: 600 };
  for (const art of [
    { width: 1000, height: 100 },
    { width: 90, height: 2000 },
    { width: 20, height: 20 },
  ]) {
    const view = fitted(art, canvas, 24);
    const end = toScreen(view, imagePoint(art.width, art.height));
    expect(view.x).toBeCloseTo(canvas.width - end.x, 6);
    expect(view.y).toBeCloseTo(canvas.height - end.y, 6);
    expect(Math.min(view.x, view.y)).toBeCloseTo(24, 6);
  }
});

test("a canvas smaller than its margins still has a view", () => {
  expect(fitted({ width: 9, height: 9 }, { width: 0, height: 0 }, 24).scale).toBe(SMALLEST_SCALE);
});
