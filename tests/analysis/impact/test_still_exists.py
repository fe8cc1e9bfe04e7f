"""What was left behind, thing by thing, and what is known of whether it still exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gdkit import tables
from gdkit.analysis.impact import still_exists
from gdkit.analysis.impact.persistence_kinds import KINDS
from gdkit.analysis.impact.still_exists import NO_ACCOUNT, NO_WAY, STATES, still_exists_frame
from gdkit.environment.persistence import PROBES
from tests.analysis.impact.made import NOON, call, impact, rows_of
from tests.analysis.records import ACCOUNT, OTHER_ACCOUNT

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def row(kind: str, name: str | None, parent: str | None = None, **changes: Any) -> dict[str, Any]:
    """Give one row of the persistence table, as it is before AWS was asked."""
    return {"kind": kind, "id": name, "parent_id": parent, "account_id": ACCOUNT, "region": "eu-west-1",
            "party": "thief", "event_id": "e", "event_at": NOON, "event_name": "Create", "detail": "made it",
            **changes}  # fmt: skip


def asked(
    one: dict[str, Any], exists: bool | None, check: str = "said", unchecked: str | None = None
) -> dict[str, Any]:
    """Give a row with what AWS said of it."""
    return {**one, "still_exists": exists, "checked_at": NOW, "check": check, "unchecked": unchecked}


def things(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the things of these rows."""
    return rows_of(still_exists_frame(tables.frame_of_rows(tables.PERSISTENCE, rows)))


def test_three_states() -> None:
    """What AWS answered with exists, what it said is not there is gone, anything else is not checked, with why."""
    found = things(
        asked(row("user", "gone"), exists=False, check="iam GetUser answered NoSuchEntity."),
        asked(row("user", "there"), exists=True, check="iam GetUser answered with it."),
        asked(row("user", "denied"), None, "iam GetUser failed: no permission.", "refused"),
    )
    assert [(one["id"], one["state"], one["reason"], one["why"], one["checked_at"]) for one in found] == [
        ("there", "exists", None, "iam GetUser answered with it.", NOW),
        ("denied", "not checked", "refused", "iam GetUser failed: no permission.", NOW),
        ("gone", "gone", None, "iam GetUser answered NoSuchEntity.", NOW),
    ]


def test_without_a_way_to_aws() -> None:
    """Where nobody asked AWS, everything is not checked, says why, and nothing counts as gone."""
    (found,) = rows_of(impact(call("iam:CreateUser", {"userName": "u"})).still_exists)
    assert (found["state"], found["reason"], found["why"], found["checked_at"]) == (
        "not checked", NO_ACCOUNT, NO_WAY, None,
    )  # fmt: skip


def test_one_row_a_thing() -> None:
    """A thing that several calls made and changed stands once, with all of them, the last change and whose they are."""
    found = rows_of(impact(
        call("iam:CreateAccessKey", {"userName": "u"}, {"accessKey": {"accessKeyId": "AKIA1", "userName": "u"}},
             party="unknown"),
        call("iam:CreateUser", {"userName": "u"}),
        call("iam:UpdateAccessKey", {"accessKeyId": "AKIA1", "userName": "u", "status": "Active"}),
    ).still_exists)  # fmt: skip
    key, user = found
    assert (key["kind"], key["id"], key["within"], key["calls"], key["party"]) == (
        "access_key",
        "AKIA1",
        "u",
        2,
        "thief",
    )
    assert (key["event_ids"], key["last_change"]) == ("e0\ne2", "UpdateAccessKey")
    assert key["last_change_at"].minute == 2
    assert key["detail"] == "made an access key\nswitched an access key on"
    assert (user["id"], user["calls"], user["party"]) == ("u", 1, "thief")


def test_refused_calls_left_nothing() -> None:
    """What was only tried is no thing that can exist."""
    assert rows_of(impact(call("iam:CreateUser", {"userName": "u"}, error_code="AccessDenied")).still_exists) == []


@pytest.mark.parametrize("changes", [{"account_id": OTHER_ACCOUNT}, {"region": "us-east-1"}, {"id": "g"},
                                     {"parent_id": "other"}, {"kind": "lambda_url"}])  # fmt: skip
def test_different_things(changes: dict[str, Any]) -> None:
    """The same name in another account, region or parent, or of another kind, is another thing."""
    assert len(things(row("lambda_permission", "f", "p"), {**row("lambda_permission", "f", "p"), **changes})) == 2


