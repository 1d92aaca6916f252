"""Requests to URLs that somebody gave us: each reaches a host that it may reach, or none.

A host is resolved once, all its addresses are judged, and the connection goes to one of those
that were judged; so no name can lead elsewhere between the look and the step. Redirects are not
followed, proxies of the environment are not used, and nothing is kept open for the next request.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

import httpcore

from spinelift.images.limits import shown
from spinelift.mesh.errors import SpineLiftError
from spinelift.outbound.addresses import Address, AddressRule
from spinelift.version import __version__

Resolve = Callable[[str], Awaitable[Sequence[Address]]]
"""Gives a host's addresses; OSError where it has none. Numbers in any spelling are hosts too."""

CONNECT_SECONDS = 5
"""How long one address of several may take, so that a dead one leaves time for the next."""

_DEFAULT_PORTS = {"http": 80, "https": 443}

_URL_LETTERS = re.compile(r"[\x21-\x7e]+")


class UrlRefused(SpineLiftError):
    """The URL is one that is not opened."""

    code: ClassVar[str] = "URL_REFUSED"


class UrlUnreachable(SpineLiftError):
    """The URL may be opened, but what it names does not answer as it should."""

    code: ClassVar[str] = "URL_UNREACHABLE"


async def resolve(host: str) -> Sequence[Address]:
    """Ask the system, which also reads `2130706433`, `0x7f.1` and `0177.0.0.1`."""
    loop = asyncio.get_running_loop()
    answers = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [ip_address(answer[4][0]) for answer in answers]


class Outbound:
    """Opens URLs under a rule of which addresses may be reached.

    Parameters
    ----------
    rule
        Which addresses may be reached.
    allow_http
        Whether URLs may be `http:` too.
    resolve
        How a host's addresses are found.
    tls
        Whom to trust; the system's and certifi's authorities by default.
    """

    def __init__(
        self,
        rule: AddressRule,
        *,
        allow_http: bool = False,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._rule = rule
        self._schemes = ("https", "http") if allow_http else ("https",)
        self._resolve = resolve
        self._backend = _JudgingBackend(rule, resolve)
        self._tls = tls or httpcore.default_ssl_context()

    def check_url(self, url: str) -> None:
        """Raise `UrlRefused` for what can be told from the URL alone, without asking DNS."""
        host = _host(self._split(url))
        try:
            numeric = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            return  # a name
        _judge(self._rule, host, [ip_address(answer[4][0]) for answer in numeric])

    async def check_host(self, url: str, *, seconds: float) -> None:
        """Raise `UrlRefused` also for a host that DNS now has at an address that is not allowed.

        One that is not found within `seconds` may be there later, and is not refused. Each request
        looks again, since names can be led elsewhere.
        """
        host = _host(self._split(url))
        try:
            async with asyncio.timeout(seconds):
                addresses = await self._resolve(host)
        except (OSError, UnicodeError):  # the time-out is one of the first
            return
        _judge(self._rule, host, addresses)

    @contextlib.asynccontextmanager
    async def request(
        self,
        method: str,
        url: str,
        *,
        seconds: float,
        headers: Mapping[str, str],
        content: bytes | None = None,
    ) -> AsyncIterator[httpcore.Response]:
        """Send a request; inside the block the answer's body can be read.

        Parameters
        ----------
        seconds
            For all of it, the block included.

        Raises
        ------
        UrlRefused
            The URL, or where it leads, is not allowed; or it answers with a redirect.
        UrlUnreachable
            There is no such host, it does not answer in time, or it does not speak HTTP. Also
            where that happens inside the block.
        """
        parts = self._split(url)
        host = _host(parts)
        target = httpcore.URL(
            scheme=parts.scheme,
            host=host,
            port=parts.port or _DEFAULT_PORTS[parts.scheme],
            target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        )
        # httpcore's own Host would lack the brackets of an IPv6 address.
        own = {"Host": parts.netloc, "User-Agent": f"SpineLift/{__version__}"}
        try:
            async with (
                asyncio.timeout(seconds),
                httpcore.AsyncConnectionPool(
                    ssl_context=self._tls, network_backend=self._backend
                ) as pool,
                pool.stream(
                    method,
                    target,
                    headers=[*own.items(), *headers.items()],
                    content=content,
                    extensions={"timeout": {"connect": CONNECT_SECONDS}},
                ) as response,
            ):
                if 300 <= response.status < 400:
                    raise UrlRefused(
                        f"{shown(host)} answers with a redirect ({response.status}), which is not "
                        "followed: give the URL that it leads to."
                    )
                yield response
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise UrlUnreachable(
                f"{shown(host)} does not answer in time: try again, or give another URL."
            ) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            why = f" ({shown(str(error))})" if str(error) else ""
            raise UrlUnreachable(
                f"The connection to {shown(host)} failed{why}: check the URL and its server."
            ) from error

    def _split(self, url: str) -> SplitResult:
        try:
            if not _URL_LETTERS.fullmatch(url):
                raise ValueError("it has letters that must be percent-encoded")
            parts = urlsplit(url)
            if not parts.hostname:
                raise ValueError("it names no host")
            if parts.port == 0:
                raise ValueError("there is no port 0")
        except ValueError as error:
            raise UrlRefused(
                f"{shown(url)} is not a URL ({error}): give one such as https://example.com/a.png."
            ) from error
        if parts.scheme not in self._schemes:
            raise UrlRefused(
                f"A URL that starts with {shown(parts.scheme)}: is not opened here: give one that "
                f"starts with {' or '.join(f'{scheme}://' for scheme in self._schemes)}."
            )
        if "@" in parts.netloc:
            raise UrlRefused(
                f"The URL to {shown(parts.hostname)} holds a user name or a password: give one "
                "that needs none."
            )
        return parts


class _JudgingBackend(httpcore.AsyncNetworkBackend):
    """Opens connections by addresses that were judged, never by a host's name."""

    def __init__(self, rule: AddressRule, resolve: Resolve) -> None:
        self._rule = rule
        self._resolve = resolve
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._resolve(host)
        except (OSError, UnicodeError) as error:
            raise UrlUnreachable(
                f"There is no host {shown(host)}: check the URL for a typing error."
            ) from error
        _judge(self._rule, host, addresses)
        failures: list[Exception] = []
        for address in dict.fromkeys(addresses):
            try:
                return await self._sockets.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failures.append(error)
        raise failures[0] if failures else httpcore.ConnectError("it has no address")


def _judge(rule: AddressRule, host: str, addresses: Sequence[Address]) -> None:
    """Refuse a host for any of its addresses: one good one does not excuse a bad one."""
    for address in addresses:
        if not rule.allows(host, address):
            place = host if host == str(address) else f"{shown(host)} is at {address}, which"
            raise UrlRefused(
                f"{place} is not a public address: give a URL that is open to everybody, or have "
                "the operator allow it."
            )


def _host(parts: SplitResult) -> str:
    assert parts.hostname is not None  # _split has refused those
    return parts.hostname
