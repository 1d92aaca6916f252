import { signal } from "@preact/signals";

/** How the stage shows what is on it; nothing of it is kept. */
export class Looks {
  readonly wireframe = signal(true);
  /** Left of it, in parts of the stage's width, is the art alone; null for nothing of that. */
  readonly split = signal<number | null>(null);
  readonly mode = signal<"bend" | "edit">("bend");
  /** The vertex that keys move, while points are edited. */
  readonly selected = signal<number | null>(null);
  /** Whether the graphics card has been taken away, so that nothing can be drawn. */
  readonly isLost = signal(false);
  /** Whether it is said what keys do. */
  readonly keys = signal(false);
  /** Counted up to have the art fill the stage. */
  readonly fits = signal(0);
  /** Counted up to show a pixel of the art on each of the screen's. */
  readonly fullSizes = signal(0);

  /** Begin in the middle, or end it. */
  toggleSplit(): void {
    this.split.value = this.split.value === null ? 0.5 : null;
  }
}
