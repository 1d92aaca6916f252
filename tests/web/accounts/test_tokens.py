"""Tokens: shown once, kept as a hash, and of no use once they have ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from spinelift.web.accounts.models import ApiToken, Scope, User
from spinelift.web.accounts.services import create_token, revoke_token, token_of
from spinelift.web.audit.models import AuditEntry
from spinelift.web.errors import NameRefused

from ..conftest import actor_of


def test_token_opens_what_its_user_may(alice: User) -> None:
    token, text = create_token(actor=actor_of(alice), user=alice, name="CI", scope=Scope.READ)

    found = token_of(text)

    assert found == token
    assert (found.user, found.scope) == (alice, Scope.READ)
    assert text.startswith(token.hint)


def test_token_is_nowhere_to_be_found(alice: User) -> None:
    token, text = create_token(actor=actor_of(alice), user=alice, name="CI", scope=Scope.READ)

    row = ApiToken.objects.values().get(id=token.id)
    entry = AuditEntry.objects.values().get(action="token.created")
    assert text not in f"{row}{entry}"
    assert text[len(token.hint) :] not in f"{row}{entry}"


@pytest.mark.parametrize("text", ["", "sl_", "sl_nothing", "\x00", "sl_" + "x" * 10_000])
def test_what_is_no_token_opens_nothing(alice: User, text: str) -> None:
    create_token(actor=actor_of(alice), user=alice, name="CI", scope=Scope.READ)
    assert token_of(text) is None


def test_token_that_has_ended_opens_nothing(alice: User) -> None:
    yesterday, tomorrow = (timezone.now() + timedelta(days) for days in (-1, 1))
    made, text = create_token(
        actor=actor_of(alice), user=alice, name="CI", scope=Scope.READ, expires_at=tomorrow
    )
    for expires_at, is_open in ((yesterday, False), (tomorrow, True)):
        ApiToken.objects.filter(id=made.id).update(expires_at=expires_at)
        assert (token_of(text) is not None) == is_open

    token = token_of(text)
    assert token is not None
    revoke_token(actor=actor_of(alice), token=token)
    revoke_token(actor=actor_of(alice), token=token)
    assert token_of(text) is None
    assert AuditEntry.objects.filter(action="token.revoked").count() == 1


def test_token_of_somebody_who_may_not_sign_in_opens_nothing(alice: User) -> None:
    _, text = create_token(actor=actor_of(alice), user=alice, name="CI", scope=Scope.READ)
    alice.is_active = False
    alice.save()
    assert token_of(text) is None


def test_tokens_are_seen_by_their_user_alone(alice: User, bob: User) -> None:
    token, _ = create_token(actor=actor_of(alice), user=alice, name="CI", scope=Scope.READ)
    assert list(ApiToken.objects.visible_to(alice)) == [token]
    assert list(ApiToken.objects.visible_to(bob)) == []


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 201, "a\x00b", "a\nb", "a\u202eb", "a\u200bb", "\ud800"]
)
def test_name_that_cannot_be_read_is_refused_and_leaves_nothing(alice: User, name: str) -> None:
    with pytest.raises(NameRefused):
        create_token(actor=actor_of(alice), user=alice, name=name, scope=Scope.READ)
    assert not ApiToken.objects.exists()
    assert not AuditEntry.objects.exists()


def test_email_is_one_persons_in_whatever_case(alice: User) -> None:
    assert User.objects.get_by_natural_key("ALICE@example.com") == alice
    with pytest.raises(IntegrityError):
        User.objects.create_user("Alice@example.com")
