"""Memory of long texts goes back to the system, whatever was learnt from those before."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = """
import ctypes, os, sys
from gdkit.trail.search.memory import reuse_memory

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") >> 20

if sys.argv[1] == "told":
    reuse_memory()
before = resident()
pins = []
for _ in range(4):
    text = bytearray(24 << 20)
    text[:] = b"x" * len(text)
    pins.append(bytes(64 << 10))  # lies behind the text, and stays
    del text
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux" or not os.confstr("CS_GNU_LIBC_VERSION"), reason="for glibc alone")
def test_long_texts_leave_nothing() -> None:
    """What glibc is told makes the difference between a few megabytes and the size of a long text."""
    kept = {}
    for told in ("told", "not"):
        ended = subprocess.run([sys.executable, "-c", CODE, told], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
        kept[told] = int(ended.stdout)
    assert kept["told"] < 8 < kept["not"]
