"""The thief's address denied in the subnet's ACL, in front of everything else, and as before again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.instance.block_subnet import STEP, want
from tests.response.desk import Desk, desk_for
from tests.response.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import Fleet, SmallWorld

THIEF = "198.51.100.77"


@pytest.fixture
def desk(world: SmallWorld, host: str, tmp_path: Path) -> Desk:
    """Give a desk with the thief's address and a network of his."""
    options = {"address": f"{THIEF}, 2001:db8::/64"}
    return desk_for(world, STEP, tmp_path / "case", options=options, instance_id=host)


@pytest.fixture
def acl(world: SmallWorld, described: Callable[[], Any]) -> Callable[[], Any]:
    """Give the ACL of the instance's subnet, read past the gateway."""
    asks = [{"Name": "association.subnet-id", "Values": [described()["SubnetId"]]}]
    return lambda: world.site.api("ec2").describe_network_acls(Filters=asks)["NetworkAcls"][0]


@pytest.fixture
def snapshot(acl: Callable[[], Any]) -> Callable[[], Any]:
    """Give its entries in order."""
    return lambda: sorted(acl()["Entries"], key=lambda one: (one["Egress"], one["RuleNumber"]))


@pytest.fixture
def disturb(world: SmallWorld, acl: Callable[[], Any]) -> Callable[[], Any]:
    """Put an entry in by another hand, and take it out again after the test."""
    return lambda: add_entry(world, acl(), 50, "allow", "10.0.0.0/8")


@pytest.fixture(autouse=True)
def _own_entries_alone(world: SmallWorld, acl: Callable[[], Any], snapshot: Callable[[], Any]) -> Any:
    """Leave the subnet, which the module's tests share, as it was."""
    before = snapshot()
    yield
    for one in snapshot():
        if one not in before:
            which = {"NetworkAclId": acl()["NetworkAclId"], "RuleNumber": one["RuleNumber"], "Egress": one["Egress"]}
            world.site.api("ec2").delete_network_acl_entry(**which)


def add_entry(world: SmallWorld, acl: Any, number: int, verb: str, network: str) -> None:
    """Put an entry into an ACL past the gateway."""
    world.site.api("ec2").create_network_acl_entry(
        NetworkAclId=acl["NetworkAclId"], RuleNumber=number, Protocol="-1", RuleAction=verb, Egress=False,
        CidrBlock=network,
    )  # fmt: skip


class TestConformance(Suite):
    """What every step must hold."""


def test_in_front_of_everything(desk: Desk, snapshot: Callable[[], Any]) -> None:
    """Both ways, both networks, before the first entry that allows."""
    desk.apply(desk.preview())
    for egress in (False, True):
        first = [one for one in snapshot() if one["Egress"] is egress][:2]
        assert {one["RuleAction"] for one in first} == {"deny"}
        assert {one.get("CidrBlock") or one.get("Ipv6CidrBlock") for one in first} == {f"{THIEF}/32", "2001:db8::/64"}


def test_others_are_named(fleet: Fleet, desk: Desk) -> None:
    """The sibling in the same subnet, which loses the address too, is named."""
    (effect,) = desk.preview().effects
    assert fleet.instances[1].id in effect.affects
    assert fleet.instances[0].id not in effect.affects


def test_entries_of_others_stay(world: SmallWorld, desk: Desk, acl: Callable[[], Any]) -> None:
    """The undo takes the step's own entries out and leaves one that came later."""
    desk.apply(desk.preview())
    add_entry(world, acl(), 40, "deny", "203.0.113.0/24")
    desk.apply(desk.preview_undo())
    found = [(one["RuleNumber"], one["CidrBlock"]) for one in acl()["Entries"] if one["RuleNumber"] < 100]
    assert found == [(40, "203.0.113.0/24")]


def test_denied_already(world: SmallWorld, desk: Desk, acl: Callable[[], Any]) -> None:
    """What is denied before anything is allowed is not denied twice; what is denied too late is."""
    add_entry(world, acl(), 60, "deny", f"{THIEF}/32")
    told = desk.told(address=THIEF)
    plan = told.preview()
    assert [action.parameters["Egress"] for action in plan.actions] == [True]
    add_entry(world, acl(), 55, "allow", "10.0.0.0/8")
    plan = told.preview()
    assert sorted(action.parameters["RuleNumber"] for action in plan.actions if not action.parameters["Egress"]) == [54]


def test_own_subnet(desk: Desk) -> None:
    """An address in the instance's own subnet is not reached by an ACL, and the check says so."""
    (check,) = desk.told(address="10.20.0.9").preview().checks
    assert check.holds is False
    (check,) = desk.told(address="0.0.0.0/0").preview().checks
    assert check.holds is True


@pytest.mark.parametrize("text", ["", " , ", "thief", "198.51.100.300", "198.51.100.7/24"])
def test_no_address(desk: Desk, text: str) -> None:
    """What is no address is refused."""
    with pytest.raises(ResponseError, match="address"):
        desk.told(address=text).preview()


def test_no_room(desk: Desk) -> None:
    """An ACL whose first entry has number 1, or that is full, is told so."""
    target = desk.told(address=THIEF).target
    with pytest.raises(ResponseError, match="number 1"):
        want(target, {"acls": {"acl-1": {"ingress 00001": "allow all 0.0.0.0/0"}}})
    full = {f"ingress {number:05}": "allow all 10.0.0.0/8" for number in range(100, 119)}
    with pytest.raises(ResponseError, match="takes 20"):
        want(target, {"acls": {"acl-1": full}})
