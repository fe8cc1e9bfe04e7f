"""What a look at a case's response gives back: an answer in a sentence, a table behind it, things to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Look:
    """One look.

    Attributes:
        title: what was looked at, a few words.
        summary: the answer in a sentence.
        frame: the rows behind it, a declared table of ``gdkit.tables``.
        shown: the columns that a person sees first; the frame holds all.
        notes: things to know, each a sentence.
        holds: whether all is as it should be; None where that cannot be told, or is not the question.
        asks: whether that is the question; then an answer that cannot be told is a gap.
    """

    title: str
    summary: str
    frame: pd.DataFrame = field(repr=False)
    shown: Sequence[str] = ()
    notes: Sequence[str] = ()
    holds: bool | None = None
    asks: bool = False
