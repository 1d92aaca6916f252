"""Callbacks, to receivers that verify them, and to receivers that are slow, broken or dead."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError
from structlog.testing import capture_logs

from spinelift.outbound.addresses import AddressRule
from spinelift.outbound.requests import Outbound, UrlRefused
from spinelift.service.callbacks import CallbackSender, Patience
from spinelift.service.webhooks import CallbackEvent
from tests.outbound.servers import Answer, Asked, Server, saying, serving, silence

SECRET, OLDER_SECRET, FOREIGN_SECRET = (
    "whsec_" + base64.b64encode(bytes([number]) * 32).decode() for number in range(3)
)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PATIENCE = Patience(
    between_seconds=0, first_retry_seconds=0, longest_retry_seconds=0, answer_seconds=60
)
"""Nothing is waited for."""

OUTBOUND = Outbound(AddressRule(["127.0.0.1"]), allow_http=True)
STRICT = Outbound(AddressRule())


def event(server: Server | int, sequence: int, **changes: Any) -> CallbackEvent:
    port = server.port if isinstance(server, Server) else server
    plain = CallbackEvent(
        url=f"http://127.0.0.1:{port}/hook?who=alice",
        job_id="job-1",
        sequence=sequence,
        status="processing",
        stage="outline",
        progress=40,
        message="Tracing the outline.",
        occurred_at=1_700_000_000.5,
    )
    return replace(plain, **changes)


def sender(
    *secrets: str,
    patience: Patience = PATIENCE,
    most_jobs: int = 100,
    clock: Callable[[], float] = time.time,
) -> CallbackSender:
    return CallbackSender(
        OUTBOUND, secrets or [SECRET], patience=patience, most_jobs=most_jobs, clock=clock
    )


def verified(asked: Asked, secret: str = SECRET) -> Any:
    return Webhook(secret).verify(asked.body, asked.headers)


def sequences(server: Server, job_id: str = "job-1") -> list[int]:
    told = [verified(asked)["data"] for asked in server.asked]
    return [each["sequence"] for each in told if each["job_id"] == job_id]


def answering(*answers: bytes) -> Answer:
    """Give these one after the other, and the last for ever."""
    left = list(answers)

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await saying(left.pop(0) if len(left) > 1 else left[0])(asked, writer)

    return answer


def status(number: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {number} Hm", "Content-Length: 0", *headers, "", ""]
    return "\r\n".join(lines).encode()


async def idle(callbacks: CallbackSender, *, jobs: int = 0) -> None:
    """Wait until callbacks of no more than so many jobs are left."""
    while callbacks.jobs_waiting > jobs:
        await asyncio.sleep(0)


class Gate:
    """A receiver that answers when it is told to."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.reached = asyncio.Event()

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.reached.set()
        await self.open.wait()
        await saying(OK)(asked, writer)


async def delivered(
    answer: Answer, say: Callable[[CallbackSender, Server], Awaitable[None]], **options: Any
) -> Server:
    """Run `say` against a receiver, and wait until all is delivered or given up."""
    async with serving(answer) as server:
        callbacks = sender(**options)
        await say(callbacks, server)
        await callbacks.close(60)
        return server


def offered(answer: Answer, *events: Callable[[Server], CallbackEvent], **options: Any) -> Server:
    """Offer all at once."""

    async def say(callbacks: CallbackSender, server: Server) -> None:
        for each in events:
            callbacks.offer(each(server))

    return asyncio.run(delivered(answer, say, **options))


def test_a_callback_is_verified_and_says_what_became_of_the_job() -> None:
    error = {"code": "IMAGE_EMPTY", "message": "Nothing to mesh.", "details": {}}
    server = offered(
        saying(OK), lambda server: event(server, 7, status="failed", progress=10, error=error)
    )

    (asked,) = server.asked
    assert asked.line == "POST /hook?who=alice HTTP/1.1"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["webhook-id"] == "job-1_7"
    assert verified(asked) == {
        "type": "mesh.failed",
        "timestamp": "2023-11-14T22:13:20.500Z",
        "data": {
            "job_id": "job-1",
            "sequence": 7,
            "status": "failed",
            "stage": "outline",
            "progress": 10,
            "message": "Tracing the outline.",
            "error": error,
        },
    }


