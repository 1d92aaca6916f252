/** How far it is from a vertex to the others when one walks along the wires. */

import { type Part, wires } from "./mesh";

/** Neighbours of vertex v: `neighbours[starts[v]]` up to, without, `neighbours[starts[v + 1]]`. */
export interface Paths {
  readonly starts: Uint32Array;
  readonly neighbours: Uint32Array;
  /** Of each step to a neighbour, in pixels of the art. */
  readonly lengths: Float64Array;
}

export function paths(part: Pick<Part, "vertices" | "triangles">): Paths {
  const count = part.vertices.length;
  const ends = wires(part);
  const starts = new Uint32Array(count + 1);
  for (const vertex of ends) starts[vertex + 1] = at(starts, vertex + 1) + 1;
  for (let vertex = 0; vertex < count; vertex++) {
    starts[vertex + 1] = at(starts, vertex + 1) + at(starts, vertex);
  }
  const neighbours = new Uint32Array(ends.length);
  const lengths = new Float64Array(ends.length);
  const free = starts.slice();
  const join = (from: number, to: number, length: number) => {
    const place = at(free, from);
    free[from] = place + 1;
    neighbours[place] = to;
    lengths[place] = length;
  };
  for (let wire = 0; wire < ends.length; wire += 2) {
    const a = at(ends, wire);
    const b = at(ends, wire + 1);
    const [ax, ay] = part.vertices[a] ?? [0, 0];
    const [bx, by] = part.vertices[b] ?? [0, 0];
    const length = Math.hypot(bx - ax, by - ay);
    join(a, b, length);
    join(b, a, length);
  }
  return { starts, neighbours, lengths };
}

/** Dijkstra's shortest paths, in pixels of the art; Infinity where no wire leads. */
export function distancesFrom(source: number, { starts, neighbours, lengths }: Paths) {
  const distances = new Float64Array(starts.length - 1).fill(Number.POSITIVE_INFINITY);
  const queue = new Queue(neighbours.length + 1);
  distances[source] = 0;
  queue.push(source, 0);
  while (queue.size > 0) {
    const reached = queue.nearestDistance;
    const vertex = queue.pop();
    // A shorter way was found after this one had been queued.
    if (reached > at(distances, vertex)) continue;
    for (let step = at(starts, vertex); step < at(starts, vertex + 1); step++) {
      const next = at(neighbours, step);
      const distance = reached + at(lengths, step);
      if (distance < at(distances, next)) {
        distances[next] = distance;
        queue.push(next, distance);
      }
    }
  }
  return distances;
}

/** A binary heap in typed arrays: an array of objects took three times as long. */
class Queue {
  size = 0;
  readonly #vertices: Uint32Array;
  readonly #distances: Float64Array;

  /** Each step along a wire is queued at most once, so `room` is known. */
  constructor(room: number) {
    this.#vertices = new Uint32Array(room);
    this.#distances = new Float64Array(room);
  }

  get nearestDistance(): number {
    return at(this.#distances, 0);
  }

  push(vertex: number, distance: number): void {
    let place = this.size++;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (at(this.#distances, above) <= distance) break;
      this.#copy(above, place);
      place = above;
    }
    this.#vertices[place] = vertex;
    this.#distances[place] = distance;
  }

  pop(): number {
    const nearest = at(this.#vertices, 0);
    const last = --this.size;
    const distance = at(this.#distances, last);
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= last) break;
      if (below + 1 < last && at(this.#distances, below + 1) < at(this.#distances, below)) below++;
      if (at(this.#distances, below) >= distance) break;
      this.#copy(below, place);
      place = below;
    }
    this.#copy(last, place);
    return nearest;
  }

  #copy(from: number, to: number): void {
    this.#vertices[to] = at(this.#vertices, from);
    this.#distances[to] = at(this.#distances, from);
  }
}

/** An element that is there: indices come from the mesh itself. */
function at(array: Uint32Array | Float64Array, index: number): number {
  return array[index] as number;
}
