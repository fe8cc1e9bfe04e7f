"""CSV that a spreadsheet takes as text: what it would take as a formula has an apostrophe before it."""

from __future__ import annotations

import re

_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"

BEGINS_FORMULA = rf"^(?:[\t\r\n]|[\s\x22\x27]*{_SIGNS})"
"""How a text begins that a spreadsheet may take as a formula; written so that Python and JavaScript read it alike.

The last four signs are the full-width forms of the first four; quotes and spaces before them are passed over.
"""

INNER_FORMULA = rf"(;[\s\x22\x27]*)(?={_SIGNS})"
"""Where a formula would begin in a spreadsheet that parts cells by semicolons; written for both as well."""


def guarded(text: str) -> str:
    """Give a text as a CSV cell may hold it: with an apostrophe before each place where a formula would begin.

    Numbers are no text and need no guard; quoting is the CSV writer's.

    >>> guarded("=cmd|'/C calc'!A0"), guarded("a;=1"), guarded("GetObject")
    ("'=cmd|'/C calc'!A0", "a;'=1", 'GetObject')

    Source: OWASP, "CSV Injection".
    """
    inner = re.sub(INNER_FORMULA, r"\1'", text)
    return f"'{inner}" if re.match(BEGINS_FORMULA, text) else inner
