"""The service over HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

import spinelift
from spinelift.contract.stages import BEGINNINGS
from spinelift.images import encode_png
from spinelift.mesh.parameters import PARAMETERS, MeshParameters
from spinelift.mesh.validation import MeshParameterValidator
from spinelift.samples import draw
from spinelift.service.app import _adopt
from spinelift.service.stores import StoreUnavailable
from spinelift.spine.document import SPINE_VERSIONS

from ..art import two_discs
from ..processes import wait_until
from .serving import GENERATE, STREAM, VALIDATE, WAIT, error, events, picture, send, serving


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serving() as client:
        yield client


def test_job_is_accepted_followed_and_its_result_fetched(client: httpx.Client) -> None:
    response = send(client, fields={"parameters": {"max_vertices": 20}})

    assert response.status_code == 202
    accepted = response.json()
    assert accepted["status"] in {"queued", "processing"}
    assert accepted["estimated_time"] > 0
    while (status := client.get(accepted["status_url"]).json())["status"] != "completed":
        assert status["status"] in {"queued", "processing"}
    result = client.get(status["result_url"]).json()
    mesh = spinelift.generate_mesh(picture(), MeshParameters(max_vertices=20))
    assert np.array_equal(result["vertices"], mesh.vertices)
    assert result["job_id"] == accepted["job_id"]
    document = client.get(status["result_url"], params={"format": "spine"}).json()
    assert document == spinelift.skeleton_document({"tail": mesh})


@pytest.mark.parametrize("version", SPINE_VERSIONS)
def test_document_is_for_the_spine_that_was_asked_for(client: httpx.Client, version: str) -> None:
    fields = {"parameters": {"islands": "split"}, "spine_version": version}
    eyes = encode_png(two_discs())
    job_id = send(client, image=eyes, fields=fields, headers=WAIT).json()["job_id"]

    document = client.get(f"/api/v1/mesh/{job_id}/result", params={"format": "spine"}).json()

    assert document["skeleton"]["spine"] == SPINE_VERSIONS[version]
    assert [slot["name"] for slot in document["slots"]] == ["tail-1", "tail-2"]


def test_result_comes_at_once_to_who_prefers_to_wait(client: httpx.Client) -> None:
    response = send(client, headers=WAIT)

    assert response.status_code == 200
    assert {
        *("job_id", "name", "width", "height", "vertices", "triangles", "uvs", "hull", "edges"),
        *("quality", "attachment", "parameters", "warnings", "cached", "milliseconds"),
    } <= response.json().keys()


def test_stream_tells_progress_and_ends_with_the_result(client: httpx.Client) -> None:
    response = send(client, headers=STREAM)

    *progress, last = events(response)
    assert progress
    assert {event["event"] for event in progress} == {"progress"}
    percents = [event["progress"] for event in progress]
    assert percents == sorted(percents)
    assert {event["stage"] for event in progress} <= {*BEGINNINGS, "queued", "started", "completed"}
    assert (last["event"], last["result"]["name"]) == ("result", "tail")


def test_stream_of_a_failed_job_ends_with_its_error(client: httpx.Client) -> None:
    response = send(client, image=b"nothing", headers=STREAM)

    last = events(response)[-1]
    assert (last["event"], last["error"]["code"]) == ("error", "IMAGE_UNREADABLE")


def test_same_request_again_is_answered_from_before(client: httpx.Client) -> None:
    fields = {"parameters": {"detail_factor": 0.0123}}
    first = send(client, headers=WAIT, fields=fields).json()
    again = send(client, headers=WAIT, fields=fields).json()
    anew = send(client, headers=WAIT | {"Cache-Control": "no-cache"}, fields=fields).json()

    assert (first["cached"], again["cached"], anew["cached"]) == (False, True, False)
    assert first["vertices"] == again["vertices"] == anew["vertices"]
    streamed = send(client, headers=STREAM, fields=fields)
    assert len(events(streamed)) >= 2


def test_id_makes_a_request_repeatable(client: httpx.Client) -> None:
    fields = {"job_id": "repeatable-1"}
    ids = {send(client, headers=WAIT, fields=fields).json()["job_id"] for _ in range(2)}

    assert ids == {"repeatable-1"}
    other = send(client, fields=fields | {"parameters": {"max_vertices": 9}})
    assert error(other) == (409, "JOB_CONFLICT")


def test_cancelled_job_has_no_result(client: httpx.Client, gate: Path) -> None:
    fields = {"job_id": "to-be-cancelled"}
    assert send(client, filename=f"{gate.name}.png", fields=fields).status_code == 202

    cancelled = client.delete("/api/v1/mesh/to-be-cancelled").json()

    assert cancelled["status"] == "cancelled"
    assert error(client.get("/api/v1/mesh/to-be-cancelled/result")) == (410, "JOB_CANCELLED")


def test_job_that_is_not_done_has_no_result_yet(client: httpx.Client, gate: Path) -> None:
    fields = {"job_id": "to-be-done"}
    waiting = send(client, filename=f"{gate.name}.png", fields=fields, headers={"Prefer": "wait=1"})
    assert waiting.status_code == 202
    assert error(client.get("/api/v1/mesh/to-be-done/result")) == (409, "JOB_UNFINISHED")
    gate.touch()
    again = send(client, filename=f"{gate.name}.png", fields=fields, headers=WAIT)
    assert again.json()["job_id"] == "to-be-done"


def test_hanging_up_on_a_stream_cancels_the_job(client: httpx.Client, gate: Path) -> None:
    files = {"image": (f"{gate.name}.png", picture())}
    fields = {"job_id": "hung-up-on"}
    with client.stream("POST", GENERATE, files=files, data=fields, headers=STREAM) as response:
        assert next(response.iter_lines())

    place = "/api/v1/mesh/hung-up-on/status"
    wait_until(lambda: client.get(place).json()["status"] == "cancelled")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"image": b""}, (422, "IMAGE_UNREADABLE")),
        ({"image": b"GIF89a garbage"}, (422, "IMAGE_UNREADABLE")),
        ({"image": encode_png(np.zeros((4, 4, 4), np.uint8))}, (422, "IMAGE_EMPTY")),
        ({"fields": {"parameters": "no json"}}, (422, "REQUEST_UNREADABLE")),
        ({"fields": {"parameters": "[1]"}}, (422, "REQUEST_UNREADABLE")),
        ({"fields": {"parameters": '{"a":' * 10_000}}, (422, "REQUEST_UNREADABLE")),
        ({"fields": {"parameters": '{"a":' * 50_000}}, (422, "REQUEST_UNREADABLE")),
        ({"fields": {"preset": "none such"}}, (422, "INVALID_PARAMETERS")),
        ({"fields": {"job_id": "../../etc/passwd"}}, (422, "REQUEST_UNREADABLE")),
        ({"fields": {"spine_version": "9.9"}}, (422, "UNKNOWN_SPINE_VERSION")),
    ],
)
def test_what_cannot_be_done_is_said(
    client: httpx.Client, request_: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert error(send(client, headers=WAIT, **request_)) == expected


def test_every_wrong_parameter_is_named(client: httpx.Client) -> None:
    wrong = {"detail_factor": 7, "alpha_threshold": "high", "detail": 1}
    response = send(client, fields={"parameters": wrong})

    assert error(response) == (422, "INVALID_PARAMETERS")
    named = {one["parameter"] for one in response.json()["error"]["details"]["parameters"]}
    assert named == set(wrong)


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("arms/left.png", "left"),
        ("C:\\art\\tail.v2.png", "tail.v2"),
        ("..", "image"),
        ("x" * 1_000 + ".png", "x" * 200),
        ("\u4e2d\u6587.png", "\u4e2d\u6587"),
    ],
)
def test_slot_is_named_like_the_file(client: httpx.Client, filename: str, name: str) -> None:
    assert send(client, headers=WAIT, filename=filename).json()["name"] == name


def test_name_can_be_given_and_has_to_be_usable(client: httpx.Client) -> None:
    given = send(client, headers=WAIT, fields={"name": "arms/left"}).json()
    assert given["name"] == "arms/left"
    for name in ("../arm", "x" * 201, "x" * 10_000):
        assert error(send(client, fields={"name": name})) == (422, "NAME_UNUSABLE")


def test_name_that_no_file_has_is_refused(client: httpx.Client) -> None:
    assert error(send(client, filename="x" * 10_000)) == (422, "REQUEST_UNREADABLE")


def test_request_without_an_image_is_refused(client: httpx.Client) -> None:
    assert error(client.post(GENERATE, json={})) == (422, "REQUEST_UNREADABLE")
    assert error(client.post(GENERATE, data={"preset": "balanced"})) == (422, "REQUEST_UNREADABLE")
    two = [("image", ("a.png", picture())), ("image", ("b.png", picture()))]
    assert client.post(GENERATE, files=two).status_code == 422


def test_unknown_job_and_unknown_address_are_not_found(client: httpx.Client) -> None:
    for path in ("status", "result"):
        assert error(client.get(f"/api/v1/mesh/no-such-job/{path}")) == (404, "JOB_NOT_FOUND")
    assert error(client.delete("/api/v1/mesh/no-such-job")) == (404, "JOB_NOT_FOUND")
    assert error(client.get("/api/v2")) == (404, "NOT_FOUND")
    assert error(client.get(GENERATE)) == (405, "METHOD_NOT_ALLOWED")


def test_parameters_are_what_the_library_declares(client: httpx.Client) -> None:
    found = client.get("/api/v1/parameters").json()

    assert [one["name"] for one in found["parameters"]] == list(PARAMETERS)
    assert found["presets"]["balanced"] == MeshParameters().to_mapping()


def test_parameters_can_be_validated_alone(client: httpx.Client) -> None:
    good = client.post(VALIDATE, json={"parameters": {"blur_kernel_size": 4}}).json()
    bad = client.post(VALIDATE, json={"parameters": {"detail_factor": 7}}).json()

    assert good["valid"]
    assert "even" in good["warnings"][0]
    assert not bad["valid"]
    assert [one["parameter"] for one in bad["errors"]] == ["detail_factor"]


def test_parameters_are_examined_and_recommended_for_an_image(client: httpx.Client) -> None:
    files = {"image": ("tail.png", picture())}
    parameters = json.dumps({"max_vertices": 4, "alpha_threshold": 250})
    fields = {"parameters": parameters, "target": "mobile"}

    found = client.post(VALIDATE, files=files, data=fields).json()

    assert found["valid"]
    assert any("leaves out" in warning for warning in found["warnings"])
    recommended = MeshParameterValidator().recommend(draw("tail", 96)[..., 3], "mobile")
    assert found["recommendation"] == recommended.to_mapping()
    wrong = client.post(VALIDATE, files=files, data={"parameters": '{"padding": -1}'}).json()
    assert not wrong["valid"]
    assert wrong["recommendation"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"target": "console"}, (422, "INVALID_PARAMETERS")),
        ({"preset": "none such"}, (422, "INVALID_PARAMETERS")),
        ({"image_key": "no/such/image.png"}, (404, "IMAGE_NOT_FOUND")),
        ({"image_key": "../secret"}, (422, "REQUEST_UNREADABLE")),
        ({"colour": "red"}, (422, "REQUEST_UNREADABLE")),
    ],
)
def test_what_cannot_be_advised_on_is_said(
    client: httpx.Client, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert error(client.post(VALIDATE, json=body)) == expected


def test_service_says_that_it_is_well(client: httpx.Client) -> None:
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/live").status_code == 200
    assert client.get("/ready").status_code == 200
    assert client.get("/version").json() == {"version": spinelift.__version__}


def test_too_large_an_upload_is_refused_while_it_comes() -> None:
    with serving(upload_bytes=10_000) as client:
        assert error(send(client, image=b"x" * 2_000_000)) == (413, "IMAGE_TOO_LARGE")
        assert send(client, image=picture()[:9_000], headers=WAIT).status_code in {200, 422}


def test_slow_upload_is_refused_and_not_waited_for() -> None:
    head = (
        f"POST {GENERATE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
        "Content-Type: multipart/form-data; boundary=boundary\r\n\r\n--boundary\r\n"
    )
    with (
        serving(upload_seconds=0.3) as client,
        socket.create_connection(
            ("127.0.0.1", client.base_url.port or 0), timeout=60
        ) as connection,
    ):
        connection.sendall(head.encode())
        with connection.makefile("rb") as answer:
            whole = answer.read()  # to the end: the service closes
    assert whole.startswith(b"HTTP/1.1 408")
    assert b"UPLOAD_TOO_SLOW" in whole


def test_token_is_asked_for() -> None:
    with serving(token="right") as client:  # noqa: S106  # that is the test
        assert error(send(client)) == (401, "UNAUTHORIZED")
        wrong = {"Authorization": "Bearer wrong"}
        assert error(client.get("/api/v1/parameters", headers=wrong)) == (401, "UNAUTHORIZED")
        right = {"Authorization": "Bearer right"}
        assert send(client, headers=right).status_code == 202
        assert client.get("/health").status_code == 200


def test_more_than_can_wait_is_told_to_come_back(gate: Path) -> None:
    with serving(workers=1, waiting=1) as client:
        for number in range(2):
            fields = {"parameters": {"max_vertices": 100 + number}}
            assert send(client, filename=f"{gate.name}.png", fields=fields).status_code == 202
        refused = send(client)
    assert error(refused) == (503, "OVERLOADED")
    assert int(refused.headers["Retry-After"]) > 0


def test_looking_for_jobs_of_the_dead_goes_on_after_any_fault() -> None:
    faults: list[Exception] = [StoreUnavailable("It is gone."), RuntimeError("A bug."), OSError()]

    async def look() -> None:
        looked = asyncio.Event()

        class Faulty:
            async def adopt(self) -> int:
                if faults:
                    raise faults.pop()
                looked.set()
                return 0

        looking = asyncio.create_task(_adopt(Faulty(), every_seconds=0))  # type: ignore[arg-type]
        await asyncio.wait_for(looked.wait(), 60)
        looking.cancel()

    asyncio.run(look())
