import { expect, test } from "vitest";
import { commandLine, DEFAULT_ORDER, same, toml, withoutValue, withValue } from "./order";

test("a value that is taken away leaves the order as it was", () => {
  const tuned = withValue(DEFAULT_ORDER, "detail_factor", 0.02);
  expect(same(tuned, DEFAULT_ORDER)).toBe(false);
  expect(same(withoutValue(tuned, "detail_factor"), DEFAULT_ORDER)).toBe(true);
});

test("the recipe says each value once, and nothing of what is not limited", () => {
  const order = {
    preset: "balanced",
    parameters: { detail_factor: 0.02, max_vertices: 40, max_hull_vertices: null },
  };
  expect(toml(order)).toBe(
    'preset = "balanced"\n\n[parameters]\ndetail_factor = 0.02\nmax_vertices = 40\n',
  );
  expect(commandLine(order)).toBe(
    "spinelift mesh art/*.png -o spine --preset balanced --detail-factor 0.02 --max-vertices 40",
  );
});
