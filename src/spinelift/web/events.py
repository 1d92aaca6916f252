"""What has been done, as values. This module knows nobody who listens (`subscriptions` does)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

ACCOUNTS = "accounts"
"""The audit's chain of what belongs to no project."""


@dataclass(frozen=True, kw_only=True)
class Event(ABC):
    """A deed, with the values that it changed, as plain JSON, before and after."""

    action: ClassVar[str]
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    @property
    @abstractmethod
    def chain(self) -> str:
        """The audit's chain that it belongs to."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """What it was done to: a kind, a slash and an id."""


@dataclass(frozen=True, kw_only=True)
class AccountEvent(Event):
    """Of one user."""

    user_id: UUID

    @property
    def chain(self) -> str:
        return ACCOUNTS

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


@dataclass(frozen=True, kw_only=True)
class TokenEvent(AccountEvent):
    """Of one token of a user."""

    token_id: UUID

    @property
    def subject(self) -> str:
        return f"token/{self.token_id}"


class TokenCreated(TokenEvent):
    action = "token.created"


class TokenRevoked(TokenEvent):
    action = "token.revoked"


@dataclass(frozen=True, kw_only=True)
class ProjectEvent(Event):
    """Of one project."""

    project_id: UUID

    @property
    def chain(self) -> str:
        return f"project/{self.project_id}"

    @property
    def subject(self) -> str:
        return f"project/{self.project_id}"


class ProjectCreated(ProjectEvent):
    action = "project.created"


class ProjectRenamed(ProjectEvent):
    action = "project.renamed"


class ProjectArchived(ProjectEvent):
    action = "project.archived"


class ProjectRestored(ProjectEvent):
    action = "project.restored"


class ProjectDeleted(ProjectEvent):
    action = "project.deleted"


@dataclass(frozen=True, kw_only=True)
class MemberEvent(ProjectEvent):
    """Of one member of a project."""

    user_id: UUID

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


class MemberAdded(MemberEvent):
    action = "member.added"


class MemberRoleChanged(MemberEvent):
    action = "member.role_changed"


class MemberRemoved(MemberEvent):
    action = "member.removed"


@dataclass(frozen=True, kw_only=True)
class ImageEvent(ProjectEvent):
    """Of one image of a project."""

    image_id: UUID

    @property
    def subject(self) -> str:
        return f"image/{self.image_id}"


class ImageAdded(ImageEvent):
    action = "image.added"


class ImageRenamed(ImageEvent):
    action = "image.renamed"


class ImageReplaced(ImageEvent):
    action = "image.replaced"


class ImageDeleted(ImageEvent):
    action = "image.deleted"


class ImageDownloaded(ImageEvent):
    action = "image.downloaded"
