"""Registering and signing in, as a browser and as an application do, and what is said of it."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from spinelift.web.accounts.models import User
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults

from ...mail_server import MailServer

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

PASSWORD = "three red foxes"  # noqa: S105
OTHER_PASSWORD = "four grey wolves"  # noqa: S105
Kind = Literal["browser", "app"]
KINDS: list[Kind] = ["browser", "app"]
RACERS = 6

pytestmark = pytest.mark.django_db(transaction=True)
"""Mails are sent once a transaction has ended."""


class Person:
    """Somebody with a browser, or an application, which keep what they are given."""

    def __init__(self, kind: Kind = "browser", **headers: str) -> None:
        self._kind = kind
        self._client = Client(enforce_csrf_checks=True, headers=headers)
        self._session_token: str | None = None

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> Response:
        """Ask allauth; `path` is below the client's part."""
        return self.send(method, f"/api/v1/auth/{self._kind}/v1/{path}", content, **headers)

    def send(self, method: str, path: str, content: Any = None, **headers: str) -> Response:
        if self._session_token is not None:
            headers["X-Session-Token"] = self._session_token
        if self._kind == "browser":
            if "csrftoken" not in self._client.cookies:
                self._client.get("/api/v1/auth/browser/v1/config")
            headers.setdefault("X-CSRFToken", self._client.cookies["csrftoken"].value)
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        answer = self._client.generic(
            method, path, b"" if content is None else body, "application/json", headers=headers
        )
        if answer.headers["Content-Type"] == "application/json":
            meta = answer.json().get("meta") or {}
            self._session_token = meta.get("session_token", self._session_token)
        return answer

    def register(self, email: str, password: str = PASSWORD) -> Response:
        return self.ask("POST", "auth/signup", {"email": email, "password": password})

    def log_in(self, email: str, password: str = PASSWORD) -> Response:
        return self.ask("POST", "auth/login", {"email": email, "password": password})

    def log_out(self) -> Response:
        return self.ask("DELETE", "auth/session")

    def email(self) -> str | None:
        """As the API says; None for who is not signed in."""
        answer = self.send("GET", "/api/v1/me")
        return answer.json()["email"] if answer.status_code == 200 else None


