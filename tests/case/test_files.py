"""Files of the case folder: whole or not at all, owner only, and plain words when the disk refuses."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gdkit.case.files import new_file, read_json, sha256_of, write_bytes, write_json
from gdkit.case.folder import start_case
from gdkit.errors import CaseError, CaseWriteError
from tests.case.samples import new_case, refuse_writes, sample_subject

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("number", "cause", "action"),
    [
        (errno.ENOSPC, "the disk is full", "free some space"),
        (errno.EDQUOT, "the disk quota is used up", "free some space"),
        (errno.EROFS, "the file system is read-only", "--case DIR"),
        (errno.EACCES, "no permission to write there", "--case DIR"),
        (errno.EPERM, "no permission to write there", "--case DIR"),
        (errno.EIO, "it cannot be written (injected)", "see the path's state"),
    ],
)
def test_refused_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, cause: str, action: str) -> None:
    """A refused write leaves the old file and no temporary one, and the error names path, cause and action."""
    path = tmp_path / "result.json"
    write_bytes(path, b"old")
    refuse_writes(monkeypatch, number)
    with pytest.raises(CaseWriteError) as caught:
        write_bytes(path, b"new")
    assert (path.read_bytes(), [each.name for each in tmp_path.iterdir()]) == (b"old", ["result.json"])
    told = str(caught.value)
    assert str(path) in told
    assert cause in told
    assert action in told
    assert "\n" not in told


def test_refused_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which no temporary file can be made is told by the file that was wanted."""

    def refuse(*_args: object, **_named: object) -> tuple[int, str]:
        raise PermissionError(errno.EACCES, "injected")

    monkeypatch.setattr("gdkit.case.files.tempfile.mkstemp", refuse)
    with pytest.raises(CaseWriteError, match="no permission to write there") as caught:
        write_bytes(tmp_path / "case.json", b"new")
    assert caught.value.where == str(tmp_path / "case.json")


def test_interrupted_block(tmp_path: Path) -> None:
    """A block that ends in any other error leaves the old file and no temporary one."""
    path = tmp_path / "table.parquet"
    write_bytes(path, b"old")
    with pytest.raises(KeyboardInterrupt), new_file(path) as temporary:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt
    assert (path.read_bytes(), len(list(tmp_path.iterdir()))) == (b"old", 1)


def test_owner_only(tmp_path: Path) -> None:
    """Every file of a case, the journal among them, is readable by its owner only, as is the folder."""
    previous = os.umask(0o022)
    try:
        case = new_case(tmp_path / "case")
    finally:
        os.umask(previous)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [case.path, *case.path.iterdir()]}
    assert modes == {"case": 0o700, "case.json": 0o600, "finding.json": 0o600, "journal.jsonl": 0o600}


def test_json_round_trip(tmp_path: Path) -> None:
    """What is written as JSON is read back equal, with line separators and halves of surrogate pairs in its texts."""
    document = {"b": ["é", "a\u2028b", "\ud800", None, 1.5], "a": {}}
    write_json(tmp_path / "x.json", document)
    assert read_json(tmp_path / "x.json") == document
    assert list(read_json(tmp_path / "x.json")) == ["b", "a"]


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b""])
def test_damaged_json(tmp_path: Path, content: bytes) -> None:
    """A file that is no JSON is an error that names it."""
    path = tmp_path / "result.json"
    path.write_bytes(content)
    with pytest.raises(CaseError, match=r"result\.json: it cannot be read as JSON"):
        read_json(path)


def test_missing_json(tmp_path: Path) -> None:
    """A file that is missing is an error that says what makes it."""
    with pytest.raises(CaseError, match=r"the file is missing.*run the notebook"):
        read_json(tmp_path / "result.json")


def test_sha256(tmp_path: Path) -> None:
    """The hash is the SHA-256 of the bytes."""
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256_of(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        mounted = subprocess.run(  # noqa: S603
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)],  # noqa: S607
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if mounted.returncode:
        pytest.skip("mounting a file system is not permitted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607


def test_full_disk(tiny_disk: Path) -> None:
    """On a disk that is really full the old file stays whole and the error says that the disk is full."""
    path = tiny_disk / "result.json"
    write_json(path, {"old": True})
    with pytest.raises(CaseWriteError, match=r"result\.json: the disk is full\. What to do: free some space"):
        write_json(path, {"new": "x" * 200_000})
    assert json.loads(path.read_text()) == {"old": True}
    assert [each.name for each in tiny_disk.iterdir()] == ["result.json"]


def test_full_disk_begin(tiny_disk: Path) -> None:
    """A case that cannot begin on a full disk says so, not a stack trace."""
    (tiny_disk / "ballast").write_bytes(b"x" * 60_000)
    subject = sample_subject(description="y" * 30_000)
    with pytest.raises(CaseWriteError, match="the disk is full"):
        start_case(tiny_disk / "case", subject, trail=[], analyst="ann")


def test_read_only_folder(tmp_path: Path) -> None:
    """A folder without the right to write refuses the case with the path and the way out."""
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere; the injected EACCES stands for it")
    tmp_path.chmod(0o500)
    with pytest.raises(CaseWriteError, match=r"no permission to write there.*--case DIR"):
        new_case(tmp_path / "case")


def test_read_only_file_system(tiny_disk: Path) -> None:
    """A file system mounted read-only refuses the case with the path and the way out."""
    remounted = subprocess.run(  # noqa: S603
        ["mount", "-o", "remount,ro", str(tiny_disk)],  # noqa: S607
        capture_output=True,
        check=False,
    )
    if remounted.returncode:
        pytest.skip("mounting read-only is not permitted here")
    with pytest.raises(CaseWriteError, match=r"the file system is read-only.*--case DIR"):
        new_case(tiny_disk / "case")


def test_unreachable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not even be looked into is a case error, not a stack trace."""

    def refuse(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "injected", str(path))

    subject = sample_subject()
    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(CaseWriteError, match="no permission"):
        start_case(tmp_path / "case", subject, trail=[], analyst="ann")
