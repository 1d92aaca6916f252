"""What changes users and their tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.hashers import make_password
from django.db.models import DateTimeField, TextField
from django.utils import timezone

from spinelift.web.accounts.models import TOKEN_PREFIX, ApiToken, Scope, SignInLink, User
from spinelift.web.actors import SYSTEM, Actor
from spinelift.web.errors import NotAllowed, RequestUnreadable, WebError
from spinelift.web.events import (
    AccountEvent,
    LoginFailed,
    SignInLinkMade,
    SignInLinkUsed,
    TokenCreated,
    TokenRevoked,
    UserActivated,
    UserDeactivated,
    UserRegistered,
)
from spinelift.web.names import checked_name
from spinelift.web.operations import operation
from spinelift.web.prepared import Parameter, PreparedQuery

HINT_LETTERS = 8
LOCAL_EMAIL = "local@localhost"
LONGEST_EMAIL = 254


_VALID = PreparedQuery(
    lambda: (
        ApiToken.objects.valid(Parameter("now", DateTimeField()))
        .select_related("user")
        .only("scope", *(f"user__{name}" for name in ("email", "is_active", "is_staff")))
        .filter(hash=Parameter("hash", TextField()))
        .order_by()
    )
)


class LinkUsed(WebError):
    """It has been used, has expired, or never was one."""

    code: ClassVar[str] = "LINK_USED"


def note(*, actor: Actor, event: AccountEvent) -> None:
    """Publish what allauth or Django has done, within the transaction that it was done in."""
    with operation(actor) as publish:
        publish(event)


def note_failed_login(*, actor: Actor, email: str) -> None:
    """Publish that somebody tried this, or whatever they sent in its place."""
    # Shown later, to people: without what cannot be seen, nor what a database refuses.
    seen = "".join(letter if letter.isprintable() else "\ufffd" for letter in email[:LONGEST_EMAIL])
    with operation(actor) as publish:
        publish(LoginFailed(after={"email": seen}))


def local_user() -> User:
    """Whoever sits at the machine that the application runs on: its one user, who may do all."""
    with operation(SYSTEM) as publish:
        user, is_new = User.objects.get_or_create(
            email=LOCAL_EMAIL,
            defaults={"is_staff": True, "is_superuser": True, "password": make_password(None)},
        )
        if is_new:
            publish(UserRegistered(user_id=user.id, after={"email": user.email}))
    return user


def deactivate_user(*, actor: Actor, user: User) -> bool:
    """Let them in no more, nor their tokens; nothing of theirs goes. Raises NotAllowed.

    Returns whether they were let in.
    """
    if user.id == actor.user_id:
        raise NotAllowed("This is you: somebody else has to do that.")
    with operation(actor) as publish:
        was_active = User.objects.filter(id=user.id, is_active=True).update(is_active=False)
        if was_active:
            publish(UserDeactivated(user_id=user.id, after={"email": user.email}))
    return bool(was_active)


def activate_user(*, actor: Actor, user: User) -> bool:
    """Let them in again; returns whether they were not let in."""
    with operation(actor) as publish:
        was_inactive = User.objects.filter(id=user.id, is_active=False).update(is_active=True)
        if was_inactive:
            publish(UserActivated(user_id=user.id, after={"email": user.email}))
    return bool(was_inactive)


def make_sign_in_link(*, user: User, lifetime: timedelta) -> str:
    """Make a link that signs in once, to be given to who may; returns its secret."""
    secret = secrets.token_urlsafe(32)
    now = timezone.now()
    with operation(SYSTEM) as publish:
        SignInLink.objects.filter(expires_at__lte=now).delete()
        SignInLink.objects.create(hash=_hash(secret), user=user, expires_at=now + lifetime)
        publish(SignInLinkMade(user_id=user.id))
    return secret


def use_sign_in_link(*, actor: Actor, secret: str) -> User:
    """Give the user to sign in, once. Raises LinkUsed."""
    with operation(actor) as publish:
        link = SignInLink.objects.open_with(_hash(secret)).select_related("user").first()
        # Of those who have found it, the one that deletes it has it.
        if link is None or not SignInLink.objects.filter(hash=link.hash).delete()[0]:
            raise LinkUsed("This link has been used, or has expired.")
        publish(SignInLinkUsed(user_id=link.user_id))
    return link.user


def is_sign_in_link(secret: str) -> bool:
    """Whether it would sign somebody in now."""
    return SignInLink.objects.open_with(_hash(secret)).exists()


def create_token(
    *, actor: Actor, user: User, name: str, scope: Scope, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token; its text is given here and never again.

    Raises NameRefused, and RequestUnreadable for one that would never open anything.
    """
    if expires_at is not None and expires_at <= timezone.now():
        raise RequestUnreadable("The token would have expired already: name a later time.")
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
    return _VALID.first(hash=_hash(text), now=timezone.now())


def user_of(email: str) -> User | None:
    """The user with this email, if they may sign in; any text may be asked for."""
    wanted = User.objects.normalize_email(email.strip())
    # No database has the others, and some fail when they are asked for them.
    return (
        User.objects.filter(email=wanted, is_active=True).first() if wanted.isprintable() else None
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
