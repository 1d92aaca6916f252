"""What can be done by a subscription: what the API does, for who may do it there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from spinelift.web.errors import NotAllowed
from spinelift.web.live.senders import Sender
from spinelift.web.live.topics import BatchTopic, MeshTopic, Topic
from spinelift.web.meshes.access import batch_of, mesh_of
from spinelift.web.meshes.batches import cancel_batch, retry_batch
from spinelift.web.meshes.services import cancel_mesh, retry_mesh
from spinelift.web.projects.models import Role


def _cancel_mesh(sender: Sender, topic: Topic) -> None:
    cancel_mesh(actor=sender.actor, mesh=mesh_of(sender.user, topic.id, Role.EDITOR))


def _retry_mesh(sender: Sender, topic: Topic) -> None:
    retry_mesh(actor=sender.actor, mesh=mesh_of(sender.user, topic.id, Role.EDITOR))


def _cancel_batch(sender: Sender, topic: Topic) -> None:
    cancel_batch(actor=sender.actor, batch=batch_of(sender.user, topic.id, Role.EDITOR))


def _retry_batch(sender: Sender, topic: Topic) -> None:
    retry_batch(actor=sender.actor, batch=batch_of(sender.user, topic.id, Role.EDITOR))


_ACTIONS: Mapping[tuple[type[Topic], str], Callable[[Sender, Topic], None]] = MappingProxyType(
    {
        (MeshTopic, "cancel"): _cancel_mesh,
        (MeshTopic, "retry"): _retry_mesh,
        (BatchTopic, "cancel"): _cancel_batch,
        (BatchTopic, "retry"): _retry_batch,
    }
)


def perform(sender: Sender, topic: Topic, action: str) -> bool:
    """Do it; whether there is such an action. Raises what the services do, and NotAllowed."""
    do = _ACTIONS.get((type(topic), action))
    if do is None:
        return False
    if not sender.may_write:
        raise NotAllowed("This token may only read: make one that may write.")
    do(sender, topic)
    return True
