"""What tests of grown things share."""

from __future__ import annotations

import pytest
from botocore.retries.bucket import TokenBucket


@pytest.fixture
def unread() -> frozenset[str]:
    """Give the readings that the step makes only in situations that its test stages by themselves."""
    return frozenset()


@pytest.fixture(autouse=True)
def _no_slowing_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a client that was throttled go on at its pace: what is tested is that it asks again, not when."""
    monkeypatch.setattr(TokenBucket, "acquire", lambda *_, **__: True)
