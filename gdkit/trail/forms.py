"""From text to records: every JSON form that CloudTrail events are kept in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gdkit.trail.items import Found, Item, Problem, is_record
from gdkit.trail.window import BrokenJsonError, TextWindow
from gdkit.trail.wrappers import CONTAINERS, LOOKUP_ROW, lookup_row, message_of, named, taken_off

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMS = {
    "Records": "Records file",
    "records": "Records file",
    "Events": "LookupEvents answer",
    "events": "CloudWatch Logs",
    "logEvents": "CloudWatch Logs",
    "hits": "Elasticsearch hit",
    "results": "CloudWatch Logs Insights",
}
_MARKERS = tuple(f'"{name}"' for name in sorted(CONTAINERS))
_HEAD = 4096
_DEEPEST = 5
_MOST_FAILURES = 1000  # one after the other, without a record between them
_MOST_STRANGERS = 100_000  # values that are no record, one after the other, in one list
_NEXT_DOCUMENT = re.compile(r"\n(?=[{\[])")
_NEXT_RECORD = re.compile(
    r"[}\n][\s,]*(?=\{\s*\"(?:eventVersion|eventID|eventTime|eventName|eventSource|eventType|eventCategory|awsRegion"
    r"|userIdentity|userAgent|additionalEventData|apiVersion|recipientAccountId|requestParameters|requestID"
    r"|_index|_id|_source|EventId|EventName|CloudTrailEvent)\"\s*:)"
)


class JsonReader:
    """Reads the records of one text.

    Attributes:
        records: how many were found so far.
    """

    def __init__(self, window: TextWindow, *, depth: int = 0, form: str | None = None) -> None:
        self.window = window
        self.records = 0
        self._failures = 0
        self._depth = depth
        self._form = form

    def items(self) -> Iterator[Item]:
        """Give every record, and every place that is none, in the order of the text."""
        window = self.window
        while char := window.peek(commas=True):
            line = window.line()
            try:
                if char == "{":
                    yield from self._document(line)
                elif char == "[":
                    yield from self._elements("JSON array")
                else:
                    value, window.at = window.value()
                    yield named(value, line)
            except BrokenJsonError as broken:
                window.hold = None
                cut = broken.cut and window.ended
                self._failures += 1
                went_on = self._failures < _MOST_FAILURES and window.seek(_NEXT_DOCUMENT)
                yield Problem(broken.line, self._why(broken, cut=cut, went_on=went_on))
                if not went_on:
                    return

    def _why(self, broken: BrokenJsonError, *, cut: bool, went_on: bool) -> str:
        if cut and not went_on:
            return f"ends in the middle of a record, after {self.records} records"
        rest = f"reading went on at line {self.window.line()}" if went_on else "nothing after it was read"
        return f"not JSON ({broken.reason}), after {self.records} records; {rest}"

    def _document(self, line: int) -> Iterator[Item]:
        """Read one object at the top: a record, or what contains records."""
        window = self.window
        window.ensure(_HEAD)
        end = window.at + _HEAD
        if any(window.text.find(marker, window.at, end) >= 0 for marker in _MARKERS):
            yield from self._members(line)
            return
        value, end = window.value()
        if any(isinstance(value.get(name), list) for name in CONTAINERS):
            yield from self._members(line)
            return
        raw = window.text[window.at : end]
        window.at = end
        yield from self._classified(value, raw, line, "JSON records")

    def _members(self, line: int, *, nested: bool = False) -> Iterator[Item]:
        """Walk through an object name by name, so that the list in it is read element by element."""
        window = self.window
        if not nested:
            window.hold = window.at
        plain: dict[str, Any] = {}
        contained = nested
        window.at += 1
        while (char := window.peek(commas=True)) != "}":
            key = self._name(char)
            char = window.peek()
            if key in CONTAINERS and (char == "[" or (key == "hits" and char == "{")):
                contained = True
                window.hold = None
                yield from self._elements(_FORMS[key]) if char == "[" else self._members(line, nested=True)
            else:
                plain[key], window.at = window.value()
        window.at += 1
        if not contained:
            start, window.hold = window.hold or 0, None
            yield from self._classified(plain, window.text[start : window.at], line, "JSON records")

    def _name(self, char: str) -> str:
        window = self.window
        if char != '"':
            raise BrokenJsonError("a name was expected", cut=char == "", line=window.line())
        key, window.at = window.value()
        char = window.peek()
        if char != ":":
            raise BrokenJsonError("a colon was expected", cut=char == "", line=window.line())
        window.at += 1
        return str(key)

    def _elements(self, form: str) -> Iterator[Item]:
        window = self.window
        window.at += 1
        strangers, records = 0, self.records
        while window.peek(commas=True) != "]":
            line = window.line()
            if self.records > records:
                strangers, records = 0, self.records
            if strangers == _MOST_STRANGERS:
                raise BrokenJsonError(f"{strangers:,} values in a row are no CloudTrail record", cut=False, line=line)
            strangers += 1
            try:
                value, end = window.value()
            except BrokenJsonError as broken:
                where = None if broken.cut else self._resume()
                if where is None:
                    raise
                yield Problem(line, self._why(broken, cut=False, went_on=True) + where)
                continue
            raw = window.text[window.at : end]
            window.at = end
            if is_record(value):
                self.records += 1
                self._failures = 0
                yield Found(raw, value, line, self._form or form)
            else:
                yield from self._classified(value, raw, line, form)
        window.at += 1

    def _resume(self) -> str | None:
        """Go to the next place where a whole record begins, and say how sure that is; None where there is none.

        That is behind the broken one, by its brackets: a list of records that somebody wrote into it holds no calls.
        Only where the brackets themselves are damaged is it where a record seems to begin.
        """
        window = self.window
        if window.skip() and window.peek() in (",", "]") and window.peek(commas=True) in ("{", "]"):
            self._failures += 1
            return "" if self._failures < _MOST_FAILURES else None
        while self._failures < _MOST_FAILURES and window.seek(_NEXT_RECORD):
            self._failures += 1
            try:
                value, _ = window.value()
            except BrokenJsonError:
                continue
            if is_record(value) or "_source" in value or "CloudTrailEvent" in value:
                return ", where a record seems to begin: it may stand inside the one that is damaged"
        return None

    def _classified(self, value: Any, raw: str, line: int, form: str) -> Iterator[Item]:
        if is_record(value):
            self.records += 1
            self._failures = 0
            yield Found(raw, value, line, self._form or form)
            return
        message = message_of(value) if self._depth < _DEEPEST else None
        if message is not None:
            yield from self._inside(message, self._form or form, line)
            return
        if isinstance(value, dict) and self._depth < _DEEPEST:
            row = lookup_row(value, raw, line)
            if row is not None:
                self.records += 1
                self._failures = 0
                yield Found(row.raw, row.record, line, LOOKUP_ROW, raw)
                if row.note:
                    yield row.note
                return
            inner = taken_off(value, raw)
            if inner is not None:
                yield from self._inside(inner.raw, inner.form, line)
                return
            if any(isinstance(value.get(name), list) for name in CONTAINERS):
                yield from self._inside(raw, self._form, line)
                return
        yield named(value, line)

    def _inside(self, raw: str, form: str | None, line: int) -> Iterator[Item]:
        reader = JsonReader(TextWindow([raw]), depth=self._depth + 1, form=form)
        for item in reader.items():
            yield item._replace(line=line)
        self.records += reader.records
