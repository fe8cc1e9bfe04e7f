"""Parts of an archive: Parquet files of records, sorted by who called and when, in blocks that are read one by one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gdkit.trail.archive.arrays import lists, numbers, texts, times
from gdkit.trail.archive.names import AT, names_of
from gdkit.trail.archive.values import Part, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from gdkit.trail.items import Found

BLOCK_BYTES = 1 << 19
"""Text of the records in one block: what a question reads at least."""

BLOCKS_A_PART = 16
"""So few that the part's own list of blocks, which is read with any of them, is short beside one."""

_COLUMNS = ("principal_id", "event_at", "event_name", "account_id", "region", "access_key_id", "source_address")
_TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [(name, _TIME if name == "event_at" else pa.string()) for name in _COLUMNS]
    + [("names", pa.list_(pa.string())), ("file", pa.int64()), ("line", pa.int64()), ("form", pa.string()),
       ("row", pa.string()), ("record", pa.string())]
)  # fmt: skip
"""The columns of a part.

The first seven are those of the same name in ``tables.EVENTS``, for other readers of Parquet. ``names``: identifiers
that the record can be asked for by. ``file``: number of the log file in the manifest. ``line``, ``form``, ``row`` and
``record``: the fields of ``items.Found``; ``record`` is the exact text.
"""
_ORDER = ("principal_id", "event_at", "file", "line")
_PLACES = tuple(map(SCHEMA.names.index, _ORDER))


def values_of(found: Found, head: tuple[Any, ...], file: int) -> tuple[Any, ...]:
    """Give the values of a record in all columns.

    Args:
        found: the record.
        head: from ``record.head_of``.
        file: the number of its log file.
    """
    own = (head[AT[name]] for name in _COLUMNS)
    return (*own, names_of(found, head), file, found.line, found.form, found.row, found.raw)


def order_of(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give what a record's place in a part hangs on, of its values in all columns."""
    return _order(*(values[place] for place in _PLACES))


def orders_of(table: pa.Table) -> list[tuple[Any, ...]]:
    """Give the same for every row of a table; times are numbers here."""
    columns = table.select(_ORDER).set_column(1, "event_at", table["event_at"].cast(pa.int64()))
    return list(map(_order, *(column.to_pylist() for column in columns.columns)))


def _order(principal_id: str | None, event_at: Any, file: int, line: int) -> tuple[Any, ...]:
    """Put what is missing last, as Arrow does."""
    return principal_id is None, principal_id or "", event_at is None, event_at or 0, file, line


def table_of(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    """Make a table of the values of records, in their order."""
    made: dict[Any, Callable[[Any], pa.Array]] = {
        pa.string(): texts,
        _TIME: times,
        pa.int64(): numbers,
        pa.list_(pa.string()): lists,
    }
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    return pa.Table.from_arrays([made[field.type](column) for column, field in zip(columns, SCHEMA, strict=True)],
                                schema=SCHEMA)  # fmt: skip


def in_order(table: pa.Table) -> pa.Table:
    """Sort a table as parts are."""
    return table.take(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in _ORDER]))


class PartWriter:
    """Writes sorted blocks into parts of a folder.

    Args:
        folder: of the run.

    Attributes:
        parts: those that are written and closed.
    """

    def __init__(self, folder: Path) -> None:
        self.parts: list[Part] = []
        self._folder = folder
        self._writer: pq.ParquetWriter | None = None
        self._blocks = self._rows = 0

    def write(self, block: pa.Table) -> Place:
        """Write a block, and say where.

        Raises:
            OSError: it cannot be written.
        """
        if self._blocks == BLOCKS_A_PART:
            self.close()
        if self._writer is None:
            self._writer = self._open()
        self._writer.write_table(block, row_group_size=block.num_rows)
        self._blocks, self._rows = self._blocks + 1, self._rows + block.num_rows
        return Place(len(self.parts), self._blocks - 1)

    def close(self) -> None:
        """Close the part at hand.

        Raises:
            OSError: it cannot be written.
        """
        if self._writer is not None:
            self._writer.close()
            name = part_name(len(self.parts))
            self.parts.append(Part(name, self._rows, *measured(self._folder / name)))
            self._writer, self._blocks, self._rows = None, 0, 0

    def _open(self) -> pq.ParquetWriter:
        texts = [name for name in SCHEMA.names if name not in ("names", "row", "record")]
        return pq.ParquetWriter(
            self._folder / part_name(len(self.parts)), SCHEMA, compression="zstd",
            use_dictionary=[*texts, "names.list.element"], write_statistics=["principal_id", "event_at"],
            write_page_checksum=True,
        )  # fmt: skip


def part_name(number: int) -> str:
    """Give the name of a part's file."""
    return f"part-{number:04d}.parquet"


def blocks_of(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Give the rows of tables as blocks of at least ``BLOCK_BYTES`` of text, but for the last."""
    held: list[pa.Table] = []
    size = 0
    for table in tables:
        begin = 0
        for end, length in enumerate(pc.binary_length(table["record"]).to_pylist(), start=1):
            size += length
            if size >= BLOCK_BYTES:
                yield pa.concat_tables([*held, table.slice(begin, end - begin)])
                held, size, begin = [], 0, end
        if begin < table.num_rows:
            held.append(table.slice(begin))
    if held:
        yield pa.concat_tables(held)


def read_blocks(
    path: Path, numbers: Collection[int] | None = None, columns: Iterable[str] = SCHEMA.names
) -> Iterator[pa.Table]:
    """Give blocks of a part, all of them if none are named.

    Raises:
        OSError: it cannot be read, or is damaged.
        pa.ArrowException: it is damaged.
    """
    with pq.ParquetFile(path, page_checksum_verification=True) as part:
        for number in range(part.num_row_groups) if numbers is None else numbers:
            yield part.read_row_group(number, columns=list(columns), use_threads=False)


def measured(path: Path) -> tuple[int, str]:
    """Give the size of a file and its SHA-256.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest
