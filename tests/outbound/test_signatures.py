"""Secrets that sign."""

from __future__ import annotations

import time

from standardwebhooks import Webhook

from spinelift.outbound.signatures import Signer, new_secret


def test_new_secret_signs_what_its_receiver_verifies() -> None:
    secret = new_secret()
    headers = Signer([secret]).headers("message", '{"a":1}', time.time())
    assert Webhook(secret).verify('{"a":1}', headers) == {"a": 1}


def test_no_two_secrets_are_the_same() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
