"""Runs of an archive: sorted parts with an index, written once and never changed; several are merged into one."""

from __future__ import annotations

import shutil
import sqlite3
from bisect import bisect_right
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from gdkit.trail.archive.folders import make_durable
from gdkit.trail.archive.index import FILE, IndexWriter
from gdkit.trail.archive.parts import (
    PartWriter,
    blocks_of,
    in_order,
    measured,
    order_of,
    orders_of,
    read_blocks,
    table_of,
)
from gdkit.trail.archive.values import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Any


DAMAGE = (sqlite3.Error, UnicodeError, pa.ArrowException)
"""What readers of damaged parts and indexes raise beside ``OSError``; the second where SQLite quotes what it read."""


def write_run(folder: Path, rows: list[tuple[Any, ...]]) -> Run:
    """Write records, in any order, as a run of its own.

    Args:
        folder: of the run; it must not exist.
        rows: the values of all columns.

    Raises:
        OSError: it cannot be written.
    """
    rows.sort(key=order_of)
    return _write(folder, [table_of(rows)])


def merge_runs(folder: Path, runs: Sequence[tuple[Path, Run]]) -> Run:
    """Write the records of several runs as one; the runs stay as they are.

    Args:
        folder: of the new run; it must not exist.
        runs: each with its folder.

    Raises:
        OSError: one of them is damaged, or the new one cannot be written.
    """
    return _write(folder, _merged([_blocks(path, run) for path, run in runs]))


def _write(folder: Path, tables: Iterable[pa.Table]) -> Run:
    folder.mkdir(mode=0o700)
    try:
        writer = PartWriter(folder)
        with ExitStack() as stack:
            index = IndexWriter(folder)
            stack.callback(index.close)
            stack.callback(writer.close)
            for block in blocks_of(tables):
                index.add(writer.write(block), pc.list_flatten(block["names"]).to_pylist())
        for path in (*folder.iterdir(), folder):  # before the manifest names them
            make_durable(path)
        rows = sum(part.rows for part in writer.parts)
        return Run(folder.name, rows, tuple(writer.parts), *measured(folder / FILE))
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, DAMAGE):
            raise OSError(str(error)) from error
        raise


def _blocks(folder: Path, run: Run) -> Iterator[pa.Table]:
    for part in run.parts:
        yield from read_blocks(folder / part.name)


class _Held(NamedTuple):
    """A block of a run, or what is left of it, and what its rows are sorted by."""

    table: pa.Table
    orders: list[tuple[Any, ...]]


def _merged(runs: Sequence[Iterator[pa.Table]]) -> Iterator[pa.Table]:
    """Merge sorted tables: a block of each is in hand, and what no later block can come before is given, sorted."""
    held: dict[int, _Held] = {}
    more = set(range(len(runs)))
    while True:
        for number in sorted(more - held.keys()):
            table = next(runs[number], None)
            if table is None:
                more.discard(number)
            else:
                held[number] = _Held(table, orders_of(table))
        if not held:
            return
        end = min(one.orders[-1] for one in held.values())
        cuts = {number: bisect_right(one.orders, end) for number, one in held.items()}
        yield in_order(pa.concat_tables([one.table.slice(0, cuts[number]) for number, one in held.items()]))
        held = {number: _Held(one.table.slice(cut), one.orders[cut:]) for number, one in held.items()
                if (cut := cuts[number]) < len(one.orders)}  # fmt: skip
