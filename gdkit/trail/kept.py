"""A trail that was read once, kept for the cases that are investigated after another from the same logs.

Reading log files is what takes longest. What was read lies in a folder of this run alone, and goes with it.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from gdkit.tables import EVENTS, dtypes, typed
from gdkit.trail.coverage_values import coverage_of, plain
from gdkit.trail.load import Trail, load_trail
from gdkit.trail.sources import find_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gdkit.trail.load import Progress

VARIABLE = "GDKIT_KEPT_TRAIL"
"""Environment variable by which the kernels of a run find what was read."""

_EVENTS_FILE, _COVERAGE_FILE, _RECORD = "events.parquet", "coverage.json", "record"


@contextmanager
def reading_once(sources: Sequence[str], folder: Path, *,
                 on_progress: Callable[[Progress], None] | None = None) -> Iterator[Trail]:  # fmt: skip
    """Read log files once, for this process and those that it starts, as long as the block lasts.

    Args:
        sources: folders, files or globs.
        folder: where what was read lies meanwhile, in a folder of its own.
        on_progress: called now and then while files are read.

    Raises:
        TrailError: as ``load_trail`` does.
        OSError: the folder cannot be written.
    """
    trail = load_trail(sources, on_progress=on_progress)
    with TemporaryDirectory(prefix=".trail-", dir=folder) as name:
        _keep(trail, sources, Path(name))
        before = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = name
        try:
            yield trail
        finally:
            _put_back(before)


def load_kept(sources: Sequence[str], *, on_progress: Callable[[Progress], None] | None = None) -> Trail:
    """Give what was read of these sources in this run; they are read where it is not kept, or has changed since.

    Raises:
        TrailError: as ``load_trail`` does.
    """
    folder = Path(os.environ.get(VARIABLE) or os.devnull)
    if not (folder / _COVERAGE_FILE).is_file():
        return load_trail(sources, on_progress=on_progress)
    kept = json.loads((folder / _COVERAGE_FILE).read_text(encoding="utf-8"))
    if kept["of"] != _mark(sources):
        return load_trail(sources, on_progress=on_progress)
    import pandas as pd  # noqa: PLC0415 - loaded on first use, so that importing gdkit stays light

    frame = pd.read_parquet(folder / _EVENTS_FILE)
    records = frame.pop(_RECORD).map(_text).tolist()
    return Trail(typed(frame, dtypes(EVENTS)), records, coverage_of(kept["coverage"]))


def _keep(trail: Trail, sources: Sequence[str], folder: Path) -> None:
    records = [record.encode("utf-8", "surrogatepass") for record in trail.records]
    trail.events.assign(**{_RECORD: records}).to_parquet(folder / _EVENTS_FILE, compression="zstd")
    document = {"of": _mark(sources), "coverage": plain(trail.coverage)}
    (folder / _COVERAGE_FILE).write_text(json.dumps(document), encoding="utf-8")


def _mark(sources: Sequence[str]) -> str:
    """Give a hash of the sources with their files, sizes and times: what was read is good for these alone."""
    found = [(one.source, one.kind, [_state(file.path) for file in one.files], one.passed_over)
             for one in find_files(sources)]  # fmt: skip
    return hashlib.sha256(json.dumps(found).encode("utf-8", "surrogatepass")).hexdigest()


def _state(path: str) -> tuple[str, int, int]:
    about = os.stat(path)  # noqa: PTH116 - of very many files
    return path, about.st_size, about.st_mtime_ns


def _text(record: bytes) -> str:
    return record.decode("utf-8", "surrogatepass")


def _put_back(before: str | None) -> None:
    if before is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = before
