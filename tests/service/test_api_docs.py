"""What docs/api.md tells to type does what it says; its table has every error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from spinelift.samples.__main__ import write
from spinelift.service.problems import STATUSES

from ..curl import Curl
from .serving import serving

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
PAGE = PAGE.split("\n## The mesh service\n")[1]
COMMANDS = re.findall(r"^curl .*$", PAGE, re.MULTILINE)
BASE = "http://127.0.0.1:8000"
ART = "build/samples/"


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    write(folder / ART)
    return folder


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serving() as client:
        yield client


def ask(client: httpx.Client, art: Path, command: str, job_id: str) -> httpx.Response:
    return Curl(client, base=BASE, files=art).ask(command.replace("JOB_ID", job_id))


@pytest.mark.parametrize("command", COMMANDS)
def test_command_does_what_the_page_says(client: httpx.Client, art: Path, command: str) -> None:
    made = ask(
        client,
        art,
        f'curl -H "Prefer: wait=30" -F image=@{ART}leaf.png {BASE}/api/v1/mesh/generate',
        "",
    )
    answer = ask(client, art, command, made.json()["job_id"])

    if "image_url" in command:  # nobody is asked from here, but the request is understood
        assert answer.json()["error"]["code"] in {
            "URL_UNREACHABLE",
            "URL_REFUSED",
            "IMAGE_UNREADABLE",
        }
    elif "Prefer" in command or "x-ndjson" in command:
        assert answer.status_code == 200, answer.text
    else:
        assert answer.status_code in {200, 202}, answer.text


def test_page_shows_the_three_ways() -> None:
    assert len(COMMANDS) > 10
    assert any("Prefer" in command for command in COMMANDS)
    assert any("x-ndjson" in command for command in COMMANDS)


@pytest.mark.parametrize(("code", "status"), STATUSES.items())
def test_error_is_in_the_table_with_its_status(code: str, status: int) -> None:
    rows = [
        row.split("|") for row in PAGE.splitlines() if row.startswith("|") and f"`{code}`" in row
    ]
    (row,) = rows
    statuses = [int(number) for number in re.findall(r"\d{3}", row[2])]
    codes = re.findall(r"`([A-Z_]+)`", row[1])
    assert status in statuses
    assert len(statuses) in {1, len(codes)} or code == "REQUEST_UNREADABLE"
    if len(statuses) == len(codes):
        assert statuses[codes.index(code)] == status
