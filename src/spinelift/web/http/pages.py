"""Lists in pages."""

from __future__ import annotations

from ninja import Field
from ninja.pagination import LimitOffsetPagination

LAST_OFFSET = 1_000_000_000


class Pages(LimitOffsetPagination):
    """Of at most NINJA_PAGINATION_MAX_LIMIT, up to an offset that databases can count to."""

    class Input(LimitOffsetPagination.Input):
        offset: int = Field(0, ge=0, le=LAST_OFFSET)
