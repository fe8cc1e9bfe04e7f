"""The policies against the next theft: well formed, honest, and right about calls that are made up key by key."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from gdkit.policy import Principal, Request, decide, parse_policy
from gdkit.response.recovery.pattern import KEYS, MOST, Pattern
from gdkit.response.recovery.prevention import IN_VPC, prevention_patterns
from tests.response.recovery.made import GROUND, HOME, INSTANCE, NAT, PRIVATE, ROLE_ARN, THIEF, VPC

PATTERNS = {one.name: one for one in prevention_patterns(GROUND)}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OWN = {"ec2:SourceInstanceARN": f"arn:aws:ec2:eu-west-1:{HOME}:instance/{INSTANCE}", "ec2:RoleDelivery": "2.0",
       "aws:Ec2InstanceSourceVpc": VPC, "aws:Ec2InstanceSourcePrivateIPv4": PRIVATE, "aws:ViaAWSService": "false",
       "aws:PrincipalArn": ROLE_ARN, "aws:PrincipalIsAWSService": "false"}  # fmt: skip
AT_HOME = {**OWN, "aws:SourceVpc": VPC, "aws:VpcSourceIp": PRIVATE}
BY_NAT, BY_THIEF = {**OWN, "aws:SourceIp": NAT}, {**OWN, "aws:SourceIp": THIEF}
INSTANCES = f"arn:aws:ec2:eu-west-1:{HOME}:instance/*"


def allowed(name: str, context: dict[str, str], action: str = "s3:GetObject", resource: str = "*") -> bool:
    """Tell whether a call passes a policy, everything else allowing it."""
    pattern = PATTERNS[name]
    asked = Request(action, resource, context, Principal("AWS", f"arn:aws:sts::{HOME}:assumed-role/shop-web/x"))
    grant = parse_policy({"Statement": EVERYTHING}, name="everything")
    if pattern.place == "RCP":
        whole = [{**EVERYTHING, "Principal": "*"}, *pattern.document["Statement"]]
        policy = parse_policy({"Version": "2012-10-17", "Statement": whole}, name=name, kind="resource")
        return decide(asked, identity=[grant], resource_policy=policy).allowed
    policy = parse_policy(pattern.document, name=name)
    if pattern.place == "SCP":
        return decide(asked, identity=[grant], scps=[[grant, policy]]).allowed
    return decide(asked, identity=[grant, policy]).allowed


@pytest.mark.parametrize(
    ("name", "context", "passes"),
    [
        ("own-place", AT_HOME, True),
        ("own-place", BY_NAT, False),
        ("own-place", BY_THIEF, False),
        ("own-place", {**AT_HOME, "aws:SourceVpc": "vpc-0bbb"}, False),
        ("own-place", {**AT_HOME, "aws:VpcSourceIp": "10.0.1.99"}, False),
        ("own-place", {**BY_THIEF, "aws:ViaAWSService": "true"}, True),
        ("own-place", {"aws:SourceIp": THIEF, "aws:PrincipalArn": ROLE_ARN}, True),
        ("own-place-or-egress", AT_HOME, True),
        ("own-place-or-egress", BY_NAT, True),
        ("own-place-or-egress", BY_THIEF, False),
        ("own-place-or-egress", {**AT_HOME, "aws:SourceVpc": "vpc-0bbb"}, False),
        ("own-place-or-egress", {**AT_HOME, "aws:VpcSourceIp": "10.0.1.99"}, False),
        ("imdsv2-credentials", BY_THIEF, True),
        ("imdsv2-credentials", {**BY_THIEF, "ec2:RoleDelivery": "1.0"}, False),
        ("imdsv2-credentials", {"aws:SourceIp": THIEF}, True),
        ("imdsv2-credentials-account", {**AT_HOME, "ec2:RoleDelivery": "1.0"}, False),
        ("ec2-network-perimeter", AT_HOME, True),
        ("ec2-network-perimeter", BY_NAT, True),
        ("ec2-network-perimeter", BY_THIEF, False),
        ("ec2-network-perimeter", {**AT_HOME, "aws:SourceVpc": "vpc-0bbb"}, False),
        ("ec2-network-perimeter", {"aws:SourceIp": THIEF}, True),
        ("ec2-network-perimeter", {**BY_THIEF, "aws:PrincipalArn": f"arn:aws:iam::{HOME}:role/aws:ec2-infrastructure"},
         True),
        ("data-network-perimeter", AT_HOME, True),
        ("data-network-perimeter", BY_NAT, True),
        ("data-network-perimeter", BY_THIEF, False),
        ("data-network-perimeter", {**BY_THIEF, "aws:PrincipalArn": f"arn:aws:iam::{HOME}:role/other"}, True),
        ("data-network-perimeter", {**BY_THIEF, "aws:PrincipalIsAWSService": "true"}, True),
    ],
)  # fmt: skip
def test_who_passes(name: str, context: dict[str, str], passes: bool) -> None:
    """Each policy lets the workload through where it says so, and the thief nowhere but where it says so."""
    assert allowed(name, context) is passes


@pytest.mark.parametrize(
    ("action", "context", "passes"),
    [
        ("ec2:RunInstances", {"ec2:MetadataHttpTokens": "required"}, True),
        ("ec2:RunInstances", {"ec2:MetadataHttpTokens": "optional"}, False),
        ("ec2:RunInstances", {}, False),
        ("ec2:ModifyInstanceMetadataOptions", {"ec2:Attribute/HttpTokens": "required"}, True),
        ("ec2:ModifyInstanceMetadataOptions", {"ec2:Attribute/HttpTokens": "optional"}, False),
        ("ec2:ModifyInstanceMetadataOptions", {}, True),
        ("ec2:StopInstances", {}, True),
    ],
)
def test_imdsv2_is_required(action: str, context: dict[str, str], passes: bool) -> None:
    """No launch without IMDSv2, no way back to IMDSv1, and a change of something else passes."""
    assert allowed("require-imdsv2", context, action, INSTANCES) is passes


def test_the_default_of_a_region_is_kept() -> None:
    """The region's default cannot be set to let IMDSv1 in; other members of it can be set."""
    action = "ec2:ModifyInstanceMetadataDefaults"
    assert not allowed("require-imdsv2", {"ec2:Attribute/HttpTokens": "no-preference"}, action)
    assert allowed("require-imdsv2", {}, action)


