"""Downloads: what Spine's own runtimes draw, pictures that can be opened, and no half meshes."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote
from zipfile import ZipFile

import numpy as np
import pytest

from spinelift.contract.results import read_results
from spinelift.images import decode, encode_png
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.types import Mesh as Geometry
from spinelift.mesh.types import Rgba
from spinelift.spine.document import DEFAULT_VERSION, SPINE_VERSIONS
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.images.files import examine
from spinelift.web.images.models import ProjectImage
from spinelift.web.images.services import rename_image, replace_image
from spinelift.web.meshes.models import Mesh
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.meshes.services import content_of
from spinelift.web.projects.models import Project

from ...art import disc, two_discs
from ...conformance import runtimes
from ...conformance.checker import check_document, check_drawing
from ...conformance.scenes import Scene, limb
from ..conftest import asking, error
from .making import FINER, asked_for, generated, image_in

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db(transaction=True)

ART: Mapping[str, Rgba] = {"脚/limb": limb().images["limb"], "disc": disc(), "eyes": two_discs()}
SPLIT = MeshOrder(MeshParameters(islands="split", internal_vertex_density=20))


@pytest.fixture(scope="session")
def _runtimes() -> None:
    runtimes.install()


@pytest.fixture
def meshes(project: Project, alice: User) -> list[Mesh]:
    return [
        generated(alice, image_in(project, name, encode_png(rgba)), SPLIT)
        for name, rgba in ART.items()
    ]


def archive_of(answer: Response) -> ZipFile:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    return ZipFile(io.BytesIO(answer.getvalue()))


def pictures(archive: ZipFile, folder: str = "") -> dict[str, Rgba]:
    """Name to picture; of a folder, or of those that are in none."""
    return {
        name.removeprefix(folder): decode(archive.read(name)).rgba
        for name in archive.namelist()
        if name.startswith(folder) and name.endswith(".png") and (folder or "/" not in name)
    }


def scene_of(meshes: list[Mesh]) -> Scene:
    """What a skeleton of these is to show."""
    images: dict[str, Rgba] = {}
    found: dict[str, Geometry] = {}
    paths: dict[str, str] = {}
    for mesh in meshes:
        name = mesh.image.name
        images[name] = ART[name]
        parts = read_results(content_of(mesh))
        found |= parts
        paths |= {part: name for part in parts if part != name}
    return Scene(images, found, paths=paths)


@pytest.mark.usefixtures("_runtimes")
@pytest.mark.parametrize("has_atlas", [False, True])
@pytest.mark.parametrize("version", SPINE_VERSIONS)
def test_official_runtime_draws_what_was_downloaded(
    project: Project, alice: User, meshes: list[Mesh], version: str, has_atlas: bool
) -> None:
    query = f"spine_version={version}&atlas={str(has_atlas).lower()}"
    archive = archive_of(asking(alice)("GET", f"/projects/{project.id}/download?{query}"))
    document = archive.read("skeleton.json").decode()
    textures = {
        name.removesuffix(".png"): rgba for name, rgba in pictures(archive, "images/").items()
    }
    assert set(textures) == set(ART)
    atlas = None
    if has_atlas:
        atlas, textures = archive.read("skeleton.atlas").decode(), pictures(archive)
    # There is no 3.8 runtime on npm; that of 4.0 reads its documents.
    runtime = "4.0" if version == "3.8" else version
    (drawn,) = runtimes.load([runtimes.Request(runtime, document, textures, atlas)])
    scene = scene_of(meshes)
    assert len(scene.meshes) == 4
    assert check_document(document, version, scene) == []
    assert check_drawing(document, scene, drawn, textures) == []


def test_one_version_is_downloaded_in_each_form(alice: User, meshes: list[Mesh]) -> None:
    ask, mesh = asking(alice), meshes[2]
    place = f"/meshes/{mesh.id}/download"
    skeleton = ask("GET", place)
    assert skeleton.headers["Content-Type"] == "application/json"
    assert skeleton.headers["Content-Disposition"] == 'attachment; filename="eyes.json"'
    assert set(skeleton.json()["skins"][0]["attachments"]) == set(read_results(content_of(mesh)))
    archive = archive_of(ask("GET", f"{place}?format=zip&atlas=true"))
    assert archive.read("skeleton.json") == skeleton.content
    assert "skeleton.atlas" in archive.namelist()
    assert ask("GET", f"{place}?format=mesh").json() == content_of(mesh)

    picture = ask("GET", f"{place}?format=png")
    assert picture.headers["Content-Type"] == "image/png"
    height, width, _ = decode(picture.getvalue()).rgba.shape
    assert (width, height) >= ART["eyes"].shape[1::-1]
    drawing = ask("GET", f"{place}?format=svg")
    assert drawing.headers["Content-Type"] == "image/svg+xml"
    root = ET.fromstring(drawing.content)  # noqa: S314  # ours
    assert root.tag.endswith("svg")
    said = AuditEntry.objects.filter(action="mesh.downloaded").order_by("sequence")
    of_spine = {"spine_version": DEFAULT_VERSION, "number": 1}
    assert [entry.after for entry in said] == [
        {"format": "spine", **of_spine, "atlas": False},
        {"format": "zip", **of_spine, "atlas": True},
        *({"format": form, "number": 1} for form in ("mesh", "png", "svg")),
    ]


def test_picture_and_drawing_of_a_foreign_name_are_text(alice: User, project: Project) -> None:
    """As images could be called once."""
    image = image_in(project, "disc", encode_png(disc()))
    ProjectImage.objects.update(name="<script>alert(1)<script>&'")
    image.refresh_from_db()
    mesh = generated(alice, image)
    drawing = asking(alice)("GET", f"/meshes/{mesh.id}/download?format=svg")
    root = ET.fromstring(drawing.content)  # noqa: S314  # ours
    assert not root.findall(".//{*}script")


def test_renamed_image_is_downloaded_under_its_new_name(alice: User, meshes: list[Mesh]) -> None:
    ask, mesh = asking(alice), meshes[1]
    rename_image(actor=SYSTEM, image=mesh.image, name="face/é moon")
    archive = archive_of(ask("GET", f"/meshes/{mesh.id}/download?format=zip"))
    assert pictures(archive, "images/").keys() == {"face/é moon.png"}
    document = json.loads(archive.read("skeleton.json"))
    assert list(document["skins"][0]["attachments"]) == ["face/é moon"]
    answer = ask("GET", f"/meshes/{mesh.id}/download")
    assert quote("é moon.json") in answer.headers["Content-Disposition"]


def test_project_is_downloaded_with_the_newest_that_there_is_of_each(
    project: Project, alice: User, meshes: list[Mesh]
) -> None:
    finer = generated(alice, meshes[1].image, FINER)
    asked_for(alice, meshes[1].image)
    image_in(project, "without")
    document = asking(alice)("GET", f"/projects/{project.id}/download?format=spine").json()
    assert [slot["name"] for slot in document["slots"]][:2] == ["脚/limb", "disc"]
    attachment = document["skins"][0]["attachments"]["disc"]["disc"]
    assert attachment == content_of(finer)["attachment"]
    entry = AuditEntry.objects.get(action="project.downloaded")
    assert (entry.after["meshes"], entry.actor) == (3, alice.email)


@pytest.mark.parametrize("form", ["spine", "zip", "mesh", "png", "svg"])
def test_version_that_is_not_there_is_not_downloaded(
    project: Project, alice: User, form: str
) -> None:
    mesh = asked_for(alice, image_in(project))
    answer = asking(alice)("GET", f"/meshes/{mesh.id}/download?format={form}")
    assert error(answer) == (409, "MESH_UNFINISHED")
    assert not AuditEntry.objects.filter(action="mesh.downloaded").exists()


def test_geometry_is_shown_as_it_is_downloaded_and_is_no_download(
    val: User, meshes: list[Mesh]
) -> None:
    ask, place = asking(val), f"/meshes/{meshes[2].id}"
    shown = ask("GET", f"{place}/geometry")
    assert shown.status_code == 200
    assert not AuditEntry.objects.filter(action="mesh.downloaded").exists()
    assert shown.content == ask("GET", f"{place}/download?format=mesh").content


def test_geometry_that_is_known_is_not_sent_again(val: User, meshes: list[Mesh]) -> None:
    ask, place = asking(val), f"/meshes/{meshes[0].id}/geometry"
    first = ask("GET", place)
    assert "immutable" in first.headers["Cache-Control"]
    for method in ("GET", "HEAD"):
        again = ask(method, place, **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
    other = ask("GET", f"/meshes/{meshes[1].id}/geometry", **{"If-None-Match": first["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize("known", ["*", '"other"'])
def test_version_that_is_not_there_has_no_geometry(
    project: Project, alice: User, known: str
) -> None:
    mesh = asked_for(alice, image_in(project))
    answer = asking(alice)("GET", f"/meshes/{mesh.id}/geometry", **{"If-None-Match": known})
    assert error(answer) == (409, "MESH_UNFINISHED")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("spine_version=2.1", "UNKNOWN_SPINE_VERSION"),
        ("format=zip&spine_version=%00", "UNKNOWN_SPINE_VERSION"),
        ("format=psd", "REQUEST_UNREADABLE"),
        ("format=zip&atlas=maybe", "REQUEST_UNREADABLE"),
    ],
)
def test_what_cannot_be_written_is_refused(
    project: Project, alice: User, query: str, code: str
) -> None:
    mesh = generated(alice, image_in(project))
    ask = asking(alice)
    assert error(ask("GET", f"/meshes/{mesh.id}/download?{query}")) == (422, code)
    assert error(ask("GET", f"/projects/{project.id}/download?{query}")) == (422, code)
    assert not AuditEntry.objects.filter(action__endswith="downloaded").exists()


@pytest.mark.parametrize("spine", ["%00", "x" * 3_000])
def test_version_of_spine_that_no_picture_needs_is_not_remembered(
    project: Project, alice: User, spine: str
) -> None:
    mesh = generated(alice, image_in(project))
    place = f"/meshes/{mesh.id}/download?format=mesh&spine_version={spine}"
    assert asking(alice)("GET", place).status_code == 200
    assert AuditEntry.objects.get(action="mesh.downloaded").after == {"format": "mesh", "number": 1}


@pytest.mark.parametrize("form", ["zip", "spine"])
def test_art_that_was_replaced_is_told_of(
    project: Project, alice: User, meshes: list[Mesh], form: str
) -> None:
    """And comes as it was meshed, until it is meshed anew."""
    ask, place = asking(alice), f"/projects/{project.id}/download?format={form}"
    assert ask("HEAD", place).headers["SpineLift-Stale"] == "0"
    image, other = meshes[1].image, encode_png(two_discs())
    replace_image(actor=SYSTEM, image=image, upload=examine(io.BytesIO(other), "disc"))

    answer = ask("GET", place)
    single = ask("HEAD", f"/meshes/{meshes[1].id}/download?format={form}")

    assert answer.headers["SpineLift-Stale"] == single.headers["SpineLift-Stale"] == "1"
    if form == "zip":
        assert np.array_equal(pictures(archive_of(answer), "images/")["disc.png"], disc())
    image.refresh_from_db()
    generated(alice, image)
    answer = ask("GET", place)
    assert answer.headers["SpineLift-Stale"] == "0"
    if form == "zip":
        assert np.array_equal(pictures(archive_of(answer), "images/")["disc.png"], two_discs())


def test_empty_project_has_nothing_to_download(project: Project, alice: User) -> None:
    for form in ("zip", "spine"):
        answer = asking(alice)("GET", f"/projects/{project.id}/download?format={form}")
        assert error(answer) == (422, "NOTHING_TO_WRITE")


def test_names_that_would_be_one_attachment_are_refused(
    project: Project, alice: User, meshes: list[Mesh]
) -> None:
    generated(alice, image_in(project, "eyes-1", encode_png(disc())))
    answer = asking(alice)("GET", f"/projects/{project.id}/download")
    assert error(answer) == (409, "NAME_TAKEN")
    assert len(meshes) == 3
