"""A policy tried on the calls of a log: who would be locked out, whether the thief is stopped, what nobody can say."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.response.recovery.prevention import prevention_patterns
from gdkit.response.recovery.replay import NOT_JUDGED, Replay, all_rows, replay
from gdkit.response.recovery.seen import Homes
from tests.response.recovery.made import (
    BEGAN,
    ENDPOINT,
    GROUND,
    HOME,
    INSTANCE,
    NAT,
    NOW,
    OTHER,
    PRIVATE,
    SIBLING,
    THIEF,
    USER_ID,
    VPC,
    by_endpoint,
    event,
    of_thief,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PATTERNS = {one.name: one for one in prevention_patterns(GROUND)}
CHAINED = of_thief(hop=1, role_arn=f"arn:aws:iam::{OTHER}:role/reporting", identity_account_id=OTHER)
HOMES = Homes({INSTANCE: VPC}, {INSTANCE: PRIVATE}, {ENDPOINT: VPC})


def tried(name: str, *rows: Mapping[str, Any], homes: Homes | None = HOMES) -> Replay:
    """Try one of the policies."""
    return replay(PATTERNS[name], rows, GROUND, until=NOW, homes=homes)


def test_the_strict_policy_locks_out_who_leaves_by_nat() -> None:
    """The strict policy stops the thief, and names the workload's calls through the NAT gateway with their number."""
    found = tried("own-place", event(), event(), by_endpoint(), of_thief())
    assert (found.count("denied"), found.count("allowed"), found.count("undecided")) == (3, 1, 0)
    (locked,) = found.locked_out
    assert (locked.who, locked.call, locked.source, locked.calls) == (USER_ID, "s3:ListBuckets", NAT, 2)
    assert found.stops_thief is True


def test_the_ways_out_let_the_workload_pass() -> None:
    """With its ways out named the policy locks out nobody, and still stops the thief."""
    found = tried("own-place-or-egress", event(), by_endpoint(), of_thief())
    assert found.locked_out == () and found.unclear == ()
    assert found.stops_thief is True


def test_what_the_log_lacks_stays_undecided() -> None:
    """Without the endpoint's VPC the workload's call is undecided, and the key that is missing is named."""
    found = tried("own-place", by_endpoint(), homes=None)
    (unclear,) = found.unclear
    assert "aws:SourceVpc" in unclear.missing
    assert found.count("undecided", "workload") == 1 and found.locked_out == ()


@pytest.mark.parametrize(
    ("rows", "stopped"),
    [
        ([], None),
        ([event()], None),
        ([of_thief()], True),
        ([of_thief(), of_thief("PutObject")], True),
        ([of_thief(), of_thief(source_address="AWS Internal")], None),
        ([of_thief(), of_thief(source_address=NAT)], False),
        ([of_thief(), of_thief(role_arn=f"arn:aws:iam::{OTHER}:role/reporting", role_name="reporting")], False),
        ([of_thief(), CHAINED], False),
        ([of_thief("AssumeRole", "sts.amazonaws.com"), CHAINED], True),
        ([of_thief("AssumeRole", "sts.amazonaws.com", source_address=NAT), CHAINED], False),
        ([of_thief("AssumeRole", "sts.amazonaws.com"), CHAINED, {**CHAINED, "hop": 0}], False),
        ([of_thief(), of_thief("GetCallerIdentity", "sts.amazonaws.com")], True),
    ],
)
def test_whether_the_thief_is_stopped(rows: list[dict[str, Any]], stopped: bool | None) -> None:
    """He is stopped only if each call of his that a policy can refuse would be; no call of his proves nothing."""
    assert tried("own-place-or-egress", *rows).stops_thief is stopped


