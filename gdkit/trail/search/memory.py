"""How memory is used again: the text of one file lies where that of another lay before."""

from __future__ import annotations

import ctypes
import sys

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1
"""Numbers of the parameters. Source: glibc, malloc.h."""

_LARGE_BYTES = 20 << 20
"""So much memory is given back as soon as it is free: few files have as long a text. Less is kept for the next."""

_KEPT_BYTES = 64 << 20


def reuse_memory() -> None:
    """Tell the C library of Linux which memory to keep; elsewhere nothing is done.

    Left alone it learns from each longer text to keep as much for each thread, up to 32 MiB. The peak then hangs on
    which long texts a trail happens to hold, and until it has learnt, each text lies in memory that the system must
    fill with zeros first. This holds for the whole process: large memory in it goes back to the system at once.

    Source: mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD; musl has no such function.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
