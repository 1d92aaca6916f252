"""A browser from npm, in which the page is tried as people use it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import noto_cjk_sans_otc
from playwright.sync_api import Browser, sync_playwright

from ..npm import NODE, install

HERE = Path(__file__).parent / "chromium"
FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
"""No graphics card is needed, and no other host is asked."""

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
"""One font for all languages: with a machine's own, pages look different on each."""


@contextmanager
def unpacked() -> Iterator[Path]:
    """Where the program is, until the block ends."""
    install(HERE)
    with tempfile.TemporaryDirectory(prefix="chromium-") as folder:
        # As where it was made for, it brings along the libraries that machines may not have.
        environment = {**os.environ, "TMPDIR": folder, "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
        done = subprocess.run(
            (NODE, "place.mjs"), cwd=HERE, env=environment, check=True, capture_output=True
        )
        yield Path(done.stdout.decode())


@contextmanager
def chromium(place: Path) -> Iterator[Browser]:
    """Start it; while it runs, its thread runs the loop that Playwright speaks to it by."""
    fonts = place.parent / "fonts.conf"
    font = Path(noto_cjk_sans_otc.__file__).parent
    fonts.write_text(FONTS.format(fonts=font, cache=place.parent / "fonts"))
    environment: dict[str, str | float | bool] = {
        **os.environ,
        "FONTCONFIG_FILE": str(fonts),
        "LD_LIBRARY_PATH": f"{place.parent}:{place.parent / 'al2023' / 'lib'}",
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=FLAGS, env=environment)
        yield browser
        browser.close()
