"""CloudTrail's event history of a leaked session, through LookupEvents, kept page by page.

::

    LookupPlan ─→ Query ─→ Question ─→ Flight ─→ Page ─→ folder ─→ load_history
    whose, where   one name   how far its  a run    as AWS   resumed
    since when     or key,    answer is    under    gave it  by gaps
                   one site                way
    one SiteSweep an account and region, its threads under one Pacer; all of them at once in fetch_history
"""

from __future__ import annotations

from gdkit.trail.lookup.fetch import LookupProgress, Watch, fetch_history, load_history
from gdkit.trail.lookup.keys import find_keys_of
from gdkit.trail.lookup.plan import FoundKey, LookupPlan
from gdkit.trail.lookup.result import LookupResult, QueryFacts

__all__ = [
    "FoundKey",
    "LookupPlan",
    "LookupProgress",
    "LookupResult",
    "QueryFacts",
    "Watch",
    "fetch_history",
    "find_keys_of",
    "load_history",
]
