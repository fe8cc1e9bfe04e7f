"""The theft: a web server's credential is read through a hole in the site and used from outside AWS.

The thief looks around, reads customers' data, takes a role in a second account, makes a user with a key, launches an
instance, hides from GuardDuty, and is refused at the end; the servers go on with their work all the time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from gdkit.simulator.scenarios.cast import TERRAFORM, held_by, read_credential, thief
from gdkit.simulator.scenarios.shop import Shop, at_work, open_shop
from gdkit.simulator.scenarios.site import allow
from gdkit.simulator.scenarios.stage import Route
from gdkit.simulator.scenarios.staged import Staged
from gdkit.simulator.scenarios.thieves import hide, in_turn, look_around, take
from gdkit.simulator.world import Place

if TYPE_CHECKING:
    from gdkit.simulator.scenarios.stage import Stage

LASTS_MIN = 200
_HOSTERS = (
    Place("64500", "EXAMPLE-HOSTING", "Netherlands", "NL", "Amsterdam", 52.37, 4.9),
    Place("64501", "EXAMPLE-VPN", "Romania", "RO", "Bucharest", 44.43, 26.1),
    Place("64502", "EXAMPLE-RESIDENTIAL", "Brazil", "BR", "Recife", -8.05, -34.9),
)


def play(stage: Stage) -> Staged:
    """Play the theft, and say what was staged."""
    shop = open_shop(stage)
    random = stage.random
    at_work(stage, shop, LASTS_MIN, leaked_version=random.choice(("1.0", "2.0")))
    _weaken(stage, shop)
    addresses = thieves_addresses(stage)
    begin = random.uniform(85, 110)
    stage.at(begin, partial(_break_in, stage, shop, addresses, begin))
    stage.play()
    return Staged.of(stage, shop, leaked=shop.instances[0])


def thieves_addresses(stage: Stage) -> list[str]:
    """Draw the addresses that a thief uses, outside AWS."""
    random = stage.random
    networks = ["198.51.100", "203.0.113", "192.0.2"]
    random.shuffle(networks)
    found = []
    for network, place in zip(networks[: random.choice((1, 2, 2))], random.sample(_HOSTERS, 2), strict=False):
        stage.accounts.world.add(f"{network}.0/25", place)
        found.append(f"{network}.{random.randrange(2, 120)}")
    return found


def _weaken(stage: Stage, shop: Shop) -> None:
    """Let a deployment leave the first server's metadata service open to version 1, in the morning."""
    key = shop.site.user("deploy-bot", allow(["ec2:*", "iam:Get*", "iam:List*"]))
    bot = held_by("admin", key, agent=TERRAFORM, address="192.0.2.200", region=shop.site.region)
    leaked = shop.instances[0].id
    for minute, operation, parameters in (
        (2.0, "describe_instances", {}),
        (3.0, "modify_instance_metadata_options", {"InstanceId": leaked, "HttpTokens": "optional"}),
        (3.5, "describe_instances", {"InstanceIds": [leaked]}),
    ):
        stage.at(minute, partial(stage.call, bot, "ec2", operation, **parameters))


def _break_in(stage: Stage, shop: Shop, addresses: list[str], begin: float) -> None:
    """Read the credential through the hole, by version 1, and put the thief's day on the timetable."""
    told = read_credential(stage.simulator.metadata_url(shop.instances[0].id), "1.0")
    first = thief(stage.random, addresses[0], shop.site.region, told)
    last = replace(first, route=Route(addresses[-1]))
    in_turn(stage, begin, [*look_around(stage, shop, first), *take(stage, shop, first, last), *hide(stage, last)])
