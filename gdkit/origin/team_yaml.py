"""The YAML of a team's file as texts, lists and tables that know their lines.

It works on the parser's events: nothing is constructed, no tag is followed, and what is counted, nested or repeated by
aliases stays within bounds. A text is what stands in the file: ``012`` stays ``012``, ``no`` stays ``no``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import yaml

from gdkit.errors import TeamFileFault
from gdkit.findings.fields import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_VALUES = 200_000
"""More texts, lists and tables than this, aliases written out, are no team's file."""

MOST_LEVELS = 8
"""A team's file has four: sections, entries, fields, lists in a field."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_COMMON_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "seq", "map"))
_TAB_INDENT = re.compile(r" *\t")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value: its text as it stands in the file.

    Attributes:
        text: the text, quotes taken off.
        line: counted from 1.
        plain: whether it stands without quotes, so that YAML may read it as a number, a date or nothing.
        size: how many values it is.
    """

    text: str
    line: int
    plain: bool
    size: int = 1

    @property
    def empty(self) -> bool:
        """Whether nothing was written, or YAML's word for nothing."""
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; ``size`` counts itself and all below, each alias written out."""

    items: tuple[Value, ...]
    line: int
    size: int


@dataclass(frozen=True, slots=True)
class Table:
    """Names with values, in the order of the file; a name may stand twice. ``size`` as of a list."""

    pairs: tuple[tuple[Value, Value], ...]
    line: int
    size: int


Value: TypeAlias = Scalar | Listing | Table


class TeamYamlError(ValueError):
    """The text cannot be read to its end; ``faults`` say why."""

    def __init__(self, *faults: TeamFileFault) -> None:
        super().__init__(faults)
        self.faults = faults


@dataclass(slots=True)
class _Open:
    """A list or table whose end has not been seen yet."""

    kind: Literal["list", "table"]
    line: int
    anchor: str | None
    parts: list[Value] = field(default_factory=list)
    size: int = 1

    def closed(self) -> Listing | Table:
        if self.kind == "list":
            return Listing(tuple(self.parts), self.line, self.size)
        return Table(tuple(zip(self.parts[::2], self.parts[1::2], strict=True)), self.line, self.size)


def read_yaml(text: str) -> tuple[Value | None, tuple[TeamFileFault, ...]]:
    """Read the one document of a text.

    Args:
        text: the whole file.

    Returns:
        The document, None where there is none, and the faults that did not end the reading: tags.

    Raises:
        TeamYamlError: it is no YAML, or holds more documents, values or levels than a team's file has.
    """
    try:
        return _document(yaml.parse(text, Loader=_LOADER))
    except yaml.reader.ReaderError as error:
        raise TeamYamlError(_character_fault(text)) from error
    except yaml.MarkedYAMLError as error:
        raise TeamYamlError(*_syntax_faults(error, text)) from error


def _document(events: Iterator[object]) -> tuple[Value | None, tuple[TeamFileFault, ...]]:
    faults: list[TeamFileFault] = []
    anchors: dict[str, Value] = {}
    top = _Open("list", 1, None, size=0)
    levels = [top]
    value: Value
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent) and top.parts:
            raise TeamYamlError(_at(event, "a second document begins here", "keep everything in one, without '---'"))
        if isinstance(event, yaml.NodeEvent):
            faults += _tag_faults(event)
        if isinstance(event, yaml.CollectionStartEvent):
            levels.append(_opened(event, len(levels)))
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            ended = levels.pop()
            value, anchor = ended.closed(), ended.anchor
        elif isinstance(event, yaml.ScalarEvent):
            value, anchor = Scalar(event.value, _line(event), not event.style), event.anchor
        elif isinstance(event, yaml.AliasEvent):
            value, anchor = _aliased(event, anchors), None
        else:
            continue
        if anchor:
            anchors[anchor] = value
        levels[-1].parts.append(value)
        levels[-1].size += value.size
        if levels[-1].size > MOST_VALUES:
            raise TeamYamlError(_at(event, f"more than {MOST_VALUES:,} values", "keep only what the team's file needs"))
    return (top.parts[0] if top.parts else None), tuple(faults)


def _opened(event: yaml.CollectionStartEvent, above: int) -> _Open:
    if above > MOST_LEVELS:
        raise TeamYamlError(
            _at(
                event,
                f"lists and tables stand more than {MOST_LEVELS} deep",
                "the page docs/networks.md shows the form",
            )
        )
    kind: Literal["list", "table"] = "list" if isinstance(event, yaml.SequenceStartEvent) else "table"
    return _Open(kind, _line(event), event.anchor)


def _aliased(event: yaml.AliasEvent, anchors: dict[str, Value]) -> Value:
    if event.anchor not in anchors:
        name = plain(event.anchor, 40)
        raise TeamYamlError(
            _at(event, f"*{name} stands for nothing: no &{name} ended above it", "write the value itself")
        )
    return anchors[event.anchor]


def _tag_faults(event: yaml.NodeEvent) -> list[TeamFileFault]:
    tag = getattr(event, "tag", None)
    if tag is None or tag in _COMMON_TAGS:
        return []
    return [_at(event, f"the tag {plain(tag, 60)} is not read here", "take the '!' and the word after it away")]


def _character_fault(text: str) -> TeamFileFault:
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else 0
    return TeamFileFault(line, problem="a character stands here that no YAML may hold", action="take it out")


def _syntax_faults(error: yaml.MarkedYAMLError, text: str) -> list[TeamFileFault]:
    """Tell where the reading ended; where a tab ended it, also every other line that begins with one."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    rows = text.split("\n")
    tabs = {number for number, row in enumerate(rows, start=1) if _TAB_INDENT.match(row)}
    if line in tabs or (mark and rows[mark.line : mark.line + 1] and rows[mark.line][mark.column :].startswith("\t")):
        problem, action = "a tab stands where only spaces may", "use spaces"
        return [TeamFileFault(number, problem=problem, action=action) for number in sorted({line, *tabs})]
    context = f" {plain(error.context, 80)}" if error.context else ""
    problem = f"this is no YAML: {plain(error.problem, 120)}{context}"
    action = "look at this line and the one above it; a text with ':' or '#' in it, or an IPv6 address, needs quotes"
    return [TeamFileFault(line, problem=problem, action=action)]


def _line(event: object) -> int:
    mark = getattr(event, "start_mark", None)
    return int(mark.line) + 1 if mark is not None else 0


def _at(event: object, problem: str, action: str) -> TeamFileFault:
    return TeamFileFault(_line(event), problem=problem, action=action)
