"""Thefts that stay inside AWS: from another account's instance, and from another host of the same account."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from gdkit.simulator.scenarios.cast import read_credential, thief
from gdkit.simulator.scenarios.shop import at_work, open_shop
from gdkit.simulator.scenarios.site import allow, draw_accounts
from gdkit.simulator.scenarios.stage import Route
from gdkit.simulator.scenarios.staged import Staged
from gdkit.simulator.scenarios.thieves import chain, in_turn, look_around
from gdkit.simulator.world import Place

if TYPE_CHECKING:
    from gdkit.simulator.scenarios.shop import Shop
    from gdkit.simulator.scenarios.stage import Stage

LASTS_MIN = 200
JUMP_PROFILE = "jump-host-profile"


def play_inside(stage: Stage) -> Staged:
    """Use the stolen credential from an instance of a stranger's account, by its address or by its endpoint."""
    shop = open_shop(stage)
    random = stage.random
    stranger = draw_accounts(random, 1)[0]
    address = f"203.0.113.{random.randrange(130, 250)}"
    place = Place("16509", "AMAZON-02", "Ireland", "IE", "Dublin", 53.35, -6.26, stranger)
    stage.accounts.world.add(f"{address}/32", place)
    endpoint = Route("10.77.0.9", f"vpc-{random.getrandbits(68):017x}", f"vpce-{random.getrandbits(68):017x}", stranger)
    services = {"sts": endpoint, "secretsmanager": endpoint, "s3": endpoint} if random.random() < 0.5 else {}
    return _stolen(stage, shop, Route(address), services)


def play_same_account(stage: Stage) -> Staged:
    """Use the stolen credential from another host in the same network; GuardDuty sees nothing in that."""
    shop = open_shop(stage)
    shop.site.instance_role("jump-host", JUMP_PROFILE, allow(["ssm:UpdateInstanceInformation"]))
    public = not shop.network.exit_address
    host = shop.site.instance(shop.network, profile=JUMP_PROFILE, name="jump-host", public=public)
    inside = Route(host.private_address, shop.network.vpc_id, shop.network.endpoint_id)
    return _stolen(stage, shop, Route(host.way_out), {"s3": inside})


def _stolen(stage: Stage, shop: Shop, route: Route, routes: dict[str, Route]) -> Staged:
    """Let the servers work, and a thief with the first one's credential look around and take a role."""
    at_work(stage, shop, LASTS_MIN)
    begin = stage.random.uniform(85, 110)
    stage.at(begin, partial(_break_in, stage, shop, route, routes, begin))
    stage.play()
    return Staged.of(stage, shop, leaked=shop.instances[0])


def _break_in(stage: Stage, shop: Shop, route: Route, routes: dict[str, Route], begin: float) -> None:
    told = read_credential(stage.simulator.metadata_url(shop.instances[0].id), "1.0")
    who = replace(thief(stage.random, route.address, shop.site.region, told), route=route, routes=routes)
    in_turn(stage, begin, [*look_around(stage, shop, who), partial(chain, stage, shop, who)])
