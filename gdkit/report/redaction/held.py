"""What a case holds in texts, as far as its report is made of it: read once, whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gdkit.case.evidence import load_table, manifest
from gdkit.case.files import read_json
from gdkit.case.folder import case_about
from gdkit.case.journal import read_entries
from gdkit.case.results import load_result
from gdkit.findings.read import read_source
from gdkit.report.redaction.walk import changed, changed_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from gdkit.case.folder import CaseFolder
    from gdkit.report.redaction.walk import Change

NEEDED = ("session_events", "addresses", "data_reached", "persistence", "persistence_calls", "still_exists", "tamper",
          "lineage_nodes", "fleet", "capabilities")  # fmt: skip
"""Tables that names are looked for in; a case without one was not searched by this version."""


@dataclass(frozen=True, slots=True)
class Held:
    """A case's documents and tables.

    Attributes:
        about: ``case.json``.
        result: ``result.json``.
        finding: the JSON documents in the finding as received; none where there is none.
        verdicts: ``verdict.json``; none where nobody decided.
        journal: the journal's entries.
        plans: the plans that were previewed, by their hash.
        manifest: the list of the evidence.
        tables: the tables of the evidence, by name.
    """

    about: dict[str, Any]
    result: dict[str, Any]
    finding: list[Any]
    verdicts: list[Any]
    journal: list[dict[str, Any]]
    plans: dict[str, Any]
    manifest: list[dict[str, Any]]
    tables: Mapping[str, pd.DataFrame]


def read_held(case: CaseFolder) -> Held:
    """Read what a case holds.

    Raises:
        CaseError: the case has no result yet, or a file of it is damaged.
        FindingReadError: the finding is no finding any more.
    """
    kept = {path.stem for path in case.evidence.glob("*.parquet")}
    return Held(
        about=case_about(case),
        result=load_result(case),
        finding=list(read_source(case.finding).documents) if case.finding.exists() else [],
        verdicts=read_json(case.verdict) if case.verdict.exists() else [],
        journal=read_entries(case.journal),
        plans={path.stem: read_json(path) for path in sorted((case.path / "plans").glob("*.json"))},
        manifest=manifest(case),
        tables={name: load_table(case, name) for name in sorted({*kept, *NEEDED})},
    )


def with_texts(held: Held, change: Change) -> Held:
    """Give the same with every text in it given anew."""
    documents = {name: changed(getattr(held, name), change)
                 for name in ("about", "result", "finding", "verdicts", "journal", "plans", "manifest")}  # fmt: skip
    return replace(
        held, **documents, tables={name: changed_frame(table, change) for name, table in held.tables.items()}
    )
