"""The commands of the web application: what they refuse, and what they read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ..postgres_server import PostgresServer
from .conftest import Ran

VARIABLES: Mapping[str, str] = {
    "SPINELIFT_SECRET_KEY": "secret",
    "SPINELIFT_PUBLIC_URL": "https://meshes.example.com",
    "DATABASE_URL": "postgresql://alice:secret@db.example.com/meshes?sslmode=verify-full",
    "REDIS_URL": "rediss://redis.example.com/1",
    "SPINELIFT_S3_BUCKET": "meshes",
    "SPINELIFT_MESH_SERVICE_URL": "http://mesh.example.com:8000",
    "SPINELIFT_SMTP_HOST": "mail.example.com",
}
COMMANDS = ["web", "live", "worker", "scheduler", "manage"]
NOT_OURS = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
SHOWN = """
import json
from spinelift.web.settings import {name} as found
shown = {{key: value for key, value in vars(found).items() if key.isupper()}}
print(json.dumps(shown, default=str))
"""


@pytest.fixture(scope="module", params=["embedded", "distributed"])
def empty(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, str]]:
    """What a command is told of a database in which there is nothing yet."""
    chosen = {"DJANGO_SETTINGS_MODULE": f"spinelift.web.settings.{request.param}"}
    if request.param == "embedded":
        yield {**chosen, "SPINELIFT_DATA": str(tmp_path_factory.mktemp("data"))}
        return
    with PostgresServer() as server:
        yield {**VARIABLES, **chosen, "DATABASE_URL": server.url}


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Ours without what the tests may have been told."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith("SPINELIFT_") and name not in NOT_OURS
    }
    return {**kept, **variables}


def ran(*arguments: str, variables: Mapping[str, str] = VARIABLES) -> Ran:
    done = subprocess.run(
        (sys.executable, *arguments),
        env=environment(variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def command(*arguments: str, variables: Mapping[str, str] = VARIABLES) -> Ran:
    return ran("-m", "spinelift", *arguments, variables=variables)


@pytest.mark.parametrize("name", COMMANDS)
def test_settings_that_are_missing_are_one_sentence(name: str) -> None:
    told = command(name, variables={})
    assert told == Ran(
        2, "", "spinelift: SPINELIFT_SECRET_KEY is not set: see docs/operations.md.\n"
    )


@pytest.mark.parametrize("name", list(VARIABLES))
def test_each_setting_that_is_missing_is_named(name: str) -> None:
    variables = {key: text for key, text in VARIABLES.items() if key != name}
    told = command("manage", "check", variables=variables)
    assert (told.code, told.err) == (
        2,
        f"spinelift: {name} is not set: see docs/operations.md.\n",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SPINELIFT_PUBLIC_URL", "meshes.example.com"),
        ("SPINELIFT_MESH_SERVICE_URL", "mesh:8000"),
        ("SPINELIFT_SMTP_TLS", "yes"),
        ("SPINELIFT_SMTP_PORT", "smtp"),
        ("SPINELIFT_REGISTRATION", "maybe"),
        ("DATABASE_URL", "db.example.com"),
    ],
)
def test_setting_that_is_wrong_is_one_sentence(name: str, text: str) -> None:
    told = command("manage", "check", variables={**VARIABLES, name: text})
    assert told.code == 2
    assert told.err.startswith(f"spinelift: {name} is ")
    assert told.err.count("\n") == 1


def test_database_that_is_not_there_is_one_sentence() -> None:
    nowhere = {**VARIABLES, "DATABASE_URL": "postgresql://alice@127.0.0.1:1/meshes"}
    told = command("manage", "migrate", variables=nowhere)
    assert told.code == 2
    assert told.err.startswith("spinelift: The database does not do as it is asked: ")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["verify_audit"],
        ["createsuperuser", "--noinput", "--email", "alice@example.com"],
        ["changepassword", "alice@example.com"],
        ["clearsessions"],
    ],
)
def test_database_without_tables_says_what_to_run(
    empty: Mapping[str, str], words: list[str]
) -> None:
    told = command("manage", *words, variables=empty)
    assert told.code == 2
    assert told.err.endswith(
        "spinelift: The database has no tables yet, or not those of this version: run "
        "`spinelift manage migrate` first.\n"
    )


def test_what_django_is_asked_for_is_djangos_to_explain() -> None:
    told = command("manage", "migrate", "--help")
    assert told.code == 0
    assert "--fake-initial" in told.out


@pytest.mark.parametrize("flag", ["--workers", "--threads"])
def test_web_of_nobody_is_refused(flag: str) -> None:
    told = command("web", flag, "0")
    assert (told.code, told.err) == (2, f"spinelift: {flag} is 0, and has to be at least 1.\n")


@pytest.mark.parametrize("name", ["serve", "live"])
def test_port_that_is_none_is_one_sentence(name: str, tmp_path: Path) -> None:
    data = ["--data", str(tmp_path)] if name == "serve" else []
    done = command(name, "--port", "99999", *data)
    assert done.code == 2
    assert "port must be 0-65535" in done.err
    assert "bug" not in done.err


def test_machine_that_others_reach_wants_accounts() -> None:
    told = command("serve", "--host", "0.0.0.0")  # noqa: S104  # refused
    assert told.code == 2
    assert told.err == (
        "spinelift: 0.0.0.0 can be reached by others, who would be let in as you: add --accounts.\n"
    )


def test_tls_is_asked_for_by_urls() -> None:
    told = ran("-c", SHOWN.format(name="distributed"))
    settings = json.loads(told.out)
    assert settings["DATABASES"]["default"]["OPTIONS"]["sslmode"] == "verify-full"
    assert settings["CACHES"]["default"]["LOCATION"] == "rediss://redis.example.com/1"
    assert settings["JOBS_BROKER"]["options"] == {"url": "rediss://redis.example.com/1"}
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["ALLOWED_HOSTS"] == ["meshes.example.com"]


@pytest.mark.parametrize("name", ["embedded", "distributed"])
def test_mail_server_is_the_same_for_both_ways_of_running(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    variables = {
        **VARIABLES,
        "SPINELIFT_DATA": str(tmp_path_factory.mktemp("data")),
        "SPINELIFT_SMTP_PORT": "587",
        "SPINELIFT_SMTP_TLS": "starttls",
        "SPINELIFT_MAIL_FROM": "meshes@example.com",
    }
    settings = json.loads(ran("-c", SHOWN.format(name=name), variables=variables).out)
    found = [settings[key] for key in ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS")]
    assert found == ["mail.example.com", 587, True]
    assert settings["EMAIL_USE_SSL"] is False
    assert settings["DEFAULT_FROM_EMAIL"] == "meshes@example.com"
    assert "EMAIL_BACKEND" not in settings


def test_mails_lie_in_the_folder_where_there_is_no_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = tmp_path_factory.mktemp("data")
    told = ran("-c", SHOWN.format(name="embedded"), variables={"SPINELIFT_DATA": str(data)})
    settings = json.loads(told.out)
    assert settings["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    assert settings["EMAIL_FILE_PATH"] == str(data / "mails")
