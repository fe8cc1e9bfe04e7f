"""Things that grew from a theft: contained, gone, ended, open or unknown, by the journal and by AWS."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.response.recovery.left_behind import grown, things_left
from gdkit.response.recovery.look import thing_key
from gdkit.response.recovery.words import thing_rows
from tests.response.grown.results import credential, thing
from tests.response.recovery.made import HOME, applied, known, result

USER, KEY = thing_key("user", "svc-backup", None, HOME), thing_key("access_key", "AKIAEXAMPLEKEY123456", "ada", HOME)
DENY_USER = applied("deny-user", user="svc-backup", account=HOME)


def case(*things: dict[str, Any], steps: Any = (), credentials: Any = (), **live: Any) -> Any:
    """Give a case in which these things were left behind."""
    document = result(impact={"still_exists": list(things)}, credentials={"rows": list(credentials)})
    return known(document, *steps, **live)


def user(**fields: Any) -> dict[str, Any]:
    """Give a row of a user that the thief made."""
    return thing("user", **{"id": "svc-backup", "within": None, "account_id": HOME, **fields})


@pytest.mark.parametrize(
    ("fields", "steps", "live", "left"),
    [
        ({}, (), {}, "open"),
        ({"party": "unknown"}, (), {}, "open"),
        ({"state": "not checked"}, (), {}, "unknown"),
        ({"state": "not checked"}, (), {"exists": {USER: True}}, "open"),
        ({}, (), {"exists": {USER: False}}, "gone"),
        ({"state": "not checked"}, (), {"exists": {USER: False}}, "gone"),
        ({}, (), {"exists": {USER: True}, "off": {USER: "Inactive"}}, "contained"),
        ({}, (DENY_USER,), {}, "contained"),
        ({}, (DENY_USER,), {"in_force": {1: True}}, "contained"),
        ({}, (DENY_USER,), {"in_force": {1: False}}, "open"),
        ({}, (applied("deny-user", user="svc-backup", account=HOME, undone=True),), {}, "open"),
        ({}, (applied("deny-user", user="svc-backup", account=HOME, status="failed"),), {}, "open"),
        ({}, (applied("deny-user", user="another", account=HOME),), {}, "open"),
        ({}, (applied("deny-user", user="svc-backup"),), {}, "contained"),
        ({}, (applied("deny-user", user="svc-backup", account="999988887777"),), {}, "open"),
        ({}, (applied("disable-key", user="svc-backup", account=HOME),), {}, "open"),
    ],
)
def test_where_a_thing_stands(fields: dict[str, Any], steps: Any, live: dict[str, Any], left: str) -> None:
    """A step counts if it is the proposed one, told the same, in force, and AWS still holds what it left."""
    (one,) = things_left(case(user(**fields), steps=steps, **live))
    assert one.left == left and one.why


@pytest.mark.parametrize(
    ("things", "live", "standing"),
    [
        ((), {}, "done"),
        ((user(),), {"exists": {USER: False}}, "done"),
        ((user(),), {}, "not yet"),
        ((user(state="not checked"),), {}, "unknown"),
        ((user(state="not checked"), thing("role", id="r", within=None)), {}, "not yet"),
    ],
)
def test_the_answer(things: Any, live: dict[str, Any], standing: str) -> None:
    """One open thing is a not yet, one unknown an unknown; done says in what nothing was seen."""
    item = grown(case(*things, **live))
    assert item.standing == standing
    if standing == "done":
        assert "none that is open was seen in what was searched: Searched: 12 events" in item.seen


def test_the_next_thing_is_named_with_its_command() -> None:
    """The first thing to do names the step and what it is told; the thief's come before those of nobody proven."""
    item = grown(case(user(id="later", party="unknown"), user()))
    assert item.next.startswith("apply deny-user -o user=svc-backup -o account=")


def test_what_ended_by_the_clock_is_no_work() -> None:
    """A credential whose time is over stands in the way of nothing; one that may live does."""
    ended, alive = credential("chained_role", state="expired"), credential("chained_role")
    assert [one.left for one in things_left(case(credentials=[ended]))] == ["ended"]
    assert grown(case(credentials=[ended])).standing == "done"
    assert grown(case(credentials=[ended, alive])).standing == "not yet"


def test_why_aws_did_not_tell_is_said() -> None:
    """Where AWS refused to answer, the reason stands with the thing."""
    failed = {"things": "iam GetUser was refused"}
    (one,) = things_left(case(user(state="not checked"), failed=failed, exists={USER: None}))
    assert (one.left, one.why) == ("unknown", "iam GetUser was refused")


def test_rows_of_things() -> None:
    """Each thing is a row, with what is done about it and where it stands."""
    rows = thing_rows(things_left(case(user(), thing("saml_provider", id="idp", within=None))))
    assert [row["kind"] for row in rows] == ["user", "saml_provider"]
    assert (rows[0]["step"], rows[1]["step"]) == ("deny-user", None)
    assert rows[1]["manual"] and rows[0]["left"] == "open"


def test_hostile_names_are_cut() -> None:
    """A name of a log with signs that do not print is on one line in every text."""
    item = grown(case(user(id="x\n\x1b[31m" + "y" * 400)))
    assert "\x1b" not in item.seen + item.next and "\n" not in item.seen
