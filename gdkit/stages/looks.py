"""Looks at a response: what to choose, what grew from the theft, what hides findings, whether the Deny works."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gdkit.case.folder import case_about
from gdkit.errors import AwsError, ResponseError, TrailError
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


def grown(case: str, apply: Sequence[str] = (), *, interactive: bool) -> GrownPanel | View:
    """Show what the thief made or changed, with the step for each, in the order in which it is contained.

    Args:
        case: the case folder.
        apply: hashes of plans that a person reviewed; those that steps of this kind made are applied.
        interactive: whether a person sits before the notebook; then each step has its panel.

    Raises:
        GroundChangedError: what a plan rests on has changed since it was reviewed.
        AwsError: AWS refused, or could not be asked.
    """
    folder = opened(case)
    mine = plans_of(folder, GROWN_STEPS, apply)
    if mine:
        return apply_in_turn(folder, "What grew from it", mine, words.stamp(case_about(folder)))
    shown = _if_malicious(folder, "grown")
    return GrownPanel(folder, shown) if interactive and shown.frame is not None and len(shown.frame) else shown


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


def _if_malicious(folder: CaseFolder, name: str, trail: Sequence[str] = ()) -> View:
    playbook = case_playbook(folder)
    if playbook is not None and playbook.name == "benign":
        return view(folder, _title(name), "Not due: the address was judged trusted.")
    return _looked(folder, name, trail)


def _looked(folder: CaseFolder, name: str, trail: Sequence[str] = ()) -> View:
    """Take a look; where it cannot be taken, say why, so that the rest of the notebook still runs."""
    try:
        found = take_look(name, Asked(folder, partial(open_desk, folder), tuple(trail)))
    except (AwsError, ResponseError, TrailError) as error:
        return view(folder, _title(name), f"Not looked at: {error}")
    return look_view(found, stamp=words.stamp(case_about(folder)))


def _title(name: str) -> str:
    return LOOKS[name][:1].upper() + LOOKS[name][1:]
