"""What replaying a policy on the log foretells is what happens once the policy is on the role, in a simulated world."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.response.recovery.pattern import Ground
from gdkit.response.recovery.prevention import prevention_patterns
from gdkit.response.recovery.replay import replay
from gdkit.response.recovery.seen import Homes
from gdkit.simulator.scenarios.stage import Route
from gdkit.trail.record import row_of
from tests.simulator.small_world import ACCOUNT, INTERNET, Fleet, SmallWorld, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.response.recovery.pattern import Pattern


@dataclass(frozen=True)
class Caller:
    """Somebody who uses the role's credential from a place, delivered by a version of the metadata service."""

    name: str
    route: Route
    version: str
    number: int = 0


@dataclass
class Site:
    """A fleet, and who calls with its credentials."""

    world: SmallWorld
    fleet: Fleet

    @property
    def ground(self) -> Ground:
        """What the policies are written for."""
        network = self.world.network
        arn = f"arn:aws:iam::{ACCOUNT}:role/{self.fleet.role}"
        return Ground("aws", ACCOUNT, self.fleet.role, arn, (network.exit_address,), (network.vpc_id,))

    @property
    def homes(self) -> Homes:
        """Where instances and the endpoint are."""
        network = self.world.network
        return Homes({one.id: network.vpc_id for one in self.fleet.instances},
                     {one.id: one.private_address for one in self.fleet.instances},
                     {network.endpoint_id: network.vpc_id})  # fmt: skip

    def callers(self) -> Iterator[Caller]:
        """Give the workload at home and through the NAT gateway, and thieves here and there."""
        network, (one, two) = self.world.network, self.fleet.instances
        yield Caller("workload, endpoint", Route(one.private_address, network.vpc_id, network.endpoint_id), "2.0")
        yield Caller("workload, NAT", Route(network.exit_address), "2.0")
        yield Caller("old software, NAT", Route(network.exit_address), "1.0")
        yield Caller("sibling, endpoint", Route(two.private_address, network.vpc_id, network.endpoint_id), "2.0", 1)
        yield Caller("thief, internet", INTERNET, "1.0")
        yield Caller("thief on a neighbour", Route(two.private_address, network.vpc_id, network.endpoint_id), "2.0")
        yield Caller(
            "thief in his own VPC", Route("10.9.0.4", "vpc-0fff0fff0fff0fff0", "vpce-0fff0fff0fff0fff0"), "2.0"
        )

    def call(self, caller: Caller) -> tuple[str, dict[str, Any]]:
        """Make one call, and give what came of it and its row."""
        key = self.world.stolen(self.fleet.instances[caller.number], caller.version)
        came = outcome(self.world.api("sqs", key, route=caller.route).list_queues)
        record = self.world.last_record("ListQueues")
        row = dict(zip(tables.EVENTS.names, row_of(record, json.dumps(record), []), strict=False))
        return came, {**row, "form": "CloudTrail log file", "hop": 0,
                      "party": "thief" if "thief" in caller.name else "workload"}  # fmt: skip


@pytest.fixture(scope="module")
def site(world: SmallWorld) -> Site:
    """Make a fleet."""
    return Site(world, world.fleet("replayed"))


@pytest.mark.parametrize("name", ["own-place", "own-place-or-egress", "imdsv2-credentials"])
def test_the_log_foretells_what_happens(site: Site, name: str) -> None:
    """Each call that passes without the policy is refused with it, or passes, as the replay of its log said."""
    pattern = next(one for one in prevention_patterns(site.ground) if one.name == name)
    iam, where = site.world.api("iam"), {"RoleName": site.fleet.role, "PolicyName": name}
    foretold = {caller.name: _foretold(site, pattern, caller) for caller in site.callers()}
    iam.put_role_policy(**where, PolicyDocument=json.dumps(pattern.document))
    try:
        came = {caller.name: "allowed" if site.call(caller)[0] == "ok" else "denied" for caller in site.callers()}
    finally:
        iam.delete_role_policy(**where)
    assert foretold == came
    assert set(came.values()) == {"allowed", "denied"}, "the callers tell the policies apart"


def _foretold(site: Site, pattern: Pattern, caller: Caller) -> str:
    came, row = site.call(caller)
    assert came == "ok"
    now = site.world.accounts.clock.now()
    (found,) = replay(pattern, [row], site.ground, until=now, homes=site.homes).groups
    return found.outcome


def test_less_is_known_without_homes(site: Site) -> None:
    """Where nobody knows the VPCs and addresses, calls through endpoints are undecided, and those by NAT are not."""
    pattern = prevention_patterns(site.ground)[0]
    now = site.world.accounts.clock.now()
    for caller in site.callers():
        _, row = site.call(caller)
        (found,) = replay(pattern, [row], site.ground, until=now).groups
        assert found.outcome == ("undecided" if caller.route.vpc_endpoint_id else "denied")
