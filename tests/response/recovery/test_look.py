"""When a theft began, the last look at the Deny, and what is in force: read out of a result and a journal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gdkit.response.recovery.item import InstanceNow, LastLook
from gdkit.response.recovery.look import last_recheck, look, theft_began, thing_key
from tests.response.recovery.made import BEGAN, INSTANCE, NOW, applied, known, on_role, result


@pytest.mark.parametrize(
    ("rows", "hours"),
    [
        ([("issue", "2026-11-02T08:00:00Z"), ("first use", "2026-11-02T09:00:00Z")], 0),
        ([("issue", "2026-11-02T10:00:00Z"), ("issue", "2026-11-02T08:00:00Z")], 0),
        ([("first use", "2026-11-02T09:00:00Z"), ("last use", "2026-11-02T07:00:00Z")], 1),
        ([("issue", None), ("first use", "2026-11-02T09:00:00Z")], 1),
        ([("now", "2026-11-02T07:00:00Z")], None),
        ([], None),
    ],
)
def test_when_the_theft_began(rows: list[tuple[str, str | None]], hours: int | None) -> None:
    """It began when the credential was issued at the earliest; without that, at its first use; else nobody knows."""
    document = result(timeline=[{"kind": kind, "at": at} for kind, at in rows])
    assert theft_began(document) == (None if hours is None else BEGAN + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("response", "found"),
    [
        ({}, None),
        ({"response": {"applied": [], "rechecks": []}}, None),
        ({"response": {"rechecks": [{"at": "2026-11-02T08:00:00Z", "holds": False},
                                    {"at": "2026-11-03T08:00:00Z", "holds": True}]}}, LastLook(True, NOW)),
        ({"response": {"rechecks": [{"at": "2026-11-03T08:00:00Z", "holds": None}]}}, LastLook(None, NOW)),
    ],
)  # fmt: skip
def test_the_last_look(response: dict[str, Any], found: LastLook | None) -> None:
    """The last look that the result keeps counts, not the first."""
    assert last_recheck(result(**response)) == found


def test_without_access_only_the_events_are_compared() -> None:
    """Without AWS the events of the case show what was changed, and why the rest is not known."""
    live = look(result(), [], NOW, None, [on_role("TagRole"), on_role("PutRolePolicy", asked={"policyName": "p"})])
    assert live.instances is None and set(live.failed) == {"instances", "things"}
    assert live.difference is not None and [one.thing for one in live.difference.changes] == ["inline policy p"]


@pytest.mark.parametrize("lacking", [{"role_name": None}, {"account_id": None}])
def test_a_case_without_a_role(lacking: dict[str, None]) -> None:
    """Without the role's name or account there is nothing to compare."""
    assert look(result(session=lacking), [], NOW, None).difference is None


def test_a_case_without_a_begin() -> None:
    """Where nobody knows when the theft began there is no before."""
    assert look(result(timeline=[]), [], NOW, None).difference is None


def test_keys_of_things() -> None:
    """What is missing in a thing is empty in its key, on both sides alike."""
    assert thing_key("user", "a", None, None) == thing_key("user", "a", "", "") == ("user", "a", "", "")


def test_what_is_in_force() -> None:
    """Only what ended well, was not undone and is no undoing counts, oldest first."""
    steps = [
        applied("deny-session"),
        applied("deny-role", number=2),
        applied("deny-session", number=3, undone=True),
        applied("deny-session", number=4, undoes="x"),
        applied("deny-session", number=5, status="open"),
    ]
    assert [one.number for one in known(None, *steps).in_force("deny-session", "deny-role")] == [1, 2]
    assert known(None, *steps).in_force("isolate-instance") == []


@pytest.mark.parametrize(
    ("fields", "gone", "answers"),
    [
        ({"state": "running", "http_tokens": "optional"}, False, True),
        ({"state": "running", "http_tokens": None}, False, True),
        ({"state": "stopped", "http_tokens": "optional"}, False, True),
        ({"state": "running", "http_tokens": "required"}, False, False),
        ({"state": "running", "http_tokens": "optional", "http_endpoint": "disabled"}, False, False),
        ({"state": "terminated", "http_tokens": "optional"}, True, False),
        ({"state": "gone"}, True, False),
        ({"state": "shutting-down", "http_tokens": "required"}, False, False),
    ],
)
def test_an_instance(fields: dict[str, Any], gone: bool, answers: bool) -> None:
    """What AWS does not tell counts as open, and only what can run no more is gone."""
    one = InstanceNow(INSTANCE, **fields)
    assert (one.is_gone, one.answers_v1) == (gone, answers)
