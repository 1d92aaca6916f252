"""What is odd in the environment is said at the start."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from spinelift.web.settings.environment import hosts, number


def test_hosts_are_names_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINELIFT_HOSTS", "hooks.example, 10.1.0.0/16,fd00::7,")
    assert hosts("SPINELIFT_HOSTS") == ["hooks.example", "10.1.0.0/16", "fd00::7"]
    monkeypatch.delenv("SPINELIFT_HOSTS")
    assert hosts("SPINELIFT_HOSTS") == []


def test_host_that_could_never_match_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINELIFT_HOSTS", "*.example")
    with pytest.raises(ImproperlyConfigured, match=r"SPINELIFT_HOSTS: '\*\.example'"):
        hosts("SPINELIFT_HOSTS")


@pytest.mark.parametrize("odd", ["many", "-1", "1.5"])
def test_number_that_is_none_is_refused(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert number("SPINELIFT_NUMBER", 7) == 7
    monkeypatch.setenv("SPINELIFT_NUMBER", "8")
    assert number("SPINELIFT_NUMBER", 7) == 8
    monkeypatch.setenv("SPINELIFT_NUMBER", odd)
    with pytest.raises(ImproperlyConfigured, match=f"SPINELIFT_NUMBER is '{odd}'"):
        number("SPINELIFT_NUMBER", 7)
