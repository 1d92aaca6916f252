"""What only a process of its own shows: signals, orphans, streams, what is loaded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spinelift.version import __version__

from ..art import clouds, disc, write_png
from ..processes import children, is_gone, session_members, wait_until
from .conftest import Ran, Studio

LOADED = """
import sys
from spinelift.cli.main import main
try:
    main({arguments})
except SystemExit:
    pass
print(sorted(sys.modules), file=sys.stderr)
"""


SWALLOWED = """
import signal, sys
from spinelift.cli import main
from spinelift.engine import work

def as_native_modules_do(task):
    try:
        signal.raise_signal(signal.SIGTERM)
    except KeyboardInterrupt:
        raise ImportError("multiarray failed to import") from None

work._mesh_image = as_native_modules_do
sys.exit(main.main({arguments}))
"""


def modules_loaded_by(*arguments: str) -> set[str]:
    script = LOADED.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    return set(eval(done.stderr.splitlines()[-1]))  # noqa: S307 (our own list)


def test_version_loads_nothing_heavy(studio: Studio) -> None:  # noqa: ARG001
    loaded = modules_loaded_by("--version")

    assert not {"numpy", "cv2", "rich", "cyclopts", "PIL", "pebble"} & loaded


def test_help_loads_no_decoder(studio: Studio) -> None:  # noqa: ARG001
    assert not {"numpy", "cv2", "PIL"} & modules_loaded_by("--help")


def test_version_is_printed(studio: Studio) -> None:
    assert studio.spawn("--version").out == f"{__version__}\n"


def test_help_goes_to_stdout(studio: Studio) -> None:
    ran = studio.spawn("mesh", "--help")

    assert ran.code == 0
    assert "--alpha-threshold" in ran.out
    assert "default: False" not in ran.out
    assert ran.err == ""


@pytest.fixture
def slow(studio: Studio) -> Studio:
    """A studio with twelve images that take seconds each."""
    first = write_png(studio.folder / "art" / "0.png", clouds())
    for number in range(1, 12):
        (studio.folder / "art" / f"{number}.png").hardlink_to(first)
    return studio


def busy_workers(process: subprocess.Popen[bytes]) -> set[int]:
    """The children of the server that forks workers."""
    return {worker for child in children(process.pid) for worker in children(child)}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_interrupt_leaves_nothing(slow: Studio, number: signal.Signals, jobs: str) -> None:
    before = slow.files()
    process = slow.start("mesh", "art", "-o", "out", "-j", jobs, "--no-cache")
    wait_until(lambda: list(slow.folder.glob("out/.spinelift-*")))
    wait_until(lambda: jobs == "1" or len(busy_workers(process)) == 2)

    # A terminal sends an interrupt to every process of the group.
    for member in session_members(process.pid) if number == signal.SIGINT else {process.pid}:
        send(member, number)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert out == b""
    assert err.decode().splitlines() == ["spinelift: Interrupted: nothing was left half-written."]
    assert slow.files() == before
    assert not (slow.folder / "out").exists()
    wait_until(lambda: not session_members(process.pid))


@pytest.mark.parametrize("command", [["mesh", "-o", "out"], ["check"]])
def test_interrupt_that_native_code_swallows_is_none_the_less_one(
    studio: Studio, command: list[str]
) -> None:
    write_png(studio.folder / "art/disc.png", disc())
    script = SWALLOWED.format(arguments=[*command, "art", "-j", "1"])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)

    assert done.returncode == 130
    assert done.stderr == b"spinelift: Interrupted: nothing was left half-written.\n"
    assert not (studio.folder / "out").exists()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_terminal_that_is_closed_leaves_nothing(slow: Studio, jobs: str) -> None:
    before = slow.files()
    process = slow.start("mesh", "art", "-o", "out", "-j", jobs, "--no-cache")
    wait_until(lambda: list(slow.folder.glob("out/.spinelift-*")))
    wait_until(lambda: jobs == "1" or len(busy_workers(process)) == 2)

    for member in session_members(process.pid):
        send(member, signal.SIGHUP)
    process.communicate(timeout=60)  # what it says is read by nobody

    assert process.returncode == 130
    assert slow.files() == before
    assert not (slow.folder / "out").exists()
    wait_until(lambda: not session_members(process.pid))


@pytest.mark.parametrize("name", ["HUP", "INT"])
def test_signal_that_the_caller_ignores_changes_nothing(studio: Studio, name: str) -> None:
    write_png(studio.folder / "art" / "cloud.png", clouds())
    command = studio.command(["mesh", "art", "-o", "out", "-j", "1", "--no-cache"])
    ignoring = ["sh", "-c", f"trap '' {name}; exec \"$@\"", "sh", *command]
    with subprocess.Popen(ignoring, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_until(lambda: list(studio.folder.glob("out/.spinelift-*")))
        process.send_signal(signal.Signals[f"SIG{name}"])
        process.communicate(timeout=60)

    assert process.returncode == 0
    assert (studio.folder / "out/skeleton.json").exists()


def test_killed_command_leaves_no_process(slow: Studio) -> None:
    process = slow.start("mesh", "art", "-o", "out", "-j", "2", "--no-cache")
    wait_until(lambda: len(busy_workers(process)) == 2)

    process.kill()
    process.communicate(timeout=60)

    wait_until(lambda: not session_members(process.pid))
    assert not (slow.folder / "out/skeleton.json").exists()


def test_killed_worker_fails_its_image_only(studio: Studio) -> None:
    write_png(studio.folder / "art/cloud.png", clouds(3000))
    write_png(studio.folder / "art/disc.png", disc())
    process = studio.start("mesh", "art", "-o", "out", "-j", "2", "--no-cache", "--jsonl")
    assert process.stdout is not None
    assert b'"disc"' in process.stdout.readline()

    for worker in busy_workers(process):
        send(worker, signal.SIGKILL)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert b"WORKER_CRASHED" in out
    assert (studio.folder / "out/images/disc.png").exists()
    assert not (studio.folder / "out/images/cloud.png").exists()


def test_hanging_image_is_given_up_and_the_others_go_on(studio: Studio) -> None:
    write_png(studio.folder / "art/cloud.png", clouds(4000))
    write_png(studio.folder / "art/disc.png", disc())

    flags = ("-o", "out", "-j", "2", "--no-cache", "--max-seconds", "1", "--json")
    ran = studio.spawn("mesh", "art", *flags)

    assert ran.code == 1
    assert [entry["name"] for entry in ran.json["meshes"]] == ["disc"]
    assert ran.json["failed"][0]["error"]["code"] == "TIMED_OUT"
    assert "cloud.png was given up after 1 seconds" in ran.json["failed"][0]["error"]["message"]


def test_reader_that_goes_away_is_no_bug(studio: Studio) -> None:
    for number in range(3):
        write_png(studio.folder / "art" / f"{number}.png")
    with studio.start("mesh", "art", "-n", "--jsonl", "-q") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()

    assert process.returncode == 1
    assert err == b""


def run_in_shell(studio: Studio, script: str, *arguments: str) -> Ran:
    """Run the command as `"$@"` of a shell script."""
    command = ["sh", "-c", script, "sh", *studio.command(arguments)]
    done = subprocess.run(command, input=b"", capture_output=True, check=False, timeout=120)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_bug(studio: Studio, closed: str) -> None:
    source = write_png(studio.folder / "arm.png")

    ran = run_in_shell(studio, f'"$@" {closed}', "mesh", "arm.png", "-o", "out", "--json", "-q")

    assert (ran.code, ran.err) == (0, "")
    assert bool(ran.out) == (">&-" not in closed.split())
    assert (studio.folder / "out/images/arm.png").read_bytes() == source.read_bytes()


def test_closed_standard_input_holds_no_image(studio: Studio) -> None:
    ran = run_in_shell(studio, '"$@" <&-', "mesh", "-", "-n")

    assert ran.code == 3
    assert "empty" in ran.err


def test_current_folder_that_is_gone_is_one_sentence(studio: Studio) -> None:
    (studio.folder / "gone").mkdir()

    ran = run_in_shell(studio, 'cd gone; rmdir ../gone; "$@"', "mesh", "arm.png", "-n")

    assert ran.code == 2
    assert ran.err == "spinelift: The current folder was removed: go to one that is there.\n"


def test_version_to_a_full_output_is_one_sentence(studio: Studio) -> None:
    ran = run_in_shell(studio, '"$@" >/dev/full', "--version")

    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "cannot be written" in ran.err


def send(pid: int, number: signal.Signals) -> None:
    if not is_gone(pid):
        os.kill(pid, number)


def test_stdout_is_data_alone(studio: Studio) -> None:
    write_png(studio.folder / "arm.png", disc(alpha=200))
    Path(studio.folder / "bad.png").write_bytes(b"")

    ran = studio.spawn("mesh", "arm.png", "bad.png", "-o", "out", "--json", "-v")

    assert ran.json["meshes"]
    assert len(ran.out.splitlines()) == 1
    assert "bad.png" in ran.err
