"""What workers do in tests of the runner: a module that they can import."""

# ruff: noqa: ARG001  # all deeds are called alike

from __future__ import annotations

import ctypes
import os
import tempfile
import time
import unittest.mock
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from spinelift.contract.stages import JobStage
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.work import Failure, attempt
from spinelift.mesh.errors import TriangulationFailed

OnStage = Callable[[JobStage], None]


@dataclass(frozen=True)
class Labour:
    """What to do, and with what."""

    deed: str
    argument: str = ""
    label: str = "arm.png"


def labour(task: Labour, on_stage: OnStage) -> str | Failure:
    """Do it, as work on an image is done."""
    return attempt(lambda task: DEEDS[task.deed](task.argument, on_stage), task, task.label)


def _echo(argument: str, on_stage: OnStage) -> str:
    return argument


def _process(argument: str, on_stage: OnStage) -> str:
    return str(os.getpid())


def _niceness(argument: str, on_stage: OnStage) -> str:
    return str(os.getpriority(os.PRIO_PROCESS, 0))


def _crash(argument: str, on_stage: OnStage) -> str:
    ctypes.string_at(0)
    return argument


def _crash_once(argument: str, on_stage: OnStage) -> str:
    if not Path(argument).exists():
        Path(argument).touch()
        ctypes.string_at(0)
    return "done"


def _hang(argument: str, on_stage: OnStage) -> str:
    """In native code, as far as Python can tell: it holds the GIL and hears no signal."""
    if argument:
        Path(argument).write_text(str(os.getpid()))
    on_stage("polygon")
    ctypes.PyDLL(None).sleep(600)
    return argument


def _eat(argument: str, on_stage: OnStage) -> str:
    return str(len(bytearray(int(argument))))


def _walk(argument: str, on_stage: OnStage) -> str:
    """Through some stages, each long enough to be seen."""
    stages: tuple[JobStage, ...] = ("mask", "polygon", "document")
    for stage in stages:
        on_stage(stage)
        Path(argument, stage).touch()
        while not Path(argument, f"{stage} seen").exists():
            time.sleep(0.005)
    return argument


def _give_up(argument: str, on_stage: OnStage) -> str:
    raise TriangulationFailed("The image could not be triangulated.")


GATE = "gate-"


def gate(name: str) -> Path:
    """The file that opens it."""
    return Path(tempfile.gettempdir(), name)


def patient_answer(task: GenerationTask, on_stage: OnStage) -> Answer | Failure:
    """Mesh the image; where it is named like a gate, as soon as that is open."""
    if task.name.startswith(GATE):
        on_stage("mask")
        while not gate(task.name).exists():
            time.sleep(0.005)
    return generate_answer(task, on_stage)


def perilous_answer(task: GenerationTask, on_stage: OnStage) -> Answer | Failure:
    """Mesh the image, with a triangulator that does what the image is named for."""
    if task.name not in DEEDS:
        return generate_answer(task, on_stage)

    def triangulate(*_: object, **__: object) -> str:
        return DEEDS[task.name](str(2**40) if task.name == "eat" else "", on_stage)

    with unittest.mock.patch("spinelift.mesh.pipeline.triangulate", triangulate):
        return generate_answer(task, on_stage)


def relapsing_answer(task: GenerationTask, on_stage: OnStage) -> Answer | Failure:
    """Go some way, crash once that was seen, begin again. Its name is the file that says so."""
    seen = Path(task.name)
    if not seen.exists():
        on_stage("polygon")
        while not seen.exists():
            time.sleep(0.005)
        ctypes.string_at(0)
    on_stage("mask")
    time.sleep(0.3)  # long enough to be seen, were it told
    return generate_answer(replace(task, name="arm"), on_stage)


DEEDS = {
    "echo": _echo,
    "process": _process,
    "niceness": _niceness,
    "crash": _crash,
    "crash once": _crash_once,
    "hang": _hang,
    "eat": _eat,
    "walk": _walk,
    "give up": _give_up,
}
