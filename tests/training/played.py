"""Exercises played in this process: the account is staged here, and everything else works on it as in a notebook."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit import stages
from gdkit.case.files import read_json, write_json
from gdkit.case.folder import CaseFolder
from gdkit.case.verdicts import record_verdict
from gdkit.gathering.access import WORLD_FILE
from gdkit.simulator.accounts import Accounts
from gdkit.simulator.server import Simulator, in_environment, running
from gdkit.training.acting import take_steps
from gdkit.training.changes import CHANGES_FILE, Changes
from gdkit.training.course import record_answers
from gdkit.training.ending import end_exercise, truth_from
from gdkit.training.exercise import Asked, begin_exercise
from gdkit.training.sealed import ABOUT_FILE, Incident, seal
from gdkit.training.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.training.model import Truth

KEYS = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
TIED: dict[str, str | None] = dict.fromkeys(
    ("GDKIT_SIMULATOR", *(f"GDKIT_SIMULATOR_{who}{key}" for who in ("", "RESPONDER_") for key in KEYS))
)
"""Variables that tie a process to a simulated account, to be taken away again."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise whose account is staged in this process."""

    case: CaseFolder
    world: World
    simulator: Simulator

    @property
    def truth(self) -> Truth:
        """What really happened."""
        return truth_from(self.world.ended()["truth"])

    def look_up(self) -> None:
        """Read the logs."""
        stages.read_logs(str(self.case.path))

    def decide(self, value: str) -> None:
        """Record a verdict."""
        record_verdict(self.case, value, "for the exercise", "ana")

    def act(self, *steps: str, **told: str) -> None:
        """Take steps, the last of them with what it is told."""
        take_steps(self.case, [*((one, {}) for one in steps[:-1]), (steps[-1], told)])

    def name_everything(self) -> None:
        """Answer every question by the truth."""
        record_answers(self.case, right_answers(self.truth))

    def end(self) -> dict[str, Any]:
        """End it, and give the document of the score."""
        return end_exercise(self.case)


def right_answers(truth: Truth) -> dict[str, list[str]]:
    """Give the answers that earn everything."""
    named = {award: [thing.names[0] for thing in things] or ["none"] for award, things in truth.expected.items()}
    grown = named.pop("grown")
    return {**named, "users": ["none"], "roles": ["none"], "instances": ["none"], "keys": grown}


def rows(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the rows of a score by name."""
    return {row["name"]: row for row in document["rows"]}


@contextmanager
def staged_exercise(folder: Path, scenario: str, seed: int) -> Iterator[Exercise]:
    """Stage an incident in this process, and begin the exercise about it; one at a time, for moto has one state."""
    case = CaseFolder(folder / "case")
    incident = Incident(scenario, seed, datetime.now(UTC).replace(microsecond=0))
    with in_environment(TIED), running(Accounts(seed, lookups_per_s=None)) as simulator:
        case.exercise.mkdir(parents=True)
        write_json(case.exercise / ABOUT_FILE, {"sealed": seal(incident)})
        world = World(simulator, incident, Changes(case.exercise / CHANGES_FILE))
        write_json(case.exercise / WORLD_FILE, {"url": simulator.url, "pid": os.getpid()})
        yield Exercise(begin_exercise(case.path, Asked(scenario, seed, "ana")), world, simulator)


def kept_truths(case: CaseFolder) -> list[str]:
    """Give every text that lies in a case folder, the sealed envelope left out."""
    files = (path for path in case.path.rglob("*") if path.is_file() and path.suffix in (".json", ".jsonl", ".log"))
    return [path.read_text(encoding="utf-8") for path in files if "sealed" not in read_json_or_none(path)]


def read_json_or_none(path: Path) -> Any:
    """Give a JSON document, or an empty one for a file of lines."""
    return read_json(path) if path.suffix == ".json" else {}
