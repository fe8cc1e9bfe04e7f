"""Signs in one session that its credentials are used from two machines, or from one that is not the instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from gdkit.analysis.attribution.known import CREDENTIAL_LASTS
from gdkit.analysis.clients import is_sdk, like_an_agent, made_by_aws_service, presigned
from gdkit.analysis.hunt.sessions import SIGN_INS
from gdkit.analysis.impact.calls import DENIED
from gdkit.analysis.machines import machine_of
from gdkit.analysis.places import places_of
from gdkit.analysis.providers import AMAZON, in_strange_network, network_of, provider_of

if TYPE_CHECKING:
    from gdkit.analysis.hunt.sessions import InstanceSession

SETTLED = timedelta(hours=1)
"""How long the session must have been seen at home before another place counts as new."""

FIRST_CALLS = frozenset({"GetCallerIdentity", "ListBuckets", "ListUsers", "ListRoles",
                         "ListSecrets", "GetAccountAuthorizationDetails", "ListAttachedRolePolicies"})  # fmt: skip
"""Calls by which people find out what a credential is good for; software seldom begins with them.

Source: TrailDiscover (Adan Álvarez, CC-BY-4.0), calls seen in incidents; MITRE ATT&CK T1087.004, T1580.
"""


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason to think that a session was used off its instance.

    Attributes:
        name: short name of the reason.
        statement: the reason in words.
        calls: index labels of the events that show it.
    """

    name: str
    statement: str
    calls: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondPlace:
    """A place that appeared while the session went on at home, with clients that home does not have."""

    place: str
    calls: pd.DataFrame
    signs: tuple[Sign, ...]


def unlike_an_instance(calls: pd.DataFrame) -> tuple[Sign, ...]:
    """Give a sign for each kind of machine in the session that hardly any instance is.

    None where the instance's own agents run on such a machine too, or the session has one place for longer than a
    credential lives: then it is one of the few. A call from where its agents call may be a virtual machine's.

    Args:
        calls: the session's calls, with ``place``.
    """
    agents = calls[like_an_agent(calls)]
    at_home = calls["place"].isin(set(agents["place"].dropna())) | (_is_long(calls) & (calls["place"].nunique() == 1))
    calls = calls[~at_home & ~presigned(calls) & ~made_by_aws_service(calls)]
    own = {machine.unlike_ec2 for client in agents["user_agent"].dropna().unique() if (machine := machine_of(client))}
    found: dict[str, list[int]] = {}
    for client, rows in calls.groupby("user_agent").groups.items():
        machine = machine_of(str(client))
        if machine is not None and machine.unlike_ec2 and machine.unlike_ec2 not in own:
            found.setdefault(machine.unlike_ec2, []).extend(rows)
    return tuple(Sign("unlike_an_instance", f"a client says of its machine: {why}", tuple(sorted(rows)))
                 for why, rows in sorted(found.items()))  # fmt: skip


def strange_networks(about: InstanceSession, calls: pd.DataFrame) -> tuple[Sign, ...]:
    """Give a sign for each place in a network by which an instance hardly leaves: another provider's, a VPN's or Tor's.

    A place that other instances or the instance's own agents use is a way out, whatever its network; so is one that was
    used over several keys and longer than a credential lives.

    Args:
        about: the session and what bears on it.
        calls: its calls with ``place``.
    """
    placed = _from_outside(calls)
    others = set(places_of(about.events.loc[~about.used, "source_address"]).dropna())
    found = []
    for place, there in placed.groupby("place"):
        network = network_of(str(place))
        way_out = place in others or like_an_agent(there).any() or _is_long(there)
        if network is None or way_out or not in_strange_network(str(place)):
            continue
        found.append(Sign("strange_network", f"{place} is of {network.provider or 'a network'} ({network.kind}), by "
                          "which instances of EC2 hardly leave", tuple(there.index)))  # fmt: skip
    return tuple(found)


def controlled_from_there(calls: pd.DataFrame, controls: pd.DataFrame, shared_places: set[str]) -> tuple[Sign, ...]:
    """Give a sign where the same software at the same address controlled the instance from outside.

    Who sends a command to an instance through AWS, or opens a shell on it, hardly sits on it.

    Args:
        calls: the session's calls, with ``place``, ``client`` and ``party``.
        controls: calls of principals that are no instance's, on this instance, with ``place`` and ``client``.
        shared_places: addresses from which other instances call.
    """
    pairs = pd.MultiIndex.from_frame(calls[["place", "client"]])
    outside = pd.MultiIndex.from_frame(controls[["place", "client"]].dropna().drop_duplicates())
    ways_out = set(calls.loc[like_an_agent(calls) | (calls["party"] == "workload"), "place"].dropna()) | shared_places
    away = calls["address_kind"].eq("public") & ~calls["place"].isin(ways_out)
    rows = tuple(calls.index[pairs.isin(outside) & away])
    if not rows:
        return ()
    names = ", ".join(sorted(controls["event_name"].dropna().unique()))
    return (Sign("controlled_from_there", f"the same software at the same address called {names} on the instance from "
                 "outside, with another principal's credentials", rows),)  # fmt: skip


def console_sessions(calls: pd.DataFrame) -> tuple[Sign, ...]:
    """Give a sign where the session was taken into AWS's console: software on an instance has no use for that.

    Args:
        calls: the session's calls.

    Source: IAM User Guide, "Enable custom identity broker access to the AWS console"; CloudTrail User Guide,
        sessionCredentialFromConsole.
    """
    signed_in = calls["event_name"].isin(SIGN_INS) & calls["error_code"].isna()
    rows = tuple(calls.index[signed_in | calls["console_session"].eq(True)])
    return (Sign("console", "the session was taken into AWS's console", rows),) if rows else ()


