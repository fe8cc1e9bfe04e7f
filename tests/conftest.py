"""Settings that hold for every test."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings

from tests.live.scores import summary_lines

SLOW_MACHINE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("local", **SLOW_MACHINE)
settings.register_profile("ci", **SLOW_MACHINE, derandomize=True, print_blob=True)  # the same examples in every run
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how well the thief's calls were told from the others in the staged incidents that were run."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    lines = summary_lines([kept for report in reports for kept in report.user_properties])
    if lines:
        terminalreporter.section("staged incidents: whose call it was, by what was staged")
    for line in lines:
        terminalreporter.write_line(line)
