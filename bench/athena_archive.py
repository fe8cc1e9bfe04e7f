"""What one question costs where Athena asks an archive's parts, as the trail grows in days and the session does not.

Four counts of the bytes of the first query, that for the session over four days. All parts are the most that Athena can
scan, and what is told before. Beside that the columns of the query in every block, which is what the simulated Athena
counts; the same in the blocks of which the statistics of ``event_at`` meet the span; and of these the text of records
only where a row is named, which is what a reader does that loads columns late and merges no reads. How much of that
the true Athena saves is not known: it was not asked.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.athena import BUCKET, REGION, SPAN, bench, older, session_ids, shifted
from bench.synthetic import DAYS, INSTANCE, write_synthetic
from gdkit.aws import AwsAccess, open_read_only
from gdkit.simulator.server import in_environment
from gdkit.trail.archive.build import build_archive
from gdkit.trail.archive.manifest import RUNS
from gdkit.trail.archive.parts import read_blocks
from gdkit.trail.fetched import Question, Terms, Watch, fetch
from gdkit.trail.named import parse_source
from gdkit.trail.query.archived import table_of_archive
from gdkit.trail.query.ddl import create_statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from bench.synthetic import Truth

SEARCHED, SHOWN = ("event_at", "names"), ("record", "row", "line", "form")


class Counted(NamedTuple):
    """Bytes of one query.

    Attributes:
        parts: of all parts.
        columns: of the query's columns in every block.
        in_span: of these in the blocks that the span meets.
        late: of these with the shown columns only where a row is named.
        blocks: how many blocks there are; that the span meets; in which a row is named.
        largest: of the largest part.
    """

    parts: int
    columns: int
    in_span: int
    late: int
    blocks: tuple[int, int, int]
    largest: int


def counted(folder: Path, names: frozenset[str]) -> Counted:
    """Read parts as a query for names must, and count the bytes of the columns that it needs."""
    paths = sorted(folder.rglob("*.parquet"))
    blocks = [block for path in paths for block in _blocks(path, names)]
    span = [block for block in blocks if block[2]]
    named = [block for block in span if block[3]]
    sizes = [path.stat().st_size for path in paths]
    return Counted(
        parts=sum(sizes),
        columns=sum(searched + shown for searched, shown, _, _ in blocks),
        in_span=sum(searched + shown for searched, shown, _, _ in span),
        late=sum(searched for searched, _, _, _ in span) + sum(shown for _, shown, _, _ in named),
        blocks=(len(blocks), len(span), len(named)),
        largest=max(sizes),
    )


def _blocks(path: Path, names: frozenset[str]) -> Iterator[tuple[int, int, bool, bool]]:
    """Give of each block the bytes of the columns that are searched and shown, and whether span and names are in it."""
    told = pq.ParquetFile(path).metadata
    for number, block in enumerate(read_blocks(path, columns=SEARCHED)):
        group = told.row_group(number)
        chunks = {chunk.path_in_schema.partition(".")[0]: chunk
                  for chunk in map(group.column, range(group.num_columns))}  # fmt: skip
        searched, shown = (sum(chunks[name].total_compressed_size for name in columns)
                           for columns in (SEARCHED, SHOWN))  # fmt: skip
        times = chunks["event_at"].statistics
        meets = bool(times.null_count) or (times.min <= SPAN[1] and times.max >= SPAN[0])
        yield searched, shown, meets, _is_named(block, names)


def _is_named(block: pa.Table, names: frozenset[str]) -> bool:
    inside = block.filter((pc.field("event_at") >= SPAN[0]) & (pc.field("event_at") <= SPAN[1]))
    return not names.isdisjoint(pc.list_flatten(inside["names"]).to_pylist())


def write_days(folder: Path, fortnights: int, stolen: frozenset[str]) -> None:
    """Write so many fortnights before those that are there, without the theft."""
    for path in sorted(folder.rglob("*.json.gz")):
        for number in range(1, fortnights):
            other = folder / shifted(str(path.relative_to(folder)), number)
            other.parent.mkdir(parents=True, exist_ok=True)
            other.write_bytes(older(path, number, stolen))


def asked(archive: Path, truth: Truth) -> int:
    """Ask a simulated Athena; give the bytes that its first query scanned."""
    with bench() as (made, environment), in_environment(environment), TemporaryDirectory() as case:
        for path in (archive / RUNS).rglob("*.parquet"):
            made.put(f"kept/{path.relative_to(archive / RUNS)}", path.read_bytes())
        made.run(create_statement(table_of_archive(f"s3://{BUCKET}/kept", "logs", "kept")))
        question = Question(*SPAN, principal_ids=(truth.principal,), session_names=(INSTANCE,), instance_id=INSTANCE)
        aws = open_read_only(AwsAccess(regions=(REGION,)))
        source: Any = parse_source("athena:bench/logs.kept")
        fetch(source, question, Path(case), aws=aws, terms=Terms(), watch=Watch())
        truth.check("Athena over an archive", session_ids(Path(case), truth))
        scanned = [one.answer.bytes for one in made.accounts.athena._executions.values() if one.kind == "DML"]
        return scanned[0]


def main() -> None:
    """Measure an archive and one of ten times its days, and print how the bytes grow."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=20_000)
    options.add_argument("--times", type=int, default=10, help="how many times the days")
    chosen = options.parse_args()
    ran: list[Counted] = []
    print(f"{'days':>6}{'parts MB':>10}{'columns':>9}{'simulated':>11}{'in span':>9}{'late':>8}"
          f"{'largest part':>14}{'blocks: all, span, named':>28}")  # fmt: skip
    with TemporaryDirectory() as name:
        logs = Path(name, "logs")
        truth = write_synthetic(logs, chosen.events)
        for times in (1, chosen.times):
            archive = Path(name, f"archive-{times}")
            write_days(logs, times, truth.event_ids)
            build_archive(archive, [str(logs)])
            one = counted(archive, frozenset({truth.principal, INSTANCE}))
            simulated = asked(archive, truth)
            ran.append(one)
            print(f"{DAYS * times:>6}{one.parts / 1e6:>10.2f}{one.columns / 1e6:>9.2f}{simulated / 1e6:>11.2f}"
                  f"{one.in_span / 1e6:>9.2f}{one.late / 1e6:>8.2f}{one.largest / 1e6:>14.2f}"
                  f"{one.blocks!s:>28}")  # fmt: skip
    few, many = ran
    print(f"as the parts grow {many.parts / few.parts:.1f} x: columns {many.columns / few.columns:.1f} x, in the span "
          f"{many.in_span / few.in_span:.1f} x, loaded late {many.late / few.late:.1f} x")  # fmt: skip


if __name__ == "__main__":
    main()
