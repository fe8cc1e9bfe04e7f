"""One table of who fetches which kind of source, and the one way to have one fetched."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Protocol

from gdkit.errors import UsageError
from gdkit.trail.fetched.store import read_answer, read_plan, taken_up, write_answer
from gdkit.trail.named import AthenaTable, EventDataStore, S3Trail, SecurityLakeTable
from gdkit.trail.written import remove_leftovers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from gdkit.aws import ReadOnlyAws
    from gdkit.trail.fetched.question import Question
    from gdkit.trail.fetched.values import Fetched, Terms, Watch
    from gdkit.trail.named import RemoteSource


class Fetcher(Protocol):
    """Fetches what a question asks of one source into a folder of log files; called again, it goes on where it was.

    It follows the keys that it finds issued on the way, and gives the question as it was answered with them. What
    cannot be looked at is named, and stops nothing else.
    """

    def __call__(
        self, source: Any, question: Question, folder: Path, *, aws: ReadOnlyAws, terms: Terms, watch: Watch
    ) -> Fetched:
        """Fetch.

        Args:
            source: the source, of the kind that this fetcher is for.
            question: what is asked.
            folder: the fetch's own folder in the case.
            aws: the reader.
            terms: limits, and the cache.
            watch: progress, stopping, and leave to go above the limits.

        Raises:
            AwsError: the source cannot be reached at all.
            CostError: it would take more than is allowed.
            CaseWriteError: the folder cannot be written.
        """


def _s3() -> Fetcher:
    from gdkit.trail.s3 import fetch_trail  # noqa: PLC0415 - few runs need it

    return fetch_trail


def _athena() -> Fetcher:
    from gdkit.trail.query.tables import fetch_athena  # noqa: PLC0415

    return fetch_athena


def _security_lake() -> Fetcher:
    from gdkit.trail.query.tables import fetch_security_lake  # noqa: PLC0415

    return fetch_security_lake


def _lake() -> Fetcher:
    from gdkit.trail.query.stores import fetch_lake  # noqa: PLC0415

    return fetch_lake


FETCHERS: Mapping[type, Callable[[], Fetcher]] = {
    S3Trail: _s3,
    AthenaTable: _athena,
    SecurityLakeTable: _security_lake,
    EventDataStore: _lake,
}
"""Who fetches which kind of source; each entry loads its fetcher, for few runs need one."""

KINDS: Mapping[type, str] = {
    S3Trail: "s3",
    AthenaTable: "athena",
    SecurityLakeTable: "securitylake",
    EventDataStore: "lake",
}
"""The name of each kind, as folders and plan files bear it."""


def check_fetchable(source: RemoteSource) -> None:
    """Refuse a kind of source that this version cannot fetch.

    Raises:
        UsageError: it cannot.
    """
    if type(source) not in FETCHERS:
        raise UsageError(
            "this version cannot read such a source",
            where=source.text,
            action="copy the log files with 'aws s3 sync s3://BUCKET/AWSLogs/ FOLDER' and name the folder.",
        )


def fetch(
    source: RemoteSource, question: Question, folder: Path, *, aws: ReadOnlyAws, terms: Terms, watch: Watch
) -> Fetched:
    """Fetch what a question asks of a source; the arguments and errors are those of ``Fetcher``.

    A fetch that is taken up again asks about the span of the earlier run, unless the terms name another. Where that run
    was whole and answers the question, nothing is asked at all.

    Raises:
        UsageError: this version cannot fetch such a source.
    """
    check_fetchable(source)
    remove_leftovers(folder)
    asked = taken_up(question, read_plan(folder), terms)
    given = read_answer(folder)
    if given is not None and given.complete and given.question.covers(asked):
        return given
    fetched = FETCHERS[type(source)]()(source, asked, folder, aws=aws, terms=terms, watch=watch)
    write_answer(fetched)
    return fetched


def folder_of(evidence: Path, source: RemoteSource) -> Path:
    """Give a source's own folder: the same each time, another one for each source, and readable.

    >>> from pathlib import Path
    >>> folder_of(Path("evidence"), S3Trail("s3://audit-logs/org/", "audit-logs", "org/")).name
    's3-audit-logs-org-d8b9057c'
    """
    words = re.sub(r"[^a-z0-9]+", "-", source.text.partition(":")[2].lower()).strip("-")[:40].rstrip("-")
    mark = hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return evidence / f"{KINDS[type(source)]}-{words}-{mark}"
