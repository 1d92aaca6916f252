"""What the service is told from outside."""

from __future__ import annotations

import pytest

from spinelift.service.settings import UnusableSettings, read_settings
from spinelift.service.storage import open_storage


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"host": "0.0.0.0"}, "SPINELIFT_TOKEN"),  # noqa: S104
        ({"token": "s3cret", "lease_seconds": "0"}, "lease_seconds"),
        ({"workers": "-s3cret"}, "workers"),
        ({"allowed_hosts": "s3cret"}, "allowed_hosts"),
        ({"callback_secrets": '["s3cret"]'}, "webhook secret"),
        ({"redis_url": "redis://alice:s3/cret@redis.example"}, "redis_url"),
        ({"redis_url": "http://alice:s3cret@redis.example"}, "redis_url"),
    ],
)
def test_wrong_settings_are_one_sentence_without_secrets(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], named: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"SPINELIFT_{name.upper()}", value)

    with pytest.raises(UnusableSettings) as refused:
        read_settings()

    words = str(refused.value)
    assert named in words
    assert "s3" not in words
    assert "\n" not in words


@pytest.mark.parametrize(
    "url",
    ["", "https://alice:s3cret@storage.example", "s3://alice:s3cret@st orage", "http://[s3cret"],
)
def test_storage_that_is_none_is_one_sentence_without_secrets(url: str) -> None:
    with pytest.raises(UnusableSettings, match=r"^SPINELIFT_STORAGE is no storage:") as refused:
        open_storage(url)

    assert "s3cret" not in str(refused.value)


def test_folder_that_cannot_be_made_is_named() -> None:
    with pytest.raises(UnusableSettings, match=r"^/dev/null/results cannot hold "):
        open_storage("/dev/null/results")


def test_secrets_are_in_no_text_of_the_settings() -> None:
    settings = read_settings(token="s3cret", redis_url="redis://alice:s3cret@redis.example")  # noqa: S106

    assert "s3cret" not in f"{settings!r} {settings}"


def test_service_without_a_home_asks_for_a_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("pathlib.Path.home", _no_home)

    with pytest.raises(UnusableSettings, match="set SPINELIFT_STORAGE"):
        read_settings()


def _no_home() -> None:
    raise RuntimeError("Could not determine home directory.")
