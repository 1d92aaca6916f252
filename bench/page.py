"""The page in a browser: what one waits for on it, the script of a frame, and its weight.

No graphics card is needed, as SwiftShader draws on the processor. What it takes for that is told
apart: a card does the same in a few milliseconds.
"""

from __future__ import annotations

import itertools
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, expect
from tests.journeys.system import EmbeddedSystem
from tests.page.canvas import middle, place_of, project
from tests.page.chromium import chromium, unpacked
from tests.page.conftest import come_in, opened
from tests.page.measures import count_frames, first_page_bytes, frames, layout_shift
from tests.page.visitors import PATIENCE, ask, drop, open_large_project, open_project
from tests.service.pictures import fresh

from bench import sheet
from bench.clock import median, percentile
from bench.table import Row, Table

SIDE = 1024

DROPS, DROP_GOAL = 11, 1000.0
TURNS, SLIDER_GOAL = 40, 150.0
"""Of a slider, by a step each."""
DISCARDED = 3

FRAME_GOAL = 2.0
MOVES = 120
REACH = 40
"""Pixels of the window by which a mesh is bent, or a point moved."""
MESHES = {
    1_000: {"max_vertices": 1_000, "detail_factor": 0.001, "internal_vertex_density": 55},
    5_000: {
        "max_vertices": 5_000,
        "detail_factor": 0.001,
        "internal_vertex_density": 100,
        "density_scaling_factor": 100,
    },
}

LAYERS = 300

BYTES_GOAL = 60_000

WATCH = """
(() => {
  const watched = { meshes: [], drop: 0, input: 0 };
  const { prototype } = WebGL2RenderingContext;
  const { bufferData, clear } = prototype;
  let isNew = false;
  prototype.bufferData = function (target, content, usage) {
    bufferData.call(this, target, content, usage);
    isNew ||= target === this.ELEMENT_ARRAY_BUFFER && content.length > 0;
  };
  prototype.clear = function (bits) {
    clear.call(this, bits);
    if (!isNew) return;
    isNew = false;
    // Once all of the frame has been asked for; to read of it is to wait for it.
    queueMicrotask(() => {
      const asked = performance.now();
      this.readPixels(0, 0, 1, 1, this.RGBA, this.UNSIGNED_BYTE, new Uint8Array(4));
      watched.meshes.push([asked, performance.now()]);
    });
  };
  for (const kind of ["drop", "input"]) {
    addEventListener(kind, (event) => { watched[kind] = event.timeStamp; }, true);
  }
  // The times of the frame that first shows a mesh after `count` of them.
  window.shown = (count) => new Promise((resolve) => {
    const look = () => {
      if (watched.meshes.length > count) resolve([...watched.meshes[count], watched]);
      else requestAnimationFrame(look);
    };
    look();
  });
})()
"""


def tables() -> Iterator[Table]:
    """One server and one browser through all of it."""
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        system = stack.enter_context(EmbeddedSystem(Path(place)))
        browser = stack.enter_context(chromium(stack.enter_context(unpacked())))
        session = come_in(system, browser)

        @contextmanager
        def visit(script: str = "") -> Iterator[Page]:
            with opened(system, browser, session) as (page, faults):
                page.add_init_script(script)
                yield page
                assert faults == []

        yield waiting(visit)
        yield dragging(visit)
        yield telling(visit)
        yield weight(visit)


Visit = Callable[..., Any]
"""Opens a page, with a script that runs before its own."""


# What one waits for


def waiting(visit: Visit) -> Table:
    """From the event to the frame that shows the mesh."""
    rows = [
        _waited("a dropped image", [_drop(visit) for _ in range(DROPS)][1:], DROP_GOAL),
        _waited("a slider's step", _slide(visit)[DISCARDED:], SLIDER_GOAL),
    ]
    columns = (f"to the mesh of {SIDE} px", "ms median", "p90", "of that drawing")
    goal = f"the median below {DROP_GOAL:g} and {SLIDER_GOAL:g} ms, drawn without a graphics card"
    return Table("Page: waiting", columns, rows, goal)


Wait = tuple[float, float]
"""Milliseconds until the frame was asked for, and until it was drawn."""


def _drop(visit: Visit) -> Wait:
    """An image on the page of one's projects, which makes a project of it."""
    with visit(WATCH) as page:
        page.goto("/")
        expect(page.get_by_role("heading", name="Projects")).to_be_visible()
        drop(page, {"fox.png": fresh(sheet.png("character", SIDE))})
        asked, drawn, watched = page.evaluate("shown(0)")
        return asked - watched["drop"], drawn - watched["drop"]


def _slide(visit: Visit) -> list[Wait]:
    """Forth and back, each step once all of the last is over."""
    with visit(WATCH) as page:
        open_project(page, {"fox.png": fresh(sheet.png("character", SIDE))})
        page.get_by_label("Detail").focus()
        waits = []
        for turn in range(TURNS + DISCARDED):
            page.wait_for_timeout(200)
            count = page.evaluate("shown(0)")[2]["meshes"]
            page.keyboard.press("ArrowRight" if turn % 20 < 10 else "ArrowLeft")
            asked, drawn, watched = page.evaluate(f"shown({len(count)})")
            waits.append((asked - watched["input"], drawn - watched["input"]))
        return waits


