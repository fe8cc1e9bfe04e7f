"""Whether what the thief made is contained, thing by thing, by the journal and by what AWS says now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gdkit.response.credential.told import plain
from gdkit.response.grown.plan import UNSEEN, plan_grown
from gdkit.response.recovery.item import Item
from gdkit.response.recovery.look import thing_key

if TYPE_CHECKING:
    from gdkit.response.grown.proposal import Proposal
    from gdkit.response.record import Application
    from gdkit.response.recovery.item import Known

Left = Literal["contained", "gone", "ended", "open", "unknown"]
"""``contained``: a step is in force against it. ``ended``: its time is over by the clock."""

_MOST_NAMES = 8
_SOURCE = "impact and credentials in result.json; the journal; AWS, asked for each thing"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that grew from the theft, with where it stands.

    Attributes:
        proposal: what is proposed about it.
        why: what that rests on, in words.
    """

    proposal: Proposal
    left: Left
    why: str


def things_left(known: Known) -> tuple[Thing, ...]:
    """Give everything that grew from the theft, in the order of the work, with where it stands now."""
    return tuple(_thing(one, known) for one in plan_grown(known.result))


def grown(known: Known) -> Item:
    """Is nothing left that the thief made?"""
    question = "Is everything contained that the thief made or changed?"
    things = things_left(known)
    open_things = [one for one in things if one.left == "open"]
    unknown = [one for one in things if one.left == "unknown"]
    counted = ", ".join(f"{sum(one.left == left for one in things)} {left}"
                        for left in ("contained", "gone", "ended", "open", "unknown"))  # fmt: skip
    if open_things:
        return Item("grown", question, "not yet", f"{counted}: {_named(open_things)}", _next(open_things[0]), _SOURCE)
    if unknown:
        return Item("grown", question, "unknown", f"{counted}: {_named(unknown)}", _next(unknown[0]), _SOURCE)
    searched = plain(known.result["coverage"]["statement"], 400)
    seen = f"{counted}; none that is open was seen in what was searched: {searched}"
    return Item("grown", question, "done", seen, f"no row can show this: {UNSEEN[0]}", _SOURCE)


def _thing(proposal: Proposal, known: Known) -> Thing:
    if proposal.stage == "ended":
        return Thing(proposal, "ended", "its time is over by the clock")
    key = thing_key(proposal.kind, proposal.thing, proposal.within, proposal.account_id)
    exists = known.live.exists.get(key)
    off = known.live.off.get(key)
    if exists is False or off:
        why = f"AWS calls it {off}" if off else "AWS says that it does not exist"
        return Thing(proposal, "contained" if off else "gone", why)
    done = _application(proposal, known)
    if done is not None:
        return _applied(proposal, done, known)
    if exists is None and proposal.standing == "not checked":
        return Thing(proposal, "unknown", known.live.failed.get("things", "AWS was not asked whether it exists"))
    by = "nobody is proven to have made it, so a person decides" if proposal.decision else "nothing is done about it"
    return Thing(proposal, "open", by)


def _applied(proposal: Proposal, done: Application, known: Known) -> Thing:
    still = known.live.in_force.get(done.number)
    if still is False:
        return Thing(proposal, "open", f"{done.plan.step} was applied {done.at}, and AWS holds another state now")
    read = "and AWS holds it so" if still else "and it was not read since"
    return Thing(proposal, "contained", f"{done.plan.step} was applied {done.at}, {read}")


def _application(proposal: Proposal, known: Known) -> Application | None:
    """Give the application that contains a thing: of the proposed step, told the same."""
    if not proposal.step:
        return None
    fitting = [one for one in known.in_force(proposal.step) if _is_told(one, proposal)]
    return fitting[-1] if fitting else None


def _is_told(done: Application, proposal: Proposal) -> bool:
    """Tell whether a step was told what is proposed; an account or region that was not told is the case's own."""
    target = done.plan.target
    usual = {"account": target.account_id, "region": target.region}
    return all((target.options.get(name) or usual.get(name)) == told for name, told in proposal.options.items())


def _named(things: list[Thing]) -> str:
    words = [f"{one.proposal.kind} {plain(one.proposal.thing or '(not named)', 80)} ({plain(one.why, 200)})"
             for one in things[:_MOST_NAMES]]  # fmt: skip
    more = f"; and {len(things) - _MOST_NAMES} more" if len(things) > _MOST_NAMES else ""
    return "; ".join(words) + more


def _next(thing: Thing) -> str:
    step, manual = thing.proposal.step, thing.proposal.manual
    told = " ".join(f"-o {name}={plain(value, 200)}" for name, value in thing.proposal.options.items())
    first = f"apply {step} {told}".strip() if step else ""
    return ". ".join(filter(None, (first, manual))) or "look at its events, and put it back by hand"