@pytest.mark.parametrize("name", ["own-place", "own-place-or-egress", "ec2-network-perimeter"])
@pytest.mark.parametrize("pattern", IN_VPC)
def test_services_inside_the_vpc_stay_open(name: str, pattern: str) -> None:
    """What reaches a service inside the VPC without an endpoint is never refused, and the limits say so."""
    assert allowed(name, BY_THIEF, pattern.replace("*", "Something"))
    assert any(pattern in limit for limit in PATTERNS[name].limits)


def test_management_of_such_services_is_not_left_open() -> None:
    """Only the use of a service inside the VPC is left open, not making or deleting one."""
    assert not allowed("own-place", BY_THIEF, "dax:CreateCluster")


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=list(PATTERNS))
def test_each_says_all_that_a_person_must_know(pattern: Pattern) -> None:
    """Each names where it goes, why, what it breaks, what it leaves open and its source, and fits where it goes."""
    assert all((pattern.title, pattern.where, pattern.why, pattern.breaks, pattern.limits, pattern.source))
    assert pattern.fits and pattern.characters < MOST[pattern.place]
    assert "{" not in pattern.where
    assert all(one["Effect"] == "Deny" and one["Sid"].startswith("Gdkit") for one in pattern.document["Statement"])


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=list(PATTERNS))
def test_every_condition_key_is_explained(pattern: Pattern) -> None:
    """Every condition key and variable of a policy stands in the table that says when a request holds it."""
    named: set[str] = set()
    for statement in pattern.document["Statement"]:
        for keys in statement.get("Condition", {}).values():
            named |= set(keys) | set(re.findall(r"\$\{([^}]*)\}", json.dumps(keys)))
    assert named <= set(KEYS)


def test_keys_of_the_network_are_told_to_need_an_endpoint() -> None:
    """Keys that are there only through a VPC endpoint are called so; the strict policy says what that breaks."""
    assert all("only in requests through a VPC endpoint" in KEYS[key] for key in ("aws:SourceVpc", "aws:VpcSourceIp"))
    assert "NAT or internet gateway" in PATTERNS["own-place"].breaks


@pytest.mark.parametrize(
    ("lacking", "gone"),
    [
        ({"egress": ()}, {"own-place-or-egress"}),
        ({"vpcs": ()}, {"ec2-network-perimeter", "data-network-perimeter"}),
        ({"role_arn": None}, {"data-network-perimeter"}),
    ],
)
def test_no_policy_rests_on_what_is_not_known(lacking: dict[str, Any], gone: set[str]) -> None:
    """A policy whose places nobody knows is not written at all, and no empty list stands in another."""
    found = prevention_patterns(replace(GROUND, **lacking))
    assert set(PATTERNS) - {one.name for one in found} == gone
    assert not any("[]" in json.dumps(one.document) for one in found)


def test_other_partitions() -> None:
    """In another partition the ARNs are of that partition."""
    texts = [
        json.dumps(one.document) for one in prevention_patterns(replace(GROUND, partition="aws-cn", role_arn=None))
    ]
    assert not any("arn:aws:" in text for text in texts)
    assert any("arn:aws-cn:ec2:" in text for text in texts)


def test_a_policy_that_is_too_long_does_not_fit() -> None:
    """A policy with more addresses than its place has characters for says that it does not fit."""
    many = tuple(f"2001:db8:{number:x}::1" for number in range(400))
    (wide,) = (one for one in prevention_patterns(replace(GROUND, egress=many)) if one.name == "ec2-network-perimeter")
    assert not wide.fits