def _waited(name: str, waits: Sequence[Wait], most: float) -> Row:
    drawn = [wait[1] for wait in waits]
    drawing = median([drawn - asked for asked, drawn in waits])
    figures = (median(drawn), percentile(drawn, 90), drawing)
    return Row((name, *(f"{figure:.0f}" for figure in figures)), figures[0] < most)


# What a frame takes


def dragging(visit: Visit) -> Table:
    """The browser's own count of the time in which scripts ran, by the frames that were drawn."""
    rows = []
    for vertices, parameters in MESHES.items():
        with visit() as page:
            count_frames(page)
            open_project(page, {"fox.png": fresh(sheet.png("character", SIDE))})
            count = _have_meshed(page, parameters)
            most = FRAME_GOAL if vertices <= 1_000 else None
            rows.append(_dragged(page, f"bending {count} vertices", middle(page), most))
            page.get_by_role("button", name="Edit points").click()
            place = place_of(page, count - 1)
            rows.append(_dragged(page, f"moving one of {count}", place, most))
    columns = ("a drag", "frames", "ms of script a frame")
    goal = f"below {FRAME_GOAL:g} ms of script a frame at about 1000 vertices"
    return Table("Page: frames", columns, rows, goal)


def _have_meshed(page: Page, parameters: dict[str, Any]) -> int:
    """Once it is on the stage; gives the number of its vertices."""
    [image] = ask(page, "GET", f"/projects/{project(page)}/images")["items"]
    order = {"parameters": parameters}
    made = ask(page, "POST", f"/images/{image['id']}/meshes?wait=60", order)
    assert made["status"] == "completed", made
    count = sum(part["vertices"] for part in made["parts"])
    expect(page.locator("#stage-summary")).to_contain_text(f"{count:,} vertices")
    page.wait_for_timeout(1000)
    return int(count)


def _dragged(page: Page, name: str, place: tuple[float, float], most: float | None) -> Row:
    """Along a figure of eight; given up in the end, so that nothing is kept."""
    x, y = place
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.mouse.move(x, y)
    page.mouse.down()
    before, drawn = _script_seconds(session), frames(page)
    for move in range(MOVES):
        turn = 2 * math.pi * move / MOVES
        page.mouse.move(x + REACH * math.sin(turn), y + REACH * math.sin(2 * turn))
    spent, drawn = _script_seconds(session) - before, frames(page) - drawn
    page.locator("canvas").focus()
    page.keyboard.press("Escape")
    page.mouse.up()
    page.wait_for_timeout(1000)
    session.detach()
    taken = 1000 * spent / drawn
    return Row((name, str(drawn), f"{taken:.2f}"), None if most is None else taken < most)


def _script_seconds(session: CDPSession) -> float:
    """In which scripts ran since the visit began."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "ScriptDuration"))


# What is told


def telling(visit: Visit) -> Table:
    """A batch of many layers that one looks at: all that is told of it, and read then."""
    with visit() as page:
        heard = itertools.count()

        def listen(socket: Any) -> None:
            socket.on("framereceived", lambda _: next(heard))

        page.on("websocket", listen)
        small = {f"part-{number}.png": fresh(sheet.png("head", 64)) for number in range(LAYERS)}
        open_large_project(page, small)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        before, first = _script_seconds(session), next(heard)
        ask(page, "POST", f"/projects/{project(page)}/batches", {"preset": "performance"})
        expect(page.locator("footer progress")).to_be_visible()
        expect(page.locator("footer progress")).to_be_hidden(timeout=PATIENCE)
        page.wait_for_load_state("networkidle")
        spent, count = _script_seconds(session) - before, next(heard) - first - 1
    taken = 1000 * spent / LAYERS
    cells = (f"a batch of {LAYERS}", str(count), f"{taken:.2f}")
    columns = ("layers", "messages", "ms of script a mesh")
    goal = f"below {FRAME_GOAL:g} ms of script a mesh, for all that is told and read of it"
    row = Row(cells, taken < FRAME_GOAL)
    return Table("Page: many layers", columns, [row], goal)


# What it weighs


def weight(visit: Visit) -> Table:
    """Before anybody has done anything; and what moves by itself after a drop."""
    with visit() as page:
        size = first_page_bytes(page)
    with visit() as page:
        open_project(page, {"fox.png": fresh(sheet.png("character", SIDE))})
        shift = layout_shift(page)
    rows = [
        Row(("bytes of the first page, gzipped", f"{size:,}"), size < BYTES_GOAL),
        Row(("layout shift", f"{shift:g}"), shift == 0),
    ]
    goal = f"below {BYTES_GOAL:,} bytes, and nothing moves by itself"
    return Table("Page: weight", ("what", "is"), rows, goal)
