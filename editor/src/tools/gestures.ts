/** Which events of the canvas go to which gesture. */

import { type ScreenPoint, screenPoint } from "../math/point";
import { addVertex } from "./add";
import { beginBend } from "./bend";
import { beginMove } from "./move";
import { beginPan } from "./pan";
import { beginSplit } from "./split";
import type { Gesture, Stage } from "./stage";
import { beginPinch, type Pinch, zoomByWheel } from "./zoom";

/** What a press on the mesh does. */
export type Mode = "bend" | "edit";

interface Press {
  readonly button: number;
  /** While the space bar is held, any press pans. */
  readonly space: boolean;
}

/** Chooses: the divider, then the mesh by mode; a middle button, space and empty ground pan. */
export function begin(stage: Stage, mode: Mode, at: ScreenPoint, press: Press): Gesture | null {
  if (press.button === 1 || (press.button === 0 && press.space)) return beginPan(stage, at);
  if (press.button !== 0) return null;
  const gesture = beginSplit(stage, at) ?? (mode === "bend" ? beginBend : beginMove)(stage, at);
  if (gesture !== null) return gesture;
  if (mode === "edit") stage.select(null);
  return beginPan(stage, at);
}

/** Listens until the returned function is called. The canvas needs `touch-action: none`. */
export function listen(canvas: HTMLCanvasElement, stage: Stage, mode: () => Mode): () => void {
  const pointers = new Map<number, ScreenPoint>();
  let gesture: Gesture | null = null;
  let pinch: Pinch | null = null;
  let space = false;

  const place = (event: MouseEvent): ScreenPoint => {
    const box = canvas.getBoundingClientRect();
    return screenPoint(event.clientX - box.left, event.clientY - box.top);
  };

  const cancel = () => {
    gesture?.cancel();
    pinch?.cancel();
    gesture = null;
    pinch = null;
  };

  const handlers: { [Name in keyof HTMLElementEventMap]?: (e: HTMLElementEventMap[Name]) => void } =
    {
      pointerdown: (event) => {
        canvas.setPointerCapture(event.pointerId);
        pointers.set(event.pointerId, place(event));
        const [first, second] = [...pointers.values()];
        if (pointers.size > 2 || first === undefined) return;
        if (second === undefined) {
          gesture = begin(stage, mode(), first, { button: event.button, space });
        } else {
          cancel();
          pinch = beginPinch(stage, first, second);
        }
        // The browser scrolls by a middle button otherwise.
        if (event.button === 1) event.preventDefault();
      },
      pointermove: (event) => {
        if (!pointers.has(event.pointerId)) return;
        pointers.set(event.pointerId, place(event));
        const [first, second] = [...pointers.values()];
        if (first === undefined) return;
        if (second === undefined) gesture?.move(first);
        else pinch?.move(first, second);
      },
      pointerup: (event) => {
        pointers.delete(event.pointerId);
        gesture?.end();
        gesture = null;
        // The finger that stays does nothing: it would pull at what happens to lie below it.
        pinch = null;
      },
      pointercancel: (event) => {
        pointers.delete(event.pointerId);
        cancel();
      },
      wheel: (event) => {
        event.preventDefault();
        zoomByWheel(stage, place(event), event);
      },
      dblclick: (event) => {
        if (mode() === "edit") addVertex(stage, place(event));
      },
      keydown: (event) => {
        if (event.key === " ") {
          event.preventDefault();
          space = true;
        } else if (event.key === "Escape") cancel();
      },
      keyup: (event) => {
        if (event.key === " ") space = false;
      },
      blur: () => {
        space = false;
      },
    };

  const ended = new AbortController();
  for (const [name, handler] of Object.entries(handlers)) {
    canvas.addEventListener(name, handler as EventListener, {
      passive: false,
      signal: ended.signal,
    });
  }
  return () => {
    cancel();
    ended.abort();
  };
}
