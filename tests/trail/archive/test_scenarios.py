"""Staged incidents: what is asked of an archive leads to the same conclusions as all of the log files."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from gdkit.analysis.scope import scope_session
from gdkit.analysis.subject import subject_of_finding
from gdkit.findings import load_findings
from gdkit.model import Subject
from gdkit.origin.log_evidence import log_evidence
from gdkit.trail import load_trail
from gdkit.trail.fetched.question import question_of_all_times
from gdkit.trail.search import search_trail
from tests.simulator.scenarios.plays import Played, play
from tests.trail.archive.made import assert_same, made

if TYPE_CHECKING:
    from pathlib import Path

SAME = ("events", "hops", "addresses", "keys", "credentials", "leads", "fleet")
"""Tables of a scope that hang on other calls than the session's own, too."""


def delivered(folder: Path, played: Played) -> Path:
    """Write what a scenario left as log files, one for each account, region and hour; give their folder."""
    files: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for record in played.records:
        hour = record["eventTime"][:13].replace("-", "")
        files[record["recipientAccountId"], record["awsRegion"], hour].append(record)
    logs = folder / "logs"
    logs.mkdir()
    for (account_id, region, hour), records in files.items():
        text = json.dumps({"Records": records}, separators=(",", ":")).encode()
        (logs / f"{account_id}_CloudTrail_{region}_{hour}55Z_x.json.gz").write_bytes(gzip.compress(text))
    return logs


def subject_in(folder: Path, played: Played) -> Subject:
    """Give the session that a scenario is about: by its first finding, or by its name where GuardDuty is silent."""
    if not played.findings:
        return Subject(principal_id=played.staged.principal_id, instance_id=played.staged.instance_id)
    path = folder / "findings.json"
    path.write_text(json.dumps({"Findings": played.findings}))
    findings = load_findings(path)
    return subject_of_finding(next(iter(findings)), findings)


def values(table: Any) -> Any:
    """Give the values of a table, without the numbers that hang on what was loaded."""
    if not isinstance(table, pd.DataFrame):
        return table
    named = [name for name in table.columns if name != "record_number"]
    return table[named].astype(object).where(table[named].notna(), None).to_numpy().tolist()


@pytest.mark.parametrize(
    ("name", "seed"), [("theft", 3), ("onprem", 4), ("hub", 5), ("inside", 6), ("same-account", 7)]
)
def test_same_conclusions(tmp_path: Path, name: str, seed: int) -> None:
    """Events with their parties, addresses, keys, the role's other instances and the evidence are the same."""
    played = play(name, seed)
    logs = delivered(tmp_path, played)
    subject = subject_in(tmp_path, played)
    source = made(tmp_path / "archive", logs)
    assert_same(search_trail(source, subject), search_trail(logs, subject))
    whole, asked = load_trail(logs), load_trail(source, asked=question_of_all_times(subject))
    expected, found = scope_session(whole.events, subject), scope_session(asked.events, subject)
    assert len(found.events) > 20
    for table in SAME:
        assert values(getattr(found, table)) == values(getattr(expected, table)), table
    of_files, of_archive = (log_evidence(trail.events, scope, subject)
                            for trail, scope in ((whole, expected), (asked, found)))  # fmt: skip
    assert values(of_archive.history) == values(of_files.history)
    assert values(of_archive.seen) == values(of_files.seen)
    assert values(of_archive.evidence.drop(columns="as_of")) == values(of_files.evidence.drop(columns="as_of"))
