"""`spinelift mesh-service` as a process: how it starts, refuses to, and ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from spinelift.serving import listen

from ..processes import session_members, wait_until
from ..redis_server import RedisServer
from .processes import Replica, environment, replica
from .serving import GENERATE, picture

WAIT = {"Prefer": "wait=60"}


def send(replica: Replica, name: str, **headers: str) -> httpx.Response:
    return replica.client.post(
        GENERATE, files={"image": (f"{name}.png", picture())}, headers=headers
    )


def send_to_wait(replica: Replica) -> str:
    """Send a job, and give its id once it is at the gate."""
    job_id: str = send(replica, replica.gate.name).json()["job_id"]
    wait_until(
        lambda: replica.client.get(f"/api/v1/mesh/{job_id}/status").json()["stage"] == "mask"
    )
    return job_id


def is_ready(replica: Replica) -> bool:
    return replica.client.get("/ready").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_service_starts_answers_and_stops(number: signal.Signals) -> None:
    with replica() as running:
        assert is_ready(running)
        assert send(running, "tail", **WAIT).json()["name"] == "tail"

        assert running.stop(number) == 0

        running.assert_nothing_is_left()


def test_job_that_runs_when_the_signal_comes_is_answered() -> None:
    with replica(workers="1") as running, ThreadPoolExecutor() as threads:
        answering = threads.submit(send, running, running.gate.name, **WAIT)
        wait_until(lambda: "spinelift_jobs_running 1.0" in running.client.get("/metrics").text)

        running.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not is_ready(running))
        refused = send(running, "tail")
        running.gate.touch()
        answer = answering.result()

        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert (answer.status_code, answer.json()["name"]) == (200, running.gate.name)
        assert running.process.wait(60) == 0
        running.gate.unlink()
        running.assert_nothing_is_left()


def test_service_that_is_closing_is_not_ready_but_alive() -> None:
    with replica() as running:
        job_id = send_to_wait(running)

        running.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not is_ready(running))

        found = running.client.get("/ready")
        assert (found.status_code, found.json()["error"]["code"]) == (503, "SERVICE_CLOSING")
        assert running.client.get("/live").status_code == 200
        status = running.client.get(f"/api/v1/mesh/{job_id}/status").json()
        assert status["status"] == "processing"
        running.gate.touch()
        assert running.process.wait(60) == 0


def test_hanging_job_is_left_when_the_time_is_over() -> None:
    with replica(drain_seconds="0") as running:
        send_to_wait(running)

        assert running.stop() == 0

        running.assert_nothing_is_left()


def test_job_that_is_left_is_done_by_another_replica(tmp_path: Path) -> None:
    with RedisServer() as redis:
        shared = {"redis_url": redis.url, "storage": str(tmp_path), "lease_seconds": "1"}
        with (
            replica(**shared, drain_seconds="0") as leaving,
            replica(**shared, workers="1") as staying,
        ):
            job_id = send_to_wait(leaving)
            assert leaving.stop() == 0
            staying.gate.touch()

            status = f"/api/v1/mesh/{job_id}/status"
            wait_until(lambda: staying.client.get(status).json()["status"] == "completed")
            assert staying.client.get(f"/api/v1/mesh/{job_id}/result").status_code == 200
            assert staying.stop() == 0


def test_second_signal_does_not_wait() -> None:
    with replica(drain_seconds="600") as running:
        send_to_wait(running)
        running.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not is_ready(running))

        assert running.stop() == 130

        running.assert_nothing_is_left()


def test_killed_service_leaves_no_process() -> None:
    with replica() as running:
        send_to_wait(running)

        running.stop(signal.SIGKILL)

        wait_until(lambda: not session_members(running.process.pid))


def refusal(*arguments: str, without: str = "", **settings: str) -> tuple[int, str, str]:
    """Exit code and outputs of a service that is not to start."""
    program = f"""
import sys
if {without!r}:
    sys.modules[{without!r}] = None
from spinelift.cli.main import main
main(["mesh-service", *sys.argv[1:]])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def test_port_that_is_taken_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, out, err = refusal("--port", str(port))

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"spinelift: The service cannot listen on port {port} of 127.0.0.1 (")


def test_service_without_its_packages_says_what_to_install() -> None:
    code, out, err = refusal(without="uvicorn")

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "pip install 'spinelift[service]'" in err


def test_strangers_are_not_let_in_without_a_token() -> None:
    code, out, err = refusal("--host", "0.0.0.0", "--port", "0")  # noqa: S104

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "set SPINELIFT_TOKEN" in err


def test_flags_are_stronger_than_the_environment() -> None:
    code, _, err = refusal("--port", "65536", port="8000")

    assert (code, "port: input should be" in err) == (2, True)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_no_part_of_an_answer_is_held_back(host: str) -> None:
    with listen(host, 0) as listening, socket.create_connection(listening.getsockname()[:2]):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
