/** Feeling a mesh: what is pulled bends with its surroundings, and swings back when let go. */

import { distance, type ImagePoint, imagePoint } from "../math/point";
import { flat, type Part, type Triangle } from "./mesh";
import { distancesFrom, type Paths, paths } from "./paths";

/** Swings a second, and how soon they die: about three can be seen, within a second. */
const FREQUENCY = 2 * Math.PI * 3;
const DAMPING = 0.22;

/** A pull moves what lies within this part of the way to the farthest vertex: that one stays. */
const SOFTNESS = 0.7;

/** In pixels of the art, and pixels a second: less cannot be seen. */
const STILL = 0.02;

/** One pull, held or let go. */
interface Pull {
  /** Of each vertex: 1 where it was grabbed, 0 where nothing moves. */
  readonly weights: Float32Array;
  /** From where it was grabbed, in pixels of the art. */
  x: number;
  y: number;
  /** Pixels a second. */
  speedX: number;
  speedY: number;
}

export class Bend {
  /** Where the vertices are now: x y x y, in pixels of the art. */
  readonly positions: Float32Array;
  readonly #rest: Float32Array;
  readonly #triangles: readonly Triangle[];
  readonly #paths: Paths;
  #held: Pull | null = null;
  #heldAt: ImagePoint = imagePoint(0, 0);
  /** Pulls that were let go and still swing; they add up, so grabbing again makes no jump. */
  #swinging: Pull[] = [];

  constructor(part: Part) {
    this.#rest = flat(part.vertices);
    this.positions = this.#rest.slice();
    this.#triangles = part.triangles;
    this.#paths = paths(part);
  }

  /**
   * Takes hold of the mesh at a point in it, or of its nearest vertex within `reach` pixels of the
   * art. Weights fall with the distance along the mesh, so legs that only touch do not stick.
   */
  grab(at: ImagePoint, reach: number): boolean {
    const vertex = this.#cornerAround(at) ?? this.#nearest(at, reach);
    if (vertex === null) return false;
    this.release();
    const weights = falling(distancesFrom(vertex, this.#paths));
    this.#held = { weights, x: 0, y: 0, speedX: 0, speedY: 0 };
    this.#heldAt = at;
    return true;
  }

  drag(to: ImagePoint): void {
    if (this.#held === null) return;
    this.#held.x = to.x - this.#heldAt.x;
    this.#held.y = to.y - this.#heldAt.y;
    this.#place();
  }

  release(): void {
    if (this.#held !== null) this.#swinging.push(this.#held);
    this.#held = null;
  }

  /** Moves on; false once the mesh rests exactly where it was. */
  step(seconds: number): boolean {
    for (const pull of this.#swinging) swing(pull, seconds);
    this.#swinging = this.#swinging.filter(isMoving);
    this.#place();
    return this.#held !== null || this.#swinging.length > 0;
  }

  #place(): void {
    this.positions.set(this.#rest);
    for (const pull of this.#swinging) shift(this.positions, pull);
    if (this.#held !== null) shift(this.positions, this.#held);
  }

  #position(vertex: number): ImagePoint {
    return imagePoint(
      this.positions[2 * vertex] as number,
      this.positions[2 * vertex + 1] as number,
    );
  }

  /** The nearest corner of the triangle that holds the point: never one of a leg beside it. */
  #cornerAround(at: ImagePoint): number | null {
    const around = this.#triangles.find(([a, b, c]) =>
      isInside(at, this.#position(a), this.#position(b), this.#position(c)),
    );
    if (around === undefined) return null;
    const away = (vertex: number) => distance(this.#position(vertex), at);
    return around.reduce((best, vertex) => (away(vertex) < away(best) ? vertex : best));
  }

  #nearest(at: ImagePoint, reach: number): number | null {
    let best: number | null = null;
    let least = reach;
    for (let vertex = 0; 2 * vertex < this.positions.length; vertex++) {
      const away = distance(this.#position(vertex), at);
      if (away <= least) {
        least = away;
        best = vertex;
      }
    }
    return best;
  }
}

/** 1 at distance 0, smoothly down to 0; 0 too where no wire leads. */
function falling(distances: Float64Array): Float32Array {
  const farthest = distances.reduce(
    (most, one) => (one < Infinity ? Math.max(most, one) : most),
    0,
  );
  const radius = Math.max(farthest * SOFTNESS, Number.MIN_VALUE);
  return Float32Array.from(distances, (one) => {
    const share = Math.min(one / radius, 1);
    return (1 - share * share) ** 2;
  });
}

function shift(positions: Float32Array, { weights, x, y }: Pull): void {
  for (let vertex = 0; vertex < weights.length; vertex++) {
    const weight = weights[vertex] as number;
    positions[2 * vertex] = (positions[2 * vertex] as number) + weight * x;
    positions[2 * vertex + 1] = (positions[2 * vertex + 1] as number) + weight * y;
  }
}

/** A damped spring, solved and not stepped: no frame is too long for it. */
function swing(pull: Pull, seconds: number): void {
  const decay = DAMPING * FREQUENCY;
  const damped = FREQUENCY * Math.sqrt(1 - DAMPING ** 2);
  const left = Math.exp(-decay * seconds);
  const cosine = left * Math.cos(damped * seconds);
  const sine = (left * Math.sin(damped * seconds)) / damped;
  const { x, y, speedX, speedY } = pull;
  pull.x = x * (cosine + decay * sine) + speedX * sine;
  pull.y = y * (cosine + decay * sine) + speedY * sine;
  pull.speedX = speedX * (cosine - decay * sine) - x * FREQUENCY ** 2 * sine;
  pull.speedY = speedY * (cosine - decay * sine) - y * FREQUENCY ** 2 * sine;
}

function isMoving({ x, y, speedX, speedY }: Pull): boolean {
  return Math.hypot(x, y) > STILL || Math.hypot(speedX, speedY) > STILL * FREQUENCY;
}

/** Either way round; points on the border are inside. */
function isInside(point: ImagePoint, a: ImagePoint, b: ImagePoint, c: ImagePoint): boolean {
  const ab = side(a, b, point);
  const bc = side(b, c, point);
  const ca = side(c, a, point);
  return (ab >= 0 && bc >= 0 && ca >= 0) || (ab <= 0 && bc <= 0 && ca <= 0);
}

function side(a: ImagePoint, b: ImagePoint, point: ImagePoint): number {
  return (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x);
}
