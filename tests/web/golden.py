"""`python -m tests.web.golden` writes docs/web-openapi.json, the OpenAPI document."""

from __future__ import annotations

import json
import os
from pathlib import Path

import django

DOCUMENT = Path(__file__).parents[2] / "docs" / "web-openapi.json"


def document() -> str:
    from spinelift.web.api import api  # only once Django is set up

    return json.dumps(api.get_openapi_schema(), indent=1) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spinelift.web.settings.testing")
    django.setup()
    DOCUMENT.write_text(document())
