"""The fleet of a role: instances that the events and AWS show, the leaked one first, nobody drawn in by a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from gdkit import tables
from gdkit.analysis.fleet import fleet_table
from gdkit.model import LeakedSession
from tests.analysis.judged import SESSION, by_admin
from tests.analysis.records import ACCOUNT, INSTANCE, KEY_2, NAT, OTHER_ACCOUNT, events_of, identity, record

if TYPE_CHECKING:
    from pathlib import Path

SECOND, THIRD = "i-0aaaaaaaaaaaaaaa1", "i-0bbbbbbbbbbbbbbb2"


def call(minute: int, instance: str, delivery: str | None = None, **who: Any) -> dict[str, Any]:
    """Give a call of an instance with the role."""
    return record(minute, NAT, "x", who=identity(who.pop("key", KEY_2), name=instance, delivery=delivery, **who))


def fleet(folder: Path, records: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    """Give the rows of the fleet."""
    table = fleet_table(events_of(folder, records), SESSION, **more)
    assert {name: str(kind) for name, kind in table.dtypes.items()} == tables.dtypes(tables.FLEET)
    return list(tables.rows_of(table))


def test_instances_of_the_role(tmp_path: Path) -> None:
    """Each instance with the role is a row with its calls and deliveries, the leaked one first, then by id."""
    here = {**identity(KEY_2, name=SECOND, delivery="1.0"),
            "inScopeOf": {"credentialsIssuedTo": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/{SECOND}"}}  # fmt: skip
    records = [call(1, THIRD), call(2, SECOND, "2.0"), record(3, NAT, "x", who=here), call(4, INSTANCE)]
    rows = fleet(tmp_path, records)
    assert [(row["instance_id"], row["leaked"], row["events"]) for row in rows] == [
        (INSTANCE, True, 1), (SECOND, False, 2), (THIRD, False, 1)]  # fmt: skip
    assert rows[1]["ec2_role_delivery"] == "1.0 and 2.0"
    assert (rows[1]["account_id"], rows[1]["region"]) == (ACCOUNT, "eu-west-1")
    assert (rows[2]["region"], rows[2]["state"], rows[2]["off_instance_events"]) == (None, None, None)


def test_others_are_left_out(tmp_path: Path) -> None:
    """Other roles, the instance identity role, people's sessions and sessions named by others are no instances."""
    machine = {"type": "AssumedRole", "principalId": f"{ACCOUNT}:aws:ec2-instance:{SECOND}", "accountId": ACCOUNT,
               "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/aws:ec2-instance/{SECOND}", "accessKeyId": KEY_2,
               "sessionContext": {"sessionIssuer": {"type": "Role", "userName": "aws:ec2-instance",
                                                    "principalId": f"{ACCOUNT}:aws:ec2-instance"}}}  # fmt: skip
    posed = by_admin(4, "AssumeRole", "sts", responseElements={"credentials": {"accessKeyId": "ASIAEXAMPLEPOSED0001"}})
    records = [
        call(1, SECOND, role="other", role_id="AROAEXAMPLEOTHER00001"),
        record(2, NAT, "x", who=machine),
        call(3, "alice"),
        posed,
        call(5, THIRD, key="ASIAEXAMPLEPOSED0001"),
        call(6, SECOND, account=OTHER_ACCOUNT, role_id="AROAEXAMPLEOTHER00002"),
    ]
    assert [row["instance_id"] for row in fleet(tmp_path, records)] == [INSTANCE]


