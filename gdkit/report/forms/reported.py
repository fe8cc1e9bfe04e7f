"""What every form of a report is made of: read from the case once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit.case.evidence import load_table, manifest
from gdkit.case.files import sha256_of
from gdkit.case.folder import case_about
from gdkit.case.journal import read_entries
from gdkit.case.results import load_result
from gdkit.case.verdicts import current_verdict
from gdkit.stages.case import case_briefing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from gdkit.case.folder import CaseFolder
    from gdkit.model import Verdict
    from gdkit.ui.briefing import Briefing


@dataclass(frozen=True, slots=True)
class Hashes:
    """What the report can be held against, each a hex SHA-256.

    Attributes:
        finding: of the finding as received; None where there is none.
        manifest: of the list of the evidence, which holds the hash of each file.
        journal: of the journal's last entry, which seals all before it; None where it is empty.
        files: how many files of evidence the list names.
    """

    finding: str | None
    manifest: str | None
    journal: str | None
    files: int


@dataclass(frozen=True, slots=True)
class Reported:
    """What a case holds, for its report.

    Attributes:
        about: ``case.json``.
        result: ``result.json``.
        verdict: the one in force.
        briefing: what the first page says.
        events: ``tables.SESSION_EVENTS``.
        techniques: ``tables.TECHNIQUES``.
        own_addresses: addresses of the instance and its ways out, as AWS said; empty where it was not asked.
        hashes: of the case as it is kept.
        changed_at: when the case was worked on last, by its journal.
        made_at: the one stamp: when this report is made.
        note: what every reader must see first, such as that names were taken out; empty for nothing.
        without: sorts of values that were taken out: accounts, keys, names, addresses.
    """

    about: Mapping[str, Any]
    result: Mapping[str, Any]
    verdict: Verdict
    briefing: Briefing
    events: pd.DataFrame
    techniques: pd.DataFrame
    own_addresses: frozenset[str]
    hashes: Hashes
    changed_at: datetime
    made_at: datetime
    note: str = ""
    without: frozenset[str] = frozenset()


def hashes_of(case: CaseFolder) -> Hashes:
    """Hash what a report can be held against.

    Raises:
        CaseError: the journal or the list of the evidence is damaged.
    """
    entries, listed = read_entries(case.journal), case.evidence / "manifest.json"
    return Hashes(
        finding=case_about(case)["finding_sha256"],
        manifest=sha256_of(listed) if listed.exists() else None,
        journal=entries[-1]["hash"] if entries else None,
        files=len(manifest(case)),
    )


def reported(
    case: CaseFolder,
    made_at: datetime,
    *,
    hashes: Hashes | None = None,
    note: str = "",
    without: frozenset[str] = frozenset(),
) -> Reported:
    """Read from a case what its report is made of.

    Args:
        case: the case, with a result.
        made_at: when the report is made.
        hashes: of the case as it is kept, where this one is a copy of it; None to take them from this one.
        note: what every reader must see first.
        without: sorts of values that were taken out of this copy.

    Raises:
        CaseError: the case has no result yet, or is damaged.
    """
    about, entries = case_about(case), read_entries(case.journal)
    own = case.evidence / "own_addresses.parquet"
    return Reported(
        about=about,
        result=load_result(case),
        verdict=current_verdict(case),
        briefing=case_briefing(case),
        events=load_table(case, "session_events"),
        techniques=load_table(case, "techniques"),
        own_addresses=frozenset(load_table(case, "own_addresses")["address"]) if own.exists() else frozenset(),
        hashes=hashes or hashes_of(case),
        changed_at=datetime.fromisoformat(entries[-1]["at"] if entries else about["begun_at"]),
        made_at=made_at,
        note=note,
        without=without,
    )
