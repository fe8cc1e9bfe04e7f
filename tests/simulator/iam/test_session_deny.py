"""What containment stands on: a Deny stops the sessions that its condition names, over HTTP, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.simulator.scenarios.stage import Route
from tests.simulator.small_world import REGION, outcome

if TYPE_CHECKING:
    from gdkit.simulator.scenarios.stage import Key
    from tests.simulator.small_world import SmallWorld

PROBES: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("s3", "list_buckets", {}, "AccessDenied"),
    ("sqs", "list_queues", {}, "AccessDeniedException"),
    ("ec2", "describe_instances", {}, "UnauthorizedOperation"),
    ("iam", "list_roles", {}, "AccessDenied"),
    ("guardduty", "list_detectors", {}, "AccessDeniedException"),
    ("secretsmanager", "list_secrets", {}, "AccessDeniedException"),
    ("cloudtrail", "describe_trails", {}, "AccessDeniedException"),
)
"""A call of every protocol, and the code with which the service refuses it."""

RECORDED = {"UnauthorizedOperation": "Client.UnauthorizedOperation", "AccessDeniedException": "AccessDenied"}


def codes(world: SmallWorld, key: Key, route: Route) -> list[str]:
    """Make every probe, and give how each ended."""
    return [outcome(getattr(world.api(service, key, route=route), name), **given) for service, name, given, _ in PROBES]


REFUSED = [code for *_, code in PROBES]
PASSED = ["ok"] * len(PROBES)


def home(world: SmallWorld, private: bool = False) -> Route:
    """Give the way that instances call by: out to the internet, or through their network's endpoint."""
    network = world.network
    return Route("10.20.0.4", network.vpc_id, network.endpoint_id) if private else Route(network.exit_address)


def test_userid(world: SmallWorld) -> None:
    """A Deny on role id and instance id refuses every key of that instance, from everywhere, and no sibling's."""
    fleet = world.fleet("userid")
    leaked, sibling = world.stolen(fleet.instances[0]), world.stolen(fleet.instances[1])
    others = [world.stolen(fleet.instances[0], "1.0"), leaked]
    assert codes(world, leaked, Route("198.51.100.7")) == codes(world, sibling, home(world)) == PASSED
    world.forbid(fleet.role, {"StringEquals": {"aws:userid": fleet.principal_id(0)}})
    for key in others:
        assert codes(world, key, Route("198.51.100.7")) == codes(world, key, home(world)) == REFUSED
    assert codes(world, sibling, home(world)) == PASSED
    assert outcome(world.api("sts", leaked).get_caller_identity) == "ok", "no policy forbids it"


def test_refusals_are_recorded(world: SmallWorld) -> None:
    """The refused calls stand in the event history under the leaked key, each with its service's error code."""
    fleet = world.fleet("recorded")
    leaked = world.stolen(fleet.instances[0])
    world.forbid(fleet.role, {"StringEquals": {"aws:userid": fleet.principal_id(0)}})
    codes(world, leaked, Route("198.51.100.7"))
    events = world.events(AccessKeyId=leaked[0])
    found = {event["eventSource"].split(".")[0]: event for event in events}
    assert {service: found[service]["errorCode"] for service in found} == {
        service: RECORDED.get(code, code) for service, _, _, code in PROBES
    }
    for event in events:
        assert event["responseElements"] is None
        assert fleet.role in event["errorMessage"]
        assert event["userIdentity"]["principalId"] == fleet.principal_id(0)
        assert event["sourceIPAddress"] == "198.51.100.7"
    by_name = world.events(Username=fleet.instances[0].id)
    assert {event["eventID"] for event in events} <= {event["eventID"] for event in by_name}


def test_lifted(world: SmallWorld) -> None:
    """Where the Deny is taken away again, the same key works again."""
    fleet = world.fleet("lifted")
    key = world.stolen(fleet.instances[0])
    world.forbid(fleet.role, {"StringEquals": {"aws:userid": fleet.principal_id(0)}})
    assert outcome(world.api("s3", key).list_buckets) == "AccessDenied"
    world.api("iam").delete_role_policy(RoleName=fleet.role, PolicyName="deny")
    assert outcome(world.api("s3", key).list_buckets) == "ok"


def test_other_role_of_same_instance_name(world: SmallWorld) -> None:
    """A session of another role that takes the instance's id for its name is not meant by the Deny."""
    fleet = world.fleet("meant")
    key = world.role_key("not-meant")
    told = world.api("sts", key).assume_role(
        RoleArn=f"arn:aws:iam::{world.site.account_id}:role/not-meant", RoleSessionName=fleet.instances[0].id
    )["Credentials"]
    namesake: Key = (told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])
    world.forbid(fleet.role, {"StringEquals": {"aws:userid": fleet.principal_id(0)}})
    world.forbid("not-meant", {"StringEquals": {"aws:userid": fleet.principal_id(0)}})
    assert outcome(world.api("s3", namesake).list_buckets) == "ok"


