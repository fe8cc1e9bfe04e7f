"""Work for other processes. Arrow is loaded by those alone: the one that gives the work stays small."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gdkit.trail.archive.values import Batch, Run, ToRead


def take_in(folder: Path, name: str, files: Sequence[ToRead]) -> Batch:
    """Read log files and write their records as runs; see ``intake.take_in``."""
    from gdkit.trail.archive import intake  # noqa: PLC0415

    with _memory_given_back():
        return intake.take_in(folder, name, files)


def put_together(folder: Path, name: str, runs: Sequence[Run]) -> Run:
    """Write the records of several runs as one; see ``runs.merge_runs``."""
    from gdkit.trail.archive.runs import merge_runs  # noqa: PLC0415

    with _memory_given_back():
        return merge_runs(folder / name, [(folder / run.name, run) for run in runs])


@contextmanager
def _memory_given_back() -> Iterator[None]:
    """Give memory back to the system after each piece of work, lest it grow with the number of them."""
    import pyarrow as pa  # noqa: PLC0415

    try:
        yield
    finally:
        pa.default_memory_pool().release_unused()
