/** How the art lies on the screen: zoom and pan. */

import { type ImagePoint, imagePoint, type ScreenPoint, screenPoint } from "./point";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface View {
  /** CSS pixels to a pixel of the art. */
  readonly scale: number;
  /** Where the art's top left corner is on the screen, in CSS pixels. */
  readonly x: number;
  readonly y: number;
}

/** At 0.02 the largest image, 16384 px, is 328 px wide; at 64 a pixel of the art fills a thumb. */
export const SMALLEST_SCALE = 0.02;
export const LARGEST_SCALE = 64;

export function toScreen(view: View, point: ImagePoint): ScreenPoint {
  return screenPoint(view.x + point.x * view.scale, view.y + point.y * view.scale);
}

export function toImage(view: View, point: ScreenPoint): ImagePoint {
  return imagePoint((point.x - view.x) / view.scale, (point.y - view.y) / view.scale);
}

/** Larger by `factor`, as far as the limits allow; what is under `at` stays there. */
export function zoomed(view: View, at: ScreenPoint, factor: number): View {
  const scale = allowed(view.scale * factor);
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

/** Moved by CSS pixels. */
export function panned(view: View, dx: number, dy: number): View {
  return { scale: view.scale, x: view.x + dx, y: view.y + dy };
}

/** The whole art in the middle of the canvas, at least `margin` CSS pixels from its edges. */
export function fitted(art: Size, canvas: Size, margin: number): View {
  const scale = allowed(
    Math.min((canvas.width - 2 * margin) / art.width, (canvas.height - 2 * margin) / art.height),
  );
  return {
    scale,
    x: (canvas.width - art.width * scale) / 2,
    y: (canvas.height - art.height * scale) / 2,
  };
}

function allowed(scale: number): number {
  return Math.min(Math.max(scale, SMALLEST_SCALE), LARGEST_SCALE);
}
