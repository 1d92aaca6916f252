import { expect, test } from "vitest";
import { catalogue } from "./fakes";
import { readRecipe, recipe } from "./recipe";

test("what was written is read", () => {
  const order = {
    preset: "balanced",
    parameters: { detail_factor: 0.02, max_vertices: null, islands: "split" },
  };
  const text = recipe(order);
  expect(text).toBe("preset=balanced&detail_factor=0.02&max_vertices=none&islands=split");
  expect(readRecipe(text, catalogue)).toEqual({ order, faults: [] });
});

test.each([
  "detail_factor=9",
  "detail_factor=",
  "detail_factor=0x1",
  "detail_factor=Infinity",
  "detail_factor=none",
  "padding=1.5",
  "padding=-1",
  "islands=none",
  "islands=<b>",
  "colour=red",
  "__proto__=1",
  "constructor=1",
  "preset=fancy",
  "preset=__proto__",
  "%E0%A4%A=1",
  "=&&==",
])("%s is told of, and the rest is used", (wrong) => {
  const { order, faults } = readRecipe(`${wrong}&padding=2`, catalogue);
  expect(order).toEqual({ preset: "balanced", parameters: { padding: 2 } });
  expect(faults).not.toEqual([]);
});

test("a value that cannot be is said with what it may be", () => {
  expect(readRecipe("detail_factor=9", catalogue).faults).toEqual([
    "Detail factor cannot be 9, but 0.001 – 0.05",
  ]);
  expect(readRecipe("islands=none", catalogue).faults).toEqual([
    "Islands cannot be none, but Joined, One mesh each",
  ]);
});

test("of a hostile link little is repeated", () => {
  const many = Array.from({ length: 1000 }, (_, at) => `p${at}${"x".repeat(1000)}=1`).join("&");
  const { faults } = readRecipe(many, catalogue);
  expect(faults.length).toBeLessThan(10);
  expect(faults.join().length).toBeLessThan(500);
});
