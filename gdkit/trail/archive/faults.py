"""What can be wrong with an archive, as the errors that tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.errors import ArchiveError
from gdkit.trail.folders import ARCHIVE_MANIFEST

if TYPE_CHECKING:
    from pathlib import Path


_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
"""Source: SQLite, "Result and Error Codes"."""


def not_written(folder: Path, error: Exception) -> ArchiveError:
    """Give the error that tells why an archive cannot be written."""
    if getattr(error, "sqlite_errorname", "").startswith(_DAMAGED):
        return damaged(folder, error)
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    again = "make room, or mend what is said; then run the same command again: what was taken in is kept"
    action = again if folder.is_dir() else "name a folder that is there, or can be made"
    return ArchiveError(f"it cannot be written ({reason})", where=str(folder), action=action)


def damaged(folder: Path, error: Exception) -> ArchiveError:
    """Give the error that tells of a damaged manifest."""
    return ArchiveError(f"its manifest cannot be read ({error})", where=str(folder / ARCHIVE_MANIFEST),
                        action="if it is damaged, make the archive anew from the log files, in another folder"
                        )  # fmt: skip


def lost(folder: Path, what: str, runs: int) -> ArchiveError:
    """Give the error that tells of records which no manifest names.

    Args:
        folder: of the archive.
        what: is wrong with its manifest.
        runs: so many lie there.
    """
    lying = "1 run of records lies" if runs == 1 else f"{runs:,} runs of records lie"
    return ArchiveError(
        f"{what}; {lying} in runs/, and nothing was removed",
        where=str(folder),
        action="put the manifest back from a copy. If there is none, make an archive of the log files in another "
        "folder, and keep this one: its parts are Parquet, and may hold records of log files that are gone",
    )
