"""Settings that hold for every test."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW_MACHINE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("local", **SLOW_MACHINE)
settings.register_profile("ci", **SLOW_MACHINE, derandomize=True, print_blob=True)  # the same examples in every run
settings.load_profile("ci" if os.environ.get("CI") else "local")
