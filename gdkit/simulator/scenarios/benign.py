"""Scenarios in which nobody steals: traffic that leaves by another way than AWS expects, and a day with nothing wrong.

GuardDuty is turned on in the middle of the first two: what it then sees for the first time has long been so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit.simulator.scenarios.shop import at_work, let_people_in, open_shop
from gdkit.simulator.scenarios.site import Site, draw_accounts
from gdkit.simulator.scenarios.staged import Staged
from gdkit.simulator.world import Place

if TYPE_CHECKING:
    from gdkit.simulator.scenarios.shop import Shop
    from gdkit.simulator.scenarios.site import Network
    from gdkit.simulator.scenarios.stage import Stage

LASTS_MIN = 240
OFFICE = Place("64510", "EXAMPLE-CORP", "Germany", "DE", "Hamburg", 53.55, 9.99)


def play_onprem(stage: Stage) -> Staged:
    """Let the servers reach AWS by way of the company's own network: a VPN, and its proxy's address outside AWS."""
    address = f"192.0.2.{stage.random.randrange(128, 199)}"
    stage.accounts.world.add("192.0.2.128/25", OFFICE)
    shop = _leaving_by(open_shop(stage, nat=True, watched=False), address)
    _route_to_office(shop, address)
    return _watched_later(stage, shop)


def play_hub(stage: Stage) -> Staged:
    """Let the servers reach AWS through a shared egress account of the same organisation."""
    account_id = draw_accounts(stage.random, 1)[0]
    stage.accounts.world.organization_account_ids.add(account_id)
    shop = open_shop(stage, nat=True, watched=False)
    hub = Site(stage.accounts, account_id, shop.site.region)
    let_people_in(hub, shop.site.account_id)
    egress = hub.network("10.250.0.0/24", nat=True)
    _route_to_hub(stage, shop, egress)
    return _watched_later(stage, _leaving_by(shop, egress.exit_address))


def play_quiet(stage: Stage) -> Staged:
    """Let the servers work, with GuardDuty on, and nothing wrong."""
    shop = open_shop(stage)
    at_work(stage, shop, LASTS_MIN)
    stage.play()
    return Staged.of(stage, shop, leaked=shop.instances[0])


def _watched_later(stage: Stage, shop: Shop) -> Staged:
    """Let the servers work, and turn GuardDuty on when they have long done so."""
    at_work(stage, shop, LASTS_MIN)
    stage.at(LASTS_MIN / 2, shop.site.watch)
    stage.at(LASTS_MIN / 2, shop.second.watch)
    stage.play()
    return Staged.of(stage, shop, leaked=shop.instances[0])


def _leaving_by(shop: Shop, address: str) -> Shop:
    network = replace(shop.network, exit_address=address)
    return replace(shop, network=network, instances=[replace(one, network=network) for one in shop.instances])


def _route_to_office(shop: Shop, address: str) -> None:
    """Send everything that leaves the subnet down a VPN to the office."""
    ec2 = shop.site.api("ec2")
    customer = ec2.create_customer_gateway(BgpAsn=64510, PublicIp=address, Type="ipsec.1")["CustomerGateway"]
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpcId=shop.network.vpc_id, VpnGatewayId=gateway)
    ec2.create_vpn_connection(Type="ipsec.1", CustomerGatewayId=customer["CustomerGatewayId"], VpnGatewayId=gateway)
    ec2.replace_route(RouteTableId=shop.network.route_table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)


def _route_to_hub(stage: Stage, shop: Shop, egress: Network) -> None:
    """Send everything that leaves the subnet to the egress account's transit gateway, and from there to its VPC."""
    transit, spoke, ec2 = stage.accounts.transit, shop.network, shop.site.api("ec2")
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]  # moto routes to one it knows alone
    transit.share(gateway, egress.account_id, egress.region)
    back = transit.attach(gateway, spoke.account_id, spoke.vpc_id, [spoke.subnet_id])
    out = transit.attach(gateway, egress.account_id, egress.vpc_id, [egress.subnet_id])
    transit.send(gateway, "0.0.0.0/0", out)
    transit.send(gateway, f"{shop.instances[0].private_address}/32", back)
    ec2.replace_route(RouteTableId=spoke.route_table_id, DestinationCidrBlock="0.0.0.0/0", TransitGatewayId=gateway)
