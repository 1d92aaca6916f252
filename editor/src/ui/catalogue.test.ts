import { expect, test } from "vitest";
import type { Preset } from "../server/presets";
import { catalogue, MINE } from "./fakes";

const TUNED = { preset: MINE.id, parameters: { padding: 3 } };

test("an order leaves to its preset what it does not say itself", () => {
  expect(catalogue.value(TUNED, "padding")).toBe(3);
  expect(catalogue.value(TUNED, "detail_factor")).toBe(0.03);
  expect(catalogue.value(TUNED, "max_vertices")).toBe(null);
});

test("a mesh of a preset that one does not see is balanced, with other values", () => {
  const values = catalogue.values(TUNED);
  expect(catalogue.orderOf("somebody-elses", values)).toEqual({
    preset: "balanced",
    parameters: { detail_factor: 0.03, padding: 3 },
  });
  expect(catalogue.orderOf(MINE.id, values)).toEqual(TUNED);
});

test("an order stands after its preset was deleted, and is the same again where that is back", () => {
  const after = catalogue.withPresets(without(MINE.id));
  const standing = after.standing(TUNED);
  expect(standing.preset).toBe("balanced");
  expect(after.values(standing)).toEqual(catalogue.values(TUNED));
  expect(after.withPresets(catalogue.presets).standing(TUNED)).toEqual(TUNED);
});

test("what others are given says nothing of one's own presets", () => {
  expect(catalogue.portable({ preset: "balanced", parameters: {} }).preset).toBe("balanced");
  expect(catalogue.portable(TUNED)).toEqual({
    preset: "balanced",
    parameters: { detail_factor: 0.03, padding: 3 },
  });
});

function without(id: string): readonly Preset[] {
  return catalogue.presets.filter((preset) => preset.id !== id);
}
