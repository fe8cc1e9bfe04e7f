"""Whether a policy refuses a call: never more certain than every way in which the unlogged keys could have been."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import PolicyError, UsageError
from gdkit.policy import Request, decide, parse_policy
from gdkit.response.recovery.pattern import Pattern, Place
from gdkit.response.recovery.prevention import prevention_patterns
from gdkit.response.recovery.seen import Homes, Seen, seen_call
from gdkit.response.recovery.weigh import ACTION, CALLER, RESOURCE, mentioned, read_pattern, weigh
from tests.response.recovery.made import GROUND, NAT, PRIVATE, THIEF, VPC, by_endpoint, event, of_thief

PATTERNS = {one.name: one for one in prevention_patterns(GROUND)}
GRANT = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, name="everything")
POOL: dict[str, tuple[str | None, ...]] = {
    "aws:sourcevpc": (None, VPC, "vpc-0bbb"), "aws:ec2instancesourcevpc": (None, VPC, "vpc-0bbb"),
    "aws:sourceip": (None, NAT, THIEF), "aws:viaawsservice": (None, "true", "false"),
    "aws:vpcsourceip": (None, PRIVATE, "10.0.1.99"), "aws:ec2instancesourceprivateipv4": (None, PRIVATE, "10.0.1.99"),
    "ec2:roledelivery": (None, "1.0", "2.0"), "ec2:sourceinstancearn": (None, "arn:aws:ec2:x:1:instance/i-1"),
}  # fmt: skip


def made(*statements: dict[str, Any], place: Place = "role") -> Pattern:
    """Give a pattern of these statements, each a Deny of everything unless told otherwise."""
    whole = [{"Effect": "Deny", "Action": "*", "Resource": "*", **one} for one in statements]
    return Pattern("made", "made", place, "there", {"Version": "2012-10-17", "Statement": whole})


def call(known: dict[str, str], *, absent: tuple[str, ...] = (), present: tuple[str, ...] = (),
         action: str | None = "s3:GetObject", resource: str | None = None) -> Seen:  # fmt: skip
    """Give a call of which this is known."""
    return Seen(action, resource, known, frozenset(absent), frozenset(present))


def outcome(pattern: Pattern, seen: Seen) -> str:
    """Give what a pattern does to a call."""
    return weigh(read_pattern(pattern), pattern.place, seen, "arn:aws:sts::111122223333:assumed-role/r/s").outcome


@given(
    st.sampled_from(["own-place", "own-place-or-egress", "imdsv2-credentials"]),
    st.fixed_dictionaries({key: st.sampled_from(["open", "present", *values]) for key, values in POOL.items()}),
)
def test_a_decision_holds_whatever_was_not_logged(name: str, told: dict[str, str | None]) -> None:
    """Where a call is decided, each assignment of the keys that the log does not settle gives the same decision."""
    known = {key: value for key, value in told.items() if value not in (None, "open", "present")}
    seen = call({key: str(value) for key, value in known.items()},
                absent=tuple(key for key, value in told.items() if value is None),
                present=tuple(key for key, value in told.items() if value == "present"))  # fmt: skip
    policy = read_pattern(PATTERNS[name])
    found = weigh(policy, "role", seen, None).outcome
    keys = [key for key in POOL if told[key] in ("open", "present") and key in mentioned(policy)]
    choices = ([value for value in POOL[key] if value or told[key] == "open"] for key in keys)
    for values in product(*choices):
        context = {**seen.known, **{key: value for key, value in zip(keys, values, strict=True) if value}}
        passes = decide(Request("s3:GetObject", "*", context), identity=[GRANT, policy]).allowed
        assert found == "undecided" or (found == "allowed") is passes


@pytest.mark.parametrize(
    ("name", "row", "homes", "found", "missing"),
    [
        ("own-place", by_endpoint(), Homes({event()["session_name"]: VPC}, {event()["session_name"]: PRIVATE},
                                           {"vpce-0aaa": VPC}), "allowed", ()),
        ("own-place", by_endpoint(), Homes(), "undecided",
         ("aws:Ec2InstanceSourceVpc", "aws:SourceVpc", "aws:Ec2InstanceSourcePrivateIPv4")),
        ("own-place", event(), Homes(), "denied", ()),
        ("own-place", of_thief(), Homes(), "denied", ()),
        ("own-place-or-egress", event(), Homes(), "allowed", ()),
        ("own-place-or-egress", of_thief(), Homes(), "denied", ()),
        ("own-place", event(invoked_by="athena.amazonaws.com"), Homes(), "allowed", ()),
        ("own-place", event(source_address="athena.amazonaws.com"), Homes(), "undecided", None),
        ("own-place", event(session_name="nightly", ec2_role_delivery=None), Homes(), "allowed", ()),
        ("imdsv2-credentials", of_thief(ec2_role_delivery=None), Homes(), "undecided", ("ec2:RoleDelivery",)),
        ("imdsv2-credentials", of_thief(), Homes(), "denied", ()),
        ("ec2-network-perimeter", by_endpoint(), Homes(), "undecided", ("aws:SourceVpc",)),
        ("data-network-perimeter", of_thief(), Homes(), "denied", ()),
        ("data-network-perimeter", of_thief("DescribeInstances", "ec2.amazonaws.com"), Homes(), "allowed", ()),
        ("require-imdsv2", event("RunInstances", "ec2.amazonaws.com"), Homes(), "undecided",
         ("ec2:MetadataHttpTokens",)),
        ("require-imdsv2", event(), Homes(), "allowed", ()),
    ],
)  # fmt: skip
def test_calls_of_a_log(name: str, row: dict[str, Any], homes: Homes, found: str,
                        missing: tuple[str, ...] | None) -> None:  # fmt: skip
    """What the log settles is decided, the thief's call without anything known of networks too; the rest names keys."""
    pattern = PATTERNS[name]
    weighed = weigh(read_pattern(pattern), pattern.place, seen_call(row, homes), row["identity_arn"])
    assert weighed.outcome == found
    assert missing is None or weighed.missing == missing


