"""The board on which workers write down their stages."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinelift.contract.stages import BEGINNINGS
from spinelift.engine.stages import LINES, StageBoard


@pytest.fixture
def board(tmp_path: Path) -> StageBoard:
    board = StageBoard(tmp_path / "stages")
    board.clear()
    return board


def test_each_job_has_its_own_stage(board: StageBoard) -> None:
    with board.writing(1) as tell_one, board.writing(2) as tell_two:
        assert board.stage(1) is None
        for stage in BEGINNINGS:
            tell_one(stage)
            assert board.stage(1) == stage
            assert board.stage(2) is None
        tell_two("mask")
    assert (board.stage(1), board.stage(2)) == ("document", "mask")


def test_job_is_not_taken_for_the_one_that_had_its_line_before(board: StageBoard) -> None:
    with board.writing(7) as tell, board.writing(7 + LINES) as tell_later:
        tell("polygon")
        assert board.stage(7 + LINES) is None
        tell_later("mask")
        assert board.stage(7) is None
        assert board.stage(7 + LINES) == "mask"


def test_line_that_makes_no_sense_is_no_stage(board: StageBoard) -> None:
    for line in (b"0 nothing", b"0", b"\xff\xfe", b"0  "):
        with board.path.open("r+b") as file:
            file.write(line.ljust(32))
        assert board.stage(0) is None
