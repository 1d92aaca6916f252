"""Progress as whoever waits for a mesh is told of it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spinelift.contract.generation import Forward, Progress

PROGRESS = st.builds(
    Progress,
    percent=st.integers(0, 5),
    stage=st.sampled_from(["mask", "polygon"]),
    message=st.just(""),
)


@given(happened=st.lists(PROGRESS))
def test_progress_goes_forward_and_is_told_once(happened: list[Progress]) -> None:
    told: list[Progress] = []
    forward = Forward(told.append)

    for progress in happened:
        forward(progress)

    assert all(earlier.percent <= later.percent for earlier, later in pairwise(told))
    assert all(earlier != later for earlier, later in pairwise(told))
    # What is furthest is told as soon as it is reached.
    assert max(told, key=lambda one: one.percent, default=None) == max(
        happened, key=lambda one: one.percent, default=None
    )
    assert told[:1] == happened[:1]
