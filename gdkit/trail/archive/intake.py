"""Log files taken into an archive: each is read once by the reader of every load, and its records become runs."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.trail.archive.names import AT
from gdkit.trail.archive.parts import measured, values_of
from gdkit.trail.archive.runs import write_run
from gdkit.trail.archive.values import Batch, FileRead, Odd, OddKind, ToRead
from gdkit.trail.decode import FileText, NotTextError
from gdkit.trail.items import Digest, Found, Item, Note, Problem
from gdkit.trail.ledger import MOST_PLACES, is_data_event
from gdkit.trail.ledger_places import PlaceTally
from gdkit.trail.load import ProseError, collector_paused, read_items
from gdkit.trail.record import head_of
from gdkit.trail.sources import log_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

RUN_BYTES = 12 << 20
"""Text of the records that become one run: what is in memory at once, with all that is made of it."""
_LARGEST_BYTES = 8 << 20
"""Files above it are read from disk piece by piece."""


def take_in(folder: Path, name: str, files: Sequence[ToRead]) -> Batch:
    """Read files and write their records as runs.

    Args:
        folder: of all runs.
        name: what the names of the new runs begin with.
        files: the files.

    Raises:
        OSError: a run cannot be written; none is left of these files.
    """
    intake = _Intake(folder, name)
    try:
        with collector_paused():
            for file in files:
                intake.read(file)
            intake.flush()
    except BaseException:
        for run in intake.batch.runs:
            shutil.rmtree(folder / run.name, ignore_errors=True)
        raise
    return intake.batch


class _Intake:
    """Files being read."""

    def __init__(self, folder: Path, name: str) -> None:
        self.batch = Batch()
        self._folder, self._name = folder, name
        self._rows: list[tuple[Any, ...]] = []
        self._text_bytes = 0

    def read(self, file: ToRead) -> None:
        """Read one file; what goes wrong with it is in its row."""
        counted, text = _Counted(), None
        sha256, readable, path = "", False, Path(file.path)
        try:
            content = path.read_bytes() if file.size_bytes <= _LARGEST_BYTES else None
            sha256 = measured(path)[1] if content is None else hashlib.sha256(content).hexdigest()
            if sha256 == file.before:
                self.batch.files.append(FileRead(file, sha256, same=True))
                return
            text = FileText(path, content)
            for item in read_items(text, log_file(file.path, file.size_bytes, named=file.named)):
                self._take(item, file, counted)
            readable = True
        except ProseError:
            counted.odd("prose", None)
        except NotTextError as error:
            counted.odd("problem", None, str(error))
        except OSError as error:
            sha256 = ""
            counted.odd("problem", None, f"cannot be opened or read: {error.strerror or error}")
        counted.items(text.problems if text else ())
        counted.items(text.notes if text and readable else ())
        self.batch.files.append(FileRead(file, sha256, counted.records, readable, tuple(counted.told)))

    def flush(self) -> None:
        """Write what is in hand as a run."""
        if self._rows:
            folder = self._folder / f"{self._name}-{len(self.batch.runs)}"
            self.batch.runs.append(write_run(folder, self._rows))
            self._rows, self._text_bytes = [], 0

    def _take(self, item: Item, file: ToRead, counted: _Counted) -> None:
        if not isinstance(item, Found):
            counted.items([item])
            return
        try:
            head = head_of(item.record, item.raw)
            self._rows.append(values_of(item, head, file.number))
        except RecursionError:
            counted.odd("problem", item.line, "a record nested too deeply")
            return
        counted.records += 1
        self._book(head)
        self._text_bytes += len(item.raw) + len(item.row or "")
        if self._text_bytes >= RUN_BYTES:
            self.flush()

    def _book(self, head: tuple[Any, ...]) -> None:
        key = (head[AT["account_id"]], head[AT["region"]], head[AT["event_category"]])
        place = self.batch.places.get(key)
        if place is None:
            place = self.batch.places[key] = PlaceTally()
        place.add(head[AT["event_at"]], hidden=head[AT["address_kind"]] == "redacted")
        place.data_events |= is_data_event(head[AT["event_category"]], head[AT["event_name"]])


class _Counted:
    """What one file holds; of very many places that could not be read, the first and the last."""

    def __init__(self) -> None:
        self.records = 0
        self.told: list[Odd] = []
        self._problems = 0
        self._at: dict[OddKind, int] = {}

    def items(self, items: Sequence[Item]) -> None:
        """Take in what is no record."""
        for item in items:
            if isinstance(item, Problem):
                self.odd("problem", item.line, item.reason)
            elif isinstance(item, Digest):
                self.odd("digest", item.line)
            elif isinstance(item, Note):
                self.odd(item.kind, item.line)  # type: ignore[arg-type] # those of records are told when they are read

    def odd(self, kind: OddKind, line: int | None, text: str = "") -> None:
        """Take in one thing."""
        self._problems += kind == "problem"
        at = self._at.get(kind)
        if at is None or (kind == "problem" and self._problems <= MOST_PLACES + 1):
            self._at[kind] = len(self.told)
            self.told.append(Odd(kind, line, text))
        elif kind == "problem":
            self.told[at] = Odd(kind, line, text, self.told[at].times + 1)
        else:
            self.told[at] = self.told[at]._replace(times=self.told[at].times + 1)