def registered(email: str = "alice@example.com", password: str = PASSWORD) -> User:
    """Somebody who has confirmed their email."""
    user = User.objects.create_user(email, password)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def key_in(mail: EmailMessage, kind: str, base: str = "http://127.0.0.1:8000") -> str:
    """What the link in the mail holds."""
    [link] = re.findall(r"^http.*$", mail.get_content(), re.MULTILINE)
    start = f"{base}/#{kind}/"
    assert link.startswith(start)
    return unquote(link.removeprefix(start).strip())


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_who_registers_is_signed_in_once_the_email_is_confirmed(
    kind: Kind, mail_server: MailServer
) -> None:
    alice = Person(kind)
    assert alice.register("Alice@Example.com").status_code == 401
    assert alice.email() is None
    [mail] = mail_server.mails
    assert mail["To"] == "alice@example.com"

    confirmed = alice.ask("POST", "auth/email/verify", {"key": key_in(mail, "confirm")})

    assert confirmed.status_code in {200, 401}
    assert alice.log_in("ALICE@example.COM").status_code == 200
    assert alice.email() == "alice@example.com"
    assert alice.ask("GET", "auth/session").status_code == 200
    assert actions() == ["user.registered", "email.confirmed", "user.logged_in"]
    entry = AuditEntry.objects.get(action="user.logged_in")
    assert (entry.chain, entry.actor, entry.address) == (
        "accounts",
        "alice@example.com",
        "127.0.0.1",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_who_has_not_confirmed_the_email_is_not_signed_in(
    kind: Kind, mail_server: MailServer
) -> None:
    Person(kind).register("alice@example.com")
    alice = Person(kind)
    assert alice.log_in("alice@example.com").status_code == 401
    assert alice.email() is None
    assert len(mail_server.mails) == 1, "there is one every three minutes"


@pytest.mark.parametrize("kind", KINDS)
def test_who_logs_out_is_nobody(kind: Kind) -> None:
    registered()
    alice = Person(kind)
    alice.log_in("alice@example.com")
    assert alice.email() == "alice@example.com"

    assert alice.log_out().status_code == 401

    assert alice.email() is None
    assert alice.ask("GET", "auth/session").status_code in {401, 410}
    assert actions() == ["user.logged_in", "user.logged_out"]


@pytest.mark.parametrize("kind", KINDS)
def test_new_password_replaces_the_old_one_and_ends_other_sessions(kind: Kind) -> None:
    registered()
    alice, elsewhere = Person(kind), Person(kind)
    alice.log_in("alice@example.com")
    elsewhere.log_in("alice@example.com")

    change = {"current_password": PASSWORD, "new_password": OTHER_PASSWORD}
    assert alice.ask("POST", "account/password/change", change).status_code == 200

    assert alice.email() == "alice@example.com"
    assert elsewhere.email() is None
    assert Person(kind).log_in("alice@example.com").status_code == 400
    assert Person(kind).log_in("alice@example.com", OTHER_PASSWORD).status_code == 200
    assert actions()[2:4] == ["password.changed", "user.login_failed"]


@pytest.mark.parametrize("kind", KINDS)
def test_password_is_changed_by_who_knows_it(kind: Kind) -> None:
    registered()
    alice = Person(kind)
    alice.log_in("alice@example.com")
    change = {"current_password": "wrong", "new_password": OTHER_PASSWORD}
    assert alice.ask("POST", "account/password/change", change).status_code == 400
    assert "password.changed" not in actions()


@pytest.mark.parametrize("kind", KINDS)
def test_password_is_reset_by_a_mail_whose_link_works_once(
    kind: Kind, mail_server: MailServer
) -> None:
    registered()
    signed_in, alice = Person(kind), Person(kind)
    signed_in.log_in("alice@example.com")

    asked = alice.ask("POST", "auth/password/request", {"email": "ALICE@example.com"})
    assert asked.status_code == 200
    [mail] = mail_server.mails
    assert mail["To"].lower() == "alice@example.com"
    key = key_in(mail, "reset")

    found = alice.ask("GET", "auth/password/reset", **{"X-Password-Reset-Key": key})
    assert found.status_code == 200
    change = {"key": key, "password": OTHER_PASSWORD}
    assert alice.ask("POST", "auth/password/reset", change).status_code == 401
    again = {"key": key, "password": PASSWORD}
    assert alice.ask("POST", "auth/password/reset", again).status_code == 400

    assert signed_in.email() is None
    assert alice.log_in("alice@example.com", OTHER_PASSWORD).status_code == 200
    assert actions()[1:3] == ["password.reset_asked", "password.reset"]


def test_links_lead_to_the_public_address_whatever_host_was_asked(
    mail_server: MailServer, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://meshes.example.com/"
    settings.ALLOWED_HOSTS = ["*"]
    registered("bob@example.com")
    person = Person(Host="evil.example.net")

    person.register("alice@example.com")
    person.register("bob@example.com")
    for email in ("bob@example.com", "nobody@example.com"):
        person.ask("POST", "auth/password/request", {"email": email})

    assert len(mail_server.mails) == 4
    for mail in mail_server.mails:
        assert "https://meshes.example.com/#" in mail.get_content()
        assert "evil" not in mail.as_string()


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_learns_who_has_registered(kind: Kind, mail_server: MailServer) -> None:
    """The answers are alike; only the mails tell."""
    registered("bob@example.com")
    emails = ("bob@example.com", "nobody@example.com")

    resets = [
        Person(kind).ask("POST", "auth/password/request", {"email": email}) for email in emails
    ]
    assert resets[0].status_code == resets[1].status_code == 200
    assert resets[0].content == resets[1].content

    logins = [Person(kind).log_in(email, "wrong") for email in emails]
    assert logins[0].status_code == logins[1].status_code == 400
    assert logins[0].content == logins[1].content

    signups = [Person(kind).register(email).json() for email in emails]
    for signup in signups:
        assert signup["status"] == 401
        signup["meta"].pop("session_token", None)
    assert signups[0] == signups[1]
    subjects = [mail["Subject"] for mail in mail_server.mails]
    assert subjects == [
        *("Choose a new password", "You have not registered"),
        *("You have registered already", "Confirm your email"),
    ]
    assert User.objects.count() == 2


def test_email_that_was_tried_is_remembered_in_so_many_letters_that_can_be_seen() -> None:
    Person().log_in("nobody@example.com", "wrong")
    Person().ask("POST", "auth/login", {"email": "x" * 10_000 + "@example.com", "password": "a"})
    entry = AuditEntry.objects.get(action="user.login_failed")
    assert (entry.chain, entry.actor_id, entry.actor) == ("accounts", None, "anonymous")
    assert entry.after == {"email": "nobody@example.com"}


def test_admin_says_which_email_was_tried_too() -> None:
    tried = "".join(["<b>\u202e", "x" * 300])
    Client().post("/admin/login/", {"username": tried, "password": "wrong"})
    [entry] = AuditEntry.objects.all()
    assert entry.after == {"email": ("<b>\ufffd" + "x" * 300)[:254]}


def test_guessing_is_slowed_for_the_email_whatever_host_is_asked(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    registered()
    for port in range(5):
        guess = Person(Host=f"a.example.com:{port + 1}").log_in("alice@example.com", "wrong")
        assert guess.status_code == 400
    late = Person(Host="a.example.com:9").log_in("alice@example.com")
    assert late.status_code == 400
    assert "Too many failed login attempts" in late.content.decode()
    assert actions() == ["user.login_failed"] * 5


def test_guessing_at_the_admin_is_slowed_too() -> None:
    admin = User.objects.create_superuser("alice@example.com", PASSWORD)
    for password in ["wrong"] * 5 + [PASSWORD]:
        Client().post("/admin/login/", {"username": "Alice@example.com", "password": password})
    assert actions() == ["user.registered", *["user.login_failed"] * 5]
    assert Person().log_in(admin.email).status_code == 400

    cache.clear()
    client = Client()
    client.post("/admin/login/", {"username": admin.email, "password": PASSWORD})
    assert client.get("/admin/").status_code == 200
    assert actions()[-1] == "user.logged_in"


@pytest.mark.parametrize(("proxies", "limited"), [(0, True), (1, False)])
def test_guessing_is_slowed_for_the_address_that_our_proxies_saw(
    settings: Settings, proxies: int, limited: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies
    for number in range(11):
        headers = {"X-Forwarded-For": f"192.0.2.{number}"}
        answer = Person().ask(
            "POST",
            "auth/login",
            {"email": f"a{number}@example.com", "password": "wrong"},
            **headers,
        )
    assert ("Too many failed" in answer.content.decode()) is limited
    addresses = set(AuditEntry.objects.values_list("address", flat=True))
    assert addresses == ({"127.0.0.1"} if limited else {f"192.0.2.{n}" for n in range(11)})


def test_registering_is_slowed(mail_server: MailServer) -> None:
    statuses = [Person().register(f"a{number}@example.com").status_code for number in range(21)]
    assert statuses == [401] * 20 + [429]
    assert len(mail_server.mails) == 20


def test_registration_can_be_closed(settings: Settings) -> None:
    settings.REGISTRATION_IS_OPEN = False
    assert Person().register("alice@example.com").status_code == 403
    assert not User.objects.exists()


def test_what_cannot_be_mailed_is_said_and_the_account_stays_as_it_is(
    mail_server: MailServer,
) -> None:
    registered()
    mail_server.kill()
    answer = Person().ask("POST", "auth/password/request", {"email": "alice@example.com"})
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "MAIL_UNAVAILABLE"
    assert Person().log_in("alice@example.com").status_code == 200


def test_who_registers_twice_at_once_has_one_account(mail_server: MailServer) -> None:
    def register(_: int) -> int:
        try:
            return Person().register("alice@example.com").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        assert set(pool.map(register, range(RACERS))) == {401}
    assert User.objects.count() == 1
    assert actions() == ["user.registered"]
    assert mail_server.mails
    assert list(faults()) == []


def test_deed_that_the_audit_does_not_take_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    registered()
    alice = Person()
    alice.log_in("alice@example.com")

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr("spinelift.web.subscriptions.record", refuse)
    change = {"current_password": PASSWORD, "new_password": OTHER_PASSWORD}
    with pytest.raises(OSError):  # noqa: PT011  # this very one
        alice.ask("POST", "account/password/change", change)
    assert User.objects.get().check_password(PASSWORD)


def test_email_is_changed_once_the_new_one_is_confirmed(mail_server: MailServer) -> None:
    registered()
    alice = Person()
    alice.log_in("alice@example.com")
    change = {"email": "Alice@Example.org"}
    assert alice.ask("POST", "account/email", change).status_code == 401
    assert alice.ask("POST", "auth/reauthenticate", {"password": PASSWORD}).status_code == 200

    assert alice.ask("POST", "account/email", change).status_code == 200
    assert alice.email() == "alice@example.com"
    key = key_in(mail_server.mails[-1], "confirm")
    assert alice.ask("POST", "auth/email/verify", {"key": key}).status_code == 200

    assert alice.email() == "alice@example.org"
    entry = AuditEntry.objects.get(action="email.changed")
    assert entry.before == {"email": "alice@example.com"}
    assert entry.after == {"email": "alice@example.org"}


@pytest.mark.parametrize(("is_confirmed", "status"), [(True, 400), (False, 409)])
def test_email_of_somebody_else_is_not_taken(
    mail_server: MailServer, is_confirmed: bool, status: int
) -> None:
    registered()
    if is_confirmed:
        registered("bob@example.com")
    else:
        User.objects.create_user("bob@example.com")
    alice = Person()
    alice.log_in("alice@example.com")
    alice.ask("POST", "auth/reauthenticate", {"password": PASSWORD})
    assert alice.ask("POST", "account/email", {"email": "bob@example.com"}).status_code == 200
    key = key_in(mail_server.mails[-1], "confirm")

    assert alice.ask("POST", "auth/email/verify", {"key": key}).status_code == status

    assert alice.email() == "alice@example.com"
    assert "email.confirmed" not in actions()


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [("short", False), ("password", False), (PASSWORD, True)],
)
def test_password_that_is_easily_guessed_is_refused(
    password: str, is_taken: bool, mail_server: MailServer
) -> None:
    answer = Person().register("alice@example.com", password)
    assert answer.status_code == (401 if is_taken else 400)
    assert User.objects.exists() is is_taken
    assert bool(mail_server.mails) is is_taken


def test_cookie_alone_changes_nothing() -> None:
    """A page elsewhere could send it."""
    registered()
    alice = Person()
    alice.log_in("alice@example.com")
    for method, path in (
        ("DELETE", "/api/v1/auth/browser/v1/auth/session"),
        ("POST", "/api/v1/projects"),
    ):
        answer = alice.send(method, path, {"name": "Fox"}, **{"X-CSRFToken": "x" * 32})
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "NOT_ALLOWED"
    assert alice.email() == "alice@example.com"


def test_who_was_signed_in_as_somebody_else_is_not_any_more() -> None:
    registered()
    registered("bob@example.com")
    person = Person()
    person.log_in("alice@example.com")
    person.log_out()
    person.log_in("bob@example.com")
    assert person.email() == "bob@example.com"


def test_session_that_is_made_up_is_nobodys() -> None:
    registered()
    for token in ("", "x" * 32, "x" * 10_000, "../../etc/passwd"):
        headers = {"X-Session-Token": token}
        assert Client().get("/api/v1/me", headers=headers).status_code == 401
        client = Client()
        client.cookies["sessionid"] = token
        assert client.get("/api/v1/me").status_code == 401
    answer = Client().get("/api/v1/auth/app/v1/auth/session", headers={"X-Session-Token": "x"})
    assert answer.status_code == 410


HOSTILE = [
    *(b"{", b"[]", b"7", b"\xff\xfe", b"[" * 100_000, b'{"email": ' + b"9" * 5_000 + b"}"),
    *(b'{"email": "\\ud800@example.com", "password": "a"}',),
    *(b'{"email": "a@example.com", "password": "\\ud800"}',),
    *(b'{"email": "a\\u0000@example.com", "password": "a\\u0000b"}',),
    *(b'{"email": {"a": []}, "password": [1]}', b'{"email": null, "password": true}'),
    *(b'{"\\ud800": 1}', b"{}", b"null", b"", b'{"email": NaN}'),
    json.dumps({"email": "a" * 10_000 + "@example.com", "password": "p" * 10_000}).encode(),
    json.dumps({"email": "<script>@example.com", "password": "p"}).encode(),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", HOSTILE)
@pytest.mark.parametrize(
    "path",
    [
        *("auth/login", "auth/signup", "auth/password/request"),
        *("auth/password/reset", "auth/email/verify"),
    ],
)
def test_hostile_body_is_refused(kind: Kind, body: bytes, path: str) -> None:
    answer = Person(kind).ask("POST", path, body)
    assert answer.status_code in {400, 409, 422}
    assert answer.headers["Content-Type"] == "application/json"
    assert not User.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_huge_body_is_refused(kind: Kind) -> None:
    answer = Person(kind).register("alice@example.com", "p" * 3_000_000)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "REQUEST_TOO_LARGE"


def test_who_signs_in_without_an_address_is_counted_too() -> None:
    """As on a socket that has no addresses."""
    registered()
    client = Client(REMOTE_ADDR="")
    answer = client.post(
        "/api/v1/auth/app/v1/auth/login",
        {"email": "alice@example.com", "password": PASSWORD},
        "application/json",
    )
    assert answer.status_code == 200
    assert AuditEntry.objects.get().address is None
