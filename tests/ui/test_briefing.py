"""The first page: what happened, how bad, what is contained, what is open; never more than was searched."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gdkit.case.results import load_result
from gdkit.model import Verdict
from gdkit.ui.briefing import LEVELS, briefing, impact_level
from gdkit.ui.response_words import NOTHING_DONE
from tests.report.runs import investigated

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
UNDECIDED = Verdict("undetermined")
MALICIOUS = Verdict("malicious", "ann", "not ours", AT)


@pytest.fixture
def result() -> dict[str, Any]:
    """Give the result of the sample theft, to be changed."""
    found = deepcopy(load_result(investigated().case))
    found.setdefault("response", NOTHING_DONE)
    return found


def quiet(result: dict[str, Any]) -> dict[str, Any]:
    """Take everything out of a result that makes its impact high."""
    for name in ("data", "still_exists", "tamper", "costs"):
        result["impact"][name] = []
    result["lineage"]["edges"] = []
    return result


def only(result: dict[str, Any], *levels: str) -> dict[str, Any]:
    """Say that the thief's calls succeeded at these access levels and at no other."""
    for row in result["impact"]["access_levels"]:
        row["succeeded"] = 3 if row["access_level"] in levels else 0
    return result


def test_who_from_where_when(result: dict[str, Any]) -> None:
    """The first sentences name the instance, the role, the address, the span and the calls, with those refused."""
    told = " ".join(briefing(result, MALICIOUS, "Go on.").happened)
    for part in (result["session"]["instance_id"], result["session"]["role_name"], "by a thief: 12 calls, 4",
                 *(row["address"] for row in result["origin"]["addresses"] if row["thief_events"])):  # fmt: skip
        assert part in told
    assert "From 2026-11-0" in told
    assert "Verdict: malicious, decided by ann" in told


def test_undecided_accuses_nobody(result: dict[str, Any]) -> None:
    """Without a verdict the page does not say that a thief used the credentials."""
    told = briefing(result, UNDECIDED, "Decide.")
    assert "by somebody other than its own software, as far as the rules can tell" in told.happened[0]
    assert told.following == ("Decide.",)


def test_benign_has_no_impact(result: dict[str, Any]) -> None:
    """A use that was judged benign is not told as an impact."""
    told = briefing(result, Verdict("benign", "ann", "our scanner", AT), "Nothing.")
    assert told.summary == "Impact seen: none, because the use was judged benign."


def test_time_to_detection(result: dict[str, Any]) -> None:
    """The minutes from the first use seen to GuardDuty's finding are told, and not where it came before."""
    first = datetime.fromisoformat(next(row["at"] for row in result["timeline"] if row["kind"] == "first use"))
    late = briefing(result, MALICIOUS, "", first + timedelta(minutes=7))
    assert "7 minutes after the first use seen" in " ".join(late.happened)
    early = briefing(result, MALICIOUS, "", first - timedelta(minutes=7))
    assert "minutes after" not in " ".join(early.happened)
    assert "does not say when it was made" in " ".join(briefing(result, MALICIOUS, "").happened)
    result["finding"] = None
    assert "GuardDuty did not report it" in " ".join(briefing(result, MALICIOUS, "").happened)


def test_no_thief(result: dict[str, Any]) -> None:
    """Where no call is proven to be a thief's, no level is given and nothing is said to be harmless."""
    result["events"] |= {"thief": 0, "thief_event_ids": []}
    told = briefing(result, UNDECIDED, "")
    assert told.summary == "Impact seen: none seen, because no call is proven to be a thief's in what was searched."
    assert "none is proven to be a thief's, in what was searched" in told.happened[0]
    assert "clean" not in json.dumps(told.blocks).lower()


def test_level_falls_with_what_was_seen(result: dict[str, Any]) -> None:
    """High for what is reached or left behind; medium for other changes and reading; low where nothing succeeded."""
    assert impact_level(result)[0] == "high"
    assert impact_level(only(quiet(result), "Write", "List")) == (
        "medium", ("something was changed", "names and settings were read"))  # fmt: skip
    assert impact_level(only(result, "Read")) == ("medium", ("names and settings were read",))
    assert impact_level(only(result)) == ("low", ("no call is known to have changed or read anything",))


@pytest.mark.parametrize("sort", ["data", "still_exists", "tamper", "costs"])
def test_each_reason_alone_is_high(result: dict[str, Any], sort: str) -> None:
    """One thing of each sort by the thief makes the impact high; the same by somebody not decided does not."""
    row = {
        "data": {"kind": "secret", "id": "db", "reached": True, "access": "read"},
        "still_exists": {"kind": "user", "id": "ops", "state": "not checked", "reason": "refused", "checked_at": None},
        "tamper": {"what": "stopped a trail", "outcome": "succeeded"},
        "costs": {"what": "p5", "service": "EC2", "calls": 2, "refused": 1, "failed": 0, "dry_run": 0},
    }[sort]
    only(quiet(result))["impact"][sort] = [{**row, "party": "unknown"}]
    assert impact_level(result)[0] == "low"
    result["impact"][sort] = [{**row, "party": "thief"}]
    assert impact_level(result)[0] == "high"
    assert len(impact_level(result)[1]) == 1


def test_refused_is_no_impact(result: dict[str, Any]) -> None:
    """What was refused, gone or only listed is not told as reached."""
    impact = only(quiet(result))["impact"]
    impact["data"] = [{"kind": "secret", "id": "db", "party": "thief", "reached": False, "access": "read"},
                      {"kind": "bucket", "id": "b", "party": "thief", "reached": True, "access": "listed"}]  # fmt: skip
    impact["tamper"] = [{"what": "stopped a trail", "outcome": "refused", "party": "thief"}]
    impact["costs"] = [{"what": "p5", "service": "EC2", "calls": 2, "refused": 2, "failed": 0, "dry_run": 0,
                        "party": "thief"}]  # fmt: skip
    assert impact_level(result)[0] == "low"


def test_contained_and_not(result: dict[str, Any]) -> None:
    """What is in force is told with who and when; what a Deny on the role does not reach stands beside it."""
    assert briefing(result, MALICIOUS, "").contained[0].startswith("Nothing, as far as gdkit's own steps go")
    result["response"] = {**NOTHING_DONE, "applied": [
        {"phase": "containment", "in_force": True, "step": "deny-session", "at": "2026-11-02T08:00:00Z", "actor": "ann",
         "read_back": "as planned"}]}  # fmt: skip
    result["impact"]["still_exists"] = [{"kind": "access_key", "id": "AKIAX", "party": "thief", "state": "exists",
                                         "reason": None, "checked_at": "2026-11-02T08:00:00Z"}]  # fmt: skip
    told = briefing(result, MALICIOUS, "").contained
    assert told[0] == "Deny-session since 2026-11-02T08:00:00Z by ann, read back: as planned."
    assert told[-1].startswith("Not reached by a Deny on the role: access key AKIAX")


def test_every_level_has_a_reason() -> None:
    """The table ends with a level that always holds, so that no result is without one."""
    assert LEVELS[-1][2]({})
    assert [level for level, _, _ in LEVELS] == sorted((row[0] for row in LEVELS), key=["high", "medium", "low"].index)
