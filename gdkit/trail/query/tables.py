"""Fetchers of events from tables that Athena asks: a trail's log files, an archive's parts, and Security Lake."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gdkit.errors import AwsError, TrailError
from gdkit.model import NotSearched, utc_text
from gdkit.trail.categories import category_of
from gdkit.trail.lookup.plan import LATE_BY
from gdkit.trail.query.accounts import accounts_to_ask
from gdkit.trail.query.archived import archive_rendering, is_of_archive
from gdkit.trail.query.engine import AthenaEngine
from gdkit.trail.query.estimate import Bucket, places_of_lake, places_of_trail, regions_of_lake
from gdkit.trail.query.fetch import fetch_by_queries
from gdkit.trail.query.glue import read_table, read_workgroup
from gdkit.trail.query.held import held_by
from gdkit.trail.query.lacking import lacking_of
from gdkit.trail.query.ocsf import ocsf_rendering
from gdkit.trail.query.partitions import partitions_of, values_needed
from gdkit.trail.query.raw import raw_rendering
from gdkit.trail.query.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from gdkit.aws import ReadOnlyAws
    from gdkit.trail.fetched.question import Question
    from gdkit.trail.fetched.values import Fetched, Terms, Watch
    from gdkit.trail.named import AthenaTable, SecurityLakeTable
    from gdkit.trail.query.estimate import Measured
    from gdkit.trail.query.partitions import Role
    from gdkit.trail.query.table import TableShape

_LIST_THEM = "make a table that lists them: 'gdkit athena-table DB.TABLE --region …' writes the statement"
_SEE_IT_IS_ON = "see that Security Lake takes events there, or read the region's log files in S3"
_AT_MOST = "at most: all parts of the archive, whatever is asked; a query may read less"


def fetch_athena(
    source: AthenaTable, question: Question, folder: Path, *, aws: ReadOnlyAws, terms: Terms, watch: Watch
) -> Fetched:
    """Fetch a session's events from a trail's log files, or from an archive's parts, by a table over them.

    Which of them it is, the table's columns tell. Arguments and errors as ``Fetcher``.

    Raises:
        TrailError: the table holds neither, a table of log files is not partitioned by day or lists none of the regions
            that are asked for, or no part is there.
    """
    region = source.region or aws.region
    table = read_table(aws, region, source.database, source.table, with_partitions=True)
    if is_of_archive(table):
        target, measuring = _of_archive(source, table, question, aws)
        return measuring.told(fetch_by_queries(target, question, folder, terms=terms, watch=watch))
    rendering, partitions = raw_rendering(table), partitions_of(table)
    held = held_by(table, partitions)
    lacking = lacking_of(table, partitions, held, question, now=datetime.now(UTC))
    asked = _with_regions(question, table, held.regions, needs=values_needed(partitions))
    group = read_workgroup(aws, region, source.workgroup)
    bucket = Bucket(aws.client("s3", region), aws.account_id)
    measuring = _Measuring(bucket, lambda asked: places_of_trail(table, partitions, asked))
    target = Target(
        kind="athena",
        text=source.text,
        engine=AthenaEngine(aws.client("athena", region), source.workgroup, source.database, aws.account_id),
        rendering=rendering,
        measure=measuring.measure,
        cutoff=group.cutoff,
        needs=values_needed(partitions),
        home=accounts_to_ask(aws.account_id, question),
        accounts=held.accounts,
        others=not held.accounts,
        by_account=held.by_account,
        any_region=held.by_region,
        lacks=held.lacks,
        leaves_out=lacking.left_out,
        gaps=(*lacking.gaps(), *_outside(table, held.regions, question), *_no_column(source.text, rendering.lacking)),
        warnings=(group.warning,) if group.warning else (),
    )
    return measuring.told(fetch_by_queries(target, asked, folder, terms=terms, watch=watch))


def _of_archive(
    source: AthenaTable, table: TableShape, question: Question, aws: ReadOnlyAws
) -> tuple[Target, _Measuring]:
    """Say what is asked of an archive's parts.

    How much a query reads of them cannot be told before: at most all, whatever the question. So a limit of the work
    group refuses none; Athena ends the query that passes it.

    Raises:
        TrailError: the table is not of an archive's parts, or none is there.
    """
    region = source.region or aws.region
    rendering = archive_rendering(table)
    group = read_workgroup(aws, region, source.workgroup)
    measuring = _Measuring(Bucket(aws.client("s3", region), aws.account_id),
                           lambda _: [table.location] if table.location else None)  # fmt: skip
    whole = measuring.measure(question)
    if whole is not None and not whole.objects:
        raise TrailError("there is no object at the place of the table", where=table.location,
                         action="copy the archive's parts there: docs/sources.md says how")  # fmt: skip
    target = Target(
        kind="athena",
        text=source.text,
        engine=AthenaEngine(aws.client("athena", region), source.workgroup, source.database, aws.account_id),
        rendering=rendering,
        measure=lambda _: whole and whole._replace(note=_AT_MOST),
        others=True,
        any_region=False,
        gaps=tuple(_not_in_parts(f"{table.database}.{table.name}", whole, question)),
        warnings=(group.warning,) if group.warning else (),
    )
    return target, measuring


def _not_in_parts(name: str, whole: Measured | None, question: Question) -> Iterator[NotSearched]:
    """Name what an archive itself knows of and its parts do not tell; a copy too old for what is asked is a failure."""
    yield NotSearched(f"places in log files that could not be read when the archive in {name} was made",
                      "its parts hold records alone; 'gdkit archive DIR' names these places where the archive "
                      "is")  # fmt: skip
    copied_at = whole.newest_at if whole is not None else None
    when = f", the newest part at {utc_text(copied_at)}" if copied_at is not None else ""
    old = copied_at is not None and copied_at < question.until - LATE_BY
    again = "; bring the archive up to date, and copy its parts again" if old else ""
    yield NotSearched(f"log files that the archive in {name} had not taken in when its parts were copied",
                      f"the table shows what was copied{when}{again}", failed=old)  # fmt: skip


def fetch_security_lake(
    source: SecurityLakeTable, question: Question, folder: Path, *, aws: ReadOnlyAws, terms: Terms, watch: Watch
) -> Fetched:
    """Fetch a session's events from a table of Security Lake; arguments and errors as ``Fetcher``.

    Raises:
        TrailError: the table holds no CloudTrail events in OCSF.
    """
    region = source.region or aws.region
    table = read_table(aws, region, source.database, source.table)
    rendering = ocsf_rendering(table)
    group = read_workgroup(aws, region, source.workgroup)
    bucket = Bucket(aws.client("s3", region), aws.account_id)
    measuring = _Measuring(bucket, lambda asked: places_of_lake(bucket, table, asked))
    target = Target(
        kind="securitylake",
        text=source.text,
        engine=AthenaEngine(aws.client("athena", region), source.workgroup, source.database, aws.account_id),
        rendering=rendering,
        measure=measuring.measure,
        others=True,
        by_account=True,
        category=category_of(table.name),
        doubts=_doubts(bucket, table, question),
        gaps=tuple(_no_column(source.text, rendering.lacking)),
        warnings=(f"Records of {source.table} are put together from OCSF; they are not CloudTrail's own text.",
                  *([group.warning] if group.warning else [])),
    )  # fmt: skip
    return measuring.told(fetch_by_queries(target, question, folder, terms=terms, watch=watch))


def _doubts(bucket: Bucket, table: TableShape, question: Question) -> Callable[[str], str]:
    """Give what says why nothing tells that a lake holds a region: for each that is asked for, a folder must be there.

    A reader whose leave is Lake Formation's alone cannot list them; then a record of the region tells, or nothing does.
    """
    if not question.regions:
        return lambda _: ""
    try:
        held = regions_of_lake(bucket, table)
        why = "the lake has no folder of it" if held else "the lake's place has no folders of regions"
    except AwsError as error:
        held, why = (), f"the lake's folders could not be listed ({error.problem})"
    return lambda region: "" if region in held else f"{why}, and no record of it was found; {_SEE_IT_IS_ON}"


class _Measuring:
    """Tells what queries would scan, and once why that cannot be told."""

    def __init__(self, bucket: Bucket, places: Callable[[Question], list[str] | None]) -> None:
        self._bucket, self._places = bucket, places
        self._unknown = ""

    def measure(self, question: Question) -> Measured | None:
        """Give what lies in the places that a question reads; None where that cannot be told."""
        try:
            places = self._places(question)
            measured = None if places is None else self._bucket.measure(places)
        except AwsError as error:
            self._unknown = error.problem
            return None
        if measured is None:
            self._unknown = ("the table does not tell where its objects lie" if places is None else
                             "of very many places a part was listed, and no object was seen there")  # fmt: skip
        return measured

    def told(self, fetched: Fetched) -> Fetched:
        """Add the reason to what a fetch gave."""
        if not self._unknown:
            return fetched
        warning = (f"How much the queries would scan could not be told before ({self._unknown}); one that is "
                   "seen to be above the limit is ended.")  # fmt: skip
        return replace(fetched, warnings=(*fetched.warnings, warning))


def _with_regions(question: Question, table: TableShape, listed: Sequence[str], *, needs: Collection[Role]) -> Question:
    """Give a question with the regions that a table's settings list; those of them that are asked for.

    Args:
        question: what is asked.
        table: the table.
        listed: the regions that its settings list, or that its place is of; nothing where they do not tell.
        needs: roles of which each query must name one value.

    Raises:
        TrailError: they list none of these; without a region, all of them would be asked, or none where each query must
            name one.
    """
    if "region" in needs and not question.regions:
        raise TrailError("each query of the table must name a region, and none is named",
                         where=f"{table.database}.{table.name}", action="name the regions with --region")  # fmt: skip
    regions = tuple(one for one in listed if one in question.regions or not question.regions)
    if listed and not regions:
        raise TrailError(f"the table's settings list none of the regions that are asked for, "
                         f"{', '.join(question.regions)}; they list {', '.join(listed)}",
                         where=f"{table.database}.{table.name}", action=f"{_LIST_THEM}, or read the log files in "
                         "S3")  # fmt: skip
    return replace(question, regions=regions) if listed else question


def _outside(table: TableShape, listed: Sequence[str], question: Question) -> Iterator[NotSearched]:
    """Name what is asked for and lies outside of what a table's settings reach, besides days that it lacks."""
    name = f"{table.database}.{table.name}"
    missing = sorted(set(question.regions) - set(listed or question.regions))
    if missing:
        yield NotSearched(f"regions {', '.join(missing)} in {name}",
                          f"the table's settings do not list them; {_LIST_THEM}", failed=True)  # fmt: skip
    yield NotSearched(f"log files in {name} that were delivered more than a day after their events",
                      "the days of their delivery are not asked for")  # fmt: skip


def _no_column(source: str, paths: Sequence[str]) -> Iterator[NotSearched]:
    if paths:
        yield NotSearched(f"{source}: of its records, {', '.join(paths)}", "the table has no column for them",
                          kind="surroundings")  # fmt: skip