@pytest.mark.parametrize(
    ("job_status", "kind"),
    [
        ("queued", "mesh.progress"),
        ("processing", "mesh.progress"),
        ("completed", "mesh.completed"),
        ("failed", "mesh.failed"),
        ("cancelled", "mesh.cancelled"),
    ],
)
def test_the_type_is_progress_or_how_the_job_ended(job_status: Any, kind: str) -> None:
    one = event(1, 1, status=job_status, result_url="https://art.example/1")
    body = json.loads(one.body())

    assert body["type"] == kind
    assert body["data"]["result_url"] == "https://art.example/1"
    assert one.is_last == (kind != "mesh.progress")


def test_all_secrets_sign_while_keys_rotate() -> None:
    async def run() -> Asked:
        async with serving(saying(OK)) as server:
            callbacks = sender(SECRET, OLDER_SECRET)
            callbacks.offer(event(server, 1))
            await callbacks.close(60)
            return server.asked[0]

    asked = asyncio.run(run())
    assert verified(asked, SECRET) == verified(asked, OLDER_SECRET)
    newest_alone = Webhook(OLDER_SECRET)
    first, second = asked.headers["webhook-signature"].split(" ")
    assert first != second
    with pytest.raises(WebhookVerificationError):
        newest_alone.verify(asked.body, {**asked.headers, "webhook-signature": first})
    with pytest.raises(WebhookVerificationError):
        verified(asked, FOREIGN_SECRET)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_" + "!" * 40, SECRET.removeprefix("whsec_")]
)
def test_a_secret_that_is_weak_or_none_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="a webhook secret is") as caught:
        CallbackSender(STRICT, [secret])
    assert "c2hvcnQ" not in str(caught.value)


def test_an_unpadded_secret_is_the_same_secret() -> None:
    async def run() -> Asked:
        async with serving(saying(OK)) as server:
            callbacks = sender(SECRET.rstrip("="))
            callbacks.offer(event(server, 1))
            await callbacks.close(60)
            return server.asked[0]

    verified(asyncio.run(run()))


def test_without_a_secret_callbacks_are_refused_and_events_given_up() -> None:
    unsigned = CallbackSender(STRICT, [])
    with pytest.raises(UrlRefused, match="no secret"):
        unsigned.check_callback_url("https://art.example/")

    async def run() -> None:
        callbacks = CallbackSender(STRICT, [])
        callbacks.offer(event(1, 1))
        await callbacks.close(60)

    with capture_logs() as logs:
        asyncio.run(run())
    assert [(log["event"], log["attempts"]) for log in logs] == [("callback.given_up", 1)]


@pytest.mark.parametrize("url", ["http://art.example/", "https://127.0.0.1/", "https://a:b@c.d/"])
def test_a_callback_url_is_judged_as_an_image_url_is(url: str) -> None:
    callbacks = CallbackSender(STRICT, [SECRET])
    callbacks.check_callback_url("https://art.example/hook")
    with pytest.raises(UrlRefused):
        callbacks.check_callback_url(url)


def test_a_receiver_inside_is_never_reached() -> None:
    async def run() -> Server:
        async with serving(saying(OK)) as server:
            callbacks = CallbackSender(Outbound(AddressRule(), allow_http=True), [SECRET])
            callbacks.offer(event(server, 1, url=f"http://localhost:{server.port}/"))
            await callbacks.close(60)
            return server

    with capture_logs() as logs:
        assert asyncio.run(run()).asked == []
    assert [log["event"] for log in logs] == ["callback.given_up"]
    assert "is not a public address" in logs[0]["why"]


def test_while_a_callback_is_on_its_way_only_the_newest_progress_waits() -> None:
    async def run() -> Server:
        gate = Gate()

        async def say(callbacks: CallbackSender, server: Server) -> None:
            callbacks.offer(event(server, 1))
            await gate.reached.wait()
            for sequence in (2, 3, 4):
                callbacks.offer(event(server, sequence))
            gate.open.set()

        return await delivered(gate, say)

    assert sequences(asyncio.run(run())) == [1, 4]


