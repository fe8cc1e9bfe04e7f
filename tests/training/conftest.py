"""What exercises share with the other tests on a simulated account."""

from tests.live.conftest import _once, unpaced

__all__ = ["_once", "unpaced"]
