"""What the tests on a simulated account share: fast clients, and no pace where the pace is not the subject."""

from __future__ import annotations

import time
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING

import moto.backends
import pytest
from botocore.retries.bucket import TokenBucket
from cryptography.hazmat.primitives.asymmetric import rsa

import gdkit.trail.lookup.fetch
import gdkit.trail.lookup.site
from gdkit.trail.lookup.pace import Pacer

if TYPE_CHECKING:
    from collections.abc import Iterator


class _NoPacer(Pacer):
    """Never waits, and does not slow down: a place that throttles for ever would otherwise take half an hour."""

    def __init__(self) -> None:
        super().__init__(limit_per_s=1000.0)

    def reserve(self) -> float:
        """Give the present instant."""
        return 0.0


@pytest.fixture(scope="module", autouse=True)
def _once() -> Iterator[None]:
    """Save time: read the list of moto's parts once, and sign all digests with one key."""
    parts = tuple(moto.backends.list_of_moto_modules())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moto.backends, "list_of_moto_modules", lambda: parts)
        patch.setattr(rsa, "generate_private_key", cache(rsa.generate_private_key))
        yield


@pytest.fixture(scope="module")
def unpaced() -> Iterator[None]:
    """Let look-ups and retries go on at once: what is tested is what they find, not when."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gdkit.trail.lookup.site, "Pacer", _NoPacer)
        patch.setattr(gdkit.trail.lookup.site, "_FIRST_WAIT_S", 0.01)
        patch.setattr(gdkit.trail.lookup.fetch, "_LOOK_S", 0.01)
        patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None, time=time.time))
        patch.setattr(TokenBucket, "acquire", lambda *_, **__: True)  # of the retry mode "adaptive"
        yield
