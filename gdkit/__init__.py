"""gdkit investigates stolen EC2 instance credentials, from the GuardDuty finding to a report.

The names below are loaded when they are first used, so that ``import gdkit`` stays light: it pulls in neither pandas
nor boto3 nor ipywidgets.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdkit.findings import findings_table, load_findings
    from gdkit.trail import load_trail
    from gdkit.trail.search import session_events

__all__ = ["__version__", "findings_table", "load_findings", "load_trail", "session_events"]

__version__ = "0.1.0"

_HOME = {
    "findings_table": "gdkit.findings",
    "load_findings": "gdkit.findings",
    "load_trail": "gdkit.trail",
    "session_events": "gdkit.trail.search",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name not in _HOME:
        raise AttributeError(f"module 'gdkit' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
