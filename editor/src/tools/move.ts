import { distance, imagePoint, type ScreenPoint } from "../math/point";
import { toImage } from "../math/view";
import { moved, nearest } from "../mesh/edit";
import { type Gesture, REACH, type Stage } from "./stage";

/** A hand shakes by so many CSS pixels while it only clicks. */
const SLOP = 3;

/** Selects the vertex under the pointer and drags it; null where there is none. */
export function beginMove(stage: Stage, at: ScreenPoint): Gesture | null {
  const edit = stage.edit();
  const start = toImage(stage.view(), at);
  const index = edit && nearest(edit, start, REACH / stage.view().scale);
  const vertex = index === null ? undefined : edit?.vertices[index];
  if (edit === null || index === null || vertex === undefined) return null;
  const [x, y] = vertex;
  let last = edit;
  stage.select(index);
  return {
    move: (to) => {
      if (last === edit && distance(at, to) < SLOP) return;
      // By as much as the pointer moved: the vertex does not jump under it first.
      const now = toImage(stage.view(), to);
      last = moved(edit, index, imagePoint(x + now.x - start.x, y + now.y - start.y));
      stage.preview(last);
    },
    end: () => {
      if (last !== edit) stage.commit(last);
    },
    cancel: () => {
      if (last !== edit) stage.preview(edit);
    },
  };
}
