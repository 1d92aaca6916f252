"""`python -m tests.service.golden` writes docs/openapi.json, the OpenAPI document."""

from __future__ import annotations

import json
from pathlib import Path

from spinelift.service.app import create_app
from spinelift.service.settings import ServiceSettings

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


def document() -> str:
    return json.dumps(create_app(ServiceSettings()).openapi(), indent=1) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
