"""Files of what was fetched: each is written whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gdkit.errors import CaseWriteError

LEFTOVER = ".fetch-"
"""How half-written files begin, which a killed run leaves behind."""


def write_whole(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a file, for its owner alone, so that it is there whole or not at all.

    Args:
        path: where; folders on the way are made.
        content: of the file.
        durable: whether it must outlast a loss of power, too, which takes milliseconds.

    Raises:
        CaseWriteError: it cannot be written.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=LEFTOVER, dir=path.parent)  # owner only, mode 0600
        temporary = Path(name)
        with os.fdopen(handle, "wb") as written:
            written.write(content)
            written.flush()
            if durable:
                os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise CaseWriteError(
            f"it cannot be written ({error.strerror or type(error).__name__})",
            where=str(path),
            action="make room or choose another folder, and run it again; what was fetched is kept",
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove half-written files that a killed run left behind."""
    for path in folder.rglob(f"{LEFTOVER}*"):
        path.unlink(missing_ok=True)
