"""Whatever comes is answered in the one shape, briefly, never by a bug, and harms nobody."""

from __future__ import annotations

import dataclasses

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from spinelift.web.accounts.models import User
from spinelift.web.api import api
from spinelift.web.http.requests import address_of
from spinelift.web.projects.models import Project

from .conftest import asking, error

SHORT = 1_000


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"\xff\xfe{}", b"{" * 100_000, b"[" * 100_000, b'{"name": NaN}'),
        b'{"name": ' + b"9" * 5_000 + b"}",
    ],
)
def test_body_that_is_no_json_is_refused(alice: User, body: bytes) -> None:
    answer = asking(alice)("POST", "/projects", body)
    assert error(answer) == (400, "REQUEST_UNREADABLE")
    assert "JSON" in answer.json()["error"]["message"]
    assert len(answer.content) < SHORT


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"7", b'"name"', b"[]", b'{"name": 7}', b'{"name": ["a"]}'),
        b'{"\\ud800": 1}',
    ],
)
def test_body_that_is_not_as_it_has_to_be_is_refused(alice: User, body: bytes) -> None:
    answer = asking(alice)("POST", "/projects", body)
    assert error(answer) == (422, "REQUEST_UNREADABLE")
    assert len(answer.content) < SHORT


@pytest.mark.parametrize(
    "name", ["", " ", "\ud800", "a\0b", "a\nb", "a\u202eb", "\x1b[31m", "x" * 100_000]
)
def test_name_that_cannot_be_read_is_refused(alice: User, name: str) -> None:
    answer = asking(alice)("POST", "/projects", {"name": name})
    assert error(answer) == (422, "NAME_REFUSED")
    assert len(answer.content) < SHORT


def test_name_is_text_and_never_markup(alice: User) -> None:
    name = "<script>alert('\"&')</script>"
    answer = asking(alice)("POST", "/projects", {"name": name})
    assert answer.json()["name"] == name
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "place", "body", "words"),
    [
        ("POST", "/projects", {}, "name is missing"),
        ("POST", "/projects", [], "the body has to be an object"),
        ("POST", "/projects", {"name": 7}, "name: Input should be a valid string"),
        ("POST", "/uploads", {"size": 0}, "size: Input should be greater than or equal to 1"),
        ("POST", "/projects", {"name": "Fox", "colour": "red"}, "colour is not known"),
        ("POST", "/validate", {"parameters": {}, "a": 1, "b": 2}, "a is not known; b is not known"),
        ("PATCH", "/notifications/settings", {"mesh_faild": {}}, "mesh_faild is not known"),
        ("PATCH", "/notifications/settings", {"mesh_failed": 5}, "mesh_failed has to be an object"),
        (
            *("PATCH", "/notifications/settings", {"mesh_failed": {"sms": True}}),
            "mesh_failed.sms is not known",
        ),
        ("GET", "/projects?limit=0", None, "limit: Input should be greater than or equal to 1"),
        ("GET", "/projects/x", None, "project_id: Input should be a valid UUID"),
    ],
)
def test_fault_is_said_where_its_sender_knows_it(
    alice: User, method: str, place: str, body: object, words: str
) -> None:
    answer = asking(alice)(method, place, body)
    assert error(answer) == (422, "REQUEST_UNREADABLE")
    assert f"has to be: {words}" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "place", ["/projects?limt=3", "/me?a=", "/audit?colour=red", "/parameters?limit=1"]
)
def test_query_that_is_not_known_is_refused(alice: User, place: str) -> None:
    answer = asking(alice)("GET", place)
    assert error(answer) == (422, "REQUEST_UNREADABLE")
    assert place.partition("?")[2].partition("=")[0] in answer.json()["error"]["message"]


def test_everything_that_is_asked_for_is_closed() -> None:
    """In the document too, from which clients are made."""
    schema = api.get_openapi_schema()
    bodies = [
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for operations in schema["paths"].values()
        for operation in operations.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]
    schemas = schema["components"]["schemas"]
    names = {place.rpartition("/")[2] for place in bodies} | {"ChannelsChange"}
    assert len(names) > 10
    assert {
        name for name in names if schemas[name].get("additionalProperties") is not False
    } == set()


def test_long_value_is_not_said_back_whole(alice: User) -> None:
    long = "x" * 300
    wanted = {"name": "Soft", "parameters": {long: 1, "padding": long}}
    answer = asking(alice)("POST", "/presets", wanted)
    assert error(answer) == (422, "INVALID_PARAMETERS")
    assert long not in answer.json()["error"]["message"]
    assert answer.json()["error"]["details"]["parameters"][0]["given"] == long


