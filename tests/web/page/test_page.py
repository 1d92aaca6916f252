"""The page is served with what keeps it safe, and its assets for ever and small."""

from __future__ import annotations

import asyncio
import gzip
import re
import warnings
from typing import TYPE_CHECKING

import pytest
from django.test import AsyncClient, Client
from pytest_django import Settings

from spinelift.web.images import storage
from spinelift.web.page.files import BUILT
from spinelift.web.settings.s3 import s3_storage

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

ASSETS = sorted(
    f"/assets/{path.name}"
    for path in (BUILT / "assets").iterdir()
    if path.suffix not in {".br", ".gz"}
)


def policy_of(answer: Response) -> dict[str, list[str]]:
    said = answer.headers["Content-Security-Policy"]
    return {name: values for name, *values in map(str.split, said.split(";"))}


@pytest.mark.django_db
def test_page_is_answered_with_the_cookie_that_changes_need() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert not answer.cookies["csrftoken"]["httponly"]
    token = client.cookies["csrftoken"].value
    place, body = "/api/v1/auth/browser/v1/auth/login", {"email": "charlie@example.com"}
    assert client.post(place, body, "application/json").status_code == 403
    headers = {"X-CSRFToken": token}
    assert client.post(place, body, "application/json", headers=headers).status_code == 400


def test_page_loads_nothing_but_what_is_ours() -> None:
    answer = Client().get("/")
    policy = policy_of(answer)
    assert policy.pop("default-src") == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == ["'self'"]
    assert policy["require-trusted-types-for"] == ["'script'"]
    assert not [words for words in policy.values() if "unsafe" in str(words) or "*" in words]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    page = answer.content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert loaded
    assert set(loaded) <= set(ASSETS)
    assert not re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


def test_who_has_no_script_is_told() -> None:
    assert "JavaScript" in Client().get("/").content.decode().split("<noscript>")[1]


@pytest.mark.parametrize("endpoint", ["https://files.example.com:8333", None])
def test_page_may_load_images_from_where_files_are_kept(
    settings: Settings, endpoint: str | None
) -> None:
    before = Client().get("/").headers["ETag"]
    settings.STORAGES = {
        **settings.STORAGES,
        "default": s3_storage(
            bucket="art",
            endpoint=endpoint,
            region_name="eu-central-1",
            access_key="key",
            secret_key="secret",  # noqa: S106
        ),
    }
    url = storage.download_url("arm", content_type="image/png", disposition="attachment")
    assert url is not None
    origin = re.match(r"https://[^/]+", url)[0]  # type: ignore[index]
    answer = Client().get("/")
    policy = policy_of(answer)
    assert origin in policy["img-src"]
    assert origin in policy["connect-src"]
    assert origin not in policy["script-src"]
    assert answer.headers["ETag"] != before  # the policy that a browser keeps goes with it


@pytest.mark.parametrize("method", ["get", "head"])
def test_page_that_is_known_is_not_sent_again(method: str) -> None:
    ask = getattr(Client(), method)
    first = ask("/")
    again = ask("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "csrftoken" in again.cookies


def test_page_is_read_and_no_more() -> None:
    assert Client().post("/").status_code == 405


@pytest.mark.parametrize("place", ASSETS)
def test_assets_are_small_and_kept_for_ever(place: str) -> None:
    whole = Client().get(place)
    packed = Client().get(place, headers={"Accept-Encoding": "gzip"})
    smallest = Client().get(place, headers={"Accept-Encoding": "gzip, br"})
    for answer in (whole, packed, smallest):
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert smallest.headers["Content-Encoding"] == "br"
    assert gzip.decompress(packed.content) == whole.content
    assert len(smallest.content) < len(whole.content)
    known = Client().get(place, headers={"If-None-Match": whole.headers["ETag"]})
    assert known.status_code == 304
    head = Client().head(place)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(whole.content)


def test_assets_come_over_asgi_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = asyncio.run(AsyncClient().get(ASSETS[0]))
    assert answer.content == Client().get(ASSETS[0]).content


@pytest.mark.parametrize("place", ["/assets/", "/assets/none.js", "/assets/../index.html"])
def test_there_are_no_other_files(place: str) -> None:
    assert Client().get(place).status_code == 404
