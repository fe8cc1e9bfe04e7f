"""A last look at what was made: whether a value that was to be taken out still stands in it."""

from __future__ import annotations

import base64
import binascii
import html
import re
from typing import TYPE_CHECKING

from gdkit.report.redaction.rewriter import spellings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.report.redaction.rewriter import Rewriter

_TELLING = re.compile(r"(?=.*[\d_./@-]).{6,}", re.DOTALL)
"""A value that stands in no page by chance: six characters at least, and not letters alone."""

_PACKED = re.compile(r"data:image/[a-z+]+;base64,([A-Za-z0-9+/=]+)")
"""A picture that a page holds."""


def leaks_in(path: Path, rewriter: Rewriter) -> list[str]:
    """Give the values that still stand in a file, by a plain search in its text, its escapes undone and its pictures.

    Values that are plain words are not looked for: the page's own script holds many of them.
    """
    values = [value for value in rewriter.stand_ins if _TELLING.fullmatch(value) and value not in rewriter.whole]
    spelled = {text: value for value in values for text in spellings(value)}
    texts = list(_unfolded(path.read_text(encoding="utf-8", errors="replace")))
    return sorted({value for text, value in spelled.items() if any(_stands_in(text, inside) for inside in texts)})


def _unfolded(text: str) -> Iterator[str]:
    """Give a text, what it says where escapes of HTML are undone once and twice, and the pictures in it."""
    for _ in range(3):
        yield text
        yield from filter(None, (_unpacked(packed) for packed in _PACKED.findall(text)))
        text = html.unescape(text)


def _unpacked(packed: str) -> str:
    try:
        return base64.b64decode(packed).decode(errors="replace")
    except (binascii.Error, ValueError):
        return ""


def _stands_in(value: str, text: str) -> bool:
    """Tell whether a value stands in a text as a word of its own; a plain search first, for it is fast."""
    if value not in text:
        return False
    bounds = r"\d" if value.isdigit() else r"\w"
    return re.search(rf"(?<!{bounds}){re.escape(value)}(?!{bounds})", text) is not None
