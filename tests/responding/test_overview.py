"""The order of a response: by the verdict, and by what the journal says was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.case.response_record import CaseRecord
from gdkit.case.verdicts import record_verdict
from gdkit.errors import ResponseError
from gdkit.responding.overview import Row, case_playbook, note, overview
from gdkit.response.record import RECHECKED, RECOVERY_CHECKED
from tests.case.samples import scoped_case
from tests.responding.cases import applied

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case in which the address was judged malicious."""
    made = scoped_case(tmp_path / "case")
    record_verdict(made, "malicious", "not ours")
    return made


def rows(case: CaseFolder) -> dict[str, Row]:
    """Give the parts by name; of a part that stands twice, the first."""
    return {row.name: row for row in reversed(overview(case))}


def test_nothing_without_a_verdict(tmp_path: Path) -> None:
    """While nobody has decided there is no order to go by: gdkit does not decide for a person."""
    made = scoped_case(tmp_path / "case")
    assert case_playbook(made) is None
    assert overview(made) == ()
    record_verdict(made, "undetermined", "cannot tell")
    assert overview(made) == ()


def test_begins_with_the_deny(case: CaseFolder) -> None:
    """Of a malicious address, the session Deny is next, and lifting it is the last of all."""
    order = overview(case)
    assert [row.name for row in order if row.state == "next"] == ["deny-session"]
    assert order[0].state == "next"
    assert (order[-1].name, order[-1].undo, order[-1].state) == ("deny-session", True, "optional")


def test_trusted_address(tmp_path: Path) -> None:
    """A benign verdict gives another order: count first, then archive."""
    made = scoped_case(tmp_path / "case")
    record_verdict(made, "benign", "our proxy")
    order = overview(made)
    assert [dict(row.told).get("action") for row in order if row.name == "suppression-rule"] == ["NOOP", "ARCHIVE"]
    assert "deny-session" not in {row.name for row in order}


def test_done_moves_on(case: CaseFolder) -> None:
    """What was applied is done, by whom and when; the next part follows; an undone step is said to be undone."""
    plan_hash = applied(case, "deny-session")
    assert rows(case)["deny-session"].state == "done"
    assert "ana" in rows(case)["deny-session"].detail
    assert rows(case)["describe-instance"].state == "next"
    assert overview(case)[-1].state == "open", "now there is something to lift"
    applied(case, "deny-session", undoes=plan_hash)
    assert overview(case)[-1].state == "done"
    assert rows(case)["deny-session"].state == "next", "it was lifted while the rest of the order is still open"
    assert "undone since" in rows(case)["deny-session"].detail
    note(case, "deny-session", skipped=True, reason="the role is denied instead")
    assert rows(case)["deny-session"].state == "skipped"
    assert rows(case)["describe-instance"].state == "next"


def test_lifted_last_of_all(case: CaseFolder) -> None:
    """A Deny that is lifted after everything before it is done or left out is undone, and nothing is next."""
    plan_hash = applied(case, "deny-session")
    for row in overview(case)[1:-1]:
        note(case, row.name, skipped=True, reason="not needed here")
    applied(case, "deny-session", undoes=plan_hash)
    assert {row.state for row in overview(case)} == {"undone", "skipped", "done"}


@pytest.mark.parametrize(("status", "state"), [("failed", "in doubt"), ("partly", "in doubt"), ("open", "in doubt"),
                                               ("not done", "next")])  # fmt: skip
def test_not_ended_well(case: CaseFolder, status: str, state: str) -> None:
    """A step that failed, stopped half way or never ended is in doubt, never done."""
    applied(case, "deny-session", status=status)
    assert rows(case)["deny-session"].state == state


def test_options_tell_the_parts_apart(tmp_path: Path) -> None:
    """Counting with a rule is not the same part as archiving with it."""
    made = scoped_case(tmp_path / "case")
    record_verdict(made, "benign", "our proxy")
    applied(made, "suppression-rule", options={"action": "NOOP"})
    assert [row.state for row in overview(made) if row.name == "suppression-rule"] == ["done", "open"]


def test_a_person_leaves_out_and_does(case: CaseFolder) -> None:
    """A part left out is skipped with the reason and the name; a task is done when a person says so."""
    note(case, "deny-session", skipped=True, reason="memory first", actor="ben")
    assert (rows(case)["deny-session"].state, rows(case)["deny-session"].detail[:12]) == ("skipped", "memory first")
    assert "ben" in rows(case)["deny-session"].detail
    note(case, "recheck", skipped=False, reason="looked at 09:00")
    assert rows(case)["recheck"].state == "done"


def test_skipped_and_done_after_all(case: CaseFolder) -> None:
    """What was applied after it was left out counts as done."""
    note(case, "deny-session", skipped=True, reason="memory first")
    applied(case, "deny-session")
    assert rows(case)["deny-session"].state == "done"


@pytest.mark.parametrize(("name", "skipped", "reason", "words"), [
    ("deny-session", True, " ", "why"),
    ("deny-session", False, "did it by hand", "by applying it"),
    ("nothing", True, "x", "no part"),
])  # fmt: skip
def test_refused(case: CaseFolder, name: str, skipped: bool, reason: str, words: str) -> None:
    """No reason, a step that is said to be done, or an unknown part is refused."""
    with pytest.raises(ResponseError, match=words):
        note(case, name, skipped=skipped, reason=reason)


@pytest.mark.parametrize(("holds", "state"), [(True, "done"), (False, "in doubt"), (None, "open")])
def test_a_look_of_gdkit_counts(case: CaseFolder, holds: object, state: str) -> None:
    """A re-check that was made stands in the order: done where the Deny works, in doubt where not, else open."""
    CaseRecord(case, "ana").write(RECHECKED, {"holds": holds, "sessions": [], "not_searched": []})
    assert rows(case)["recheck"].state == state
    assert "ana" in rows(case)["recheck"].detail


def test_the_checklist_counts(case: CaseFolder) -> None:
    """The recovery checklist is done when every question is; else the order names those that are not settled."""
    items = [{"name": "root-cause", "standing": "not yet"}, {"name": "role", "standing": "done"}]
    CaseRecord(case, "ana").write(RECOVERY_CHECKED, {"lift": "not yet", "items": items})
    assert rows(case)["recovery"].state == "open"
    assert rows(case)["recovery"].detail.endswith("not settled: root-cause")
    CaseRecord(case, "ana").write(RECOVERY_CHECKED, {"lift": "done", "items": items[1:]})
    assert rows(case)["recovery"].state == "done"
