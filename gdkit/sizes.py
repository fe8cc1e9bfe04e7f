"""Sizes in words: nothing that is there is told as zero."""

from __future__ import annotations

_SHOWN_IN_MB = 100_000


def size_text(size_bytes: int) -> str:
    """Write a size in megabytes of a million bytes, or in bytes where it is little.

    >>> size_text(1_234_567), size_text(42_000)
    ('1.2 MB', '42,000 bytes')
    """
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes >= _SHOWN_IN_MB else f"{size_bytes:,} bytes"
