"""Every state of the page, and how one gets there: for pictures, and for what must hold in all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, expect

from spinelift.images import encode_png

from ..art import clouds
from ..journeys.system import EmbeddedSystem
from .conftest import opened
from .people import ALICE, BOB, register
from .visitors import art, choose_looks, drop, layers, on_screen, words

FOX = (
    *("head", "hair", "front-ear", "torso", "cape", "tail"),
    *("sword", "front-hand", "scarf", "leaf", "発光"),
)
INVISIBLE = {"invisible.png": encode_png(np.zeros((64, 64, 4), dtype=np.uint8))}


@dataclass(frozen=True)
class World:
    """What was there before the states: Alice with projects, Bob with none."""

    system: EmbeddedSystem
    browser: Browser
    alice: Any
    bob: Any
    fox: str
    failed: str
    empty: str

    @contextmanager
    def visited(self, view: str, *, language: str, theme: str, **looks: Any) -> Iterator[Page]:
        """The page in that state."""
        who = {"alice": self.alice, "bob": self.bob, "nobody": None}[VIEWS[view].who]
        with opened(self.system, self.browser, who, **looks) as (page, _):
            choose_looks(page, theme=theme, language=language)
            VIEWS[view].go(Visit(page, self, words(language)))
            yield page
            # What is still made would be in the way of what comes.
            if (cancel := page.locator("footer progress ~ button:not(.link)")).is_visible():
                cancel.click()
                expect(cancel).to_be_hidden(timeout=60_000)


@dataclass(frozen=True)
class Visit:
    """Somebody at the page, and what the page says in their language."""

    page: Page
    world: World
    words: Mapping[str, str]

    def press(self, key: str) -> None:
        self.page.get_by_role("button", name=self.words[key], exact=True).first.click()

    def unfold(self, key: str) -> None:
        self.page.locator("summary", has_text=self.words[key]).click()

    def editor(self) -> None:
        """Alice's fox, with its tail on the stage."""
        self.page.goto(f"/#{self.world.fox}")
        layers(self.page).get_by_role("button", name=re.compile("^tail")).first.click()
        expect(self.page.locator("#stage-summary")).to_contain_text("tail")
        expect(self.page.locator(".card")).to_be_visible()
        # What comes by the network, and two frames to draw it.
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )


@dataclass(frozen=True)
class View:
    """How one gets there, and who."""

    go: Callable[[Visit], None]
    who: str = "alice"


@contextmanager
def world(system: EmbeddedSystem, browser: Browser) -> Iterator[World]:
    """Of a system with accounts on which nobody is yet."""
    sessions = {}
    with opened(system, browser, None) as (page, _):
        register(page, system, BOB)
        sessions[BOB] = page.context.storage_state()
    with opened(system, browser, None) as (page, _):
        register(page, system, ALICE)
        sessions[ALICE] = page.context.storage_state()
        places = []
        for name, files in (
            ("Fox", art(*FOX)),
            ("Scarecrow", {**art("leaf", "sword"), **INVISIBLE}),
            ("Empty", {}),
        ):
            page.goto("/#/")
            page.get_by_role("textbox", name="Name of the project").fill(name)
            page.keyboard.press("Enter")
            expect(page.get_by_text("Drop art here")).to_be_visible()
            if files:
                drop(page, files)
                expect(page.locator("footer")).to_contain_text(
                    re.compile("(are done|1 failed)"), timeout=60_000
                )
            places.append(page.url.partition("#")[2])
            if name == "Fox":
                keep_another(page)
    fox, failed, empty = places
    yield World(system, browser, sessions[ALICE], sessions[BOB], fox, failed, empty)


def keep_another(page: Page) -> None:
    """A second version of the tail, as a preset makes it."""
    layers(page).get_by_role("button", name=re.compile("^tail")).click()
    summary = page.locator("#stage-summary")
    expect(summary).to_contain_text("tail")
    before = summary.inner_text()
    page.keyboard.press("1")
    expect(summary).not_to_have_text(before)
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Keep")).to_be_hidden()


def sign_in(visit: Visit) -> None:
    visit.page.goto("/")
    expect(visit.page.get_by_label(visit.words["account.email"])).to_be_visible()


def sign_up(visit: Visit) -> None:
    sign_in(visit)
    visit.press("account.sign-up")


def forgotten(visit: Visit) -> None:
    sign_in(visit)
    visit.press("account.forgot")


def new_password(visit: Visit) -> None:
    visit.page.goto("/#reset/a-key")
    expect(visit.page.get_by_label(visit.words["account.new-password"])).to_be_visible()


def projects(visit: Visit) -> None:
    visit.page.goto("/")
    expect(visit.page.get_by_role("heading", name=visit.words["projects"])).to_be_visible()
    visit.page.wait_for_load_state("networkidle")


def empty(visit: Visit) -> None:
    visit.page.goto(f"/#{visit.world.empty}")
    expect(visit.page.get_by_text(visit.words["drop.hint"])).to_be_visible()
    expect(visit.page.get_by_role("heading", name="Empty")).to_be_visible()


def missing(visit: Visit) -> None:
    visit.page.goto("/#/project/00000000-0000-0000-0000-000000000000")
    expect(visit.page.get_by_text(visit.words["project.missing"])).to_be_visible()


