"""What grew from the leaked session, as work to do: each thing with its step, and where that stands in the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.case.response_record import CaseRecord
from gdkit.case.results import load_result
from gdkit.errors import ResponseError
from gdkit.responding.looks.look import Look
from gdkit.response.grown.plan import UNSEEN, plan_grown
from gdkit.response.record import applications

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.case.folder import CaseFolder
    from gdkit.responding.looks import Asked
    from gdkit.response.grown.proposal import Proposal
    from gdkit.response.record import Application

_SHOWN = ("item", "stage", "kind", "thing", "known", "party", "decision", "step", "told", "to_tell", "manual",
          "standing", "why")  # fmt: skip


def look(asked: Asked) -> Look:
    """Show everything that grew from the leaked session, in the order in which it is contained.

    Raises:
        CaseError: the case has no result yet.
    """
    proposals = plan_grown(load_result(asked.case))
    done = applications(CaseRecord(asked.case, ""))
    frame = tables.frame_of_rows(tables.GROWN, [_row(number, one, done)
                                                for number, one in enumerate(proposals, start=1)])  # fmt: skip
    return Look("What grew from it", _summary(proposals, done), frame, _SHOWN,
                [f"Not in the table: {what}" for what in UNSEEN])  # fmt: skip


def grown_item(case: CaseFolder, number: int) -> Proposal:
    """Give the proposal of a number, as ``look`` counts them.

    Raises:
        ResponseError: there is none of that number, or no step contains it.
    """
    proposals = plan_grown(load_result(case))
    if not 1 <= number <= len(proposals):
        raise ResponseError(f"there is no item {number}: the plan has {len(proposals)}", where="grown",
                            action="show the plan without --item")  # fmt: skip
    found = proposals[number - 1]
    if not found.step:
        raise ResponseError(f"no step of gdkit contains item {number}; a person does it: {found.manual}", where="grown")
    return found


def item_options(proposal: Proposal, told: Mapping[str, str]) -> dict[str, str]:
    """Give the options for the step of a proposal: those from the case, and what a person adds.

    Raises:
        ResponseError: something that only a person knows is missing.
    """
    missing = [name for name in proposal.to_tell if not told.get(name)]
    if missing:
        raise ResponseError(f"the logs do not tell {', '.join(missing)}", where=f"step {proposal.step}",
                            action=f"add {' '.join(f'-o {name}=VALUE' for name in missing)}")  # fmt: skip
    return {**proposal.options, **told}


def _row(number: int, one: Proposal, done: Sequence[Application]) -> dict[str, Any]:
    return {
        "item": number, "stage": one.stage, "kind": one.kind, "thing": one.thing, "within": one.within,
        "account_id": one.account_id, "region": one.region, "known": one.standing, "party": one.party,
        "decision": one.decision or None, "step": one.step or None,
        "told": "\n".join(f"{name}={value}" for name, value in one.options.items()) or None,
        "to_tell": ", ".join(one.to_tell) or None, "manual": one.manual or None, "why": one.why,
        "undo": one.undo or None, "standing": _standing(one, done), "event_ids": "\n".join(one.event_ids) or None,
    }  # fmt: skip


def _standing(one: Proposal, done: Sequence[Application]) -> str | None:
    """Say where a step stands for a thing; None where a person does it, for gdkit sees nothing of that."""
    if not one.step:
        return None
    mine = [each for each in done if each.plan.step == one.step and each.plan.undoes is None
            and one.options.items() <= each.plan.target.options.items()]  # fmt: skip
    if not mine:
        return "open"
    last = mine[-1]
    return "undone" if last.undone else "done" if last.status == "done" else f"in doubt: {last.status}"


def _summary(proposals: Sequence[Proposal], done: Sequence[Application]) -> str:
    alive = [one for one in proposals if one.standing != "ended"]
    if not alive:
        return "Nothing that grew from the session and may still live was seen in what was searched."
    steps = [one for one in alive if one.step]
    settled = sum(_standing(one, done) == "done" for one in steps)
    by_hand, unknown = len(alive) - len(steps), sum(bool(one.decision) for one in alive)
    undecided = f" Of {unknown} a person must first decide whose they are." if unknown else ""
    return (f"{len(alive)} things may still live: {len(steps)} have a step, {settled} of these done; {by_hand} are a "
            f"person's work.{undecided}")  # fmt: skip
