"""The index of a run: which blocks hold records that an identifier names, and how many."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import TYPE_CHECKING

from gdkit.trail.archive.names import mark_of
from gdkit.trail.archive.values import Place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "names.sqlite"
_HELD_BACK = 40_000
"""Entries that are sorted before they are written: one after the other in a file they are written faster."""
_PART = 1 << 16
"""More than there are blocks in a part."""
_TABLE = "CREATE TABLE name(mark INTEGER, block INTEGER, records INTEGER, PRIMARY KEY(mark, block)) WITHOUT ROWID"
_ADD = "INSERT INTO name VALUES(?, ?, ?)"
_FIND = "SELECT block, records FROM name WHERE mark = ? ORDER BY block"


class IndexWriter:
    """Writes the index of a run.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / FILE, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")  # a run that is not whole is never read
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(_TABLE)
        self._entries: list[tuple[int, int, int]] = []

    def add(self, place: Place, names: Iterable[str]) -> None:
        """Tell the identifiers of all records in a block, each as often as records name it.

        Raises:
            sqlite3.Error: it cannot be written.
        """
        number = place.part * _PART + place.block
        marks: Counter[int] = Counter()
        for name, count in Counter(names).items():  # two names of one mark would be one in a few billion billions
            marks[mark_of(name)] += count
        self._entries += [(mark, number, count) for mark, count in marks.items()]
        if len(self._entries) >= _HELD_BACK:
            self._write()

    def close(self) -> None:
        """Write what is left.

        Raises:
            sqlite3.Error: it cannot be written.
        """
        try:
            self._write()
        finally:
            self._connection.close()

    def _write(self) -> None:
        self._entries.sort()
        self._connection.execute("BEGIN")
        self._connection.executemany(_ADD, self._entries)
        self._connection.execute("COMMIT")
        self._entries = []


class Index:
    """The index of a run, open for reading.

    Args:
        folder: of the run.

    Raises:
        sqlite3.Error: it cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        uri = f"{(folder / FILE).absolute().as_uri()}?mode=ro&immutable=1"  # nobody writes it any more
        self._connection = sqlite3.connect(uri, uri=True)

    def places(self, name: str) -> dict[Place, int]:
        """Give the blocks that hold records which an identifier names, with the number of such records.

        Raises:
            sqlite3.Error: it is damaged.
        """
        found = self._connection.execute(_FIND, (mark_of(name),))
        return {Place(*divmod(number, _PART)): records for number, records in found}

    def close(self) -> None:
        """Close it."""
        self._connection.close()
