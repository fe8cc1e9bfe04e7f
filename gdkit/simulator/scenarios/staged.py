"""What was staged: what an analyst is told, and what really happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.simulator.scenarios.site import ANALYST_ROLE, RESPONDER_ROLE
from gdkit.simulator.scenarios.team import networks_yaml

if TYPE_CHECKING:
    from gdkit.simulator.iam.credentials import Issued
    from gdkit.simulator.scenarios.shop import Shop
    from gdkit.simulator.scenarios.site import Instance
    from gdkit.simulator.scenarios.stage import Stage
    from gdkit.simulator.truth import TrueCall

_SHIFT_S = 12 * 3600


@dataclass(frozen=True, slots=True)
class Staged:
    """One staged scenario.

    Attributes:
        principal_id: the session that the scenario is about.
        account_id: the account of the instance.
        second_account_id: another account of the organisation.
        trail_bucket: where CloudTrail delivered the logs.
        analyst: credentials to investigate with.
        responder: credentials that may change things.
        networks_yaml: text of the file in which the company's team keeps its own networks.
        member_role: the role to take in the other account.
    """

    account_id: str
    second_account_id: str
    region: str
    instance_id: str
    principal_id: str
    role_name: str
    trail_bucket: str
    analyst: Issued
    responder: Issued
    calls: tuple[TrueCall, ...]
    networks_yaml: str
    member_role: str = ANALYST_ROLE

    @classmethod
    def of(cls, stage: Stage, shop: Shop, *, leaked: Instance) -> Staged:
        """Close a scenario: deliver the logs, let the clock run, and give the analysts their sessions."""
        from gdkit.simulator.scenarios.shop import ROLE  # noqa: PLC0415 - shop imports nothing of this module

        stage.finish()
        accounts, account_id = stage.accounts, shop.site.account_id
        bound = accounts.policies.of_role(account_id, ROLE)
        if bound is None:
            raise ValueError("the leaked role is gone")
        return cls(
            account_id=account_id,
            second_account_id=shop.second.account_id,
            region=shop.site.region,
            instance_id=leaked.id,
            principal_id=f"{bound.unique_id}:{leaked.id}",
            role_name=ROLE,
            trail_bucket=shop.trail_bucket,
            analyst=accounts.role_session(account_id, ANALYST_ROLE, "ana", _SHIFT_S),
            responder=accounts.role_session(account_id, RESPONDER_ROLE, "ana", _SHIFT_S),
            calls=accounts.truth.calls(),
            networks_yaml=networks_yaml(accounts.world.organization_account_ids, stage.ends_at),
        )

    def event_ids(self, party: str, *, data_events: bool) -> set[str]:
        """Give the ids of the calls that a party really made, echoes left out.

        Args:
            party: ``thief``, ``workload`` …
            data_events: whether data events count, which the event history does not hold.
        """
        return {call.event_id for call in self.calls
                if call.actor == party and not call.echo and (data_events or not call.data_event)}  # fmt: skip

    def truth(self) -> dict[str, Any]:
        """Give what really happened, for a program to score by."""
        return {
            "principal_id": self.principal_id,
            "instance_id": self.instance_id,
            "thief_event_ids": sorted(self.event_ids("thief", data_events=True)),
            "data_event_ids": sorted(call.event_id for call in self.calls if call.data_event),
            "workload_event_ids": sorted(self.event_ids("workload", data_events=True)),
        }