def test_keys_that_ec2_asked_for_count(tmp_path: Path) -> None:
    """A key that EC2 itself assumed the role for, for an instance, is that instance's."""
    issue = record(1, "ec2.amazonaws.com", "ec2.amazonaws.com", name="AssumeRole", service="sts",
                   who={"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
                   responseElements={"credentials": {"accessKeyId": KEY_2}})  # fmt: skip
    assert [row["instance_id"] for row in fleet(tmp_path, [issue, call(2, SECOND)])] == [INSTANCE, SECOND]


@pytest.mark.parametrize("lacking", [("role_id",), ("role_id", "role_arn")])
def test_records_without_ids(tmp_path: Path, lacking: tuple[str, ...]) -> None:
    """Records without the role's id are matched by its ARN, and without that by its name and account."""
    events = events_of(tmp_path, [call(1, SECOND), call(2, THIRD, role="other", role_id="AROAEXAMPLEOTHER00001")])
    for name in lacking:
        events[name] = pd.Series([None] * len(events), dtype="str")
    assert list(fleet_table(events, SESSION)["instance_id"]) == [INSTANCE, SECOND]


def test_described(tmp_path: Path) -> None:
    """What AWS says now is filled in, also for instances that made no call; other columns are passed over."""
    told = {"instance_id": THIRD, "state": "running", "region": "us-east-1", "http_tokens": "optional", "hop_limit": 2,
            "http_endpoint": "enabled", "profile_arn": "arn:p", "launched_at": "2026-10-01T00:00:00+00:00",
            "image_id": "ami-1", "events": 99, "leaked": True}  # fmt: skip
    rows = fleet(tmp_path, [call(1, SECOND)], described=[told])
    assert [row["instance_id"] for row in rows] == [INSTANCE, SECOND, THIRD]
    assert (rows[2]["events"], rows[2]["leaked"], rows[2]["http_tokens"], rows[2]["hop_limit"]) == (
        0,
        False,
        "optional",
        2,
    )
    assert rows[2]["launched_at"] == datetime(2026, 10, 1, tzinfo=UTC)
    again = fleet(tmp_path, [call(1, SECOND)], described=tables.frame_of_rows(tables.FLEET, [
        {"instance_id": THIRD, "state": "running", "hop_limit": 2}]))  # fmt: skip
    assert (again[2]["state"], again[2]["hop_limit"], again[2]["http_tokens"]) == ("running", 2, None)


def test_described_wrongly(tmp_path: Path) -> None:
    """Values of the wrong kind are missing, and rows without an id are none."""
    told = [{"instance_id": None}, {"state": "running"}, {"instance_id": SECOND, "state": 7, "hop_limit": "far",
            "launched_at": "yesterday", "http_tokens": ["required"]}]  # fmt: skip
    rows = fleet(tmp_path, [], described=told)
    assert [row["instance_id"] for row in rows] == [INSTANCE, SECOND]
    assert [rows[1][name] for name in ("state", "hop_limit", "launched_at", "http_tokens")] == [None] * 4


def test_suspicion(tmp_path: Path) -> None:
    """Suspicious instances come after the leaked one, most calls first; a judged one without suspicion has none."""
    records = [call(1, SECOND), call(2, THIRD), call(3, "i-0cccccccccccccc03")]
    rows = fleet(
        tmp_path, records, suspicion={THIRD: (9, "from two countries"), "i-0cccccccccccccc03": (2, "odd client")}
    )
    assert [row["off_instance_events"] for row in rows] == [0, 9, 2, 0]
    assert [row["suspicion"] for row in rows] == [None, "from two countries", "odd client", None]
    assert [row["off_instance_events"] for row in fleet(tmp_path, records)] == [None] * 4


def test_unknown_role(tmp_path: Path) -> None:
    """Where nothing is known of the role only the leaked instance is named; of no session at all, nobody."""
    events = events_of(tmp_path, [call(1, SECOND)])
    unknown = replace(SESSION, role_id=None, role_arn=None, role_name=None)
    assert list(fleet_table(events, unknown)["instance_id"]) == [INSTANCE]
    assert fleet_table(events, LeakedSession(None, None, None, None, None, None, None)).empty
    assert list(fleet_table(events[:0], SESSION)["instance_id"]) == [INSTANCE]


def test_order_and_copies_do_not_matter(tmp_path: Path) -> None:
    """The same events backwards and twice give the same fleet."""
    events = events_of(tmp_path, [call(1, THIRD, "1.0"), call(2, SECOND), call(3, SECOND, "2.0")])
    twice = pd.concat([events[::-1], events], ignore_index=True)
    pd.testing.assert_frame_equal(fleet_table(twice, SESSION), fleet_table(events, SESSION))


def test_many_events(tmp_path: Path) -> None:
    """A hundred thousand calls of a thousand instances are a thousand rows, and the leaked one."""
    events = events_of(tmp_path, [call(1, SECOND)]).iloc[[0] * 100_000].reset_index(drop=True)
    events["event_id"] = pd.Series(range(100_000)).astype("str")
    events["session_name"] = "i-" + (events.index % 1_000).astype("str").str.zfill(17)
    assert len(fleet_table(events, SESSION)) == 1_001