def test_how_a_job_ended_is_told_last_and_nothing_after_it() -> None:
    async def run() -> Server:
        gate = Gate()

        async def say(callbacks: CallbackSender, server: Server) -> None:
            callbacks.offer(event(server, 1))
            await gate.reached.wait()
            callbacks.offer(event(server, 2))
            callbacks.offer(event(server, 3, status="completed"))
            callbacks.offer(event(server, 4))
            gate.open.set()

        return await delivered(gate, say)

    assert sequences(asyncio.run(run())) == [1, 3]


def test_a_straggler_is_passed_over_even_when_all_was_delivered() -> None:
    async def run() -> Server:
        async with serving(saying(OK)) as server:
            callbacks = sender()
            callbacks.offer(event(server, 5))
            await idle(callbacks)
            callbacks.offer(event(server, 4))
            callbacks.offer(event(server, 5))
            callbacks.offer(event(server, 6))
            await callbacks.close(60)
            return server

    assert sequences(asyncio.run(run())) == [5, 6]


def test_progress_is_spaced_out_and_the_end_is_not() -> None:
    async def run() -> Server:
        heard = asyncio.Event()

        async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
            await saying(OK)(asked, writer)
            heard.set()

        async with serving(answer) as server:
            callbacks = sender(patience=replace(PATIENCE, between_seconds=3600))
            callbacks.offer(event(server, 1))
            await heard.wait()
            callbacks.offer(event(server, 2))
            for _ in range(100):
                await asyncio.sleep(0)
            callbacks.offer(event(server, 3, status="cancelled"))
            await callbacks.close(60)
            return server

    assert sequences(asyncio.run(run())) == [1, 3]


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from(["processing", "completed"]), st.booleans()),
        max_size=12,
    )
)
def test_events_arrive_in_order_up_to_the_first_end(offers: list[tuple[int, Any, bool]]) -> None:
    due: list[int] = []
    replaceable: list[int] = []

    async def say(callbacks: CallbackSender, server: Server) -> None:
        newest, has_ended = -1, False
        for number, how, is_waited_for in offers:
            callbacks.offer(event(server, number, status=how))
            if number > newest and not has_ended:
                newest, has_ended = number, how == "completed"
                replaceable.append(number)
            if is_waited_for:
                await idle(callbacks)
                due.extend(replaceable[-1:])
                replaceable.clear()
        due.extend(replaceable[-1:])

    server = asyncio.run(delivered(saying(OK), say))

    assert sequences(server) == due


@pytest.mark.parametrize("failure", [status(500), status(408), status(425), status(429), b"", b"?"])
def test_a_failure_that_may_pass_is_tried_again_with_the_same_id_and_body(failure: bytes) -> None:
    seconds = iter(range(10**6))
    started = time.time()
    with capture_logs() as logs:
        server = offered(
            answering(failure, failure, OK),
            lambda server: event(server, 1, status="completed"),
            clock=lambda: started + next(seconds),
        )

    assert sequences(server) == [1, 1, 1]
    assert len({asked.headers["webhook-id"] for asked in server.asked}) == 1
    assert len({asked.body for asked in server.asked}) == 1
    assert len({asked.headers["webhook-timestamp"] for asked in server.asked}) == 3
    assert len({asked.headers["webhook-signature"] for asked in server.asked}) == 3
    assert logs == [
        {
            "event": "callback.delivered",
            "log_level": "info",
            "job_id": "job-1",
            "sequence": 1,
            "type": "mesh.completed",
            "attempts": 3,
            "status": 200,
        }
    ]


@pytest.mark.parametrize("number", [301, 400, 401, 404])
def test_a_failure_that_will_not_pass_is_given_up_at_once(number: int) -> None:
    with capture_logs() as logs:
        server = offered(
            saying(status(number, "Location: http://127.0.0.1:1/")), lambda server: event(server, 1)
        )

    assert sequences(server) == [1]
    assert [(log["event"], log["attempts"]) for log in logs] == [("callback.given_up", 1)]
    assert str(number) in logs[0]["why"]


