/** What a gesture may see and change of the editor; the page gives it. */

import type { ScreenPoint } from "../math/point";
import type { Size, View } from "../math/view";
import type { Bend } from "../mesh/bend";
import type { Edit } from "../mesh/edit";

export interface Stage {
  view(): View;
  setView(view: View): void;
  /** Of the canvas, in CSS pixels. */
  size(): Size;
  /** The vertices that may be changed; null where there is no mesh, or it is locked. */
  edit(): Edit | null;
  /** Shown while a vertex is dragged. */
  preview(edit: Edit): void;
  /** One undo step, sent to the server. */
  commit(edit: Edit): void;
  /** One for each part; redraw() goes on for as long as one of them moves. */
  bend(): readonly Bend[];
  select(index: number | null): void;
  /** Where the divider stands, 0 to 1 of the canvas's width; null without one. */
  split(): number | null;
  setSplit(at: number | null): void;
  redraw(): void;
}

/** What a pointer does from its press to its release; `cancel` leaves all as it was. */
export interface Gesture {
  move(at: ScreenPoint): void;
  end(): void;
  cancel(): void;
}

/** How far from a thing a pointer may be and still mean it, in CSS pixels: targets are 24 wide. */
export const REACH = 12;
