"""A mesh made by the mesh service, over HTTP."""

from __future__ import annotations

import contextlib
import json
import random
import secrets
import time
from typing import Any, BinaryIO, Self

import h11
import stamina

from spinelift import images
from spinelift.contract.generation import (
    Forward,
    MeshRequest,
    MeshResult,
    OnProgress,
    Progress,
)
from spinelift.contract.problems import GenerationFailed, MeshServiceUnavailable
from spinelift.generators.circuit import Circuit
from spinelift.generators.connection import (
    NUMBER,
    Connection,
    Passing,
    Refused,
    Shape,
    said,
)
from spinelift.generators.patience import Patience
from spinelift.images.limits import shown
from spinelift.mesh.errors import ImageUnreadable
from spinelift.spine.names import check_name

STATUS: Shape = {"status": str, "progress": int, "stage": str, "message": str}
ABOUT: Shape = {"job_id": str, "cached": bool, "milliseconds": NUMBER}
"""What a result has beside its fields."""

RESULT: Shape = {
    **ABOUT,
    "name": str,
    "vertices": list,
    "triangles": list,
    "attachment": dict,
}

LOST_JOB = "JOB_NOT_FOUND"
LOST_RESULT = "RESULT_GONE"


class MeshServiceClient:
    """A `MeshGenerator` over a mesh service. Safe to use from several threads; close it.

    Every job has an id that is chosen here, so that whatever fails can be sent again.

    Parameters
    ----------
    base_url
        Where the service is, such as `https://meshes.example.com`.
    token
        The service's, where it wants one.
    """

    def __init__(
        self, base_url: str, *, token: str | None = None, patience: Patience | None = None
    ) -> None:
        self._patience = patience or Patience()
        self._circuit = Circuit(self._patience.failures_to_open, self._patience.rest_seconds)
        self._connection = Connection(base_url, token, self._patience, self._circuit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def generate(
        self,
        request: MeshRequest,
        on_progress: OnProgress = lambda progress: None,  # noqa: ARG005
    ) -> MeshResult:
        """Have the service mesh one image, and wait for it; `on_progress` is called in this thread.

        Raises `MeshServiceUnavailable` too.
        """
        check_name(request.name)
        with images.open_file(request.image, name=request.name) as image:
            if not self._circuit.lets_in():
                raise MeshServiceUnavailable(
                    f"The mesh service at {self._connection.place} has failed again and again: "
                    "see that it runs, and try again soon."
                )
            job = _Job(
                *(self._connection, self._circuit, self._patience),
                *(request, image, Forward(on_progress)),
            )
            retrying = stamina.RetryingCaller(attempts=None, timeout=None).on(job.pause)
            try:
                return retrying(job.go_on)
            except Refused as refused:
                raise refused.error from None
            except Passing as passing:
                job.abandon()
                raise passing.error from passing.__cause__
            except BaseException:
                job.abandon()
                raise


class _Job:
    """One request on its way through the service."""

    def __init__(
        self,
        connection: Connection,
        circuit: Circuit,
        patience: Patience,
        request: MeshRequest,
        image: BinaryIO,
        report: Forward,
    ) -> None:
        self._connection = connection
        self._circuit = circuit
        self._patience = patience
        self._request = request
        self._image = image
        self._report = report
        self._until = time.monotonic() + patience.total_seconds
        self._failures = 0
        self._job_id = _new_id()
        self._is_taken_on = False

    def go_on(self) -> MeshResult:
        """Bring the job to its end, from wherever it is."""
        try:
            fields = None if self._is_taken_on else self._send()
            if fields is None:
                self._see_through()
                fields = self._ask("GET", "/result", RESULT)
        except Refused as refused:
            if refused.error.code not in {LOST_JOB, LOST_RESULT}:
                raise
            # The service has forgotten the job, or what came of it; in that case the job has ended
            # for good, and its id is of no more use.
            self._is_taken_on = False
            if refused.error.code == LOST_RESULT:
                self._job_id = _new_id()
            raise Passing(refused.error) from None
        if fields["job_id"] != self._job_id:
            raise self._connection.strange("with the result of another job")
        return MeshResult(
            fields={name: value for name, value in fields.items() if name not in ABOUT},
            milliseconds=fields["milliseconds"],
            was_cached=fields["cached"],
        )

    def pause(self, error: Exception) -> bool | float:
        """Seconds before it goes on after that error; False where it does not.

        Exponential with full jitter, so that those who failed at once do not come back at once:
        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        if not isinstance(error, Passing):
            return False
        if self._circuit.failing_seconds > self._patience.away_seconds:
            return False
        growing = self._patience.first_retry_seconds * 2.0 ** min(self._failures, 30)
        self._failures += 1
        jittered = random.uniform(0, min(growing, self._patience.longest_retry_seconds))  # noqa: S311
        seconds = max(jittered, error.asked_seconds)
        return seconds if time.monotonic() + seconds < self._until else False

    def abandon(self) -> None:
        """Tell the service that nobody waits any more, if it can be told."""
        until = time.monotonic() + self._patience.cancel_seconds
        with contextlib.suppress(Refused, Passing, GenerationFailed):
            self._connection.ask("DELETE", self._path(), until, {200: STATUS})

    def _send(self) -> dict[str, Any] | None:
        """Have it taken on; gives the result where that is there at once."""
        request = self._request
        fields = {
            "job_id": self._job_id,
            "name": request.name,
            "parameters": json.dumps(request.parameters.to_mapping()),
        }
        try:
            status, answer = self._connection.ask(
                "POST",
                "/api/v1/mesh/generate",
                self._until,
                {200: RESULT, 202: STATUS},
                headers={"Prefer": "wait=1"},
                data=fields,
                # A name may be longer than that of a file, and has folders.
                files={"image": ("image", self._image, "application/octet-stream")},
            )
        except (OSError, h11.LocalProtocolError) as error:
            raise ImageUnreadable(
                f"{shown(request.name)} changed while it was sent, or could not be read to its "
                f"end ({shown(str(error))}): send it again."
            ) from error
        self._is_taken_on = True
        if status == 200:
            return answer
        self._follow(answer)
        return None

    def _see_through(self) -> None:
        """Wait until it is completed. Raises what it came to otherwise."""
        pause, is_completed = self._patience.first_look_seconds, False
        while not is_completed:
            if time.monotonic() + pause > self._until:
                raise GenerationFailed(
                    "TIMED_OUT",
                    f"{shown(self._request.name)} was not done within "
                    f"{self._patience.total_seconds:g} seconds: make it smaller, or wait longer.",
                )
            time.sleep(pause)
            pause = min(1.5 * pause, self._patience.longest_look_seconds)
            is_completed = self._follow(self._ask("GET", "/status", STATUS))

    def _follow(self, answer: dict[str, Any]) -> bool:
        """Report how far it is; tell whether it is completed."""
        match answer["status"]:
            case "queued" | "processing":
                self._report(Progress(answer["progress"], answer["stage"], answer["message"]))
                return False
            case "completed":
                return True
            case "cancelled":
                raise Refused(
                    GenerationFailed(
                        "JOB_CANCELLED",
                        f"Somebody has cancelled {shown(self._request.name)}: start it again.",
                    )
                )
            case "failed" if error := said(answer.get("error")):
                raise Refused(error)
        raise self._connection.strange("of a job that is in no state")

    def _ask(self, method: str, path: str, shape: Shape) -> dict[str, Any]:
        _, answer = self._connection.ask(method, self._path(path), self._until, {200: shape})
        return answer

    def _path(self, end: str = "") -> str:
        return f"/api/v1/mesh/{self._job_id}{end}"


def _new_id() -> str:
    return secrets.token_urlsafe(16)
