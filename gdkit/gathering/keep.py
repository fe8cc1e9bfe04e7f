"""What an analysis found, kept in the case with its raw records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.analysis.coverage_ledger import ledger_table
from gdkit.analysis.timeline import timeline_table
from gdkit.case.evidence import save_records, save_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from gdkit.analysis.scope import Scope
    from gdkit.case.folder import CaseFolder
    from gdkit.trail import Trail


def keep_scope(case: CaseFolder, scoped: Scope, trail: Trail, sources: Sequence[str]) -> None:
    """Keep the session's events, the events that issued its keys, and the leads, with their raw records.

    In what is kept, ``record_number`` is the line of the record in ``records.jsonl.gz``, from 0.
    """
    source = ", ".join(sources)
    wanted = {*scoped.hops["event_id"].dropna(), *(lead.event_id for lead in scoped.leads)}
    also = trail.events.loc[trail.events["event_id"].isin(wanted), "record_number"]
    line_of = {number: line for line, number in enumerate(sorted({*scoped.events["record_number"], *also}))}
    kept = scoped.events.assign(record_number=scoped.events["record_number"].map(line_of).astype("Int64"))
    save_records(case, "records", [trail.records[number] for number in line_of], source)
    save_table(case, "session_events", kept, source)
    save_table(case, "coverage_ledger", ledger_table(trail.coverage), source)
    for name, table in _tables(scoped).items():
        save_table(case, name, table, "session_events")


def _tables(scoped: Scope) -> dict[str, pd.DataFrame]:
    """Give every table of an analysis beside the session's events, by its name."""
    impact, can = scoped.impact, scoped.capabilities
    return {
        "keys": scoped.keys,
        "hops": scoped.hops,
        "addresses": scoped.addresses,
        "lineage_nodes": scoped.nodes,
        "lineage_edges": scoped.edges,
        "credentials": scoped.credentials,
        "fleet": scoped.fleet,
        "coverage": scoped.places,
        "timeline": timeline_table(scoped, scoped.at),
        "access_levels": impact.levels,
        "actions": impact.actions,
        "techniques": impact.techniques,
        "data_reached": impact.data,
        "costs": impact.costs,
        "persistence": impact.persistence,
        "persistence_calls": impact.persistence_calls,
        "still_exists": impact.still_exists,
        "tamper": impact.tamper,
        "denied_calls": impact.denied,
        "resources_reached": impact.resources,
        "capabilities": can.rows if can else tables.frame(tables.CAPABILITIES, {}),
    }
