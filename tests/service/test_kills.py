"""What the service owes while its replicas are killed, one every few seconds."""

from __future__ import annotations

from pathlib import Path

from .kills import survive
from .pictures import draw_pictures

LEASE_SECONDS = 3.0
TAKEOVER_SECONDS = 5 * LEASE_SECONDS
"""A lease and the tenth of one until the next look, and then the job itself on a busy machine."""


def test_nothing_is_lost_or_mixed_up_while_replicas_are_killed(tmp_path: Path) -> None:
    seen = survive(
        tmp_path,
        draw_pictures([96, 200]),
        seconds=25,
        clients=8,
        kill_every_seconds=4,
        lease_seconds=LEASE_SECONDS,
    )

    assert seen.kills >= 2
    assert seen.right > 0
    assert seen.wrong == 0
    assert seen.refused == []
    assert {record.status for record in seen.records} == {"completed"}
    assert len(seen.records) == seen.right
    assert max(seen.caught.values(), default=0.0) <= TAKEOVER_SECONDS
