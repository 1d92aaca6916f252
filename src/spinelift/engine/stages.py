"""The board where workers write down what they are at: a file, and a line in it for each job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from spinelift.contract.stages import BEGINNINGS, JobStage

LINES = 1024
"""Each job writes its number too, so that none is mistaken for another that has its line: that
costs one of them a stage that is not seen."""

LINE_BYTES = 32
"""A line is written at once, over the one before, whatever its length."""


@dataclass(frozen=True)
class StageBoard:
    """The file, to read and to write in. Raises OSError where it cannot be used."""

    path: Path

    def clear(self) -> None:
        """Make it, whole: a disk that is full later does no harm."""
        self.path.write_bytes(bytes(LINES * LINE_BYTES))

    @contextmanager
    def writing(self, number: int) -> Iterator[Callable[[JobStage], None]]:
        """In a worker: give what tells the stages of the job with this number."""
        with self.path.open("r+b", buffering=0) as file:

            def tell(stage: JobStage) -> None:
                file.seek(number % LINES * LINE_BYTES)
                file.write(f"{number} {stage}".encode().ljust(LINE_BYTES))

            yield tell

    def stage(self, number: int) -> JobStage | None:
        """Read what the job with this number is at; None where it has not said."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(number % LINES * LINE_BYTES)
            whose, _, stage = file.read(LINE_BYTES).decode(errors="replace").strip().partition(" ")
        return stage if whose == str(number) and stage in BEGINNINGS else None  # type: ignore[return-value]  # it is one of them
