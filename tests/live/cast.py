"""Who follows what: Alice has the projects, Bob she may take in, Charlie has no access."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..faults.art import slow
from ..journeys.system import System
from ..journeys.user import User
from .cable import Cable

_calls = itertools.count(1)

ENTER = """
import json
from django.test import Client
from spinelift.web.accounts.models import Scope, User
from spinelift.web.accounts.services import create_token
from spinelift.web.actors import SYSTEM

found = {}
for email in EMAILS:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    browser = Client()
    browser.force_login(user)
    texts = {
        scope: create_token(actor=SYSTEM, user=user, name=scope, scope=scope)[1]
        for scope in (Scope.WRITE, Scope.READ)
    }
    found[email] = {
        "id": str(user.id),
        "token": texts[Scope.WRITE],
        "reading_token": texts[Scope.READ],
        "cookie": "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items()),
    }
print("FOUND", json.dumps(found))
"""
"""Makes users where there are none, in a system that may let in nobody but its one user."""


class Visitor(User):
    """A user with all that lets one in.

    Attributes
    ----------
    reading_token
        That may change nothing.
    cookie
        Of a session of a browser.
    """

    def __init__(self, system: System, email: str, entry: dict[str, str]) -> None:
        super().__init__(system.url, entry["token"])
        self.live_url = system.live_url
        self.email = email
        self.id = entry["id"]
        self.token = entry["token"]
        self.reading_token = entry["reading_token"]
        self.cookie = entry["cookie"]

    def cable(self, **how: Any) -> Cable:
        """A connection of theirs, which has to be let in."""
        cable = Cable(self.live_url, token=self.token, **how)
        assert cable.said("welcome") == {"type": "welcome"}
        return cable

    def new_token(self) -> tuple[str, str]:
        """Its id and its text."""
        made = self.ask("POST", "/tokens", json={"name": f"one more {next(_calls)}"})
        return made["id"], made["text"]

    def new_mesh(self, project: str, size: int = 600) -> str:
        """Ask for a mesh of a new image; gives its id while it is made."""
        [image] = self.upload(project, slow(1, size))
        made: str = self.ask("POST", f"/images/{image}/meshes", json={})["id"]
        return made

    def new_batch(self, project: str, count: int = 3, size: int = 600) -> str:
        self.upload(project, slow(count, size))
        return self.generate(project)

    def meshes_of(self, batch: str) -> list[str]:
        found = self.ask("GET", f"/batches/{batch}/meshes", params={"limit": 100})["items"]
        return [mesh["id"] for mesh in found]

    def await_mesh(self, mesh: str) -> Any:
        """How it is once it has ended."""
        while True:
            shown = self.ask("GET", f"/meshes/{mesh}/status", params={"wait": 30})
            if shown["status"] not in {"queued", "processing"}:
                return shown

    def take_in(self, other: Visitor, project: str, role: str = "viewer") -> None:
        wanted = {"email": other.email, "role": role}
        self.ask("POST", f"/projects/{project}/members", json=wanted)

    def send_away(self, other: Visitor, project: str) -> None:
        self.ask("DELETE", f"/projects/{project}/members/{other.id}")


@dataclass(frozen=True)
class Cast:
    """All of them, in one system."""

    alice: Visitor
    bob: Visitor
    charlie: Visitor


@contextlib.contextmanager
def cast_of(system: System) -> Iterator[Cast]:
    """Let them all in."""
    names = ["alice", "bob", "charlie"]
    users = enter(system, *(f"{name}@live.example" for name in names))
    try:
        yield Cast(**dict(zip(names, users, strict=True)))
    finally:
        for user in users:
            user.client.close()


def enter(system: System, *emails: str) -> list[Visitor]:
    """Let these in, who may be new."""
    if not system.variables:
        raise LookupError("the system does not run")
    done = system.manage("shell", "-c", f"EMAILS = {emails}\n{ENTER}")
    assert done.returncode == 0, done.stderr
    [line] = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    found = json.loads(line.removeprefix("FOUND "))
    return [Visitor(system, email, found[email]) for email in emails]
