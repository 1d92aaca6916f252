"""Which names a document, a folder of images and an atlas can all hold."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spinelift.spine.errors import NameUnusable
from spinelift.spine.names import check_name

PARTS = st.sampled_from(["a", "左", "..", ".", "/", "\\", ":", " ", "\n", "\u2028", "\ud800", "C"])


@settings(max_examples=300)
@given(st.lists(PARTS, max_size=6).map("".join) | st.text(max_size=8))
@example("a/./b")
def test_accepted_name_stays_a_file_below_its_folder(name: str) -> None:
    try:
        check_name(name)
    except NameUnusable:
        return

    for flavour in (PurePosixPath, PureWindowsPath):
        path = flavour("images") / f"{name}.png"
        assert path.parts[0] == "images"
        assert ".." not in path.parts
        assert len(path.parts) == 2 + name.count("/")
    assert f"{name}.png".splitlines() == [f"{name}.png"]
    assert name.strip() == name
    assert name.encode().decode() == name


@pytest.mark.parametrize(
    "name", ["arms/左手", "髪 の毛", "팔", "a.b", "...", "👁️", "a,b", "__proto__"]
)
def test_ordinary_name_of_any_script_is_accepted(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "is empty"),
        ("a\tb", "control character"),
        ("a\ud800", "control character or a broken one"),
        (" a", "starts or ends with a blank"),
        ("a\\b", r"contains \\"),
        ("a:b", "contains :"),
        ("/a", "does not stay inside"),
        ("a//b", "does not stay inside"),
        ("../a", "does not stay inside"),
    ],
)
def test_refusal_says_what_is_wrong(name: str, fault: str) -> None:
    with pytest.raises(NameUnusable, match=fault):
        check_name(name)
