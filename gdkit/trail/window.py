"""A window that moves over a long text and takes JSON values from it, without ever holding the whole text."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPACE = re.compile("[ \\t\\r\\n\\x1e\\ufeff\\0]*")
_SPACE_AND_COMMAS = re.compile("[ \\t\\r\\n\\x1e\\ufeff\\0,]*")
_STRUCTURE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?P<closed>"?)|[{}\[\]]', re.DOTALL)
_LONGEST_INTEGER = 4000
_LONGEST_TOKEN = 16

LONGEST_VALUE = 1 << 26
"""Characters of one JSON value; what is longer would fill the memory. CloudTrail's longest record has 256 kB.

Source: CloudTrail User Guide, "CloudTrail record contents" (a record is cut at 256 kB).
"""


class BrokenJsonError(Exception):
    """The text at a place is not JSON.

    Attributes:
        cut: the text ended in the middle of the value.
        line: line where the value began.
    """

    def __init__(self, reason: str, *, cut: bool, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cut = cut
        self.line = line


def _integer(text: str) -> int | str:
    return int(text) if len(text) < _LONGEST_INTEGER else text


_DECODE = json.JSONDecoder(parse_int=_integer).raw_decode


def parse_json(text: str, at: int = 0) -> tuple[Any, int]:
    """Parse the JSON value at a place of a text, as every reader of the trail does; give it and where it ends.

    How deeply it may be nested is the same whoever reads it: Python counts a value's depth and the callers of its
    reader as one, so what is too deep here is tried once more where nobody called.

    Raises:
        ValueError: there is no JSON value.
        RecursionError: it is nested too deeply.
    """
    try:
        return _DECODE(text, at)
    except RecursionError:
        with ThreadPoolExecutor(1) as nobody:
            return nobody.submit(_DECODE, text, at).result()


class TextWindow:
    """A part of a text: what is before ``at`` was read, what is after the part is still to come.

    Attributes:
        text: the part of the text in hand.
        at: place in it where reading goes on.
        hold: place before which nothing may be dropped; None where everything that was read may go.
        ended: the part reaches to the end of the text.
    """

    __slots__ = ("_counted", "_line", "_pieces", "at", "ended", "hold", "text")

    def __init__(self, pieces: Iterable[str], line: int = 1) -> None:
        self._pieces = iter(pieces)
        self._line = line
        self._counted = 0
        self.text = ""
        self.at = 0
        self.hold: int | None = None
        self.ended = False

    @property
    def _in_hand(self) -> int:
        return len(self.text) - self.at

    def line(self) -> int:
        """Give the line, from 1, of the place where reading goes on."""
        if self.at > self._counted:
            self._line += self.text.count("\n", self._counted, self.at)
            self._counted = self.at
        return self._line

    def more(self) -> bool:
        """Drop what was read and take in at least as much as is left; False where the text has ended."""
        if self.ended:
            return False
        keep_from = self.at if self.hold is None else min(self.hold, self.at)
        if keep_from >= self._counted:
            self._line += self.text.count("\n", self._counted, keep_from)
            self._counted = keep_from
        parts = [self.text[keep_from:]]
        wanted, added = max(len(parts[0]), 1), 0
        while added < wanted:
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
                break
            parts.append(piece)
            added += len(piece)
        self.text = "".join(parts)
        self.at -= keep_from
        self._counted -= keep_from
        if self.hold is not None:
            self.hold -= keep_from
        return added > 0

    def ensure(self, length: int) -> None:
        """Have at least so many characters in hand after ``at``, where the text has them."""
        while len(self.text) - self.at < length and self.more():
            pass

    def peek(self, *, commas: bool = False) -> str:
        """Skip white space (and commas) and give the character after it, or "" at the end of the text."""
        pattern = _SPACE_AND_COMMAS if commas else _SPACE
        while True:
            space = pattern.match(self.text, self.at)
            if space is not None:
                self.at = space.end()
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def value(self) -> tuple[Any, int]:
        """Read the JSON value at ``at``, which stays where it is; give the value and where it ends.

        Raises:
            BrokenJsonError: there is no whole JSON value.
        """
        while True:
            try:
                value, end = parse_json(self.text, self.at)
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos >= len(self.text) - _LONGEST_TOKEN
                if cut and self._in_hand > LONGEST_VALUE:
                    raise BrokenJsonError(f"a value of more than {LONGEST_VALUE:,} characters", cut=False,
                                          line=self.line()) from None  # fmt: skip
                if not (cut and self.more()):
                    place = _at_end(error, self.text)
                    raise BrokenJsonError(error.msg, cut=cut and place, line=self.line()) from None
            except RecursionError:
                raise BrokenJsonError("nested too deeply", cut=False, line=self.line()) from None
            else:
                if end < len(self.text) or self.text[end - 1] in '}]"' or not self.more():
                    return value, end

    def skip(self) -> bool:
        """Go behind the object at ``at``, by its brackets alone, however deep it is or damaged inside them.

        Returns:
            Whether its end was found; if not, ``at`` stays where it is.
        """
        place, depth = self.at, 0
        while self.peek() == "{":
            token = _STRUCTURE.search(self.text, place)
            if token is None or token["closed"] == "":
                place -= self.at
                if self._in_hand > LONGEST_VALUE or not self.more():
                    return False
                place += self.at
                continue
            place = token.end()
            if token["closed"] is None:
                depth += 1 if token[0] in "{[" else -1
                if depth == 0:
                    self.at = place
                    return True
        return False

    def seek(self, pattern: re.Pattern[str]) -> bool:
        """Go to the end of the next match; False, and to the end of the text, where there is none.

        What is held on the way is let go where it is longer than any value may be: ``hold`` is None then.
        """
        while True:
            if self.hold is not None and len(self.text) - self.hold > LONGEST_VALUE:
                self.hold = None
            match = pattern.search(self.text, self.at)
            if match and (match.end() < len(self.text) or self.ended):
                self.at = match.end()
                return True
            if self.ended:
                self.at = len(self.text)
                return False
            self.at = match.start() if match else max(self.at, len(self.text) - 256)
            self.more()


def _at_end(error: json.JSONDecodeError, text: str) -> bool:
    """Whether the text stopped before the value did, rather than the value being wrong."""
    if error.msg.startswith(("Unterminated", "Invalid \\")):
        return True
    return not text[error.pos :].strip() or (len(text) - error.pos < 5 and error.msg == "Expecting value")


def member_text(raw: str, name: str) -> str | None:
    """Give the exact text of a member of the JSON object that ``raw`` is; None where it has none of that name."""
    window = TextWindow([raw])
    window.peek()
    window.at += 1
    found = None
    while window.peek() == '"':
        key, window.at = window.value()
        window.peek()
        window.at += 1
        window.peek()
        _, end = window.value()
        if key == name:
            found = window.text[window.at : end]
        window.at = end
        if window.peek() == ",":
            window.at += 1
    return found
