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


class UserRegistered(AccountEvent):
    action = "user.registered"


class UserLoggedIn(AccountEvent):
    action = "user.logged_in"


class UserLoggedOut(AccountEvent):
    action = "user.logged_out"


class UserDeactivated(AccountEvent):
    action = "user.deactivated"


class UserActivated(AccountEvent):
    action = "user.activated"


class PasswordChanged(AccountEvent):
    action = "password.changed"


class PasswordResetAsked(AccountEvent):
    action = "password.reset_asked"


class PasswordReset(AccountEvent):
    action = "password.reset"


class EmailConfirmed(AccountEvent):
    action = "email.confirmed"


class EmailChanged(AccountEvent):
    action = "email.changed"


class SignInLinkMade(AccountEvent):
    action = "sign_in_link.made"


class SignInLinkUsed(AccountEvent):
    action = "sign_in_link.used"


class LoginFailed(Event):
    """With an email that may be anybody's, or nobody's."""

    action = "user.login_failed"

    @property
    def chain(self) -> str:
        return ACCOUNTS

    @property
    def subject(self) -> str:
        return "user/unknown"


class NotificationSettingsChanged(AccountEvent):
    action = "notification_settings.changed"


class WebhookSecretMade(AccountEvent):
    action = "webhook_secret.made"


class WebhookTested(AccountEvent):
    action = "webhook.tested"


class NotificationsRead(AccountEvent):
    """All that a user had not read."""

    action = "notifications.read"


@dataclass(frozen=True, kw_only=True)
class NotificationRead(AccountEvent):
    """One of a user's."""

    action = "notification.read"
    notification_id: UUID

    @property
    def subject(self) -> str:
        return f"notification/{self.notification_id}"


@dataclass(frozen=True, kw_only=True)
class BlobPut(AccountEvent):
    """Bytes that a user has sent, to make an image of."""

    action = "blob.put"
    sha256: str

    @property
    def subject(self) -> str:
        return f"blob/{self.sha256}"


@dataclass(frozen=True, kw_only=True)
class UploadCompleted(AccountEvent):
    """The same, in three steps."""

    action = "upload.completed"
    upload_id: UUID

    @property
    def subject(self) -> str:
        return f"upload/{self.upload_id}"


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


@dataclass(frozen=True, kw_only=True)
class PresetEvent(Event):
    """Of one preset, a project's or a user's."""

    preset_id: UUID
    project_id: UUID | None

    @property
    def chain(self) -> str:
        return ACCOUNTS if self.project_id is None else f"project/{self.project_id}"

    @property
    def subject(self) -> str:
        return f"preset/{self.preset_id}"


class PresetCreated(PresetEvent):
    action = "preset.created"


class PresetChanged(PresetEvent):
    action = "preset.changed"


class PresetDeleted(PresetEvent):
    action = "preset.deleted"


@dataclass(frozen=True, kw_only=True)
class BatchEvent(ProjectEvent):
    """Of many meshes that were asked for at once."""

    batch_id: UUID

    @property
    def subject(self) -> str:
        return f"batch/{self.batch_id}"


class BatchRequested(BatchEvent):
    action = "batch.requested"


class BatchCancelled(BatchEvent):
    action = "batch.cancelled"


class BatchRetried(BatchEvent):
    action = "batch.retried"


class BatchFinished(BatchEvent):
    action = "batch.finished"


@dataclass(frozen=True, kw_only=True)
class MeshEvent(ProjectEvent):
    """Of one version of an image's mesh."""

    mesh_id: UUID
    image_id: UUID
    batch_id: UUID | None = None

    @property
    def subject(self) -> str:
        return f"mesh/{self.mesh_id}"


class MeshRequested(MeshEvent):
    action = "mesh.requested"


class MeshCompleted(MeshEvent):
    action = "mesh.completed"


class MeshFailed(MeshEvent):
    action = "mesh.failed"


class MeshCancelled(MeshEvent):
    action = "mesh.cancelled"


class MeshRetried(MeshEvent):
    action = "mesh.retried"


class MeshEdited(MeshEvent):
    action = "mesh.edited"


class MeshRestored(MeshEvent):
    action = "mesh.restored"


class MeshLocked(MeshEvent):
    action = "mesh.locked"


class MeshUnlocked(MeshEvent):
    action = "mesh.unlocked"


class MeshDeleted(MeshEvent):
    action = "mesh.deleted"


class MeshDownloaded(MeshEvent):
    action = "mesh.downloaded"


class ProjectDownloaded(ProjectEvent):
    action = "project.downloaded"


class AuditExported(AccountEvent):
    action = "audit.exported"


class ImageDownloaded(ImageEvent):
    action = "image.downloaded"
