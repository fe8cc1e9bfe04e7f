"""Evidence: what the conclusions rest on, each file with its SHA-256 and its source in the manifest."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from gdkit.case.files import new_file, read_json, sha256_of, write_bytes, write_json
from gdkit.errors import CaseError
from gdkit.model import utc_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gdkit.case.folder import CaseFolder

LINE_ENDS = {ord("\r"): " ", ord("\n"): " "}
"""In JSON a bare line end is white space between tokens; inside a string it is escaped."""


def save_table(case: CaseFolder, name: str, table: pd.DataFrame, source: str) -> Path:
    """Keep a table as Parquet, with its hash in the manifest.

    Raises:
        CaseWriteError: it cannot be written.
    """
    path = case.evidence / f"{name}.parquet"
    with new_file(path) as temporary:
        table.to_parquet(temporary, engine="pyarrow", compression="zstd", index=False)
    _list_in_manifest(case, (path, source))
    return path


def load_table(case: CaseFolder, name: str) -> pd.DataFrame:
    """Give a table that was kept.

    Raises:
        CaseError: it is missing or damaged.
    """
    path = case.evidence / f"{name}.parquet"
    if not path.exists():
        raise CaseError("the table is missing", where=str(path), action="run the notebook 2_scope on this case first")
    try:
        return pd.read_parquet(path, engine="pyarrow")
    except (OSError, ValueError) as error:
        raise CaseError(f"the table cannot be read ({error})", where=str(path)) from error


def save_records(case: CaseFolder, name: str, records: Sequence[str], source: str) -> Path:
    """Keep raw records, one a line as they stood in the source, with their hash in the manifest.

    A record that spans lines in its source is kept with its line ends turned into spaces: JSON means the same by both.

    Raises:
        CaseWriteError: it cannot be written.
    """
    path = case.evidence / f"{name}.jsonl.gz"
    with (
        new_file(path) as temporary,
        temporary.open("wb") as packed,
        gzip.GzipFile("", "wb", fileobj=packed, mtime=0) as handle,  # neither name nor time: the same bytes every time
    ):
        for record in records:
            handle.write(record.translate(LINE_ENDS).encode("utf-8", "surrogatepass") + b"\n")
    _list_in_manifest(case, (path, source))
    return path


def load_records(case: CaseFolder, name: str) -> list[str]:
    """Give raw records that were kept, one text each; none where none were.

    Raises:
        CaseError: the file is damaged.
    """
    path = case.evidence / f"{name}.jsonl.gz"
    if not path.exists():
        return []
    try:
        return gzip.decompress(path.read_bytes()).decode("utf-8", "surrogatepass").splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise CaseError(f"the records cannot be read ({error})", where=str(path)) from error


def keep_bytes(case: CaseFolder, name: str, content: bytes, source: str) -> Path:
    """Keep a file as it is, with its hash in the manifest.

    Raises:
        CaseWriteError: it cannot be written.
    """
    path = case.evidence / name
    write_bytes(path, content)
    _list_in_manifest(case, (path, source))
    return path


def keep_files(case: CaseFolder, folder: Path, source: str) -> None:
    """List every file below a folder of the evidence in the manifest, as it stands now.

    Raises:
        CaseWriteError: the manifest cannot be written.
    """
    _list_in_manifest(case, *((path, source) for path in sorted(folder.rglob("*")) if path.is_file()))


def manifest(case: CaseFolder) -> list[dict[str, Any]]:
    """Give the manifest's rows: file, sha256, bytes, source, at."""
    path = case.evidence / "manifest.json"
    return list(read_json(path)) if path.exists() else []


def _list_in_manifest(case: CaseFolder, *listed: tuple[Path, str]) -> None:
    at = utc_text(datetime.now(UTC).replace(microsecond=0))
    rows = {row["file"]: row for row in manifest(case)}
    for path, source in listed:
        name = path.relative_to(case.evidence).as_posix()
        rows[name] = {"file": name, "sha256": sha256_of(path), "bytes": path.stat().st_size, "source": source, "at": at}
    write_json(case.evidence / "manifest.json", [rows[name] for name in sorted(rows)])
