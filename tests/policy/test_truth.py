"""What denies whom: the policies that a responder to a stolen instance credential would write, and likely mistakes."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.policy import Request, decide
from tests.policy.samples import ALLOW_ALL, ALLOW_NOTHING, OWN, ROLE, policy, statement

LEAKED = {
    "aws:userid": "AROAWEB:i-0aaa",
    "aws:PrincipalArn": ROLE,
    "aws:TokenIssueTime": "2026-11-23T09:00:00Z",
    "aws:SourceIp": "198.51.100.9",
    "ec2:SourceInstanceARN": f"arn:aws:ec2:us-east-1:{OWN}:instance/i-0aaa",
    "aws:Ec2InstanceSourceVpc": "vpc-1",
    "aws:ViaAWSService": "false",
}
"""The leaked session, used from the internet."""
AT_HOME = LEAKED | {"aws:SourceIp": "203.0.113.7", "aws:SourceVpc": "vpc-1"}
"""The same session on its instance, which calls through a VPC endpoint."""
RENEWED = AT_HOME | {"aws:TokenIssueTime": "2026-11-23T11:00:00Z"}
"""The same instance with its next credential."""
SIBLING = RENEWED | {
    "aws:userid": "AROAWEB:i-0bbb",
    "ec2:SourceInstanceARN": f"arn:aws:ec2:us-east-1:{OWN}:instance/i-0bbb",
}
"""Another instance of the role, with a credential that was issued later."""
OTHER_ROLE = AT_HOME | {"aws:userid": "AROAOTH:i-0aaa", "aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/other"}
"""The same instance id under another role."""
PERSON = {"aws:userid": "AIDAALICE", "aws:PrincipalArn": f"arn:aws:iam::{OWN}:user/alice", "aws:username": "alice"}
"""A user with a key that never expires: no time of issue."""

EVERYBODY = {
    "leaked": LEAKED,
    "at home": AT_HOME,
    "renewed": RENEWED,
    "sibling": SIBLING,
    "other role": OTHER_ROLE,
    "person": PERSON,
}
CUT = "2026-11-23T10:00:00Z"
USERID = {"StringEquals": {"aws:userid": "AROAWEB:i-0aaa"}}
BEFORE = {"DateLessThan": {"aws:TokenIssueTime": CUT}}

DENIES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("userid", USERID, {"leaked", "at home", "renewed"}),
    ("userid and time", USERID | BEFORE, {"leaked", "at home"}),
    ("time alone", BEFORE, {"leaked", "at home", "other role"}),
    ("userid, key in other case", {"StringEquals": {"AWS:UserID": "AROAWEB:i-0aaa"}}, {"leaked", "at home", "renewed"}),
    ("userid, value in other case", {"StringEquals": {"aws:userid": "aroaweb:i-0aaa"}}, set()),
    (
        "session name by wildcard",
        {"StringLike": {"aws:userid": "*:i-0aaa*"}},
        {"leaked", "at home", "renewed", "other role"},
    ),
    ("everybody but the sibling", {"StringNotEquals": {"aws:userid": "AROAWEB:i-0bbb"}}, set(EVERYBODY) - {"sibling"}),
    ("userid long ago", USERID | {"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}, set()),
    ("not the own range", {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"leaked", "person"}),
    ("only the own range", {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, set(EVERYBODY) - {"leaked", "person"}),
    ("a key that nobody has", {"StringEquals": {"aws:username": "AROAWEB:i-0aaa"}}, set()),
    ("role by ARN", {"ArnLike": {"aws:PrincipalArn": ROLE}}, {"leaked", "at home", "renewed", "sibling"}),
    (
        "off the instance's VPC",
        {
            "StringNotEquals": {"aws:SourceVpc": "${aws:Ec2InstanceSourceVpc}"},
            "Null": {"ec2:SourceInstanceARN": "false"},
            "Bool": {"aws:ViaAWSService": "false"},
        },
        {"leaked"},
    ),
    ("time, off by a second", {"DateLessThanEquals": {"aws:TokenIssueTime": "2026-11-23T09:00:00Z"}},
     {"leaked", "at home", "other role"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "condition", "denied"), DENIES, ids=[row[0] for row in DENIES])
def test_deny_stops_exactly(name: str, condition: dict[str, Any], denied: set[str]) -> None:
    """A Deny with this condition stops exactly these sessions, on any service, and leaves the others as they were."""
    block = policy(statement("Deny", Sid="Block", Condition=condition), name=name)
    for action, resource in (("s3:GetObject", "arn:aws:s3:::data/key"), ("iam:ListRoles", "*")):
        found = {
            who: decide(Request(action, resource, context), identity=[ALLOW_ALL, block])
            for who, context in EVERYBODY.items()
        }
        assert {who for who, decision in found.items() if decision.decision == "ExplicitDeny"} == denied
        assert all(decision.allowed for who, decision in found.items() if who not in denied)


def test_allow_for_one_session_only() -> None:
    """An Allow with a condition on the session admits that session and nobody else."""
    only = policy(statement("Allow", Condition=USERID))
    found = {
        who
        for who, context in EVERYBODY.items()
        if decide(Request("s3:GetObject", context=context), identity=[only]).allowed
    }
    assert found == {"leaked", "at home", "renewed"}


@pytest.mark.parametrize(
    "layers", [{"boundary": ALLOW_NOTHING}, {"session": [ALLOW_NOTHING]}, {"scps": [[ALLOW_NOTHING]]}]
)
def test_layer_that_allows_nothing(layers: dict[str, Any]) -> None:
    """A boundary, session policy or service control policy that allows nothing stops everybody."""
    for context in EVERYBODY.values():
        found = decide(Request("s3:GetObject", context=context), identity=[ALLOW_ALL], **layers)
        assert (found.decision, found.layer) == ("ImplicitDeny", next(iter(layers)).removesuffix("s"))


def test_deny_with_too_few_actions() -> None:
    """A Deny on S3 alone leaves the leaked session every other service."""
    block = policy(statement("Deny", Action="s3:*", Condition=USERID))
    assert not decide(Request("s3:GetObject", context=LEAKED), identity=[ALLOW_ALL, block]).allowed
    assert decide(Request("sqs:SendMessage", context=LEAKED), identity=[ALLOW_ALL, block]).allowed


def test_deny_with_exceptions() -> None:
    """A Deny by NotAction leaves the named actions alone, so that an agent can still report."""
    block = policy(statement("Deny", NotAction=["ssm:*", "ec2messages:*"], Condition=USERID))
    assert decide(Request("ssm:UpdateInstanceInformation", context=LEAKED), identity=[ALLOW_ALL, block]).allowed
    assert not decide(Request("s3:GetObject", context=LEAKED), identity=[ALLOW_ALL, block]).allowed


@pytest.mark.parametrize(
    ("time", "denied"),
    [("2026-11-23T09:59:59Z", True), ("2026-11-23T10:00:00Z", False), ("2026-11-23T10:59:59+01:00", True)],
)
def test_edge_of_the_cut(time: str, denied: bool) -> None:
    """The cut stops what was issued before it, to the second, whatever zone the time is written in."""
    block = policy(statement("Deny", Condition=BEFORE))
    found = decide(Request("s3:GetObject", context=LEAKED | {"aws:TokenIssueTime": time}), identity=[ALLOW_ALL, block])
    assert found.allowed is not denied
