"""A user in, the entries of the audit that concern them out."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from spinelift.web.accounts.models import User
from spinelift.web.audit.models import AuditEntry
from spinelift.web.events import ACCOUNTS, ProjectDeleted
from spinelift.web.projects.models import Project


def entries_of(user: User) -> QuerySet[AuditEntry]:
    """All of the projects that the user is a member of, and what was done by or to the user.

    Operators see everything.
    """
    if user.is_staff:
        return AuditEntry.objects.all()
    projects = Project.objects.visible_to(user).values_list("id", flat=True)
    tokens = user.api_tokens.values_list("id", flat=True)
    own = [f"user/{user.id}", *(f"token/{token_id}" for token_id in tokens)]
    of_projects = Q(chain__in=[f"project/{project_id}" for project_id in projects])
    # What was done in a project that the user has left is its members' business.
    of_accounts = Q(chain=ACCOUNTS) & (Q(subject__in=own) | Q(actor_id=user.id))
    # Of a project that is gone there are no members: who deleted it still sees that.
    deleted = Q(actor_id=user.id, action=ProjectDeleted.action)
    return AuditEntry.objects.filter(of_projects | of_accounts | deleted)
