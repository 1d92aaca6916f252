"""Alice, Bob, Val and Charlie, each in a browser of their own."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default

from playwright.sync_api import Browser, Page, expect

from ..journeys.system import EmbeddedSystem
from ..processes import wait_until
from .conftest import opened

ALICE, BOB, CHARLIE = (f"{name}@example.com" for name in ("alice", "bob", "charlie"))
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


def mailed_link(system: EmbeddedSystem, address: str, subject: str) -> str:
    """The newest link of that kind that was sent there, below the page's address."""
    pattern = re.compile(rf"\S+(/#{subject}/\S+)")

    def links() -> list[str]:
        files = sorted((system.data / "mails").glob("*"), key=lambda path: path.stat().st_mtime)
        mails = [
            email.message_from_bytes(file.read_bytes(), EmailMessage, policy=default)
            for file in files
        ]
        texts = [mail.get_content() for mail in mails if mail["To"] == address]
        return [found[1] for text in texts if (found := pattern.search(text))]

    wait_until(links)
    return links()[-1]


def sign_in(page: Page, address: str, password: str = PASSWORD) -> None:
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def register(page: Page, system: EmbeddedSystem, address: str) -> None:
    """All the way: the page shows their projects then."""
    page.goto("/")
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("Email").fill(address)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_role("status").filter(has_text=address)).to_be_visible()
    page.goto(mailed_link(system, address, "confirm"))
    expect(page.get_by_text("The address is confirmed")).to_be_visible()
    sign_in(page, address)
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
