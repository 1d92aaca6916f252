"""One mesh's life: whatever happens while it waits or is made, it ends once and says how."""

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pytest_django import Settings

from spinelift.contract.generation import MeshRequest
from spinelift.contract.problems import AnswerUnreadable, MeshServiceUnavailable, Overloaded
from spinelift.mesh.errors import SpineLiftError
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.presets import TARGETS
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults
from spinelift.web.errors import NotFound, TooManyJobs
from spinelift.web.images.models import Blob, ProjectImage
from spinelift.web.images.services import delete_image, rename_image
from spinelift.web.jobs.models import Job, JobEvent, Status
from spinelift.web.jobs.work import look
from spinelift.web.meshes.jobs import AWAY, STRANGE
from spinelift.web.meshes.models import Mesh, MeshContent
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.meshes.services import MeshGenerationService, cancel_mesh, retry_mesh
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import create_project, delete_project

from ...processes import wait_until
from ..conftest import actor_of, asking, error
from .making import EMPTY, ORDER, asked_for, generated, generating, image_in, in_a_thread, work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def image(project: Project) -> ProjectImage:
    return image_in(project)


def ends(mesh: Mesh) -> list[str]:
    """What the audit says of it, from its first request on."""
    of_mesh = AuditEntry.objects.filter(subject=f"mesh/{mesh.id}").order_by("sequence")
    return [entry.action.removeprefix("mesh.") for entry in of_mesh]


def fresh(mesh: Mesh) -> Mesh:
    return Mesh.objects.select_related("job", "image").get(id=mesh.id)


