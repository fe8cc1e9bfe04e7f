"""Calls whose client runs on another machine than the instance's own software: other system, or other kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gdkit.analysis.clients import like_an_agent
from gdkit.analysis.machines import machine_of
from gdkit.analysis.providers import AMAZON, provider_of

if TYPE_CHECKING:
    from gdkit.analysis.attribution.known import Known


@dataclass(frozen=True, slots=True)
class _Home:
    """What the workload's proven calls show of the instance's own machine.

    Attributes:
        systems: its operating systems; empty where no client says.
        kernels: its Linux kernels.
        spans: for each kernel the first call that shows it, and the last; index is the kernel.
    """

    systems: frozenset[str]
    kernels: frozenset[str]
    spans: pd.DataFrame


def machine_rules(calls: pd.DataFrame, known: Known, party: pd.Series, unplaced: pd.Series) -> dict[str, pd.Series]:
    """Give for each rule about machines the calls it holds for.

    A container shares its host's kernel, and a host's kernel changes only when it starts anew, so that two kernels by
    turns are two machines. A host can hold virtual machines and sandboxes, so where the address may be the instance's
    own, only what no virtual machine explains is proof.

    Args:
        calls: the session's calls, with ``place``.
        known: what is known of addresses.
        party: whose call each is, as far as an address decided.
        unplaced: calls from a public address that is not known to be anybody's.
    """
    claims = _claims(calls)
    home = _home_of(calls.join(claims), party)
    elsewhere = unplaced | _at_neighbours(calls, known)
    shared = calls["place"].isin(known.ways_out | known.egress | known.baseline) & ~calls["place"].isin(known.own)
    system = claims["system"].notna() & ~claims["system"].isin(home.systems) & bool(home.systems)
    nested = (claims["system"] == "Linux") & bool(home.systems & {"Windows", "macOS"})
    kernel = _by_turns(calls, claims, home)
    strange = claims["unlike_ec2"].notna() & kernel
    private = (calls["address_kind"] == "private") & ~calls["place"].isin(known.own | known.ways_out)
    reported = known.reported & ~calls["place"].isin(known.egress)
    counted = ~like_an_agent(calls) & ~reported & (party != "thief") & ~_habitual_in_aws(calls, known)
    return {
        "other_system": counted & system & (elsewhere | ((shared | private) & ~nested)),
        "other_kernel": counted & ((kernel & elsewhere) | (strange & (shared | private))),
        "other_machine_at_home": counted & (system | kernel) & (shared | calls["place"].isin(known.own)),
    }


def _claims(calls: pd.DataFrame) -> pd.DataFrame:
    clients = calls["user_agent"].dropna().unique()
    said = {client: machine for client in clients if (machine := machine_of(client)) is not None}
    named = calls["user_agent"].map
    return pd.DataFrame(
        {
            "system": named({client: machine.system for client, machine in said.items()}),
            "kernel": named({client: machine.kernel for client, machine in said.items()}),
            "unlike_ec2": named({client: machine.unlike_ec2 for client, machine in said.items()}),
        },
        index=calls.index,
    )


def _home_of(calls: pd.DataFrame, party: pd.Series) -> _Home:
    workload = calls[party == "workload"]
    agents = workload[like_an_agent(workload)]
    telling = agents if agents["system"].notna().any() else workload
    kernels = _first_held(workload, "kernel")
    return _Home(frozenset(_first_held(telling, "system").index), frozenset(kernels.index), kernels)


def _first_held(workload: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give first and last call of each value, but of those that began while another went on only the earlier.

    Somebody behind the same way out can stand among the workload's calls; the instance's own software was there first.
    """
    spans = workload[workload["event_at"].notna()].groupby(name)["event_at"].agg(["min", "max"])
    inside = [((spans["min"] < first) & (spans["max"] > first)).any() for first in spans["min"]]
    return spans[~pd.Series(inside, index=spans.index, dtype=bool)]


def _by_turns(calls: pd.DataFrame, claims: pd.DataFrame, home: _Home) -> pd.Series:
    """Tell which calls name a kernel that is none of the instance's, while one of the instance's went on."""
    during = pd.Series(False, index=calls.index)
    for first, last in home.spans.itertuples(index=False, name=None):
        during |= (calls["event_at"] > first) & (calls["event_at"] < last)
    known = {kernel for kernel in claims["kernel"].dropna().unique() if any(_same(kernel, own) for own in home.kernels)}
    return claims["kernel"].notna() & ~claims["kernel"].isin(known) & during


def _same(one: str, other: str) -> bool:
    """Tell whether two versions can be one kernel's: some clients write fewer numbers of it."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _habitual_in_aws(calls: pd.DataFrame, known: Known) -> pd.Series:
    """Tell which calls are of a client that outlived a key at an address of Amazon's: as of a sandbox's job."""
    habitual = pd.MultiIndex.from_frame(calls[["spot", "client"]]).isin(known.habits)
    amazons = {place for place in calls.loc[habitual, "place"].dropna().unique() if provider_of(place) == AMAZON}
    return calls["place"].isin(amazons) & habitual


def _at_neighbours(calls: pd.DataFrame, known: Known) -> pd.Series:
    return calls["place"].isin(known.neighbours - known.own - known.ways_out)
