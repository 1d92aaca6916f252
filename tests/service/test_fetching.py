"""Images by URL, from servers that are honest, broken or hostile, and never from inside."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import ssl
from ipaddress import ip_address

import pytest

from spinelift.images.limits import ImageLimits
from spinelift.mesh.errors import ImageTooLarge
from spinelift.outbound.addresses import Address, AddressRule
from spinelift.outbound.requests import Outbound, Resolve, UrlRefused, UrlUnreachable, resolve
from spinelift.service.fetching import Fetched, Fetcher
from tests.outbound.servers import CERTIFICATE, Asked, names, saying, serving, silence

IMAGE = b"\x89PNG" + bytes(range(256)) * 40
OK = b"HTTP/1.1 200 OK\r\n"
INSIDE = [
    "127.0.0.1",
    "0.0.0.0",  # noqa: S104
    "[::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "169.254.169.254",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "0",
]


def fetcher(
    *allowed: str,
    resolve: Resolve = resolve,
    most_bytes: int = 2**20,
    seconds: float = 60,
    allow_http: bool = True,
) -> Fetcher:
    tls = ssl.create_default_context(cafile=CERTIFICATE)
    outbound = Outbound(AddressRule(allowed), allow_http=allow_http, resolve=resolve, tls=tls)
    return Fetcher(outbound, ImageLimits(max_bytes=most_bytes), seconds)


def whole(body: bytes) -> bytes:
    return OK + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


async def fetched(answer: bytes, most_bytes: int = 2**20) -> tuple[bytes, Fetched]:
    async with serving(saying(answer)) as server:
        file = io.BytesIO()
        done = await fetcher("127.0.0.1", most_bytes=most_bytes).fetch(
            f"http://127.0.0.1:{server.port}/art/arm.png?key=secret", file
        )
        return file.getvalue(), done


def test_an_image_is_written_and_hashed() -> None:
    content, done = asyncio.run(fetched(whole(IMAGE)))

    assert content == IMAGE
    assert done == Fetched(len(IMAGE), hashlib.sha256(IMAGE).hexdigest())


def test_the_server_is_asked_for_the_file_as_it_is() -> None:
    async def run() -> Asked:
        async with serving(saying(whole(IMAGE))) as server:
            url = f"http://127.0.0.1:{server.port}/a%20b.png?x=1#top"
            await fetcher("127.0.0.1").fetch(url, io.BytesIO())
            assert server.asked[0].headers["host"] == f"127.0.0.1:{server.port}"
            return server.asked[0]

    asked = asyncio.run(run())
    assert asked.line == "GET /a%20b.png?x=1 HTTP/1.1"
    assert asked.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", INSIDE)
def test_no_spelling_of_an_address_inside_is_fetched(scheme: str, host: str) -> None:
    async def run() -> list[Asked]:
        async with serving(saying(whole(IMAGE))) as server:
            with pytest.raises(UrlRefused, match="is not a public address"):
                await fetcher().fetch(f"{scheme}://{host}:{server.port}/", io.BytesIO())
            return server.asked

    assert asyncio.run(run()) == []


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_inside_is_told_from_the_url_alone(host: str) -> None:
    with pytest.raises(UrlRefused, match="is not a public address"):
        Outbound(AddressRule()).check_url(f"https://{host}/")


@pytest.mark.parametrize(
    "addresses",
    ["127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", ["1.1.1.1", "10.0.0.1"]],
)
def test_a_name_that_leads_inside_is_refused_by_any_of_its_addresses(
    addresses: str | list[str],
) -> None:
    inside = fetcher(resolve=names(art_example=addresses))
    bad = addresses if isinstance(addresses, str) else addresses[-1]

    with pytest.raises(UrlRefused, match=f"art.example is at {ip_address(bad)}, which is not"):
        asyncio.run(inside.fetch("https://art.example/", io.BytesIO()))


def test_the_address_that_was_judged_is_the_one_that_is_reached() -> None:
    # 127.0.0.1 stands for the good address: DNS names it first, and then one that is not allowed.
    answers = [ip_address("127.0.0.1"), ip_address("127.0.0.2"), ip_address("127.0.0.2")]
    looked_up: list[str] = []

    async def rebinding(host: str) -> list[Address]:
        looked_up.append(host)
        return [answers.pop(0)]

    async def run() -> None:
        async with serving(saying(whole(IMAGE))) as server:
            victim = fetcher("127.0.0.1/32", resolve=rebinding)
            url = f"http://rebinding.example:{server.port}/"
            await victim.fetch(url, io.BytesIO())
            assert looked_up == ["rebinding.example"]
            with pytest.raises(UrlRefused, match=r"is at 127\.0\.0\.2"):
                await victim.fetch(url, io.BytesIO())
            assert [asked.headers["host"] for asked in server.asked] == [
                f"rebinding.example:{server.port}"
            ]

    asyncio.run(run())


def test_where_the_first_address_is_dead_the_next_is_tried() -> None:
    async def run() -> bytes:
        async with serving(saying(whole(IMAGE))) as server:
            both = names(art_example=["127.0.0.2", "127.0.0.1"])
            file = io.BytesIO()
            await fetcher("art.example", resolve=both).fetch(
                f"http://art.example:{server.port}/", file
            )
            return file.getvalue()

    assert asyncio.run(run()) == IMAGE


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "1.1.1.1"])
def test_a_redirect_is_refused_and_not_followed(status: int, host: str) -> None:
    moved = f"HTTP/1.1 {status} Moved\r\nLocation: http://{host}/\r\nContent-Length: 0\r\n\r\n"

    with pytest.raises(UrlRefused, match=rf"redirect \({status}\), which is not followed"):
        asyncio.run(fetched(moved.encode()))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://art.example/", "give one that starts with https:"),
        ("file:///etc/passwd", "names no host"),
        ("ftp://art.example/", "starts with ftp:"),
        ("art.png", "names no host"),
        ("", "percent-encoded"),
        ("https://art.example/\r\nHost: b", "percent-encoded"),
        ("https://\N{FULLWIDTH DIGIT ONE}27.0.0.1/", "percent-encoded"),
        ("https://art.example:99999/", "is not a URL"),
        ("https://art.example:0/", "no port 0"),
        ("https://[::1/", "is not a URL"),
        ("https://alice:secret@art.example/", "user name or a password"),
        ("https://art.example\\@127.0.0.1/", "user name or a password"),
    ],
)
def test_a_url_that_is_none_or_not_allowed_is_refused_before_any_look_up(
    url: str, why: str
) -> None:
    unasked = fetcher(resolve=names(), allow_http=False)

    with pytest.raises(UrlRefused, match=why) as caught:
        asyncio.run(unasked.fetch(url, io.BytesIO()))
    assert caught.value.code == "URL_REFUSED"
    with pytest.raises(UrlRefused, match=why):
        Outbound(AddressRule()).check_url(url)


@pytest.mark.parametrize("addresses", [["10.1.2.3"], ["127.0.0.1"], ["1.1.1.1", "::1"]])
def test_a_host_that_is_inside_now_is_refused_before_it_is_asked(addresses: list[str]) -> None:
    outbound = Outbound(AddressRule(), resolve=names(art_example=addresses))
    with pytest.raises(UrlRefused, match="is not a public address"):
        asyncio.run(outbound.check_host("https://art.example/hook", seconds=5))


def test_a_host_that_is_not_found_now_may_be_found_later() -> None:
    async def hang(_: str) -> list[Address]:
        await asyncio.Event().wait()
        return []

    for answering in (names(), hang):
        outbound = Outbound(AddressRule(), resolve=answering)
        asyncio.run(outbound.check_host("https://nowhere.example/hook", seconds=0.05))


def test_a_public_url_passes_the_first_look() -> None:
    Outbound(AddressRule()).check_url("https://art.example/a.png?key=1")
    Outbound(AddressRule()).check_url("https://1.1.1.1:8443/")


@pytest.mark.parametrize("host", ["nowhere.example", "a..example", "x" * 64 + ".example"])
def test_a_host_that_does_not_exist_is_unreachable(host: str) -> None:
    async def run() -> None:
        await fetcher(resolve=names()).fetch(f"https://{host}/", io.BytesIO())

    with pytest.raises(UrlUnreachable, match="There is no host"):
        asyncio.run(run())


def test_names_that_the_system_cannot_even_ask_for_are_unreachable() -> None:
    for host in ("a..invalid", "x" * 64 + ".invalid"):
        with pytest.raises(UrlUnreachable, match="There is no host"):
            asyncio.run(fetcher().fetch(f"https://{host}/", io.BytesIO()))


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")

    assert asyncio.run(fetched(whole(IMAGE)))[0] == IMAGE


def test_an_allowed_host_is_fetched_by_tls_and_only_under_its_own_name() -> None:
    local = names(storage_example="127.0.0.1", other_example="127.0.0.1")

    async def run() -> bytes:
        async with serving(saying(whole(IMAGE)), tls=True) as server:
            allowed = fetcher("storage.example", "other.example", resolve=local, allow_http=False)
            file = io.BytesIO()
            await allowed.fetch(f"https://storage.example:{server.port}/", file)
            with pytest.raises(UrlUnreachable, match="certificate"):
                await allowed.fetch(f"https://other.example:{server.port}/", io.BytesIO())
            assert len(server.asked) == 1
            return file.getvalue()

    assert asyncio.run(run()) == IMAGE


def test_a_body_of_more_than_the_limit_is_refused_before_it_is_read() -> None:
    file = io.BytesIO()

    async def run() -> None:
        async with serving(saying(OK + b"Content-Length: 1001\r\n\r\n")) as server:
            limited = fetcher("127.0.0.1", most_bytes=1000)
            await limited.fetch(f"http://127.0.0.1:{server.port}/arm.png?key=secret", file)

    with pytest.raises(
        ImageTooLarge, match=r"^arm\.png is a file of 1001 bytes; the limit is 1000"
    ):
        asyncio.run(run())
    assert file.getvalue() == b""


def test_a_body_as_long_as_the_limit_is_fetched() -> None:
    content, _ = asyncio.run(fetched(whole(IMAGE), most_bytes=len(IMAGE)))

    assert content == IMAGE


def test_a_body_without_end_is_cut_at_the_limit() -> None:
    file = io.BytesIO()

    async def endless(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + bytes(0x1000) + b"\r\n")
            await writer.drain()

    async def run() -> None:
        async with serving(endless) as server:
            limited = fetcher("127.0.0.1", most_bytes=100_000)
            await limited.fetch(f"http://127.0.0.1:{server.port}/arm.png", file)

    with pytest.raises(ImageTooLarge, match=r"^arm\.png is a file of more than 97\.7 KB"):
        asyncio.run(run())
    assert len(file.getvalue()) <= 100_000


def test_a_body_shorter_than_it_says_is_unreachable() -> None:
    with pytest.raises(UrlUnreachable, match="failed"):
        asyncio.run(fetched(OK + b"Content-Length: 9999\r\n\r\n" + b"short"))


def test_of_a_body_longer_than_it_says_only_that_much_is_read() -> None:
    content, done = asyncio.run(fetched(OK + b"Content-Length: 5\r\n\r\n" + IMAGE))

    assert content == IMAGE[:5]
    assert done.size == 5


@pytest.mark.parametrize("length", ["-1", "many", "5\r\nContent-Length: 6"])
def test_a_length_that_is_none_is_unreachable(length: str) -> None:
    with pytest.raises(UrlUnreachable, match="failed"):
        asyncio.run(fetched(OK + f"Content-Length: {length}\r\n\r\n".encode() + IMAGE))


def test_a_compressed_body_is_not_taken_for_the_file() -> None:
    body = gzip.compress(bytes(10**6))
    head = f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    with pytest.raises(UrlUnreachable, match=r"arm\.png comes compressed \(gzip\)"):
        asyncio.run(fetched(OK + head + body))


@pytest.mark.parametrize("status", [204, 206, 401, 404, 500, 503])
def test_an_answer_that_is_no_file_is_unreachable_with_its_status(status: int) -> None:
    with pytest.raises(UrlUnreachable, match=f"answers {status}") as caught:
        asyncio.run(fetched(f"HTTP/1.1 {status} Hm\r\nContent-Length: 0\r\n\r\n".encode()))
    assert caught.value.code == "URL_UNREACHABLE"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("noise", [b"SSH-2.0-OpenSSH_9.6\r\n", b"", b"\x00\x01\x02\r\n\r\n"])
def test_a_server_that_does_not_speak_http_is_unreachable(noise: bytes) -> None:
    with pytest.raises(UrlUnreachable, match="failed"):
        asyncio.run(fetched(noise))


def test_a_head_without_end_is_unreachable() -> None:
    async def endless(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        while True:
            writer.write(b"X-Filler: " + b"x" * 1000 + b"\r\n")
            await writer.drain()

    async def run() -> None:
        async with serving(endless) as server:
            await fetcher("127.0.0.1").fetch(f"http://127.0.0.1:{server.port}/", io.BytesIO())

    with pytest.raises(UrlUnreachable):
        asyncio.run(run())


def test_a_body_that_drips_ends_with_the_time_for_all_of_it() -> None:
    async def dripping(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 100000\r\n\r\n")
        while True:
            writer.write(b".")
            await asyncio.sleep(0.01)

    async def run() -> None:
        async with serving(dripping) as server:
            hurried = fetcher("127.0.0.1", seconds=0.2)
            await hurried.fetch(f"http://127.0.0.1:{server.port}/", io.BytesIO())

    with pytest.raises(UrlUnreachable, match="does not answer in time"):
        asyncio.run(run())


def test_a_server_that_never_answers_is_unreachable() -> None:
    async def run() -> None:
        async with serving(silence) as server:
            hurried = fetcher("127.0.0.1", seconds=0.2)
            await hurried.fetch(f"http://127.0.0.1:{server.port}/", io.BytesIO())

    with pytest.raises(UrlUnreachable, match="does not answer in time"):
        asyncio.run(run())


def test_a_look_up_that_never_ends_counts_into_the_time() -> None:
    async def lost(_host: str) -> list[Address]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(UrlUnreachable, match="does not answer in time"):
        asyncio.run(fetcher(resolve=lost, seconds=0.05).fetch("https://a.example/", io.BytesIO()))


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    async def run() -> None:
        async with serving(silence) as server:
            port = server.port
        await fetcher("127.0.0.1").fetch(f"http://127.0.0.1:{port}/", io.BytesIO())

    with pytest.raises(UrlUnreachable, match="failed"):
        asyncio.run(run())
