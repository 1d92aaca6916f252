"""Many images in one request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import spinelift
from spinelift.mesh.parameters import MeshParameters

from ..processes import wait_until
from .serving import BATCH, STREAM, WAIT, error, events, picture, send, serving


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serving() as client:
        yield client


def form(*images: bytes, names: list[str] | None = None) -> list[tuple[str, tuple[str, bytes]]]:
    titles = names or [f"picture {number}.png" for number in range(len(images))]
    return [("image", (name, image)) for name, image in zip(titles, images, strict=True)]


def wait_for_status(client: httpx.Client, place: str, status: str) -> None:
    wait_until(lambda: client.get(place).json()["status"] == status)


PICTURES = [picture(size) for size in (40, 64, 96)]


def test_every_image_has_its_own_answer_in_their_order(client: httpx.Client) -> None:
    fields = {"parameters": json.dumps({"max_vertices": 20})}
    response = client.post(BATCH, files=form(*PICTURES), data=fields, headers=WAIT)

    assert response.status_code == 200
    items = response.json()["items"]
    assert [item["status"] for item in items] == ["completed"] * 3
    for number, (item, image) in enumerate(zip(items, PICTURES, strict=True)):
        assert item["result"]["name"] == f"picture {number}"
        mesh = spinelift.generate_mesh(image, MeshParameters(max_vertices=20))
        assert item["result"]["vertices"] == mesh.vertices.tolist()
        assert client.get(item["job"]["result_url"]).json() == item["result"]


def test_what_is_wrong_with_one_harms_no_other(client: httpx.Client) -> None:
    response = client.post(BATCH, files=form(PICTURES[0], b"no image", PICTURES[1]), headers=WAIT)

    assert response.status_code == 200
    items = response.json()["items"]
    assert [item["status"] for item in items] == ["completed", "failed", "completed"]
    assert items[1]["error"]["code"] == "IMAGE_UNREADABLE"


def test_items_of_json_have_their_own_say(tmp_path: Path) -> None:
    for number, image in enumerate(PICTURES):
        (tmp_path / f"{number}.png").write_bytes(image)
    body = {
        "parameters": {"max_vertices": 12},
        "items": [
            {"image_key": "0.png", "name": "arms/left"},
            {"image_key": "1.png", "parameters": {"max_vertices": 8}},
            {"image_key": "nowhere.png"},
            {"image_key": "2.png", "parameters": {"max_vertices": 1}},
            {"image_key": "2.png", "job_id": "short"},
            {"image_url": "https://127.0.0.1/a.png"},
        ],
    }
    with serving(storage=str(tmp_path)) as client:
        items = client.post(BATCH, json=body, headers=WAIT).json()["items"]

    assert [item["status"] for item in items] == ["completed"] * 2 + ["refused"] * 4
    assert items[0]["result"]["name"] == "arms/left"
    assert items[0]["result"]["parameters"]["max_vertices"] == 12
    assert items[1]["result"]["parameters"]["max_vertices"] == 8
    assert [item["error"]["code"] for item in items[2:]] == [
        *("IMAGE_NOT_FOUND", "INVALID_PARAMETERS", "REQUEST_UNREADABLE", "URL_REFUSED"),
    ]


def test_batch_can_be_followed_by_its_ids(client: httpx.Client) -> None:
    fields = {"job_id": ["batch-item-0", "batch-item-1", "batch-item-2"]}
    response = client.post(BATCH, files=form(*PICTURES), data=fields)

    assert response.status_code == 202
    items = response.json()["items"]
    assert [item["job"]["job_id"] for item in items] == fields["job_id"]
    again = client.post(BATCH, files=form(*PICTURES), data=fields, headers=WAIT).json()["items"]
    assert [item["result"]["job_id"] for item in again] == fields["job_id"]


def test_stream_has_the_lines_of_all(client: httpx.Client) -> None:
    response = client.post(BATCH, files=form(*PICTURES, b"no image"), headers=STREAM)

    lines = events(response)
    for index in range(4):
        own = [line for line in lines if line["index"] == index]
        assert {line["event"] for line in own[:-1]} == {"progress"}
        assert own[-1]["event"] == ("error" if index == 3 else "result")


def test_hanging_up_cancels_all(client: httpx.Client, gate: Path) -> None:
    ids = ["hung-up-0", "hung-up-1", "hung-up-2"]
    files = form(*PICTURES, names=[f"{gate.name}.png"] * 3)
    with client.stream(
        "POST", BATCH, files=files, data={"job_id": ids}, headers=STREAM
    ) as response:
        assert next(response.iter_lines())

    for job_id in ids:
        wait_for_status(client, f"/api/v1/mesh/{job_id}/status", "cancelled")


def test_batch_larger_than_the_queue_is_let_in_whole(gate: Path) -> None:
    with serving(workers=1, waiting=1) as client:
        files = form(*PICTURES * 3, names=[f"{gate.name}.png"] * 9)
        items = client.post(BATCH, files=files).json()["items"]
        assert {item["status"] for item in items} <= {"queued", "processing"}
        assert error(client.post(BATCH, files=form(picture(33)))) == (503, "OVERLOADED")
        assert error(send(client, image=picture(34))) == (503, "OVERLOADED")
        gate.touch()
        for item in items:
            wait_for_status(client, item["job"]["status_url"], "completed")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"json": {"items": []}}, (422, "REQUEST_UNREADABLE")),
        ({"json": {"items": [{}] * 101}}, (422, "REQUEST_UNREADABLE")),
        ({"json": {"items": ["image"]}}, (422, "REQUEST_UNREADABLE")),
        ({"json": {}}, (422, "REQUEST_UNREADABLE")),
        ({"json": []}, (422, "REQUEST_UNREADABLE")),
        ({"files": form(*PICTURES), "data": {"job_id": ["only-one"]}}, (422, "REQUEST_UNREADABLE")),
        ({"files": form(*[b"x"] * 101)}, (422, "REQUEST_UNREADABLE")),
    ],
)
def test_what_is_no_batch_is_said(
    client: httpx.Client, request_: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert error(client.post(BATCH, **request_)) == expected
