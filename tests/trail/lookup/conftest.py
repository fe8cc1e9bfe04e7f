"""A pace at which tests do not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.trail.lookup.pace import Pacer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let requests go at two hundred a second, and retries soon; the rate itself is the subject of test_pace."""
    monkeypatch.setattr("gdkit.trail.lookup.site.Pacer", lambda: Pacer(limit_per_s=200.0))
    monkeypatch.setattr("gdkit.trail.lookup.site._WORTH_A_SPLIT", 1e9)  # on a busy machine every answer is slow
    monkeypatch.setattr("gdkit.trail.lookup.pace._PAUSE_S", 0.005)
    monkeypatch.setattr("gdkit.trail.lookup.site._FIRST_WAIT_S", 0.001)
    monkeypatch.setattr("gdkit.trail.lookup.fetch._LOOK_S", 0.01)
    yield
