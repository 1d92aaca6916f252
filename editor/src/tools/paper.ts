/** For tests: a stage that keeps what it is told. */

import { screenPoint } from "../math/point";
import type { View } from "../math/view";
import { Bend } from "../mesh/bend";
import type { Edit } from "../mesh/edit";
import { strip } from "../mesh/strip";
import type { Stage } from "./stage";

/** Twice enlarged: the mesh's squares are 20 CSS pixels wide, and begin at (100, 50). */
export function paper(split: number | null = null) {
  const part = strip(10, 6);
  const bend = new Bend(part);
  const told = {
    view: { scale: 2, x: 100, y: 50 } as View,
    split,
    previews: [] as Edit[],
    commits: [] as Edit[],
    selected: null as number | null,
    redraws: 0,
  };
  const stage: Stage = {
    view: () => told.view,
    setView: (view) => {
      told.view = view;
    },
    size: () => ({ width: 800, height: 600 }),
    edit: () => part,
    preview: (edit) => void told.previews.push(edit),
    commit: (edit) => void told.commits.push(edit),
    bend: () => [bend],
    select: (index) => {
      told.selected = index;
    },
    split: () => told.split,
    setSplit: (at) => {
      told.split = at;
    },
    redraw: () => {
      told.redraws++;
    },
  };
  return { stage, told, part, bend };
}

/** The first vertex, a place on the mesh without one, and one without a mesh. */
export const CORNER = screenPoint(100, 50);
export const EMPTY = screenPoint(700, 500);
