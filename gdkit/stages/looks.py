"""Looks at a response: what to choose, what grew from the theft, what hides findings, whether the Deny works."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.case.folder import case_about
from gdkit.case.results import load_result
from gdkit.errors import AwsError, CaseError, ResponseError, TrailError
from gdkit.responding.looks import LOOKS, Asked, take_look
from gdkit.responding.overview import case_playbook
from gdkit.responding.run import open_desk
from gdkit.response.grown.kinds import GROWN_STEPS
from gdkit.stages.common import opened, view
from gdkit.stages.response import apply_in_turn, plans_of
from gdkit.ui import words
from gdkit.ui.grown_panel import GrownPanel
from gdkit.ui.look_view import look_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.case.folder import CaseFolder
    from gdkit.ui.view import View


def choices(case: str) -> View:
    """Compare the ways to contain the credential: what each stops, breaks and leaves open in this case."""
    return _if_malicious(opened(case), "choices")


def grown(case: str, apply: Sequence[str] = (), *, analyst: str = "", interactive: bool) -> GrownPanel | View:
    """Show what the thief made or changed, with the step for each, in the order in which it is contained.

    Args:
        case: the case folder.
        apply: hashes of plans that a person reviewed; those that steps of this kind made are applied.
        analyst: who acts, as the journal will say; empty for who began the case.
        interactive: whether a person sits before the notebook; then each step has its panel.

    Raises:
        GroundChangedError: what a plan rests on has changed since it was reviewed.
        AwsError: AWS refused, or could not be asked.
    """
    folder = opened(case)
    mine = plans_of(folder, GROWN_STEPS, apply)
    if mine:
        return apply_in_turn(folder, "What grew from it", mine, words.stamp(case_about(folder)), analyst)
    shown = _if_malicious(folder, "grown")
    has_rows = shown.frame is not None and len(shown.frame)
    return GrownPanel(folder, shown, analyst) if interactive and has_rows else shown


def rules(case: str) -> View:
    """Show what hides findings where the finding was reported."""
    return _looked(opened(case), "rules")


def recheck(case: str, trail: Sequence[str] = ()) -> View:
    """Show whether the Deny works, by what the sessions did since.

    Args:
        case: the case folder.
        trail: log files of the time since; empty for the event history.
    """
    return _if_malicious(opened(case), "recheck", trail)


def imds(case: str) -> View:
    """List every instance of the account that still answers IMDSv1."""
    return _looked(opened(case), "imds")


def recovery(case: str) -> View:
    """Go through the recovery checklist: whether the Deny may be lifted, and what stands in the way."""
    folder = opened(case)
    if case_playbook(folder) is None:
        return view(folder, _title("recovery"), "Not due: nobody has decided yet whose the address is.")
    return _if_malicious(folder, "recovery")


def checklist(case: str) -> View:
    """Show the recovery checklist as it was gone through last; nothing is asked anew."""
    folder = opened(case)
    kept = load_result(folder).get("response", {}).get("checklists", ())
    if not kept:
        return view(folder, "Recovery checklist", "Nobody has gone through it yet.")
    frame = tables.frame_of_rows(tables.RECOVERY, [{**one, "next": one["next"] or None} for one in kept[-1]["items"]])
    lift = {"done": "it may be lifted", "not yet": "it may not be lifted yet", "unknown": "unknown"}[kept[-1]["lift"]]
    said = f"Whether the Deny may be lifted, at {kept[-1]['at']}, by {kept[-1]['actor']}: {lift}."
    return view(folder, "Recovery checklist", said, frame=frame, shown=("standing", "question", "seen", "next"))


def prevention(case: str, trail: Sequence[str] = ()) -> View:
    """Show policies against the next theft, each tried on the calls of the last 30 days.

    Args:
        case: the case folder.
        trail: log files of the account; empty for the session's own calls alone.
    """
    return _if_malicious(opened(case), "prevention", trail)


def _if_malicious(folder: CaseFolder, name: str, trail: Sequence[str] = ()) -> View:
    playbook = case_playbook(folder)
    if playbook is not None and playbook.name == "benign":
        return view(folder, _title(name), "Not due: the address was judged trusted.")
    return _looked(folder, name, trail)


def _looked(folder: CaseFolder, name: str, trail: Sequence[str] = ()) -> View:
    """Take a look; where it cannot be taken, say why, so that the rest of the notebook still runs."""
    try:
        found = take_look(name, Asked(folder, partial(open_desk, folder), tuple(trail)))
    except (AwsError, CaseError, ResponseError, TrailError) as error:
        return view(folder, _title(name), f"Not looked at: {error}")
    return look_view(found, stamp=words.stamp(case_about(folder)))


def _title(name: str) -> str:
    return LOOKS[name][:1].upper() + LOOKS[name][1:]
