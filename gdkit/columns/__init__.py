"""Every table's columns: declared once, each with its type, unit, meaning and the field it comes from.

The frames, the documentation and the exports all follow these declarations.
"""

from gdkit.columns.declare import DTYPES, Column, Table
from gdkit.columns.events import EVENTS, SESSION_EVENTS
from gdkit.columns.fleet import FLEET
from gdkit.columns.impact import PERSISTENCE
from gdkit.columns.records import EVIDENCE, FINDINGS
from gdkit.columns.session import ADDRESSES, HOPS, KEYS, OWN_ADDRESSES

__all__ = [
    "ADDRESSES",
    "DTYPES",
    "EVENTS",
    "EVIDENCE",
    "FINDINGS",
    "FLEET",
    "HOPS",
    "KEYS",
    "OWN_ADDRESSES",
    "PERSISTENCE",
    "SESSION_EVENTS",
    "Column",
    "Table",
]
