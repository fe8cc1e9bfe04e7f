"""The instance isolated by a security group, and as before again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response import engine, read_back
from gdkit.response.instance.isolate_instance import STEP
from gdkit.response.instance.isolation import ISOLATION, OPEN
from gdkit.response.record import applications
from tests.response.conformance import Killed, undo_all
from tests.response.desk import Desk, desk_for
from tests.response.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld


@pytest.fixture
def web(world: SmallWorld) -> str:
    """Make an ordinary group of the network."""
    ec2 = world.site.api("ec2")
    name = f"web-{len(ec2.describe_security_groups()['SecurityGroups'])}"
    return str(ec2.create_security_group(GroupName=name, Description="x", VpcId=world.network.vpc_id)["GroupId"])


@pytest.fixture
def interfaces(world: SmallWorld, host: str, web: str, described: Callable[[], Any]) -> Callable[[], Any]:
    """Give the instance a second interface, in two groups, and then the groups of each."""
    ec2 = world.site.api("ec2")
    subnet = described()["SubnetId"]
    default = described()["NetworkInterfaces"][0]["Groups"][0]["GroupId"]
    second = ec2.create_network_interface(SubnetId=subnet, Groups=[web, default])["NetworkInterface"]
    ec2.attach_network_interface(NetworkInterfaceId=second["NetworkInterfaceId"], InstanceId=host, DeviceIndex=1)

    def look() -> dict[str, list[str]]:
        asks = [{"Name": "attachment.instance-id", "Values": [host]}]
        found = ec2.describe_network_interfaces(Filters=asks)["NetworkInterfaces"]
        return {one["NetworkInterfaceId"]: sorted(each["GroupId"] for each in one["Groups"]) for one in found}

    return look


@pytest.fixture
def groups(world: SmallWorld) -> Callable[[], Any]:
    """Give every security group with its rules, by name."""

    def look() -> dict[str, Any]:
        found = world.site.api("ec2").describe_security_groups()["SecurityGroups"]
        return {one["GroupName"]: (one["IpPermissions"], one["IpPermissionsEgress"]) for one in found}

    return look


@pytest.fixture
def desk(world: SmallWorld, host: str, interfaces: object, tmp_path: Path) -> Desk:
    """Give a desk about an instance with two interfaces, which the forensic workstation may still reach."""
    options = {"allow-from": "192.0.2.10/32", "allow-to": "10.20.0.0/28"}
    return desk_for(world, STEP, tmp_path / "case", options=options, instance_id=host)


@pytest.fixture
def snapshot(interfaces: Callable[[], Any], groups: Callable[[], Any]) -> Callable[[], Any]:
    """Give groups and interfaces."""
    return lambda: (interfaces(), groups())


@pytest.fixture
def disturb(world: SmallWorld, interfaces: Callable[[], Any], web: str) -> Callable[[], Any]:
    """Put an interface into another group by another hand."""
    return lambda: world.site.api("ec2").modify_network_interface_attribute(
        NetworkInterfaceId=next(iter(interfaces())), Groups=[web]
    )


class TestConformance(Suite):
    """What every step must hold."""


def isolation(desk: Desk, groups: dict[str, Any]) -> Any:
    """Give the rules of the isolation group, in and out."""
    return groups[f"gdkit-isolation-case-1-{desk.target.instance_id}"]


def test_nothing_passes(desk: Desk, interfaces: Callable[[], Any], groups: Callable[[], Any]) -> None:
    """Every interface is in the one group, which lets nothing pass either way; the open group is gone."""
    assert desk.apply(desk.told().preview()).verified
    assert isolation(desk, groups()) == ([], [])
    held = list(interfaces().values())
    assert held[0] == held[1]
    assert len(held[0]) == 1
    assert f"gdkit-open-case-1-{desk.target.instance_id}" not in groups()


def test_only_what_was_told_passes(desk: Desk, groups: Callable[[], Any]) -> None:
    """The forensic workstation comes in, HTTPS goes to the endpoints, nothing else."""
    desk.apply(desk.preview())
    into, out = isolation(desk, groups())
    assert [one["IpRanges"][0]["CidrIp"] for one in into] == ["192.0.2.10/32"]
    assert [(one["FromPort"], one["IpRanges"][0]["CidrIp"]) for one in out] == [(443, "10.20.0.0/28")]


def test_order_of_calls(desk: Desk) -> None:
    """The isolation group is shut before an interface enters it; each interface goes through the open one first."""
    told = [(action.operation, action.does) for action in desk.told().preview().actions]
    operations = [name for name, _ in told]
    assert operations == ["CreateSecurityGroup", "RevokeSecurityGroupEgress", "CreateSecurityGroup",
                          "AuthorizeSecurityGroupIngress", *["ModifyNetworkInterfaceAttribute"] * 4,
                          "DeleteSecurityGroup"]  # fmt: skip
    moves = [does for name, does in told if name == "ModifyNetworkInterfaceAttribute"]
    assert [OPEN in does for does in moves] == [True, True, False, False]
    assert "open-case-1" in told[-1][1]


def test_without_the_open_moment(desk: Desk) -> None:
    """With untrack=no nothing is ever opened, and the plan no longer tells of such a moment."""
    plan = desk.told(untrack="no").preview()
    assert not any(action.operation.startswith("Authorize") for action in plan.actions)
    assert not any("for the moment" in effect.what for effect in plan.effects)
    assert any("for the moment" in effect.what for effect in desk.told().preview().effects)


def test_tracked_ways_are_named(desk: Desk) -> None:
    """The NAT gateway of the instance's own routes is named, and DNS."""
    said = " ".join(effect.what for effect in desk.preview().effects)
    assert "a NAT gateway (nat-" in said
    assert "DNS" in said
    (check,) = desk.preview().checks
    assert check.holds is None


