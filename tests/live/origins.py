"""What is proposed of a staged incident's address, held against what really happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import stages

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live.worlds import Investigated, World

TRUTH = {"theft": "malicious", "inside": "malicious", "same-account": "malicious", "onprem": "benign", "hub": "benign",
         "quiet": "undetermined"}  # fmt: skip
"""What a person who knew everything would say of the alert; of a day with nothing wrong there is nothing to say."""


def proposed(ended: Investigated) -> str:
    """Give the proposal on the alert."""
    return str(ended.result["origin"]["proposed_verdict"])


def with_team_file(world: World, ended: Investigated, folder: Path) -> str:
    """Judge again, with the file that the company's team keeps, and give the proposal."""
    path = folder / "networks.yaml"
    path.write_text(world.staged.networks_yaml, encoding="utf-8")
    stages.classify(str(ended.case.path), str(path))
    return proposed(ended)


def check_proposals(world: World, ended: Investigated, folder: Path, scenario: str) -> None:
    """Hold both proposals, without the team's file and with it, against the truth: right or undetermined, never wrong.

    Without the file nobody vouches for the company's own way out: it stays undetermined.
    """
    alone, informed = proposed(ended), with_team_file(world, ended, folder)
    assert alone in {TRUTH[scenario], "undetermined"}
    assert informed in {TRUTH[scenario], "undetermined"}
    if scenario == "onprem":
        assert (alone, informed) == ("undetermined", "benign")
