"""Evidence: tables and raw records as they were, each with a hash that fits."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from gdkit import tables
from gdkit.case.evidence import load_table, manifest, save_records, save_table
from gdkit.case.files import write_bytes
from gdkit.errors import CaseError, CaseWriteError
from tests.case.samples import new_case, scoped_case

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder

TABLES = (tables.SESSION_EVENTS, tables.KEYS, tables.HOPS, tables.ADDRESSES, tables.EVIDENCE, tables.FINDINGS)
VALUES = {
    "text": "a\u2028b\x1b",
    "time": datetime(2026, 11, 2, 8, 0, 0, 123456, tzinfo=UTC),
    "integer": 2**53 + 1,
    "number": 8.5,
    "boolean": True,
}


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case without evidence."""
    return new_case(tmp_path / "case")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_table_round_trip(case: CaseFolder, table: tables.Table, rows: int) -> None:
    """A table comes back with the same values, missing ones and dtypes, the empty table too."""
    listed = [{column.name: VALUES[column.kind] for column in table.columns}, {}][:rows]
    frame = tables.frame_of_rows(table, listed)
    save_table(case, table.name, frame, "test")
    back = load_table(case, table.name)
    pd.testing.assert_frame_equal(back, frame)
    assert [str(dtype) for dtype in back.dtypes] == [tables.DTYPES[column.kind] for column in table.columns]


def test_manifest(tmp_path: Path) -> None:
    """The manifest names every evidence file once, with the hash, size and source that it really has."""
    case = scoped_case(tmp_path / "case")
    rows = manifest(case)
    names = [row["file"] for row in rows]
    assert names == sorted(path.name for path in case.evidence.iterdir() if path.name != "manifest.json")
    for row in rows:
        content = (case.evidence / row["file"]).read_bytes()
        assert (row["sha256"], row["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
        assert row["source"]
        assert row["at"].endswith("Z")


def test_manifest_renewed(case: CaseFolder) -> None:
    """A file that is kept again has one row, that of its newest content."""
    save_records(case, "records", ["{}"], "first")
    path = save_records(case, "records", ['{"a":1}'], "second")
    (row,) = manifest(case)
    assert (row["source"], row["sha256"]) == ("second", hashlib.sha256(path.read_bytes()).hexdigest())


def test_no_manifest(case: CaseFolder) -> None:
    """A case without evidence has an empty manifest."""
    assert manifest(case) == []


def test_records(case: CaseFolder) -> None:
    """Raw records are kept one a line and mean the same, those that span lines and hold separators too."""
    records = [
        '{"a":1}',
        '{\r\n  "a": 1,\n  "b": "x"\n}',
        '{"a":"line\u2028separator\u2029and\x85next"}',
        '{"a":"escaped\\nline","b":"\\u0000"}',
        '{"a":"\ud800"}',
    ]
    path = save_records(case, "records", records, "test")
    packed = path.read_bytes()
    lines = gzip.decompress(packed).decode("utf-8", "surrogatepass").removesuffix("\n").split("\n")
    assert [json.loads(line) for line in lines] == [json.loads(record) for record in records]
    assert lines[0] == records[0]
    assert lines[2] == records[2]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_records_reproducible(case: CaseFolder) -> None:
    """The same records give the same bytes, so that hashes can be compared."""
    first = save_records(case, "records", ["{}"], "test").read_bytes()
    second = save_records(case, "records", ["{}"], "test").read_bytes()
    other = save_records(case, "records", [], "test").read_bytes()
    assert first == second
    assert gzip.decompress(other) == b""


def test_sample_records(tmp_path: Path) -> None:
    """The raw records of the sample are the records behind its events, each kept once."""
    case = scoped_case(tmp_path / "case")
    lines = gzip.decompress((case.evidence / "records.jsonl.gz").read_bytes()).decode().removesuffix("\n").split("\n")
    kept = [json.loads(line)["eventID"] for line in lines]
    assert len(kept) == len(set(kept))
    assert set(load_table(case, "session_events")["event_id"]) <= set(kept)


def test_missing_table(case: CaseFolder) -> None:
    """A table that was never made is an error that says what makes it."""
    with pytest.raises(CaseError, match=r"the table is missing.*2_scope"):
        load_table(case, "session_events")


def test_damaged_table(case: CaseFolder) -> None:
    """A table that is no Parquet is an error that names the file."""
    write_bytes(case.evidence / "keys.parquet", b"PAR1 not really")
    with pytest.raises(CaseError, match=r"keys\.parquet: the table cannot be read"):
        load_table(case, "keys")


def test_table_on_full_disk(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that does not fit on the disk leaves no half file and no row in the manifest."""

    def refuse(*_args: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "injected")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", refuse)
    with pytest.raises(CaseWriteError, match=r"keys\.parquet: the disk is full"):
        save_table(case, "keys", tables.frame(tables.KEYS, {}), "test")
    assert list(case.evidence.iterdir()) == []
