"""The whole system, as it runs: in one process, or in many with real servers between them."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from abc import abstractmethod
from contextlib import ExitStack, closing
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import psycopg

from ..mail_server import MailServer
from ..postgres_server import PostgresServer
from ..processes import Killable, free_ports, wait_until
from ..redis_server import RedisServer
from ..s3_server import S3Server
from .program import IsUp, Program, command
from .user import User

EMAIL, PASSWORD = "alice@example.com", "three red foxes"

JOBS = "SELECT count(*) FROM jobs_job WHERE kind = 'mesh_generation'"
ENDS = (
    "SELECT count(*) FROM meshes_meshcontent",
    "SELECT count(*) FROM jobs_jobevent JOIN jobs_job ON jobs_job.id = jobs_jobevent.job_id "
    "WHERE kind = 'mesh_generation' AND jobs_jobevent.status = 'completed'",
    "SELECT count(*) FROM audit_auditentry WHERE action = 'mesh.completed'",
)
"""What there is one of for each."""

Rows = list[tuple[Any, ...]]


class System(Killable):
    """What both have: a user who is signed in, and the rows behind what the user sees."""

    url: str
    live_url: str
    """Of what stays open: WebSockets, streams, and answers that are waited for."""
    variables: dict[str, str]
    """Of the environment of its programs."""

    @property
    def client(self) -> httpx.Client:
        """The user's."""
        return self.user.client

    @cached_property
    def user(self) -> User:
        """Who came in when this was first asked for, the way one comes in here."""
        with httpx.Client(base_url=self.url, timeout=60) as visitor:
            headers = self.come_in(visitor)
            wanted = {"name": "journey", "scope": "write"}
            made = visitor.post("/api/v1/tokens", json=wanted, headers=headers)
            assert made.status_code == 201, made.text
            return User(self.url, made.json()["text"])

    def end(self) -> None:
        if "user" in self.__dict__:
            self.user.client.close()
        super().end()

    @abstractmethod
    def come_in(self, visitor: httpx.Client) -> dict[str, str]:
        """Sign somebody in; gives the headers that say so."""

    @abstractmethod
    def rows(self, query: str) -> Rows:
        """What the database has."""

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of Django's commands."""
        return subprocess.run(
            command("manage", *arguments),
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def count(self, query: str) -> int:
        """The only value of the only row."""
        [(found,)] = self.rows(query)
        return int(found)

    def assert_each_mesh_was_made_once(self) -> None:
        """Of all that were ever asked for here; and the audit says the same."""
        made = self.count(JOBS)
        assert self.count(f"{JOBS} AND status = 'completed'") == made
        for query in ENDS:
            assert self.count(query) == made
        self.verify_audit()

    def verify_audit(self) -> None:
        done = self.manage("verify_audit")
        assert done.returncode == 0, done.stderr
        assert "all as they were written" in done.stdout


class EmbeddedSystem(System):
    """`spinelift serve` on a folder, with whatever flags."""

    def __init__(self, folder: Path, *flags: str) -> None:
        [port] = free_ports(1)
        self.url = self.live_url = f"http://127.0.0.1:{port}"
        self.data = folder / "data"
        self.server = Program(
            folder / "server",
            *("serve", "--port", str(port), "--data", str(self.data), *flags),
            variables={},
            is_up=lambda server: server.has_logged("server.listening"),
        )
        self.variables = _environment(
            DJANGO_SETTINGS_MODULE="spinelift.web.settings.embedded",
            SPINELIFT_DATA=str(self.data),
        )

    def start(self) -> None:
        self.server.start()

    def kill(self) -> None:
        self.server.kill()

    def end(self) -> None:
        super().end()
        self.server.end()

    def come_in(self, visitor: httpx.Client) -> dict[str, str]:
        """By the link that the program has printed, and its button."""
        said = re.match(r"Open (\S+)\n", self.server.out)
        assert said
        page = visitor.get(said[1]).raise_for_status()
        secret = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert secret
        entered = visitor.post(said[1], data={"csrfmiddlewaretoken": secret[1]})
        assert entered.status_code == 302
        return {"X-CSRFToken": visitor.cookies["csrftoken"]}

    def rows(self, query: str) -> Rows:
        with closing(sqlite3.connect(self.data / "spinelift.sqlite3")) as connection:
            return connection.execute(query).fetchall()


class DistributedSystem(System):
    """All the servers, and our processes; each can be killed and started anew where it was."""

    def __init__(self, folder: Path) -> None:
        web_port, live_port, mesh_port = free_ports(3)
        self.url = f"http://127.0.0.1:{web_port}"
        self.live_url = f"http://127.0.0.1:{live_port}"
        self.postgres, self.redis = PostgresServer(), RedisServer()
        self.s3, self.mail = S3Server(), MailServer()
        mesh_url = f"http://127.0.0.1:{mesh_port}"
        mesh_settings = {
            "SPINELIFT_PORT": str(mesh_port),
            "SPINELIFT_STORAGE": str(folder / "mesh-files"),
            "SPINELIFT_WORKERS": "2",
        }
        self.mesh_service = Program(
            folder / "mesh-service",
            "mesh-service",
            variables=mesh_settings,
            is_up=lambda _: _answers(f"{mesh_url}/ready"),
        )
        self.variables = {}
        self._mesh_url = mesh_url
        self._folder = folder
        self._stack = ExitStack()

    def start(self) -> None:
        with ExitStack() as stack:
            for server in (self.postgres, self.redis, self.s3, self.mail, self.mesh_service):
                stack.enter_context(server)
            self.variables = _environment(**self._settings())
            done = self.manage("migrate", "--verbosity", "0")
            assert done.returncode == 0, done.stderr
            self.web = self._program(
                "web",
                *("--port", self.url.rpartition(":")[2], "--workers", "1"),
                is_up=lambda _: _answers(f"{self.url}/live"),
            )
            self.live = self._program(
                "live",
                *("--port", self.live_url.rpartition(":")[2]),
                is_up=lambda program: program.has_logged("server.listening"),
            )
            self.workers = [
                self._program(
                    "worker",
                    is_up=lambda program: program.has_logged("worker.started"),
                    number=number,
                )
                for number in range(2)
            ]
            self.scheduler = self._program(
                "scheduler", is_up=lambda program: program.has_logged("scheduler.started")
            )
            programs = (self.web, self.live, *self.workers, self.scheduler)
            for program in programs:
                stack.callback(program.end)
                program.begin()
            for program in programs:
                program.await_up()
            self._stack = stack.pop_all()

    def kill(self) -> None:
        self._stack.close()

    def come_in(self, visitor: httpx.Client) -> dict[str, str]:
        """Register, and confirm the email with what was mailed."""
        auth = "/api/v1/auth/app/v1/auth"
        wanted = {"email": EMAIL, "password": PASSWORD}
        registered = visitor.post(f"{auth}/signup", json=wanted)
        assert registered.status_code == 401, registered.text
        wait_until(lambda: self.mail.mails)
        key = re.search(r"#confirm/(\S+)", self.mail.mails[-1].get_content())
        assert key
        confirmed = visitor.post(f"{auth}/email/verify", json={"key": unquote(key[1])})
        assert confirmed.status_code in {200, 401}, confirmed.text
        entered = visitor.post(f"{auth}/login", json=wanted)
        assert entered.status_code == 200, entered.text
        return {"X-Session-Token": entered.json()["meta"]["session_token"]}

    def rows(self, query: str) -> Rows:
        with psycopg.connect(self.postgres.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def _program(self, name: str, *flags: str, is_up: IsUp, number: int = 0) -> Program:
        return Program(
            self._folder / f"{name}-{number}",
            name,
            *flags,
            variables=self._settings(),
            is_up=is_up,
        )

    def _settings(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "spinelift.web.settings.distributed",
            "SPINELIFT_SECRET_KEY": "a secret of the tests",
            "SPINELIFT_PUBLIC_URL": self.url,
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "SPINELIFT_S3_BUCKET": self.s3.bucket,
            "SPINELIFT_S3_ENDPOINT": self.s3.environment["AWS_ENDPOINT_URL"],
            "SPINELIFT_S3_REGION": self.s3.environment["AWS_REGION"],
            "AWS_ACCESS_KEY_ID": self.s3.environment["AWS_ACCESS_KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": self.s3.environment["AWS_SECRET_ACCESS_KEY"],
            "SPINELIFT_MESH_SERVICE_URL": self._mesh_url,
            "SPINELIFT_SMTP_HOST": self.mail.host,
            "SPINELIFT_SMTP_PORT": str(self.mail.port),
        }


def _environment(**variables: str) -> dict[str, str]:
    return {**os.environ, **variables}


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False
