"""The floor: the least that a service of these parts can do, an upload handed to a worker.

The same server, framework and pool as the service's, and nothing of what makes a service: no
token, no limits, no jobs to ask for, no cache, nothing that outlives a crash.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response, UploadFile
from tests.processes import Killable, session_members, wait_until

from bench.load import GENERATE
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.pool import WorkerPool
from spinelift.engine.runner import NICENESS
from spinelift.engine.work import Failure
from spinelift.mesh.parameters import MeshParameters
from spinelift.serving import listen

WORKERS = 2


class Floor(Killable):
    """The floor as a process of its own, on some port of loopback."""

    def start(self) -> None:
        self._process = subprocess.Popen(
            (sys.executable, "-m", "bench.floor"), stdout=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def children(self) -> set[int]:
        """Its workers and the two processes that make them."""
        return session_members(self.pid) - {self.pid}

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()
        wait_until(lambda: not session_members(self.pid))


def _app(folder: Path) -> FastAPI:
    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with WorkerPool(WORKERS, niceness=NICENESS) as app.state.pool:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post(GENERATE)
    async def generate(image: UploadFile) -> Response:
        path = folder / secrets.token_hex(16)
        path.write_bytes(await image.read())
        task = GenerationTask(path, "sheet", MeshParameters(), "4.2")
        answer = await asyncio.wrap_future(app.state.pool.submit(_answer, task))
        path.unlink()
        return Response(answer.result, media_type="application/json")

    return app


def _answer(task: GenerationTask) -> Answer:
    """In a worker."""
    answer = generate_answer(task, lambda stage: None)  # noqa: ARG005
    assert not isinstance(answer, Failure), answer.message
    return answer


if __name__ == "__main__":
    with listen("127.0.0.1", 0) as listening, tempfile.TemporaryDirectory() as place:
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(_app(Path(place)), log_level="warning", loop="asyncio", http="h11")
        uvicorn.Server(config).run(sockets=[listening])
