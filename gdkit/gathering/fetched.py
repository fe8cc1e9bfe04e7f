"""Sources in AWS that are no look-up, such as a trail's bucket: fetched into the case, and read with the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gdkit.case.evidence import keep_files
from gdkit.case.folder import case_access, case_terms
from gdkit.errors import AwsError, TrailError, UsageError
from gdkit.gathering import access
from gdkit.gathering.window import looked_since
from gdkit.ledger_row import LedgerRow
from gdkit.model import NotSearched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gdkit.case.folder import CaseFolder
    from gdkit.gathering.tellers import Tellers
    from gdkit.model import Subject
    from gdkit.trail import Trail
    from gdkit.trail.fetched import Fetched, Question
    from gdkit.trail.named import RemoteSource


def gather_fetched(
    case: CaseFolder,
    subject: Subject,
    sources: Sequence[RemoteSource],
    read: Callable[[list[Path]], Trail],
    told: Tellers,
) -> Trail:
    """Fetch sources into the case and read them together with what else there is.

    Args:
        case: the case; how AWS is reached, and on what terms, stands in it.
        subject: whose events.
        sources: what is to be fetched.
        read: reads folders, together with what else there is.
        told: progress, and stopping.

    Raises:
        UsageError: the case names no way to AWS, or a source cannot be fetched by this version.
        AwsError: none of the sources can be reached at all.
        TrailError: none of them can be asked, such as a table that does not list the regions asked for.
        CostError: a source would take more than is allowed.
        StoppedError: a person wanted it to stop; what was fetched is kept.
    """
    from gdkit.trail.fetched import fetch_and_read  # noqa: PLC0415 - not for files alone

    question, fetch_one = _asking(case, subject, sources, told)
    return fetch_and_read(sources, question, fetch_one, read)[0]


def fetch_sources(
    case: CaseFolder, subject: Subject, sources: Sequence[RemoteSource], told: Tellers
) -> tuple[Fetched, ...]:
    """Fetch sources into the case, without reading them: ``gather_fetched`` goes on from there.

    The arguments and errors are those of ``gather_fetched``.
    """
    question, fetch_one = _asking(case, subject, sources, told)
    return tuple(fetch_one(source, question) for source in sources)


def _asking(
    case: CaseFolder, subject: Subject, sources: Sequence[RemoteSource], told: Tellers
) -> tuple[Question, Callable[[RemoteSource, Question], Fetched]]:
    """Give the question about the case's subject, and what asks one source."""
    from gdkit.trail.fetched import fetch, folder_of, question_of  # noqa: PLC0415 - not for files alone

    aws, way, terms = access.open_aws(case), case_access(case), case_terms(case)
    if aws is None or way is None:
        raise UsageError("a source in AWS is to be read, but the case names no way to AWS",
                         where=sources[0].text, action="begin the case with that source as --trail")  # fmt: skip
    now = datetime.now(UTC)
    since, until = terms.since or looked_since(subject, now), terms.until or now
    errors: dict[str, AwsError | TrailError] = {}

    def fetch_one(source: RemoteSource, asked: Question) -> Fetched:
        folder = folder_of(case.evidence, source)
        try:
            fetched = fetch(source, asked, folder, aws=aws, terms=terms, watch=told.watch())
        except (AwsError, TrailError) as error:
            errors[source.text] = error
            if len(errors) == len(sources):  # AWS, or every source in it, is out of reach, or cannot answer
                raise next(iter(errors.values())) from None
            fetched = _out_of_reach(source, asked, folder, error)
        keep_files(case, folder, source.text)
        told.check()
        return fetched

    return question_of(subject, since, until, regions=way.regions), fetch_one


def _out_of_reach(source: RemoteSource, question: Question, folder: Path, error: AwsError | TrailError) -> Fetched:
    """Say of a source that could not be asked at all that it is a gap: the others are read."""
    from gdkit.trail.fetched import Cost, Fetched  # noqa: PLC0415
    from gdkit.trail.lookup.failures import gap_of  # noqa: PLC0415

    reason = f"{error.problem}{f'; what to do: {error.action}' if error.action else ''}"
    kind = gap_of(error) if isinstance(error, AwsError) else "failed"
    gap = NotSearched(source.text, reason, failed=True, kind=kind)
    row = LedgerRow(source.text, kind, start_at=question.since, end_at=question.until, detail=reason)
    return Fetched(folder, source.text, question, 0, Cost(), (gap,), places=(row,))
