"""What a user does from the first visit to meshes in Spine, the same on one machine and on many."""

from __future__ import annotations

import hashlib
import io
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import numpy as np
import pytest

from spinelift.contract.results import read_results
from spinelift.images import decode, encode_png
from spinelift.mesh.types import Mesh, Rgba
from spinelift.samples import SAMPLES, draw

from ..conformance import runtimes
from ..conformance.checker import check_document, check_drawing
from ..conformance.scenes import Scene
from ..processes import wait_until
from .system import DistributedSystem, EmbeddedSystem, System
from .user import API, User

VERSION = "4.2"
IMAGES = 20


def on_even_sides(rgba: Rgba) -> Rgba:
    """With a clear row or column more, so that the pixels of all lie on one grid in the world."""
    height, width = rgba.shape[:2]
    return np.pad(rgba, ((0, height % 2), (0, width % 2), (0, 0)))


ART: dict[str, Rgba] = {name: on_even_sides(draw(name)) for name in islice(SAMPLES, IMAGES)}
FILES: dict[str, bytes] = {name: encode_png(rgba) for name, rgba in ART.items()}


@pytest.fixture(scope="module", params=["embedded", "distributed"])
def system(request: pytest.FixtureRequest) -> System:
    found: System = request.getfixturevalue(request.param)
    return found


def test_user_brings_images_and_takes_meshes_away(system: System) -> None:
    user = system.user
    assert user.ask("GET", "/me")["email"]
    project = user.new_project("Fox")
    images = upload_in_all_ways(user, project)
    assert sorted(images) == sorted(FILES)

    seen = follow(user, user.generate(project, preset="balanced"))
    assert seen[-1]["completed"] == IMAGES
    assert [one["progress"] for one in seen] == sorted(one["progress"] for one in seen)

    head = change_parameters(user, images["smoke"])
    assert head["number"] == 2

    archive = download(user, project)
    assert_runtime_draws_it(user, project, archive)
    assert_history_tells_it(user, project)
    system.verify_audit()


def test_address_that_signs_nobody_in_is_printed_where_people_log_in(tmp_path: Path) -> None:
    with EmbeddedSystem(tmp_path, "--accounts") as system:
        assert system.server.out == f"Open {system.url}/\n"


def upload_in_all_ways(user: User, project: str) -> dict[str, str]:
    """Five images each way; gives the ids by name."""
    files = [(f"{name}.png", content) for name, content in FILES.items()]
    user.upload(project, dict(files[:5]))
    archive = io.BytesIO()
    with ZipFile(archive, "w") as zipped:
        for name, content in files[5:10]:
            zipped.writestr(name, content)
    user.upload(project, {"art.zip": archive.getvalue()})
    for name, content in files[10:15]:
        put_bytes(user, content)
        make_image(user, project, name, content)
    for name, content in files[15:]:
        send_in_three_steps(user, content)
        make_image(user, project, name, content)
    found = user.ask("GET", f"/projects/{project}/images", params={"limit": 100})["items"]
    for image in found:
        assert image["sha256"] == hashlib.sha256(FILES[image["name"]]).hexdigest()
        answer = user.client.get(image["content_url"], follow_redirects=True)
        assert answer.content == FILES[image["name"]]
    return {image["name"]: image["id"] for image in found}


def put_bytes(user: User, content: bytes) -> None:
    place = f"{API}/blobs/{hashlib.sha256(content).hexdigest()}"
    assert user.client.head(place).status_code == 404
    assert user.client.put(place, content=content).is_success
    assert user.client.head(place).status_code == 200


def send_in_three_steps(user: User, content: bytes) -> None:
    """To wherever the answer says: S3 itself takes it, where there is one."""
    upload = user.ask("POST", "/uploads", json={"size": len(content)})
    put = httpx.put if upload["url"].startswith("http") else user.client.put
    sent = put(upload["url"], content=content, headers=upload["headers"])
    assert sent.is_success, sent.text
    user.ask("POST", f"/uploads/{upload['id']}/complete")


