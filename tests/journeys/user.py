"""Somebody who uses the system over HTTP, with a program that has a token."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx

LOOK_SECONDS = 0.2
API = "/api/v1"
AWAY = 503
"""What may be answered while something is away on which the answer depends."""


class User:
    """Who has a token.

    Attributes
    ----------
    refused
        The statuses of the answers that `patiently` was given in vain.
    """

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.client = httpx.Client(base_url=url, headers=headers, timeout=60)
        self.refused: list[int] = []

    def ask(self, method: str, path: str, **sent: Any) -> Any:
        """What is answered, which has to be good."""
        answer = self.client.request(method, API + path, **sent)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def patiently(self, method: str, path: str, *, seconds: float = 90, **sent: Any) -> Any:
        """The same, asked again while it is not answered or answered that something is away."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                answer = self.client.request(method, API + path, **sent)
            except httpx.TransportError:
                self.refused.append(0)
            else:
                if answer.status_code != AWAY:
                    assert answer.is_success, answer.text
                    return answer.json() if answer.content else None
                self.refused.append(answer.status_code)
            time.sleep(LOOK_SECONDS)
        raise AssertionError(f"{method} {path} was refused for {seconds} s: {self.refused}")

    def new_project(self, name: str = "Fox") -> str:
        made: str = self.ask("POST", "/projects", json={"name": name})["id"]
        return made

    def upload(self, project: str, files: Mapping[str, bytes]) -> list[str]:
        """Send files in one form; gives the ids of the images."""
        added = self.ask("POST", f"/projects/{project}/images", files=form(files))
        assert added["refused"] == []
        return [image["id"] for image in added["images"]]

    def generate(self, project: str, **order: Any) -> str:
        """Ask for the meshes of all images; gives the id of the batch."""
        batch: str = self.ask("POST", f"/projects/{project}/batches", json=order)["id"]
        return batch

    def batch(self, batch: str) -> Any:
        return self.ask("GET", f"/batches/{batch}")

    def has_ended(self, batch: str) -> bool:
        return self.batch(batch)["finished_at"] is not None

    def await_end(self, batch: str, seconds: float = 120, every: float = LOOK_SECONDS) -> Any:
        """Look until it has ended; gives what is shown of it then."""
        end = time.monotonic() + seconds
        while (shown := self.batch(batch))["finished_at"] is None:
            assert time.monotonic() < end, shown
            time.sleep(every)
        return shown


def form(files: Mapping[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    """Files as httpx wants them."""
    return [("files", (name, content)) for name, content in files.items()]
