"""What may be passed on as a sign of the thief: his alone, never what the workload or the company uses too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from gdkit import tables
from gdkit.identifiers import normal_address, parse_ip
from gdkit.ui.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from gdkit.report.forms.reported import Reported

SignKind = Literal["address", "user agent", "access key", "user"]

OURS = frozenset({"instances_own", "own_resource", "another_instance", "team_network", "own_organisation"})
"""Rules of ``origin.rules`` by which an address is the company's own: to pass it on would point at the victim."""

MOST_IN_AN_AGENT = 512
"""Characters; a longer user agent is not passed on: it matches no log, and may be an attack in itself."""

AGENTS_FORGED = "A user agent is the caller's own words, and others use the same client."


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing by which the thief can be known elsewhere.

    Attributes:
        kind: address, user agent, access key or user.
        value: itself, as logged; an address in its normal spelling.
        calls: the thief's calls that show it.
        first_at: the first of them, or when it was made.
        last_at: the last of them; None where it was made and not used.
        event_ids: these calls.
        why: what it rests on, in a sentence.
    """

    kind: SignKind
    value: str
    calls: int
    first_at: datetime
    last_at: datetime | None
    event_ids: frozenset[str]
    why: str


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs that may be passed on, and in words each that may not."""

    shown: tuple[Sign, ...]
    left_out: tuple[str, ...]


def thief_signs(told: Reported) -> Signs:
    """Give the addresses, user agents, keys and users that are the thief's alone, each sort by its value.

    Left out, with the reason: addresses that are not public, that are the company's own, or from which the workload
    calls too; user agents and keys that anybody else in the session used; whatever was taken out of this report.
    """
    timed = told.events[told.events["event_at"].notna()]
    found: list[Sign | str] = [*_addresses(told, timed), *_agents(timed), *_keys(told, timed), *_users(told)]
    return Signs(tuple(one for one in found if isinstance(one, Sign)),
                 tuple(one for one in found if isinstance(one, str)))  # fmt: skip


def _addresses(told: Reported, events: pd.DataFrame) -> Iterator[Sign | str]:
    if "addresses" in told.without:
        yield "Addresses: taken out of this report."
        return
    places = events["source_address"].map(normal_address)
    for row in sorted(told.result["origin"]["addresses"], key=lambda row: str(row["address"])):
        if not row["thief_events"]:
            continue
        reason = _not_his(told, row["address"], row["workload_events"], {one["rule"] for one in row["evidence"]})
        calls = events[(places == row["address"]) & (events["party"] == "thief")]
        if reason or calls.empty:
            yield f"Address {visible(row['address'], 60)}: {reason or 'none of its calls has a time'}."
        else:
            yield _sign("address", row["address"], calls, "The thief called from it, and the instance's own software "
                        "did not, in what was searched.")  # fmt: skip


def _not_his(told: Reported, address: str, workload_events: int, rules: set[str]) -> str:
    """Say why an address may not be passed on; nothing where it may."""
    ip = parse_ip(address)
    if ip is None or not any(told.events["address_kind"][told.events["source_address"].map(normal_address) == address]
                             == "public"):  # fmt: skip
        return "it is no public address"
    if address in told.own_addresses or rules & OURS:
        return "it is one of the company's own"
    return "the instance's own software calls from it too" if workload_events else ""


def _agents(events: pd.DataFrame) -> Iterator[Sign | str]:
    named = events[events["user_agent"].notna() & (events["address_kind"] == "public")]
    shared = set(named.loc[named["party"] != "thief", "user_agent"])
    for agent, calls in named[named["party"] == "thief"].groupby("user_agent", sort=True):
        value = str(agent)
        if value in shared:
            yield f"User agent {visible(value, 60)}: others in the session use it too."
        elif len(value) > MOST_IN_AN_AGENT or visible(value) != value or "\n" in value or "\t" in value:
            yield f"User agent {visible(value, 60)}: it is too long, or holds characters that cannot be seen."
        else:
            yield _sign("user agent", value, calls, f"Only the thief's calls in this session have it. {AGENTS_FORGED}")


def _keys(told: Reported, events: pd.DataFrame) -> Iterator[Sign | str]:
    if told.without & {"accounts", "keys"}:
        yield "Access keys: taken out of this report."
        return
    used = {str(key): calls for key, calls in events.groupby("access_key_id", sort=True)}
    for key, calls in used.items():
        parties = set(calls["party"])
        if parties == {"thief"}:
            yield _sign("access key", key, calls, "Only the thief used it, in what was searched.")
        elif "thief" in parties:
            yield f"Access key {visible(key, 40)}: the thief used it, and others did too."
    for row in told.result["impact"]["persistence"]:
        if row["kind"] == "access_key" and row["party"] == "thief" and row["id"] and row["id"] not in used:
            yield from _made("access key", row["id"], row["event_at"], row["event_id"])


def _users(told: Reported) -> Iterator[Sign | str]:
    if "names" in told.without:
        yield "Users: their names were taken out of this report."
        return
    for row in told.result["impact"]["persistence"]:
        if row["kind"] == "user" and row["party"] == "thief" and row["id"]:
            yield from _made("user", row["id"], row["event_at"], row["event_id"])


def _made(kind: SignKind, value: str, at: str | None, event_id: str | None) -> Iterator[Sign]:
    if at:
        begun = datetime.fromisoformat(at)
        yield Sign(kind, value, 0, begun, None, frozenset(filter(None, [event_id])), "A call of the thief made it.")


def _sign(kind: SignKind, value: str, calls: pd.DataFrame, why: str) -> Sign:
    first, last = (tables.plain(calls["event_at"].agg(end)) for end in ("min", "max"))
    return Sign(kind, value, len(calls), first, last, frozenset(calls["event_id"].dropna()), why)
