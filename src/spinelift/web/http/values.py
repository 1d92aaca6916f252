"""Values of requests that every database takes."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja.parser import Parser
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints


class Asked(BaseModel):
    """What a request asks for. A field that is not known is refused: it is a slip, and passed over
    it would have done nothing."""

    model_config = ConfigDict(extra="forbid")


Words = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
"""What no database refuses to look for."""


def _in_utc(moment: datetime) -> datetime:
    """As it is kept: near the ends of the calendar, another zone may have no such time."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is beyond the calendar") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time in a zone, in UTC from then on."""


class StrictParser(Parser):
    """Bodies whose numbers can be said in JSON too, which has no infinity."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, parse_float=_finite, parse_constant=_finite)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number of JSON")
    return number
