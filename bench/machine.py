"""The machine and the versions that figures come from, in one line."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import cv2
import numpy as np

from spinelift.engine.pool import usable_cores
from spinelift.version import __version__


def description() -> str:
    """CPU, cores, system, versions, and how busy the machine is already."""
    return (
        f"{_cpu()}, {usable_cores()} cores (load {os.getloadavg()[0]:.1f}), {platform.system()}, "
        f"Python {platform.python_version()}, numpy {np.__version__}, OpenCV {cv2.__version__}, "
        f"SpineLift {__version__}"
    )


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
