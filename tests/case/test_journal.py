"""The journal: a chain of entries in which every later change shows."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import pytest

from gdkit.case.journal import FIRST, append_entry, broken_entry, entry_hash, read_entries
from gdkit.errors import CaseError, CaseWriteError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Give a journal of four entries."""
    path = tmp_path / "journal.jsonl"
    for number in range(4):
        append_entry(path, actor="ann", act="note", detail={"number": number})
    return path


def _write(path: Path, entries: list[dict[str, object]]) -> list[dict[str, object]]:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return read_entries(path)


def test_chain(journal: Path) -> None:
    """Entries are numbered from 1, each names the hash of the one before, and the chain is whole."""
    entries = read_entries(journal)
    assert [entry["seq"] for entry in entries] == [1, 2, 3, 4]
    assert [entry["previous"] for entry in entries] == [FIRST, *(entry["hash"] for entry in entries[:-1])]
    assert all(entry["hash"] == entry_hash(entry) and entry["at"].endswith("Z") for entry in entries)
    assert broken_entry(entries) is None


def test_no_journal(tmp_path: Path) -> None:
    """A journal that was not begun has no entries, and its chain is whole."""
    assert read_entries(tmp_path / "journal.jsonl") == []
    assert broken_entry([]) is None


@pytest.mark.parametrize("field", ["at", "actor", "act", "detail", "seq", "hash", "previous"])
def test_edit(journal: Path, field: str) -> None:
    """A change to any field of an entry breaks the chain at that entry."""
    entries = read_entries(journal)
    entries[1][field] = "changed"
    assert broken_entry(_write(journal, entries)) == 2


def test_edit_with_new_hash(journal: Path) -> None:
    """A change that is covered up by a new hash breaks the chain at the entry after it."""
    entries = read_entries(journal)
    entries[1]["actor"] = "eve"
    entries[1]["hash"] = entry_hash(entries[1])
    assert broken_entry(_write(journal, entries)) == 3


@pytest.mark.parametrize(("kept", "broken"), [((1, 2, 3), 1), ((0, 2, 3), 2), ((0, 1, 3), 3)])
def test_removal(journal: Path, kept: tuple[int, ...], broken: int) -> None:
    """An entry that was taken out breaks the chain where it stood."""
    entries = read_entries(journal)
    assert broken_entry(_write(journal, [entries[number] for number in kept])) == broken


def test_reorder(journal: Path) -> None:
    """Entries that changed places break the chain at the first of them."""
    first, second, third, fourth = read_entries(journal)
    assert broken_entry(_write(journal, [first, third, second, fourth])) == 2


def test_append_after_tampering(journal: Path) -> None:
    """A new entry does not heal a broken chain."""
    entries = read_entries(journal)
    entries[1]["actor"] = "eve"
    _write(journal, entries)
    append_entry(journal, actor="ann", act="note", detail={})
    assert broken_entry(read_entries(journal)) == 2


@pytest.mark.parametrize("line", [b'{"seq": 3', b"[]", b"7", b'{"seq": 3}', b"\xff\xfe", b""])
def test_damaged_line(journal: Path, line: bytes) -> None:
    """A line that is no entry is named by its number, when reading and when appending."""
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([*lines[:2], line, *lines[3:]]))
    with pytest.raises(CaseError, match=r"journal\.jsonl: line 3 is damaged"):
        read_entries(journal)
    before = journal.read_bytes()
    with pytest.raises(CaseError, match="line 3 is damaged"):
        append_entry(journal, actor="ann", act="note", detail={})
    assert journal.read_bytes() == before


@pytest.mark.parametrize("text", ["two\nlines", "a\u2028b", "a\u2029b", "a\x85b", "a\x0bb", "\ud800", "\x1b[2J"])
def test_strange_text(tmp_path: Path, text: str) -> None:
    """A text with line separators, control characters or half a surrogate pair stays one entry, unchanged."""
    path = tmp_path / "journal.jsonl"
    append_entry(path, actor="ann", act="note", detail={"text": text})
    append_entry(path, actor="ann", act="note", detail={})
    entries = read_entries(path)
    assert (len(entries), entries[0]["detail"]["text"]) == (2, text)
    assert broken_entry(entries) is None


def test_refused_write(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that cannot be put on the disk is an error in plain words."""

    def refuse(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "injected")

    monkeypatch.setattr("gdkit.case.journal.os.fsync", refuse)
    with pytest.raises(CaseWriteError, match=r"journal\.jsonl: the disk is full"):
        append_entry(journal, actor="ann", act="note", detail={})
