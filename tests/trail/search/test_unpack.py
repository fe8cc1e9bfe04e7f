"""Unpacking by libdeflate gives the whole text, or leaves the file to the careful reader."""

from __future__ import annotations

import gzip
import random
import tracemalloc

import pytest

from gdkit.trail.search.unpack import unpacked
from tests.trail.search.writing import PACKINGS

TEXT = b'{"Records":[' + b'{"eventVersion":"1.11"},' * 400 + b"{}]}"
WHOLE = {"gzip", "none", "stored"}
WHOLE_AFTER_A_LOSS = {"cut off, then packed", "lost a block, then packed"}


@pytest.mark.parametrize("packing", sorted(PACKINGS))
def test_whole_or_nothing(packing: str) -> None:
    """Only a file that is one whole member, or no gzip at all, is unpacked."""
    content = PACKINGS[packing](TEXT)
    text = unpacked(content)
    if packing in WHOLE_AFTER_A_LOSS:
        assert text == gzip.decompress(content) != TEXT
    else:
        assert text == (TEXT if packing in WHOLE else None)


@pytest.mark.parametrize("content", [b"", b"\x1f", b"\x1f\x8b", b"\x1f\x8b\x08" + b"\0" * 40, b"\x1f\x8b\x08\0" * 9])
def test_scraps(content: bytes) -> None:
    """Scraps of gzip are left to the careful reader; what is no gzip is text."""
    assert unpacked(content) == (None if content.startswith(b"\x1f\x8b") else content)


def test_the_mark_of_a_member_by_chance() -> None:
    """A file whose packed bytes hold the mark of a member by chance is one member all the same."""
    noise = random.Random(1).randbytes(900) + b"\x1f\x8b\x08" + random.Random(2).randbytes(900)  # noqa: S311
    packed = gzip.compress(noise, 0)
    assert packed.find(b"\x1f\x8b\x08", 1) > 0
    assert unpacked(packed) == noise


def test_a_lie_about_the_size_takes_no_memory() -> None:
    """A size of gigabytes at the end of a small file is not believed."""
    packed = gzip.compress(TEXT)[:-4] + b"\xff\xff\xff\xf0"
    tracemalloc.start()
    assert unpacked(packed) is None
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
