"""The recovery checklist and the policies against the next theft, as looks at a case of log files alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from gdkit import tables
from gdkit.case.journal import read_entries
from gdkit.case.results import load_result
from gdkit.case.verdicts import record_verdict
from gdkit.errors import AwsCall, AwsError, ResponseError, TrailError
from gdkit.responding.looks import Asked, take_look
from gdkit.responding.overview import note, words_noted
from gdkit.response.record import RECOVERY_CHECKED
from gdkit.sample import sample_folder
from gdkit.stages import checklist, prevention, recovery
from tests.case.samples import scoped_case
from tests.responding.cases import applied
from tests.responding.test_looks import LEAKED, OF_CASE, OTHER, logged

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder
    from gdkit.responding.looks.look import Look


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case in which the address was judged malicious."""
    made = scoped_case(tmp_path / "case")
    record_verdict(made, "malicious", "not ours")
    return made


def no_way_in() -> NoReturn:
    """Stand for a login that fails."""
    raise AwsError("the token has expired", call=AwsCall("sts", "GetCallerIdentity"), kind="login")


def look(case: CaseFolder, name: str, *sources: Path) -> Look:
    """Take a look where AWS cannot be reached."""
    return take_look(name, Asked(case, no_way_in, tuple(map(str, sources)), "ana"))


def standings(found: Look) -> dict[str, str]:
    """Give where each question stands."""
    return {row["name"]: row["standing"] for row in tables.rows_of(found.frame)}


def test_what_cannot_be_read_is_unknown(case: CaseFolder) -> None:
    """Without AWS the answers that need it are unknown, never done, and it is said why."""
    found = look(case, "recovery")
    assert {standings(found)[name] for name in ("root-cause", "role", "instance")} == {"unknown"}
    assert found.holds is None
    assert "the token has expired" in found.notes[0]


def test_it_is_written_down(case: CaseFolder) -> None:
    """Each look stands in the journal and in the result, which stays a valid one; the report shows the last."""
    assert "Nobody" in checklist(str(case.path)).summary
    look(case, "recovery")
    applied(case, "deny-session", **OF_CASE)
    found = look(case, "recovery")
    assert [entry["actor"] for entry in read_entries(case.journal) if entry["act"] == RECOVERY_CHECKED] == ["ana"] * 2
    first, last = load_result(case)["response"]["checklists"]
    assert first["lift"] == "unknown"
    assert {one["name"]: one["standing"] for one in last["items"]} == standings(found)
    shown = checklist(str(case.path))
    assert shown.frame is not None
    assert len(shown.frame) == len(last["items"])
    assert "by ana" in shown.summary


def test_deny_of_the_case(case: CaseFolder) -> None:
    """With a Deny in force nobody knows whether it works before somebody looked; the Deny may not be lifted yet."""
    applied(case, "deny-session", **OF_CASE)
    found = look(case, "recovery")
    assert standings(found)["containment"] == "unknown"
    assert standings(found)["lift-deny"] == "not yet"
    assert found.holds is False


def test_the_word_of_a_person(case: CaseFolder) -> None:
    """What AWS does not show, a person can say; who said it stands beside it."""
    note(case, "root-cause", skipped=False, reason="host rebuilt, hole closed", actor="bo")
    assert words_noted(case)["root-cause"].startswith("host rebuilt, hole closed (bo, ")
    found = look(case, "recovery")
    (row,) = [one for one in tables.rows_of(found.frame) if one["name"] == "root-cause"]
    assert row["standing"] == "done"
    assert "By a person's word: host rebuilt" in row["seen"]


@pytest.mark.parametrize("name", ["lift-deny", "containment", "no question"])
def test_no_word_settles_it(case: CaseFolder, name: str) -> None:
    """Whether the Deny works and may be lifted is nobody's word."""
    with pytest.raises(ResponseError, match="no part"):
        note(case, name, skipped=False, reason="trust me")


def test_policies_on_the_sample(case: CaseFolder) -> None:
    """Each policy is shown with its text, and with what the log's calls say of it; a lock-out is named."""
    found = look(case, "prevention")
    rows = {row["name"]: row for row in tables.rows_of(found.frame)}
    assert {json.loads(row["policy"])["Version"] for row in rows.values()} == {"2012-10-17"}
    assert rows["imdsv2-credentials"]["stops_thief"] is True
    assert rows["imdsv2-credentials"]["locks_out"] is None
    assert "imdsv2-credentials" in found.summary
    assert "ssm:UpdateInstanceInformation from 192.0.2.44" in rows["own-place"]["locks_out"]
    assert "own-place," not in found.summary
    assert found.holds is None


def test_others_by_log_files(case: CaseFolder, tmp_path: Path) -> None:
    """With log files of the account the policies are tried on other instances' calls too."""
    alone = {row["name"]: row["tried"] for row in tables.rows_of(look(case, "prevention").frame)}
    trail = sample_folder().trail
    found = look(case, "prevention", trail)
    assert "those of 1 log sources" in found.notes[0]
    more = {row["name"]: row["tried"] for row in tables.rows_of(found.frame)}
    assert more.keys() == alone.keys()
    with pytest.raises(TrailError):
        look(case, "prevention", logged(tmp_path / "empty.json"))


def test_stages_of_the_notebook(case: CaseFolder) -> None:
    """The notebook's cells show the same; for a trusted address they are not due."""
    assert recovery(str(case.path)).title == "Recovery checklist"
    assert prevention(str(case.path)).title == "Against the next theft"
    record_verdict(case, "benign", "ours after all")
    for stage in (recovery, prevention):
        shown: Any = stage(str(case.path))
        assert "Not due" in shown.summary


def test_names_of_the_case(case: CaseFolder) -> None:
    """The sample knows one instance; no other is named anywhere in the checklist."""
    text = " ".join(row["seen"] for row in tables.rows_of(look(case, "recovery").frame))
    assert LEAKED in text
    assert OTHER not in text
