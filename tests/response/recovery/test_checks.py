"""Each question of the checklist: done, not yet, unknown; and what stands in the way of lifting the Deny."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gdkit.response.recovery import checks
from gdkit.response.recovery.checklist import BY_WORD, checklist, known_now
from gdkit.response.recovery.item import InstanceNow, Known, LastLook
from gdkit.response.recovery.role_difference import RoleChange, RoleDifference
from gdkit.response.recovery.words import checklist_rows, checklist_words
from tests.response.recovery.made import (
    BEGAN,
    INSTANCE,
    NOW,
    ROLE,
    SIBLING,
    applied,
    credential,
    known,
    result,
    running,
)

V1 = {"http_tokens": "optional"}
BOTH = {INSTANCE: running(), SIBLING: running(SIBLING)}
SAME = RoleDifference(ROLE, BEGAN, (), (), ())
OTHER_POLICY = RoleChange("inline policy shop", "differs", "it is as the thief's call left it", ("x",), ("e",))
GOOD = LastLook(True, NOW)
KEPT = (applied("describe-instance", number=5), applied("snapshot-volumes", number=6))
ENDED = {"credentials": {"rows": [credential()]}}


def whole(**changes: Any) -> Known:
    """Give a case in which nothing stands in the way, with changes."""
    found = known(result(**ENDED), applied("deny-session"), applied("isolate-instance", number=2), *KEPT, recheck=GOOD,
                  instances={INSTANCE: InstanceNow(INSTANCE, "terminated"), SIBLING: running(SIBLING)},
                  difference=SAME)  # fmt: skip
    live = {name: changes.pop(name) for name in ("instances", "difference", "failed", "in_force") if name in changes}
    return replace(found, live=replace(found.live, **live), **changes)


def answers(case: Known, words: dict[str, str] | None = None) -> dict[str, str]:
    """Give the standing of each question."""
    return {one.name: one.standing for one in checklist(case, words)}


@pytest.mark.parametrize(
    ("instances", "steps", "standing"),
    [
        (None, (), "unknown"),
        ({INSTANCE: running(**V1)}, (), "not yet"),
        ({INSTANCE: running(), SIBLING: running(SIBLING, **V1)}, ("isolate-instance",), "not yet"),
        (BOTH, (), "unknown"),
        (BOTH, ("isolate-instance",), "done"),
        ({INSTANCE: running(http_tokens="optional", http_endpoint="disabled")}, ("isolate-instance",), "done"),
        ({INSTANCE: InstanceNow(INSTANCE, "terminated", "optional")}, (), "done"),
        ({INSTANCE: InstanceNow(INSTANCE, "gone")}, (), "done"),
        ({INSTANCE: running(http_tokens=None)}, ("isolate-instance",), "not yet"),
        ({SIBLING: running(SIBLING)}, (), "unknown"),
    ],
)
def test_root_cause(instances: Any, steps: tuple[str, ...], standing: str) -> None:
    """IMDSv1 anywhere on the role keeps it open; IMDSv2 alone does not close it while nobody knows of the host."""
    item = checks.root_cause(known(None, *map(applied, steps), instances=instances))
    assert item.standing == standing
    assert bool(item.next) is (standing != "done")


@pytest.mark.parametrize(
    ("difference", "standing"),
    [
        (None, "unknown"),
        (SAME, "done"),
        (replace(SAME, changes=(OTHER_POLICY,)), "not yet"),
        (replace(SAME, changes=(replace(OTHER_POLICY, compared="as before"),)), "done"),
        (replace(SAME, changes=(replace(OTHER_POLICY, compared="unknown"),)), "unknown"),
        (replace(SAME, unknown=("the role was not read",)), "unknown"),
    ],
)
def test_role(difference: RoleDifference | None, standing: str) -> None:
    """The role's answer is the difference's; what differs or is not covered is named."""
    item = checks.role(known(difference=difference))
    assert item.standing == standing
    if standing == "not yet":
        assert "inline policy shop" in item.seen and "restore-trust" in item.next


def test_role_names_what_is_gdkits_own() -> None:
    """What is gdkit's own on the role is named, for they are to go as well."""
    own = replace(SAME, own=("inline policy gdkit-deny-sessions",))
    assert "gdkit-deny-sessions" in checks.role(known(difference=own)).seen


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        ([], "unknown"),
        ([credential()], "done"),
        ([credential(alive_until="2026-11-03T09:00:00Z")], "not yet"),
        ([credential(alive_until="2026-11-03T09:00:00Z", state="revoked")], "done"),
        ([credential(ends="unknown", alive_until=None)], "unknown"),
        ([credential(), credential(ends="unknown", alive_until=None)], "unknown"),
        ([credential(ends="unknown", alive_until=None), credential(alive_until="2026-11-03T09:00:00Z")], "not yet"),
        ([credential(kind="instance", ends="not_by_itself", alive_until=None)], "unknown"),
        ([credential(), credential(kind="access_key", ends="not_by_itself", alive_until=None)], "done"),
    ],
)
def test_credential(rows: list[dict[str, Any]], standing: str) -> None:
    """The clock is read at the instant that is given, not at the analysis; what has no end is no part of it."""
    item = checks.credential(known(result(credentials={"rows": rows})))
    assert item.standing == standing


