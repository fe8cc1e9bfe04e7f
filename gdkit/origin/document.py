"""Who holds the addresses, as ``result.json`` and the case's tables tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.origin.log_evidence import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from gdkit.origin.assess import Origin
    from gdkit.origin.model import Assessment, Weighed

NOT_JUDGED: dict[str, Any] = {
    "proposed_verdict": "undetermined",
    "why": "No address has been judged.",
    "deciding": [],
    "addresses": [],
}
"""The part ``origin`` of a result whose addresses were not judged."""

_FOR_BENIGN = {"benign": "for", "malicious": "against", "neither": "neutral"}
_COUNTS = ("events", "thief_events", "workload_events", "unknown_events")


def origin_document(origin: Origin, addresses: pd.DataFrame) -> dict[str, Any]:
    """Give the part ``origin`` of ``result.json``.

    Args:
        origin: what was judged.
        addresses: ``tables.ADDRESSES``, for the counts of calls.
    """
    counts = {row["source_address"]: row for row in tables.rows_of(addresses)}
    return {
        "proposed_verdict": origin.proposed,
        "why": origin.why,
        "deciding": [_evidence(row) for row in origin.deciding],
        "addresses": [_address(one, counts.get(one.address, {})) for one in origin.assessments],
    }


def evidence_table(origin: Origin) -> pd.DataFrame:
    """Give ``tables.WEIGHED_EVIDENCE``."""
    return tables.frame_of_rows(tables.WEIGHED_EVIDENCE, list(_evidence_rows(origin)))


def causes_table(origin: Origin) -> pd.DataFrame:
    """Give ``tables.BENIGN_CAUSES``."""
    names = ("cause", "question", "outcome", "reason")
    rows = [{"address": one.address, **{name: getattr(test, name) for name in names}, "settle": test.settle or None}
            for one in origin.assessments for test in one.causes]  # fmt: skip
    return tables.frame_of_rows(tables.BENIGN_CAUSES, rows)


def _evidence_rows(origin: Origin) -> Iterator[dict[str, Any]]:
    for one in origin.assessments:
        for row in one.evidence:
            said = row.evidence
            yield {
                "address": one.address, "toward": row.toward, "weight": row.weight, "rule": said.rule,
                "statement": said.statement, "source": said.source, "as_of": said.as_of,
                "decides": row in one.deciding,
            }  # fmt: skip


def _address(one: Assessment, counts: dict[str, Any]) -> dict[str, Any]:
    return {
        "address": one.address,
        "holder": one.holder,
        "kind": "none" if one.address == NOWHERE else one.kind,
        "country": one.country,
        "asn": one.asn,
        "evidence": [_evidence(row) for row in one.evidence],
        "benign_causes": [{"cause": test.cause, "outcome": test.outcome, "reason": test.reason} for test in one.causes],
        "proposed_verdict": one.proposed,
        "why": one.why,
        "deciding": [row.evidence.rule for row in one.deciding],
        "settle": list(one.settle),
        **{name: int(counts.get(name) or 0) for name in _COUNTS},
    }


def _evidence(row: Weighed) -> dict[str, Any]:
    said = row.evidence
    return {
        "statement": said.statement,
        "weight": _FOR_BENIGN[row.toward],
        "points": row.weight,
        "rule": said.rule,
        "source": said.source,
        "as_of": said.as_of,
    }
