"""From the bytes of a file to its text by libdeflate; what needs more care is left to the careful reader."""

from __future__ import annotations

import zlib

import deflate
from stringzilla import find

LARGEST_BYTES = 1 << 28
"""Files whose text is longer are read piece by piece, so that memory stays bounded."""

_GZIP = b"\x1f\x8b"
_MEMBER = b"\x1f\x8b\x08"
_SMALLEST_GZIP_BYTES = 18
_HIGHEST_RATIO = 1032
"""No deflate stream unpacks to more than this many times its size. Source: zlib, "Maximum Compression Factor"."""


def unpacked(content: bytes) -> bytes | bytearray | None:
    """Give the text in a file's bytes; None where only ``trail.decode`` can tell what is in it.

    libdeflate unpacks the first gzip member alone and takes the file's last four bytes for its size, without a word
    about the rest. So those bytes must tell the size that came out, and where another member may follow, zlib is asked.

    Source: RFC 1952, section 2.3 (ISIZE; files of several members).
    """
    if not content.startswith(_GZIP):
        return content if len(content) <= LARGEST_BYTES else None
    size = int.from_bytes(content[-4:], "little")
    if len(content) < _SMALLEST_GZIP_BYTES or not 0 < size <= min(LARGEST_BYTES, _HIGHEST_RATIO * len(content)):
        return None
    try:
        text = _by_zlib(content) if find(content, _MEMBER, 1) >= 0 else deflate.gzip_decompress(content)
    except (deflate.DeflateError, zlib.error, ValueError):  # the careful reader tells how, and keeps what came before
        return None
    return text if text is not None and len(text) == size and not text.startswith(_GZIP) else None


def _by_zlib(content: bytes) -> bytes | None:
    """Unpack a file that has the mark of a member inside it; None where it does hold more than one."""
    member = zlib.decompressobj(31)
    text = member.decompress(content, LARGEST_BYTES)
    return text if member.eof and not member.unused_data else None
