"""From the bytes of a file to its text by libdeflate; what needs more care is left to the careful reader."""

from __future__ import annotations

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
    about the rest. So those bytes must tell the size that came out, and no other member may follow.

    Source: RFC 1952, section 2.3 (CRC32 and ISIZE end a member; files of several members).
    """
    if not content.startswith(_GZIP):
        return content if len(content) <= LARGEST_BYTES else None
    size = int.from_bytes(content[-4:], "little")
    if len(content) < _SMALLEST_GZIP_BYTES or not 0 < size <= min(LARGEST_BYTES, _HIGHEST_RATIO * len(content)):
        return None
    try:
        text = deflate.gzip_decompress(content)
    except (deflate.DeflateError, ValueError):  # damaged: the careful reader tells how, and keeps what came before
        return None
    return text if len(text) == size and _is_whole(content, text) and not text.startswith(_GZIP) else None


def _is_whole(content: bytes, text: bytes | bytearray) -> bool:
    """Tell whether the member that holds the text is the whole file.

    A member ends with the sum and the size of its text. Where the mark of another member stands in the file, by chance
    or not, those must not stand anywhere before the end.
    """
    if find(content, _MEMBER, 1) < 0:
        return True
    end = deflate.crc32(text).to_bytes(4, "little") + content[-4:]
    return bool(find(content, end) == len(content) - len(end))
