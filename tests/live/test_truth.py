"""Every scenario, twenty times: who is said to have made each call, against who really made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.analysis.hunt import hunt_sessions
from gdkit.case.evidence import load_table
from gdkit.simulator.scenarios.catalogue import SCENARIOS
from gdkit.trail import load_trail
from tests.live.origins import check_proposals
from tests.live.scores import PROPERTY, Score, as_text, score_of
from tests.live.worlds import SILENT, Investigated, World, delivered_logs, investigate, staged_world

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

PROVABLE = frozenset({"theft", "inside", "same-account"})
"""Scenarios in which every call of the thief can be proved: by the finding, or by the machine that his client names."""

SEEDS = range(20)
LIVE = [("theft", 0), *((scenario, 1) for scenario in SCENARIOS)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_from_log_files(scenario: str, seed: int, tmp_path: Path, record_property: pytest.RecordProperty) -> None:
    """From the delivered log files nobody's call is called another's, and a provable thief's calls are found."""
    with staged_world(scenario, seed) as world:
        reported = world.findings(world.staged.region)
        assert bool(reported) == (scenario not in SILENT)
        subject = world.subject(world.staged.region)
        in_reach = delivered_logs(world, tmp_path / "logs")
        ended = investigate(world, tmp_path / "case", [str(tmp_path / "logs")], subject=subject)
        score = score_of(world, ended, scenario=scenario, seed=seed, in_reach=in_reach)
        record_property(PROPERTY, as_text(score))
        _judge(score, world, ended)
        _hunted(world, load_trail(tmp_path / "logs").events, stolen=score.thief > 0)
        check_proposals(world, ended, tmp_path, scenario)


@pytest.mark.usefixtures("unpaced")
@pytest.mark.parametrize(("scenario", "seed"), LIVE)
def test_from_event_history(scenario: str, seed: int, tmp_path: Path, record_property: pytest.RecordProperty) -> None:
    """From the live API, all regions and both accounts asked, the same holds, and nothing was left unasked."""
    with staged_world(scenario, seed) as world:
        assert bool(world.findings()) == (scenario not in SILENT)
        ended = investigate(world, tmp_path / "case", subject=world.subject())
        score = score_of(world, ended, scenario=scenario, seed=seed, in_reach=None)
        record_property(PROPERTY, as_text(score))
        _judge(score, world, ended)
        assert ended.failed == []
        check_proposals(world, ended, tmp_path, scenario, in_reach=True)


@pytest.mark.usefixtures("unpaced")
def test_own_egress(tmp_path: Path) -> None:
    """Where AWS shows that everything leaves by the company's VPN, the reported address is explained; else not."""
    with staged_world("onprem", 1) as world:
        live = investigate(world, tmp_path / "live", subject=world.subject()).events
        delivered_logs(world, tmp_path / "logs")
        subject = world.subject(world.staged.region)
        alone = investigate(world, tmp_path / "case", [str(tmp_path / "logs")], subject=subject).events
    (reported,) = subject.reported_addresses
    explained = live[live["source_address"] == reported]
    assert (set(explained["party"]), set(explained["rule"])) == ({"workload"}, {"own_egress"})
    assert set(alone.loc[alone["source_address"] == reported, "party"]) == {"unknown"}


def _hunted(world: World, events: pd.DataFrame, *, stolen: bool) -> None:
    """Hold a hunt without a finding against the truth: the stolen session alone, and none of its workload's calls."""
    found = hunt_sessions(events).suspects
    assert [one.session.principal_id for one in found] == ([world.staged.principal_id] if stolen else [])
    for one in found:
        workload = {call.event_id for call in world.staged.calls if call.actor == "workload"}
        assert one.level == "proven"
        assert not set(one.off_instance_event_ids) & workload


def _judge(score: Score, world: World, ended: Investigated) -> None:
    """Hold a score against what the scenario allows to be known."""
    assert (score.wrong, score.lost, score.as_workload) == (0, 0, 0)
    assert score.workload > 30, "the servers were at work"
    if score.scenario not in PROVABLE:
        return
    assert score.thief > 8
    assert score.found == score.thief
    assert _in_second_account(world, ended) == _truly_in_second_account(world, score)


def _in_second_account(world: World, ended: Investigated) -> set[str]:
    """Give the thief's calls by the chained session, which is in another account than the instance."""
    events = ended.events
    chained = (events["account_id"] == world.staged.second_account_id) & (events["hop"] > 0)
    keys = load_table(ended.case, "keys")
    assert set(events.loc[chained, "access_key_id"]) <= set(keys.loc[keys["hop"] > 0, "access_key_id"])
    return set(events.loc[chained & (events["party"] == "thief"), "event_id"])


def _truly_in_second_account(world: World, score: Score) -> set[str]:
    staged = world.staged
    ids = {call.event_id for call in staged.calls
           if call.actor == "thief" and call.account_id == staged.second_account_id and not call.echo}  # fmt: skip
    assert len(ids) >= 3, f"{score.scenario} plays in two accounts"
    return ids
