"""From the bytes of a file to its text, piece by piece: gzip, byte order marks, damage, and what is no text at all."""

from __future__ import annotations

import codecs
import zlib
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

from gdkit.trail.items import Note, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECE_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an Office file: unpack it, or export it as CSV"),
    (b"PAR1", "a Parquet file, as Security Lake and Athena write; this version does not read it"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed: unpack it first"),
    (b"BZh", "bzip2-compressed: unpack it first"),
    (b"\xfd7zXZ", "xz-compressed: unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it first"),
    (b"Obj\x01", "an Avro file; this version does not read it"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class NotTextError(Exception):
    """The file holds no text; the message says what it holds instead."""


class FileText:
    """The text of a file, read as it is asked for.

    Args:
        path: the file.
        content: its bytes, where they are in hand already.

    Attributes:
        bytes_read: bytes of the file consumed so far.
        problems: what could not be read; complete once the text was read to its end.
        notes: what is odd about the bytes.
    """

    def __init__(self, path: Path, content: bytes | None = None) -> None:
        self.path = path
        self._content = content
        self.bytes_read = 0
        self.problems: list[Problem] = []
        self.notes: list[Note] = []

    def pieces(self) -> Iterator[str]:
        """Give the text, piece by piece.

        Raises:
            OSError: the file cannot be read.
            NotTextError: it holds no text.
        """
        content = self._unpacked(self._unpacked(self._file_bytes()))
        head, content = _peeked(content, 4)
        if not head:
            raise NotTextError("the file is empty")
        name, mark = _encoding(head)
        decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder(name)("strict")
        first = True
        for piece in content:
            text, decoder = self._decoded(name, decoder, piece[mark:] if first else piece)
            first = False
            if text:
                yield text
        text, _ = self._decoded(name, decoder, b"", final=True)
        if text:
            yield text

    def _file_bytes(self) -> Iterator[bytes]:
        with self.path.open("rb") if self._content is None else BytesIO(self._content) as file:
            while piece := file.read(PIECE_BYTES):
                self.bytes_read += len(piece)
                yield piece

    def _decoded(
        self, name: str, decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False
    ) -> tuple[str, codecs.IncrementalDecoder]:
        state = decoder.getstate()
        try:
            return decoder.decode(piece, final), decoder
        except UnicodeDecodeError:
            self.notes.append(Note(None, "bytes"))
        tolerant = codecs.getincrementaldecoder(name)("replace")
        tolerant.setstate(state)
        return tolerant.decode(piece, final), tolerant

    def _unpacked(self, content: Iterator[bytes]) -> Iterator[bytes]:
        """Unpack gzip, any number of members one after the other; other bytes pass as they are."""
        head, content = _peeked(content, 2)
        if not head.startswith(_GZIP):
            yield from content
            return
        member = zlib.decompressobj(31)
        given = 0
        for piece in content:
            pending = piece
            while pending:
                if member.eof:
                    if not self._begins_member(pending):
                        return
                    member = zlib.decompressobj(31)
                before = member.copy()
                try:
                    out = member.decompress(pending, PIECE_BYTES)
                except zlib.error:
                    out = _up_to_damage(before, pending)
                    given += len(out)
                    self.problems.append(Problem(None, f"gzip data is damaged after {given:,} bytes of content"))
                    yield out
                    return
                given += len(out)
                if out:
                    yield out
                pending = member.unused_data.lstrip(b"\0") if member.eof else member.unconsumed_tail
        yield from self._rest(member)

    def _rest(self, member: zlib._Decompress) -> Iterator[bytes]:
        if member.eof:
            return
        try:
            out = member.flush()
        except zlib.error:
            out = b""
        if out:
            yield out
        self.problems.append(Problem(None, "gzip data ends early; what it held up to there was read"))

    def _begins_member(self, pending: bytes) -> bool:
        if pending.startswith(_GZIP) or pending == _GZIP[:1]:
            return True
        if pending.strip(b"\0\r\n "):
            self.problems.append(Problem(None, "bytes that are not gzip follow the gzip data; they were not read"))
        return False


def _up_to_damage(member: zlib._Decompress, pending: bytes) -> bytes:
    """Unpack byte by byte as far as it goes; the caller has told of the damage."""
    whole: list[bytes] = []
    with suppress(zlib.error):
        for at in range(len(pending)):
            whole.append(member.decompress(pending[at : at + 1]))
    return b"".join(whole)


def _peeked(content: Iterator[bytes], wanted: int) -> tuple[bytes, Iterator[bytes]]:
    """Look at the beginning without losing it: at least ``wanted`` bytes where there are so many."""
    held: list[bytes] = []
    size = 0
    while size < wanted and (piece := next(content, b"")):
        held.append(piece)
        size += len(piece)
    head = b"".join(held)

    def again() -> Iterator[bytes]:
        if head:
            yield head
        yield from content

    return head, again()


def _encoding(head: bytes) -> tuple[str, int]:
    """Give the name of the encoding and the length of the mark before the text."""
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise NotTextError(f"not a log: {what}")
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    sample = head[:4096]
    if b"\0" not in sample:
        return "utf-8", 0
    if sample[1::2].count(0) > len(sample) // 3 and sample[0] != 0:
        return "utf-16-le", 0
    if sample[0::2].count(0) > len(sample) // 3 and sample[1:2] not in {b"\0", b""}:
        return "utf-16-be", 0
    raise NotTextError("not a log: binary data")
