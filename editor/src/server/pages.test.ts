import { afterEach, expect, it, vi } from "vitest";
import { fakeServer, json } from "./fakes";
import { all } from "./pages";

afterEach(() => vi.unstubAllGlobals());

function serve(lists: (asked: number) => readonly number[], most = 500) {
  let count = 0;
  return fakeServer(({ url }) => {
    const items = lists(count);
    count += 1;
    const query = new URL(url, "http://localhost").searchParams;
    const from = Number(query.get("offset") ?? 0);
    return json({ items: items.slice(from, from + most), count: items.length });
  });
}

it.each([0, 1, 499, 500, 501, 1234])("reads all %i of a list", async (length) => {
  const items = Array.from({ length }, (_, index) => index);
  const asked = serve(() => items);
  expect(await all("/projects", { archived: true })).toEqual(items);
  expect(asked.length).toBe(Math.max(1, Math.ceil(length / 500)));
  expect(asked[0]?.url).toBe("/api/v1/projects?archived=true&limit=500");
});

it("begins again where the list has changed between two pages", async () => {
  const items = Array.from({ length: 600 }, (_, index) => index);
  serve((asked) => (asked === 0 ? items : items.slice(1)));
  expect(await all("/projects")).toEqual(items.slice(1));
});

it("comes to an end with a list that always changes", async () => {
  serve((asked) => Array.from({ length: 600 + asked }, (_, index) => index));
  expect((await all("/projects")).length).toBeGreaterThanOrEqual(600);
});
