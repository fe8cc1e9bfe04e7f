"""What is proposed of a staged incident's address, held against what really happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import stages
from tests.live.worlds import SILENT

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


def check_proposals(world: World, ended: Investigated, folder: Path, scenario: str, *, in_reach: bool = False) -> None:
    """Hold both proposals, without the team's file and with it, against the truth: right or undetermined, never wrong.

    Without the file nobody vouches for the company's own way out: it stays undetermined. With the account in reach and
    the file at hand every alert is judged right, and the benign causes are tested by the routes.
    """
    alone, informed = proposed(ended), with_team_file(world, ended, folder)
    assert alone in {TRUTH[scenario], "undetermined"}
    assert informed in {TRUTH[scenario], "undetermined"}
    if scenario == "onprem":
        assert (alone, informed) == ("undetermined", "benign")
    if in_reach:
        assert scenario in SILENT or informed == TRUTH[scenario]
        _check_causes(ended, scenario)


def _check_causes(ended: Investigated, scenario: str) -> None:
    """Hold the tests that the routes decide against what was staged."""
    tests = ended.result["origin"]["addresses"][0]["benign_causes"]
    ended_as = {test["cause"]: test["outcome"] for test in tests}
    expected = dict.fromkeys(("on_premises", "vpn", "hub"), "failed")
    expected |= {"onprem": {"on_premises": "passed", "vpn": "passed"}, "hub": {"hub": "passed"}}.get(scenario, {})
    assert {name: ended_as[name] for name in expected} == expected
