"""Whose the address is, in a simulated organisation whose servers leave through a shared egress account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.aws import open_read_only
from gdkit.environment import collect_environment
from gdkit.environment.holdings import collect_holdings
from gdkit.environment.organization import collect_organization
from gdkit.origin.ownership import ELASTIC, holdings_from, holdings_of, proof_of
from gdkit.origin.route import leaves_by, way_text, ways_of
from gdkit.simulator.scenarios.site import ANALYST_ROLE
from tests.live.worlds import World, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.aws import ReadOnlyAws

pytestmark = pytest.mark.xdist_group("holdings of a simulated organisation")


@pytest.fixture(scope="module")
def hub() -> Iterator[World]:
    """Stage the scenario."""
    with staged_world("hub", 3) as world:
        yield world


@pytest.fixture(scope="module")
def aws(hub: World) -> ReadOnlyAws:
    """Give the analyst's way in."""
    return open_read_only(hub.access())


def remote(world: World) -> tuple[str, str]:
    """Give the address that GuardDuty found odd, and the account that it names."""
    party = world.findings()[0].remote
    assert party is not None
    return str(party.address), str(party.account_id)


def test_organisation(hub: World, aws: ReadOnlyAws) -> None:
    """The analyst's account lists the whole organisation: the egress account is of it, a stranger is not."""
    found = collect_organization(aws, home=hub.staged.account_id)
    assert (found.whole, len(found.accounts), found.not_searched) == (True, 3, ())
    assert [found.has(one) for one in (remote(hub)[1], "123456789012")] == ["yes", "no"]


def test_second_account_of_it(hub: World) -> None:
    """From an account that may not list them, the management account is asked by the member role."""
    other = next(one for one in sorted(hub.accounts.world.organization_account_ids) if one != hub.staged.account_id)
    home = open_read_only(hub.access())
    assert home.client("sts", account_id=other).get_caller_identity()["Account"] == other
    found = collect_organization(home, home=other)
    assert (found.whole, found.has(other)) == (True, "yes")


def test_holder_of_the_address(hub: World, aws: ReadOnlyAws) -> None:
    """The address is an Elastic IP of the egress account, found by asking every account, with no gap."""
    address, account = remote(hub)
    accounts = sorted(hub.accounts.world.organization_account_ids)
    asked = collect_holdings(aws, accounts=accounts, regions=[hub.staged.region], home=hub.staged.account_id)
    assert not any(gap.failed for gap in asked.not_searched)
    assert sorted(asked.places) == [(one, hub.staged.region) for one in accounts]
    found = holdings_of(holdings_from(asked.documents), address)
    assert {(one.account_id, one.region) for one in found} == {(account, hub.staged.region)}
    assert (found[0].what, proof_of(found[0])) == (ELASTIC, "held")
    assert holdings_of(holdings_from(asked.documents), "8.8.8.8") == ()


def test_way_to_the_address(hub: World, aws: ReadOnlyAws) -> None:
    """The instance's own route leads through the egress account's transit gateway to that very address."""
    around = collect_environment(aws, hub.subject(), account_id=hub.staged.account_id, region=hub.staged.region)
    address, account = remote(hub)
    ways = ways_of(around.documents)
    (way,) = leaves_by(ways, address)
    assert [hop.kind for hop in way.hops] == [
        "subnet", "route table", "transit gateway", "route table", "vpc attachment", "subnet", "route table",
        "nat gateway",
    ]  # fmt: skip
    assert way_text(way).endswith(f" → {address}")
    assert f"of account {account}" in way_text(way)
    assert not [gap for gap in around.not_searched if gap.failed]
    assert around.warnings == ()
    (shared,) = (own for own in around.own_addresses if own.shared)
    assert shared.address == address
    assert [one.destination for one in ways if one is not way] == [f"com.amazonaws.{hub.staged.region}.s3"]


def test_egress_account_out_of_reach(hub: World, aws: ReadOnlyAws) -> None:
    """Where the member role is missing in the egress account, the way is open there, and the gap names the account."""
    _, account = remote(hub)
    iam = hub.accounts.backend.client("iam", account, "us-east-1")
    trust = iam.get_role(RoleName=ANALYST_ROLE)["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Effect"] == "Allow"
    iam.delete_role_policy(RoleName=ANALYST_ROLE, PolicyName=f"{ANALYST_ROLE}-permissions")
    iam.delete_role(RoleName=ANALYST_ROLE)
    hub.accounts.policies.forget()
    blind = open_read_only(hub.access())
    around = collect_environment(blind, hub.subject(), account_id=hub.staged.account_id, region=hub.staged.region)
    (way,) = (one for one in ways_of(around.documents) if one.destination == "0.0.0.0/0")
    assert (way.addresses, way.open_end) == ((), f"its routes were not read; account {account} owns it")
    assert any(f"account {account} cannot be asked" in gap.reason for gap in around.not_searched)
    asked = collect_holdings(blind, accounts=[account], regions=[hub.staged.region])
    assert [gap.what for gap in asked.not_searched if gap.failed] == [f"networks and addresses of account {account}"]
