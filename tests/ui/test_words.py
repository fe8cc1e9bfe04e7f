"""What the views say: never more than was searched, and in the words that the verdict allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from gdkit import tables
from gdkit.findings import load_findings, select_finding
from gdkit.model import Verdict
from gdkit.sample import sample_finding
from gdkit.ui import words
from gdkit.ui.open_points import open_points

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
FINDING = select_finding(load_findings(sample_finding()))


LEFT: list[dict[str, Any]] = [
    {"state": "exists", "reason": None, "party": "thief", "checked_at": "2026-11-02T12:00:00Z"},
    {"state": "gone", "reason": None, "party": "unknown", "checked_at": "2026-11-02T12:00:00Z"},
    {"state": "not checked", "reason": "refused", "party": "thief", "checked_at": None},
]


def _result(total: int = 78, thief: int = 12, unknown: int = 1, **changes: Any) -> dict[str, Any]:
    taken = {"kind": "bucket", "id": "shop-customers", "party": "thief", "reached": True, "access": "read"}
    return {
        "finding": {"id": "x"},
        "session": {"instance_id": "i-0a1b2c3d4e5f60718", "session_name": None, "role_name": "shop-web"},
        "events": {"total": total, "thief": thief, "workload": total - thief - unknown, "unknown": unknown},
        "impact": {
            "denied": 4,
            "data": [taken, {**taken, "id": "names", "access": "listed"}],
            "still_exists": LEFT,
            "tamper": [{}],
            "techniques": [{"id": "T1530", "attack_version": "19.1"}, {"id": "T1078.004", "attack_version": "19.1"}],
        },
        "theft_path": {"value": "imds_v1_ssrf_likely"},
        "credentials": {"as_of": "2026-11-02T12:00:00Z", "rows": [{"state": "may be alive"}, {"state": "unknown"}]},
        "origin": {"proposed_verdict": "undetermined", "why": "Nothing speaks for either side."},
        "coverage": {"searched": [], "not_searched": [], "unread": [], "warnings": [], "statement": "78 events."},
        **changes,
    }


def test_benign() -> None:
    """After a benign verdict no sentence speaks of a thief's use or of anything stolen."""
    told = words.conclusion_summary(_result(), Verdict("benign", "ann", "our scanner", AT))
    assert "judged benign" in told
    assert not any(word in told.lower() for word in ("thief", "stole", "theft", "attacker"))


def test_malicious() -> None:
    """After a malicious verdict the sentence says by a thief, and in how many calls."""
    told = words.conclusion_summary(_result(), Verdict("malicious", "ann", "not ours", AT))
    assert told.startswith("12 of 78 calls with the credentials of")
    assert told.endswith("were made by a thief, in what was searched.")


def test_undetermined() -> None:
    """Without a verdict the sentence accuses nobody."""
    told = words.conclusion_summary(_result(), Verdict("undetermined"))
    assert "by somebody other than its own software" in told
    assert "thief" not in told


@pytest.mark.parametrize("value", ["benign", "malicious", "undetermined"])
def test_zero_events(value: Any) -> None:
    """Where no call was seen, whatever the verdict, it is said of what was searched, and that it is no proof."""
    told = words.conclusion_summary(_result(0, 0, 0), Verdict(value))
    assert told == "No call with the credentials of instance i-0a1b2c3d4e5f60718 was seen in what was searched."
    scope = words.scope_summary({"total": 0, "thief": 0, "workload": 0, "unknown": 0})
    assert "no proof" in scope
    assert "in what was searched" in scope


def test_no_thief() -> None:
    """Where no call is proven to be a thief's, the sentence says that and not that there was none."""
    told = words.conclusion_summary(_result(thief=0), Verdict("malicious", "ann", "x", AT))
    assert "is proven to be a thief's, in 78 calls searched" in told


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ({"total": 1, "thief": 1, "workload": 0, "unknown": 0}, "1 call with"),
        ({"total": 1200, "thief": 1100, "workload": 99, "unknown": 1}, "1,200 calls with"),
    ],
)
def test_scope_counts(events: dict[str, int], told: str) -> None:
    """Counts agree with their nouns and are read easily."""
    assert words.scope_summary(events).startswith(told)


def test_verdict_sentence() -> None:
    """A verdict is said with who, when in UTC, and why; none is said to be none."""
    assert words.verdict_sentence(Verdict("undetermined")) == "No verdict recorded: undetermined."
    told = words.verdict_sentence(Verdict("benign", "ann", "our scanner", AT))
    assert told == "benign, decided by ann at 2026-11-02 08:00:00Z: our scanner"


