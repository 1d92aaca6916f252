"""Jobs for operators: to look at, to cancel, to try again. `meshes.admin` says what they are of."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from spinelift.web.errors import WebError
from spinelift.web.http.requests import actor_of
from spinelift.web.jobs.models import UNFINISHED, Job, JobEvent, Status
from spinelift.web.jobs.services import cancel_job, retry_job
from spinelift.web.operations import operation
from spinelift.web.read_only import ReadOnlyAdmin


class EventInline(admin.TabularInline):  # type: ignore[type-arg]  # as in ReadOnlyAdmin
    """The log of a job."""

    model = JobEvent
    extra = 0
    can_delete = False
    ordering = ("sequence",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


class JobAdmin(ReadOnlyAdmin):
    """Jobs are changed by actions alone, as their users would do it."""

    list_filter = ("status", "kind", "queue")
    ordering = ("-created_at", "id")
    search_fields: ClassVar[tuple[str, ...]] = ("id", "subject", "user__email")
    inlines = (EventInline,)
    actions = ("cancel", "try_again")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are for this user."""
        return request.user.has_perm("jobs.change_job")

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        """One that has ended stays as it is."""
        cancelled = 0
        for job in jobs:
            with operation(actor_of(request)) as publish:
                ended = cancel_job(publish=publish, job=job)
            cancelled += job.status in UNFINISHED and ended.status == Status.CANCELLED
        messages.success(request, f"Jobs cancelled: {cancelled} of {len(jobs)}.")

    @admin.action(description="Try again", permissions=["operate"])
    def try_again(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        """What failed or was cancelled."""
        begun_anew = 0
        for job in jobs:
            try:
                with operation(actor_of(request)) as publish:
                    retry_job(publish=publish, job=job)
                begun_anew += 1
            except WebError as error:
                messages.warning(request, f"{job}: {error}")
        messages.success(request, f"Jobs begun anew: {begun_anew} of {len(jobs)}.")
