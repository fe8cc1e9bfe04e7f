"""The machine-readable answer of an investigation: ``result.json``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.coverage_ledger import coverage_document, coverage_statement
from gdkit.analysis.lineage import CHAINED_RULES
from gdkit.analysis.rules import RULES
from gdkit.analysis.timeline import timeline_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from gdkit.analysis.scope import Scope
    from gdkit.model import Coverage, Finding, Subject, Verdict

SCHEMA_VERSION = "1.1"
"""Version of ``result.json``. The first number changes when a reader of the old form would misread the new one."""


def result_document(
    subject: Subject, scope: Scope, coverage: Coverage, verdict: Verdict, origin: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the content of ``result.json``; the package ships its JSON Schema.

    Args:
        subject: what the investigation starts from.
        scope: what the events show.
        coverage: what was searched.
        verdict: the one in force.
        origin: who holds the addresses, as ``origin.document.origin_document`` gives it.
    """
    events, finding = scope.events, subject.finding
    document = {
        "schema_version": SCHEMA_VERSION,
        "finding": _finding(finding) if finding else None,
        "session": asdict(scope.session),
        "events": {
            "total": len(events),
            **{party: scope.count(party) for party in ("thief", "workload", "unknown")},
            "thief_event_ids": _event_ids(events, "thief"),
            "unknown_event_ids": _event_ids(events, "unknown"),
        },
        "attribution": {"rules": _rules(events)},
        "origin": dict(origin),
        "initial_access": [asdict(lead) for lead in scope.leads],
        "theft_path": asdict(scope.path),
        "lineage": _lineage(scope),
        "impact": _impact(scope),
        "credentials": {"as_of": scope.at, "rows": _rows(scope.credentials)},
        "fleet": _rows(scope.fleet),
        "timeline": _rows(timeline_table(scope, scope.at)),
        "coverage": _coverage(scope, coverage),
        "verdict": asdict(verdict),
    }
    return tables.json_values(document)  # type: ignore[no-any-return]


def _finding(finding: Finding) -> dict[str, Any]:
    names = ("id", "type", "severity", "account_id", "region", "sample")
    return {name: getattr(finding, name) for name in names}


def _event_ids(events: pd.DataFrame, party: str) -> list[str]:
    return sorted(events.loc[events["party"] == party, "event_id"].dropna())


def _rules(events: pd.DataFrame) -> list[dict[str, Any]]:
    counts = events["rule"].value_counts()
    meanings = {rule.name: rule.meaning for rule in RULES} | {name: text for name, (_, text) in CHAINED_RULES.items()}
    return [
        {"name": name, "meaning": meaning, "events": int(counts[name])}
        for name, meaning in meanings.items()
        if name in counts
    ]


def _lineage(scope: Scope) -> dict[str, Any]:
    """Give what really grew: what a refused call would have made is not there."""
    edges = scope.edges[scope.edges["error_code"].isna()]
    linked = scope.nodes["id"].isin({*edges["from"], *edges["to"]})
    nodes = scope.nodes[linked | (scope.nodes["hop"] == 0) | (scope.nodes["events"] > 0)]
    return {"nodes": _rows(nodes), "edges": _rows(edges)}


def _impact(scope: Scope) -> dict[str, Any]:
    impact, can = scope.impact, scope.capabilities
    return {
        "techniques": [_technique(row) for row in tables.rows_of(impact.techniques)],
        "resources": [
            {name: row[name] for name in ("arn", "service", "account_id", "events")}
            for row in tables.rows_of(impact.resources)
        ],
        "persistence": _rows(impact.persistence),
        "persistence_calls": _rows(impact.persistence_calls),
        "still_exists": [
            {**row, "event_ids": (row["event_ids"] or "").splitlines()} for row in tables.rows_of(impact.still_exists)
        ],
        "denied": impact.denied_calls,
        "access_levels": _rows(impact.levels),
        "data": _rows(impact.data),
        "costs": _rows(impact.costs),
        "tamper": _rows(impact.tamper),
        "denied_calls": _rows(impact.denied),
        "notes": list(impact.notes),
        "capabilities": None
        if can is None
        else {"statements": _rows(can.rows), "unread": list(can.unread), "not_considered": list(can.not_considered)},
    }


def _technique(row: dict[str, Any]) -> dict[str, Any]:
    listed = {name: (row[name] or "").splitlines() for name in ("event_ids", "other_event_ids")}
    return {name: row[name] for name in ("id", "name", "attack_version")} | listed


def _coverage(scope: Scope, coverage: Coverage) -> dict[str, Any]:
    return {
        **coverage_document(coverage, scope.gaps),
        "places": _rows(scope.places),
        "statement": coverage_statement(scope.places, coverage, scope.gaps),
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return list(tables.rows_of(frame))