def test_open_points() -> None:
    """What is not settled is listed: no verdict, undecided calls, unread places, no finding."""
    unread, data = (
        {"file": "x", "line": None, "reason": "no"},
        {"what": "data events", "reason": "none", "failed": False},
    )
    ledger = {"unread": [unread], "not_searched": [data]}
    points = open_points(_result(finding=None, coverage=ledger), Verdict("undetermined"))
    assert [point.split(":")[0][:30] for point in points] == [
        "There is no finding",
        "Open",
        "Open",
        "Open",
        "Open",
        "Open",
        "Open",
        "Calls that a thief makes on th",
    ]
    assert points[2] == "Open: 1 thing that can give a way back in still exists."
    assert points[3] == "Open: 1 thing that can give a way back in was not checked and may still be there."
    other = _result(unknown=0)
    other["origin"]["proposed_verdict"] = "malicious"
    noted = open_points(other, Verdict("benign", "ann", "x", AT))[0]
    assert noted == "Note: the verdict is benign, and the evidence now proposes malicious."
    settled = _result(unknown=0)
    settled["impact"]["still_exists"] = LEFT[1:2]
    assert open_points(settled, Verdict("benign", "ann", "x", AT)) == [
        words.ON_THE_INSTANCE,
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ["Open: the hunt's signs speak of a use off the instance in 1 call, likely; no rule of attribution proves "
              "it. odd client."]),
        ({"leaked": False}, []),
        ({"suspicion": None}, []),
        ({"suspicion": "the thief's calls of this case"}, []),
    ],
)  # fmt: skip
def test_signs_of_a_hunt(changes: dict[str, Any], told: list[str]) -> None:
    """Where no call is proven to be a thief's, the hunt's signs on the leaked instance are an open point, as a lead."""
    row = {"leaked": True, "suspicion": "likely: odd client", "off_instance_events": 1, **changes}
    benign = Verdict("benign", "ann", "x", AT)
    points = open_points(_result(thief=0, unknown=0, fleet=[row]), benign)
    assert [point for point in points if "hunt" in point] == told
    proven = open_points(_result(unknown=0, fleet=[row]), benign)
    assert not any("hunt" in point for point in proven)


def test_no_instant_to_judge_by() -> None:
    """Where no event has a time the credentials' state is said to be of a time not known."""
    result = {**_result(), "credentials": {"as_of": None, "rows": [{"state": "unknown"}]}}
    told = dict(words.conclusion_facts(result, Verdict("undetermined")))["Credentials that may be alive"]
    assert told == "0 credentials may work; of 1 more it is not known; as of a time not known"


def test_conclusion_facts() -> None:
    """The first page gives the numbers."""
    facts = dict(words.conclusion_facts(_result(), Verdict("undetermined")))
    assert facts["Calls of the thief"] == "12 (4 of them refused)"
    assert facts["Data read, copied or shared by the thief"] == "bucket shop-customers"
    assert facts["The same by callers not decided"] == "none seen in what was searched"
    assert facts["Left behind"] == (
        "3 things that can give a way back in: 1 still exists, 1 gone, 1 not checked (refused 1); "
        "AWS was asked at 2026-11-02 12:00:00Z"
    )
    assert facts["Detection and logs touched"] == "1 call"
    assert facts["Techniques (MITRE ATT&CK)"] == "T1530, T1078.004 (version 19.1)"
    assert facts["Credentials that may be alive"] == (
        "1 credential may work; of 1 more it is not known; as of 2026-11-02 12:00:00Z"
    )
    assert str(facts["Theft path"]).startswith("read by IMDSv1")
    assert facts["In what was searched"] == "78 events."


def test_nothing_left_behind() -> None:
    """Where nothing was left behind, that is said of what was searched; no open point is made of it."""
    result = _result()
    result["impact"]["still_exists"] = []
    assert dict(words.conclusion_facts(result, Verdict("undetermined")))["Left behind"] == (
        "nothing seen in what was searched"
    )
    assert not any("way back in" in point for point in open_points(result, Verdict("undetermined")))


def test_existence_words() -> None:
    """All three numbers are always said, a zero too, with why something was not checked, the most frequent first."""
    unchecked = {"state": "not checked", "checked_at": None}
    told = words.existence_words(
        [{**unchecked, "reason": why} for why in ("refused", "no account in reach", "refused")]
    )
    assert told == ("0 still exist, 0 gone, 3 not checked (refused 2, no account in reach 1); AWS was not asked")
    gone = {"state": "gone", "reason": None, "checked_at": "2026-11-02T12:00:00Z"}
    assert words.existence_words([gone] * 2).startswith("0 still exist, 2 gone, 0 not checked; AWS was asked at")
    assert not any(word in told for word in ("clean", "safe"))


def test_finding_words() -> None:
    """A finding is said with role, instance and address; what it does not hold is missing, not made up."""
    told = words.finding_summary(FINDING)
    assert told == ("GuardDuty saw the credentials of role shop-web of i-0a1b2c3d4e5f60718 used from 198.51.100.23.")
    bare = replace(FINDING, role_name=None, remote=replace(FINDING.remote, address=None, account_id="444455556666"))
    assert "role (not named)" in words.finding_summary(bare)
    assert "an address that the finding does not name, remote account 444455556666" in words.finding_summary(bare)
    facts = dict(words.finding_facts(bare))
    assert facts["Remote address"] is None
    assert facts["Buckets"] is None
    assert dict(words.finding_facts(FINDING))["Remote address"] == "198.51.100.23"


def test_calls_summary() -> None:
    """The calls are counted with the operations called most; the empty table is said of what was searched."""
    shown = pd.DataFrame({"event_name": ["A", "A", "B"]})
    assert words.calls_summary(shown, "thief", most=1) == (
        "3 thief calls of the session seen in what was searched: A 2 and others."
    )
    empty = tables.frame(tables.SESSION_EVENTS, {})
    assert words.calls_summary(empty, "") == "0 calls of the session seen in what was searched."


def test_timeline_summary() -> None:
    """The span of the calls is said, and the thief's where there is one."""
    assert "none is proven to be a thief's" in words.timeline_summary(AT, AT, None, None)
    assert "the thief's from 2026-11-02 08:00:00Z" in words.timeline_summary(AT, AT, AT, AT)
