from __future__ import annotations

import pytest
from bench.__main__ import main
from bench.clock import median_ratio, take_turns
from bench.table import Row, Table


def test_columns_are_aligned_and_a_missed_goal_is_marked() -> None:
    rows = [Row(("slow", "1200.0"), False), Row(("fast one", "3.0"), True), Row(("other", "4.0"))]

    lines = str(Table("Speed", ("art", "ms"), rows, goal="below 10 ms")).splitlines()

    assert lines == [
        "Speed",
        "goal: below 10 ms",
        "art           ms    goal",
        "slow      1200.0  MISSED",
        "fast one     3.0     met",
        "other        4.0",
    ]


def test_a_table_without_a_goal_has_no_column_for_it() -> None:
    lines = str(Table("Sizes", ("art", "px"), [Row(("a", "1"))], notes=("a note",))).splitlines()

    assert lines == ["Sizes", "art  px", "a     1", "a note"]


def test_works_take_turns() -> None:
    done: list[str] = []

    times = take_turns([lambda: done.append("a"), lambda: done.append("b")], repeats=3)

    assert done == ["a", "b", "a", "b", "a", "b"]
    assert [len(taken) for taken in times] == [3, 3]


def test_a_ratio_is_the_median_of_the_turns_own_ratios() -> None:
    # The machine was ten times as slow in the last turn.
    assert median_ratio([20, 30, 400], [10, 10, 100]) == 3


def test_an_unknown_section_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["beauty"])

    assert "no such section: beauty" in capsys.readouterr().err
