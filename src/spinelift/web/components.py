"""The composition root: what settings name, made when it is first needed, once in a process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from spinelift.contract.generation import MeshGenerator
from spinelift.engine.limits import JobLimits
from spinelift.engine.pool import usable_cores
from spinelift.engine.runner import JobRunner
from spinelift.generators.in_process import InProcessMeshGenerator
from spinelift.generators.mesh_service import MeshServiceClient
from spinelift.generators.patience import Patience
from spinelift.outbound.addresses import AddressRule
from spinelift.outbound.requests import Outbound
from spinelift.web.hints import Hints, LocalHints, RedisHints

AWAY_SECONDS = 5
"""A mesh service that is away for longer is waited for by the rows of jobs, which say so."""

_made: dict[str, Any] = {}
_closing: list[Callable[[], None]] = []
_making = threading.RLock()


def mesh_generator() -> MeshGenerator:
    """Who makes the meshes of jobs: settings.MESH_GENERATOR, a function of this module's kind."""
    return _once("mesh_generator", import_string(settings.MESH_GENERATOR))  # type: ignore[no-any-return]


def hints() -> Hints:
    """What carries hints: settings.HINTS, a function of this module's kind."""
    return _once("hints", import_string(settings.HINTS))  # type: ignore[no-any-return]


def webhook_outbound() -> Outbound:
    """Opens the URLs of users' webhooks, as settings.WEBHOOK_... allow."""
    return _once("webhook_outbound", _webhook_outbound)  # type: ignore[no-any-return]


def close() -> None:
    """End what was made; it is made anew when it is needed again."""
    with _making:
        while _closing:
            _closing.pop()()
        _made.clear()


def in_process() -> MeshGenerator:
    """Worker processes of this one, one for each core."""
    cores = usable_cores()
    runner = JobRunner(workers=cores, waiting=settings.MESHING_THREADS, limits=JobLimits())
    _closing.append(runner.close)
    return InProcessMeshGenerator(runner)


def mesh_service() -> MeshGenerator:
    """The mesh service at settings.MESH_SERVICE_URL."""
    client = MeshServiceClient(
        settings.MESH_SERVICE_URL,
        token=settings.MESH_SERVICE_TOKEN,
        patience=Patience(away_seconds=AWAY_SECONDS),
    )
    _closing.append(client.close)
    return client


def local_hints() -> Hints:
    """Within this process."""
    return LocalHints()


def redis_hints() -> Hints:
    """Through the Redis at settings.REDIS_URL."""
    made = RedisHints(settings.REDIS_URL)  # type: ignore[misc]  # of some settings
    _closing.append(made.close)
    return made


def _webhook_outbound() -> Outbound:
    rule = AddressRule(settings.WEBHOOK_ALLOWED_HOSTS)
    return Outbound(rule, allow_http=settings.WEBHOOK_ALLOW_HTTP)


def _once(name: str, make: Callable[[], Any]) -> Any:
    if name not in _made:
        with _making:
            if name not in _made:
                _made[name] = make()
    return _made[name]
