"""A trail that is read once for several cases: what is kept is what was read, and good for the same files alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from gdkit.sample import write_sample
from gdkit.trail import kept, load_trail
from gdkit.trail.kept import VARIABLE, load_kept, reading_once
from tests.hostile.samples import hostile_sample


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Write logs full of a thief's attacks, with a damaged file and one that is no log beside them."""
    trail = hostile_sample(tmp_path / "sample").trail
    (trail / "damaged.json").write_text('{"Records": [{"eventVersion": "1.1')
    (trail / "picture.png").write_bytes(b"\x89PNG")
    return trail


def _unreadable(*_: object, **__: object) -> None:
    raise AssertionError("the files were read again")


def test_kept_as_it_was_read(logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events, raw records and the ledger are the same, value for value, and no file is read again."""
    read = load_trail([str(logs)])
    assert read.coverage.unread
    assert read.coverage.passed_over
    with reading_once([str(logs)], tmp_path) as first:
        monkeypatch.setattr(kept, "load_trail", _unreadable)
        again = load_kept([str(logs)])
    assert_frame_equal(again.events, read.events)
    assert list(again.records) == list(read.records) == list(first.records)
    assert again.coverage == read.coverage


def test_gone_with_the_block(logs: Path, tmp_path: Path) -> None:
    """Nothing is left when the block has ended, and the files are read again."""
    with reading_once([str(logs)], tmp_path):
        folder = Path(os.environ[VARIABLE])
        assert (folder.parent, folder.stat().st_mode & 0o777) == (tmp_path, 0o700)
    assert VARIABLE not in os.environ
    assert not folder.exists()
    assert len(load_kept([str(logs)]).events) == len(load_trail([str(logs)]).events)


def test_other_files_are_read(logs: Path, tmp_path: Path) -> None:
    """What is kept is not taken for other sources, nor for a file that has changed since."""
    other = write_sample(tmp_path / "other").trail
    with reading_once([str(logs)], tmp_path):
        assert len(load_kept([str(other)]).events) == len(load_trail([str(other)]).events)
        (logs / "more.json").write_text("{}")
        assert load_kept([str(logs)]).coverage.searched[0].files == load_trail([str(logs)]).coverage.searched[0].files