def test_an_unknown_action() -> None:
    """A call whose action nobody knows is decided only by statements about every action."""
    unknown = call({"aws:userid": "a"}, action=None)
    assert outcome(made({}), unknown) == "denied"
    assert weigh(read_pattern(made({"Action": "s3:*"})), "role", unknown, None).missing == (ACTION,)


def test_not_action_and_an_unknown_action() -> None:
    """NotAction leaves an unknown action open as well."""
    statement = {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}
    pattern = Pattern("made", "made", "role", "there", {"Version": "2012-10-17", "Statement": [statement]})
    assert outcome(pattern, call({}, action=None)) == "undecided"
    assert outcome(pattern, call({}, action="ec2:RunInstances")) == "denied"


def test_an_unknown_resource() -> None:
    """A statement about some resources leaves a call open whose resource is not known."""
    named = made({"Resource": "arn:aws:s3:::data/*"})
    assert weigh(read_pattern(named), "role", call({}), None).missing == (RESOURCE,)
    assert outcome(named, call({}, resource="arn:aws:s3:::data/a")) == "denied"
    assert outcome(named, call({}, resource="arn:aws:s3:::other/a")) == "allowed"


def test_presence_is_enough_for_null() -> None:
    """Null asks only whether a key is there, so a value that nobody logged settles it."""
    pattern = made({"Condition": {"Null": {"ec2:SourceInstanceARN": "false"}}})
    assert outcome(pattern, call({}, present=("ec2:sourceinstancearn",))) == "denied"
    assert outcome(pattern, call({}, absent=("ec2:sourceinstancearn",))) == "allowed"
    assert outcome(pattern, call({})) == "undecided"


def test_one_sure_deny_is_enough() -> None:
    """A statement that surely denies decides, whatever another one rests on."""
    unsure = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "web"}}}
    assert outcome(made(unsure, {}), call({})) == "denied"
    assert outcome(made(unsure), call({})) == "undecided"


def test_a_variable_with_a_default() -> None:
    """A variable that has a default has a value even where its key was absent."""
    pattern = made({"Condition": {"StringNotEquals": {"aws:userid": "${aws:PrincipalTag/owner, 'nobody'}"}}})
    assert outcome(pattern, call({"aws:userid": "nobody"}, absent=("aws:principaltag/owner",))) == "allowed"
    assert outcome(pattern, call({"aws:userid": "nobody"})) == "undecided"


def test_a_resource_control_policy_needs_a_caller() -> None:
    """Without who called nobody can say what a resource control policy does."""
    pattern = PATTERNS["data-network-perimeter"]
    found = weigh(read_pattern(pattern), "RCP", seen_call(of_thief(), Homes()), None)
    assert (found.outcome, found.missing) == ("undecided", (CALLER,))


def test_what_allows_cannot_be_tried() -> None:
    """A policy that grants, or that is malformed, is refused."""
    with pytest.raises(UsageError, match="deny"):
        read_pattern(made({"Effect": "Allow"}))
    with pytest.raises(PolicyError):
        read_pattern(made({"Effect": "Perhaps"}))


def test_mentioned_keys() -> None:
    """Keys of conditions and of variables are both named."""
    assert mentioned(read_pattern(PATTERNS["own-place"])) == {
        "aws:ec2instancesourcevpc", "aws:sourcevpc", "aws:ec2instancesourceprivateipv4", "aws:vpcsourceip",
        "ec2:sourceinstancearn", "aws:viaawsservice"}  # fmt: skip
