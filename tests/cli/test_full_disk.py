"""Where there is no room for what is written, the place is to blame, and it stays as it was.

A limit on the size of files stands for the full disk: the system refuses the write in the same
way, and nobody needs rights to set it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from spinelift.mesh.types import Rgba

from ..art import disc, write_png
from .conftest import Ran, Studio

LIMITED = """
import resource, sys
from spinelift.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
main(sys.argv[2:])
"""


def run_with_room_for(largest: int, *arguments: str) -> Ran:
    """Run the command where no file can have more bytes than this."""
    command = [sys.executable, "-c", LIMITED, str(largest), *arguments]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def noise(seed: int = 0) -> Rgba:
    """An image whose file has 58 kB."""
    return np.random.default_rng(seed).integers(9, 256, (120, 120, 4), dtype=np.uint8)


def contents(studio: Studio) -> dict[str, bytes]:
    return {name: (studio.folder / name).read_bytes() for name in studio.files()}


def assert_it_names(place: str, ran: Ran) -> None:
    assert ran.code == 2
    assert ran.err == (
        f"spinelift: {place} cannot be written (file too large): choose another place, or free "
        "this one.\n"
    )


@pytest.fixture
def made(studio: Studio) -> Studio:
    """A studio with a skeleton in `out`, whose images have changed since."""
    for number in range(2):
        write_png(studio.folder / f"art/{number}.png", disc(60))
    assert studio.run("mesh", "art", "-o", "out", "--atlas").code == 0
    for number in range(2):
        write_png(studio.folder / f"art/{number}.png", noise(number))
    return studio


@pytest.mark.parametrize("output", ["--quiet", "--json", "--jsonl"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_picture_without_room_is_the_fault_of_the_folder(
    made: Studio, jobs: str, output: str
) -> None:
    before = contents(made)

    ran = run_with_room_for(20_000, "mesh", "art", "-o", "out", "-j", jobs, output)

    assert_it_names("out", ran)
    assert ran.out == ""
    assert contents(made) == before


DENSE = ("--internal-vertex-density", "100", "--density-scaling-factor", "10000")


@pytest.mark.parametrize(
    ("largest", "flags", "place"),
    [
        pytest.param(80_000, ("--atlas",), "out", id="page"),
        pytest.param(80_000, DENSE, "out", id="skeleton"),
        pytest.param(80_000, ("--preview", "look.png"), "look.png", id="preview"),
    ],
)
def test_file_without_room_leaves_the_output_as_it_was(
    made: Studio, largest: int, flags: tuple[str, ...], place: str
) -> None:
    before = contents(made)

    ran = run_with_room_for(largest, "mesh", "art", "-o", "out", *flags, "--json")

    assert_it_names(place, ran)
    assert ran.out == ""
    assert contents(made) == before
    assert run_with_room_for(largest, "mesh", "art", "-o", "out").code == 0


def test_folder_that_was_made_is_gone_again(studio: Studio) -> None:
    write_png(studio.folder / "arm.png", noise())

    ran = run_with_room_for(1000, "mesh", "arm.png", "-o", "deep/out")

    assert ran.code == 2
    assert not (studio.folder / "deep").exists()


def test_cache_without_room_is_no_failure(studio: Studio) -> None:
    write_png(studio.folder / "arm.png", disc(900))

    ran = run_with_room_for(1000, "mesh", "arm.png", "-n", *DENSE)

    assert ran.code == 0
    assert not [path for path in (studio.folder / ".cache").rglob("*") if path.is_file()]


def test_settings_without_room_are_not_half_written(studio: Studio) -> None:
    ran = run_with_room_for(1000, "init")

    assert ran.code == 2
    assert ran.err.startswith("spinelift: spinelift.toml cannot be written (file too large)")
    assert not Path(studio.folder / "spinelift.toml").exists()


def test_report_without_room_is_one_sentence(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")

    ran = run_with_room_for(100, "check", "arm.png", "--junit", "report.xml", "--json")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("spinelift: report.xml cannot be written (file too large)")
    assert "report.xml" not in studio.files()
