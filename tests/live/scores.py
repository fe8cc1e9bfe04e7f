"""How well an investigation told the thief's calls from the others, scored by what was staged."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.live.worlds import Investigated, World

PROPERTY = "score"
"""Name under which a test keeps its score, so that the summary at the end of a run finds it."""


@dataclass(frozen=True, slots=True)
class Score:
    """Calls by who made them and whose they were said to be.

    Attributes:
        way: where the events came from: ``logs`` or ``lookup``.
        thief: the thief's calls that could be found.
        found: of them, those said to be the thief's.
        as_workload: of them, those said to be the workload's.
        lost: of them, those that are not among the session's calls at all.
        wrong: calls that are not the thief's and were said to be.
        workload: the session's calls of its own software that could be found.
        right: of them, those said to be the workload's.
    """

    way: str
    scenario: str
    seed: int
    thief: int
    found: int
    as_workload: int
    lost: int
    wrong: int
    workload: int
    right: int


def score_of(world: World, ended: Investigated, *, scenario: str, seed: int, in_reach: set[str] | None) -> Score:
    """Compare a case with what was staged.

    Args:
        world: the world.
        ended: the case.
        scenario: what was staged.
        seed: its seed.
        in_reach: ids of the events that were delivered as log files; None for the event history, which holds every
            management event.
    """
    staged = world.staged
    data_events = in_reach is not None
    thief = staged.event_ids("thief", data_events=data_events)
    workload = {
        call.event_id
        for call in staged.calls
        if call.actor == "workload"
        and call.principal_id == staged.principal_id
        and (data_events or not call.data_event)
    }
    if in_reach is not None:
        thief, workload = thief & in_reach, workload & in_reach
    called = {party: ended.ids(party) for party in ("thief", "workload", "unknown")}
    return Score(
        way="lookup" if in_reach is None else "logs",
        scenario=scenario,
        seed=seed,
        thief=len(thief),
        found=len(thief & called["thief"]),
        as_workload=len(thief & called["workload"]),
        lost=len(thief - called["thief"] - called["workload"] - called["unknown"]),
        wrong=len(called["thief"] - staged.event_ids("thief", data_events=True)),
        workload=len(workload),
        right=len(workload & called["workload"]),
    )


def as_text(score: Score) -> str:
    """Write a score for a test's properties."""
    return json.dumps(asdict(score))


def summary_lines(properties: list[tuple[str, Any]]) -> list[str]:
    """Give one line for each scenario and source of events, from the properties that the tests kept."""
    by_kind: dict[tuple[str, str], list[Score]] = defaultdict(list)
    for name, text in properties:
        if name == PROPERTY:
            score = Score(**json.loads(text))
            by_kind[score.way, score.scenario].append(score)
    return [_line(way, scenario, scores) for (way, scenario), scores in sorted(by_kind.items())]


def _line(way: str, scenario: str, scores: list[Score]) -> str:
    total = {
        name: sum(getattr(score, name) for score in scores)
        for name in ("thief", "found", "as_workload", "lost", "wrong", "workload", "right")
    }
    return (
        f"{way:<7}{scenario:<13}{len(scores):>3} runs; thief: recall {_share(total['found'], total['thief'])}, "
        f"precision {_share(total['found'], total['found'] + total['wrong'])} "
        f"({total['found']} of {total['thief']} found, {total['wrong']} wrongly, {total['as_workload']} taken for the "
        f"workload's, {total['lost']} lost); workload: {_share(total['right'], total['workload'])} of "
        f"{total['workload']} known as such"
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"
