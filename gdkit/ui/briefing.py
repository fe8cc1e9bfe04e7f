"""The first page of a report, for a reader with two minutes: what happened, how bad, what is contained, what is open.

Every sentence is made of ``result.json``; none says more than what was searched can carry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from gdkit.ui.impact_words import SILENT_THEFT
from gdkit.ui.open_points import open_points
from gdkit.ui.response_words import contained
from gdkit.ui.words import PATHS, WHOSE, existence_words, many, verb, verdict_sentence, when

if TYPE_CHECKING:
    from gdkit.model import Verdict

Result: TypeAlias = Mapping[str, Any]
"""``result.json``, read."""

Level: TypeAlias = Literal["high", "medium", "low", "none seen"]

MOST_NAMED = 6
"""Things of one sort that a sentence names before it counts the rest."""

_CHANGING = ("Write", "Tagging", "Permissions management")


@dataclass(frozen=True, slots=True)
class Briefing:
    """What the first page says, a sentence each.

    Attributes:
        summary: all of it in one sentence, the level of the impact first.
        happened: who used whose credentials, from where, when; when it was noticed; how it may have begun; what grew.
        bad: what was reached, left behind, switched off and started, and what can still be done.
        contained: what is in force against it, by the journal and by CloudTrail, and what is not.
        open: what is not settled.
        following: what is to be done now.
    """

    summary: str
    happened: Sequence[str]
    bad: Sequence[str]
    contained: Sequence[str]
    open: Sequence[str]
    following: Sequence[str]

    @property
    def blocks(self) -> tuple[tuple[str, Sequence[str]], ...]:
        """The headings of the page, each with its sentences."""
        return (("What happened", self.happened), ("How bad it is", self.bad), ("What is contained", self.contained),
                ("What is open", self.open), ("What to do now", self.following))  # fmt: skip


def briefing(result: Result, verdict: Verdict, following: str, reported_at: datetime | None = None) -> Briefing:
    """Give the first page of a case.

    Args:
        result: ``result.json``.
        verdict: what a person decided.
        following: what is to be done now, a sentence.
        reported_at: when GuardDuty made the finding; None where it is not known or there is none.
    """
    level, reasons = impact_level(result)
    said = f"{level}, because {'; '.join(reasons)}"
    if verdict.value == "benign":
        said = "none, because the use was judged benign"
    return Briefing(
        summary=f"Impact seen: {said}.",
        happened=(*_happened(result, verdict, reported_at), f"Verdict: {verdict_sentence(verdict)}"),
        bad=tuple(_bad(result)),
        contained=tuple(_contained(result)),
        open=open_points(dict(result), verdict),
        following=(following,),
    )


def impact_level(result: Result) -> tuple[Level, tuple[str, ...]]:
    """Tell how bad the thief's calls were that were seen, and by what: a level, and every reason of that level.

    It is a level of what was *seen*: calls that were not decided, and events that were not searched, can make it worse.

    Source: our own table ``LEVELS``; the levels' names are those of NIST SP 800-61 Rev. 2, table 3-2.
    """
    if not result["events"]["thief"]:
        return "none seen", ("no call is proven to be a thief's in what was searched",)
    held = [(level, reason) for level, reason, holds in LEVELS if holds(result)]
    worst = held[0][0]
    return worst, tuple(reason for level, reason in held if level == worst)


def _data(result: Result) -> list[str]:
    return [f"{row['kind']} {row['id'] or '(not named)'}" for row in result["impact"]["data"]
            if row["party"] == "thief" and row["reached"] and row["access"] != "listed"]  # fmt: skip


def _way_back(result: Result) -> list[Mapping[str, Any]]:
    return [row for row in result["impact"]["still_exists"] if row["party"] == "thief" and row["state"] != "gone"]


def _tampered(result: Result) -> list[Mapping[str, Any]]:
    return [row for row in result["impact"]["tamper"] if row["party"] == "thief" and row["outcome"] == "succeeded"]


def _started(result: Result) -> list[Mapping[str, Any]]:
    return [row for row in result["impact"]["costs"]
            if row["party"] == "thief" and row["calls"] > row["refused"] + row["failed"] + row["dry_run"]]  # fmt: skip


def _grown(result: Result) -> list[Mapping[str, Any]]:
    """Give what the thief really took or made: things a hop away that a call which succeeded leads to."""
    made = {row["to"] for row in result["lineage"]["edges"] if row["error_code"] is None and row["party"] == "thief"}
    return [node for node in result["lineage"]["nodes"] if node["hop"] > 0 and node["id"] in made]


def _other_accounts(result: Result) -> list[str]:
    own = result["session"]["account_id"]
    return sorted({node["account_id"] for node in _grown(result) if node["account_id"] not in (None, own)})


def _succeeded(result: Result, *levels: str) -> bool:
    return any(row["succeeded"] for row in result["impact"]["access_levels"] if row["access_level"] in levels)


LEVELS: tuple[tuple[Level, str, Callable[[Result], object]], ...] = (
    ("high", "data was read, copied, shared or used", _data),
    ("high", "a way back in was left behind", _way_back),
    ("high", "detection or logs were tampered with", _tampered),
    ("high", "something that AWS bills was started", _started),
    ("high", "another account was entered", _other_accounts),
    ("medium", "something was changed", lambda result: _succeeded(result, *_CHANGING)),
    ("medium", "names and settings were read", lambda result: _succeeded(result, "Read", "List")),
    ("low", "no call is known to have changed or read anything", lambda _: True),
)
"""What makes an impact high, medium or low; the first level that holds is told, with all its reasons."""


def _happened(result: Result, verdict: Verdict, reported_at: datetime | None) -> list[str]:
    events, found = result["events"], result["session"]
    whose = f"instance {found['instance_id'] or found['session_name'] or '(not named)'}"
    if not events["thief"]:
        seen = f"{many(events['total'], 'call')} with the credentials of {whose} {verb(events['total'], 'was')} seen"
        return [f"{seen}; none is proven to be a thief's, in what was searched.", *_reported(result, reported_at, None)]
    first, last = _first_and_last(result)
    account = f"role {found['role_name'] or '(not named)'}, account {found['account_id'] or '(not known)'}"
    span = f"From {when(first)} to {when(last)}" if first else "At a time that no event tells"
    sentences = [
        f"{span} the credentials of {whose} ({account}) were used {WHOSE[verdict.value]}: "
        f"{many(events['thief'], 'call')}, {result['impact']['denied']:,} of them refused.",
        f"Used from: {_listed(_places(result)) or 'no address that is known'}.",
        *_reported(result, reported_at, first),
        _began(result),
    ]
    grown = [_thing(node) for node in _grown(result)]
    sentences.append(f"What grew from it: {_listed(grown)}." if grown
                     else "Nothing that grew from it was seen in what was searched.")  # fmt: skip
    return sentences


def _first_and_last(result: Result) -> tuple[datetime | None, datetime | None]:
    """Give the instants of the thief's first and last call, as the timeline tells them."""
    by_kind = {row["kind"]: row["at"] for row in result["timeline"] if row["kind"] in ("first use", "last use")}
    first, last = (datetime.fromisoformat(by_kind[kind]) if by_kind.get(kind) else None
                   for kind in ("first use", "last use"))  # fmt: skip
    return first, last or first


def _places(result: Result) -> list[str]:
    rows = [row for row in result["origin"]["addresses"] if row["thief_events"]]
    return [row["address"] + (f" ({row['holder']})" if row["holder"] else "") for row in rows]


def _reported(result: Result, reported_at: datetime | None, first: datetime | None) -> list[str]:
    if result["finding"] is None:
        return ["GuardDuty did not report it: this case was begun without a finding."]
    if reported_at is None:
        return ["GuardDuty reported it; the finding does not say when it was made."]
    minutes = (reported_at - first).total_seconds() / 60 if first else None
    after = f", {minutes:,.0f} minutes after the first use seen" if minutes is not None and minutes >= 0 else ""
    return [f"GuardDuty reported it at {when(reported_at)}{after}."]


def _began(result: Result) -> str:
    leads = [row for row in result["initial_access"] if row["succeeded"] and row["before_first_use"]]
    path = PATHS[result["theft_path"]["value"]]
    if not leads:
        return f"How it began: no lead was seen in what was searched; {path}. {SILENT_THEFT}"
    return f"How it may have begun: {_listed([row['statement'] for row in leads[:2]])}; {path}."


def _thing(node: Mapping[str, Any]) -> str:
    if node["kind"] == "access_key" and node["label"] != node["id"]:
        return f"role session {node['label']}"
    return f"{str(node['kind']).replace('_', ' ')} {node['label']}"


def _bad(result: Result) -> list[str]:
    impact = result["impact"]
    kinds = [f"{row['what'] or row['service']} ({row['service']})" for row in _started(result)]
    left = [row for row in impact["still_exists"] if row["party"] == "thief"]
    accounts = _other_accounts(result)
    return [
        f"Data read, copied, shared or used: {_listed(_data(result)) or 'none seen in what was searched'}.",
        f"Left behind: {existence_words(left) if left else 'nothing seen in what was searched'}.",
        f"Detection and logs: {_listed([row['what'] for row in _tampered(result)]) or 'no change seen'}.",
        f"Started at AWS's price: {_listed(kinds) or 'nothing seen'}.",
        f"Other accounts entered: {_listed(accounts) or 'none seen'}.",
        _alive(result),
    ]


def _alive(result: Result) -> str:
    rows = [row for row in result["credentials"]["rows"] if row["state"] == "may be alive"]
    as_of = when(at) if (at := result["credentials"]["as_of"]) else "a time not known"
    if not rows:
        return f"No stolen or grown credential is known to work still, as of {as_of}."
    endless = sum(row["alive_until"] is None for row in rows)
    ends = max((row["alive_until"] for row in rows if row["alive_until"]), default=None)
    told = [*([f"{endless:,} never expire" if endless > 1 else "1 never expires"] if endless else []),
            *([f"{'the others expire' if endless else 'expiring'} by {when(ends)}"] if ends else [])]  # fmt: skip
    return (f"Can still be used, by what the logs and AWS say: {many(len(rows), 'credential')} ({', '.join(told)}); "
            f"as of {as_of}.")  # fmt: skip


def _contained(result: Result) -> list[str]:
    lines = contained(result["response"]).split("\n")
    rest = [f"{row['kind'].replace('_', ' ')} {row['id']}" for row in _way_back(result) if row["state"] == "exists"]
    asked = max((row["checked_at"] for row in _way_back(result) if row["checked_at"]), default=None)
    if rest:
        lines.append(f"Not reached by a Deny on the role: {_listed(rest)}; there when AWS was asked at {when(asked)}")
    return [f"{line[:1].upper()}{line[1:]}." for line in lines]


def _listed(things: Sequence[str]) -> str:
    more = len(things) - MOST_NAMED
    return ", ".join([*things[:MOST_NAMED], *([f"and {more:,} more"] if more > 0 else [])])
