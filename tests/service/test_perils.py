"""Native code that crashes, hangs or eats memory costs its own job, and nobody else anything."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.engine.labours import perilous_answer

from .serving import BATCH, STREAM, WAIT, error, events, picture, send, serving


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serving(perilous_answer, job_seconds=1, job_memory_bytes=512 * 2**20) as client:
        yield client


PERILS = [
    ("crash", (500, "WORKER_CRASHED")),
    ("hang", (504, "TIMED_OUT")),
    ("eat", (422, "OUT_OF_MEMORY")),
    ("give up", (422, "TRIANGULATION_FAILED")),
]


@pytest.mark.parametrize(("peril", "expected"), PERILS)
def test_peril_is_one_clear_error_and_the_next_job_is_done(
    client: httpx.Client, peril: str, expected: tuple[int, str]
) -> None:
    response = send(client, filename=f"{peril}.png", headers=WAIT)

    assert error(response) == expected
    assert peril in response.json()["error"]["message"]
    assert send(client, image=picture(48), headers=WAIT).status_code == 200


def test_neighbours_in_a_batch_are_done(client: httpx.Client) -> None:
    names = [name for peril, _ in PERILS for name in (peril, f"after {peril}")]
    files = [("image", (f"{name}.png", picture(50))) for name in names]

    lines = events(client.post(BATCH, files=files, headers=STREAM))

    ends = {line["index"]: line for line in lines if line["event"] != "progress"}
    for index in range(2 * len(PERILS)):
        if index % 2:
            assert ends[index]["result"]["name"] == names[index]
        else:
            assert ends[index]["error"]["code"] == PERILS[index // 2][1][1]
