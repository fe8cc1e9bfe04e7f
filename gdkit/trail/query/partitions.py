"""A trail's table by its partitions: what a query must say so that only the days and places asked for are read.

Source: Athena User Guide, "Use partition projection with Amazon Athena" and "Supported types for partition projection";
CloudTrail User Guide, "Finding your CloudTrail log files": the day in a path is the day of delivery.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from gdkit.errors import TrailError
from gdkit.identifiers import is_account_id, is_region
from gdkit.trail.delivery import EARLY, LATE_DELIVERY
from gdkit.trail.query.listed import are_days, as_written, day_of, days_read
from gdkit.trail.query.ranges import DateRange, dates_of, numbers_of, slot_of, slots
from gdkit.trail.query.table import TableShape, column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import timedelta

    from gdkit.trail.fetched.question import Question
    from gdkit.trail.query.listed import ListedPartition

Role = Literal["account", "region", "day", "year", "month", "day of month", "other"]
Held = Literal["text", "number", "date"]

_ROLES: dict[str, Role] = {
    **dict.fromkeys(("account", "accountid", "account_id", "aws_account", "aws_account_id", "acct"), "account"),
    **dict.fromkeys(("region", "awsregion", "aws_region", "regionname"), "region"),
    "year": "year",
    "month": "month",
    "day": "day of month",
    "eventday": "day",
}
_OF_DAY: dict[Role, str] = {"year": "year", "month": "month", "day of month": "day"}
"""Roles of numbers, each with what it is of a day."""

_DAY_OF_SECURITY_LAKE = "%Y%m%d"
_JAVA = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H"}
_WRITTEN = re.compile(r"(?:yyyy|MM|dd|HH|'[^']*'|[^A-Za-z'])+")
_MARK = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition column.

    Attributes:
        role: what its values are.
        projection: the type of its projection: ``enum``, ``date``, ``integer``, ``injected``; empty where it has none.
        values: those of an enumeration, or those that the catalogue lists.
        written: how a day is written, for ``strftime``; empty where the values that are listed tell.
        reach: the projection's range, of dates or of numbers; None where it has none.
        digits: how many digits a number has at least; None where nothing tells, so that it is ``9`` or ``09``.
        holds: what the column holds.
    """

    name: str
    role: Role
    projection: str = ""
    values: tuple[str, ...] = ()
    written: str = ""
    reach: DateRange | range | None = None
    digits: int | None = None
    holds: Held = "text"


def partitions_of(table: TableShape) -> tuple[Partition, ...]:
    """Give a table's partition columns, with what each is for.

    Raises:
        TrailError: no day can be told from them, so every query would read the whole trail.
    """
    found = tuple(_partition(table, name) for name in table.partition_keys)
    roles = {one.role for one in found}
    if "day" not in roles and not {"year", "month", "day of month"} <= roles:
        keys = f" ({', '.join(table.partition_keys)})" if table.partition_keys else ""
        raise TrailError(
            f"the table is not partitioned by day{keys}, so that every query would read the whole trail",
            where=f"{table.database}.{table.name}",
            action="make one that is: 'gdkit athena-table' writes the statement",
        )
    for one in found:
        if one.role == "other" and one.projection == "injected":
            raise TrailError(f"nothing here tells a value of its injected partition column {one.name!r}",
                             where=f"{table.database}.{table.name}",
                             action="make a table without it: 'gdkit athena-table' writes the statement")  # fmt: skip
    return found


def places_asked(partitions: Sequence[Partition], question: Question) -> list[exp.Expr]:
    """Write the conditions that leave only the partitions that can hold what is asked.

    Raises:
        ValueError: an injected column needs one value, and the question names none or several.
    """
    return [condition for one in partitions for condition in _condition(one, question)]


def values_needed(partitions: Sequence[Partition]) -> frozenset[Role]:
    """Give the roles of which a query must name one value: those of injected columns."""
    return frozenset(one.role for one in partitions if one.projection == "injected")


