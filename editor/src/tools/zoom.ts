import { distance, middle, type ScreenPoint } from "../math/point";
import { panned, zoomed } from "../math/view";
import type { Gesture, Stage } from "./stage";

/** A notch of a mouse's wheel is about 100 CSS pixels: four double the size. */
const WHEEL_DOUBLES = 400;

/** A trackpad's pinch comes as a wheel with Ctrl and far smaller steps. */
const PINCH_DOUBLES = 70;

/** Firefox may count in lines, and any browser in pages. */
const PIXELS_A_UNIT = [1, 16, 400];

/** Zooms at the pointer. */
export function zoomByWheel(
  stage: Stage,
  at: ScreenPoint,
  wheel: Pick<WheelEvent, "deltaY" | "deltaMode" | "ctrlKey">,
): void {
  const pixels = wheel.deltaY * (PIXELS_A_UNIT[wheel.deltaMode] ?? 1);
  const doubles = wheel.ctrlKey && Math.abs(pixels) < 50 ? PINCH_DOUBLES : WHEEL_DOUBLES;
  stage.setView(zoomed(stage.view(), at, 2 ** (-pixels / doubles)));
}

/** Two fingers zoom and pan at once: what is under them stays under them. */
export interface Pinch {
  move(first: ScreenPoint, second: ScreenPoint): void;
  cancel: Gesture["cancel"];
}

export function beginPinch(stage: Stage, first: ScreenPoint, second: ScreenPoint): Pinch {
  const before = stage.view();
  const start = middle(first, second);
  // Fingers that touch the same point would make any movement an endless zoom.
  const apart = Math.max(distance(first, second), 1);
  return {
    move: (a, b) => {
      const now = middle(a, b);
      const larger = zoomed(before, start, Math.max(distance(a, b), 1) / apart);
      stage.setView(panned(larger, now.x - start.x, now.y - start.y));
    },
    cancel: () => stage.setView(before),
  };
}