def test_huge_body_is_refused(alice: User) -> None:
    answer = asking(alice)("POST", "/projects", b'{"name": "' + b"x" * 3_000_000 + b'"}')
    assert error(answer) == (413, "REQUEST_TOO_LARGE")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "place", ["", "/nothing", "/projects/", "/me/x", "/auth", "/auth/x", "/auth/browser/v1/x"]
)
def test_address_that_leads_nowhere_is_said(place: str, method: str) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, f"/api/v1{place}")
    assert error(answer) == (404, "NOT_FOUND")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "place", "allowed"),
    [
        ("PUT", "/projects", {"GET", "HEAD", "POST"}),
        ("POST", "/me", {"GET", "HEAD"}),
        ("BREW", "/tokens", {"GET", "HEAD", "POST"}),
    ],
)
def test_method_that_is_not_for_it_is_said_with_those_that_are(
    alice: User, method: str, place: str, allowed: set[str]
) -> None:
    answer = asking(alice)(method, place)
    assert error(answer) == (405, "METHOD_NOT_ALLOWED")
    assert set(answer.headers["Allow"].split(", ")) == allowed


def test_who_asks_too_often_is_told_when_to_go_on(
    alice: User, bob: User, settings: Settings
) -> None:
    settings.LIMITS = dataclasses.replace(settings.LIMITS, requests_a_minute=3)
    ask = asking(alice)
    answers = [ask("GET", "/me") for _ in range(9)]
    late = answers[-1]
    assert {answer.status_code for answer in answers[:3]} == {200}
    assert error(late) == (429, "TOO_MANY_REQUESTS")
    assert 1 <= int(late.headers["Retry-After"]) <= 60
    assert asking(bob)("GET", "/me").status_code == 200


def test_host_that_is_not_ours_is_refused(alice: User, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["meshes.example.com"]
    answer = asking(alice)("GET", "/me", Host="evil.example.net")
    assert error(answer) == (400, "REQUEST_UNREADABLE")


def test_cookie_of_a_session_needs_the_csrf_token_to_change_something(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.get("/api/v1/me").status_code == 200
    wanted = {"name": "Fox"}
    answer = client.post("/api/v1/projects", wanted, "application/json")
    assert error(answer) == (403, "NOT_ALLOWED")
    assert not Project.objects.exists()

    client.get("/api/v1/auth/browser/v1/config")
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    answer = client.post("/api/v1/projects", wanted, "application/json", headers=token)
    assert answer.status_code == 201


def test_cookie_of_somebody_elses_session_is_somebody_else(
    project: Project, alice: User, charlie: User
) -> None:
    hers, his = Client(), Client()
    hers.force_login(alice)
    his.force_login(charlie)
    place = f"/api/v1/projects/{project.id}"
    assert hers.get(place).status_code == 200
    assert error(his.get(place)) == (404, "NOT_FOUND")


def test_token_counts_before_the_cookie(alice: User, bob: User) -> None:
    """A program says who it asks for; a browser sends its cookie without being told to."""
    client = Client()
    client.force_login(bob)
    bearer = {"Authorization": f"Bearer {asking(alice).token}"}
    assert client.get("/api/v1/me", headers=bearer).json()["email"] == alice.email


@pytest.mark.parametrize(
    ("proxies", "said", "address"),
    [
        (0, "192.0.2.1", "127.0.0.1"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.9, 192.0.2.1", "192.0.2.1"),
        (2, "198.51.100.9, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
        (2, "192.0.2.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, ",", "127.0.0.1"),
        (1, "x" * 10_000, "127.0.0.1"),
        (1, "<b>", "127.0.0.1"),
    ],
)
def test_address_is_the_one_that_our_own_proxies_saw(
    settings: Settings, proxies: int, said: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = HttpRequest()
    request.META.update({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": said})
    assert address_of(request) == address


def fail(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError(request.path)


urlpatterns = [path("api/v1/fails", fail), path("fails", fail)]


@pytest.mark.parametrize(("place", "is_ours"), [("/api/v1/fails", True), ("/fails", False)])
def test_bug_is_answered_in_the_one_shape_and_says_nothing_of_itself(
    settings: Settings, place: str, is_ours: bool
) -> None:
    settings.ROOT_URLCONF = __name__
    answer = Client(raise_request_exception=False).get(place)
    assert answer.status_code == 500
    assert b"ZeroDivisionError" not in answer.content
    if is_ours:
        assert error(answer) == (500, "BROKEN")