def test_credential_says_until_when() -> None:
    """A credential that lives says until when it can, the longest of all; an assumed end is called so."""
    later, latest = credential(alive_until="2026-11-03T09:00:00Z"), credential(alive_until="2026-11-03T11:30:00Z")
    alive = checks.credential(known(result(credentials={"rows": [later, latest]})))
    assert "2026-11-03T11:30:00Z" in alive.next
    assert "assumed" in checks.credential(known(result(**ENDED))).seen


@pytest.mark.parametrize(
    ("steps", "recheck", "in_force", "standing"),
    [
        ((), GOOD, {}, "not yet"),
        ((applied("deny-session", undone=True),), GOOD, {}, "not yet"),
        ((applied("deny-session", status="failed"),), GOOD, {}, "not yet"),
        ((applied("deny-session", undoes="hash"),), GOOD, {}, "not yet"),
        ((applied("deny-session"),), None, {}, "unknown"),
        ((applied("deny-session"),), GOOD, {}, "done"),
        ((applied("deny-session"),), GOOD, {1: True}, "done"),
        ((applied("deny-session"),), GOOD, {1: False}, "not yet"),
        ((applied("deny-role"),), LastLook(None, NOW), {}, "unknown"),
        ((applied("revoke-sessions"),), LastLook(False, NOW), {}, "not yet"),
        ((applied("deny-session"),), LastLook(True, BEGAN), {}, "unknown"),
        ((applied("deny-session"), applied("deny-role", number=2, at=NOW + timedelta(hours=1))), GOOD, {}, "unknown"),
    ],
)
def test_containment(steps: Any, recheck: LastLook | None, in_force: dict[int, bool], standing: str) -> None:
    """The Deny counts only in force, as IAM holds it, and by a look that was made after it."""
    item = checks.containment(known(None, *steps, recheck=recheck, in_force=in_force))
    assert item.standing == standing
    assert bool(item.next) is (standing != "done")


@pytest.mark.parametrize(
    ("steps", "instances", "standing", "words"),
    [
        (KEPT, None, "done", "describe-instance applied"),
        (KEPT[:1], None, "not yet", "its volumes (snapshot-volumes)"),
        ((), None, "not yet", "nothing was kept"),
        ((), {INSTANCE: InstanceNow(INSTANCE, "gone")}, "not yet", "nothing was kept"),
        ((applied("snapshot-volumes", status="partly"), KEPT[0]), None, "not yet", "its volumes"),
    ],
)
def test_evidence(steps: Any, instances: Any, standing: str, words: str) -> None:
    """Evidence is kept where the journal knows both steps as done."""
    item = checks.evidence(known(None, *steps, instances=instances))
    assert item.standing == standing and words in item.seen


def test_evidence_of_an_instance_that_is_gone() -> None:
    """What cannot be made any more is not asked for as if it could."""
    assert "cannot be made any more" in checks.evidence(known(instances={INSTANCE: InstanceNow(INSTANCE, "gone")})).next


def test_a_case_without_an_instance() -> None:
    """A case that names no instance knows nothing of it."""
    case = known(result(session={"instance_id": None}), instances={})
    assert {check(case).standing for check in (checks.evidence, checks.instance, checks.root_cause)} == {"unknown"}


@pytest.mark.parametrize(
    ("instances", "standing"),
    [
        (None, "unknown"),
        (BOTH, "not yet"),
        ({INSTANCE: running(state="stopped")}, "not yet"),
        ({INSTANCE: InstanceNow(INSTANCE, "terminated")}, "done"),
        ({INSTANCE: InstanceNow(INSTANCE, "gone")}, "done"),
    ],
)
def test_instance(instances: Any, standing: str) -> None:
    """The instance is out of the fleet only when it can run no more: a stopped one can be started."""
    assert checks.instance(known(instances=instances)).standing == standing


