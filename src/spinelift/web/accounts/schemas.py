"""Users and their tokens as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from spinelift.web.accounts.models import Scope
from spinelift.web.http.values import Asked, Moment


class UserOut(Schema):
    """A user."""

    id: UUID
    email: str


class TokenIn(Asked):
    """A token to make."""

    name: str
    scope: Scope = Scope.WRITE
    expires_at: Moment | None = None


class TokenOut(Schema):
    """A token; `hint` is how it begins."""

    id: UUID
    name: str
    scope: Scope
    hint: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewTokenOut(TokenOut):
    """A token that was just made, with its text, which is never shown again."""

    text: str = Field(examples=["sl_..."])
