"""The addresses by which an instance's own software is proven to call.

An agent's user agent can be forged, and one call proves nothing. An address is the instance's way out when its agents
called from it again and again, over some time, from before the first reported use, and when the same agents called from
no other address in that time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.analysis.clients import clients_of, made_by_agent, made_by_aws_service
from gdkit.analysis.places import places_of

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from gdkit.model import LeakedSession

FEWEST_AGENT_CALLS = 2
"""Agent calls from one address below which it proves nothing. The SSM agent makes one every five minutes."""

SHORTEST_HABIT = timedelta(minutes=10)
"""Time that the agent calls from an address must span to be a habit."""


def agent_calls(events: pd.DataFrame, used: pd.Series, session: LeakedSession) -> pd.DataFrame:
    """Give the calls that look like those of this instance's own agents, with ``place``, their normal address.

    They are signed with the session's credentials, or with the instance identity role's, which carries the same session
    name.

    Source: EC2 User Guide, "Instance identity roles"; Systems Manager User Guide, "SSM Agent".
    """
    identity_role = (events["role_name"] == "aws:ec2-instance") | events["principal_id"].str.contains(
        ":aws:ec2-instance:", regex=False, na=False
    )
    of_instance = used | (identity_role & (events["session_name"] == session.session_name))
    return _placed_agents(events[of_instance & events["event_at"].notna()])


def neighbours_agent_calls(events: pd.DataFrame, session: LeakedSession) -> pd.DataFrame:
    """Give the calls of other instances' agents from public addresses: shared ways out, or other hosts."""
    other = _of_others(events, session) & (events["address_kind"] == "public")
    return _placed_agents(events[other & events["event_at"].notna()])


def neighbours_places(events: pd.DataFrame, session: LeakedSession) -> frozenset[str]:
    """Give the public addresses from which other instances make calls of any kind."""
    others = _of_others(events, session) & (events["address_kind"] == "public")
    return frozenset(places_of(events.loc[others, "source_address"]).dropna())


def neighbours_clients(events: pd.DataFrame, session: LeakedSession, places: frozenset[str]) -> frozenset[str]:
    """Give the clients that other instances use from these addresses, as ``client_of`` names them, agents' too.

    Args:
        events: ``tables.EVENTS``, the whole trail.
        session: the leaked session.
        places: addresses in their normal spelling.
    """
    others = events[_of_others(events, session)]
    there = places_of(others["source_address"]).isin(places)
    return frozenset(clients_of(others.loc[there, "user_agent"]).dropna())


def is_habit(calls: pd.DataFrame) -> bool:
    """Tell whether agent calls are many enough, over time enough, to be more than a chance or a trick."""
    times = calls["event_at"]
    return len(calls) >= FEWEST_AGENT_CALLS and bool(times.max() - times.min() >= SHORTEST_HABIT)


def ways_out(agents: pd.DataFrame, first_reported_at: datetime | None) -> frozenset[str]:
    """Give the addresses that the agents' calls prove.

    IPv4 and IPv6 are judged apart: an agent uses both at once.

    Args:
        agents: from ``agent_calls``, those at the reported address left out.
        first_reported_at: first use that was reported; None where there is none.
    """
    family = agents["place"].str.contains(":", regex=False)
    agents = agents.assign(lane=agents["event_source"].fillna("") + family.map({True: " 6", False: " 4"}))
    spans = agents.groupby(["lane", "place"])["event_at"].agg(["size", "min", "max"]).reset_index()
    contested = set()
    for row in tables.rows_of(spans):
        rivals = spans[(spans["lane"] == row["lane"]) & (spans["place"] != row["place"])]
        rivals = rivals[rivals["size"] >= FEWEST_AGENT_CALLS]
        if ((rivals["min"] <= row["max"]) & (rivals["max"] >= row["min"])).any():
            contested.add(row["place"])
    begun = agents.groupby("place")["event_at"].min()
    return frozenset(
        str(place)
        for place, calls in agents.groupby("place")
        if place not in contested
        and is_habit(calls)
        and (first_reported_at is None or begun[place] < first_reported_at)
    )


def _of_others(events: pd.DataFrame, session: LeakedSession) -> pd.Series:
    """Tell which calls are of other instances' sessions."""
    on_instance = events["session_name"].str.match(r"i-[0-9a-fA-F]{8,17}$", na=False)
    return on_instance & (events["session_name"] != session.session_name)


def _placed_agents(events: pd.DataFrame) -> pd.DataFrame:
    """Keep the agents' calls that came from an address, and name it in its normal spelling."""
    placed = events[events["address_kind"].isin(["public", "private"]) & ~made_by_aws_service(events)]
    found = placed[made_by_agent(placed)]
    return found.assign(place=places_of(found["source_address"]))
