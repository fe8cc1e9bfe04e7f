"""One question rendered for one table: its SELECT, and the CloudTrail record that each row of the answer is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlglot import exp

from gdkit.aws.select_only import with_bare_store
from gdkit.model import utc_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gdkit.trail.fetched.question import Question

Kind = Literal["text", "json", "milliseconds", "time", "fields", "record"]
"""How a value of an answer is read: as it stands; as JSON text; as milliseconds since 1970 or a time without a zone; as
JSON text of further fields of the record by their paths; or as the whole record."""

_OBJECTS = frozenset({"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"})


class Shown(NamedTuple):
    """One column of the answer.

    Attributes:
        path: where its value stands in the record, with dots.
        value: the expression that gives it.
    """

    path: str
    value: exp.Expr
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Rendering:
    """How a question is put to one table.

    Attributes:
        shown: what is asked for of each event.
        named: gives the condition that an event names what is asked for; None where everything is asked for.
        places: gives the conditions that prune, for a question; there is no statement without one.
        dialect: sqlglot's name of the SQL that is spoken there.
        lacking: fields of a record that the table has no column for.
        constants: fields that are the same for all events of the table.
        longest: so many characters a statement may have.
        text_of: gives the text of the record that a row is, where its values hold that text itself.
        bare: name of the table where the service wants it without quotes, although it is no plain name; else empty.
    """

    table: exp.Expr
    shown: tuple[Shown, ...]
    named: Callable[[Question], exp.Expr | None]
    places: Callable[[Question], Sequence[exp.Expr]]
    dialect: Literal["athena", "trino"] = "athena"
    lacking: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    longest: int = 262_144
    """Source: Athena API Reference, StartQueryExecution, QueryString."""

    text_of: Callable[[Sequence[str | None]], str] | None = None
    bare: str = ""

    def statement(self, question: Question) -> str:
        """Give the text of the query for a question.

        Raises:
            ValueError: the table needs a place that the question does not name.
        """
        wanted = [exp.alias_(one.value.copy(), f"c{number}") for number, one in enumerate(self.shown)]
        pruned, named = self.places(question), self.named(question)
        if not pruned:
            raise ValueError("a query without a bound would read everything")
        select = exp.select(*wanted).from_(self.table.copy()).where(*pruned, *([] if named is None else [named]))
        text = str(select.sql(dialect=self.dialect))
        return with_bare_store(text, self.bare) if self.bare else text

    def statements(self, question: Question) -> Iterator[str]:
        """Give the queries that together ask a question: one, or several where one would be too long.

        Raises:
            ValueError: as ``statement``.
        """
        text = self.statement(question)
        if len(text) <= self.longest:
            yield text
            return
        for part in _halves(question):
            yield from self.statements(part)

    def written(self, row: Sequence[str | None]) -> str:
        """Give the text of the record that a row of the answer is, for a log file."""
        return self.text_of(row) if self.text_of else json.dumps(self.record(row), separators=(",", ":"))

    def record(self, row: Sequence[str | None]) -> dict[str, Any]:
        """Give the CloudTrail record that a row of the answer is; what the row lacks is left out."""
        record: dict[str, Any] = {}
        for one, value in zip(self.shown, row, strict=True):
            if value is not None:
                _put(record, one, value)
        for path, text in self.constants.items():
            _set(record, path, text)
        return record


def _halves(question: Question) -> Iterator[Question]:
    """Give two questions that together ask for the same."""
    lists = ("access_key_ids", "principal_ids", "addresses", "session_names")
    longest = max(lists, key=lambda name: len(getattr(question, name)))
    values = getattr(question, longest)
    if len(values) < 2:
        raise ValueError("a query with one identifier is too long")
    middle = len(values) // 2
    others: dict[str, Any] = {name: () for name in lists if name != longest} | {"instance_id": None}
    yield replace(question, **{longest: values[:middle]})
    yield replace(question, **others, **{longest: values[middle:]})


def _put(record: dict[str, Any], shown: Shown, value: str) -> None:
    if shown.kind == "record":
        record.update(_parsed(value) if isinstance(_parsed(value), dict) else {})
    elif shown.kind == "fields":
        for path, text in _parsed(value).items():
            _set(record, path, text)
    elif shown.kind == "json":
        _set(record, shown.path, _parsed(value))
    elif shown.kind == "milliseconds":
        _set(record, shown.path, utc_text(datetime.fromtimestamp(float(value) / 1000, UTC)))
    elif shown.kind == "time":
        _set(record, shown.path, utc_text(datetime.fromisoformat(value.removesuffix(" UTC")).replace(tzinfo=UTC)))
    else:
        _set(record, shown.path, value)


def _set(record: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at its place; what stands there already stays."""
    if path in _OBJECTS and isinstance(value, str):
        value = _parsed(value)
    *parents, name = path.split(".")
    place = record
    for parent in parents:
        inner = place.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
        place = inner
    place.setdefault(name, value)


def _parsed(text: str) -> Any:
    """Read JSON text; what is none stays text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
