"""Evidence from what was done from an address, held against what the session does elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.analysis.clients import made_by_aws_service, presigned
from gdkit.analysis.rules import PARTY
from gdkit.origin.model import Evidence
from gdkit.origin.place import CLOUDTRAIL
from gdkit.origin.tools import attack_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from gdkit.origin.place import Place


_SIGNS = {
    "unlike_an_instance": "unlike_an_instance",
    "controlled_from_there": "controlled_from_there",
    "console": "into_console",
    "second_place": "second_place",
    "outside_aws": "outside_aws",
    "another_instance": "another_instance",
    "looking_around": "looking_around",
    "refused": "refused",
    "delivery": "delivery",
    "held_key": "held_key",
}
"""The hunt's signs, and the rule of the weighing that each is. The network of the address is judged elsewhere."""

FEWEST_TO_COMPARE = 5
"""Calls of the workload elsewhere without which nothing can be said of what it does not call."""

MOST_NAMED = 4


def behaviour_evidence(place: Place) -> Iterator[Evidence]:
    """Give what was done from an address.

    A kernel of a distribution for attacks is a tool for attacks; it is not counted again as an unlikely machine.
    """
    tools = tuple(_tools(place))
    yield from tools
    yield from (one for one in _hunted(place) if not (tools and one.rule == "unlike_an_instance" and _is_kernel(one)))
    yield from _left(place)
    yield from _blinded(place)
    yield from _new_calls(place)


def _hunted(place: Place) -> Iterator[Evidence]:
    """Give the signs that hold without the finding's word, by which no address is judged."""
    here = set(place.calls["event_id"].dropna())
    for sign in place.signs:
        calls = len(here & sign.event_ids)
        rule = "another_machine" if PARTY.get(sign.name) == "thief" else _SIGNS.get(sign.name)
        if calls and rule is not None:
            yield _said(place, rule, f"{sign.statement} ({_many(calls, 'call')} from there)")


def _is_kernel(one: Evidence) -> bool:
    """Tell whether a machine is called unlikely for its kernel, which is what names a distribution for attacks."""
    return "its kernel" in one.statement


def _tools(place: Place) -> Iterator[Evidence]:
    for client in sorted(place.calls["user_agent"].dropna().unique()):
        tool = attack_tool(str(client))
        if tool is not None:
            yield _said(place, "attack_tool", f"A client there names {tool}: {str(client)[:160]}")


def _left(place: Place) -> Iterator[Evidence]:
    made = place.persistence
    here = made[made["event_id"].isin(_succeeded(place.calls))]
    elsewhere = set(place.elsewhere["event_name"].dropna())
    new = here[~here["event_name"].isin(elsewhere)]
    if len(new):
        words = f"{_many(len(new), 'call')} from there that can leave a way back in, of kinds made nowhere else"
        yield _said(place, "left_way_in", f"{words}: {_named(new['event_name'])}.")


def _blinded(place: Place) -> Iterator[Evidence]:
    tamper = place.tamper
    here = tamper[tamper["event_id"].isin(set(place.calls["event_id"].dropna()))]
    if len(here):
        words = f"{_many(len(here), 'call')} from there against what watches: {_named(here['event_name'])}."
        yield _said(place, "blinded_watchers", words)


def _new_calls(place: Place) -> Iterator[Evidence]:
    """Compare kinds of call with the workload's, where enough of the workload was seen elsewhere."""
    workload = place.elsewhere[place.elsewhere["party"] == "workload"]
    calls = place.calls[~made_by_aws_service(place.calls) & ~presigned(place.calls)]
    if len(workload) < FEWEST_TO_COMPARE:
        return
    new = calls[~calls["event_name"].isin(set(place.elsewhere["event_name"].dropna()))]
    if len(new):
        words = f"{_many(new['event_name'].nunique(), 'kind')} of call from there that the session makes nowhere else"
        yield _said(place, "new_calls", f"{words}: {_named(new['event_name'])}.")


def _succeeded(calls: pd.DataFrame) -> set[str]:
    return set(calls.loc[calls["error_code"].isna(), "event_id"].dropna())


def _named(column: pd.Series) -> str:
    names = sorted(column.dropna().unique())
    return ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _said(place: Place, rule: str, statement: str) -> Evidence:
    """Date what was done by the last call from there."""
    times = place.calls["event_at"].dropna()
    return Evidence(rule, statement, CLOUDTRAIL, tables.plain(times.max()) if len(times) else None)
