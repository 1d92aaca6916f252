import { expect, test } from "vitest";

const sources = import.meta.glob<string>("./**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** What each folder may import from, beside itself; what lies in `src` itself puts all together. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  math: [],
  mesh: ["math"],
  render: ["mesh", "math"],
  server: ["mesh", "math"],
  tools: ["mesh", "math"],
  ui: ["tools", "render", "server", "mesh", "math"],
};

const IMPORT = /(?:\bfrom|\bimport|\bimport\()\s*["'](\.[^"']+)["']/g;

function folder(path: string): string | null {
  return path.includes("/") ? (path.split("/")[0] ?? null) : null;
}

/** Of an import, from `src`: `./b` in `a/x.ts` is `a/b`. */
function resolved(from: string, to: string): string {
  return new URL(to, `file:///${from}`).pathname.slice(1);
}

function imports(path: string, source: string) {
  return [...source.matchAll(IMPORT)].map(([, to = ""]) => ({ path, to: resolved(path, to) }));
}

const all = Object.entries(sources).map(([path, source]) => [path.slice(2), source] as const);

test("every folder has its layer", () => {
  const folders = new Set(all.map(([path]) => folder(path)).filter((name) => name !== null));
  expect([...folders].filter((name) => !(name in BELOW))).toEqual([]);
});

test("imports go only down", () => {
  const up = all
    .flatMap(([path, source]) => imports(path, source))
    .filter(({ path, to }) => {
      const from = folder(path);
      const into = folder(to);
      return from !== null && into !== from && !BELOW[from]?.includes(into ?? "");
    });
  expect(up).toEqual([]);
});

test("an import that goes up is found however it is written", () => {
  const source = `
    import { a } from "../ui/app";
    import type { B } from '../render/b';
    export * from "../tools/c";
    import "../server/d";
    const e = await import("../ui/e");
  `;
  expect(imports("math/view.ts", source).map(({ to }) => to)).toEqual([
    "ui/app",
    "render/b",
    "tools/c",
    "server/d",
    "ui/e",
  ]);
});
