"""How what serves logs: a line of JSON for each event on stderr, or plain words on a terminal.

Event names are `feature.what_happened`, and what belongs to them are fields. Everything that is
logged goes this way, the libraries' warnings included, so that no text of a client's can begin a
line, steer a terminal or fill a disk.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

MOST_LETTERS = 8_192
"""Of one field. What is longer loses its beginning: a traceback says at its end what happened."""


def configure_logs(stream: TextIO | None = None) -> None:
    """Lead all logs of this process to the stream, by default stderr."""
    stream = stream or sys.stderr
    render: Processor = structlog.processors.JSONRenderer()  # in ASCII, so one line whatever it is
    if stream.isatty():
        render = structlog.dev.ConsoleRenderer(
            exception_formatter=structlog.dev.plain_traceback, repr_native_str=True
        )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso"),
            structlog.processors.format_exc_info,
            _tamed,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
    )
    logging.captureWarnings(True)
    # What libraries say below that is their own working, and URLs with all that is in them.
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)


class _Libraries(logging.Handler):
    """Logs what libraries log, as events of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            structlog.get_logger().log(
                record.levelno,
                "library.said",
                library=record.name,
                words=record.getMessage(),
                exc_info=record.exc_info,
            )
        except Exception:
            self.handleError(record)


def _tamed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Bound every text, and leave nothing in it that a terminal would obey."""
    for name, value in event.items():
        if isinstance(value, str):
            if len(value) > MOST_LETTERS:
                value = "\N{HORIZONTAL ELLIPSIS}" + value[1 - MOST_LETTERS :]  # noqa: PLW2901
            event[name] = "".join(
                letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}"
                for letter in value
            )
    return event
