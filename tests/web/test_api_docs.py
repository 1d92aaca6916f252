"""docs/api.md has every operation and every error, and what it tells to type does what it says."""

from __future__ import annotations

import hashlib
import re
import shlex
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.urls import Resolver404, resolve

import spinelift
from spinelift.mesh.errors import SpineLiftError
from spinelift.samples.__main__ import write
from spinelift.web.api import api
from spinelift.web.errors import WebError
from spinelift.web.http.problems import STATUSES
from spinelift.web.http.shapes import WORDS

from ..curl import Curl
from ..processes import wait_until
from .access import ACCESS, Least

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "api.md").read_text(encoding="utf-8")
PAGE = PAGE.split("\n## The application\n")[1].split("\n## The mesh service\n")[0]
ERRORS = PAGE.split("\n### Errors of the application\n")[1]
ROOT = "/api/v1"
BASE = "http://127.0.0.1:8000"
METHODS = "GET|HEAD|POST|PUT|PATCH|DELETE"
LINES = re.findall(r"^(?:curl|SHA=|LINK=|CSRF=).*$", PAGE, re.MULTILINE)
"""What is to be typed and matters here, in order."""

ROWS = {
    row[1].strip(" `"): [cell.strip() for cell in row[2:-1]]
    for row in (re.split(r"(?<!\\)\|", line) for line in PAGE.splitlines())
    if len(row) > 2 and re.fullmatch(rf" `({METHODS}) /.*` ", row[1])
}
OPERATIONS = {
    f"{method.upper()} {path.removeprefix(ROOT)}"
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method in methods
}
NAMED = set(re.findall(rf"`((?:{METHODS}) /[^`?]*)`", PAGE))
SOURCES = Path(spinelift.__file__).parent
INSIDE = {"JOB_LOST", "REFUSED", "SPINE_FORMAT", "SERVICE_UNAVAILABLE"}
"""Codes that workers alone tell each other, and those that only others inherit."""

ELSEWHERE = {
    *("IMAGE_NOT_FOUND", "OUTPUT_UNWRITABLE", "POSITION_UNUSABLE", "DOCUMENT_UNREADABLE"),
    *("NAME_UNUSABLE", "URL_UNREACHABLE"),
}
"""Codes of what the application never lets happen, or says in a way of its own."""

OF_JOBS = {"IMAGE_GONE", "JOB_GIVEN_UP", "JOB_CANCELLED", "ANSWER_UNREADABLE"}
"""Codes that are never answered, but in the error of a mesh."""

WHO = {Least.SIGNED_IN: "signed in", Least.ALICE: "its user"}
"""What the page calls them; the others as they are."""

IDS = {
    "POST /tokens": {"TOKEN_ID": "id"},
    "POST /projects": {"PROJECT": "id"},
    "POST /uploads": {"UPLOAD": "id"},
    "POST /presets": {"PRESET": "id"},
    "POST /projects/{}/batches": {"BATCH": "id"},
    "POST /images/{}/meshes": {"MESH": "id"},
    "POST /meshes/{}/restore": {"OTHER": "id"},
}
"""What an answer gives to the commands after it."""


def codes_of(kind: type[WebError | SpineLiftError]) -> Iterator[str]:
    for known in kind.__subclasses__():
        if isinstance(vars(known).get("code"), str) and ".service." not in known.__module__:
            yield known.code
        yield from codes_of(known)


def sources() -> str:
    """What the application is made of."""
    files = (file for file in SOURCES.rglob("*.py") if file.parent.name not in {"service", "cli"})
    return "".join(file.read_text(encoding="utf-8") for file in files)


WRITTEN = r'(?:problem_response\(|GenerationFailed\(|"code": )\s*"([A-Z_]+)"'
CODES = {
    *codes_of(WebError),
    *codes_of(SpineLiftError),
    *(code for code, _ in WORDS.values()),
    *STATUSES,
    *re.findall(WRITTEN, sources()),
} - {*INSIDE, *ELSEWHERE}


def is_of_allauth(operation: str) -> bool:
    return " /auth/" in operation


def test_page_has_every_operation() -> None:
    assert OPERATIONS - set(ROWS) == set()


def test_page_names_nothing_that_is_not_there() -> None:
    assert {operation for operation in NAMED if not is_of_allauth(operation)} <= OPERATIONS
    for operation in filter(is_of_allauth, NAMED):
        try:
            resolve(ROOT + operation.partition(" ")[2])
        except Resolver404:
            pytest.fail(operation)


@pytest.mark.parametrize("operation", sorted(set(ROWS) & set(ACCESS)))
def test_page_says_who_may(operation: str) -> None:
    least = ACCESS[operation].least

    assert ROWS[operation][0].split(",")[0] == WHO.get(least, least.value)


