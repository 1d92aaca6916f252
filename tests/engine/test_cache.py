"""The cache: right or absent, never wrong, never in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.engine import cache as cache_module
from spinelift.engine.cache import Cache, cache_key, default_folder
from spinelift.mesh.parameters import MeshParameters

KEY, OTHER_KEY = "ab" * 32, "cd" * 32


def entry(cache: Cache, key: str = KEY) -> Path:
    return cache.folder / key[:2] / f"{key}.mesh"


@given(content=st.binary(max_size=200))
@settings(max_examples=20)
def test_what_is_put_can_be_got(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    cache = Cache(tmp_path_factory.mktemp("cache"))

    cache.put(KEY, content)

    assert cache.get(KEY) == content
    assert cache.get(OTHER_KEY) is None


@given(place=st.integers(0, 50), value=st.integers(1, 255))
@settings(max_examples=20)
def test_damaged_entry_is_absent(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int
) -> None:
    cache = Cache(tmp_path_factory.mktemp("cache"))
    cache.put(KEY, b"nineteen bytes long")
    damaged = bytearray(entry(cache).read_bytes())
    damaged[place % len(damaged)] ^= value
    entry(cache).write_bytes(damaged)

    assert cache.get(KEY) is None
    assert not entry(cache).exists()


@pytest.mark.parametrize("length", [0, 5, 32, 40])
def test_truncated_entry_is_absent(tmp_path: Path, length: int) -> None:
    cache = Cache(tmp_path)
    cache.put(KEY, b"nineteen bytes long")
    os.truncate(entry(cache), length)

    assert cache.get(KEY) is None


def test_oldest_used_entries_go_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, maximum_bytes=250)
    keys = [f"{number:064x}" for number in range(4)]
    for age, key in enumerate(keys):
        cache.put(key, b"x" * 68)  # 100 with its checksum
        os.utime(entry(cache, key), (age, age))
    cache.get(keys[0])

    cache.trim()

    assert [cache.get(key) is not None for key in keys] == [True, False, False, True]


def test_cache_below_its_limit_keeps_everything(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(KEY, b"content")

    cache.trim()

    assert cache.get(KEY) == b"content"


def test_clearing_removes_entries_and_nothing_else(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(KEY, b"content")
    (tmp_path / "ab" / "letter.txt").write_text("from Alice")
    (tmp_path / "letter.mesh").write_text("from Bob")

    assert cache.clear() == 1
    assert sorted(path.name for path in tmp_path.rglob("letter.*")) == ["letter.mesh", "letter.txt"]
    assert cache.get(KEY) is None


def test_cache_that_cannot_be_written_stores_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = Cache(tmp_path / "file")

    cache.put(KEY, b"content")
    cache.trim()

    assert cache.get(KEY) is None


def test_key_depends_on_image_and_on_every_parameter() -> None:
    settings_of = MeshParameters().to_mapping()
    keys = {cache_key(b"image", settings_of), cache_key(b"imagf", settings_of)}
    keys |= {cache_key(b"image", {**settings_of, name: "other"}) for name in settings_of}

    assert len(keys) == len(settings_of) + 2


def test_key_does_not_depend_on_the_order_of_settings() -> None:
    assert cache_key(b"", {"a": 1, "b": 2}) == cache_key(b"", {"b": 2, "a": 1})


def test_key_depends_on_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache_key(b"image", {})
    monkeypatch.setattr(cache_module, "engine_fingerprint", lambda: "another engine")

    assert cache_key(b"image", {}) != before


def test_cache_is_where_the_platform_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/tmp/alice")  # noqa: S108 (never made)

    assert default_folder() == Path("/var/tmp/alice/spinelift")  # noqa: S108


def test_relative_cache_home_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "somewhere")

    assert default_folder() == Path.home() / ".cache" / "spinelift"
