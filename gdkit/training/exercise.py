"""An exercise as it lies in a case folder: begun or taken up again, answered, ended. Its state is there alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gdkit.aws import AwsAccess, open_read_only
from gdkit.case.evidence import keep_bytes
from gdkit.case.files import read_json, write_error, write_json
from gdkit.case.folder import CaseFolder, case_analyst, start_case
from gdkit.case.journal import append_entry, read_entries
from gdkit.errors import CaseConflictError, CaseError, ParameterError
from gdkit.findings.api import open_findings
from gdkit.gathering.origin import TEAM_FILE
from gdkit.gathering.subject import reported_session
from gdkit.model import Subject, utc_text
from gdkit.training.link import enter_account
from gdkit.training.sealed import ABOUT_FILE, SCENARIOS, Incident, drawn_scenario, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BEGUN, MADE_ANEW = "exercise: begun", "exercise: account made anew"
"""What the journal calls the beginning, and the making anew of a simulated account that was lost."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a trainee asks for.

    Attributes:
        scenario: a name; empty to let the seed draw one that the trainee does not know.
        seed: the variant; None to draw one, or to take the one that the folder holds.
        analyst: who plays; empty for the system's user name.
        kept: whether the account goes on when this process ends; the folder of an exercise that does not is temporary.
    """

    scenario: str = ""
    seed: int | None = None
    analyst: str = ""
    kept: bool = True

    def __post_init__(self) -> None:
        """Check the scenario's name.

        Raises:
            ParameterError: there is no such scenario.
        """
        if self.scenario and self.scenario not in SCENARIOS:
            raise ParameterError(f"{self.scenario[:40]!r} is not a value it takes", where="parameter 'scenario'",
                                 action=f"choose {', '.join(SCENARIOS)}, or none to let the seed draw one")  # fmt: skip


def begin_exercise(path: Path, asked: Asked) -> CaseFolder:
    """Begin an exercise in a folder, or take up the one that it holds: its account runs afterwards, or runs again.

    Raises:
        CaseConflictError: the folder holds another exercise, or something else; nothing was changed in it.
        CaseError: the simulated account cannot be begun.
        CaseWriteError: the folder cannot be written.
    """
    case = CaseFolder(path)
    _lay_out(case, asked)
    if has_ended(case):
        return case
    entered = enter_account(case, tied=not asked.kept)
    if not case.about.exists():
        _begin_case(case, entered.about, asked.analyst)
    elif entered.begun:
        told = {name: entered.about[name] for name in ("again", "failed")}
        append_entry(case.journal, actor=case_analyst(case), act=MADE_ANEW, detail=told)
    return case


def open_exercise(path: Path) -> CaseFolder:
    """Open the case of an exercise that was begun before.

    Raises:
        CaseError: the folder holds none.
    """
    case = CaseFolder(path)
    if not (case.exercise / ABOUT_FILE).exists() or not case.about.exists():
        raise CaseError("this folder holds no exercise", where=str(path),
                        action="begin one: gdkit tabletop --case DIR, or the notebook tabletop")  # fmt: skip
    return case


def incident_of(case: CaseFolder) -> Incident:
    """Open the envelope: which incident the exercise is about. Nothing of it may be shown before the end.

    Raises:
        CaseError: it is damaged.
    """
    return unseal(read_json(case.exercise / ABOUT_FILE)["sealed"])


def has_ended(case: CaseFolder) -> bool:
    """Tell whether the exercise was ended and scored."""
    return score_file(case).exists()


def score_file(case: CaseFolder) -> Path:
    """Give where the score lies once the exercise has ended."""
    return case.exercise / "score.json"


def made_anew(case: CaseFolder) -> Mapping[str, object] | None:
    """Give what was said when the account was made anew last; None where it never was."""
    entries = [entry["detail"] for entry in read_entries(case.journal) if entry["act"] == MADE_ANEW]
    return entries[-1] if entries else None


def _lay_out(case: CaseFolder, asked: Asked) -> None:
    """Write which incident it is, in its envelope; or see that the folder holds the one that is asked for."""
    about = case.exercise / ABOUT_FILE
    if about.exists():
        _refuse_other(case, asked)
        return
    try:
        if case.path.exists() and any(case.path.iterdir()):
            raise CaseConflictError("the folder is not empty and holds no exercise", where=str(case.path),
                                    action="choose an empty or a new folder: --case DIR")  # fmt: skip
        case.exercise.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise write_error(case.path, error) from error
    seed = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    incident = Incident(asked.scenario or drawn_scenario(seed), seed, datetime.now(UTC).replace(microsecond=0))
    write_json(about, {"sealed": seal(incident)})


def _refuse_other(case: CaseFolder, asked: Asked) -> None:
    held, seed = incident_of(case), asked.seed
    scenario = asked.scenario or (held.scenario if seed is None else drawn_scenario(seed))
    if (scenario, held.seed if seed is None else seed) != (held.scenario, held.seed):
        raise CaseConflictError("the folder already holds another exercise", where=str(case.path),
                                action="take it up without a scenario and a seed, or choose a new folder")  # fmt: skip


def _begin_case(case: CaseFolder, about: Mapping[str, str], analyst: str) -> None:
    """Begin the case: about the first open finding of the account, or about the instance where there is none."""
    access = AwsAccess(member_role=about["member_role"])
    found = open_findings(open_read_only(access), archived=True, regions=(about["region"],)).findings
    mine = sorted((one for one in found if one.principal_id == about["principal_id"]),
                  key=lambda one: (utc_text(one.created_at) or "", one.id))  # fmt: skip
    subject = reported_session(mine[0], mine[1:]) if mine else Subject(instance_id=about["instance_id"])
    start_case(case.path, subject, trail=["lookup"], analyst=analyst or None, access=access)
    keep_bytes(case, TEAM_FILE, about["networks_yaml"].encode(), "the company's own networks, as its team keeps them")
    append_entry(case.journal, actor=case_analyst(case), act=BEGUN, detail={})