def test_table_has_no_error_that_there_is_not() -> None:
    named = set(re.findall("`([A-Z]+(?:_[A-Z]+)*)`", ERRORS))
    assert {code for code in named if f'"{code}"' not in sources()} == set()


def test_error_of_a_job_is_told_below_the_table() -> None:
    assert {code for code in OF_JOBS if f"`{code}`" in ERRORS.rpartition("|\n")[2]} == OF_JOBS


@pytest.mark.parametrize("code", sorted(CODES - OF_JOBS))
def test_error_is_in_the_table_with_its_status(code: str) -> None:
    rows = [line for line in ERRORS.splitlines() if line.startswith("|")]
    (row,) = (line for line in rows if f"`{code}`" in line)
    _, codes, statuses, *_ = row.split("|")
    if "," in statuses:
        of_code = dict(zip(re.findall("[A-Z_]+", codes), statuses.split(","), strict=True))
        statuses = of_code[code]
    said = {status for status, (word, _) in WORDS.items() if word == code} - {400}

    assert int(statuses) in ({STATUSES[code]} if code in STATUSES else said or {422})


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make samples` and the page leave in a clone."""
    folder = tmp_path_factory.mktemp("clone")
    write(folder / "build/samples")
    with zipfile.ZipFile(folder / "build/samples.zip", "w") as archive:
        for image in (folder / "build/samples").glob("*.png"):
            archive.write(image, image.name)
    return folder


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The one-time address of a `spinelift serve`."""
    folder = tmp_path_factory.mktemp("serve")
    program = Path(sys.executable).with_name("spinelift")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            (program, "serve", "--demo", "--port", "0", "--data", folder / "data"),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with server:
        assert server.stdout is not None
        word, _, address = server.stdout.readline().strip().partition(" ")
        assert word == "Open", (folder / "log").read_text()
        wait_until(lambda: is_live(address.partition("/open/")[0]))
        yield address
        server.send_signal(signal.SIGTERM)
    assert server.returncode == 0


def is_live(base: str) -> bool:
    try:
        return httpx.get(f"{base}/live").status_code == 200
    except httpx.TransportError:
        return False


def test_commands_do_what_the_page_says(link: str, clone: Path) -> None:
    """From top to bottom, but that signing in comes first."""
    base, _, secret = link.partition("/open/")
    api_root = BASE + ROOT
    variables = {"API": api_root, "LINK": f"{BASE}/open/{secret}"}
    signs_in = [line for line in LINES if "-c cookies" in line or "-b cookies" in line]
    with httpx.Client(base_url=base, timeout=60) as client:
        curl = Curl(client, base=BASE, files=clone)
        for command in signs_in:
            if "csrftoken" in curl.cookies["cookies"]:
                variables["CSRF"] = curl.cookies["cookies"]["csrftoken"]
            answer = curl.ask(command, variables)
            assert answer.status_code in {200, 201, 302}, (command, answer.text)
        variables["TOKEN"] = answer.json()["text"]
        variables["AUTH"] = f"Authorization: Bearer {variables['TOKEN']}"
        for command in LINES:
            if command.startswith("SHA="):
                file = shlex.split(command.partition("(")[2])[1]
                variables["SHA"] = hashlib.sha256((clone / file).read_bytes()).hexdigest()
            if command in signs_in or not command.startswith("curl"):
                continue
            answer = curl.ask(command, variables)
            if "event-stream" in command:
                assert answer.text.startswith("retry: ")
                assert "\nid: 2\ndata: {" in answer.text
                cable = f"{base.replace('http', 'ws')}/cable"
                told = list(follow()(cable, variables["TOKEN"], variables["MESH"]))
                assert [one["sequence"] for one in told] == list(range(1, len(told) + 1))
                assert told[-1]["status"] == "completed"
            expected = {200, 404} if answer.request.method == "HEAD" else {200, 201, 202, 204}
            assert answer.status_code in expected, (command, answer.text)
            learn(variables, answer)
        assert {"TOKEN_ID", "PROJECT", "IMAGE", "UPLOAD", "MESH", "OTHER", "BATCH"} <= set(
            variables
        )


def follow() -> Callable[[str, str, str], Iterator[dict[str, Any]]]:
    """What the page has for Python."""
    (client,) = re.findall(r"^```py\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(client, names)  # noqa: S102  # it is ours
    found: Callable[[str, str, str], Iterator[dict[str, Any]]] = names["follow"]
    return found


def learn(variables: dict[str, str], answer: httpx.Response) -> None:
    path = answer.request.url.path.removeprefix(ROOT)
    operation = f"{answer.request.method} {re.sub(r'[0-9a-f-]{36}', '{}', path)}"
    for name, field in IDS.get(operation, {}).items():
        variables[name] = answer.json()[field]
    if operation == "POST /projects/{}/images":
        variables.setdefault("IMAGE", answer.json()["images"][0]["id"])
