"""Files of the case folder: written whole or not at all, readable by their owner only."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit.errors import CaseError, CaseWriteError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CAUSES = {
    errno.ENOSPC: ("the disk is full", "free some space and run the same command again; what was gathered is kept"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run the same command again"),
    errno.EROFS: ("the file system is read-only", "choose a case folder that can be written: --case DIR"),
    errno.EACCES: ("no permission to write there", "choose a case folder that you can write: --case DIR"),
    errno.EPERM: ("no permission to write there", "choose a case folder that you can write: --case DIR"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "choose another case folder: --case DIR"),
}


def write_error(path: Path, error: OSError) -> CaseWriteError:
    """Give the error that tells in plain words why a file of the case could not be written."""
    problem, action = _CAUSES.get(
        error.errno or 0, (f"it cannot be written ({error.strerror or type(error).__name__})", "see the path's state")
    )
    return CaseWriteError(problem, where=str(path), action=action)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside the file; when the block ends well, it takes the file's place in one step.

    Raises:
        CaseWriteError: the file cannot be written; an older version of it is untouched.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # owner only, mode 0600
        os.close(handle)
        temporary = Path(name)
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole.

    Raises:
        CaseWriteError: it cannot be written.
    """
    with new_file(path) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, document: Any) -> None:
    """Write a JSON document, keys in their given order, one line a field.

    Half of a surrogate pair, which a hostile log can hold, is written as its JSON escape.

    Raises:
        CaseWriteError: it cannot be written.
    """
    write_bytes(path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))


def read_json(path: Path) -> Any:
    """Read a JSON document of the case.

    Raises:
        CaseError: the file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CaseError(
            "the file is missing", where=str(path), action="run the notebook that makes it first"
        ) from error
    except (OSError, ValueError) as error:
        raise CaseError(f"it cannot be read as JSON ({error})", where=str(path)) from error


def sha256_of(path: Path) -> str:
    """Give the hex SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
