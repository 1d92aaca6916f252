"""A process that works until it is told to stop: python -m tests.web.jobs.worker_process SECONDS

Each job takes so many seconds, or kills the process where that is less than 0. With JOBS_ALONE set,
no other process works, as when all runs in one.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import django

django.setup()

from spinelift.contract.generation import OnProgress, Progress  # noqa: E402  # needs the set-up
from spinelift.web.jobs.models import Job  # noqa: E402
from spinelift.web.jobs.reconciling import periodically, take_over  # noqa: E402
from spinelift.web.jobs.workers import Workers  # noqa: E402

from .labour import LABOUR  # noqa: E402


def main() -> None:
    seconds = float(sys.argv[1])

    def script(job: Job, on_progress: OnProgress) -> str:
        if seconds < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        on_progress(Progress(10, "stage", "Begun"))
        time.sleep(seconds)
        return f"attempt {job.attempt}"

    LABOUR.script = script
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if "JOBS_ALONE" in os.environ:
        take_over()
    workers = Workers(meshing_threads=2)
    workers.start()
    reconciler = threading.Thread(target=periodically, args=(stop, 0.2))
    reconciler.start()
    stop.wait()
    reconciler.join()
    workers.stop()


main()
