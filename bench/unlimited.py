"""The settings that UNLIMITED names, for a user who asks without end."""

from __future__ import annotations

import os
from importlib import import_module

from spinelift.web.limits import UserLimits

globals().update(vars(import_module(os.environ["UNLIMITED"])))

LIMITS = UserLimits(requests_a_minute=10**9)