def make_image(user: User, project: str, name: str, content: bytes) -> None:
    wanted = {"name": Path(name).stem, "sha256": hashlib.sha256(content).hexdigest()}
    user.ask("POST", f"/projects/{project}/images/from-blob", json=wanted)


def follow(user: User, batch: str) -> list[Any]:
    """How far it was at each look, until it had ended."""
    seen: list[Any] = []

    def has_ended() -> bool:
        seen.append(user.batch(batch))
        return seen[-1]["finished_at"] is not None

    wait_until(has_ended)
    return seen


def change_parameters(user: User, image: str) -> Any:
    """Try values until they please, and then have the mesh made with them."""
    sizes = []
    for detail in (0.05, 0.001):
        order = {"preset": "balanced", "parameters": {"detail_factor": detail}}
        tried = user.ask("POST", f"/images/{image}/preview", json=order)
        sizes.append(len(tried["vertices"]))
    assert sizes[0] < sizes[1]
    mesh = user.ask("POST", f"/images/{image}/meshes", params={"wait": 60}, json=order)
    assert mesh["status"] == "completed"
    assert mesh["parts"][0]["vertices"] == sizes[1]
    return mesh


def download(user: User, project: str) -> ZipFile:
    wanted = {"format": "zip", "spine_version": VERSION, "atlas": "true"}
    answer = user.client.get(f"{API}/projects/{project}/download", params=wanted)
    assert answer.is_success, answer.text
    return ZipFile(io.BytesIO(answer.content))


def assert_runtime_draws_it(user: User, project: str, archive: ZipFile) -> None:
    runtimes.install()
    document = archive.read("skeleton.json").decode()
    pages = {
        name: decode(archive.read(name)).rgba
        for name in archive.namelist()
        if name.endswith(".png") and "/" not in name
    }
    atlas = archive.read("skeleton.atlas").decode()
    [answer] = runtimes.load([runtimes.Request(VERSION, document, pages, atlas)])
    scene = Scene(ART, meshes_of(user, project))
    assert len(scene.meshes) == IMAGES
    assert check_document(document, VERSION, scene) == []
    assert check_drawing(document, scene, answer, pages) == []


def meshes_of(user: User, project: str) -> dict[str, Mesh]:
    found: dict[str, Mesh] = {}
    current = user.ask("GET", f"/projects/{project}/meshes", params={"limit": 100})["items"]
    for mesh in current:
        where = f"/meshes/{mesh['id']}/download"
        found |= read_results(user.ask("GET", where, params={"format": "mesh"}))
    return found


def assert_history_tells_it(user: User, project: str) -> None:
    wanted = {"project_id": project, "limit": 500}
    told = user.ask("GET", "/audit", params=wanted)["items"]
    actions = [entry["action"] for entry in told]
    assert actions.count("image.added") == IMAGES
    assert actions.count("mesh.completed") == IMAGES + 1
    assert actions.count("batch.finished") == 1
    assert actions.count("project.downloaded") == 1


def test_bytes_go_to_s3_and_come_from_it_past_us(distributed: DistributedSystem) -> None:
    user, s3 = distributed.user, distributed.s3.environment["AWS_ENDPOINT_URL"]
    upload = user.ask("POST", "/uploads", json={"size": 7})
    assert upload["url"].startswith(f"{s3}/{distributed.s3.bucket}/")
    refused = httpx.put(upload["url"], content=b"more than seven")
    assert refused.status_code == 403

    [image] = user.upload(user.new_project(), {"tail.png": FILES["tail"]})
    answer = user.client.get(f"{API}/images/{image}/content")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(s3)
    downloaded = httpx.get(answer.headers["Location"])
    assert downloaded.content == FILES["tail"]
    assert downloaded.headers["Content-Disposition"] == 'attachment; filename="tail.png"'
