import { ask, type Query, withQuery } from "./request";

/** As many as the server gives at once. */
const LIMIT = 500;

/** After which a list that goes on changing is taken as it was read. */
const ATTEMPTS = 3;

export interface Page<T> {
  readonly items: readonly T[];
  /** Of all, on whatever page. */
  readonly count: number;
}

/** One page of a list. */
export function page<T>(path: string, query: Query, signal?: AbortSignal): Promise<Page<T>> {
  return ask("GET", withQuery(path, query), { signal });
}

/** All of a list, page by page; from its beginning again where it changes between two pages. */
export async function all<T>(
  path: string,
  query: Query = {},
  signal?: AbortSignal,
): Promise<readonly T[]> {
  for (let attempt = 1; ; attempt += 1) {
    const first = await page<T>(path, { ...query, limit: LIMIT }, signal);
    const found = [...first.items];
    let isSteady = true;
    while (isSteady && found.length < first.count) {
      const next = await page<T>(path, { ...query, limit: LIMIT, offset: found.length }, signal);
      isSteady = (next.count === first.count && next.items.length > 0) || attempt === ATTEMPTS;
      if (next.items.length === 0) break;
      found.push(...next.items);
    }
    if (isSteady || attempt === ATTEMPTS) return found;
  }
}
