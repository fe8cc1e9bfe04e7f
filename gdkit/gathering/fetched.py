"""Sources in AWS that are no look-up, such as a trail's bucket: fetched into the case, and read with the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gdkit.case.evidence import keep_files
from gdkit.case.folder import case_access, case_terms
from gdkit.errors import UsageError
from gdkit.gathering import access
from gdkit.gathering.window import looked_since

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
    from gdkit.trail.fetched import fetch, folder_of, question_of, with_gaps  # noqa: PLC0415 - not for files alone

    aws, way, terms = access.open_aws(case), case_access(case), case_terms(case)
    if aws is None or way is None:
        raise UsageError("a source in AWS is to be read, but the case names no way to AWS",
                         where=sources[0].text, action="begin the case with that source as --trail")  # fmt: skip
    now = datetime.now(UTC)
    since, until = terms.since or looked_since(subject, now), terms.until or now

    def into(source: RemoteSource) -> Path:
        return folder_of(case.evidence, source)

    def fetch_one(source: RemoteSource, asked: Question) -> Fetched:
        return fetch(source, asked, into(source), aws=aws, terms=terms, watch=told.watch())

    def fetch_and_keep(source: RemoteSource, asked: Question) -> Fetched:
        fetched = reached(source, asked)
        keep_files(case, into(source), source.text)
        told.check()
        return fetched

    reached = with_gaps(sources, fetch_one, into)
    return question_of(subject, since, until, regions=way.regions), fetch_and_keep