@pytest.mark.parametrize("also_userid", [True, False])
def test_token_issue_time(world: SmallWorld, also_userid: bool) -> None:
    """A Deny of what was issued before an instant stops the old credential and not the one that renews it."""
    fleet = world.fleet(f"revoked-{also_userid:d}")
    instance, sibling = fleet.instances
    old, siblings = world.stolen(instance), world.stolen(sibling)
    world.go_on(hours=1)
    until = world.accounts.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    condition: dict[str, Any] = {"DateLessThan": {"aws:TokenIssueTime": until}}
    if also_userid:
        condition["StringEquals"] = {"aws:userid": fleet.principal_id(0)}
    world.forbid(fleet.role, condition)
    assert codes(world, old, home(world)) == REFUSED
    assert codes(world, siblings, home(world)) == (PASSED if also_userid else REFUSED)
    assert world.stolen(instance) == old, "the instance still holds the revoked credential"
    world.go_on(hours=4, minutes=46)
    renewed = world.stolen(instance)
    assert renewed[0] != old[0]
    assert codes(world, renewed, home(world)) == PASSED
    assert codes(world, old, home(world)) == REFUSED


def test_issued_at_that_instant(world: SmallWorld) -> None:
    """A credential that was issued in the very second of the Deny is not older than it."""
    fleet = world.fleet("same-second")
    key = world.stolen(fleet.instances[0])
    at = world.accounts.clock.now()
    world.forbid(fleet.role, {"DateLessThan": {"aws:TokenIssueTime": at.strftime("%Y-%m-%dT%H:%M:%SZ")}})
    assert outcome(world.api("s3", key).list_buckets) == "ok"


def test_outside_the_network(world: SmallWorld) -> None:
    """With the guide's condition on the network, one key works from its own network and not for who copied it."""
    fleet = world.fleet("perimeter")
    key = world.stolen(fleet.instances[0])
    condition = {
        "StringNotEquals": {"aws:SourceVpc": "${aws:Ec2InstanceSourceVpc}"},
        "Null": {"ec2:SourceInstanceARN": "false"},
        "BoolIfExists": {"aws:ViaAWSService": "false"},
    }
    world.forbid(fleet.role, condition)
    own, foreign = home(world, private=True), Route("10.77.0.9", "vpc-0f0f0f0f0f0f0f0f0", "vpce-0f0f0f0f0f0f0f0f0")
    assert codes(world, key, own) == PASSED
    assert codes(world, key, Route("198.51.100.7")) == codes(world, key, foreign) == REFUSED
    told = world.accounts.role_session(world.site.account_id, fleet.role, "not-an-instance", 3600)
    by_hand: Key = (told.access_key_id, told.secret_access_key, told.session_token)
    assert codes(world, by_hand, Route("198.51.100.7")) == PASSED, "such a session has no ec2:SourceInstanceARN"


def test_private_address_of_another_instance(world: SmallWorld) -> None:
    """A Deny of other private addresses than the instance's own stops the key on another host of its network."""
    fleet = world.fleet("neighbour")
    key = world.stolen(fleet.instances[0])
    world.forbid(fleet.role, {"StringNotEquals": {"aws:VpcSourceIp": "${aws:Ec2InstanceSourcePrivateIPv4}"}})
    network = world.network
    routes = [Route(one.private_address, network.vpc_id, network.endpoint_id) for one in fleet.instances]
    assert [codes(world, key, route) for route in routes] == [PASSED, REFUSED]


def test_delivered_by_version_1(world: SmallWorld) -> None:
    """A Deny of credentials from version 1 of the metadata service stops that instance's other key not."""
    fleet = world.fleet("delivery")
    first, second = (world.stolen(fleet.instances[0], version) for version in ("1.0", "2.0"))
    world.forbid(fleet.role, {"NumericLessThan": {"ec2:RoleDelivery": "2.0"}})
    assert codes(world, first, home(world)) == REFUSED
    assert codes(world, second, home(world)) == PASSED


def test_source_address(world: SmallWorld) -> None:
    """A Deny outside an address range stops a caller from elsewhere; through an endpoint there is no such address."""
    fleet = world.fleet("addresses")
    key = world.stolen(fleet.instances[0])
    world.forbid(fleet.role, {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32"]}})
    ends = {address: outcome(world.api("s3", key, route=Route(address)).list_buckets)
            for address in ("192.0.2.9", "2001:db8::9", "198.51.100.7", "2001:db9::1")}  # fmt: skip
    assert ends == {"192.0.2.9": "ok", "2001:db8::9": "ok", "198.51.100.7": "AccessDenied",
                    "2001:db9::1": "AccessDenied"}  # fmt: skip
    assert outcome(world.api("s3", key, route=home(world, private=True)).list_buckets) == "AccessDenied"


def test_some_actions_only(world: SmallWorld) -> None:
    """A Deny with actions leaves the others alone, and with NotAction stops all but those."""
    fleet = world.fleet("actions")
    key = world.stolen(fleet.instances[0])
    world.forbid(fleet.role, {"StringEquals": {"aws:userid": fleet.principal_id(0)}}, action="s3:List*")
    ends = {service: outcome(getattr(world.api(service, key), name)) for service, name, *_ in PROBES[:3]}
    assert ends == {"s3": "AccessDenied", "sqs": "ok", "ec2": "ok"}
    assert outcome(world.api("ec2", key, region=REGION).run_instances, ImageId="ami-1", MinCount=1, MaxCount=1) == "ok"
