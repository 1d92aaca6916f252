import type { ScreenPoint } from "../math/point";
import { panned } from "../math/view";
import type { Gesture, Stage } from "./stage";

/** Moves the art with the pointer. */
export function beginPan(stage: Stage, at: ScreenPoint): Gesture {
  const before = stage.view();
  return {
    move: (to) => stage.setView(panned(before, to.x - at.x, to.y - at.y)),
    end: () => {},
    cancel: () => stage.setView(before),
  };
}
