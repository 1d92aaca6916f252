"""Users and their tokens as the API shows and takes them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime, field_validator

from spinelift.web.accounts.models import Scope


class UserOut(Schema):
    """A user."""

    id: UUID
    email: str


class TokenIn(Schema):
    """A token to make."""

    name: str
    scope: Scope = Scope.WRITE
    expires_at: AwareDatetime | None = None

    @field_validator("expires_at")
    @classmethod
    def _in_utc(cls, wanted: datetime | None) -> datetime | None:
        """As it is kept: near the ends of the calendar, another zone may have no such time."""
        try:
            return None if wanted is None else wanted.astimezone(UTC)
        except OverflowError as error:
            raise ValueError("is beyond the calendar") from error


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
