"""The scenarios by name, and the one way to stage them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gdkit.errors import UsageError
from gdkit.simulator.scenarios import benign, inside, theft
from gdkit.simulator.scenarios.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.simulator.scenarios.staged import Staged
    from gdkit.simulator.server import Simulator


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario.

    Attributes:
        lasts_min: how many minutes it plays.
        what: one sentence that tells what happens, for those who may know.
    """

    name: str
    what: str
    lasts_min: float
    play: Callable[[Stage], Staged]


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("theft", "a credential is read through a hole in a web site and used from outside AWS",
                 theft.LASTS_MIN, theft.play),
        Scenario("onprem", "benign: the servers leave by a VPN and the company's own network",
                 benign.LASTS_MIN, benign.play_onprem),
        Scenario("hub", "benign: the servers leave through a shared egress account of the same organisation",
                 benign.LASTS_MIN, benign.play_hub),
        Scenario("inside", "a credential is used from an instance of a stranger's account",
                 inside.LASTS_MIN, inside.play_inside),
        Scenario("same-account", "a credential is used from another host of the same account; GuardDuty is silent",
                 inside.LASTS_MIN, inside.play_same_account),
        Scenario("quiet", "nothing is wrong", benign.LASTS_MIN, benign.play_quiet),
    )
}  # fmt: skip


def stage_scenario(simulator: Simulator, name: str, seed: int = 0, ends_at: datetime | None = None) -> Staged:
    """Play a scenario on a new simulator.

    Args:
        simulator: a running simulator whose world is empty.
        name: one of ``SCENARIOS``.
        seed: the same seed plays the same incident.
        ends_at: when it ends, aware; None for now. The simulator's clock runs on from there.

    Raises:
        UsageError: there is no such scenario.
    """
    scenario = SCENARIOS.get(name)
    if scenario is None:
        raise UsageError(f"there is no scenario {name[:40]!r}", action=f"choose one of {', '.join(SCENARIOS)}")
    end = (ends_at or datetime.now(UTC)).replace(microsecond=0)
    begin = end - timedelta(minutes=scenario.lasts_min)
    simulator.accounts.clock.set(begin)
    return scenario.play(Stage(simulator, seed, begin, end))
