"""What an address or an endpoint proves by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gdkit.analysis.attribution.known import foreign
from gdkit.analysis.clients import forwarded, like_an_agent, made_by_aws_service, presigned

if TYPE_CHECKING:
    from gdkit.analysis.attribution.known import Known


def address_rules(calls: pd.DataFrame, known: Known) -> dict[str, pd.Series]:
    """Give for each rule that rests on a place the calls it holds for; ``rules.RULES`` says which is asked first."""
    place, owner, agent = calls["place"], calls["vpc_endpoint_account_id"], like_an_agent(calls)
    client = calls["client"]
    familiar = ~place.isin(known.shared_places) | agent | client.isin(known.fleet_clients)
    private, own_endpoint = calls["address_kind"] == "private", owner == known.account_id
    habitual = pd.Series(pd.MultiIndex.from_frame(calls[["spot", "client"]]).isin(known.habits), index=calls.index)
    held = at_home_kind(calls, known)
    return {
        "presigned": presigned(calls),
        "aws_service": made_by_aws_service(calls),
        "instance_gone": known.away,
        "own_egress": place.isin(known.egress) & (agent | client.isin(known.egress_clients)),
        "moved": place.isin(known.moved) & (agent | client.isin(known.earlier_clients)),
        "forwarded": forwarded(calls),
        "perhaps_moved": place.isin(known.perhaps_moved) & client.isin(known.earlier_clients),
        "new_client_at_egress": place.isin(known.egress),
        "new_client_after_move": place.isin(known.moved),
        "own_and_reported": known.reported & (place.isin(known.own) | (private & own_endpoint)),
        "shared_way_out": known.reported & known.shared,
        "long_standing": known.reported & (known.long_standing | habitual),
        "neighbours_at_reported_address": known.reported & known.neighbours_first,
        "agent_at_reported_address": known.reported & agent,
        "remote_account": owner.isin(known.remote_accounts),
        "foreign_endpoint": foreign(calls, known.account_id),
        "reported_address": known.reported,
        "own_address": place.isin(known.own) & held,
        "way_out": place.isin(known.ways_out) & held & familiar,
        "baseline": place.isin(known.baseline) & client.isin(known.baseline_clients),
        "agent_like": agent,
        "neighbours_address": place.isin(known.neighbours),
        "private_address": private,
    }


def at_home_kind(calls: pd.DataFrame, known: Known) -> pd.Series:
    """Tell which calls' addresses can be proof: anybody can choose a private one, so it needs the own endpoint."""
    owner = calls["vpc_endpoint_account_id"]
    open_question = owner.isna() & (not known.remote_accounts)
    return (calls["address_kind"] != "private") | (owner == known.account_id) | open_question
