"""The mesh service's client, against a real service and against what may go wrong on the way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina.instrumentation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spinelift.contract.generation import MeshRequest, MeshResult, Progress
from spinelift.contract.problems import GenerationFailed, MeshServiceUnavailable, Overloaded
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.generators.mesh_service import MeshServiceClient
from spinelift.generators.patience import Patience
from spinelift.mesh.errors import ImageTooLarge, ImageUnreadable, InvalidParameters
from spinelift.mesh.parameters import MeshParameters

from ..art import write_png
from ..outbound.servers import Asked, saying, silence
from ..service.faults import Proxy, hang_up, html, plain, proxying, refusal, reply
from ..service.serving import serving

POST = "POST /api/v1/mesh/generate"
STATUS = "GET /api/v1/mesh/ID/status"
RESULT = "GET /api/v1/mesh/ID/result"
DELETE = "DELETE /api/v1/mesh/ID"

PATIENCE = Patience(
    first_look_seconds=0.01,
    longest_look_seconds=0.02,
    first_retry_seconds=0,
    longest_retry_seconds=0,
    total_seconds=60,
)
"""Nothing is waited for between attempts."""

LATER = {"Retry_After": "1000"}
"""Asks for more patience than there is, so that there is no further attempt."""


@pytest.fixture(scope="module")
def service() -> Iterator[httpx.Client]:
    with serving(waiting=100) as service:
        yield service


@pytest.fixture
def proxy(service: httpx.Client) -> Iterator[Proxy]:
    with proxying(str(service.base_url)) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: Proxy) -> Iterator[MeshServiceClient]:
    with MeshServiceClient(proxy.url, patience=PATIENCE) as client:
        yield client


@pytest.fixture
def request_(tmp_path: Path) -> MeshRequest:
    return MeshRequest(write_png(tmp_path / "0.png"), "arms/left", MeshParameters())


def assert_is_what_was_made(result: MeshResult, request: MeshRequest) -> None:
    made = generate_answer(
        GenerationTask(request.image, "arms/left", request.parameters), lambda _: None
    )
    assert isinstance(made, Answer)
    assert result.fields == json.loads(made.result) | {"name": request.name}


def status(status: str, **fields: Any) -> dict[str, Any]:
    return {"status": status, "progress": 10, "stage": "mask", "message": "...", **fields}


# Attempts


PASSING: dict[str, Callable[[Proxy], Any]] = {
    "hang up": lambda _: hang_up,
    "lose the answer": lambda proxy: proxy.lose_answer,
    "cut the answer": lambda proxy: proxy.cut_answer,
    "500": lambda _: html(500),
    "502": lambda _: html(502),
    "503": lambda _: html(503, Retry_After="0"),
    "504": lambda _: html(504),
    "no store": lambda _: refusal(503, "STORE_UNAVAILABLE", Retry_After="0"),
    "overloaded": lambda _: refusal(503, "OVERLOADED"),
    "cut chunks": lambda _: saying(
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"job_id"\r\n'
    ),
    "no HTTP": lambda _: saying(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "nothing": lambda _: None,
}


FAULTS = st.lists(st.sampled_from(sorted(PASSING)), max_size=6)


@given(of_sending=FAULTS, of_asking=FAULTS)
@example(of_sending=[], of_asking=["nothing", *sorted(PASSING)])  # most of them at the result
@settings(max_examples=40)
def test_whatever_passes_the_mesh_comes_and_is_one_job(
    service: httpx.Client,
    tmp_path_factory: pytest.TempPathFactory,
    of_sending: list[str],
    of_asking: list[str],
) -> None:
    path = write_png(tmp_path_factory.mktemp("images") / "0.png")
    request = MeshRequest(path, "arms/left", MeshParameters())
    with (
        proxying(str(service.base_url)) as proxy,
        MeshServiceClient(proxy.url, patience=PATIENCE) as client,
    ):
        proxy.faults.extend(PASSING[name](proxy) for name in of_sending)
        proxy.faults.append(proxy.answer_later)
        proxy.faults.extend(PASSING[name](proxy) for name in of_asking)

        result = client.generate(request)

        assert len(set(proxy.job_ids)) == 1
        assert DELETE not in proxy.lines
    assert_is_what_was_made(result, request)


def test_small_image_takes_one_question(
    proxy: Proxy, client: MeshServiceClient, request_: MeshRequest
) -> None:
    result = client.generate(request_)

    assert proxy.lines == [POST]
    assert proxy.asked[0].headers["prefer"] == "wait=1"
    assert result.milliseconds >= 0
    assert client.generate(request_).was_cached


def test_result_of_a_job_that_waits_is_fetched_when_it_is_done(
    proxy: Proxy, client: MeshServiceClient, request_: MeshRequest
) -> None:
    proxy.faults.append(proxy.answer_later)

    assert_is_what_was_made(client.generate(request_), request_)

    assert [*dict.fromkeys(proxy.lines)] == [POST, STATUS, RESULT]
    assert proxy.lines.count(RESULT) == 1


@pytest.fixture
def first_retry() -> Iterator[threading.Event]:
    """Set as soon as something is to be tried again."""
    event = threading.Event()
    stamina.instrumentation.set_on_retry_hooks([lambda _: event.set()])
    yield event
    stamina.instrumentation.set_on_retry_hooks(None)


def test_service_that_comes_up_while_it_is_asked_is_used(
    service: httpx.Client, request_: MeshRequest, first_retry: threading.Event
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    patience = replace(PATIENCE, first_retry_seconds=0.1, longest_retry_seconds=0.1)
    with (
        MeshServiceClient(f"http://127.0.0.1:{port}", patience=patience) as client,
        ThreadPoolExecutor(1) as threads,
    ):
        asking = threads.submit(client.generate, request_)
        assert first_retry.wait(60)
        with proxying(str(service.base_url), port=port):
            result = asking.result(60)

    assert_is_what_was_made(result, request_)


def test_job_that_finds_no_room_waits_for_it(
    request_: MeshRequest, gate: Path, first_retry: threading.Event
) -> None:
    with (
        serving(workers=1, waiting=0) as service,
        MeshServiceClient(str(service.base_url), patience=PATIENCE) as client,
        ThreadPoolExecutor(2) as threads,
    ):
        started = threading.Event()
        first = threads.submit(
            client.generate, replace(request_, name=gate.name), lambda _: started.set()
        )
        assert started.wait(60)
        second = threads.submit(client.generate, request_)
        assert first_retry.wait(60)
        gate.touch()

        assert_is_what_was_made(second.result(60), request_)
        assert first.result(60).fields["name"] == gate.name


def test_service_that_is_silent_is_asked_again(
    proxy: Proxy, client: MeshServiceClient, request_: MeshRequest
) -> None:
    proxy.faults.append(silence)

    with MeshServiceClient(proxy.url, patience=replace(PATIENCE, read_seconds=3)) as client:
        result = client.generate(request_)

    assert_is_what_was_made(result, request_)
    assert len(set(proxy.job_ids)) == 1


def test_service_that_has_forgotten_the_job_is_sent_it_anew(
    proxy: Proxy, client: MeshServiceClient, request_: MeshRequest, gate: Path
) -> None:
    told: list[Progress] = []

    with serving() as restarted:

        def watch(progress: Progress) -> None:
            told.append(progress)
            if progress.stage == "mask":
                gate.touch()
                proxy.target = str(restarted.base_url).rstrip("/")

        result = client.generate(replace(request_, name=gate.name), watch)

    assert result.fields["name"] == gate.name
    assert proxy.lines.count(POST) == 2
    assert len(set(proxy.job_ids)) == 1
    percents = [progress.percent for progress in told]
    assert percents == sorted(percents)


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ([], [POST]),
        (
            [plain(202, status("queued")), plain(200, status("completed"))],
            [POST, STATUS, RESULT],
        ),
    ],
)
def test_job_whose_result_is_gone_is_sent_as_another(
    proxy: Proxy,
    client: MeshServiceClient,
    request_: MeshRequest,
    before: list[Any],
    asked: list[str],
) -> None:
    proxy.faults.extend([*before, refusal(410, "RESULT_GONE")])

    assert_is_what_was_made(client.generate(request_), request_)

    assert proxy.lines == [*asked, POST]
    assert len(set(proxy.job_ids)) == 2


def test_polled_job_is_reported_once_a_change(
    proxy: Proxy, client: MeshServiceClient, request_: MeshRequest
) -> None:
    told: list[Progress] = []
    looks = [
        status("queued", progress=0, stage="queued"),
        status("processing"),
        status("processing"),
        status("processing", progress=34, stage="polygon"),
        status("processing", progress=0, stage="started"),
        status("processing", progress=34, stage="polygon"),
        status("failed", error={"code": "IMAGE_UNREADABLE", "message": "No.", "details": {}}),
    ]
    proxy.faults.extend(
        plain(202 if number == 0 else 200, look) for number, look in enumerate(looks)
    )

    with pytest.raises(ImageUnreadable, match=r"^No\.$"):
        client.generate(request_, told.append)

    assert [(one.percent, one.stage) for one in told] == [
        (0, "queued"),
        (10, "mask"),
        (34, "polygon"),
    ]
    assert proxy.lines == [POST, *[STATUS] * 6]


# What is final


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "UNAUTHORIZED"),
        (404, "IMAGE_NOT_FOUND"),
        (409, "JOB_CONFLICT"),
        (410, "JOB_CANCELLED"),
        (422, "NAME_UNUSABLE"),
        (500, "WORKER_CRASHED"),
        (504, "TIMED_OUT"),
        (422, "SOMETHING_NEW"),
    ],
)
def test_refusal_is_not_asked_about_again(
    proxy: Proxy, client: MeshServiceClient, request_: MeshRequest, status: int, code: str
) -> None:
    proxy.always = refusal(status, code)

    with pytest.raises(Exception, match=f"^There is {code}") as raised:
        client.generate(request_)

    assert getattr(raised.value, "code", None) == code
    assert proxy.lines == [POST]


def test_every_wrong_parameter_is_told_again(
    proxy: Proxy, client: MeshServiceClient, request_: MeshRequest
) -> None:
    wrong = [
        {"parameter": "detail_factor", "given": 7, "allowed": "0.001 to 0.05"},
        {"parameter": "islands", "given": "none", "allowed": "bridge | split"},
    ]
    error = {"code": "INVALID_PARAMETERS", "message": "Two.", "details": {"parameters": wrong}}
    proxy.always = plain(422, {"error": error})

    with pytest.raises(InvalidParameters) as raised:
        client.generate(request_)

    assert [vars(problem) for problem in raised.value.problems] == wrong


ANOTHERS = {
    "job_id": "somebody-elses",
    "cached": False,
    "milliseconds": 1,
    "name": "arm",
    "vertices": [],
    "triangles": [],
    "attachment": {},
}

STRANGE = {
    "a page": html(200),
    "a page of another server": html(404),
    "too many requests": html(429),
    "half of an object": saying(reply(200, b'{"job_id": "abc')),
    "a list": plain(200, [ANOTHERS]),
    "another object": plain(200, {"hello": "world"}),
    "another kind of field": plain(200, ANOTHERS | {"vertices": "many"}),
    "another job": plain(200, ANOTHERS),
    "no content": saying(reply(204, b"")),
    "an error of another kind": plain(422, {"error": "bad"}),
    "details of another kind": plain(
        422, {"error": {"code": "INVALID_PARAMETERS", "message": "x", "details": {}}}
    ),
    "an error that is none": plain(200, {"error": {"code": "X", "message": "x", "details": {}}}),
    "nested too deep": saying(reply(200, b"[" * 100_000)),
    "no gzip": saying(reply(200, b"{}", Content_Encoding="gzip")),
    "no text": saying(reply(200, b"\xff\xfe\x00")),
    "a job in no state": plain(202, status("levitating")),
    "a failure without a reason": plain(202, status("failed")),
    "a status without one": plain(202, {"status": "queued"}),
}


@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_no_answer_of_a_mesh_service_is_said_to_be_none(
    proxy: Proxy, client: MeshServiceClient, request_: MeshRequest, strange: str
) -> None:
    proxy.always = STRANGE[strange]

    with pytest.raises(GenerationFailed, match="does not answer as a mesh service does") as raised:
        client.generate(request_)

    assert raised.value.code == "ANSWER_UNREADABLE"
    # It may have begun, so it is cancelled.
    assert proxy.lines == [POST, DELETE]


def test_redirects_are_not_followed(
    service: httpx.Client, proxy: Proxy, client: MeshServiceClient, request_: MeshRequest
) -> None:
    proxy.always = html(307, Location=f"{service.base_url}/api/v1/mesh/generate")

    with pytest.raises(GenerationFailed, match="redirect"):
        client.generate(request_)


def test_overload_that_lasts_is_said(
    proxy: Proxy, client: MeshServiceClient, request_: MeshRequest
) -> None:
    proxy.always = refusal(503, "OVERLOADED", **LATER)

    with pytest.raises(Overloaded):
        client.generate(request_)

    assert proxy.lines.count(POST) == 1


def test_service_that_is_not_there_is_said_to_be_unavailable(request_: MeshRequest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"
    patience = replace(PATIENCE, total_seconds=0.5)

    with (
        MeshServiceClient(url, patience=patience) as client,
        pytest.raises(MeshServiceUnavailable, match=f"{url} cannot be used.*refused") as raised,
    ):
        client.generate(request_)

    assert raised.value.code == "SERVICE_UNAVAILABLE"


def test_job_that_takes_too_long_is_given_up_and_cancelled(
    proxy: Proxy, request_: MeshRequest
) -> None:
    proxy.faults.append(plain(202, status("processing")))
    proxy.always = plain(200, status("processing"))

    with (
        MeshServiceClient(proxy.url, patience=replace(PATIENCE, total_seconds=3)) as client,
        pytest.raises(GenerationFailed, match="was not done within 3 seconds") as raised,
    ):
        client.generate(request_)

    assert raised.value.code == "TIMED_OUT"
    assert proxy.lines[-2:] == [STATUS, DELETE]


async def drip(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Answer a little at a time, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


def test_answer_that_never_ends_is_not_waited_for(proxy: Proxy, request_: MeshRequest) -> None:
    proxy.always = drip

    with (
        MeshServiceClient(
            proxy.url, patience=replace(PATIENCE, total_seconds=1, cancel_seconds=0.1)
        ) as client,
        pytest.raises(MeshServiceUnavailable, match="no answer in time"),
    ):
        client.generate(request_)


# Cancelling


class Enough(Exception):
    """What somebody who watches may raise."""


def test_cancellation_reaches_the_service(
    service: httpx.Client,
    proxy: Proxy,
    client: MeshServiceClient,
    request_: MeshRequest,
    gate: Path,
) -> None:
    def watch(_progress: Progress) -> None:
        raise Enough

    with pytest.raises(Enough):
        client.generate(replace(request_, name=gate.name), watch)

    (job_id,) = proxy.job_ids
    assert service.get(f"/api/v1/mesh/{job_id}/status").json()["status"] == "cancelled"


def test_service_that_cannot_be_told_does_not_hide_why(
    proxy: Proxy, client: MeshServiceClient, request_: MeshRequest, gate: Path
) -> None:
    def watch(_progress: Progress) -> None:
        proxy.always = hang_up
        raise Enough

    with pytest.raises(Enough):
        client.generate(replace(request_, name=gate.name), watch)

    assert proxy.lines[-1] == DELETE


def test_job_that_somebody_else_cancels_is_a_failure(
    service: httpx.Client,
    proxy: Proxy,
    client: MeshServiceClient,
    request_: MeshRequest,
    gate: Path,
) -> None:
    def watch(_progress: Progress) -> None:
        service.delete(f"/api/v1/mesh/{proxy.job_ids[0]}")

    with pytest.raises(GenerationFailed, match="Somebody has cancelled") as raised:
        client.generate(replace(request_, name=gate.name), watch)

    assert raised.value.code == "JOB_CANCELLED"
    assert DELETE not in proxy.lines


# The circuit


def test_service_that_fails_again_and_again_is_left_alone(
    proxy: Proxy, request_: MeshRequest
) -> None:
    proxy.always = html(502, **LATER)
    patience = replace(PATIENCE, failures_to_open=4, rest_seconds=1000)

    with MeshServiceClient(proxy.url, patience=patience) as client:
        for _ in range(2):
            with pytest.raises(MeshServiceUnavailable, match="502"):
                client.generate(request_)
        assert proxy.lines == [POST, DELETE] * 2
        with pytest.raises(MeshServiceUnavailable, match="again and again"):
            client.generate(request_)

    assert len(proxy.lines) == 4


def test_service_that_is_away_for_too_long_is_not_waited_for(
    proxy: Proxy, request_: MeshRequest
) -> None:
    proxy.always = hang_up
    patience = replace(PATIENCE, away_seconds=0.2, failures_to_open=10**9, total_seconds=3600)

    with (
        MeshServiceClient(proxy.url, patience=patience) as client,
        pytest.raises(MeshServiceUnavailable),
    ):
        client.generate(request_)

    assert proxy.lines.count(POST) > 1


def test_service_that_answers_again_is_asked_again(proxy: Proxy, request_: MeshRequest) -> None:
    proxy.always = html(502, **LATER)
    patience = replace(PATIENCE, failures_to_open=1, rest_seconds=0)

    with MeshServiceClient(proxy.url, patience=patience) as client:
        with pytest.raises(MeshServiceUnavailable):
            client.generate(request_)
        proxy.always = None
        for _ in range(3):
            assert_is_what_was_made(client.generate(request_), request_)


@pytest.mark.parametrize(
    "answer",
    [
        refusal(422, "IMAGE_EMPTY"),
        refusal(500, "WORKER_CRASHED"),
        refusal(503, "OVERLOADED", **LATER),
    ],
)
def test_what_is_wrong_with_images_does_not_open_the_circuit(
    proxy: Proxy, request_: MeshRequest, answer: Any
) -> None:
    proxy.always = answer
    patience = replace(PATIENCE, failures_to_open=1, rest_seconds=1000)

    with MeshServiceClient(proxy.url, patience=patience) as client:
        for _ in range(3):
            with pytest.raises(Exception, match=r"^There is "):
                client.generate(request_)

    assert proxy.lines.count(POST) == 3


def test_job_under_way_goes_on_while_the_circuit_is_open(
    proxy: Proxy, request_: MeshRequest
) -> None:
    proxy.faults.extend([hang_up] * 5)
    patience = replace(PATIENCE, failures_to_open=2, rest_seconds=1000)

    with MeshServiceClient(proxy.url, patience=patience) as client:
        assert_is_what_was_made(client.generate(request_), request_)
        assert_is_what_was_made(client.generate(request_), request_)


# The image


class Sink:
    """A server that takes everything in, does `then` after the first bytes, and hangs up."""

    def __init__(self, then: Any = lambda: None) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._then = then
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Sink:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _run(self) -> None:
        with self._listening, self._listening.accept()[0] as connection:
            self._listening.close()
            buffer = bytearray(1 << 16)
            connection.recv_into(buffer)
            self._then()
            tail = b""
            with contextlib.suppress(ConnectionResetError):
                while not tail.endswith(b"--\r\n") and (size := connection.recv_into(buffer)):
                    tail = bytes(buffer[max(0, size - 4) : size])
                error = {"code": "IMAGE_UNREADABLE", "message": "No."}
                connection.sendall(reply(422, json.dumps({"error": error}).encode()))


def sparse(path: Path, size: int) -> Path:
    path.touch()
    os.truncate(path, size)
    return path


def test_image_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    request = MeshRequest(sparse(tmp_path / "0.png", 64 * 2**20), "arm", MeshParameters())

    with Sink() as sink, MeshServiceClient(sink.url, patience=PATIENCE) as client:
        tracemalloc.start()
        try:
            with pytest.raises(ImageUnreadable, match=r"^No\.$"):
                client.generate(request)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert peak < 8 * 2**20


def test_image_that_changes_while_it_is_sent_is_said_to(tmp_path: Path) -> None:
    path = sparse(tmp_path / "0.png", 64 * 2**20)
    request = MeshRequest(path, "arm", MeshParameters())

    with (
        Sink(lambda: os.truncate(path, 1000)) as sink,
        MeshServiceClient(sink.url, patience=PATIENCE) as client,
        pytest.raises(ImageUnreadable, match="changed while it was sent"),
    ):
        client.generate(request)


def test_image_that_is_too_large_for_the_service_is_said_to_be(tmp_path: Path) -> None:
    request = MeshRequest(sparse(tmp_path / "0.png", 30 * 2**20), "arm", MeshParameters())

    with (
        serving(upload_bytes=10_000) as service,
        MeshServiceClient(str(service.base_url), patience=PATIENCE) as client,
        pytest.raises(ImageTooLarge),
    ):
        client.generate(request)


# The address and the token

SECRET = "correct-horse-battery"  # noqa: S105  # of the tests


def test_token_opens_the_service(request_: MeshRequest) -> None:
    with serving(token=SECRET) as service:
        url = str(service.base_url)
        with MeshServiceClient(url, token=SECRET, patience=PATIENCE) as client:
            assert_is_what_was_made(client.generate(request_), request_)
        with (
            MeshServiceClient(url, patience=PATIENCE) as client,
            pytest.raises(GenerationFailed, match="no valid token") as raised,
        ):
            client.generate(request_)
    assert raised.value.code == "UNAUTHORIZED"


def test_token_is_in_no_log_and_in_no_error(
    proxy: Proxy, request_: MeshRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    proxy.faults.extend([hang_up, html(502), proxy.answer_later, html(500)])
    with MeshServiceClient(proxy.url, token=SECRET, patience=PATIENCE) as client:
        client.generate(request_)
        proxy.always = html(200)
        with pytest.raises(GenerationFailed) as raised:
            client.generate(request_)

    assert caplog.text
    assert proxy.asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in caplog.text
    assert SECRET not in str(raised.getrepr(showlocals=True, chain=True))


@pytest.mark.parametrize("token", ["", "two words", "line\nfeed", "größe", "end "])
def test_token_that_no_header_holds_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ValueError, match="a token has visible ASCII letters alone") as raised:
        MeshServiceClient("http://127.0.0.1:1", token=token)

    assert not token or token not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        *("", "meshes.example.com", "ftp://meshes.example.com", "http://", "http:///path"),
        *(
            "http://host:0",
            "http://host:99999",
            "http://[::1",
            "http://host/?a=b",
            "http://host/#a",
        ),
        *("http://ho st", "http://alice:secret@host", "file:///etc/passwd"),
    ],
)
def test_url_that_leads_to_no_service_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="the URL of a mesh service") as raised:
        MeshServiceClient(url)

    assert "secret" not in str(raised.value)


def test_service_may_lie_below_a_path(proxy: Proxy, request_: MeshRequest) -> None:
    proxy.always = refusal(404, "NOT_FOUND")

    with (
        MeshServiceClient(f"{proxy.url}/meshes/", patience=PATIENCE) as client,
        pytest.raises(GenerationFailed),
    ):
        client.generate(request_)

    assert proxy.lines == ["POST /meshes/api/v1/mesh/generate"]


def test_proxies_of_the_environment_are_not_used(
    proxy: Proxy, request_: MeshRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with MeshServiceClient(proxy.url, patience=PATIENCE) as client:
        assert_is_what_was_made(client.generate(request_), request_)