def locations(table: TableShape, partitions: Sequence[Partition], question: Question) -> Iterator[str] | None:
    """Give where the objects of the partitions that a question reads are; None where the settings do not tell.

    Where the settings list none of the accounts or regions that are asked for, there is no such place.
    """
    if table.listed is not None:
        return _places_listed(table.listed, partitions, question)
    told = [_values(one, question) for one in partitions]
    columns = [values for values in told if values is not None]
    if not table.location or len(columns) < len(told):
        return None
    template = layout_of(table, partitions)
    names = [one.name for one in partitions]
    chosen = (dict(zip(names, values, strict=True)) for values in itertools.product(*columns))
    return (_MARK.sub(lambda mark, row=row: row.get(mark[1], mark[0]), template) for row in chosen)  # type: ignore[misc]


def holds_at(partition: Partition, at: datetime) -> bool:
    """Tell whether a column has a value for the day, or the hour, that begins then, as far as its settings tell."""
    if isinstance(partition.reach, DateRange):
        return (at if "%H" in partition.written else at.replace(hour=0)) in partition.reach
    if partition.reach is None and partition.written:
        return True
    if partition.role == "day" and not partition.written:
        return any(day_of(value) == at.date() for value in partition.values)
    if partition.role != "day" and partition.role not in _OF_DAY:
        return True
    number = int(at.strftime(partition.written) if partition.written else getattr(at, _OF_DAY[partition.role]))
    if partition.reach is not None:
        return number in partition.reach
    return not partition.values or not set(as_written(number, partition.digits)).isdisjoint(partition.values)


def slot_length(partitions: Sequence[Partition]) -> timedelta:
    """Give what a table has a partition for: an hour each, or a day each."""
    return min(slot_of(one.written) for one in partitions)


def layout_of(table: TableShape, partitions: Sequence[Partition]) -> str:
    """Give where the objects of a table's partitions lie, with ``${name}`` for the value of each column."""
    style = "/".join([table.location.rstrip("/"), *(f"{one.name}=${{{one.name}}}" for one in partitions)])
    return table.parameters.get("storage.location.template") or style


def _partition(table: TableShape, name: str) -> Partition:
    def told(what: str) -> str:
        return table.parameters.get(f"projection.{name}.{what}", "").strip()

    projection = told("type").lower() if table.is_projected else ""
    if projection == "date":
        written = _strftime(told("format"))
        days = dates_of(told("range"), written, (told("interval"), told("interval.unit")), datetime.now(UTC))
        return Partition(name, "day" if written else "other", "date", (), written, days)
    values = tuple(told("values").split(",")) if projection == "enum" else table.values_of(name)
    role = _role(name, values)
    written = _DAY_OF_SECURITY_LAKE if role == "day" and not values else ""
    digits = {"integer": int(told("digits") or 1), "injected": 2}.get(projection)
    reach = numbers_of(told("range"), told("interval")) if projection == "integer" else None
    return Partition(name, role, projection, values, written, reach, digits, _held(table.columns[name].this))


def _held(column_type: object) -> Held:
    if column_type in exp.DataType.INTEGER_TYPES:
        return "number"
    return "date" if column_type == exp.DataType.Type.DATE else "text"


def _role(name: str, values: Sequence[str]) -> Role:
    """Tell what a column's values are: by its name, unless the values that are known are something else."""
    role = _ROLES.get(name, "other")
    if not values:
        return role
    if role in ("day", "day of month", "other") and are_days(values):
        return "day"
    fits: dict[Role, Callable[[str], object]] = {"account": is_account_id, "region": is_region, "day": day_of}
    return role if all(map(fits.get(role, str.isdecimal), values)) else "other"


