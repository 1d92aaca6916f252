import type { ScreenPoint } from "../math/point";
import { type Gesture, REACH, type Stage } from "./stage";

/** Drags the divider between before and after; null where it is not under the pointer. */
export function beginSplit(stage: Stage, at: ScreenPoint): Gesture | null {
  const before = stage.split();
  const { width } = stage.size();
  if (before === null || Math.abs(at.x - before * width) > REACH) return null;
  return {
    move: (to) => stage.setSplit(Math.min(Math.max(before + (to.x - at.x) / width, 0), 1)),
    end: () => {},
    cancel: () => stage.setSplit(before),
  };
}
