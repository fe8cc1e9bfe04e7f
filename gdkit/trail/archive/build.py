"""An archive made, or brought up to date: new and changed log files are read, and runs of like size put together."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable  # noqa: TC003 - of a NamedTuple
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from gdkit.errors import ArchiveError
from gdkit.trail.archive.faults import not_written
from gdkit.trail.archive.folders import new_name
from gdkit.trail.archive.jobs import put_together, take_in
from gdkit.trail.archive.listing import list_logs, to_read, to_watch
from gdkit.trail.archive.manifest import RUNS, refuse_without_manifest
from gdkit.trail.archive.opening import open_keeper
from gdkit.trail.archive.processes import Pool, processes
from gdkit.trail.folders import is_gone
from gdkit.trail.load import Progress
from gdkit.trail.named import absolute
from gdkit.trail.sources import is_archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from gdkit.trail.archive.keeping import Held, Keeper
    from gdkit.trail.archive.listing import Listing
    from gdkit.trail.archive.values import Batch, Run, ToRead

BATCH_BYTES = 8 << 20
"""Estimated text of the files that one process reads before what it found is kept."""
_UNPACKED = 6
"""How many times longer a log file is unpacked, about."""
_FILES_A_BATCH = 2_000
MOST_MERGED, FEWEST_MERGED = 24, 8
"""Runs that are put together at once: a block of each is in memory, and fewer are not worth writing them again."""
_SMALL_BYTES = 8 << 20
"""So little to read takes less time than to start processes for it."""
_SECONDS_BETWEEN_REPORTS = 0.5


@dataclass(frozen=True, slots=True)
class Built:
    """What became of an archive.

    Attributes:
        new: log files that were taken in, those among them that could not be read.
        changed: log files that differed from what was held, so that they were taken in again.
        same: those that were read again and hold the same bytes.
        gone: paths of log files that are held, and are not on disk any more.
        left: log files that were not come to, because it was stopped.
        unnamed: finished runs that the manifest does not name; see ``manifest.unnamed_runs``.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    gone: tuple[str, ...] = ()
    left: int = 0
    unnamed: tuple[str, ...] = ()


