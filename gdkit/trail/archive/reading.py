"""Records read out of an archive: those that identifiers name, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from gdkit.trail import csvform
from gdkit.trail.archive.index import Index
from gdkit.trail.archive.parts import part_name, read_blocks
from gdkit.trail.archive.runs import DAMAGE
from gdkit.trail.items import Found
from gdkit.trail.search.look import Candidate, candidate_of
from gdkit.trail.window import parse_json
from gdkit.trail.wrappers import LOOKUP_ROW, lookup_row

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from gdkit.trail.archive.manifest import Manifest
    from gdkit.trail.archive.values import Place, Run

_FIELDS = ("file", "line", "form", "row", "record")
_COLUMNS = ("principal_id", "names", *_FIELDS)


class Held(NamedTuple):
    """A record of an archive, and the number of the log file that it was in."""

    file: int
    record: Candidate


class Reader:
    """Reads an archive.

    Args:
        manifest: of the archive.
        is_stopped: asked before each part is read.

    Attributes:
        damage: what could not be read of the archive: files of its own, and why.
        too_deep: records that are nested too deeply to be read: number of the log file, and line.
        stopped: whether it was stopped before all was read.
    """

    def __init__(self, manifest: Manifest, is_stopped: Callable[[], bool]) -> None:
        self.damage: dict[Path, str] = {}
        self.too_deep: set[tuple[int, int]] = set()
        self.stopped = False
        self._manifest = manifest
        self._is_stopped = is_stopped
        self._indexes: dict[Path, Index] = {}
        self._found: set[tuple[Path, int, int]] = set()

    def find(self, names: Collection[str], *, of: Collection[str] = (), most: int | None = None) -> list[Held]:
        """Give the records that any of these identifiers names, but for those that were given before.

        Args:
            names: identifiers.
            of: unique ids of roles, where only calls of their sessions are wanted.
            most: so many are enough.
        """
        found: list[Held] = []
        for place, held in self._named(names, of):
            if most is not None and len(found) >= most:
                break
            if place not in self._found:
                self._found.add(place)
                found.append(held)
        return found

    def close(self) -> None:
        """Close what is open."""
        for index in self._indexes.values():
            index.close()

    def count(self, name: str) -> int:
        """Give how many records an identifier names, without reading them."""
        return sum(records for run in self._manifest.runs for records in self._blocks(run, [name]).values())

    def every(self) -> Iterator[Held]:
        """Give every record."""
        for run in self._manifest.runs:
            for part in run.parts:
                for _, held in self._read(self._manifest.runs_folder / run.name / part.name, None, ()):
                    yield held

    def _named(self, names: Collection[str], of: Collection[str]) -> Iterator[tuple[tuple[Path, int, int], Held]]:
        for run in self._manifest.runs:
            for path, blocks in self._parts(run, names).items():
                self.stopped = self.stopped or self._is_stopped()
                if self.stopped:
                    return
                yield from self._read(path, blocks, names, of)

    def _parts(self, run: Run, names: Collection[str]) -> dict[Path, list[int]]:
        """Give the blocks that hold records which identifiers name, by part."""
        parts: dict[Path, list[int]] = {}
        for place in sorted(self._blocks(run, names)):
            path = self._manifest.runs_folder / run.name / part_name(place.part)
            parts.setdefault(path, []).append(place.block)
        return parts

    def _blocks(self, run: Run, names: Iterable[str]) -> dict[Place, int]:
        """Give the blocks of a run that hold records which identifiers name, with the number of such records."""
        folder = self._manifest.runs_folder / run.name
        blocks: dict[Place, int] = {}
        try:
            if folder not in self._indexes:
                self._indexes[folder] = Index(folder, run.index_bytes)
            for name in names:
                for place, records in self._indexes[folder].places(name).items():
                    blocks[place] = blocks.get(place, 0) + records
        except (OSError, *DAMAGE) as error:
            self.damage[folder] = str(error)
        return blocks

    def _read(
        self, path: Path, blocks: list[int] | None, names: Collection[str], of: Collection[str] = ()
    ) -> Iterator[tuple[tuple[Path, int, int], Held]]:
        """Give records of blocks of a part with their places; all of them where no names are given."""
        try:
            for number, block in enumerate(read_blocks(path, blocks, _COLUMNS)):
                rows = _rows_with(block, names, of) if names else range(block.num_rows)
                columns = [block[name].take(pa.array(rows)).to_pylist() for name in _FIELDS]
                for row, file, line, form, whole, raw in zip(rows, *columns, strict=True):
                    try:
                        held = Held(file, candidate_of(line, found_again(raw, whole, line, form)))
                    except RecursionError:
                        self.too_deep.add((file, line))
                        continue
                    yield (path, blocks[number] if blocks else number, row), held
        except (OSError, *DAMAGE) as error:
            self.damage[path] = str(error)


def found_again(raw: str, row: str | None, line: int, form: str) -> Found:
    """Give a record as the reader of its log file gave it.

    Args:
        raw: its exact text.
        row: the row that it was taken from, where that says more.
        line: where it began.
        form: the form that it came in.

    Raises:
        RecursionError: it is nested too deeply.
    """
    if row is None:
        return Found(raw, parse_json(raw)[0], line, form)
    if form != LOOKUP_ROW:
        return csvform.found_again(row, line)
    taken = lookup_row(parse_json(row)[0], row, line)
    return Found(raw, taken.record if taken else {}, line, form, row)


def _rows_with(block: pa.Table, names: Collection[str], of: Collection[str]) -> list[int]:
    """Give the rows of a block that any of these identifiers names, and that are calls of any of these roles."""
    column = block["names"].combine_chunks()
    wanted = pc.is_in(pc.list_flatten(column), value_set=pa.array(list(names), pa.string()))
    rows = sorted(set(pc.filter(pc.list_parent_indices(column), wanted).to_pylist()))
    if not of:
        return rows
    callers = block["principal_id"].take(pa.array(rows, pa.int64())).to_pylist()
    return [row for row, caller in zip(rows, callers, strict=True) if (caller or "").partition(":")[0] in of]
