"""Small incidents, judged whole: records and a subject in, the assessment of a place out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.analysis.scope import scope_session
from gdkit.origin.about import Sources
from gdkit.origin.assess import Origin, Seen, assess_places
from gdkit.origin.log_evidence import log_evidence
from gdkit.origin.rules import RULES_BY_NAME
from gdkit.origin.team_file import TeamFile, load_team_file
from tests.analysis.records import events_of, subject

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.model import Subject
    from gdkit.origin.model import Assessment, CauseTest

AT = datetime(2026, 11, 2, tzinfo=UTC)
NOTHING = Sources(AT)

OFFICE = """
networks:
  - cidr: 198.51.100.0/28
    owner: Example Corp
    what: the head office
    contact: netops@example.com
    valid_until: 2027-01-31
"""


def team(folder: Path, text: str = OFFICE) -> TeamFile:
    """Read a team's file of this text."""
    path = folder / "networks.yaml"
    path.write_text(text, encoding="utf-8")
    return load_team_file(path, RULES_BY_NAME)


def judged(
    folder: Path, records: list[dict[str, Any]], about: Subject | None = None, sources: Sources = NOTHING
) -> Origin:
    """Judge the places of a session, from its records; by default for a finding at the thief's address."""
    about, events = about or subject(), events_of(folder, records)
    scope = scope_session(events, about)
    evidence = log_evidence(events, scope, about).evidence
    return assess_places(Seen(scope.session, scope.events, scope.addresses, evidence), about, sources)


@dataclass(frozen=True, slots=True)
class Judged:
    """One place, easy to ask."""

    place: Assessment

    @property
    def rules(self) -> dict[str, str]:
        """The statements by rule."""
        return {row.evidence.rule: row.evidence.statement for row in self.place.evidence}

    def cause(self, name: str) -> CauseTest:
        """Give the test of a benign cause."""
        return next(test for test in self.place.causes if test.cause == name)


def place_of(origin: Origin, address: str) -> Judged:
    """Give the assessment of one address."""
    return Judged(next(one for one in origin.assessments if one.address == address))
