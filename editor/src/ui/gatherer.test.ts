import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Gatherer } from "./gatherer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function handed(count: number, msBetween: number): Promise<readonly number[][]> {
  const taken: number[][] = [];
  const gatherer = new Gatherer<number>(async (things) => {
    taken.push([...things]);
  });
  for (let thing = 0; thing < count; thing += 1) {
    gatherer.add(thing);
    await vi.advanceTimersByTimeAsync(msBetween);
  }
  await vi.advanceTimersByTimeAsync(10_000);
  return taken;
}

test("a few are handed on as they come", async () => {
  expect(await handed(3, 20)).toEqual([[0], [1], [2]]);
});

test("of many, all are handed on once, in few rounds", async () => {
  const taken = await handed(2000, 10);
  expect(taken.flat()).toEqual([...Array(2000).keys()]);
  expect(taken.length).toBeLessThan(50 + 25);
});

test("after a rest, things are handed on as they come again", async () => {
  const taken: number[][] = [];
  const gatherer = new Gatherer<number>(async (things) => void taken.push([...things]));
  for (let thing = 0; thing < 100; thing += 1) gatherer.add(thing);
  await vi.advanceTimersByTimeAsync(10_000);
  const before = taken.length;
  for (const thing of [100, 101]) {
    gatherer.add(thing);
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(taken.slice(before)).toEqual([[100], [101]]);
});
