"""Every scenario with the account in reach: what is proposed of the address, against what really happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.simulator.scenarios.catalogue import SCENARIOS
from tests.live.origins import TRUTH, proposed, with_team_file
from tests.live.worlds import SILENT, investigate, staged_world

if TYPE_CHECKING:
    from pathlib import Path


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
