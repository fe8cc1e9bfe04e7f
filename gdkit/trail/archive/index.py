"""The index of a run: which blocks hold records that an identifier names, and how many."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from gdkit.trail.archive.names import mark_of
from gdkit.trail.archive.values import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FILE = "names.sqlite"
_HELD_BACK = 40_000
"""Entries that are sorted before they are written: one after the other in a file they are written faster."""
_PART = 1 << 16
"""More than there are blocks in a part."""
_TABLE = "CREATE TABLE name(mark INTEGER, block INTEGER, records INTEGER, PRIMARY KEY(mark, block)) WITHOUT ROWID"
_ADD = "INSERT INTO name VALUES(?, ?, ?)"
_ALL = "SELECT mark, block, records FROM name ORDER BY mark, block"
_FIND = "SELECT mark, block, records FROM name WHERE mark BETWEEN ? AND ? ORDER BY mark, block"

_STRETCH = 128
"""Entries that have one checksum, about: so many are read for each answer."""
_STRETCHES = "CREATE TABLE stretch(number INTEGER PRIMARY KEY, crc32 INTEGER)"
_ADD_STRETCH = "INSERT INTO stretch VALUES(?, ?)"
_FIND_STRETCH = "SELECT crc32 FROM stretch WHERE number = ?"
"""An entry that damage took away looks like one that never was: SQLite notices damage only where it meets it.

So the entries of all marks that begin with the same bits have a checksum, those without an entry, too. By how many bits
fewer than a mark that is, is in ``PRAGMA user_version``.
"""
_BITS = 64


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
        self._written = 0
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
        """Write what is left, and the checksums.

        Raises:
            sqlite3.Error: it cannot be written.
        """
        try:
            self._write()
            self._write_checksums()
        finally:
            self._connection.close()

    def _write(self) -> None:
        self._entries.sort()
        self._connection.execute("BEGIN")
        self._connection.executemany(_ADD, self._entries)
        self._connection.execute("COMMIT")
        self._written += len(self._entries)
        self._entries = []

    def _write_checksums(self) -> None:
        fewer = min(_BITS - 1, _BITS - (self._written // _STRETCH).bit_length())  # about as many as that makes
        self._connection.execute(f"PRAGMA user_version = {fewer}")
        self._connection.execute(_STRETCHES)
        half = 1 << (_BITS - 1 - fewer)
        sums = dict.fromkeys(range(-half, half), _crc32([]))
        for stretch, entries in groupby(self._connection.execute(_ALL), lambda entry: entry[0] >> fewer):
            sums[stretch] = _crc32(list(entries))
        self._connection.execute("BEGIN")
        self._connection.executemany(_ADD_STRETCH, sums.items())
        self._connection.execute("COMMIT")


class Index:
    """The index of a run, open for reading.

    Args:
        folder: of the run.
        size_bytes: how large it was when it was made.

    Raises:
        OSError: it is not there.
        sqlite3.Error: it cannot be read, or has another size.
    """

    def __init__(self, folder: Path, size_bytes: int) -> None:
        path = folder / FILE
        if (now := path.stat().st_size) != size_bytes:
            raise sqlite3.DatabaseError(f"its index has {now:,} bytes, and was made with {size_bytes:,}")
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"  # nobody writes it any more
        self._connection = sqlite3.connect(uri, uri=True)
        (self._fewer,) = self._connection.execute("PRAGMA user_version").fetchone()
        self._stretches: dict[int, dict[int, dict[Place, int]]] = {}

    def places(self, name: str) -> dict[Place, int]:
        """Give the blocks that hold records which an identifier names, with the number of such records.

        Raises:
            sqlite3.Error: it is damaged.
        """
        mark = mark_of(name)
        stretch = mark >> self._fewer
        if stretch not in self._stretches:
            self._stretches[stretch] = self._read(stretch)
        return self._stretches[stretch].get(mark, {})

    def _read(self, stretch: int) -> dict[int, dict[Place, int]]:
        """Read the entries of all marks that begin alike.

        Raises:
            sqlite3.Error: they are not those that were written.
        """
        ends = stretch << self._fewer, ((stretch + 1) << self._fewer) - 1
        entries = self._connection.execute(_FIND, ends).fetchall()
        if self._connection.execute(_FIND_STRETCH, (stretch,)).fetchone() != (_crc32(entries),):
            raise sqlite3.DatabaseError("entries of its index are not those that were written")
        found: dict[int, dict[Place, int]] = {}
        for mark, number, records in entries:
            found.setdefault(mark, {})[Place(*divmod(number, _PART))] = records
        return found

    def close(self) -> None:
        """Close it."""
        self._connection.close()


def _crc32(entries: Sequence[tuple[int, int, int]]) -> int:
    """Give a checksum of entries.

    Raises:
        sqlite3.Error: damage made something else of them.
    """
    numbers = [number for entry in entries for number in entry]
    try:
        return zlib.crc32(struct.pack(f"<{len(numbers)}q", *numbers))
    except struct.error as error:
        raise sqlite3.DatabaseError("entries of its index are no numbers") from error
