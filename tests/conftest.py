"""Rules for every test run: a test that is skipped without a committed reason fails the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples everywhere, and no deadline: timing belongs in benchmarks.
settings.register_profile(
    "spinelift",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("spinelift")

ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")


def allowed_skips() -> set[str]:
    lines = ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines()
    return {line.split(" # ")[0] for line in lines if line and not line.startswith("#")}


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return  # a worker: the run is judged where it is reported
    skipped = {report.nodeid for report in reporter.stats.get("skipped", [])}
    if unexplained := skipped - allowed_skips():
        reporter.write_line(f"Skipped without a reason in {ALLOWED_SKIPS.name}:", red=True)
        for nodeid in sorted(unexplained):
            reporter.write_line(f"  {nodeid}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