def test_a_receiver_that_is_gone_is_told_no_more_of_the_job() -> None:
    async def say(callbacks: CallbackSender, server: Server) -> None:
        callbacks.offer(event(server, 1))
        await idle(callbacks)
        callbacks.offer(event(server, 2, status="completed"))
        callbacks.offer(event(server, 1, job_id="job-2"))

    server = asyncio.run(delivered(answering(status(410), OK), say))
    assert sequences(server) == [1]
    assert sequences(server, "job-2") == [1]


def test_newer_progress_takes_the_place_of_one_that_is_retried() -> None:
    async def run() -> Server:
        gate = Gate()
        failures = answering(status(500), OK)

        async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
            gate.reached.set()
            await gate.open.wait()
            await failures(asked, writer)

        async def say(callbacks: CallbackSender, server: Server) -> None:
            callbacks.offer(event(server, 1))
            await gate.reached.wait()
            callbacks.offer(event(server, 2))
            gate.open.set()

        return await delivered(answer, say)

    assert sequences(asyncio.run(run())) == [1, 2]


def test_an_event_is_given_up_after_its_time() -> None:
    moments = iter(range(0, 10**6, 10))
    with capture_logs() as logs:
        offered(
            saying(status(503)),
            lambda server: event(server, 1),
            patience=replace(PATIENCE, give_up_seconds=100),
            clock=lambda: float(next(moments)),
        )

    (log,) = logs
    assert log["event"] == "callback.given_up"
    assert log["why"] == "The receiver answers 503."
    assert 2 < log["attempts"] < 10


def test_a_receiver_that_never_answers_is_given_up() -> None:
    with capture_logs() as logs:
        server = offered(
            silence,
            lambda server: event(server, 1),
            patience=replace(PATIENCE, answer_seconds=0.05, give_up_seconds=0),
        )

    assert len(server.asked) == 1
    assert [log["event"] for log in logs] == ["callback.given_up"]
    assert "does not answer in time" in logs[0]["why"]


def test_an_answer_without_end_counts_by_its_status() -> None:
    async def endless(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + bytes(0x1000) + b"\r\n")
            await writer.drain()

    with capture_logs() as logs:
        offered(endless, lambda server: event(server, 1))
    assert [log["event"] for log in logs] == ["callback.delivered"]


def test_a_dead_receiver_does_not_delay_another_job() -> None:
    async def run() -> Server:
        async with serving(silence) as dead, serving(saying(OK)) as alive:
            callbacks = sender()
            callbacks.offer(event(dead, 1, job_id="job-2"))
            while not dead.asked:
                await asyncio.sleep(0)
            callbacks.offer(event(alive, 1, status="completed"))
            await idle(callbacks, jobs=1)
            await callbacks.close(0)
            return alive

    assert sequences(asyncio.run(run())) == [1]


@given(st.integers(1, 10**6), st.floats(-(10**9), 10**9))
def test_retries_wait_no_longer_than_the_longest_time(failures: int, asked: float) -> None:
    patience = Patience(first_retry_seconds=1, longest_retry_seconds=120)

    waited = patience.retry_seconds(failures, asked)
    assert min(asked, 120) <= waited <= 120
    assert waited >= min(2.0 ** min(failures - 1, 10), 120) / 2


