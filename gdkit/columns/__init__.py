"""Every table's columns: declared once, each with its type, unit, meaning and the field it comes from.

The frames, the documentation and the exports all follow these declarations.
"""

from gdkit.columns.coverage import COVERAGE, COVERAGE_LEDGER
from gdkit.columns.credentials import CREDENTIALS
from gdkit.columns.declare import DTYPES, Column, Table
from gdkit.columns.events import EVENTS, SESSION_EVENTS
from gdkit.columns.fleet import FLEET
from gdkit.columns.impact import (
    ACCESS_LEVELS,
    ACTIONS,
    CAPABILITIES,
    COSTS,
    DATA_REACHED,
    DENIED_CALLS,
    PERSISTENCE,
    PERSISTENCE_CALLS,
    RESOURCES_REACHED,
    STILL_EXISTS,
    TAMPER,
    TECHNIQUES,
)
from gdkit.columns.lineage import LINEAGE_EDGES, LINEAGE_NODES
from gdkit.columns.origin import ADDRESS_ORIGINS
from gdkit.columns.origin_evidence import (
    ADDRESS_EVIDENCE,
    ADDRESS_HISTORY,
    ADDRESS_SEEN,
    BENIGN_CAUSES,
    ORGANIZATION,
    WEIGHED_EVIDENCE,
)
from gdkit.columns.records import EVIDENCE, FINDINGS
from gdkit.columns.response import CHOICES, GROWN, IMDS, PREVENTION, RECHECK, RECOVERY, RESPONSE, RESPONSE_ORDER, RULES
from gdkit.columns.session import ADDRESSES, HOPS, KEYS, OWN_ADDRESSES
from gdkit.columns.timeline import TIMELINE

__all__ = [
    "ACCESS_LEVELS",
    "ACTIONS",
    "ADDRESSES",
    "ADDRESS_EVIDENCE",
    "ADDRESS_HISTORY",
    "ADDRESS_ORIGINS",
    "ADDRESS_SEEN",
    "BENIGN_CAUSES",
    "CAPABILITIES",
    "CHOICES",
    "COSTS",
    "COVERAGE",
    "COVERAGE_LEDGER",
    "CREDENTIALS",
    "DATA_REACHED",
    "DENIED_CALLS",
    "DTYPES",
    "EVENTS",
    "EVIDENCE",
    "FINDINGS",
    "FLEET",
    "GROWN",
    "HOPS",
    "IMDS",
    "KEYS",
    "LINEAGE_EDGES",
    "LINEAGE_NODES",
    "ORGANIZATION",
    "OWN_ADDRESSES",
    "PERSISTENCE",
    "PERSISTENCE_CALLS",
    "PREVENTION",
    "RECHECK",
    "RECOVERY",
    "RESOURCES_REACHED",
    "RESPONSE",
    "RESPONSE_ORDER",
    "RULES",
    "SESSION_EVENTS",
    "STILL_EXISTS",
    "TAMPER",
    "TECHNIQUES",
    "TIMELINE",
    "WEIGHED_EVIDENCE",
    "Column",
    "Table",
]
