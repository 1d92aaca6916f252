/** A mesh's vertices changed by hand; the server makes the triangles anew. */

import { distance, type ImagePoint, imagePoint } from "../math/point";
import type { Vertex } from "./mesh";

/** As the API takes it: in pixels of the art, the first `hull` walk the outline. */
export interface Edit {
  readonly vertices: readonly Vertex[];
  readonly hull: number;
}

export function moved(edit: Edit, index: number, to: ImagePoint): Edit {
  return { vertices: edit.vertices.with(index, [to.x, to.y]), hull: edit.hull };
}

/**
 * One vertex more. Within `near` pixels of the outline it goes onto the outline, which keeps its
 * shape until the vertex is dragged; else it goes inside, after all the others.
 */
export function added(edit: Edit, at: ImagePoint, near: number): Edit {
  const place = placeOnHull(edit, at);
  if (place === null || place.away > near) {
    return { vertices: [...edit.vertices, [at.x, at.y]], hull: edit.hull };
  }
  const { after, on } = place;
  return {
    vertices: edit.vertices.toSpliced(after + 1, 0, [on.x, on.y]),
    hull: edit.hull + 1,
  };
}

/** One vertex less; null where the outline would be left with fewer than three. */
export function removed(edit: Edit, index: number): Edit | null {
  const hull = index < edit.hull ? edit.hull - 1 : edit.hull;
  return hull < 3 ? null : { vertices: edit.vertices.toSpliced(index, 1), hull };
}

/** The vertex nearest to a point, within `reach` pixels of the art. */
export function nearest(edit: Edit, at: ImagePoint, reach: number): number | null {
  let best: number | null = null;
  let least = reach;
  edit.vertices.forEach(([x, y], index) => {
    const away = distance(imagePoint(x, y), at);
    if (away <= least) {
      least = away;
      best = index;
    }
  });
  return best;
}

interface PlaceOnHull {
  /** The vertex at which the edge begins. */
  readonly after: number;
  readonly on: ImagePoint;
  readonly away: number;
}

function placeOnHull(edit: Edit, at: ImagePoint): PlaceOnHull | null {
  let best: PlaceOnHull | null = null;
  for (let after = 0; after < edit.hull; after++) {
    const on = onEdge(at, edit.vertices[after], edit.vertices[(after + 1) % edit.hull]);
    const away = distance(on, at);
    if (best === null || away < best.away) best = { after, on, away };
  }
  return best;
}

/** The point of the edge from a to b that is nearest. */
function onEdge(at: ImagePoint, [ax, ay]: Vertex = [0, 0], [bx, by]: Vertex = [0, 0]): ImagePoint {
  const dx = bx - ax;
  const dy = by - ay;
  const along = ((at.x - ax) * dx + (at.y - ay) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.min(Math.max(along, 0), 1);
  return imagePoint(ax + share * dx, ay + share * dy);
}
