"""The rule of which addresses we may reach for people who only gave it a URL.

Public ones, and what the operator allows by name or network. Everything else that a server can
reach is somebody's private network, or its own: metadata of the cloud, databases, itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

Address = IPv4Address | IPv6Address

# IANA's registries of special-purpose addresses, spelled out: `ipaddress` calls multicast, 6to4 and
# IPv4-compatible addresses global, and what it says of others changes with Python's patch releases.
_NOT_PUBLIC_IPV4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers, and by clouds for metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # public by its number, but Azure's own service to its machines
        "169.254.0.0/16",  # link-local: metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
]

# All that was ever given out, which leaves loopback, private, link-local and multicast addresses
# outside, and all that carry an IPv4 address in ::/8: mapped, compatible, translated.
_GIVEN_OUT_IPV6 = IPv6Network("2000::/3")
_NOT_PUBLIC_IPV6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols; Teredo, which carries an IPv4 address, is one
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address
        "3fff::/20",  # documentation
    )
]

# Where there is no IPv4, DNS gives these for hosts that have nothing else: the last 32 bits count.
_NAT64 = IPv6Network("64:ff9b::/96")

_HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def is_public(address: Address) -> bool:
    """Whether the address is one host on the public Internet, and hides no other."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_IPV4)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in _GIVEN_OUT_IPV6 and not any(
        address in network for network in _NOT_PUBLIC_IPV6
    )


class AddressRule:
    """Public addresses, and those that the operator allows.

    Parameters
    ----------
    allowed
        Host names, wherever they lead, and networks or addresses (`10.1.0.0/16`, `fd00::7`).
        ValueError for anything else.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._hosts: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for entry in allowed:
            try:
                self._networks.append(ip_network(entry))
            except ValueError as error:
                host = entry.lower()
                # What ends in a number is no host's name, so it was meant as an address.
                if not _HOST_NAME.fullmatch(host) or host.rpartition(".")[2].isdigit():
                    raise ValueError(
                        f"{entry!r} cannot be allowed: give a host name without * or port, "
                        "an address or a network such as 10.1.0.0/16."
                    ) from error
                self._hosts.add(host)

    def allows(self, host: str, address: Address) -> bool:
        """Whether the address may be reached, where `host` is how the URL calls it."""
        return (
            host in self._hosts
            or any(address in network for network in self._networks)
            or is_public(address)
        )