def test_retries_are_not_all_at_one_moment() -> None:
    waits = {Patience().retry_seconds(3, 0) for _ in range(20)}

    assert len(waits) > 1
    assert all(2 <= wait <= 4 for wait in waits)


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("30", 30.0),
        ("99999", 120.0),
        (formatdate(1_700_000_040, usegmt=True), 40.0),
        (formatdate(1_600_000_000, usegmt=True), 0.0),
        ("soon", 0.0),
        ("\N{SUPERSCRIPT TWO}", 0.0),
        ("Mon, 01 Jan 0001 00:00:00 -0000", 0.0),
    ],
)
def test_retry_after_is_honoured_up_to_the_longest_time(asked: str, waited: float) -> None:
    slept: list[float] = []

    class Remembering(Patience):
        def retry_seconds(self, failures: int, asked_seconds: float) -> float:
            slept.append(super().retry_seconds(failures, asked_seconds))
            return 0

    head = f"HTTP/1.1 429 Hm\r\nContent-Length: 0\r\nRetry-After: {asked}\r\n\r\n"

    async def run() -> None:
        async with serving(answering(head.encode("latin-1"), OK)) as server:
            patience = Remembering(first_retry_seconds=0, longest_retry_seconds=120)
            callbacks = sender(patience=patience, clock=lambda: 1_700_000_000.0)
            callbacks.offer(event(server, 1))
            await callbacks.close(60)

    asyncio.run(run())
    assert slept == [waited]


def test_closing_delivers_what_waits_and_takes_nothing_more() -> None:
    async def run() -> Server:
        async with serving(saying(OK)) as server:
            callbacks = sender(patience=replace(PATIENCE, between_seconds=3600))
            callbacks.offer(event(server, 1))
            closing = asyncio.ensure_future(callbacks.close(60))
            await asyncio.sleep(0)
            callbacks.offer(event(server, 2))
            await closing
            return server

    with capture_logs() as logs:
        server = asyncio.run(run())
    assert sequences(server) == [1]
    assert [(log["event"], log["sequence"]) for log in logs] == [
        ("callback.dropped", 2),
        ("callback.delivered", 1),
    ]


def test_closing_drops_what_cannot_be_delivered_in_time() -> None:
    async def run() -> None:
        async with serving(silence) as server:
            callbacks = sender()
            callbacks.offer(event(server, 1))
            callbacks.offer(event(server, 2, job_id="job-2", status="completed"))
            while len(server.asked) < 2:
                await asyncio.sleep(0)
            await callbacks.close(0.01)
            assert callbacks.jobs_waiting == 0

    with capture_logs() as logs:
        asyncio.run(run())
    assert [(log["event"], log["job_id"], log["type"]) for log in logs] == [
        ("callback.dropped", "job-1", "mesh.progress"),
        ("callback.dropped", "job-2", "mesh.completed"),
    ]


def test_of_too_many_jobs_progress_is_dropped_and_how_they_ended_is_not() -> None:
    async def say(callbacks: CallbackSender, server: Server) -> None:
        callbacks.offer(event(server, 1, job_id="job-1"))
        callbacks.offer(event(server, 1, job_id="job-2", status="completed"))
        callbacks.offer(event(server, 1, job_id="job-3"))
        callbacks.offer(event(server, 2, job_id="job-4", status="failed"))
        callbacks.offer(event(server, 2, job_id="job-5", status="failed"))

    with capture_logs() as logs:
        server = asyncio.run(delivered(saying(OK), say, most_jobs=2))
    dropped = [log["job_id"] for log in logs if log["event"] == "callback.dropped"]
    assert dropped == ["job-3", "job-1", "job-5"]
    assert {verified(asked)["data"]["job_id"] for asked in server.asked} == {"job-2", "job-4"}


def test_what_is_remembered_of_jobs_is_bounded() -> None:
    async def say(callbacks: CallbackSender, server: Server) -> None:
        for number in range(1, 10):
            callbacks.offer(event(server, 5, job_id=f"job-{number}"))
            await idle(callbacks)
        callbacks.offer(event(server, 4, job_id="job-9"))
        callbacks.offer(event(server, 4, job_id="job-1"))

    server = asyncio.run(delivered(saying(OK), say, most_jobs=2))
    assert sequences(server, "job-9") == [5]
    assert sequences(server, "job-1") == [5, 4]


def test_an_event_that_cannot_be_told_is_logged_as_a_bug() -> None:
    with capture_logs() as logs:
        offered(saying(OK), lambda server: event(server, 1, error={"odd": object()}))

    assert [log["event"] for log in logs] == ["callback.broke"]
