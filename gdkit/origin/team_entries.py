"""The entries of a team's file: what each section holds, read field by field, every fault noted and none hidden."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from gdkit.errors import TeamFileFault
from gdkit.findings.fields import quoted
from gdkit.origin.team_values import BadValueError
from gdkit.origin.team_yaml import Listing, Scalar, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from gdkit.origin.team_yaml import Value

T = TypeVar("T")

_LONGEST_NAME = 60
_MOST_SUGGESTED = 200  # to look for a near name costs time, which a file full of faults is not worth


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section: its known fields, and where its faults are noted.

    Attributes:
        name: section and number, such as ``networks entry 2``; empty for the file itself.
        line: where it begins, counted from 1.
        fields: the known fields that hold something; one without a value counts as left out.
        faults: the faults of the whole file, added to by every reader.
    """

    name: str
    line: int
    fields: dict[str, Value]
    faults: list[TeamFileFault] = field(repr=False)

    def blame(self, name: str, problem: str, action: str, line: int = 0) -> None:
        """Note a fault of a field; without a line, that of the entry."""
        self.faults.append(TeamFileFault(line or self.line, self.name, name, problem, action))


def entries(value: Value | None, section: str, known: Collection[str], faults: list[TeamFileFault]) -> Iterator[Entry]:
    """Give the entries of a section that is a list of tables; a section without a value has none."""
    if value is None:
        return
    if not isinstance(value, Listing):
        problem, action = f"{_kind(value)} stands here, not a list", "begin each entry of the section with '- '"
        faults.append(TeamFileFault(value.line, section, "", problem, action))
        return
    for number, item in enumerate(value.items, start=1):
        name = f"{section} entry {number}"
        if isinstance(item, Table):
            yield entry(item, name, known, faults)
        else:
            problem, action = f"{_kind(item)} stands here, not fields", "write fields with values, such as 'what: …'"
            faults.append(TeamFileFault(item.line, name, "", problem, action))


def entry(table: Table, name: str, known: Collection[str], faults: list[TeamFileFault]) -> Entry:
    """Take a table as an entry; fields that are unknown or stand twice are noted and left out."""
    made = Entry(name, table.line, {}, faults)
    lines: dict[str, int] = {}
    for key, value in table.pairs:
        if not isinstance(key, Scalar):
            made.blame("", f"{_kind(key)} stands in a name's place", "write a plain name", key.line)
            continue
        label = key.text
        if label in lines:
            problem = f"{quoted(label)} stands twice, first on line {lines[label]}"
            made.blame("", problem, "keep one of them", key.line)
        elif label not in known:
            action = suggestion(label, known) if len(faults) < _MOST_SUGGESTED else "see docs/networks.md"
            made.blame("", f"{quoted(label)} is not known here", action, key.line)
        elif not (isinstance(value, Scalar) and value.empty):
            made.fields[label] = value
        lines.setdefault(label, key.line)
    return made


def suggestion(name: str, known: Collection[str]) -> str:
    """Say which name was perhaps meant, or which there are."""
    if name == "<<":
        return "tables are not merged here; write the fields out"
    close = get_close_matches(name[:_LONGEST_NAME].lower(), sorted(known), 1)
    return f"perhaps {close[0]} is meant" if close else f"use one of {', '.join(sorted(known))}"


def one(source: Entry, name: str, parse: Callable[[Scalar], T], otherwise: T, *, required: bool = True) -> T:
    """Read a field with a single value.

    Args:
        source: the entry.
        name: the field.
        parse: reads the value; raises ``BadValueError``.
        otherwise: what to give where nothing can be given; the fault, if it is one, is noted.
        required: whether it is a fault that the field is missing.
    """
    value = source.fields.get(name)
    if value is None:
        if required:
            source.blame(name, "the field is missing", "add it; docs/networks.md says what it means")
        return otherwise
    if isinstance(value, Scalar):
        return next(_parsed(source, name, (value,), parse), otherwise)
    source.blame(name, f"{_kind(value)} stands here, not a single value", "write one value", value.line)
    return otherwise


def many(source: Entry, name: str, parse: Callable[[Scalar], T]) -> tuple[T, ...]:
    """Read a field with a list of single values, each given once; none where the field is missing."""
    value = source.fields.get(name)
    if value is None:
        return ()
    if not isinstance(value, Listing):
        source.blame(name, f"{_kind(value)} stands here, not a list", f"write {name}: [first, second]", value.line)
        return ()
    single = [item for item in value.items if isinstance(item, Scalar) and not item.empty]
    for item in value.items:
        if not isinstance(item, Scalar) or item.empty:
            source.blame(name, f"{_kind(item)} stands in the list, not a single value", "write one value", item.line)
    return tuple(dict.fromkeys(_parsed(source, name, single, parse)))


def _parsed(source: Entry, name: str, values: Iterable[Scalar], parse: Callable[[Scalar], T]) -> Iterator[T]:
    for value in values:
        try:
            yield parse(value)
        except BadValueError as error:
            source.blame(name, error.problem, error.action, value.line)


def _kind(value: Value) -> str:
    if isinstance(value, Scalar):
        return "nothing" if value.empty else quoted(value.text)
    return "a list" if isinstance(value, Listing) else "a table of names and values"