def test_calls_that_were_refused_anyway_lock_out_nobody() -> None:
    """A call of the workload that AWS refused at the time loses nothing by the policy."""
    refused = event(error_code="AccessDenied")
    assert tried("own-place", refused).locked_out == ()
    (one,) = tried("own-place", refused, event()).locked_out
    assert (one.calls, one.refused) == (2, 1)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"event_at": None}, "no time in the record"),
        ({"event_at": NOW - timedelta(days=31)}, "outside the span"),
        ({"event_at": NOW + timedelta(seconds=1)}, "outside the span"),
        ({"event_type": "AwsServiceEvent"}, "no call of an API"),
        ({"user_agent": "gdkit/0.1.0 md/Botocore"}, "gdkit's own"),
        ({"event_name": "GetCallerIdentity"}, "GetCallerIdentity, which no policy refuses"),
        ({"principal_id": f"{HOME}:aws:ec2-instance:{INSTANCE}"},
         "of the instance's own identity role, which policies do not reach"),
    ],
)  # fmt: skip
def test_what_is_not_tried_is_counted(fields: dict[str, Any], reason: str) -> None:
    """A row that cannot be tried is counted under its reason, and in no other number."""
    found = tried("own-place", event(**fields))
    assert found.left_out == {reason: 1}
    assert found.groups == () and found.first_at is None


def test_a_forged_agent_is_tried() -> None:
    """The thief's calls are tried even with gdkit's user agent."""
    assert tried("own-place", of_thief(user_agent="gdkit/0.1.0")).count("denied", "thief") == 1


@pytest.mark.parametrize(
    ("name", "fields", "reached"),
    [
        ("own-place", {"role_arn": f"arn:aws:iam::{HOME}:role/other"}, False),
        ("own-place", {"role_arn": None}, True),
        ("own-place", {"role_arn": None, "role_name": "other"}, False),
        ("own-place", {"identity_type": "IAMUser"}, True),
        ("imdsv2-credentials-account", {"role_arn": f"arn:aws:iam::{HOME}:role/other"}, True),
        ("imdsv2-credentials-account", {"identity_account_id": OTHER}, False),
        ("imdsv2-credentials-account", {"role_arn": f"arn:aws:iam::{HOME}:role/aws-service-role/x/y"}, False),
        ("imdsv2-credentials-account", {"identity_type": "AWSService"}, False),
    ],
)
def test_whom_a_policy_is_about(name: str, fields: dict[str, Any], reached: bool) -> None:
    """A policy on the role is about that role; one of the organisation about the account, but for service roles."""
    found = tried(name, event(**fields))
    assert bool(found.groups) is reached
    assert dict(found.not_reached) == ({} if reached else {"workload": 1})


def test_other_instances_of_the_role_are_tried() -> None:
    """Calls of the role's other instances, which nobody attributed, are tried too and named as not judged."""
    other = event(party=None, session_name=SIBLING, principal_id=f"AROAEXAMPLEROLEID0001:{SIBLING}")
    (locked,) = tried("own-place", *all_rows([of_thief()], [other])).locked_out
    assert (locked.party, locked.who) == (NOT_JUDGED, f"AROAEXAMPLEROLEID0001:{SIBLING}")


def test_rows_of_the_session_count_once() -> None:
    """An event of the session that the case's events hold too is tried once, with who made it."""
    mine, copy, other = event(event_id="a"), event(event_id="a", party=None), event(event_id="b", party=None)
    assert [row["party"] for row in all_rows([mine], [copy, other])] == ["workload", None]


def test_the_order_of_rows_changes_nothing() -> None:
    """The same rows in any order give the same answer, and every row is in exactly one number."""
    rows = [event(), by_endpoint(), of_thief(), event("PutObject"), of_thief(source_address=NAT), event(event_at=None),
            event(role_arn=f"arn:aws:iam::{HOME}:role/other")] * 3  # fmt: skip
    wanted = tried("own-place", *rows)
    for seed in range(5):
        shuffled = random.Random(seed).sample(rows, len(rows))  # noqa: S311 - any order will do
        assert tried("own-place", *shuffled) == wanted
    counted = sum(one.calls for one in wanted.groups) + sum(wanted.not_reached.values()) + sum(wanted.left_out.values())
    assert counted == len(rows)


def test_the_span_is_told() -> None:
    """The span that was asked for and the first call that was found in it are both told."""
    found = tried("own-place", event(event_at=BEGAN), of_thief(event_at=BEGAN + timedelta(hours=1)))
    assert (found.since, found.until, found.first_at) == (NOW - timedelta(days=30), NOW, BEGAN)
    late = next(one for one in found.groups if one.source == THIEF)
    assert late.first_at == late.last_at == BEGAN + timedelta(hours=1)
