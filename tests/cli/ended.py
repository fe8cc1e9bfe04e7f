"""How a command ended."""

from __future__ import annotations

from typing import NamedTuple


class Ended(NamedTuple):
    """Its status, and what it wrote to the standard output and to the standard error."""

    status: int
    out: str
    err: str
