"""The moments that matter: each with its event, in a causal order that is always the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.analysis.result import result_document
from gdkit.analysis.timeline import timeline_table
from gdkit.case.verdicts import UNDECIDED
from gdkit.model import Coverage
from gdkit.origin.document import NOT_JUDGED
from tests.analysis.judged import by_admin
from tests.analysis.records import (
    CHAINED,
    KEY,
    THIEF,
    THIEF_CLIENT,
    agent,
    assume_role,
    chained,
    record,
    scope_of,
    subject,
)

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.analysis.scope import Scope

AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
STORED = "arn:aws:secretsmanager:us-east-1:111122223333:secret:db"


def stolen(minute: int = 60, name: str = "ListBuckets", service: str = "s3", **fields: Any) -> dict[str, Any]:
    """Give a call of the thief with the leaked session's key."""
    return record(minute, THIEF, THIEF_CLIENT, name=name, service=service, **fields)


def read(minute: int, secret: str = STORED, **fields: Any) -> dict[str, Any]:
    """Give a reading of a secret by the thief."""
    return stolen(minute, "GetSecretValue", "secretsmanager", requestParameters={"secretId": secret}, **fields)


def moments(scope: Scope, *kinds: str) -> list[dict[str, Any]]:
    """Give the rows of some kinds, or of all, in order."""
    return [row for row in tables.rows_of(timeline_table(scope, AT)) if row["kind"] in kinds or not kinds]


def test_data_names_its_event(tmp_path: Path) -> None:
    """Data that was reached has the event that first reached it, and the hop of the session that did."""
    reads = [read(70), read(71), read(72, "other"), read(73, errorCode="AccessDenied")]
    made = chained(75, THIEF, THIEF_CLIENT)
    made |= {"eventName": "GetSecretValue", "requestParameters": {"secretId": "far"}, "eventID": "far"}
    found = moments(scope_of(tmp_path, [agent(1), *reads, assume_role(74, THIEF, THIEF_CLIENT), made]), "data")
    assert [(row["event_id"], row["hop"]) for row in found] == [
        (reads[0]["eventID"], 0), (reads[2]["eventID"], 0), ("far", 1),
    ]  # fmt: skip
    assert found[0]["statement"] == f"read: secret {STORED}"


def test_data_in_one_second(tmp_path: Path) -> None:
    """Of several calls of one second each thing has its own, and of two for one thing the first by its id."""
    reads = [{**read(70, name), "eventID": event_id} for name, event_id in
             (("b", "3"), ("a", "9"), ("a", "1"))]  # fmt: skip
    refused = {**read(70, "a", errorCode="AccessDenied"), "eventID": "0"}
    found = moments(scope_of(tmp_path, [refused, *reads]), "data")
    assert {row["statement"]: row["event_id"] for row in found} == {"read: secret a": "1", "read: secret b": "3"}


def test_every_call_has_event_and_hop(tmp_path: Path) -> None:
    """Whatever is a call of the session names its event and its hop."""
    calls = [read(70), assume_role(71, THIEF, THIEF_CLIENT), chained(72, THIEF, THIEF_CLIENT),
             stolen(73, "CreateUser", "iam", requestParameters={"userName": "backup"}),
             stolen(74, "StopLogging", "cloudtrail", requestParameters={"name": "t"})]  # fmt: skip
    found = moments(scope_of(tmp_path, calls), "first use", "last use", "hop", "left behind", "tamper", "data")
    assert {row["kind"] for row in found} == {"first use", "last use", "hop", "left behind", "tamper", "data"}
    assert all(row["event_id"] and row["hop"] is not None for row in found)


def test_causal_order_within_a_second(tmp_path: Path) -> None:
    """In one second a credential is given before its use, hop by hop, and the last use comes last."""
    taken, used = assume_role(70, THIEF, THIEF_CLIENT), chained(70, THIEF, THIEF_CLIENT)
    used |= {"eventName": "GetSecretValue", "requestParameters": {"secretId": "far"}}
    calls = [{**read(70), "eventID": "z"}, {**taken, "eventID": "y"}, {**used, "eventID": "a"}]
    found = moments(scope_of(tmp_path, calls), "first use", "data", "hop", "last use")
    assert [(row["kind"], row["hop"], row["event_id"]) for row in found] == [
        ("first use", 0, "y"), ("data", 0, "z"), ("hop", 1, "y"), ("data", 1, "a"), ("last use", 1, "a"),
    ]  # fmt: skip
    again = moments(scope_of(tmp_path, calls[::-1]), "first use", "data", "hop", "last use")
    assert again == found


