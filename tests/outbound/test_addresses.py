"""Which addresses may be reached."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinelift.outbound.addresses import AddressRule, is_public

# Numbers drawn evenly would hardly ever meet the blocks that matter.
SPECIAL: list[IPv4Network | IPv6Network] = [
    *map(IPv4Network, ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "8.8.8.0/24")),
    *map(IPv4Network, ("100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/16", "198.0.0.0/8")),
    *map(IPv4Network, ("203.0.113.0/24", "224.0.0.0/3", "0.0.0.0/0")),
    *map(IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64")),
    *map(IPv6Network, ("2001::/16", "2001::/32", "2001:db8::/32", "2002::/16", "2600::/12")),
    *map(IPv6Network, ("3fff::/16", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8")),
    *map(IPv6Network, ("2000::/3", "::/0")),
]


@st.composite
def addresses(draw: st.DrawFn) -> IPv4Address | IPv6Address:
    network = draw(st.sampled_from(SPECIAL))
    return network[draw(st.integers(0, network.num_addresses - 1))]


def hidden(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that the standard library, or the layout of its kind, finds in it."""
    teredo = address.teredo or ()
    found = [address.ipv4_mapped, address.sixtofour, *teredo]
    if address in IPv6Network("64:ff9b::/96") or address in IPv6Network("::/96"):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


@given(addresses())
def test_public_addresses_are_global_single_hosts_and_hide_nothing_else(
    address: IPv4Address | IPv6Address,
) -> None:
    if not is_public(address):
        return
    assert address.is_global
    assert not address.is_multicast
    assert not address.is_private
    if isinstance(address, IPv6Address):
        assert all(is_public(each) for each in hidden(address))


@given(addresses())
def test_what_is_not_public_is_special_or_hides_an_address(
    address: IPv4Address | IPv6Address,
) -> None:
    if is_public(address):
        return
    is_special = not address.is_global or address.is_multicast or address.is_reserved
    if isinstance(address, IPv4Address):
        relays_and_protocols = ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")
        assert is_special or any(address in IPv4Network(block) for block in relays_and_protocols)
    else:
        # fec0::/10 are the site-local addresses of old; 3fff::/20 is newer than some Pythons.
        younger = ("2001::/23", "3fff::/20")
        assert (
            is_special
            or address.is_site_local
            or hidden(address)
            or any(address in IPv6Network(block) for block in younger)
        )


@given(addresses())
def test_a_rule_refuses_exactly_what_is_not_public(address: IPv4Address | IPv6Address) -> None:
    assert AddressRule().allows("a.example", address) == is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "192.0.0.192",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::8.8.8.8",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "2002:7f00:1::",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_inside_are_refused(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "64:ff9b::8.8.8.8", "2606:4700:4700::1111"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(ip_address(address))


def test_allowed_networks_and_hosts_are_reached_and_their_neighbours_are_not() -> None:
    rule = AddressRule(["10.1.0.0/16", "fd00::7", "Storage.Example"])

    assert rule.allows("a.example", ip_address("10.1.255.1"))
    assert not rule.allows("a.example", ip_address("10.2.0.1"))
    assert not rule.allows("a.example", ip_address("::ffff:10.1.0.1"))
    assert rule.allows("a.example", ip_address("fd00::7"))
    assert not rule.allows("a.example", ip_address("fd00::8"))
    assert rule.allows("storage.example", ip_address("192.168.0.1"))
    assert not rule.allows("old.storage.example", ip_address("192.168.0.1"))


@pytest.mark.parametrize(
    "entry", ["10.0.0.1/8", "10.0.0.0/33", "*.example", "storage.example:9000", "300.1.1.1", ""]
)
def test_what_could_never_match_is_no_rule(entry: str) -> None:
    with pytest.raises(ValueError, match="cannot be allowed"):
        AddressRule([entry])
