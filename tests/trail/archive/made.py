"""Archives made of small trails, and trails compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from gdkit.trail.archive.build import Built, build_archive
from gdkit.trail.archive.manifest import RUNS, open_manifest
from tests.trail.search.test_search import chain, write

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.model import Coverage
    from gdkit.trail import Trail


def made(folder: Path, *logs: Path) -> str:
    """Make an archive of log files, or bring it up to date, and give its name as a source."""
    build_archive(folder, [str(path) for path in logs], workers=1)
    return f"archive:{folder}"


def updated(folder: Path, **changes: Any) -> Built:
    """Bring an archive up to date."""
    return build_archive(folder, workers=1, **changes)


def chained(folder: Path) -> Path:
    """Write a session, a role assumed from it and one assumed from that, in three log files; give their folder."""
    logs = folder / "logs"
    logs.mkdir()
    chain(logs)
    return logs


def runs_in(folder: Path) -> list[str]:
    """Give the names of the runs that lie in an archive, whether or not its manifest names them."""
    return sorted(path.name for path in (folder / RUNS).iterdir())


def runs_of(folder: Path) -> list[str]:
    """Give the names of the runs that an archive's manifest names."""
    with open_manifest(folder) as manifest:
        return sorted(run.name for run in manifest.runs)


def unnamed(coverage: Coverage) -> Coverage:
    """Give a ledger without what names the source."""
    return replace(
        coverage,
        searched=tuple(replace(row, source="", kind="") for row in coverage.searched),
        places=tuple(replace(row, source="", how="") for row in coverage.places),
    )


def assert_same(found: Trail, expected: Trail) -> None:
    """See that two trails hold the same events, with the same text from the same places."""
    assert list(found.records) == list(expected.records)
    pd.testing.assert_frame_equal(found.events, expected.events.astype(found.events.dtypes))


__all__ = ["assert_same", "chained", "made", "runs_in", "runs_of", "unnamed", "updated", "write"]
