import { describe, expect, test } from "vitest";
import { screenPoint } from "../math/point";
import { toImage } from "../math/view";
import { flat } from "../mesh/mesh";
import { addVertex } from "./add";
import { begin } from "./gestures";
import { beginMove } from "./move";
import { beginPan } from "./pan";
import { CORNER, EMPTY, paper } from "./paper";
import { beginSplit } from "./split";
import { beginPinch, zoomByWheel } from "./zoom";

const LEFT = { button: 0, space: false };

test("panning moves the art with the pointer, and gives up where it began", () => {
  const { stage, told } = paper();
  const before = told.view;
  const pan = beginPan(stage, screenPoint(10, 10));
  pan.move(screenPoint(15, 3));
  expect(told.view).toEqual({ scale: 2, x: 105, y: 43 });
  pan.cancel();
  expect(told.view).toEqual(before);
});

test("the wheel zooms at the pointer, as far back as forth", () => {
  const { stage, told } = paper();
  const before = told.view;
  const at = screenPoint(333, 222);
  const under = toImage(before, at);
  zoomByWheel(stage, at, { deltaY: -100, deltaMode: 0, ctrlKey: false });
  expect(told.view.scale).toBeGreaterThan(2);
  expect(toImage(told.view, at).x).toBeCloseTo(under.x, 9);
  zoomByWheel(stage, at, { deltaY: 100, deltaMode: 0, ctrlKey: false });
  expect(told.view.scale).toBeCloseTo(before.scale, 9);
  expect(told.view.x).toBeCloseTo(before.x, 9);
});

test("what is under two fingers stays under them", () => {
  const { stage, told } = paper();
  const [a, b] = [screenPoint(200, 200), screenPoint(300, 200)];
  const [c, d] = [screenPoint(150, 260), screenPoint(350, 260)];
  const under = [toImage(told.view, a), toImage(told.view, b)];
  const pinch = beginPinch(stage, a, b);
  pinch.move(c, d);
  expect([toImage(told.view, c), toImage(told.view, d)]).toEqual(under);
  pinch.cancel();
  expect(told.view).toEqual({ scale: 2, x: 100, y: 50 });
});

describe("moving a vertex", () => {
  test("one drag is one step, and the vertex moves by as much as the pointer", () => {
    const { stage, told } = paper();
    const gesture = beginMove(stage, screenPoint(103, 50));
    gesture?.move(screenPoint(110, 60));
    gesture?.move(screenPoint(123, 70));
    gesture?.end();
    expect(told.selected).toBe(0);
    expect(told.commits.map(({ vertices }) => vertices[0])).toEqual([[10, 10]]);
    expect(told.previews.at(-1)).toEqual(told.commits[0]);
  });

  test("a click only selects, though the hand shakes", () => {
    const { stage, told } = paper();
    const gesture = beginMove(stage, CORNER);
    gesture?.move(screenPoint(101, 51));
    gesture?.end();
    expect(told).toMatchObject({ selected: 0, commits: [], previews: [] });
  });

  test("a cancelled drag shows what was", () => {
    const { stage, told, part } = paper();
    const gesture = beginMove(stage, CORNER);
    gesture?.move(screenPoint(140, 90));
    gesture?.cancel();
    expect(told.commits).toEqual([]);
    expect(told.previews.at(-1)).toBe(part);
  });

  test("a locked mesh has no vertex to move", () => {
    const { stage } = paper();
    expect(beginMove({ ...stage, edit: () => null }, CORNER)).toBeNull();
  });
});

describe("adding a vertex", () => {
  test("it is one step, and selected", () => {
    const { stage, told, part } = paper();
    addVertex(
      { ...stage, edit: () => ({ ...part, vertices: part.vertices.slice(0, part.hull) }) },
      screenPoint(200, 111),
    );
    expect(told.commits.map(({ vertices }) => vertices.at(-1))).toEqual([[50, 30.5]]);
    expect(told.selected).toBe(part.hull);
  });

  test("none is added upon another", () => {
    const { stage, told } = paper();
    addVertex(stage, CORNER);
    expect(told.commits).toEqual([]);
  });
});

describe("the divider", () => {
  test("it moves with the pointer, and stays on the canvas", () => {
    const { stage, told } = paper(0.5);
    const gesture = beginSplit(stage, screenPoint(405, 9));
    gesture?.move(screenPoint(485, 9));
    expect(told.split).toBeCloseTo(0.6, 9);
    gesture?.move(screenPoint(5000, 9));
    expect(told.split).toBe(1);
    gesture?.cancel();
    expect(told.split).toBe(0.5);
  });

  test("it is not there without a split, nor far from it", () => {
    expect(beginSplit(paper().stage, screenPoint(400, 9))).toBeNull();
    expect(beginSplit(paper(0.5).stage, screenPoint(430, 9))).toBeNull();
  });
});

describe("a press", () => {
  test("on the mesh bends it in bend mode, and the mesh springs back", () => {
    const { stage, told, part, bend } = paper();
    const gesture = begin(stage, "bend", screenPoint(205, 115), LEFT);
    gesture?.move(screenPoint(260, 60));
    expect(bend.positions).not.toEqual(flat(part.vertices));
    gesture?.end();
    expect(told.redraws).toBe(2);
    while (bend.step(1 / 60));
    expect(bend.positions).toEqual(flat(part.vertices));
  });

  test("on a vertex moves it in edit mode, and a press beside all deselects", () => {
    const { stage, told } = paper();
    begin(stage, "edit", CORNER, LEFT);
    expect(told.selected).toBe(0);
    begin(stage, "edit", EMPTY, LEFT);
    expect(told.selected).toBeNull();
  });

  test.each([
    ["on empty ground", EMPTY, LEFT],
    ["with the middle button", CORNER, { button: 1, space: false }],
    ["with the space bar", CORNER, { button: 0, space: true }],
  ])("%s pans in either mode", (_, at, press) => {
    for (const mode of ["bend", "edit"] as const) {
      const { stage, told } = paper();
      begin(stage, mode, at, press)?.move(screenPoint(at.x + 7, at.y));
      expect(told.view.x).toBe(107);
      expect(told.previews).toEqual([]);
    }
  });

  test("of the right button is the browser's", () => {
    expect(begin(paper().stage, "edit", CORNER, { button: 2, space: false })).toBeNull();
  });

  test("on the divider drags it, whatever lies below", () => {
    const { stage, told } = paper(0.25);
    begin(stage, "bend", screenPoint(200, 110), LEFT)?.move(screenPoint(280, 110));
    expect(told.split).toBeCloseTo(0.35, 9);
  });
});
