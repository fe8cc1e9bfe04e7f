"""Tests of what comes from outside begin with an environment that holds no proxy, no key and no simulation."""

from __future__ import annotations

import pytest

from tests.feeds.outside import without_surroundings


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the machine's own settings away."""
    without_surroundings(monkeypatch)
