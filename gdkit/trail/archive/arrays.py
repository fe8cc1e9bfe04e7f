"""Arrow arrays made of Python's values.

``pyarrow.array`` does the same, but loads pandas where that is installed: 50 MB in every process that makes an archive.
"""

from __future__ import annotations

from array import array
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SINCE = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def texts(values: Sequence[str | None]) -> pa.Array:
    """Give an array of texts."""
    encoded = [b"" if value is None else value.encode() for value in values]
    offsets = array("i", accumulate(map(len, encoded), initial=0))
    return _array(pa.string(), values, [offsets, b"".join(encoded)])


def times(values: Sequence[datetime | None]) -> pa.Array:
    """Give an array of instants, to the microsecond."""
    numbers = array("q", (0 if value is None else (value - _SINCE) // _MICROSECOND for value in values))
    return _array(pa.timestamp("us", tz="UTC"), values, [numbers])


def numbers(values: Sequence[int]) -> pa.Array:
    """Give an array of whole numbers."""
    return _array(pa.int64(), values, [array("q", values)])


def lists(values: Sequence[Sequence[str]]) -> pa.Array:
    """Give an array of lists of texts."""
    offsets = array("i", accumulate(map(len, values), initial=0))
    ends = _array(pa.int32(), offsets, [offsets])
    return pa.ListArray.from_arrays(ends, texts(list(chain.from_iterable(values))))


def _array(kind: pa.DataType, values: Sequence[Any], buffers: Iterable[Any]) -> pa.Array:
    missing = sum(value is None for value in values)
    validity = _validity(values) if missing else None
    return pa.Array.from_buffers(kind, len(values), [validity, *map(pa.py_buffer, buffers)], missing)


def _validity(values: Sequence[Any]) -> pa.Buffer:
    """Give a bit for each value that is there, the first in the lowest place.

    Source: Arrow Columnar Format, "Validity bitmaps".
    """
    bits = bytearray((len(values) + 7) // 8)
    for place, value in enumerate(values):
        if value is not None:
            bits[place >> 3] |= 1 << (place & 7)
    return pa.py_buffer(bytes(bits))
