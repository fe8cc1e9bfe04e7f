"""Records cut out of a log file's text around the places that name an identifier; nothing else is parsed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from stringzilla import find

from gdkit.trail.items import Found, is_record
from gdkit.trail.search.needles import ESCAPED
from gdkit.trail.window import parse_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

FORM = "Records file"
_HEAD = re.compile(
    rb'[ \t\r\n]*\{[ \t\r\n]*"Records"[ \t\r\n]*:[ \t\r\n]*\[[ \t\r\n]*(?=\{[ \t\r\n]*"(\w+)"([ \t\r\n]*:[ \t\r\n]*))'
)
_TAIL = re.compile(rb"\][ \t\r\n]*\}[ \t\r\n]*$")
_LONGEST_TAIL = 256
_ALIKE = 4
"""Bytes that keys, and unique ids of roles, begin with alike."""
_MANY = 12
"""So many searches of one text take longer than one look at every beginning."""
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'"{}[]'))
_BLOCK_BYTES = 512
"""So long is the shortest block that a disk loses; none of them fits between the bytes that are looked at."""
_PIECE_BYTES = 1 << 20
"""So much of a text is looked at together, so that memory does not grow with the file."""

_DEEPEST = 200
"""Brackets inside each other. What is deeper is left to the careful reader: its proof takes the square of the depth."""


class Body(NamedTuple):
    """Where the records of a log file lie.

    Attributes:
        start: place of the first record.
        end: place behind the last one.
        between: what stands between two records of a file that is written without spaces.
        colon: what stands between a name and its value.
    """

    start: int
    end: int
    between: bytes
    colon: bytes


class Cut(NamedTuple):
    """A record that was cut out, and its place in the text."""

    start: int
    found: Found


def body_of(text: bytes | bytearray) -> Body | None:
    """Find the records of a file of CloudTrail's own form, ``{"Records":[{…},{…}]}``; None for any other text."""
    head = _HEAD.match(text)
    tail = _TAIL.search(text, max(0, len(text) - _LONGEST_TAIL))
    if head is None or tail is None or tail.start() < head.end():
        return None
    return Body(head.end(), tail.start(), b'},{"' + head[1] + b'":', head[2])


def ends_whole(text: bytes | bytearray, body: Body, *, packed: bool) -> bool:
    """Tell whether the last record is one, and no block of zeros lies in the text.

    A copy may have been cut off where its records seem to end, or have lost blocks, before it was packed as well as
    after.

    Args:
        text: the whole text of the file.
        body: from ``body_of``.
        packed: whether a sum holds the text together, so that it lost nothing since; zeros are then looked for in the
            length of a disk's block, and else one by one.
    """
    before = text.rfind(body.between, body.start, body.end)
    try:
        raw = text[body.start if before < 0 else before + 2 : body.end].decode().rstrip()
        value, parsed = parse_json(raw)
    except (ValueError, RecursionError):
        return False
    return parsed == len(raw) and is_record(value) and (text[::_BLOCK_BYTES] if packed else text).find(b"\0") < 0


def first_places(text: bytes | bytearray, needles: Sequence[bytes], *, escapes: bool) -> list[Iterator[int]]:
    """Give the places of the needles that the text holds, and of letters written as escapes where asked for.

    A needle is searched for by itself; of many that begin alike, such as keys, the beginnings are looked at.
    """
    if len(needles) > _MANY:
        wanted, lengths = frozenset(needles), sorted(set(map(len, needles)))
        beginnings = {needle[:_ALIKE] for needle in needles}
        found = [iter(places) for beginning in beginnings
                 if (places := list(_places_of_many(text, beginning, wanted, lengths)))]  # fmt: skip
    else:
        found = [_places(text, needle, at) for needle in needles if (at := find(text, needle)) >= 0]
    at = text.find(b"\\") if escapes else -1  # one letter is found sooner than an escape
    if at >= 0 and (at := find(text, b"\\u00", at)) >= 0:
        found.append(match.start() for match in ESCAPED.finditer(text, at))
    return found


def records_at(text: bytes | bytearray, body: Body, places: list[Iterator[int]]) -> list[Cut] | None:
    """Cut out and parse the records around places in a text.

    Args:
        text: the whole text of the file.
        body: from ``body_of``.
        places: from ``first_places``.

    Returns:
        The records, each once, in the order of the text; None where the text is not what it looks like, so that only
        the careful reader can tell its records.
    """
    cuts: list[Cut] = []
    proven, line = body.start, text.count(b"\n", 0, body.start) + 1
    for start, end in sorted(_spans(text, body, places)):
        if start < proven or not _is_between_records(text, body, proven, start):
            return None
        try:
            raw = text[start:end].decode()
            value, parsed = parse_json(raw)
        except (ValueError, RecursionError):
            return None
        if parsed != len(raw) or not is_record(value):
            return None
        line += text.count(b"\n", proven, start)
        cuts.append(Cut(start, Found(raw, value, line, FORM)))
        proven = start
    return cuts


def _places(text: bytes | bytearray, needle: bytes, at: int) -> Iterator[int]:
    while at >= 0:
        yield at
        at = find(text, needle, at + len(needle))


def _places_of_many(
    text: bytes | bytearray, beginning: bytes, wanted: Collection[bytes], lengths: Sequence[int]
) -> Iterator[int]:
    for at in _places(text, beginning, find(text, beginning)):
        if any(bytes(text[at : at + length]) in wanted for length in lengths):
            yield at


def _spans(text: bytes | bytearray, body: Body, places: list[Iterator[int]]) -> set[tuple[int, int]]:
    spans: set[tuple[int, int]] = set()
    for one in places:
        end = body.start
        for at in one:
            if at < end or at >= body.end:
                continue
            before = text.rfind(body.between, body.start, at)
            start = body.start if before < 0 else before + 2
            behind = text.find(body.between, at, body.end)
            end = body.end if behind < 0 else behind + 1
            spans.add((start, end))
    return spans


def _is_between_records(text: bytes | bytearray, body: Body, proven: int, start: int) -> bool:
    """Tell whether whole records lie before a place, and not the beginning of one that holds others inside it.

    A record that lists records inside itself (someone wrote them into a request) must not pass them off as calls, nor
    may another list of the file. So every bracket since the last record that was proven must be closed.
    """
    left: bytes | bytearray = b""
    while proven < start:
        end = text.find(body.between, proven + _PIECE_BYTES, start)  # between two records, never inside a text
        end = start if end < 0 else end + 1
        left = _unclosed(left + _brackets(text[proven:end]))
        proven = end
    return not left


def _brackets(piece: bytes | bytearray) -> bytes | bytearray:
    """Give the brackets in a piece of JSON that begins and ends outside of texts."""
    if b"\\" in piece:
        piece = piece.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = piece.translate(None, _NOT_STRUCTURE).replace(b'""', b"")
    if b'"' in brackets:  # brackets inside texts: every second piece between quotes is such
        brackets = b"".join(brackets.split(b'"')[::2])
    return brackets


def _unclosed(brackets: bytes | bytearray) -> bytes | bytearray:
    """Give the brackets that have no partner; some that have one, too, where they stand deeper than any real record."""
    for _ in range(_DEEPEST):
        length = len(brackets)
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(brackets) == length:
            break
    return brackets
