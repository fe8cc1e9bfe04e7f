"""Where a long word may go on in the next line."""

from __future__ import annotations

import re

_BREAK = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[:/.,_@=+-])(?=[^\W\d_])|(?<=[^\W\d_][:/.,_@=+-])(?=\d)")
"""Behind a mark, and before a capital letter; not in numbers and times."""


def parts_of_word(word: str) -> list[str]:
    """Give the parts of a word between which a line can break.

    >>> parts_of_word("eventSourceName"), parts_of_word("role/shop-web"), parts_of_word("08:15:30Z")
    (['event', 'Source', 'Name'], ['role/', 'shop-', 'web'], ['08:15:30Z'])
    """
    return _BREAK.split(word)


def pieces_of(text: str) -> list[str]:
    """Give the parts of a text between which a line can break."""
    return [piece for word in text.split() for piece in parts_of_word(word)]
