"""Files that were cut off, or are nested beyond measure: what a search tells of them is what a load tells."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import TrailError
from gdkit.trail import load_trail
from gdkit.trail.search import session_events
from tests.trail import samples
from tests.trail.search import calls

if TYPE_CHECKING:
    from pathlib import Path


def trail(*records: dict[str, Any]) -> str:
    """Give the text of a file as CloudTrail writes it."""
    return samples.compact({"Records": records})


def records(count: int) -> str:
    """Give a file of calls, the first the session's; each ends in a list, as the resources of a call do."""
    listed = {"resources": [{"ARN": "arn:aws:s3:::bucket", "type": "AWS::S3::Bucket"}]}
    return trail(*(calls.call(number, -(number > 1)) | listed for number in range(1, count + 1)))


def write(path: Path, data: bytes, *, packed: bool) -> None:
    """Write a file as it is, or packed under another name."""
    samples.write(path.with_suffix(".json.gz") if packed else path, gzip.compress(data) if packed else data)


def unread(folder: Path) -> tuple[list[str], list[str]]:
    """Give what a search and a load could not read."""
    found, loaded = session_events(calls.PRINCIPAL, folder), load_trail(folder)
    return [one.reason for one in found.coverage.unread], [one.reason for one in loaded.coverage.unread]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed afterwards"])
def test_cut_off_where_a_list_ends(tmp_path: Path, packed: bool) -> None:
    """A file that was cut off behind ``]}`` inside its last record looks whole, and is told of as cut off."""
    text = records(3)
    cut = text[: text.index('"resources":[', text.index("0002")) + 13] + "{}]}"
    write(tmp_path / "cut.json", cut.encode(), packed=packed)
    samples.write(tmp_path / "other.json", records(1))
    searched, loaded = unread(tmp_path)
    assert searched == loaded != []


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed afterwards"])
def test_a_block_of_zeros(tmp_path: Path, packed: bool) -> None:
    """A file of which a block was lost, so that zeros stand for whole records, is told of."""
    text = records(9).encode()
    begin, end = text.index(b'{"', text.index(b"0003")), text.index(b'{"', text.index(b"0006"))
    write(tmp_path / "holes.json", text[:begin] + b"\0" * (end - begin) + text[end:], packed=packed)
    samples.write(tmp_path / "other.json", records(1))
    searched, loaded = unread(tmp_path)
    assert searched == loaded != []


@pytest.mark.parametrize("deep", [150, 100_000], ids=["proven", "left to the careful reader"])
def test_nested_beyond_measure(tmp_path: Path, deep: int) -> None:
    """A call in front of the session's that nests brackets without end hides none of them, and is soon done with."""
    odd = calls.call(1, -1, requestParameters={"a": "X"})
    text = trail(odd, calls.call(2, 0)).replace('"X"', "[" * deep + "]" * deep)
    samples.write(tmp_path / "deep.json", text)
    samples.write(tmp_path / "other.json", trail(calls.call(3, 0)))
    assert [one[-4:] for one in session_events(calls.PRINCIPAL, tmp_path).events["event_id"]] == ["0002", "0003"]


def test_cut_off_before_anything(tmp_path: Path) -> None:
    """A file that holds nothing but the beginning of a record is an error that names it."""
    samples.write(tmp_path / "cut.json", records(1)[:200])
    with pytest.raises(TrailError, match=r"cut\.json"):
        session_events(calls.PRINCIPAL, tmp_path)
