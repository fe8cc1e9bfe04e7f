"""How commands are told to fetch events from AWS: the span of time, the limits, and a person's leave."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.options import aws_access, aws_options, plain
from gdkit.errors import ParameterError, StoppedError, UsageError
from gdkit.model import NotSearched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from gdkit.aws.access import AwsAccess
    from gdkit.case.folder import CaseFolder
    from gdkit.gathering import Tellers
    from gdkit.trail import Trail
    from gdkit.trail.fetched import Cost, Fetched, Question, Terms
    from gdkit.trail.named import RemoteSource

SOURCES = "archive:DIR for an archive of them; s3://BUCKET/PREFIX for a trail's bucket"
"""Sources beside log files, as the help of a command names them."""

_OPTIONS = (
    click.option("--since", metavar="TIME", help="Read sources in AWS from this instant on, such as 2026-11-01 or "
                 "2026-11-01T03:00Z; a day before the finding's first use, or a week, if not given."),
    click.option("--until", metavar="TIME", help="… and to this one, or 'now'; a case that is taken up again reads "
                 "to where it read before if not given."),
    click.option("--max-objects", type=click.IntRange(min=0), metavar="N",
                 help="Read up to so many objects without asking."),
    click.option("--max-bytes", type=click.IntRange(min=0), metavar="N",
                 help="Read, or let AWS scan, up to so many bytes without asking."),
    click.option("--cache", metavar="DIR", help="Keep objects that are read from S3 there, whole, for other runs."),
    click.option("--requester-pays", is_flag=True, help="Agree to pay for requests to a bucket of others."),
)  # fmt: skip
_NAMES = ("since", "until", "max_objects", "max_bytes", "cache", "requester_pays")


def fetch_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options by which sources in AWS are fetched, and those by which AWS is reached."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return aws_options(command)


@dataclass(frozen=True, slots=True)
class Way:
    """How a command fetches events from AWS.

    Attributes:
        access: how AWS is reached.
        terms: the span of time, and the limits.
        tellers: progress, stopping, and leave to go above the limits.
    """

    access: AwsAccess
    terms: Terms
    tellers: Tellers


def told_way(options: dict[str, Any]) -> Way:
    """Give how a command's options say that events are fetched.

    Raises:
        ParameterError: one of them cannot be what it is named for.
    """
    access = aws_access(**{name: options[name] for name in ("profile", "regions", "role_arn", "member_role")})
    return Way(access, _terms(options), _tellers())


def _terms(options: dict[str, Any]) -> Terms:
    from gdkit.trail.fetched.values import Terms  # noqa: PLC0415 - only what a command needs is loaded

    given = {name: options[name] for name in _NAMES}
    given |= {name: _time(name, given[name]) for name in ("since", "until") if given[name]}
    if given["cache"]:
        given["cache"] = str(Path(given["cache"]).expanduser().absolute())
    return Terms(**{name: value for name, value in given.items() if value not in (None, "")})


def _time(name: str, text: str) -> datetime:
    from gdkit.trail.times import parse_time  # noqa: PLC0415

    if name == "until" and text == "now":
        return datetime.now(UTC)
    at = parse_time(text)
    if at is None:
        raise ParameterError(f"{text[:60]!r} is no time", where=f"--{name}",
                             action="write it like 2026-11-01 or 2026-11-01T03:00:00Z, in UTC")  # fmt: skip
    return at


def _tellers() -> Tellers:
    """Give who is told of progress, and who asks a person for leave where one sits at a terminal."""
    from gdkit.progress import progress_tellers  # noqa: PLC0415

    return replace(progress_tellers(), allow=_ask if sys.stdin.isatty() and sys.stderr.isatty() else None)


def _ask(source: str, estimate: Cost) -> bool:
    click.echo(f"{plain(source)}: reading it takes {plain(str(estimate))}.", err=True)
    return click.confirm("Read it?", default=False, err=True)


def check_used(sources: Sequence[str], terms: Terms, others: Mapping[str, object] | None = None) -> None:
    """Refuse what tells how sources in AWS are read where there are none: whoever gives it would think that it holds.

    Args:
        sources: what is read.
        terms: as they were given.
        others: the values of more options of that sort, by name.

    Raises:
        UsageError: such an option was given for log files alone.
    """
    from gdkit.trail.named import needs_aws  # noqa: PLC0415 - loaded where needed

    given = {"--since": terms.since, "--until": terms.until, "--cache": terms.cache, **(others or {})}
    named = [name for name, value in given.items() if value]
    if named and not needs_aws(sources):
        raise UsageError(f"{', '.join(named)}: for sources in AWS alone; log files and archives of them are read whole",
                         action="leave it out, and look at event_at and region in what is found")  # fmt: skip


def check_sources(sources: Iterable[str]) -> None:
    """Refuse sources that are not there, or are of a kind that cannot be read, before anything is asked.

    Raises:
        UsageError: a source that is wrongly written, or that this version cannot read.
        TrailError: there is no such file or folder.
    """
    from gdkit.trail.named import file_sources, remote_sources  # noqa: PLC0415 - loaded where needed
    from gdkit.trail.sources import find_files  # noqa: PLC0415

    listed = list(sources)
    for source in remote_sources(listed):
        from gdkit.trail.fetched import check_fetchable  # noqa: PLC0415

        check_fetchable(source)
    if files := file_sources(listed):
        find_files(files)


def fetch_for(folder: CaseFolder, sources: Sequence[str], way: Way) -> None:
    """Fetch a case's sources in AWS before its notebooks run, so that a person can be asked; these go on from there.

    Raises:
        GdkitError: as ``gathering.fetch_sources`` does.
    """
    from gdkit.case.folder import case_subject, set_terms  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.gathering.fetched import fetch_sources  # noqa: PLC0415
    from gdkit.trail.named import remote_sources  # noqa: PLC0415

    set_terms(folder, way.terms)
    if remote := remote_sources(sources):
        click.echo("  sources      …", err=True)
        for fetched in fetch_sources(folder, case_subject(folder), remote, way.tellers):
            click.echo(f"  {plain(fetched.source)}: {fetched.records:,} records, {plain(str(fetched.cost))}", err=True)


@contextmanager
def _kept_in(keep: str | None) -> Iterator[Path]:
    """Give the folder in which what is fetched is kept; a temporary one where none is named."""
    if keep:
        yield Path(keep).expanduser().absolute()
        return
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - only what a command needs is loaded

    with TemporaryDirectory(prefix="gdkit-") as name:
        yield Path(name)


def read_aside(
    sources: Sequence[str],
    question: Question,
    read: Callable[[list[str]], Trail],
    keep: str | None,
    way: Way,
) -> Trail:
    """Read files and sources in AWS outside any case; a wrong path is told before anything is asked.

    Args:
        sources: files, and sources in AWS.
        question: what is asked of those in AWS.
        read: reads files.
        keep: folder in which what is fetched is kept, so that a later run goes on from there; None to keep nothing.
        way: how AWS is reached, and on what terms.

    Raises:
        UsageError: a source is wrongly written.
        AwsError: none of the sources in AWS can be reached.
        TrailError: none of them can be asked, or there is no such file.
        CostError: a source would take more than is allowed.
        StoppedError: it was stopped before there was anything to read.
    """
    from gdkit.trail.fetched import of_sources  # noqa: PLC0415 - only what a command needs is loaded

    check_sources(sources)
    with _kept_in(keep) as folder:
        trail, fetched = _read_into(folder, sources, question, read, way)
    return trail if keep else of_sources(trail, fetched)


def _read_into(
    folder: Path, sources: Sequence[str], question: Question, read: Callable[[list[str]], Trail], way: Way
) -> tuple[Trail, tuple[Fetched, ...]]:
    """Fetch into a folder, and read what is there together with files."""
    from gdkit.aws import open_read_only  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.trail.categories import without_management  # noqa: PLC0415
    from gdkit.trail.fetched import fetch, fetch_and_read, folder_of, with_gaps  # noqa: PLC0415
    from gdkit.trail.named import file_sources, remote_sources  # noqa: PLC0415

    aws, files, remote = open_read_only(way.access), file_sources(sources), remote_sources(sources)

    def into(source: RemoteSource) -> Path:
        return folder_of(folder, source)

    def fetch_one(source: RemoteSource, asked: Question) -> Fetched:
        try:
            return fetch(source, asked, into(source), aws=aws, terms=way.terms, watch=way.tellers.watch())
        except StoppedError as error:
            return _not_come_to(source, asked, into(source), error)

    def read_both(folders: list[Path]) -> Trail:
        fetched, stop = [str(one) for one in folders], way.tellers.stop
        if stop is None or not stop.is_set():
            return read([*files, *fetched])
        stop.clear()  # what was fetched is little, and is read; one more Ctrl-C ends that, too
        return _without(read(fetched), files)

    trail, fetched = fetch_and_read(remote, question, with_gaps(remote, fetch_one, into), read_both)
    return without_management(trail, sources), fetched


def _not_come_to(source: RemoteSource, question: Question, folder: Path, error: StoppedError) -> Fetched:
    """Say of a source that was stopped before anything of it was read that it is a gap: what others gave is shown."""
    from gdkit.trail.fetched import Cost, Fetched  # noqa: PLC0415 - only what a command needs is loaded

    gap = NotSearched(source.text, f"{error.problem}; run it again to go on", failed=True)
    return Fetched(folder, source.text, question, 0, Cost(), (gap,), stopped=True)


def _without(trail: Trail, files: Sequence[str]) -> Trail:
    """Say of log files that they were not searched, because the fetch before them was stopped."""
    gaps = (NotSearched(name, "it was stopped before they were searched; run it again", failed=True) for name in files)
    coverage = trail.coverage
    return replace(trail, coverage=replace(coverage, not_searched=(*coverage.not_searched, *gaps)))
