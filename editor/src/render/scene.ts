/** What a frame shows, apart from the art and its mesh. */

import type { View } from "../math/view";

export interface Selection {
  readonly part: number;
  readonly vertex: number;
}

export interface Scene {
  readonly view: View;
  readonly wireframe: boolean;
  /** Of alpha, 0 to 255: a pixel above it has to be covered. Null where all are known to be. */
  readonly threshold: number | null;
  /** Left of it, 0 to 1 of the canvas's width, stands the art alone. */
  readonly split: number | null;
  readonly selected: Selection | null;
  readonly dark: boolean;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** Those of the engine's own previews, in 0 to 1. */
export const GOLD: Colour = [1, 0.784, 0.157];
export const RED: Colour = [1, 0.125, 0.188];
export const INK: Colour = [0.094, 0.071, 0.149];
export const LIGHT: Colour = [0.941, 0.98, 1];
export const PALE: Colour = [0.667, 0.882, 1];

/** The two squares of the checkerboard. */
export const CHECKERS: Readonly<Record<"dark" | "light", readonly [Colour, Colour]>> = {
  dark: [
    [0.165, 0.16, 0.19],
    [0.205, 0.2, 0.235],
  ],
  light: [
    [1, 1, 1],
    [0.9, 0.9, 0.91],
  ],
};