def dropping(visit: Visit) -> None:
    empty(visit)
    visit.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File([""], "art.png"));
          document.body.dispatchEvent(
            new DragEvent("dragover", { dataTransfer: data, bubbles: true }));
        }"""
    )
    expect(visit.page.get_by_text(visit.words["drop.now"])).to_be_visible()


def opened_menu(key: str) -> Callable[[Visit], None]:
    def go(visit: Visit) -> None:
        visit.editor()
        visit.unfold(key)
        expect(visit.page.locator(".sheet:visible")).to_have_count(1)

    return go


def opened_dialog(menu: str, key: str) -> Callable[[Visit], None]:
    def go(visit: Visit) -> None:
        visit.editor()
        visit.unfold(menu)
        visit.press(key)
        expect(visit.page.get_by_role("dialog")).to_be_visible()
        visit.page.wait_for_load_state("networkidle")

    return go


def fine_tune(visit: Visit) -> None:
    visit.editor()
    visit.unfold("tune.fine")


def versions(visit: Visit) -> None:
    visit.editor()
    visit.unfold("versions")
    expect(visit.page.locator(".versions li").nth(1)).to_be_visible()
    visit.page.locator(".side").evaluate("side => side.scrollTo(0, side.scrollHeight)")


def compare(visit: Visit) -> None:
    versions(visit)
    visit.press("compare")
    expect(visit.page.get_by_role("table")).to_be_visible()
    visit.page.wait_for_load_state("networkidle")


def keys(visit: Visit) -> None:
    visit.editor()
    visit.press("keys")
    expect(visit.page.get_by_role("dialog")).to_be_visible()


def bend(visit: Visit) -> None:
    visit.editor()
    x, y = on_screen(visit.page, 330, 215)
    visit.page.mouse.move(x, y)
    visit.page.mouse.down()
    visit.page.mouse.move(x + 40, y - 150, steps=6)
    visit.page.wait_for_timeout(1_000)


def split(visit: Visit) -> None:
    visit.editor()
    visit.press("split")
    expect(visit.page.get_by_role("separator")).to_be_visible()


def draft(visit: Visit) -> None:
    visit.editor()
    summary = visit.page.locator("#stage-summary")
    before = summary.inner_text()
    visit.page.keyboard.press("4")
    expect(summary).not_to_have_text(before)
    expect(visit.page.get_by_role("button", name=visit.words["keep"], exact=True)).to_be_visible()


def edit_refused(visit: Visit) -> None:
    """A point of the outline that is pulled over to where the outline crosses itself."""
    answers = []
    visit.page.on(
        "response",
        lambda answer: answers.append(answer) if answer.url.endswith("/geometry") else None,
    )
    visit.editor()
    visit.press("edit")
    first = answers[-1].json()["vertices"][0]
    visit.page.mouse.move(*on_screen(visit.page, *first))
    visit.page.mouse.down()
    visit.page.mouse.move(*on_screen(visit.page, 330, 300), steps=4)
    visit.page.mouse.up()
    expect(visit.page.locator(".trouble")).to_be_visible()


def batch(visit: Visit) -> None:
    """Some of many are made."""
    visit.page.goto("/")
    expect(visit.page.get_by_role("heading", name=visit.words["projects"])).to_be_visible()
    slow = encode_png(clouds())
    drop(visit.page, {**art("head", "sword"), **{f"mist-{n}.png": slow for n in range(12)}})
    made = re.compile(visit.words["card.vertices"].rpartition("#")[2].rstrip("} "))
    expect(layers(visit.page).filter(has_text="head")).to_contain_text(made)
    layers(visit.page).get_by_role("button", name=re.compile("^head")).click()
    expect(visit.page.locator(".card")).to_be_visible()
    expect(visit.page.locator("footer progress")).to_be_visible()


def failed(visit: Visit) -> None:
    visit.page.goto(f"/#{visit.world.failed}")
    layers(visit.page).get_by_role("button", name=re.compile("^invisible")).first.click()
    expect(visit.page.locator(".card")).to_be_visible()


def expired(visit: Visit) -> None:
    visit.editor()
    visit.page.context.clear_cookies()
    visit.page.keyboard.press("4")
    expect(visit.page.get_by_label(visit.words["account.email"])).to_be_visible()


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "sign-in": View(sign_in, "nobody"),
        "sign-up": View(sign_up, "nobody"),
        "forgotten": View(forgotten, "nobody"),
        "new-password": View(new_password, "nobody"),
        "projects-empty": View(projects, "bob"),
        "projects": View(projects),
        "missing": View(missing),
        "project-empty": View(empty),
        "drop": View(dropping),
        "editor": View(Visit.editor),
        "draft": View(draft),
        "fine-tune": View(fine_tune),
        "bend": View(bend),
        "split": View(split),
        "edit-refused": View(edit_refused),
        "versions": View(versions),
        "compare": View(compare),
        "batch": View(batch),
        "failed": View(failed),
        "recipe": View(opened_menu("share")),
        "download": View(opened_menu("download")),
        "notices": View(opened_menu("notices")),
        "menu": View(opened_menu("settings")),
        "settings": View(opened_dialog("settings", "settings.more")),
        "members": View(opened_dialog("project", "members")),
        "audit": View(opened_dialog("project", "audit")),
        "keys": View(keys),
        "expired": View(expired),
    }
)
