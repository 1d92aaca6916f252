import { expect, test, vi } from "vitest";
import { beginningOf } from "./times";

vi.mock("./words", () => ({}));

test("a day begins at midnight where one is, also after the end of a month", () => {
  expect(beginningOf("2026-03-01")).toBe(new Date(2026, 2, 1).toISOString());
  expect(beginningOf("2026-12-31", 1)).toBe(new Date(2027, 0, 1).toISOString());
});
