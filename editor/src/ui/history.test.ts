import { expect, test } from "vitest";
import { History } from "./history";

function setting(values: number[], from: number, to: number) {
  return { undo: () => void values.push(from), redo: () => void values.push(to) };
}

test("what was undone is redone, in order", async () => {
  const history = new History();
  const values: number[] = [];
  history.add(setting(values, 0, 1));
  history.add(setting(values, 1, 2));
  for (const _ of "123") await history.undo();
  for (const _ of "123") await history.redo();
  expect(values).toEqual([1, 0, 1, 2]);
});

test("what is done after an undo takes the place of what was undone", async () => {
  const history = new History();
  const values: number[] = [];
  history.add(setting(values, 0, 1));
  await history.undo();
  history.add(setting(values, 0, 5));
  expect(history.canRedo.value).toBe(false);
  await history.undo();
  expect(history.canUndo.value).toBe(false);
  expect(values).toEqual([0, 0]);
});

test("what could not be undone still can be", async () => {
  const history = new History();
  const values: number[] = [];
  let isAway = true;
  const undo = () => {
    if (isAway) throw new Error("The server does not answer.");
    values.push(0);
  };
  history.add({ undo, redo: () => void values.push(1) });
  await expect(history.undo()).rejects.toThrow();
  expect([history.canUndo.value, history.canRedo.value]).toEqual([true, false]);
  isAway = false;
  await history.undo();
  expect(values).toEqual([0]);
});
