/** Points of the art and points of the screen: different types, so that one never passes for the other. */

declare const space: unique symbol;

/** In pixels of the art, y down, (0, 0) at its top left corner. */
export interface ImagePoint {
  readonly x: number;
  readonly y: number;
  readonly [space]: "image";
}

/** In CSS pixels, y down, (0, 0) at the canvas's top left corner. */
export interface ScreenPoint {
  readonly x: number;
  readonly y: number;
  readonly [space]: "screen";
}

export function imagePoint(x: number, y: number): ImagePoint {
  return { x, y } as ImagePoint;
}

export function screenPoint(x: number, y: number): ScreenPoint {
  return { x, y } as ScreenPoint;
}

/** Between two points of the same kind, in its pixels. */
export function distance<P extends ImagePoint | ScreenPoint>(a: P, b: NoInfer<P>): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

/** Halfway between two fingers. */
export function middle(a: ScreenPoint, b: ScreenPoint): ScreenPoint {
  return screenPoint((a.x + b.x) / 2, (a.y + b.y) / 2);
}
