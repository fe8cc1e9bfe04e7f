"""Lines of a log with a record at the end of each, as ``aws logs tail`` and collectors print them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdkit.trail.forms import JsonReader
from gdkit.trail.items import Item, Problem
from gdkit.trail.window import LONGEST_VALUE, TextWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = "log lines"
_RECORD = re.compile(r'\{\s*"(?:eventVersion|userIdentity|eventID|eventTime|Records)"')
_LINE_END = re.compile(r"\n")


def holds_records(text: str) -> bool:
    """Tell whether CloudTrail records stand in a text that begins with something else."""
    return _RECORD.search(text) is not None


def read_lines(window: TextWindow) -> Iterator[Item]:
    """Give the record of each line, behind whatever stands before it, and name the lines that hold none.

    Source: AWS CLI, ``logs tail``: each line is a time, a stream and the message.
    """
    ended = False
    while not ended and window.peek():
        line = window.line()
        window.hold = window.at
        ended = not window.seek(_LINE_END)
        begin, window.hold = window.hold, None
        if begin is None:
            yield Problem(line, f"a line of more than {LONGEST_VALUE:,} characters")
            continue
        text = window.text[begin : window.at]
        record = _RECORD.search(text)
        if record is None:
            yield Problem(line, "a line without a CloudTrail record")
            continue
        for item in JsonReader(TextWindow([text[record.start() :].rstrip()]), form=FORM).items():
            yield item._replace(line=line)
