import { batch, signal } from "@preact/signals";
import type { MeshDocument } from "../mesh/mesh";

/** An older version, beside what is on the stage. */
export interface Before {
  readonly mesh: string;
  readonly number: number;
  /** Whether its art was replaced since. */
  readonly isStale: boolean;
  readonly document: MeshDocument;
}

/** How the stage shows what is on it; nothing of it is kept. */
export class Looks {
  readonly wireframe = signal(true);
  /** Left of it, in parts of the stage's width, is the art alone; null for nothing of that. */
  readonly split = signal<number | null>(null);
  /** What stands there in place of the art alone, while versions are compared. */
  readonly before = signal<Before | null>(null);
  #splitBefore: number | null = null;
  readonly mode = signal<"bend" | "edit">("bend");
  /** The vertex that keys move, while points are edited. */
  readonly selected = signal<number | null>(null);
  /** Whether anything can be drawn: the graphics card may have been taken away, or never been there. */
  readonly graphics = signal<"there" | "lost" | "missing">("there");
  /** Whether it is said what keys do. */
  readonly keys = signal(false);
  /** Counted up to have the art fill the stage. */
  readonly fits = signal(0);
  /** Counted up to show a pixel of the art on each of the screen's. */
  readonly fullSizes = signal(0);

  /** Begin in the middle, or end it. */
  toggleSplit(): void {
    if (this.before.value !== null) this.endComparison();
    else this.split.value = this.split.value === null ? 0.5 : null;
  }

  compare(before: Before): void {
    if (this.before.value === null) this.#splitBefore = this.split.value;
    batch(() => {
      this.before.value = before;
      this.split.value ??= 0.5;
    });
  }

  /** The stage is as it was before. */
  endComparison(): void {
    if (this.before.value === null) return;
    batch(() => {
      this.before.value = null;
      this.split.value = this.#splitBefore;
    });
  }
}
