"""The machine-readable answer of an investigation: ``result.json``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.lineage import CHAINED_RULES
from gdkit.analysis.rules import RULES
from gdkit.model import utc_text

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.analysis.scope import Scope
    from gdkit.model import Coverage, Finding, Subject, Verdict

SCHEMA_VERSION = "1.0"
"""Version of ``result.json``. The first number changes when a reader of the old form would misread the new one."""

DENIED = r"AccessDenied|Unauthorized|Forbidden|NotAuthorized"
"""Words in the error codes of calls that were refused for want of permission (services spell it differently)."""


def result_document(subject: Subject, scope: Scope, coverage: Coverage, verdict: Verdict) -> dict[str, Any]:
    """Give the content of ``result.json``; the package ships its JSON Schema."""
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
        "origin": {"addresses": [_address(row, finding) for row in tables.rows_of(scope.addresses)]},
        "initial_access": [{"event_id": lead.event_id, "statement": lead.statement} for lead in scope.leads],
        "lineage": _lineage(scope),
        "impact": _impact(events),
        "coverage": {
            "searched": [asdict(row) for row in coverage.searched],
            "not_searched": [asdict(row) for row in coverage.not_searched],
            "unread": [asdict(row) for row in coverage.unread],
            "warnings": list(coverage.warnings),
        },
        "verdict": asdict(verdict),
    }
    return _plain(document)  # type: ignore[no-any-return]


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


def _address(row: dict[str, Any], finding: Finding | None) -> dict[str, Any]:
    remote = finding.remote if finding and row["in_finding"] else None
    evidence = []
    if remote:
        evidence.append(
            {
                "statement": "GuardDuty names it as the remote address of the finding",
                "weight": "against",
                "source": f"finding {finding.id if finding else ''}",
            }
        )
    return {
        "address": row["source_address"],
        "holder": None,
        "kind": row["address_kind"],
        "country": remote.country if remote else None,
        "asn": remote.asn if remote else None,
        "evidence": evidence,
        "proposed_verdict": "undetermined",
        **{name: row[name] for name in ("events", "thief_events", "workload_events", "unknown_events")},
    }


def _lineage(scope: Scope) -> dict[str, Any]:
    root = scope.session.instance_id or scope.session.principal_id
    nodes: dict[str, dict[str, Any]] = {}
    if root:
        kind = "instance" if scope.session.instance_id else "session"
        nodes[root] = {"id": root, "kind": kind, "label": scope.session.role_name or root}
    for key in scope.keys["access_key_id"]:
        nodes[key] = {"id": key, "kind": "access_key", "label": key}
    edges = []
    for hop in tables.rows_of(scope.hops[scope.hops["to_key"].notna()]):
        begin = (None if hop["hop"] == 0 else hop["from_key"]) or root or hop["to_key"]
        for node in (begin, hop["to_key"]):
            nodes.setdefault(node, {"id": node, "kind": "access_key", "label": node})
        edges.append({"from": begin, "to": hop["to_key"], "event_id": hop["event_id"], "kind": hop["event_name"]})
    return {"nodes": list(nodes.values()), "edges": edges}


def _impact(events: pd.DataFrame) -> dict[str, Any]:
    thief = events[events["party"] == "thief"]
    arns = thief["resources"].dropna().str.split("\n").explode().value_counts()
    return {
        "techniques": [],
        "resources": [{"arn": str(arn), "events": int(count)} for arn, count in sorted(arns.items())],
        "persistence": [],
        "denied": int(thief["error_code"].str.contains(DENIED, na=False).sum()),
    }


def _plain(value: Any) -> Any:
    """Give a value as JSON knows it: times as text in UTC, tuples as lists."""
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
