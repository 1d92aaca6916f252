import type { ScreenPoint } from "../math/point";
import { toImage } from "../math/view";
import { added, nearest } from "../mesh/edit";
import { REACH, type Stage } from "./stage";

/** Adds a vertex where a double click was, unless one is there. */
export function addVertex(stage: Stage, at: ScreenPoint): void {
  const edit = stage.edit();
  const place = toImage(stage.view(), at);
  const reach = REACH / stage.view().scale;
  if (edit === null || nearest(edit, place, reach) !== null) return;
  const next = added(edit, place, reach);
  stage.commit(next);
  // The old ones are farther away than the reach, the new one is not.
  stage.select(nearest(next, place, reach));
}
