"""The addresses by which an instance's own software is proven to call.

An agent's user agent can be forged, and one call proves nothing. An address is the instance's way out when its agents
called from it again and again, from before the first reported use, and from no other address of the same kind (public
or private) in the same time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.analysis.clients import made_by_agent, made_by_aws_service
from gdkit.identifiers import normal_address

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from gdkit.model import LeakedSession

FEWEST_AGENT_CALLS = 2
"""Agent calls from one address below which it proves nothing. The SSM agent makes one every five minutes."""


def agent_calls(events: pd.DataFrame, used: pd.Series, session: LeakedSession) -> pd.DataFrame:
    """Give the calls of this instance's own agents, with ``place``, their address in its normal spelling.

    They are signed with the session's credentials, or with the instance identity role's, which carries the same session
    name and which no other software uses.

    Source: EC2 User Guide, "Instance identity roles"; Systems Manager User Guide, "SSM Agent".
    """
    identity_role = (events["role_name"] == "aws:ec2-instance") | events["principal_id"].str.contains(
        ":aws:ec2-instance:", regex=False, na=False
    )
    own_identity = identity_role & (events["session_name"] == session.session_name)
    placed = events["address_kind"].isin(["public", "private"]) & ~made_by_aws_service(events)
    foreign = events["vpc_endpoint_account_id"].notna() & (events["vpc_endpoint_account_id"] != session.account_id)
    found = events[(used & made_by_agent(events) | own_identity) & placed & ~foreign & events["event_at"].notna()]
    return found.assign(place=found["source_address"].map(normal_address))


def ways_out(agents: pd.DataFrame, first_reported_at: datetime | None) -> frozenset[str]:
    """Give the addresses that the agents' calls prove.

    Args:
        agents: from ``agent_calls``, those at the reported address left out.
        first_reported_at: first call from the reported address; None where there is none.
    """
    if agents.empty:
        return frozenset()
    spans = agents.groupby(["address_kind", "place"])["event_at"].agg(["size", "min", "max"]).reset_index()
    proven = []
    for row in tables.rows_of(spans):
        others = spans[(spans["address_kind"] == row["address_kind"]) & (spans["place"] != row["place"])]
        at_once = ((others["min"] <= row["max"]) & (others["max"] >= row["min"])).any()
        before = first_reported_at is None or row["min"] < first_reported_at
        if row["size"] >= FEWEST_AGENT_CALLS and before and not at_once:
            proven.append(row["place"])
    return frozenset(proven)


def neighbours_addresses(events: pd.DataFrame, session: LeakedSession) -> frozenset[str]:
    """Give the public addresses from which other instances' agents call: shared ways out, or other hosts."""
    on_instance = events["session_name"].str.match(r"i-[0-9a-fA-F]{8,17}$", na=False)
    other = on_instance & (events["session_name"] != session.session_name) & (events["address_kind"] == "public")
    found = events[other]
    found = found[made_by_agent(found) & ~made_by_aws_service(found)]
    return frozenset(found["source_address"].map(normal_address).dropna())