def test_ends_and_now_come_after_calls_of_their_second(tmp_path: Path) -> None:
    """A credential's end and the instant judged by stand after the calls of the same second, an issue before them."""
    scope = scope_of(tmp_path, [assume_role(70, THIEF, THIEF_CLIENT), stolen(90)])  # the chained key ends at 8:30
    at = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    rows = [row for row in tables.rows_of(timeline_table(scope, at)) if row["at"] == at]
    assert [row["kind"] for row in rows] == ["last use", "ends", "now"]
    issued = scope_of(tmp_path, [{**stolen(), "eventTime": "2026-11-01T06:00:00Z"}])
    assert [row["kind"] for row in moments(issued)][:3] == ["issue", "first use", "last use"]


@pytest.mark.parametrize(("code", "words"), [
    ("AccessDenied", "it was refused (AccessDenied); the last that succeeded was ListBuckets at 2026-11-01T08:00:00Z"),
    ("NoSuchKey", "it failed (NoSuchKey); the last that succeeded"),
    ("Client.DryRunOperation", "a dry run (Client.DryRunOperation)"),
])  # fmt: skip
def test_last_use_tells_how_it_ended(tmp_path: Path, code: str, words: str) -> None:
    """A last call that did not succeed says so, and names the last that did."""
    (row,) = moments(scope_of(tmp_path, [stolen(60), stolen(80, "GetObject", errorCode=code)]), "last use")
    assert row["statement"].startswith(f"GetObject from {THIEF} with key {KEY}; ")
    assert words in row["statement"]


def test_nothing_succeeded(tmp_path: Path) -> None:
    """A thief whose every call was refused is told as such; a call that succeeded says nothing of its end."""
    scope = scope_of(tmp_path, [stolen(60, errorCode="AccessDenied")])
    first, last = moments(scope, "first use", "last use")
    assert first["statement"].endswith("it was refused (AccessDenied)")
    assert last["statement"].endswith("none of the thief's calls is seen to have succeeded")
    (fine,) = moments(scope_of(tmp_path, [stolen(60)]), "last use")
    assert fine["statement"] == f"ListBuckets from {THIEF} with key {KEY}"


def test_revoked(tmp_path: Path) -> None:
    """What was done against credentials is a moment of its own, once for all that it hit."""
    gone = by_admin(90, "DeleteUser", "iam", requestParameters={"userName": "backup"})
    made = [stolen(60 + n, name, "iam", requestParameters={"userName": "backup"})
            for n, name in enumerate(("CreateUser", "CreateLoginProfile"))]  # fmt: skip
    (row,) = moments(scope_of(tmp_path, [*made, gone]), "revoked")
    assert (row["event_id"], row["at"]) == (gone["eventID"], datetime(2026, 11, 1, 8, 30, tzinfo=UTC))
    assert row["statement"].startswith("backup, backup: deleted since 2026-11-01T08:30:00Z")


def test_gone_is_told(tmp_path: Path) -> None:
    """What was left behind and is gone says so, and when AWS was asked."""
    scope = scope_of(tmp_path, [stolen(60, "CreateUser", "iam", requestParameters={"userName": "backup"})])
    (row,) = moments(scope, "left behind")
    assert "gone" not in row["statement"]
    asked = scope.impact.persistence.assign(still_exists=False, checked_at=AT).astype(tables.dtypes(tables.PERSISTENCE))
    (row,) = moments(replace(scope, impact=replace(scope.impact, persistence=asked)), "left behind")
    assert row["statement"].endswith("; gone, AWS said at 2026-11-01T09:00:00Z")


def test_no_event_has_a_time(tmp_path: Path) -> None:
    """Without any time there is no instant to judge by: scope, timeline and result say so, and none says 1970."""
    timeless = [{**call, "eventTime": None} for call in (stolen(60), assume_role(61, THIEF, THIEF_CLIENT))]
    scope = scope_of(tmp_path, timeless)
    assert scope.at is None
    table = timeline_table(scope, scope.at)
    assert "1970" not in table.to_string()
    (now,) = (row for row in tables.rows_of(table) if row["kind"] == "now")
    assert (now["at"], now["statement"]) == (
        None, "the instant that this was judged by is not known: no event has a time",
    )  # fmt: skip
    states = {row["access_key_id"]: row["state"] for row in tables.rows_of(scope.credentials)}
    assert states[CHAINED] == "unknown"
    document = result_document(subject(), scope, Coverage(), UNDECIDED, NOT_JUDGED)
    assert document["credentials"]["as_of"] is None
