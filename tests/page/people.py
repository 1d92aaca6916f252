"""Alice, Bob, Val and Charlie, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from ..journeys.system import EmbeddedSystem
from .conftest import opened

PASSWORD = "three red foxes"  # noqa: S105  # of the tests alone
REGISTER = f"""
from allauth.account.models import EmailAddress
from spinelift.web.accounts.models import User
for name in ("alice", "bob", "val", "charlie"):
    user = User.objects.create_user(name + "@example.com", "{PASSWORD}")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
"""


def register_all(system: EmbeddedSystem) -> None:
    """Where people log in: all have, and have confirmed their emails."""
    done = system.manage("shell", "-c", REGISTER)
    assert done.returncode == 0, done.stderr


@contextmanager
def signed_in(system: EmbeddedSystem, browser: Browser, name: str) -> Iterator[Page]:
    """Their page, which must be without a fault but for what the server has refused."""
    context = browser.new_context(base_url=system.url)
    auth = "/api/v1/auth/browser/v1"
    context.request.get(f"{auth}/config")
    [secret] = [one["value"] for one in context.cookies() if one["name"] == "csrftoken"]
    entered = context.request.post(
        f"{auth}/auth/login",
        data={"email": f"{name}@example.com", "password": PASSWORD},
        headers={"X-CSRFToken": secret},
    )
    assert entered.ok, entered.text()
    session = context.storage_state()
    context.close()
    with opened(system, browser, session) as (page, faults):
        yield page
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []
