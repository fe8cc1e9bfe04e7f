"""Recovery in rows and sentences, for a command line or a table: plain text; markup is made elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gdkit.model import utc_text
from gdkit.response.recovery.pattern import KEYS, MOST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.response.recovery.item import Item
    from gdkit.response.recovery.left_behind import Thing
    from gdkit.response.recovery.pattern import Pattern
    from gdkit.response.recovery.replay import Calls, Replay


def checklist_rows(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Give the checklist, a row a question."""
    return [{"name": one.name, "question": one.question, "standing": one.standing, "seen": one.seen,
             "next": one.next or None, "source": one.source} for one in items]  # fmt: skip


def checklist_words(items: Iterable[Item]) -> str:
    """Say in one sentence how far recovery is, and whether the Deny may be lifted."""
    listed = list(items)
    lift = next(one for one in listed if one.name == "lift-deny")
    others = [one for one in listed if one.name != "lift-deny"]
    counted = ", ".join(f"{sum(one.standing == standing for one in others)} {standing}"
                        for standing in ("done", "not yet", "unknown"))  # fmt: skip
    answer = {"done": "The Deny may be lifted.", "not yet": "The Deny may not be lifted yet.",
              "unknown": "Whether the Deny may be lifted is not known."}[lift.standing]  # fmt: skip
    return f"{answer} Of {len(others)} questions: {counted}."


def thing_rows(things: Iterable[Thing]) -> list[dict[str, Any]]:
    """Give what grew from the theft, a row a thing, with where it stands."""
    return [{"kind": one.proposal.kind, "thing": one.proposal.thing, "within": one.proposal.within,
             "account_id": one.proposal.account_id, "party": one.proposal.party, "left": one.left, "why": one.why,
             "step": one.proposal.step or None, "manual": one.proposal.manual or None} for one in things]  # fmt: skip


def pattern_rows(patterns: Iterable[Pattern]) -> list[dict[str, Any]]:
    """Give the policies, a row each, with their text."""
    return [{"name": one.name, "title": one.title, "place": one.place, "where": one.where,
             "policy": json.dumps(one.document, indent=2), "characters": one.characters, "most": MOST[one.place],
             "why": one.why, "breaks": one.breaks, "limits": "\n".join(one.limits), "keys": "\n".join(_keys(one)),
             "source": one.source} for one in patterns]  # fmt: skip


def replay_words(tried: Replay) -> str:
    """Say what a policy would have done, and what of it nobody can say."""
    span = f"{utc_text(tried.since)} to {utc_text(tried.until)}"
    if tried.first_at is None:
        return f"No call that {tried.pattern.name} is about was seen in {span}: nothing is shown."
    allowed, denied, unclear = (tried.count(one) for one in ("allowed", "denied", "undecided"))
    thief = {True: "each of the thief's calls would be refused", False: "calls of the thief would pass",
             None: "of the thief's calls it cannot be told, or none was seen"}[tried.stops_thief]  # fmt: skip
    locked = sum(one.calls - one.refused for one in tried.locked_out)
    said = [f"{tried.pattern.name}, tried on {_calls(allowed + denied + unclear)} of {span}, the first at "
            f"{utc_text(tried.first_at)}: {allowed} allowed, {denied} denied, {unclear} undecided", thief,
            f"{_calls(locked)} of others that passed would be refused" if locked
            else "no call of others that passed is seen to be refused"]  # fmt: skip
    if unclear:
        lacking = sorted({key for one in tried.unclear for key in one.missing})
        said.append(f"the log lacks {', '.join(lacking)}")
    if tried.chained:
        begun = "those that begin such sessions would be refused" if tried.stops_chain else "they would go on"
        said.append(f"{_calls(tried.chained)} of the thief in sessions that he began with it: it is not about them, "
                    f"and {begun}")  # fmt: skip
    others = sum(tried.not_reached.values()) - tried.chained
    if others:
        said.append(f"{_calls(others)} of callers that it is not about")
    return "; ".join(said) + ". Calls that no log holds, such as data events that are not logged, are not in it."


def _calls(number: int) -> str:
    return f"{number:,} call{'' if number == 1 else 's'}"


def _row(one: Calls) -> dict[str, Any]:
    return {"outcome": one.outcome, "party": one.party, "who": one.who, "call": one.call, "source": one.source,
            "through": one.through, "calls": one.calls, "refused": one.refused,
            "missing": "\n".join(one.missing) or None, "first_at": one.first_at, "last_at": one.last_at}  # fmt: skip


def _keys(pattern: Pattern) -> list[str]:
    """Give the condition keys of a policy with when a request holds them."""
    text = json.dumps(pattern.document)
    return [f"{key}: {when}" for key, when in KEYS.items() if key in text]
