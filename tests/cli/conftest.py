"""A folder of its own for every test of the command line, with a cache of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spinelift.cli import main

ENVIRONMENT_PYTHON = str(Path(main.__file__).parents[2])

HEARING_SIGNALS = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs a command that ignores no signal, even where the tests were told to, as by nohup."""


@dataclass(frozen=True)
class Ran:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Studio:
    """Where Alice works: `run` in this process, `spawn` and `start` in one of its own."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: str | Path) -> Ran:
        self.capture.readouterr()
        code = main.run([str(argument) for argument in arguments])
        said = self.capture.readouterr()
        return Ran(int(code), said.out, said.err)

    def spawn(self, *arguments: str | Path, stdin: bytes = b"") -> Ran:
        done = subprocess.run(
            self.command(arguments), input=stdin, capture_output=True, check=False, timeout=120
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """A process in a session of its own, so that all it starts can be found."""
        return subprocess.Popen(
            [sys.executable, "-c", HEARING_SIGNALS, *self.command(arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def command(self, arguments: Sequence[str | Path]) -> list[str]:
        return [sys.executable, "-m", "spinelift.cli.main", *map(str, arguments)]

    def files(self) -> set[str]:
        """Every file there is, the cache apart."""
        return {
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file() and ".cache" not in path.parts
        }


@pytest.fixture
def studio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Studio:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    paths = [ENVIRONMENT_PYTHON, os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    return Studio(tmp_path, capsys)
