"""The role whose credential leaked, its instances, and the thief, in the small world."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from tests.response.desk import Desk, desk_for
from tests.response.grown.made import inline
from tests.simulator.small_world import outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gdkit.response.step import Check, Step
    from gdkit.simulator.scenarios.stage import Key
    from tests.simulator.small_world import Fleet, SmallWorld

_NUMBERS = count(1)
CALLS = (("s3", "list_buckets"), ("ec2", "describe_instances"), ("iam", "list_roles"), ("sqs", "list_queues"),
         ("dynamodb", "list_tables"), ("secretsmanager", "list_secrets"))  # fmt: skip
"""What everybody tries, on service after service."""


def fleet_of(world: SmallWorld) -> Fleet:
    """Make a role that may do everything, with two instances; the first one leaks."""
    return world.fleet(f"shop-{next(_NUMBERS)}")


def desk_of(world: SmallWorld, step: Step, fleet: Fleet, folder: Path, **options: str) -> Desk:
    """Give a desk about the first instance's session."""
    told = {name.replace("_", "-"): value for name, value in options.items()}
    leaked = fleet.instances[0].id
    return desk_for(world, step, folder, options=told, role_name=fleet.role, role_id=fleet.role_id,
                    role_arn=f"arn:aws:iam::111122223333:role/{fleet.role}", session_name=leaked,
                    instance_id=leaked)  # fmt: skip


def policies_of(world: SmallWorld, role: str) -> Callable[[], Any]:
    """Read a role's inline policies past the gateway."""
    return lambda: inline(world, "role", role)


def answers(world: SmallWorld, key: Key) -> set[str]:
    """Try every service with a credential, and give the different answers."""
    return {outcome(getattr(world.api(service, key), method)) for service, method in CALLS}


def check(checks: tuple[Check, ...], what: str) -> Check:
    """Give the check whose question holds these words."""
    (found,) = [one for one in checks if what in one.what]
    return found
