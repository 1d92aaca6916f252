"""The tests' own, as the test that starts the process has them."""

from __future__ import annotations

import json
import os

from spinelift.web.settings.testing import *  # noqa: F403
from spinelift.web.settings.testing import DATABASES

DATABASES["default"]["NAME"] = os.environ["DATABASE_NAME"]
JOBS_BROKER = json.loads(os.environ["JOBS_BROKER"])
JOBS_LEASE_SECONDS = 1