def test_rows_and_their_audit_are_written_together_or_not_at_all(
    alice: User, image: ProjectImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("spinelift.web.subscriptions.record", fail)
        with pytest.raises(ZeroDivisionError):
            asked_for(alice, image)
    assert not Mesh.objects.exists()
    assert not Job.objects.exists()
    assert not JobEvent.objects.exists()


def test_request_is_audited_with_all_that_was_wanted(alice: User, image: ProjectImage) -> None:
    order = MeshOrder(MeshParameters(padding=2), preset="balanced", target="mobile")
    mesh = MeshGenerationService().generate(
        actor=actor_of(alice), user=alice, image=image, order=order
    )
    entry = AuditEntry.objects.get(action="mesh.requested")
    assert (entry.actor, entry.address) == (alice.email, "192.0.2.7")
    assert entry.after == {
        "preset": "balanced",
        "target": "mobile",
        "parameters": order.parameters.to_mapping(),
    }
    look(Job.objects.get().id)
    done = AuditEntry.objects.get(action="mesh.completed")
    (part,) = fresh(mesh).summary["parts"]  # type: ignore[index]
    assert done.after == {"vertices": part["vertices"], "triangles": part["triangles"]}


def test_image_that_is_gone_gets_no_mesh(alice: User, image: ProjectImage) -> None:
    delete_image(actor=SYSTEM, image=image)
    with pytest.raises(NotFound):
        asked_for(alice, image)
    assert not Job.objects.exists()


def test_empty_image_fails_with_a_sentence_for_its_artist(alice: User, project: Project) -> None:
    mesh = generated(alice, image_in(project, "ghost", EMPTY))
    shown = asking(alice)("GET", f"/meshes/{mesh.id}").json()
    assert (shown["status"], shown["error"]["code"]) == ("failed", "IMAGE_EMPTY")
    assert shown["error"]["message"].startswith("ghost ")
    assert shown["error"]["message"].endswith(".")
    assert shown["parts"] is None
    assert ends(mesh) == ["requested", "failed"]
    assert AuditEntry.objects.get(action="mesh.failed").after == shown["error"]


def test_mesh_that_is_cancelled_while_it_is_made_is_not_kept(
    alice: User, image: ProjectImage
) -> None:
    mesh = asked_for(alice, image)

    def cancel(_: MeshRequest) -> None:
        cancel_mesh(actor=actor_of(alice), mesh=fresh(mesh))
        cancel_mesh(actor=actor_of(alice), mesh=fresh(mesh))

    with generating("scripted", cancel):
        work_off()
    assert fresh(mesh).status == Status.CANCELLED
    assert not MeshContent.objects.exists()
    assert ends(mesh) == ["requested", "cancelled"]

    retry_mesh(actor=actor_of(alice), mesh=fresh(mesh))
    work_off()
    assert fresh(mesh).status == Status.COMPLETED
    assert ends(mesh) == ["requested", "cancelled", "retried", "completed"]
    cancel_mesh(actor=actor_of(alice), mesh=fresh(mesh))
    assert fresh(mesh).status == Status.COMPLETED
    assert list(faults()) == []


def test_image_that_is_deleted_while_it_is_meshed_leaves_nothing(
    alice: User, image: ProjectImage
) -> None:
    mesh = asked_for(alice, image)
    with generating("scripted", lambda _: delete_image(actor=SYSTEM, image=image)):
        work_off()
    assert not Mesh.objects.exists()
    assert not MeshContent.objects.exists()
    assert Job.objects.get().status == Status.COMPLETED
    assert ends(mesh) == ["requested"]
    assert list(faults()) == []


def test_project_that_is_deleted_while_its_meshes_are_made_goes(
    project: Project, alice: User
) -> None:
    for name in ("arm", "leg"):
        asked_for(alice, image_in(project, name))
    projects = [project]

    def delete(_: MeshRequest) -> None:
        while projects:
            delete_project(actor=SYSTEM, project=projects.pop())

    with generating("scripted", delete):
        work_off()
    assert not Project.objects.exists()
    assert {job.status for job in Job.objects.all()} == {Status.COMPLETED, Status.FAILED}
    assert list(faults()) == []


def test_image_that_is_renamed_while_it_is_meshed_has_its_new_name(
    alice: User, image: ProjectImage
) -> None:
    mesh = asked_for(alice, image)

    def rename(_: MeshRequest) -> None:
        rename_image(actor=SYSTEM, image=image, name="new")

    with generating("scripted", rename):
        work_off()
    answer = asking(alice)("GET", f"/meshes/{mesh.id}/download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="new.json"'
    assert list(answer.json()["skins"][0]["attachments"]) == ["new"]


@pytest.mark.parametrize(
    ("away", "said"),
    [
        # Where it is, is nobody's business who waits for it.
        (MeshServiceUnavailable("http://10.1.2.3 is down."), AWAY),
        (Overloaded("Busy."), "Busy."),
    ],
)
def test_mesh_waits_for_who_is_to_make_it(
    alice: User, image: ProjectImage, away: SpineLiftError, said: str
) -> None:
    mesh = asked_for(alice, image)

    def fail(_: MeshRequest) -> None:
        raise away

    with generating("scripted", fail):
        work_off()
    assert (fresh(mesh).status, fresh(mesh).job.message) == (Status.QUEUED, said)  # type: ignore[union-attr]
    assert ends(mesh) == ["requested"]


def test_what_answers_strangely_is_told_to_operators_alone(
    alice: User, image: ProjectImage
) -> None:
    mesh = asked_for(alice, image)

    def fail(_: MeshRequest) -> None:
        raise AnswerUnreadable("http://10.1.2.3 does not answer as a mesh service does.")

    with generating("scripted", fail):
        work_off()
    job = fresh(mesh).job
    assert job is not None
    assert job.status == Status.FAILED
    assert job.error == {"code": "ANSWER_UNREADABLE", "message": STRANGE, "details": {}}


def test_mesh_waits_for_its_file(alice: User, image: ProjectImage, settings: Settings) -> None:
    mesh = asked_for(alice, image)
    there, settings.MEDIA_ROOT = settings.MEDIA_ROOT, "/nowhere"
    work_off()
    assert fresh(mesh).status == Status.QUEUED
    settings.MEDIA_ROOT = there
    Job.objects.update(due_at=Job.objects.get().created_at)
    work_off()
    assert fresh(mesh).status == Status.COMPLETED


def test_what_is_made_now_is_there_when_it_returns(alice: User, image: ProjectImage) -> None:
    mesh = generated(alice, image)
    assert (mesh.status, mesh.number) == (Status.COMPLETED, 1)
    assert Blob.objects.get() == mesh.blob


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("islands", ["bridge", "split"])
def test_mesh_keeps_the_ceiling_of_its_target(
    alice: User, image: ProjectImage, target: str, islands: str
) -> None:
    dense = {"detail_factor": 0.001, "internal_vertex_density": 100, "islands": islands}
    order = MeshOrder(MeshParameters.from_mapping(dense), target=target)
    mesh = generated(alice, image, order)
    assert mesh.summary is not None
    ceiling = TARGETS[target]
    vertices = [part["vertices"] for part in mesh.summary["parts"]]
    free = generated(alice, image, dataclasses.replace(order, target=None)).summary
    assert free is not None
    if ceiling is None or max(part["vertices"] for part in free["parts"]) <= ceiling:
        assert mesh.summary["parts"] == free["parts"]
    else:
        assert max(vertices) <= ceiling
    assert mesh.parameters == order.parameters.to_mapping()


def test_who_waits_is_answered_when_it_is_done(alice: User, image: ProjectImage) -> None:
    ask = asking(alice)
    asked = f"/images/{image.id}/meshes?wait=30"
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(in_a_thread(ask), "POST", asked, {})
        wait_until(Job.objects.exists)
        work_off()
        shown = waiting.result().json()
    assert (shown["status"], len(shown["parts"])) == ("completed", 1)
    status = ask("GET", f"/meshes/{shown['id']}/status?wait=60").json()
    assert (status["status"], status["progress"]) == ("completed", 100)


def test_who_waits_in_vain_is_told_how_it_is(alice: User, image: ProjectImage) -> None:
    ask = asking(alice)
    shown = ask("POST", f"/images/{image.id}/meshes?wait=1", {}).json()
    assert shown["status"] == "queued"
    for seconds in ("61", "-1", "1e9", "x"):
        answer = ask("GET", f"/meshes/{shown['id']}/status?wait={seconds}")
        assert error(answer) == (422, "REQUEST_UNREADABLE")


@pytest.mark.parametrize("how", ["image", "mesh"])
def test_who_waits_for_what_is_deleted_is_told_so(
    how: str, alice: User, image: ProjectImage
) -> None:
    ask = asking(alice)
    mesh = asked_for(alice, image)
    with ThreadPoolExecutor(1) as threads:
        path = f"/meshes/{mesh.id}/status?wait=30"
        waiting = threads.submit(in_a_thread(ask), "GET", path)
        threading.Event().wait(0.2)
        if how == "image":
            delete_image(actor=SYSTEM, image=image)
            assert error(waiting.result()) == (404, "NOT_FOUND")
        else:
            ask("POST", f"/meshes/{mesh.id}/cancel")
            ask("DELETE", f"/meshes/{mesh.id}")
            assert waiting.result().status_code in {200, 404}


def test_status_grows_and_its_events_have_no_gaps(alice: User, image: ProjectImage) -> None:
    ask = asking(alice)
    mesh = asked_for(alice, image)
    queued = ask("GET", f"/meshes/{mesh.id}/status").json()
    assert (queued["status"], queued["sequence"]) == ("queued", 1)
    work_off()
    done = ask("GET", f"/meshes/{mesh.id}/status").json()
    events = ask("GET", f"/meshes/{mesh.id}/events").json()["items"]
    assert [event["sequence"] for event in events] == list(range(1, done["sequence"] + 1))
    assert [event["progress"] for event in events] == sorted(event["progress"] for event in events)
    later = ask("GET", f"/meshes/{mesh.id}/events?after={done['sequence'] - 1}").json()
    assert later["items"] == events[-1:]
    assert ask("GET", f"/meshes/{mesh.id}/events?after={done['sequence']}").json()["items"] == []


def test_jobs_of_a_user_have_their_limit_in_all_projects_together(
    alice: User, settings: Settings
) -> None:
    """Also where they are asked for at once."""
    settings.LIMITS = dataclasses.replace(settings.LIMITS, jobs=3)
    images = [
        image_in(create_project(actor=SYSTEM, owner=alice, name=f"Fox {number}"))
        for number in range(8)
    ]

    def ask(image: ProjectImage) -> bool:
        try:
            asked_for(alice, image)
        except TooManyJobs:
            return False
        return True

    with ThreadPoolExecutor(len(images)) as threads:
        assert sum(threads.map(in_a_thread(ask), images)) == 3
    assert Job.objects.count() == 3
    work_off()
    assert ask(images[-1])


def test_retry_is_counted_too(
    alice: User, bob: User, image: ProjectImage, settings: Settings
) -> None:
    """For who asked for the mesh, whoever tries it again."""
    settings.LIMITS = dataclasses.replace(settings.LIMITS, jobs=1)
    mesh = asked_for(alice, image)
    cancel_mesh(actor=SYSTEM, mesh=fresh(mesh))
    asked_for(alice, image)
    answer = asking(bob)("POST", f"/meshes/{mesh.id}/retry")
    assert error(answer) == (429, "TOO_MANY_JOBS")
    assert int(answer.headers["Retry-After"]) > 0
    assert fresh(mesh).status == Status.CANCELLED


def test_mesh_that_is_done_or_under_way_is_not_tried_again(
    alice: User, image: ProjectImage
) -> None:
    ask = asking(alice)
    mesh = asked_for(alice, image)
    assert error(ask("POST", f"/meshes/{mesh.id}/retry")) == (409, "JOB_UNFINISHED")
    work_off()
    assert error(ask("POST", f"/meshes/{mesh.id}/retry")) == (409, "JOB_DONE")
    restored = ask("POST", f"/meshes/{mesh.id}/restore").json()
    assert error(ask("POST", f"/meshes/{restored['id']}/retry")) == (409, "MESH_UNFINISHED")
    assert ask("POST", f"/meshes/{restored['id']}/cancel").json()["status"] == "completed"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"preset": "moon"}, (404, "NOT_FOUND")),
        ({"preset": "\0"}, (404, "NOT_FOUND")),
        ({"preset": "-" * 37}, (422, "REQUEST_UNREADABLE")),
        ({"target": "moon"}, (422, "INVALID_PARAMETERS")),
        ({"parameters": {"padding": 7.5}}, (422, "INVALID_PARAMETERS")),
        ({"parameters": []}, (422, "REQUEST_UNREADABLE")),
    ],
)
def test_order_is_checked_before_anything_is_kept(
    alice: User, image: ProjectImage, wanted: dict[str, Any], code: tuple[int, str]
) -> None:
    ask = asking(alice)
    places = (f"/images/{image.id}/meshes", f"/images/{image.id}/preview")
    for place in (*places, f"/projects/{image.project_id}/batches"):
        assert error(ask("POST", place, wanted)) == code
    assert not Job.objects.exists()
    assert not Mesh.objects.exists()


def test_same_is_asked_for_once_whoever_asks_but_not_of_other_bytes(
    alice: User, bob: User, image: ProjectImage
) -> None:
    mesh = asked_for(alice, image)
    assert asked_for(bob, image, dataclasses.replace(ORDER, preset="balanced")) == mesh
    assert asked_for(bob, image, dataclasses.replace(ORDER, target="mobile")) != mesh
    ask = asking(alice)
    assert ask("PUT", f"/images/{image.id}/content", EMPTY).status_code == 200
    again = asked_for(alice, ProjectImage.objects.get())
    assert again != mesh
    numbers = image.meshes.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3]
