"""Callbacks from end to end: a job is sent, a receiver on a real socket is told, and verifies."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from ..processes import wait_until
from .serving import GENERATE, WAIT, error, picture, send, serving

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"the secret before that one").decode()


class Receiver(ThreadingHTTPServer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[tuple[dict[str, str], str]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/told?key=secret"

    def verified(self, secret: str = SECRET) -> list[dict[str, Any]]:
        """All that came, in the order of their sequence."""
        webhook = Webhook(secret)
        payloads = [webhook.verify(body, headers) for headers, body in list(self.told)]
        return sorted(payloads, key=lambda payload: payload["data"]["sequence"])

    def has_heard_the_end(self) -> bool:
        return any('"mesh.progress"' not in body for _, body in list(self.told))


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.told.append((headers, body))
        self.send_response(self.server.answers.pop() if self.server.answers else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()


SIGNING: dict[str, Any] = {
    "callback_secrets": [SECRET, OLD_SECRET],
    "allowed_hosts": ["127.0.0.1"],
    "allow_http_urls": True,
}


def test_receiver_is_told_of_progress_and_of_the_end(receiver: Receiver, gate: Path) -> None:
    fields = {"callback_url": receiver.url, "job_id": "called-back"}
    with serving(**SIGNING) as client:
        assert send(client, filename=f"{gate.name}.png", fields=fields).status_code == 202
        wait_until(lambda: receiver.told)
        gate.touch()
        wait_until(receiver.has_heard_the_end)
        end = receiver.verified()[-1]
        result = client.get(end["data"]["result_url"]).json()

    *progress, end = receiver.verified()
    assert {payload["type"] for payload in progress} == {"mesh.progress"}
    assert all(payload["data"]["estimated_remaining"] >= 0 for payload in progress)
    assert (end["type"], end["data"]["status"]) == ("mesh.completed", "completed")
    assert end["data"]["progress"] == 100
    assert result["job_id"] == "called-back"
    sequences = [json.loads(body)["data"]["sequence"] for _, body in receiver.told]
    assert sequences == sorted(sequences)
    ids = [headers["webhook-id"] for headers, _ in receiver.told]
    assert len(set(ids)) == len(ids)


def test_keys_can_be_exchanged_and_no_other_key_verifies(receiver: Receiver) -> None:
    with serving(**SIGNING) as client:
        send(client, fields={"callback_url": receiver.url})
        wait_until(receiver.has_heard_the_end)

    assert receiver.verified(OLD_SECRET) == receiver.verified(SECRET)
    with pytest.raises(WebhookVerificationError):
        receiver.verified("whsec_" + base64.b64encode(b"x" * 24).decode())


def test_receiver_is_told_why_there_is_no_mesh(receiver: Receiver) -> None:
    with serving(**SIGNING) as client:
        send(client, image=b"no image", fields={"callback_url": receiver.url})
        wait_until(receiver.has_heard_the_end)

    end = receiver.verified()[-1]
    assert end["type"] == "mesh.failed"
    assert end["data"]["error"]["code"] == "IMAGE_UNREADABLE"


def test_receiver_is_told_of_a_cancellation(receiver: Receiver, gate: Path) -> None:
    fields = {"callback_url": receiver.url, "job_id": "called-off"}
    with serving(**SIGNING) as client:
        send(client, filename=f"{gate.name}.png", fields=fields)
        client.delete("/api/v1/mesh/called-off")
        wait_until(receiver.has_heard_the_end)

    assert receiver.verified()[-1]["type"] == "mesh.cancelled"


def test_answer_from_the_cache_is_told_too(receiver: Receiver) -> None:
    with serving(**SIGNING) as client:
        send(client, headers=WAIT)
        send(client, fields={"callback_url": receiver.url})
        wait_until(receiver.has_heard_the_end)

    assert receiver.verified()[-1]["type"] == "mesh.completed"


def test_failing_receiver_neither_delays_the_job_nor_goes_unheard(receiver: Receiver) -> None:
    receiver.answers = [500, 500]
    with serving(**SIGNING, drain_seconds=30) as client:
        sent = send(client, fields={"callback_url": receiver.url}, headers=WAIT)
        assert sent.status_code == 200
        wait_until(lambda: receiver.has_heard_the_end() and not receiver.answers)

    assert receiver.verified()[-1]["type"] == "mesh.completed"


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "https://example.com/told"),
        (SIGNING, "https://169.254.169.254/told"),
        (SIGNING, "https://[::ffff:10.0.0.1]/told"),
        (SIGNING | {"allow_http_urls": False}, "http://example.com/told"),
        (SIGNING, "ftp://example.com/told"),
        (SIGNING, "no url"),
    ],
)
def test_callback_url_that_may_not_be_called_is_refused(settings: dict[str, Any], url: str) -> None:
    with serving(**settings) as client:
        body = {"image_url": "https://example.com/a.png", "callback_url": url}
        assert error(client.post(GENERATE, json=body)) == (422, "URL_REFUSED")
        assert error(send(client, image=picture(), fields={"callback_url": url})) == (
            422,
            "URL_REFUSED",
        )
