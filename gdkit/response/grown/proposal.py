"""One thing that grew from a leaked session, with what is proposed to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from gdkit.response.grown.kinds import STAGES, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

Standing = Literal["exists", "may be alive", "not checked", "ended"]
"""What is known of it now. ``ended`` is of credentials whose time is over by the clock."""

UNKNOWN = "unknown: a person decides"
"""What stands instead of a proposal where nobody is proven to have made the thing."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed about one thing. Texts in it come from logs: hostile, and never markup.

    Attributes:
        stage: part of the work; the stages' order is the order of the work.
        kind: what it is, as in ``tables.PERSISTENCE`` or ``tables.CREDENTIALS``.
        thing: its name or id; None where the log does not tell it.
        within: what it belongs to.
        account_id: the account that it is in.
        region: None for what is in no region.
        party: who made or changed it: thief, unknown or workload.
        step: name of the step; empty where there is none.
        options: what the step is told.
        to_tell: options that a person must add, since the logs do not tell them.
        manual: what a person does beside the step, or instead of it; empty where the step does all.
        why: what is known of it.
        undo: what undoing the step brings back; empty where there is no step.
        event_ids: the events that it rests on.
    """

    stage: Stage
    kind: str
    thing: str | None
    within: str | None
    account_id: str | None
    region: str | None
    standing: Standing
    party: str
    step: str
    manual: str
    why: str
    undo: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    to_tell: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()

    @property
    def decision(self) -> str:
        """What a person must decide first; empty where the thing is the thief's."""
        return "" if self.party == "thief" else UNKNOWN

    @property
    def place(self) -> int:
        """Where it stands in the order of the work, from 0."""
        return list(STAGES).index(self.stage)


def joined(proposals: list[Proposal]) -> tuple[Proposal, ...]:
    """Give proposals in the order of the work, those of one step with the same options as one.

    Within a stage the thief's come first, then what exists.
    """
    found: dict[object, Proposal] = {}
    for number, one in enumerate(proposals):
        whole = one.step and not one.to_tell
        key = (one.step, tuple(sorted(one.options.items())), one.standing == "ended") if whole else number
        found[key] = _both(found[key], one) if key in found else one
    order: tuple[Standing, ...] = ("exists", "may be alive", "not checked", "ended")
    return tuple(sorted(found.values(),
                        key=lambda one: (one.place, one.party != "thief", order.index(one.standing))))  # fmt: skip


def _both(one: Proposal, other: Proposal) -> Proposal:
    """Give one proposal for two rows that the same step contains: in the earlier stage, with all that is known."""
    one, other = sorted((one, other), key=lambda each: each.place)
    return replace(
        one,
        standing=one.standing if one.standing != "not checked" else other.standing,
        party="thief" if "thief" in (one.party, other.party) else one.party,
        manual="\n".join(dict.fromkeys(text for text in (one.manual, other.manual) if text)),
        why="\n".join(dict.fromkeys((one.why, other.why))),
        event_ids=tuple(dict.fromkeys((*one.event_ids, *other.event_ids))),
    )
