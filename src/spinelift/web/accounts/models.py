"""Users, known by their email, and what stands for them: tokens, and links that sign in.

Beside them the keys of their requests, which are done once.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from spinelift.web.actors import SYSTEM
from spinelift.web.events import UserRegistered
from spinelift.web.operations import operation
from spinelift.web.prepared import Parameter

TOKEN_PREFIX = "sl_"  # noqa: S105  # what each begins with, so that scanners of secrets know it


class UserManager(BaseUserManager["User"]):
    """Makes users who have no name but their email, which is kept in lower case."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return (email or "").lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """As `spinelift manage createsuperuser` does, of which the audit is told too."""
        with operation(SYSTEM) as publish:
            user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
            after = {"email": user.email, "is_superuser": True}
            publish(UserRegistered(user_id=user.id, after=after))
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))


class User(AbstractUser):
    """A person. Two emails that differ in case alone are one person's: the lower one is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]  # the email is enough
    email = models.EmailField(unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # AbstractUser's

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_is_in_lower_case")
        ]


class Scope(models.TextChoices):
    """What a token lets a program do."""

    READ = "read"
    WRITE = "write"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens."""

    def visible_to(self, user: User) -> ApiTokenQuerySet:
        """The user's own."""
        return self.filter(user=user)

    def valid(self, now: datetime | Parameter) -> ApiTokenQuerySet:
        """Those that open something then."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(unexpired, revoked_at=None, user__is_active=True)


class ApiToken(models.Model):
    """Stands for its user; only its hash is known here.

    Attributes
    ----------
    hash
        SHA-256. A token has 256 random bits, so that a slow hash would keep it no better.
    hint
        How the token begins, by which its user knows it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=200)
    scope = models.CharField(max_length=8, choices=Scope.choices)
    hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="token_has_a_scope")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}...)"


class SignInLinkQuerySet(models.QuerySet["SignInLink"]):
    """Links."""

    def open_with(self, hash: str) -> SignInLinkQuerySet:
        """The one with this hash, if it would sign in now."""
        return self.filter(hash=hash, expires_at__gt=timezone.now(), user__is_active=True)


class SignInLink(models.Model):
    """Signs its user in once: whoever deletes the row. Only the hash of its secret is known."""

    hash = models.CharField(primary_key=True, max_length=64)
    user = models.ForeignKey(User, models.CASCADE, related_name="sign_in_links")
    expires_at = models.DateTimeField()

    objects = SignInLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user} until {self.expires_at:%Y-%m-%d %H:%M:%S}"


class IdempotencyKey(models.Model):
    """Stands for one request of its user's, by which something was done.

    Attributes
    ----------
    request
        SHA-256 of what was asked.
    holder
        Which of the requests that carried the key has done it.
    status, content
        What it was answered; None until it was, and `content` also where it was a secret.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="idempotency_keys", db_index=False)
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=64)
    holder = models.UUIDField()
    status = models.PositiveSmallIntegerField(null=True)
    content = models.TextField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "key"], name="key_stands_for_one_request")
        ]

    def __str__(self) -> str:
        return self.key
