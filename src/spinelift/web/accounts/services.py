"""What changes users and their tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.utils import timezone

from spinelift.web.accounts.models import TOKEN_PREFIX, ApiToken, Scope, User
from spinelift.web.actors import Actor
from spinelift.web.events import TokenCreated, TokenRevoked
from spinelift.web.names import checked_name
from spinelift.web.operations import operation

HINT_LETTERS = 8


def create_token(
    *, actor: Actor, user: User, name: str, scope: Scope, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token; its text is given here and never again. Raises NameRefused."""
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with operation(actor) as publish:
        token = ApiToken.objects.create(
            user=user,
            name=checked_name(name),
            scope=scope,
            hash=_hash(text),
            hint=text[:HINT_LETTERS],
            expires_at=expires_at,
        )
        after = {
            "name": token.name,
            "scope": str(scope),
            "expires_at": None if expires_at is None else expires_at.isoformat(),
        }
        publish(TokenCreated(user_id=user.id, token_id=token.id, after=after))
    return token, text


def revoke_token(*, actor: Actor, token: ApiToken) -> None:
    """End a token; one that has ended stays as it is."""
    with operation(actor) as publish:
        if ApiToken.objects.filter(id=token.id, revoked_at=None).update(revoked_at=timezone.now()):
            before = {"name": token.name, "scope": token.scope}
            publish(TokenRevoked(user_id=token.user_id, token_id=token.id, before=before))


def token_of(text: str) -> ApiToken | None:
    """The valid token with this text, and its user."""
    if not text.startswith(TOKEN_PREFIX):
        return None
    return ApiToken.objects.valid().select_related("user").filter(hash=_hash(text)).first()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
