"""What passes between the process that makes an archive and those that do the work for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from gdkit.trail.ledger_places import PlaceKey, PlaceTally

OddKind = Literal["problem", "digest", "prose", "lookup", "cells", "bytes"]


class Place(NamedTuple):
    """A block of a run: the number of its part, and its own number in that."""

    part: int
    block: int


class Part(NamedTuple):
    """A part as it was written.

    Attributes:
        name: of the file in its run's folder.
        rows: records in it.
        sha256: of the whole file, in hexadecimal digits.
    """

    name: str
    rows: int
    size_bytes: int
    sha256: str


class Run(NamedTuple):
    """A run as it was written.

    Attributes:
        name: of its folder.
        rows: records in it.
        parts: its parts, in order.
        index_bytes: size of its index.
        index_sha256: of its index, in hexadecimal digits.
    """

    name: str
    rows: int
    parts: tuple[Part, ...]
    index_bytes: int
    index_sha256: str

    @property
    def size_bytes(self) -> int:
        """What it takes on disk."""
        return self.index_bytes + sum(part.size_bytes for part in self.parts)


class ToRead(NamedTuple):
    """A log file that is to be read.

    Attributes:
        number: of this reading of it in the manifest.
        path: as text, which takes a third of the memory: there can be very many of these.
        mtime_ns: when it was changed, by the file system.
        named: given by its own name; see ``sources.LogFile``.
        before: SHA-256 of what it held when it was read before; empty where it was not.
    """

    number: int
    path: str
    size_bytes: int
    mtime_ns: int
    named: bool
    before: str = ""


class Odd(NamedTuple):
    """Something in a file that is no record, for the ledger.

    Attributes:
        text: why it could not be read; empty for all but problems.
        times: how many such things this one stands for.
    """

    kind: OddKind
    line: int | None
    text: str = ""
    times: int = 1


class FileRead(NamedTuple):
    """A file that was read.

    Attributes:
        sha256: of its bytes; empty where it could not be opened.
        readable: whether it counts as read.
        odd: what in it is no record.
        same: it holds the same bytes as before, so that nothing of it was taken in.
    """

    file: ToRead
    sha256: str
    records: int = 0
    readable: bool = True
    odd: tuple[Odd, ...] = ()
    same: bool = False


@dataclass(slots=True)
class Batch:
    """What files became.

    Attributes:
        files: those that were read.
        runs: their records.
        places: accounts, regions and kinds of event in them.
    """

    files: list[FileRead] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    places: dict[PlaceKey, PlaceTally] = field(default_factory=dict)
