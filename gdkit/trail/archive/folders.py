"""The folders of runs: an unfinished one has a name that says so, lest a finished one is ever taken for a leftover."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from gdkit.trail.archive.values import Run

FINISHED, UNFINISHED = "run-", "new-"
"""What the name of a run's folder begins with."""


def new_name() -> str:
    """Give a name for a run that is about to be written."""
    return f"{UNFINISHED}{uuid4().hex[:16]}"


def finished_name(name: str) -> str:
    """Give the name that a run has once it is finished."""
    return FINISHED + name.removeprefix(UNFINISHED)


def finished_in(folder: Path) -> set[str]:
    """Give the names of the finished runs that lie in the folder of all runs."""
    return _beginning(folder, FINISHED)


def unfinished_in(folder: Path) -> set[str]:
    """Give the names of those that are being written, or were when their build was killed."""
    return _beginning(folder, UNFINISHED)


@contextmanager
def finished(folder: Path, runs: Sequence[Run], named: Callable[[], Collection[str]]) -> Iterator[list[Run]]:
    """Give new runs the names of finished ones, on the disk before the manifest names them.

    Where an error keeps the manifest from naming them, they get their old names back, and the next build removes them.

    Args:
        folder: of all runs.
        runs: those that were written.
        named: gives the names of the runs that the manifest names.

    Raises:
        OSError: they cannot be renamed.
    """
    lasting = [run._replace(name=finished_name(run.name)) for run in runs]
    pairs = [(folder / old.name, folder / new.name) for old, new in zip(runs, lasting, strict=True)]
    try:
        for old, new in pairs:
            old.rename(new)
        if pairs:
            make_durable(folder)
        yield lasting
    except BaseException:
        kept = named()
        for old, new in pairs:
            if new.name not in kept and new.exists():
                new.rename(old)
        raise


def make_durable(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk.

    Raises:
        OSError: that cannot be done.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _beginning(folder: Path, begin: str) -> set[str]:
    return {path.name for path in folder.glob(f"{begin}*")}