def build_archive(
    folder: Path,
    sources: Sequence[str] = (),
    *,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> Built:
    """Make an archive of log files, or bring one up to date.

    Args:
        folder: of the archive; it is made where there is none.
        sources: folders, files or globs of log files; those that it was made of before are looked at, too.
        workers: processes that read files; one for each core if None.
        on_progress: called now and then.
        is_stopped: asked now and then; what was taken in until then is kept.

    Raises:
        UsageError: a source is none of log files on disk.
        TrailError: a source that is named is not there, or holds no log file; of remembered ones that is told.
        ArchiveError: there is no source, the archive cannot be written, somebody else is writing it, or
            its manifest was lost.
    """
    sources = [absolute(source) for source in sources]
    refuse_without_manifest(folder)
    listing = None if is_archive(folder) else _first_listing(folder, sources)
    with open_keeper(folder) as keeper:
        known = keeper.sources()
        if known or listing is None:
            listing = list_logs(sources, known) if known else _first_listing(folder, sources)
        held = keeper.held()
        files = to_read(listing, held, keeper.next_number())
        keeper.begin(sources, listing, len(files))
        gone = tuple(sorted(path for path in held if path not in listing.files and is_gone(path)))
        before = {file.number: held[file.path] for file in files if file.path in held}
        folders, unwatched = to_watch(listing, keeper.watched(), [path for path in gone if held[path].settled])
        del listing, held  # of very many files they are long
        small = sum(map(_text_bytes, files)) < _SMALL_BYTES
        with processes(1 if small else workers) as pool:
            build = _Build(keeper, pool, files, before)
            build.run(on_progress, is_stopped or (lambda: False))
        if not build.left:
            keeper.finish(folders, unwatched)
        unnamed = tuple(keeper.unnamed())
    return Built(build.new, build.changed, build.same, gone, build.left, unnamed)


def _first_listing(folder: Path, sources: Sequence[str]) -> Listing:
    """List the log files of a new archive, before anything of that is made."""
    if not sources:
        raise ArchiveError("no log files were named to make it of", where=str(folder),
                           action=f"name them: gdkit archive {folder} --trail LOGS")  # fmt: skip
    return list_logs(sources, ())


class _Job(NamedTuple):
    """Work for another process, and what is done here with what it gives."""

    call: tuple[Any, ...]
    then: Callable[[Any], None]


class _Build:
    """A build under way."""

    def __init__(self, keeper: Keeper, pool: Pool, files: Sequence[ToRead], before: dict[int, Held]) -> None:
        self.new = self.changed = self.same = 0
        self.left = len(files)
        self._keeper, self._pool, self._before = keeper, pool, before
        self._folder = keeper.folder / RUNS
        self._idle = keeper.runs()
        self._batches = iter(_batches(files))
        self._reading = 0
        self._all = Progress(0, len(files), 0, sum(file.size_bytes for file in files), 0)
        self._done = [0, 0]
        self._records = 0
        self._begun_s = time.monotonic()

    def run(self, on_progress: Callable[[Progress], None] | None, is_stopped: Callable[[], bool]) -> None:
        """Read all files, and put runs together that pile up, until nothing is left to do or it is stopped.

        Raises:
            ArchiveError: something cannot be written; everything that was read before is kept.
        """
        waiting: dict[Future[Any], Callable[[Any], None]] = {}
        failed: Exception | None = None
        told = False
        while True:
            while len(waiting) <= self._pool.size and not failed and not is_stopped() and (job := self._next()):
                waiting[self._pool.submit(*job.call)] = job.then
            if not waiting:
                break
            for future in wait(waiting, _SECONDS_BETWEEN_REPORTS, FIRST_COMPLETED).done:
                try:
                    waiting.pop(future)(future.result())
                except (OSError, BrokenProcessPool) as error:
                    failed = failed or error
            if on_progress and (self.left or not told):
                told = not self.left
                on_progress(self._progress())
        if failed:
            raise not_written(self._keeper.folder, failed) from failed

    def _next(self) -> _Job | None:
        """Give the next piece of work: runs to put together where many are idle, else files to read."""
        if len(self._idle) >= 2 * MOST_MERGED and (group := mergeable(self._idle)):
            return self._merge(group)
        batch = next(self._batches, None)
        if batch is not None:
            self._reading += 1
            return _Job((take_in, self._folder, new_name(), batch), self._take_in)
        group = mergeable(self._idle) if not self._reading else []
        return self._merge(group) if group else None

    def _take_in(self, batch: Batch) -> None:
        self._idle += self._keeper.add(batch, self._before)
        self._reading -= 1
        self.left -= len(batch.files)
        for read in batch.files:
            self.same += read.same
            self.changed += not read.same and read.file.number in self._before
            self.new += read.file.number not in self._before
            self._records += read.records
            self._done = [self._done[0] + 1, self._done[1] + read.file.size_bytes]

    def _merge(self, group: list[Run]) -> _Job:
        self._idle = [run for run in self._idle if run not in group]
        return _Job((put_together, self._folder, new_name(), group), lambda run: self._replace(group, run))

    def _replace(self, group: list[Run], run: Run) -> None:
        self._idle.append(self._keeper.replace(group, run))

    def _progress(self) -> Progress:
        files, size = self._done
        spent_s = time.monotonic() - self._begun_s
        left_s = spent_s * (self._all.bytes - size) / size if size else None
        return Progress(files, self._all.files, size, self._all.bytes, self._records, left_s)


def mergeable(runs: Sequence[Run]) -> list[Run]:
    """Give runs that are to be put together: those of one size where there are many, with all that are smaller.

    A size ends at eight times where it begins. So a record is written again once for each eightfold growth of the
    archive, and few runs are to be asked.

    Args:
        runs: in the order in which they were written, which is mostly that of their records.
    """
    sizes = {run.name: max(run.rows, 1).bit_length() // 3 for run in runs}
    counts = Counter(sizes.values())
    size = min((size for size, count in counts.items() if count >= FEWEST_MERGED), default=0)
    return [run for run in runs if sizes[run.name] <= size][:MOST_MERGED] if counts[size] >= FEWEST_MERGED else []


def _batches(files: Sequence[ToRead]) -> Iterator[list[ToRead]]:
    """Cut the files into what is read at once."""
    batch: list[ToRead] = []
    size = 0
    for file in files:
        batch.append(file)
        size += _text_bytes(file)
        if size >= BATCH_BYTES or len(batch) == _FILES_A_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _text_bytes(file: ToRead) -> int:
    return file.size_bytes * (_UNPACKED if file.path.endswith(".gz") else 1)
