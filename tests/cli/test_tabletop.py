"""``gdkit tabletop``: each command in a process of its own, as a trainee types them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gdkit.case.folder import CaseFolder
from gdkit.training.link import stop_account
from tests.cli.test_simulated import Ended, _run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("accounts of exercises")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Ended]]:
    """Begin an exercise by command; the account goes on when the command has ended."""
    folder = tmp_path_factory.mktemp("tabletop")
    yield folder, _run(folder, "tabletop", "--case", "case", "--scenario", "quiet", "--seed", "3")
    stop_account(CaseFolder(folder / "case"))


def test_situation(begun: tuple[Path, Ended]) -> None:
    """The command tells the situation, the questions and how to go on, and not what happened."""
    folder, ended = begun
    assert ended.status == 0, ended.err
    assert "Your phone rings." in ended.out
    assert "metadata_version" in ended.out
    instance_id = json.loads((folder / "case" / "case.json").read_text())["subject"]["instance_id"]
    assert f"gdkit investigate {instance_id} --case case --member-role gdkit-analyst" in ended.out
    assert "nothing is wrong" not in ended.out


def test_other_commands_find_the_account(begun: tuple[Path, Ended]) -> None:
    """``gdkit investigate`` on the folder works in another process without a variable being set."""
    folder, _ = begun
    instance_id = json.loads((folder / "case" / "case.json").read_text())["subject"]["instance_id"]
    ended = _run(folder, "investigate", instance_id, "--case", "case", "--member-role", "gdkit-analyst",
                 "--verdict", "benign", "--reason", "used by itself alone")  # fmt: skip
    assert ended.status in (0, 3), ended.err
    assert json.loads((folder / "case" / "result.json").read_text())["events"]["workload"] > 10


def test_answers_hints_and_the_score(begun: tuple[Path, Ended]) -> None:
    """Answers and hints are taken by command, also after the account was stopped; the score ends the exercise."""
    folder, _ = begun
    assert "Stopped." in _run(folder, "tabletop", "--case", "case", "--stop").out
    assert "It does not run." in _run(folder, "tabletop", "--case", "case", "--stop").out
    ended = _run(folder, "tabletop", "--case", "case", "--answer", "role=shop-web", "--answer", "users=none",
                 "--hint", "whose")  # fmt: skip
    assert (ended.status, "role: shop-web" in ended.out, "users: none" in ended.out) == (0, True, True), ended.err
    assert "Hint: " in ended.out
    scored = _run(folder, "tabletop", "--case", "case", "--answer", "contain=none", "--score")
    assert scored.status == 0, scored.err
    total = json.loads((folder / "case" / "exercise" / "score.json").read_text())["total"]
    assert f"{total} of 100 points." in scored.out
    assert "nothing is wrong" in scored.out
    assert f"{total} of 100 points." in _run(folder, "tabletop", "--case", "case").out


def test_wrong_use(tmp_path: Path) -> None:
    """An unknown scenario, an answer that is none, and a folder without an exercise are told, and nothing is begun."""
    unknown = _run(tmp_path, "tabletop", "--case", "case", "--scenario", "earthquake")
    assert (unknown.status, "choose theft, onprem" in unknown.err) == (2, True)
    none = _run(tmp_path, "tabletop", "--case", "case", "--score")
    assert (none.status, "holds no exercise" in none.err) == (1, True)
    assert not (tmp_path / "case").exists()