def second_places(about: InstanceSession, calls: pd.DataFrame) -> tuple[SecondPlace, ...]:
    """Give the new places at which other clients used the session while it went on at home, each with further signs.

    Home is where the workload's calls are proven to come from, else the one public place that the session was used from
    over several keys and longer than a credential lives. A place where several instances call is a shared way out.

    Args:
        about: the session and what bears on it.
        calls: its calls with ``place``, ``client`` and ``party``.
    """
    placed = _from_outside(calls)
    home = _home(placed)
    if home.empty:
        return ()
    at_home = placed[placed["place"].isin(set(home["place"]))]
    others = about.events[~about.used]
    shared = others.groupby("source_address")["session_name"].nunique()
    shared_places = set(shared[shared > 1].index)
    found: list[SecondPlace] = []
    elsewhere = placed[~placed["place"].isin(set(home["place"]))]
    for place, there in sorted(elsewhere.groupby("place"), key=lambda one: (str(one[1]["event_at"].min()), one[0])):
        judged = {row for one in found for row in one.calls.index}
        before = calls[~calls.index.isin(judged) & (calls["event_at"] < there["event_at"].min())]
        own = at_home[at_home["place"].str.contains(":", regex=False) == (":" in str(place))]
        if own.empty or place in shared_places or _is_long(there):
            continue
        if _is_second(there, own, before):
            signs = _signs_at(str(place), there, own, calls, neighbour=bool(shared.get(place, 0)))
            found.append(SecondPlace(str(place), there, signs))
    return tuple(found)


def _from_outside(calls: pd.DataFrame) -> pd.DataFrame:
    """Give the calls that came over the internet: a VPC can have public addresses, and reach AWS by an endpoint."""
    public = calls["address_kind"].eq("public") & calls["vpc_endpoint_id"].isna()
    return calls[public & ~made_by_aws_service(calls) & ~presigned(calls)]


def _is_long(there: pd.DataFrame) -> bool:
    lasts = there["event_at"].max() - there["event_at"].min()
    return bool(there["access_key_id"].nunique() > 1 and lasts >= CREDENTIAL_LASTS)


def _home(placed: pd.DataFrame) -> pd.DataFrame:
    """Give the calls at home; none where home is not known."""
    proven = placed[placed["party"] == "workload"]
    if len(proven):
        return proven
    spans = placed.groupby("place").agg(
        first=("event_at", "min"), last=("event_at", "max"), keys=("access_key_id", "nunique")
    )
    long = spans[(spans["last"] - spans["first"] >= CREDENTIAL_LASTS) & (spans["keys"] > 1)]
    if len(long) != 1 or long["first"].iloc[0] > spans["first"].min():
        return placed.iloc[:0]
    at_home: pd.DataFrame = placed[placed["place"] == long.index[0]]
    return at_home


def _is_second(there: pd.DataFrame, at_home: pd.DataFrame, before: pd.DataFrame) -> bool:
    """Tell whether a place is new, its clients are neither at home nor of before, and home went on beside it."""
    first = there["event_at"].min()
    went_on = bool((at_home["event_at"] > first).any())
    settled = bool(at_home["event_at"].min() + SETTLED <= first)
    familiar = set(at_home["client"].dropna()) | set(before["client"].dropna())
    strangers = not set(there["client"].dropna()) & familiar
    return went_on and settled and strangers and not like_an_agent(there).any()


def _signs_at(place: str, there: pd.DataFrame, at_home: pd.DataFrame, calls: pd.DataFrame, *,
              neighbour: bool) -> tuple[Sign, ...]:  # fmt: skip
    """Give what else speaks for another machine at a second place."""
    rows = tuple(there.index)
    first = there.sort_values(["event_at", "event_id"]).iloc[0]
    keys = set(there["access_key_id"].dropna())
    deliveries = set(there["ec2_role_delivery"].dropna())
    refused = there["error_code"].str.contains(DENIED, na=False)
    home_providers = {provider_of(str(one)) for one in at_home["place"].unique()}
    tests = {
        "outside_aws": (home_providers == {AMAZON} and provider_of(place) != AMAZON,
                        f"the instance leaves by an address of Amazon's, and {place} is none in Amazon's ranges"),
        "another_instance": (neighbour, f"another instance of the account calls from {place}"),
        "looking_around": (first["event_name"] in FIRST_CALLS and is_sdk(first["user_agent"])
                           and "HashiCorp" not in str(first["user_agent"]),
                           f"the first call there is {first['event_name']}, as people look what a credential can do"),
        "refused": (bool(refused.any()) and not calls.loc[at_home.index, "error_code"].notna().any(),
                    _refusals(int(refused.sum()))),
        "delivery": (deliveries == {"1.0"} and "1.0" not in set(at_home["ec2_role_delivery"].dropna()),
                     "the credential used there was read by IMDSv1, and the instance's own software uses IMDSv2"),
        "held_key": (deliveries != {"1.0"} and bool(keys) and not keys & set(at_home["access_key_id"].dropna()),
                     "the key used there was not seen at home"),
    }  # fmt: skip
    return tuple(Sign(name, words, rows) for name, (holds, words) in tests.items() if holds)


def _refusals(count: int) -> str:
    return f"{count} {'call there was' if count == 1 else 'calls there were'} refused, and none at home"
