"""How a call compares with those that an address alone already proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gdkit.analysis.attribution.other_machine import machine_rules
from gdkit.analysis.clients import like_an_agent
from gdkit.analysis.machines import machine_of
from gdkit.analysis.rules import PARTY

if TYPE_CHECKING:
    from gdkit.analysis.attribution.known import Known

SHORTEST_CLIENT = 15
"""A shorter user agent ("curl/8.1", "aws-cli/2.1") is too common to be anybody's mark."""


def comparison_rules(calls: pd.DataFrame, known: Known, proven: pd.Series) -> dict[str, pd.Series]:
    """Give for each rule that compares the calls it holds for.

    Args:
        calls: the session's calls, with ``place`` and ``client``.
        known: what is known of addresses.
        proven: name of the rule that already decided by an address, for each call.
    """
    party = proven.map(PARTY)
    thief, workload = calls[party == "thief"], calls[(party == "workload") & ~like_an_agent(calls)]
    client, place = calls["client"], calls["place"]
    earlier = (party != "thief") & ~(calls["event_at"] >= thief["event_at"].min())  # a call without a time counts too
    at_home = place.isin(known.own | known.ways_out)
    away = place.isin(known.neighbours | known.own | known.ways_out | known.egress | known.moved | known.baseline)
    unplaced = (calls["address_kind"] == "public") & ~away & ~known.reported
    clients = set(thief["client"].dropna())
    marks = clients - set(client[at_home | earlier].dropna())
    distinct = client.isin({mark for mark in marks if _is_telling(mark)}) & ~place.isin(set(place[earlier]))
    same_tls = _same_connection(calls, thief)
    keys = calls["access_key_id"].isin(set(thief["access_key_id"].dropna()))
    return {
        "thief_client_at_own_address": at_home & client.isin(clients - set(client[at_home & earlier].dropna())),
        "thiefs_key_at_way_out": place.isin(known.ways_out - known.own) & _new_with_thiefs_key(calls, party, thief),
        "thief_client": unplaced & distinct & keys & same_tls & (not workload.empty),
        "thiefs_key": unplaced & _with_thiefs_own_key(calls, party, thief),
        **machine_rules(calls, known, party, unplaced),
    }


def _is_telling(client: str) -> bool:
    """Tell whether a client's words are its own: long enough, and not those of any SDK on any Linux."""
    machine = machine_of(client)
    return len(client) >= SHORTEST_CLIENT and (machine is None or machine.system != "Linux" or bool(machine.kernel))


def _new_with_thiefs_key(calls: pd.DataFrame, party: pd.Series, thief: pd.DataFrame) -> pd.Series:
    """Tell which calls are of a client that was not seen before the theft, with a key that only the thief used before.

    Somebody behind the same way out as the instance can hold the stolen key.
    """
    if thief.empty:
        return pd.Series(False, index=calls.index)
    first = thief["event_at"].min()
    before = calls[(party != "thief") & ~(calls["event_at"] >= first)]
    familiar = calls["client"].isin(set(before["client"].dropna())) | like_an_agent(calls)
    keys_at_home = set(calls.loc[familiar & (party != "thief"), "access_key_id"].dropna())
    keys = set(thief["access_key_id"].dropna()) - keys_at_home
    return ~familiar & calls["access_key_id"].isin(keys) & (party != "thief") & (not before.empty)


def _same_connection(calls: pd.DataFrame, thief: pd.DataFrame) -> pd.Series:
    """Tell which calls' TLS does not speak against the thief's client: the same version and suite, or none logged."""
    profile = calls["tls_version"] + " " + calls["tls_cipher_suite"]
    seen = set((thief["tls_version"] + " " + thief["tls_cipher_suite"]).dropna())
    return profile.isna() | profile.isin(seen) | (not seen)


def _with_thiefs_own_key(calls: pd.DataFrame, party: pd.Series, thief: pd.DataFrame) -> pd.Series:
    """Tell which calls were signed with a key that the thief used and the workload never, from a place that is new.

    New are the place and the client: no call before the thief's first shows either. It takes a workload that went on
    elsewhere, on other keys, from before that first call.
    """
    first = thief["event_at"].min()
    workload = calls[party == "workload"]
    before = calls[(party != "thief") & ~(calls["event_at"] >= first)]
    if not (workload["event_at"] < first).any() or not (workload["event_at"] > first).any():
        return pd.Series(False, index=calls.index)
    own = set(thief["access_key_id"].dropna()) - set(calls.loc[party == "workload", "access_key_id"].dropna())
    new_place = ~calls["place"].isin(set(before["place"]))
    known_clients = set(before["client"].dropna()) | set(workload["client"].dropna())
    new_client = calls["client"].notna() & ~calls["client"].isin(known_clients)
    untouched = ~calls["access_key_id"].isin(set(before["access_key_id"].dropna()))
    return calls["access_key_id"].isin(own) & new_place & new_client & untouched & ~like_an_agent(calls)
