"""Every scenario, twenty times: what is proposed of the address, against what really happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit import stages
from gdkit.simulator.scenarios.catalogue import SCENARIOS
from tests.live.worlds import SILENT, World, investigate, staged_world

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live.worlds import Investigated

TRUTH = {"theft": "malicious", "inside": "malicious", "same-account": "malicious", "onprem": "benign", "hub": "benign",
         "quiet": "undetermined"}  # fmt: skip
"""What a person who knew everything would say of the alert; where there is none, nothing is to be said."""


def proposed(ended: Investigated) -> str:
    """Give the proposal on the alert."""
    return str(ended.result["origin"]["proposed_verdict"])


def with_team_file(world: World, ended: Investigated, folder: Path) -> str:
    """Judge again, with the file that the company's team keeps, and give the proposal."""
    path = folder / "networks.yaml"
    path.write_text(world.staged.networks_yaml, encoding="utf-8")
    stages.classify(str(ended.case.path), str(path))
    return proposed(ended)


@pytest.mark.usefixtures("unpaced")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_live(scenario: str, tmp_path: Path) -> None:
    """With the account and the team's file in reach, every proposal is the right one."""
    with staged_world(scenario, 1) as world:
        ended = investigate(world, tmp_path / "case", subject=world.subject())
        alone = proposed(ended)
        informed = with_team_file(world, ended, tmp_path)
    if scenario == "onprem":
        assert alone == "undetermined", "nobody who can be asked is named"
    if scenario not in SILENT:
        assert informed == TRUTH[scenario]
    assert informed in {TRUTH[scenario], "undetermined"}
    assert alone in {TRUTH[scenario], "undetermined"}
    proofs = {test["cause"]: test["outcome"] for test in ended.result["origin"]["addresses"][0]["benign_causes"]}
    assert (proofs["on_premises"], proofs["vpn"]) == (("passed", "passed") if scenario == "onprem" else
                                                      ("failed", "failed"))  # fmt: skip
    assert proofs["hub"] == ("passed" if scenario == "hub" else "failed")
