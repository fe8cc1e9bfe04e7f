"""What a case is to be about, from GuardDuty: a finding, with the others of its session."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit.analysis.subject import subject_of_finding
from gdkit.errors import FindingError
from gdkit.findings import load_findings, select_finding
from gdkit.findings.api import open_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.findings.api import ApiFindings
    from gdkit.model import Finding, NotSearched, Subject


def found_in(asked: ApiFindings, finding: str) -> Finding:
    """Give the finding that was asked for by its id or ARN.

    Args:
        asked: what GuardDuty answered.
        finding: what was asked for.

    Raises:
        FindingError: it is not there; whether everything could be asked makes a difference to what the error says.
    """
    if asked.findings:
        return select_finding(asked.findings)
    where = f"finding {finding[:120]!r}"
    if asked.not_searched:
        raise FindingError("it was not found, and not every place where it may be could be asked", where=where,
                           action="see what is missing with: gdkit check")  # fmt: skip
    detectors = [row for row in asked.asked if row.detector_id]
    raise FindingError(f"it is in none of the {len(detectors)} GuardDuty detectors that were asked", where=where,
                       action="see which findings there are with: gdkit findings --archived")  # fmt: skip


def siblings_of(aws: ReadOnlyAws, found: Finding, regions: Sequence[str]) -> ApiFindings:
    """Fetch the findings where one was found: those of its session each show another address.

    Raises:
        AwsError: AWS cannot be asked.
    """
    return open_findings(aws, archived=True, regions=(found.region,) if found.region else regions)


def subject_with(found: Finding, siblings: ApiFindings) -> tuple[Subject, tuple[NotSearched, ...]]:
    """Give the subject of a finding and of the others of its session, and where others could not be asked for."""
    others = [other for other in siblings.findings
              if other.id != found.id and other.principal_id == found.principal_id]  # fmt: skip
    gaps = tuple(replace(row, what=f"other findings of the session: {row.what}", failed=True)
                 for row in siblings.not_searched)  # fmt: skip
    return reported_session(found, others), gaps


def reported_session(found: Finding, others: Iterable[Finding]) -> Subject:
    """Give the session of a finding, with what its other findings say of it: each shows only one address.

    Args:
        found: the finding.
        others: further findings of the same session, each as GuardDuty's API gave it alone.
    """
    together = load_findings(b'{"Findings": [' + b", ".join(one.raw for one in (found, *others)) + b"]}")
    return subject_of_finding(select_finding(together, found.id), together)
