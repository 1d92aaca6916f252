"""Writes entries to their chains, and looks whether the chains are whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from django.db.models import BigIntegerField, TextField
from django.utils import timezone

from spinelift.web.actors import Actor
from spinelift.web.audit.models import GENESIS, AuditChain, AuditEntry
from spinelift.web.events import Event
from spinelift.web.prepared import Parameter, PreparedQuery, PreparedUpdate, insert


def record(*, actor: Actor, events: Sequence[Event]) -> None:
    """Write entries, as the last thing that a transaction does.

    Chains are locked in the order of their names, so that no two transactions wait for each other.
    """
    in_chains = sorted(events, key=lambda event: event.chain)
    for name, of_chain in groupby(in_chains, lambda event: event.chain):
        chain = _LOCKED.first(name=name) or _begun(name)
        for event in of_chain:
            entry = AuditEntry(
                chain=name,
                sequence=chain.sequence + 1,
                at=timezone.now(),
                actor_id=actor.user_id,
                actor=actor.label,
                address=actor.address,
                action=event.action,
                subject=event.subject,
                before=event.before,
                after=event.after,
                previous=chain.head,
            )
            entry.hash = entry.digest()
            insert(entry)
            chain.sequence, chain.head = entry.sequence, entry.hash
        _EXTENDED.all(name=name, sequence=chain.sequence, head=chain.head)


_NAME = Parameter("name", TextField())
_LOCKED = PreparedQuery(lambda: AuditChain.objects.select_for_update().filter(name=_NAME))
_EXTENDED = PreparedUpdate(
    lambda: (
        AuditChain.objects.filter(name=_NAME),
        {
            "sequence": Parameter("sequence", BigIntegerField()),
            "head": Parameter("head", TextField()),
        },
    )
)


def _begun(name: str) -> AuditChain:
    """By us, or by somebody else at the same time."""
    AuditChain.objects.bulk_create([AuditChain(name=name)], ignore_conflicts=True)
    return AuditChain.objects.select_for_update().get(name=name)


def faults() -> Iterator[str]:
    """Say where chains are broken; nothing where all are whole."""
    chains = {chain.name: chain for chain in AuditChain.objects.all()}
    written = AuditEntry.objects.order_by().values_list("chain", flat=True).distinct()
    for name in sorted({*chains, *written}):
        yield from _faults_of(chains.get(name) or AuditChain(name=name))


def _faults_of(chain: AuditChain) -> Iterator[str]:
    previous, expected = GENESIS, 1
    for entry in AuditEntry.objects.filter(chain=chain.name).order_by("sequence").iterator():
        if entry.sequence != expected:
            yield f"{chain.name}: entries {expected} to {entry.sequence - 1} are missing"
        elif entry.previous != previous:
            yield f"{chain.name}: entry {entry.sequence} does not follow the one before it"
        if entry.hash != entry.digest():
            yield f"{chain.name}: entry {entry.sequence} was changed"
        previous, expected = entry.hash, entry.sequence + 1
    if (chain.sequence, chain.head) != (expected - 1, previous):
        yield f"{chain.name}: it does not end where it should, after entry {chain.sequence}"
