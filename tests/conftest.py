"""Settings that hold for every test."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.client
import botocore.session
import pytest
from hypothesis import HealthCheck, settings

from tests.live.scores import summary_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW_MACHINE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("local", **SLOW_MACHINE)
settings.register_profile("ci", **SLOW_MACHINE, derandomize=True, print_blob=True)  # the same examples in every run
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """Save time: read botocore's API descriptions once a process, and make the methods of a service's clients once."""
    make, made = botocore.client.ClientCreator._create_methods, {}

    def methods(creator: Any, model: Any) -> Any:
        about = (model.service_name, model.api_version)
        if about not in made:
            made[about] = make(creator, model)
        return dict(made[about])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        patch.setattr(botocore.client.ClientCreator, "_create_methods", methods)
        yield


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how well the thief's calls were told from the others in the staged incidents that were run."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    lines = summary_lines([kept for report in reports for kept in report.user_properties])
    if lines:
        terminalreporter.section("staged incidents: whose call it was, by what was staged")
    for line in lines:
        terminalreporter.write_line(line)