def test_what_is_in_no_region() -> None:
    """A user is one thing wherever its calls were recorded, and is said to be in no region."""
    (found,) = things(row("user", "u"), row("user", "u", region="us-east-1"))
    assert (found["region"], found["calls"]) == (None, 2)


def test_unnamed_things_stay_apart() -> None:
    """What the log does not name cannot be counted as one: each call's is a row of its own."""
    found = things(row("user", None), row("user", None), row("user", None, event_id=None))
    assert [(one["id"], one["calls"]) for one in found] == [(None, 1)] * 3


@pytest.mark.parametrize(("kind", "change", "parent"), [
    ("role", "trust_policy", "x"), ("lambda_function", "lambda_code", None),
    ("lambda_function", "lambda_configuration", None), ("instance", "instance_user_data", None),
])  # fmt: skip
def test_changes_of_a_thing_count_with_it(kind: str, change: str, parent: str | None) -> None:
    """A change of what the thief made itself is told with it, in any order, and the thing's own state is taken."""
    rows = [
        asked(row(kind, "x", event_id="made"), exists=True),
        asked(row(change, "x", parent, event_id="changed", event_name="Update"), None, "to be read", "unsettled"),
    ]
    (found,) = things(*rows)
    assert (found["kind"], found["state"], found["within"], found["calls"]) == (kind, "exists", None, 2)
    assert (found["event_ids"], found["last_change"]) == ("made\nchanged", "Update")
    (turned,) = things(*reversed(rows))
    assert (turned["kind"], turned["state"], turned["last_change"]) == (kind, "exists", "Create")


def test_a_change_of_what_was_there_before() -> None:
    """A change of something that the thief did not make stands for itself, and that it is there settles nothing."""
    (found,) = things(asked(row("trust_policy", "r", "r"), None, "must be read", "AWS's answer does not settle it"))
    assert (found["kind"], found["id"], found["within"], found["state"]) == ("trust_policy", "r", "r", "not checked")
    assert found["reason"] == "AWS's answer does not settle it"


def test_order() -> None:
    """What still exists comes first and what is gone last; within a state the things stand by time."""
    found = things(asked(row("user", "a"), exists=False), asked(row("user", "b"), exists=True), row("user", "c"),
                   asked(row("user", "d"), exists=True))  # fmt: skip
    assert [one["id"] for one in found] == ["b", "d", "c", "a"]
    assert STATES == ("exists", "not checked", "gone")


def test_many_changes_are_cut() -> None:
    """Of a thing that was changed again and again the last changes are told, all events, and that more came before."""
    (found,) = things(*(row("user", "u", event_id=f"e{n}", detail=f"change {n}") for n in range(9)))
    assert found["detail"].split("\n") == ["3 more, earlier", *(f"change {n}" for n in range(3, 9))]
    assert found["event_ids"].split("\n") == [f"e{n}" for n in range(9)]


def test_it_follows_what_aws_said() -> None:
    """The things of an impact are those of its persistence table, so they follow when that was checked."""
    found = impact(call("iam:CreateUser", {"userName": "u"}))
    checked = found.persistence.assign(still_exists=False, checked_at=NOW, check="gone", unchecked=None)
    (after,) = rows_of(replace(found, persistence=checked).still_exists)
    assert (after["state"], after["reason"]) == ("gone", None)


def test_nothing() -> None:
    """Nothing left behind gives the empty table with its columns."""
    found = still_exists_frame(tables.frame(tables.PERSISTENCE, {}))
    assert (len(found), tuple(found.columns)) == (0, tables.STILL_EXISTS.names)


def test_no_word_of_clean() -> None:
    """No state and no reason says that an account is clean or safe."""
    told = " ".join([*STATES, *(str(value) for name, value in vars(still_exists).items() if name.isupper())])
    assert not any(word in told.lower() for word in ("clean", "safe", "harmless"))


def test_regions_agree_with_how_things_are_asked_for() -> None:
    """Kinds that are asked for in no region are those that count once over all regions, and the other way round."""
    for kind in KINDS:
        probe = PROBES.get(kind)
        if probe is not None:
            (found,) = things(row(kind, "x", "p"))
            assert (found["region"] is None) == probe.everywhere, kind
