"""compose.yaml and the Dockerfiles name commands, settings and files that there are."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from spinelift.cli.app import app
from spinelift.service.settings import ServiceSettings

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")

APPLICATION = {name for name, one in SERVICES.items() if one["image"] == "spinelift-application"}
OURS = APPLICATION | {"mesh-service"}
S3 = {"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
"""As all programs hear them that speak to S3."""

ROWS = [
    line.split(" | ")
    for line in OPERATIONS.split("\n## Settings of the web application\n")[1]
    .split("\n## ")[0]
    .splitlines()
    if line.startswith("| `")
]
SETTINGS = {name for row in ROWS for name in re.findall(r"`([A-Z_0-9]+)`", row[0])}
REQUIRED = {
    name
    for row in ROWS
    if row[1].strip() == "required"
    for name in re.findall(r"`([A-Z_0-9]+)`", row[0])
}


def pins(name: str) -> set[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^\S+==[^ ;]+", text, re.MULTILINE))


def instructions(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_all_parts_are_there() -> None:
    assert {"web", "live", "worker", "scheduler", "migrate", "bucket"} == APPLICATION
    assert {"postgres", "redis", "s3", "mesh-service", "proxy"} == set(SERVICES) - APPLICATION


@pytest.mark.parametrize("name", sorted(OURS))
def test_command_is_one_with_flags_that_it_has(name: str) -> None:
    program, command, *words = SERVICES[name]["command"]
    flags = {
        flag
        for argument in app[command].assemble_argument_collection(
            default_parameter=app.default_parameter
        )
        for flag in argument.names
    }

    assert program == "spinelift"
    assert {word for word in words if word.startswith("--")} <= flags


@pytest.mark.parametrize("name", sorted(APPLICATION))
def test_application_is_told_settings_that_are_documented(name: str) -> None:
    told = set(SERVICES[name]["environment"])

    assert told <= SETTINGS
    assert told >= REQUIRED


def test_mesh_service_is_told_settings_that_it_has() -> None:
    settings = {f"SPINELIFT_{name.upper()}" for name in ServiceSettings.model_fields}

    assert set(SERVICES["mesh-service"]["environment"]) <= settings | S3


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_processes_may_do_as_little_as_possible(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", sorted(APPLICATION))
def test_what_django_is_asked_for_is_a_command_of_its(name: str) -> None:
    _, command, *words = SERVICES[name]["command"]
    if command == "manage":
        assert words[0] in get_commands()


def test_proxy_leads_operators_to_the_admin() -> None:
    """And to its static files; what is for those inside alone it keeps there."""
    site = COMPOSE["configs"]["caddyfile"]["content"]
    assert re.findall(r"respond (\S+) 404", site) == ["/ready"]
    assert "admin" not in site
    assert "static" not in site
    assert re.search(r"^ +reverse_proxy web:8000$", site, re.MULTILINE)


def test_only_the_proxy_has_ports_on_the_host() -> None:
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["proxy"]


def test_nothing_waits_for_what_does_not_say_how_it_is() -> None:
    for service in SERVICES.values():
        waited_for = service.get("depends_on", {})
        for other, how in waited_for.items() if isinstance(waited_for, dict) else ():
            if how["condition"] == "service_healthy":
                assert "test" in SERVICES[other]["healthcheck"]
            else:
                assert other == "migrate"


def test_no_secret_stands_in_the_file() -> None:
    assert not re.search(r"(PASSWORD|SECRET|TOKEN)[A-Z_]*: (?!\$\{)", TEXT)
    for line in EXAMPLE.splitlines():
        assert not re.match(r"\w*(PASSWORD|SECRET|TOKEN)\w*=.", line)
    assert ".env\n" in (ROOT / ".gitignore").read_text()


def test_example_has_every_variable_that_is_needed() -> None:
    assert set(re.findall(r"\$\{(\w+):\?\}", TEXT)) <= set(re.findall(r"^\w+", EXAMPLE, re.M))


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.application"])
def test_image_is_built_of_files_that_are_there_and_runs_as_nobody(name: str) -> None:
    lines = instructions(name)
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY requirements")]

    assert copied
    for files in copied:
        assert all((ROOT / file).is_file() for file in files)
    assert any("--require-hashes" in line for line in lines)
    assert "USER 10001:10001" in lines
    *_, last = lines
    assert last.startswith('CMD ["spinelift", "')
    assert last.split('"')[3] in app


def test_lock_of_the_application_is_a_part_of_what_is_tested() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    locked = {re.split(r"[=\[]", pin)[0] for pin in pins("web")}

    assert pins("web") <= pins("dev")
    assert {re.split(r"[<>=\[]", one)[0] for one in extra["web"]} <= locked
