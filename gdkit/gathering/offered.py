"""Findings to choose from, in the accounts in reach or in files, and the case that is begun for the chosen one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.analysis.subject import subject_of_finding
from gdkit.case.folder import start_case
from gdkit.errors import FindingError, FindingReadError, UnsupportedFindingError, UsageError
from gdkit.findings import load_findings, select_finding
from gdkit.gathering.subject import siblings_of, subject_with
from gdkit.model import NotSearched
from gdkit.trail.fetched import check_fetchable
from gdkit.trail.named import LOOKUP, absolute, file_sources, needs_aws, remote_sources
from gdkit.trail.sources import find_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from gdkit.aws.access import AwsAccess
    from gdkit.case.folder import CaseFolder
    from gdkit.findings.api import ApiFindings
    from gdkit.model import Finding, FindingSet, Subject


@dataclass(frozen=True, slots=True)
class Offered:
    """Findings to choose from.

    Attributes:
        findings: newest first, each once.
        notes: what could not be asked or read, and what else limits the list, each a sentence.
        access: how AWS is reached for a case that is begun.
        sets: the findings of each file; none where AWS was asked.
    """

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    access: AwsAccess
    sets: tuple[FindingSet, ...] = field(default=(), repr=False)

    def find(self, finding_id: str) -> Finding:
        """Give the finding with an id or ARN.

        Raises:
            FindingError: it is not among them.
        """
        for one in self.findings:
            if finding_id in (one.id, one.arn):
                return one
        raise FindingError(f"it is not among the {len(self.findings)} findings to choose from",
                           where=f"finding {finding_id[:120]!r}",
                           action="choose one of the list, or name another file or account")  # fmt: skip


def offered_in_account(access: AwsAccess) -> Offered:
    """Give the open findings of the family from every detector in reach, in all regions.

    Raises:
        AwsError: AWS cannot be asked at all.
    """
    from gdkit.aws import open_read_only  # noqa: PLC0415 - boto3 is loaded only where AWS is asked
    from gdkit.findings.api import open_findings  # noqa: PLC0415

    asked = open_findings(open_read_only(access), regions=access.regions)
    return Offered(_newest_first(asked.findings), tuple(_limits(asked)), access)


def offered_in_files(source: str, access: AwsAccess) -> Offered:
    """Give the findings of a file, or of every file of a folder; what of a folder holds none is named.

    Raises:
        FindingReadError: there is no such file, or none of them holds a finding of the family.
    """
    path = Path(source).expanduser()
    if not path.is_dir():
        return _of_sets([load_findings(path)], [], access)
    sets, notes = [], []
    for one in sorted(file for file in path.rglob("*") if file.is_file()):
        try:
            sets.append(load_findings(one))
        except (FindingReadError, UnsupportedFindingError) as error:
            notes.append(f"Passed over: {error}")
    if not sets:
        raise FindingReadError("no file in it holds a finding of this kind", where=str(path),
                               action="name the file with the finding")  # fmt: skip
    return _of_sets(sets, notes, access)


def begin_case(
    offered: Offered, finding_id: str, path: str, sources: Sequence[str] = (), analyst: str = ""
) -> CaseFolder:
    """Begin a case for one of the findings; the others of its session count too, for each shows another address.

    Args:
        offered: what there is to choose from.
        finding_id: id or ARN of the chosen one.
        path: the case folder.
        sources: logs to read, or what in AWS; none for the event history, where the finding is AWS's own.
        analyst: who investigates; empty for the system's user.

    Raises:
        FindingError: there is no such finding, or it names no session.
        UsageError: no logs are named, and the finding came from a file; or a source cannot be read by this version.
        TrailError: logs are named that are not there.
        CaseConflictError: the folder holds something else.
        AwsError: AWS cannot be asked for the session's other findings.
    """
    if not path.strip():
        raise UsageError("the case needs a folder", action="name one that does not exist yet, such as cases/web-1")
    found, wanted = offered.find(finding_id), _absolute(sources)
    if offered.sets:
        wanted = wanted or _no_logs()
        own = next(one for one in offered.sets if any(each.id == found.id for each in one))
        subject, gaps = subject_of_finding(select_finding(own, found.id), own), tuple[NotSearched, ...]()
    else:
        wanted = wanted or [LOOKUP]
        subject, gaps = _with_siblings(offered.access, found)
    for source in remote_sources(wanted):
        check_fetchable(source)
    if files := file_sources(wanted):
        find_files(files)  # a wrong path is told before anything is written
    return start_case(Path(path).expanduser(), subject, trail=wanted, analyst=analyst.strip() or None, not_asked=gaps,
                      access=offered.access if needs_aws(wanted) or not offered.sets else None)  # fmt: skip


def _with_siblings(access: AwsAccess, found: Finding) -> tuple[Subject, tuple[NotSearched, ...]]:
    from gdkit.aws import open_read_only  # noqa: PLC0415 - boto3 is loaded only where AWS is asked

    return subject_with(found, siblings_of(open_read_only(access), found, access.regions))


def _absolute(sources: Iterable[str]) -> list[str]:
    """Give sources as notebooks in other folders read them."""
    return [absolute(source.strip()) for source in sources if source.strip()]


def _no_logs() -> list[str]:
    raise UsageError("the finding came from a file, so the logs must be named",
                     action="name the folder with CloudTrail's logs, or lookup for AWS's event history")  # fmt: skip


def _of_sets(sets: list[FindingSet], notes: list[str], access: AwsAccess) -> Offered:
    refused = {(row.type, row.reason) for one in sets for row in one.refused}
    notes += [f"Passed over: {kind}: {reason}" for kind, reason in sorted(refused)]
    return Offered(_newest_first(finding for one in sets for finding in one), tuple(notes), access, tuple(sets))


def _limits(asked: ApiFindings) -> Iterator[str]:
    yield from (f"Not asked: {row.what}: {row.reason}" for row in asked.not_searched)
    yield from asked.warnings
    yield from asked.causes


def _newest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give each finding once, in its latest form, the one that was seen last first."""
    latest: dict[str, Finding] = {}
    for one in sorted(findings, key=lambda one: _seconds(one.updated_at)):
        latest[one.id] = one
    return tuple(sorted(latest.values(), key=lambda one: (-_seconds(one.last_seen_at), one.id)))


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0
