"""The curl commands of a page, done by httpx: what it tells to type is tried as it stands."""

from __future__ import annotations

import contextlib
import re
import shlex
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

import httpx


class Curl:
    """Does what curl would do, with the cookies that it would keep.

    Parameters
    ----------
    base
        What the page calls the server.
    files
        The folder in which the page's files lie, by the paths that the page gives them.
    """

    def __init__(self, client: httpx.Client, *, base: str, files: Path) -> None:
        self._client = client
        self._base = base
        self._files = files
        self.cookies: defaultdict[str, httpx.Cookies] = defaultdict(httpx.Cookies)

    def ask(self, command: str, variables: Mapping[str, str] | None = None) -> httpx.Response:
        """Raises ValueError for an option that this does not know, KeyError for a variable."""
        words = iter(shlex.split(self._sizes(command))[1:])
        method, chosen, url, jar, longest = "GET", "", "", "", None
        request: dict[str, Any] = {"headers": {}, "files": [], "data": {}}
        for word in words:
            match word:
                case "-H":
                    name, _, value = _filled(next(words), variables).partition(": ")
                    request["headers"][name] = value
                case "-F":
                    method = "POST"
                    name, _, value = next(words).partition("=")
                    if value.startswith("@"):
                        file = self._files / value.removeprefix("@")
                        request["files"].append((name, (file.name, file.read_bytes())))
                    else:
                        request["data"][name] = value
                case "-d":
                    method, request["content"] = "POST", _filled(next(words), variables)
                case "--data-binary":
                    file = self._files / next(words).removeprefix("@")
                    request["content"] = file.read_bytes()
                case "-X":
                    chosen = next(words)
                case "-I":
                    method = "HEAD"
                case "-b" | "-c":
                    jar = next(words)
                case "-o":
                    next(words)
                case "-L":
                    request["follow_redirects"] = True
                case "-N":
                    pass
                case "--max-time":
                    longest = float(next(words))
                case _:
                    url = _filled(word, variables)
                    if not url.startswith(self._base):
                        raise ValueError(word)
        if jar and self.cookies[jar]:
            said = "; ".join(f"{name}={value}" for name, value in self.cookies[jar].items())
            request["headers"]["Cookie"] = said
        place = url.removeprefix(self._base)
        if longest is not None:
            return self._read_for(longest, place, request["headers"])
        answer = self._client.request(chosen or method, place, **request)
        self.cookies[jar].update(answer.cookies)
        self._client.cookies.clear()
        return answer

    def _read_for(self, seconds: float, place: str, headers: Mapping[str, str]) -> httpx.Response:
        """What has come of a stream by then, which has no end."""
        content, end = b"", time.monotonic() + seconds
        asked = self._client.stream("GET", place, headers=headers, timeout=seconds)
        with asked as answer, contextlib.suppress(httpx.ReadTimeout):
            for chunk in answer.iter_raw():
                content += chunk
                if time.monotonic() > end:
                    break
        return httpx.Response(answer.status_code, content=content, request=answer.request)

    def _sizes(self, command: str) -> str:
        """With what `stat` says in its place."""
        return re.sub(
            r"\$\(stat -c %s ([^)]+)\)",
            lambda found: str((self._files / found[1]).stat().st_size),
            command,
        )


def _filled(word: str, variables: Mapping[str, str] | None) -> str:
    return word if variables is None else Template(word).substitute(variables)
