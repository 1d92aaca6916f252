import type { ScreenPoint } from "../math/point";
import { toImage } from "../math/view";
import { type Gesture, REACH, type Stage } from "./stage";

/** Pulls at the mesh; null where there is none under the pointer. */
export function beginBend(stage: Stage, at: ScreenPoint): Gesture | null {
  const start = toImage(stage.view(), at);
  const reach = REACH / stage.view().scale;
  // The part under the pointer comes before one that is only near it.
  const bends = stage.bend();
  const bend =
    bends.find((one) => one.grab(start, 0)) ?? bends.find((one) => one.grab(start, reach));
  if (bend === undefined) return null;
  const release = () => {
    bend.release();
    stage.redraw();
  };
  return {
    move: (to) => {
      bend.drag(toImage(stage.view(), to));
      stage.redraw();
    },
    end: release,
    cancel: release,
  };
}