def test_nothing_stands_in_the_way() -> None:
    """Where every question is done the Deny may be lifted, for what was searched and nothing else."""
    items = checklist(whole())
    assert {one.standing for one in items} == {"done"}
    assert items[-1].name == "lift-deny" and "Searched: 12 events" in items[-1].seen
    assert "undo deny-session" in items[-1].next


@pytest.mark.parametrize(
    ("changes", "way", "standing"),
    [
        ({"recheck": LastLook(False, NOW)}, "containment", "not yet"),
        ({"recheck": None}, "containment", "unknown"),
        ({"difference": None}, "role", "unknown"),
        ({"difference": replace(SAME, changes=(OTHER_POLICY,))}, "role", "not yet"),
        ({"instances": BOTH}, "instance", "not yet"),
        ({"result": result()}, "credential", "unknown"),
        ({"applied": (applied("deny-session"), applied("isolate-instance", number=2))}, "evidence", "not yet"),
    ],
)
def test_each_question_stands_in_the_way(changes: dict[str, Any], way: str, standing: str) -> None:
    """One question that is not done keeps the Deny, and is named; a not yet weighs more than an unknown."""
    items = checklist(whole(**changes))
    assert (items[-1].standing, way in items[-1].seen) == (standing, True)
    assert items[-1].next.startswith("first: ")


def test_without_a_deny_there_is_nothing_to_lift() -> None:
    """Where no Deny is in force nobody says that it may be lifted."""
    assert checklist(whole(applied=KEPT))[-1].standing == "unknown"


def test_no_access_leaves_it_open() -> None:
    """Without AWS and without a journal everything that must be read is unknown, and says what to read."""
    case = known_now(result(), (), NOW)
    items = {one.name: one for one in checklist(case)}
    assert {items[name].standing for name in ("root-cause", "role", "credential", "instance", "lift-deny")} == {
        "unknown"
    }
    assert "DescribeInstances" in items["root-cause"].next
    assert "GetRole" in items["role"].seen and "LookupEvents" in items["role"].seen


def test_no_answer_calls_anything_clean() -> None:
    """No answer says clean or safe, whatever was found."""
    for case in (whole(), known_now(result(), (), NOW)):
        words = " ".join(str(value) for row in checklist_rows(checklist(case)) for value in row.values()).lower()
        assert "is clean" not in words and "is safe" not in words and "no attacker" not in words


@pytest.mark.parametrize("name", BY_WORD)
def test_a_persons_word_settles_what_is_not_known(name: str) -> None:
    """A word settles a question that nothing settles, and stands in what was seen."""
    open_case = known(result(credentials={"rows": [credential(ends="unknown", alive_until=None)]}))
    if name == "grown":
        thing = {"state": "not checked", "kind": "user", "id": "svc", "within": None, "account_id": "1", "region": None,
                 "party": "thief", "why": "no answer", "detail": "made it", "event_ids": ["e"]}  # fmt: skip
        open_case = known(result(impact={"still_exists": [thing]}))
    assert answers(open_case)[name] != "done"
    said = {one.name: one for one in checklist(open_case, {name: "rebuilt from the image, says Ada"})}
    assert said[name].standing == "done" and "says Ada" in said[name].seen and said[name].next == ""


def test_a_word_against_what_was_seen_is_not_taken() -> None:
    """A word does not settle what AWS shows to be otherwise; it is kept beside it."""
    case = whole(instances={INSTANCE: running(**V1)}, difference=replace(SAME, changes=(OTHER_POLICY,)))
    found = {one.name: one for one in checklist(case, {"root-cause": "closed", "role": "fine"})}
    assert found["root-cause"].standing == found["role"].standing == "not yet"
    assert "not taken" in found["role"].seen


@pytest.mark.parametrize("name", ["containment", "lift-deny"])
def test_no_word_replaces_the_look_at_the_deny(name: str) -> None:
    """Whether the Deny works is never a matter of somebody's word."""
    assert answers(whole(recheck=None), {name: "it works"})[name] == "unknown"


def test_the_words_for_a_command_line() -> None:
    """The sentence tells the answer and counts, each row has the same columns, and an empty next is missing."""
    assert checklist_words(checklist(whole())) == (
        "The Deny may be lifted. Of 7 questions: 7 done, 0 not yet, 0 unknown.")  # fmt: skip
    assert checklist_words(checklist(whole(recheck=None))).startswith("Whether the Deny may be lifted is not known.")
    rows = checklist_rows(checklist(whole()))
    assert len({tuple(row) for row in rows}) == 1 and rows[0]["next"] is None
