"""What is particular to meshes that are made in this process."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from spinelift.contract.generation import MeshRequest, Progress
from spinelift.contract.problems import GenerationFailed, Overloaded
from spinelift.engine.limits import JobLimits
from spinelift.engine.runner import JobRunner
from spinelift.generators.in_process import InProcessMeshGenerator
from spinelift.mesh.parameters import MeshParameters

from ..art import write_png
from ..engine.labours import patient_answer, relapsing_answer
from ..processes import wait_until


def runner() -> JobRunner:
    return JobRunner(workers=1, waiting=0, limits=JobLimits())


def test_it_needs_nothing_of_the_service() -> None:
    modules = {"httpx", "stamina", "fastapi", "pydantic", "structlog", "obstore", "redis"}
    program = "import sys, spinelift.generators.in_process; print(*sys.modules)"

    loaded = subprocess.check_output([sys.executable, "-c", program], text=True).split()

    assert "spinelift.engine.runner" in loaded
    assert not modules & set(loaded)


def test_attempt_that_is_begun_anew_is_not_told_as_going_back(tmp_path: Path) -> None:
    jobs = runner()
    path, seen = write_png(tmp_path / "0.png"), tmp_path / "seen"
    told: list[Progress] = []

    def watch(progress: Progress) -> None:
        told.append(progress)
        seen.touch()

    InProcessMeshGenerator(jobs, relapsing_answer).generate(
        MeshRequest(path, str(seen), MeshParameters()), watch
    )

    jobs.close()
    percents = [progress.percent for progress in told]
    assert told[0].stage == "polygon"
    assert percents == sorted(percents)


def test_more_than_can_wait_is_refused(tmp_path: Path, gate: Path) -> None:
    jobs = runner()
    generator = InProcessMeshGenerator(jobs, patient_answer)
    path = write_png(tmp_path / "0.png")
    waiting = threading.Thread(
        target=generator.generate, args=(MeshRequest(path, gate.name, MeshParameters()),)
    )
    waiting.start()
    wait_until(lambda: jobs.load)

    with pytest.raises(Overloaded):
        generator.generate(MeshRequest(path, "arm", MeshParameters()))

    gate.touch()
    waiting.join()
    jobs.close()


def test_runner_that_closes_is_a_failure_with_its_reason(tmp_path: Path, gate: Path) -> None:
    jobs = runner()
    closing = threading.Thread(target=jobs.close)

    with pytest.raises(GenerationFailed, match="this process is ending") as raised:
        InProcessMeshGenerator(jobs, patient_answer).generate(
            MeshRequest(write_png(tmp_path / "0.png"), gate.name, MeshParameters()),
            lambda _: closing.start(),
        )

    assert raised.value.code == "JOB_CANCELLED"
    closing.join()
