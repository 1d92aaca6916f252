"""A browser from npm, in which the page is tried as people use it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start one, which ends with the block."""
    install(HERE)
    with tempfile.TemporaryDirectory(prefix="chromium-") as folder:
        environment = {**os.environ, "TMPDIR": folder}
        unpacked = subprocess.run(
            (NODE, "place.mjs"), cwd=HERE, env=environment, check=True, capture_output=True
        )
        place = unpacked.stdout.decode()
        libraries = {**environment, "LD_LIBRARY_PATH": str(Path(place).parent)}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=place, args=FLAGS, env=dict(libraries)
            )
            yield browser
            browser.close()
