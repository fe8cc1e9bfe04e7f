"""The lineage of records, without what the scope makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.analysis.attribution import attribute
from gdkit.analysis.lineage import Lineage, trace_lineage
from gdkit.analysis.session import find_session
from tests.analysis.records import events_of, subject

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from gdkit.model import Subject


def traced(folder: Path, records: list[dict[str, Any]], about: Subject | None = None) -> Lineage:
    """Trace what grew from the session in records."""
    return traced_in(events_of(folder, records), about)


def traced_in(events: pd.DataFrame, about: Subject | None = None) -> Lineage:
    """Trace what grew from the session in a table of events."""
    about = about or subject()
    found = find_session(events, about)
    return trace_lineage(events, found, attribute(events, found.used, found.session, about))


def said(lineage: Lineage) -> dict[str, tuple[str, str]]:
    """Give party and rule of each call by its id."""
    rows = lineage.events[["event_id", "party", "rule"]].itertuples(index=False, name=None)
    return {event_id: (party, rule) for event_id, party, rule in rows}