def _strftime(java: str) -> str:
    """Translate how Java writes a date into how Python does; empty where the text of later days is not the greater."""
    if not _WRITTEN.fullmatch(java):
        return ""
    written = re.sub(r"yyyy|MM|dd|HH|'([^']*)'", lambda part: _JAVA.get(part[0], part[1] or "'"), java)
    order = re.findall("%[YmdH]", written)
    return written if order == ["%Y", "%m", "%d", "%H"][: len(order)] and len(order) >= 3 else ""


def _condition(partition: Partition, question: Question) -> Iterator[exp.Expr]:
    name = column(partition.name)
    if partition.written:
        first_at, last_at = question.since - EARLY, question.until + LATE_DELIVERY
        low, high = (at.astimezone(UTC).strftime(partition.written) for at in (first_at, last_at))
        yield exp.Between(this=name, low=exp.Literal.string(low), high=exp.Literal.string(high))
        return
    named: Sequence[str] = ()
    if partition.role in _OF_DAY:
        named = _numbers(partition, question)
    elif partition.role == "day":
        named = _values(partition, question) or (f"{days_read(question)[0]:%Y-%m-%d}",)  # none of them is listed
    elif partition.role in ("account", "region"):
        named = question.account_ids if partition.role == "account" else question.regions
        if partition.projection == "injected" and len(named) != 1:
            raise ValueError(f"one {partition.role} is to be named for the injected column {partition.name}")
    if named:
        yield one_of(name, named, holds=partition.holds)


def one_of(value: exp.Expr, named: Sequence[str], *, holds: Held = "text") -> exp.Expr:
    """Write that a value is one of those named."""
    literals: list[exp.Expr] = [exp.Literal.string(text) for text in named]
    if holds == "number":
        literals = [exp.Literal.number(number) for number in dict.fromkeys(map(int, named))]
    elif holds == "date":
        literals = [exp.cast(literal, "DATE") for literal in literals]
    if len(literals) == 1:
        return exp.EQ(this=value, expression=literals[0])
    return exp.In(this=value, expressions=literals)


def _values(partition: Partition, question: Question) -> tuple[str, ...] | None:
    """Give the values of a partition column that a question reads; None where they are not told."""
    if partition.role in ("account", "region"):
        named = question.account_ids if partition.role == "account" else question.regions
        if partition.values and named:
            return tuple(value for value in partition.values if value in named)
        return named or partition.values or None
    if partition.role == "other":
        return partition.values or None
    if partition.written:
        return _days(partition, question)
    if partition.role == "day":
        days = frozenset(days_read(question))
        return tuple(value for value in partition.values if day_of(value) in days)
    there = partition.values or _numbers(partition, question)
    reach = partition.reach
    return tuple(text for text in _numbers(partition, question)
                 if text in there and (not isinstance(reach, range) or int(text) in reach))  # fmt: skip


def _numbers(partition: Partition, question: Question) -> tuple[str, ...]:
    """Give the years, months or days of a month that a question reads, in each way that they may be written."""
    numbers = dict.fromkeys(getattr(day, _OF_DAY[partition.role]) for day in days_read(question))
    return tuple(text for number in numbers for text in as_written(number, partition.digits))


def _days(partition: Partition, question: Question) -> tuple[str, ...]:
    written = partition.written
    asked = slots(question.since - EARLY, question.until + LATE_DELIVERY, slot_of(written))
    return tuple(at.strftime(written) for at in asked if holds_at(partition, at))


def _places_listed(
    listed: Sequence[ListedPartition], partitions: Sequence[Partition], question: Question
) -> Iterator[str]:
    """Give where those of the listed partitions lie whose values are such as a question reads."""
    told = [None if one.role == "other" else _values(one, question) for one in partitions]
    chosen = [None if values is None else frozenset(values) for values in told]

    def is_read(one: ListedPartition) -> bool:
        return all(values is None or value in values for values, value in zip(chosen, one.values, strict=True))

    return (one.location for one in listed if is_read(one))
