"""Rules that a thief put in a security group: closed, and open again with the same properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response import engine, read_back
from gdkit.response.grown import revoke_ingress
from gdkit.response.grown.revoke_ingress import STEP
from tests.response import conformance
from tests.response.desk import Desk, desk_for
from tests.response.grown import made
from tests.response.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld

SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
       "IpRanges": [{"CidrIp": "198.51.100.7/32", "Description": "support"}]}  # fmt: skip
ALL = {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
OURS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@pytest.fixture
def group(world: SmallWorld) -> str:
    """Make a security group with a rule of our own."""
    ec2 = world.site.api("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/24")["Vpc"]["VpcId"]
    made_id = ec2.create_security_group(GroupName=made.name("web"), Description="web", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=made_id, IpPermissions=[OURS])
    return str(made_id)


@pytest.fixture
def opened(world: SmallWorld, group: str) -> list[str]:
    """Open the group as the thief does: from his address, from everywhere, and from the group itself."""
    ec2 = world.site.api("ec2")
    own = {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "UserIdGroupPairs": [{"GroupId": group}]}
    before = rule_ids(ec2, group)
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[SSH, ALL, own])
    return sorted(rule_ids(ec2, group) - before)


def rule_ids(ec2: Any, group: str) -> set[str]:
    """Read the ids of a group's rules past the gateway."""
    told = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    return {str(rule["SecurityGroupRuleId"]) for rule in told["SecurityGroupRules"]}


@pytest.fixture
def desk(world: SmallWorld, group: str, opened: list[str], tmp_path: Path) -> Desk:
    """Give a desk about the thief's rules."""
    return desk_for(world, STEP, tmp_path / "case", options={"group": group, "rules": ", ".join(opened)})


@pytest.fixture
def snapshot(world: SmallWorld, group: str) -> Callable[[], Any]:
    """Read the group's ingress past the gateway: everything but the rules' ids, which AWS gives anew."""
    ec2 = world.site.api("ec2")

    def read() -> Any:
        told = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
        rules = [{name: value for name, value in rule.items() if not name.startswith("SecurityGroupRule")}
                 for rule in told["SecurityGroupRules"] if not rule["IsEgress"]]  # fmt: skip
        return sorted(rules, key=str)

    return read


@pytest.fixture
def disturb(world: SmallWorld, group: str) -> Callable[[], Any]:
    """Open another port as somebody else."""
    return lambda: world.site.api("ec2").authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{**OURS, "FromPort": 8443, "ToPort": 8443}]
    )


class TestConformance(Suite):
    """What every step must hold; the ids of rules that are open again are others, so it is undone once a desk."""

    def test_each_missing_permission_is_named(self, desk: Desk, snapshot: Callable[[], Any]) -> None:
        """Closing and opening again are each named where they are not allowed."""
        before = snapshot()
        conformance.holds_missing_permission(desk, "ec2:RevokeSecurityGroupIngress")
        assert snapshot() == before
        desk.apply(desk.preview())
        undo = desk.preview_undo()
        with pytest.raises(Exception, match="ec2:AuthorizeSecurityGroupIngress"):
            desk.apply(undo, without=["ec2:AuthorizeSecurityGroupIngress"])
        desk.apply(desk.preview_undo())
        assert snapshot() == before


def test_only_the_named_rules(desk: Desk, snapshot: Callable[[], Any], group: str, opened: list[str]) -> None:
    """Our own rule stays, and the preview says of each what it let in."""
    plan = desk.preview()
    said = " ".join(one.what for one in plan.effects)
    for words in ("tcp 22-22 from 198.51.100.7/32", "every protocol all ports from ::/0", f"udp 53-53 from {group}"):
        assert words in said
    assert [check.holds for check in plan.checks] == [True] * 3
    assert len(plan.actions) == 1
    desk.apply(plan)
    assert [rule["CidrIpv4"] for rule in snapshot()] == ["0.0.0.0/0"]


def test_undo_says_that_ids_change(world: SmallWorld, desk: Desk, group: str, opened: list[str]) -> None:
    """A rule that is open again has another id, the undo says so, and the old id is told as gone."""
    desk.apply(desk.preview())
    undo = desk.preview_undo()
    assert len([line for line in undo.left if "another id" in line]) == 3
    desk.apply(undo)
    again = desk.preview()
    assert again.nothing_to_do
    assert [check.holds for check in again.checks] == [False] * 3


def test_undo_killed_between_calls(desk: Desk, snapshot: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """An undo that dies after its first of three calls is finished by the next, and opens nothing twice."""
    before = snapshot()
    desk.apply(desk.preview())
    undo, made_calls, real = desk.preview_undo(), [0], engine.perform

    def dying(*given: Any, **named: Any) -> Any:
        answer = real(*given, **named)
        made_calls[0] += 1
        if made_calls[0] == 1:
            raise conformance.Killed
        return answer

    assert len(undo.actions) == 3
    with monkeypatch.context() as patch:
        patch.setattr(engine, "perform", dying)
        with pytest.raises(conformance.Killed):
            desk.apply(undo)
    assert len(snapshot()) == 2
    read_back.settle({desk.step.name: desk.step}, desk.reader(), desk.record)
    rest = desk.preview_undo()
    assert len(rest.actions) == 2
    assert desk.apply(rest).verified
    assert snapshot() == before


def test_undo_leaves_others(desk: Desk, snapshot: Callable[[], Any], disturb: Callable[[], Any]) -> None:
    """What others opened since stays open."""
    before = snapshot()
    desk.apply(desk.preview())
    disturb()
    desk.apply(desk.preview_undo())
    assert len(snapshot()) == len(before) + 1


def test_everything_comes_back() -> None:
    """Peering, prefix lists, ICMP types, descriptions and tags are in the call that opens a rule again."""
    rule = {"IpProtocol": "icmp", "FromPort": 8, "ToPort": 0, "PrefixListId": "pl-1", "Description": "ping",
            "Tags": [{"Key": "a", "Value": "b"}], "IsEgress": False, "SecurityGroupRuleId": "sgr-1"}  # fmt: skip
    asked = revoke_ingress._opened("sg-1", revoke_ingress._kept(rule))
    assert asked["IpPermissions"] == [{"IpProtocol": "icmp", "FromPort": 8, "ToPort": 0,
                                       "PrefixListIds": [{"PrefixListId": "pl-1", "Description": "ping"}]}]  # fmt: skip
    assert asked["TagSpecifications"] == [{"ResourceType": "security-group-rule", "Tags": [{"Key": "a", "Value": "b"}]}]
    pair = {"GroupId": "sg-2", "UserId": "999988887777", "VpcPeeringConnectionId": "pcx-1"}
    kept = revoke_ingress._kept({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "ReferencedGroupInfo": pair})
    assert revoke_ingress._opened("sg-1", kept)["IpPermissions"][0]["UserIdGroupPairs"] == [pair]


def test_what_cannot_be(desk: Desk, group: str) -> None:
    """Text that is no rule is refused; a group that is gone is told."""
    with pytest.raises(ResponseError, match="option rules"):
        desk.told(group=group, rules="all").preview()
