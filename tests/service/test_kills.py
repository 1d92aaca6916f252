"""What the service owes while its replicas are killed, one every few seconds."""

from __future__ import annotations

import dataclasses
import math
import tempfile
from pathlib import Path

from .kills import Kill, lasted, survive
from .pictures import draw_pictures
from .records import a_record

LEASE_SECONDS = 3.0
TAKEOVER_SECONDS = 5 * LEASE_SECONDS
"""A lease and the tenth of one until the next look, and then the job itself on a busy machine."""


def test_nothing_is_lost_or_mixed_up_while_replicas_are_killed() -> None:
    # Not pytest's folder, whose path may be longer than the 107 bytes of a socket's.
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        seen = survive(
            Path(folder),
            draw_pictures([96, 200]),
            seconds=25,
            clients=8,
            kill_every_seconds=4,
            lease_seconds=LEASE_SECONDS,
        )

    assert seen.kills >= 2
    assert seen.right
    assert seen.wrong == []
    assert seen.refused == []
    assert {record.status for record in seen.records} == {"completed"}
    assert len(seen.records) == len(seen.right)
    assert max(seen.caught.values(), default=0.0) <= TAKEOVER_SECONDS


def test_job_counts_from_the_kill_that_caught_its_last_attempt() -> None:
    waiting, running = a_record(attempt=0), a_record(attempt=1, status="processing")
    again = dataclasses.replace(running, attempt=2)
    kills = [
        Kill(1000.0, [waiting, running]),
        Kill(1010.0, [waiting, again]),
        Kill(1020.0, [again]),
    ]
    ended = dataclasses.replace(
        again, status="completed", result_key="results/arm", updated_at=1025.0
    )

    assert lasted(kills, [waiting, ended]) == {waiting.job_id: math.inf, ended.job_id: 15.0}