def test_undo_leaves_what_others_did(
    world: SmallWorld, desk: Desk, web: str, interfaces: Callable[[], Any], groups: Callable[[], Any]
) -> None:
    """An interface that somebody moved stays there; the group stays while somebody else is in it."""
    before = interfaces()
    desk.apply(desk.preview())
    ec2 = world.site.api("ec2")
    moved, other = before
    isolation_id = interfaces()[moved][0]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=moved, Groups=[web])
    subnet = ec2.describe_network_interfaces(NetworkInterfaceIds=[moved])["NetworkInterfaces"][0]["SubnetId"]
    third = ec2.create_network_interface(SubnetId=subnet, Groups=[isolation_id])["NetworkInterface"]
    undo = desk.preview_undo()
    assert any(moved in one for one in undo.left)
    assert any("interfaces are in it" in one for one in undo.left)
    assert desk.apply(undo).verified
    assert interfaces() == {moved: [web], other: before[other]}
    assert isolation(desk, groups())
    ec2.delete_network_interface(NetworkInterfaceId=third["NetworkInterfaceId"])


def test_group_that_somebody_opened(
    world: SmallWorld, desk: Desk, interfaces: Callable[[], Any], groups: Callable[[], Any]
) -> None:
    """A rule that somebody put into the isolation group is seen, named, and not deleted with the group."""
    desk.apply(desk.preview())
    group = next(iter(interfaces().values()))[0]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    world.site.api("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    with pytest.raises(ResponseError, match=r"tcp 22 from 0\.0\.0\.0/0"):
        desk.preview()
    undo = desk.preview_undo()
    assert any("changed its rules" in one for one in undo.left)
    desk.apply(undo)
    assert isolation(desk, groups())


def test_killed_in_the_open(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, interfaces: Callable[[], Any], groups: Callable[[], Any]
) -> None:
    """Killed while an interface is in the open group, the next run shuts it; no undo ever opens it again."""
    before = interfaces()
    desk = desk.told()
    made, real = [], engine.perform

    def dying(*given: Any, **named: Any) -> Any:
        answer = real(*given, **named)
        made.append(given[1])
        if made.count("ModifyNetworkInterfaceAttribute") == 2:
            raise Killed
        return answer

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(engine, "perform", dying)
        desk.apply(desk.preview())
    read_back.settle({desk.step.name: desk.step}, desk.reader(), desk.record)
    assert applications(desk.record)[-1].status == "partly"
    rest = desk.preview()
    assert rest.before[OPEN] is not None
    assert [one.operation for one in rest.actions if one.operation.startswith("Create")] == []
    assert desk.apply(rest).verified
    assert all(one == [ISOLATION] for one in STEP.read(desk.reader(), desk.target)["interfaces"].values())
    undo = desk.preview_undo()
    assert all(groups != [OPEN] for groups in undo.after["interfaces"].values())
    assert any("nothing to go back to" in one for one in undo.left)
    undo_all(desk)
    assert interfaces() == before
    assert not any(name.endswith(f"-case-1-{desk.target.instance_id}") for name in groups())


@pytest.mark.parametrize("option", ["allow-from", "allow-to"])
@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "office", "192.0.2.10/33", "192.0.2.10/8"])
def test_no_isolation(desk: Desk, option: str, text: str) -> None:
    """Everybody, and what is no network, is refused."""
    with pytest.raises(ResponseError, match=r"everybody|no network"):
        desk.told(**{option: text}).preview()
