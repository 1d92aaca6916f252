"""Questions to a mesh service in, its answers out: each is what it has to be, or an error."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from spinelift.contract.problems import (
    AnswerUnreadable,
    MeshServiceUnavailable,
    Overloaded,
    error_of,
)
from spinelift.contract.retry_after import retry_after_seconds
from spinelift.generators.circuit import Circuit
from spinelift.generators.patience import Patience
from spinelift.images.limits import shown
from spinelift.mesh.errors import SpineLiftError
from spinelift.version import __version__

Shape = Mapping[str, type | tuple[type, ...]]
"""Fields that a JSON object has at least, and of which kind they are."""

MOST_BYTES = 256 * 2**20
"""Of an answer; one for a mesh of 65,535 vertices has about 16 MiB."""

LEAST_SECONDS = 1.0
"""For one question, however late it is: what would be answered at once is not cut short."""

NUMBER = (int, float)


class Refused(Exception):
    """What the service says will not change: the job has ended, or there will be none."""

    def __init__(self, error: SpineLiftError) -> None:
        super().__init__(str(error))
        self.error = error


class Passing(Exception):
    """There is no answer at this moment; the same question may be answered later.

    Attributes
    ----------
    error
        For whom it does not get better in time.
    asked_seconds
        How long the service asks to wait.
    """

    def __init__(self, error: SpineLiftError, asked_seconds: float = 0) -> None:
        super().__init__(str(error))
        self.error = error
        self.asked_seconds = asked_seconds


class Connection:
    """One pool of connections to one service. Safe to use from several threads.

    Parameters
    ----------
    base_url
        Such as `https://meshes.example.com`, else ValueError.
    token
        What the service wants as `Authorization: Bearer ...`.
    circuit
        Told how each question went.
    """

    def __init__(
        self, base_url: str, token: str | None, patience: Patience, circuit: Circuit
    ) -> None:
        self.place = _checked_url(base_url)
        self._patience = patience
        self._circuit = circuit
        headers = {"User-Agent": f"SpineLift/{__version__}"}
        if token is not None:
            headers["Authorization"] = f"Bearer {_checked_token(token)}"
        self._client = httpx.Client(
            base_url=self.place,
            headers=headers,
            # As many as there are threads that ask; a few are kept for the next question.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
            # The service is one that was chosen: no proxy that happens to stand in the environment
            # gets to see its token and the art, and no .netrc replaces the token.
            trust_env=False,
            follow_redirects=False,
        )

    def close(self) -> None:
        self._client.close()

    def ask(
        self, method: str, path: str, until: float, shapes: Mapping[int, Shape], **content: Any
    ) -> tuple[int, dict[str, Any]]:
        """Give status and content of the answer.

        Parameters
        ----------
        until
            When the answer must be there, by `time.monotonic`.
        shapes
            The statuses of a good answer, and what its content then is.
        content
            As `httpx.Client.stream` takes it.

        Raises
        ------
        Passing
            It may be asked again.
        Refused
            It need not.
        AnswerUnreadable
            The answer is no mesh service's.
        OSError, h11.LocalProtocolError
            The file to send could not be read, or its size changed.
        """
        try:
            response, body = self._exchange(method, path, until, **content)
            answered = self._judge(response, body, shapes)
        except Refused:
            self._circuit.succeeded()
            raise
        except Passing as passing:
            if isinstance(passing.error, Overloaded):  # it has much to do, so it is well
                self._circuit.succeeded()
            else:
                self._circuit.failed()
            raise
        except AnswerUnreadable:
            self._circuit.failed()
            raise
        self._circuit.succeeded()
        return answered

    def strange(self, what: str) -> AnswerUnreadable:
        """An error for an answer that no mesh service gives."""
        return AnswerUnreadable(
            f"{self.place} does not answer as a mesh service does ({what}): "
            "check the URL, and what stands between here and the service.",
        )

    def _exchange(
        self, method: str, path: str, until: float, **content: Any
    ) -> tuple[httpx.Response, bytes]:
        """One request, and the whole of its answer."""
        until = max(until, time.monotonic() + LEAST_SECONDS)
        left = until - time.monotonic()
        timeout = httpx.Timeout(
            min(self._patience.read_seconds, left),
            connect=min(self._patience.connect_seconds, left),
        )
        body = bytearray()
        try:
            with self._client.stream(method, path, timeout=timeout, **content) as response:
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        raise self.strange(f"more than {MOST_BYTES // 2**20} MiB")
                    if time.monotonic() > until:
                        raise httpx.ReadTimeout("the answer takes too long")
        except httpx.DecodingError as error:
            raise self.strange("badly compressed") from error
        except httpx.TransportError as error:
            raise Passing(self._unreachable(error)) from error
        return response, bytes(body)

    def _judge(
        self, response: httpx.Response, body: bytes, shapes: Mapping[int, Shape]
    ) -> tuple[int, dict[str, Any]]:
        status, answer = response.status_code, _object(body)
        if status in shapes and fits(answer, shapes[status]):
            return status, answer
        asked = retry_after_seconds(response.headers.get("Retry-After", ""), time.time())
        error = said(answer.get("error"))
        if error is not None and not response.is_success:
            if status == HTTPStatus.SERVICE_UNAVAILABLE:
                raise Passing(error, asked)
            raise Refused(error)
        what = f"{status} {response.reason_phrase}".strip()
        if response.is_server_error:
            raise Passing(self._unusable(what), asked)
        if response.is_redirect:
            what += ", a redirect, which is not followed"
        raise self.strange(shown(what))

    def _unusable(self, what: str) -> MeshServiceUnavailable:
        return MeshServiceUnavailable(
            f"The mesh service at {self.place} cannot be used at the moment ({shown(what)}): "
            "try again later, or see that it runs."
        )

    def _unreachable(self, error: httpx.TransportError) -> MeshServiceUnavailable:
        if isinstance(error, httpx.TimeoutException):
            return self._unusable("no answer in time")
        return self._unusable(str(error) or type(error).__name__)


def fits(answer: Mapping[str, Any], shape: Shape) -> bool:
    """Tell whether the answer has all these fields, each of its kind."""
    return all(isinstance(answer.get(name), kind) for name, kind in shape.items())


def said(found: object) -> SpineLiftError | None:
    """Make an error of what a service wrote down; None where that is none."""
    if not isinstance(found, dict) or not fits(found, {"code": str, "message": str}):
        return None
    try:
        return error_of(found)
    except (KeyError, TypeError):  # its details are not such an error's
        return None


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object; an empty one where it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        is_plain = not (parts.query or parts.fragment or re.search(r"\s", url))
        has_password = "@" in parts.netloc
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        is_whole = is_plain = has_password = False
    if not is_whole or not is_plain:
        raise ValueError(
            "the URL of a mesh service starts with http:// or https:// and its host, "
            "and has no ? and no #"
        )
    if has_password:
        raise ValueError("the URL of a mesh service holds no password: give its token instead")
    return url.rstrip("/")


def _checked_token(token: str) -> str:
    """A token that a header can hold; no message shows it."""
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise ValueError("a token has visible ASCII letters alone; this one has others, or none")
    return token
