"""A trail's table by its partitions: what a query must say so that only the days and places asked for are read.

Source: Athena User Guide, "Use partition projection with Amazon Athena" and "Supported types for partition projection";
CloudTrail User Guide, "Finding your CloudTrail log files": the day in a path is the day of delivery.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from gdkit.errors import TrailError
from gdkit.trail.delivery import EARLY, LATE_DELIVERY
from gdkit.trail.query.table import TableShape, column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gdkit.trail.fetched.question import Question

Role = Literal["account", "region", "day", "year", "month", "day of month", "other"]

_ROLES: dict[str, Role] = {
    **dict.fromkeys(("account", "accountid", "account_id", "aws_account", "aws_account_id", "acct"), "account"),
    **dict.fromkeys(("region", "awsregion", "aws_region", "regionname"), "region"),
    "year": "year",
    "month": "month",
    "day": "day of month",
    "eventday": "day",
}
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
        values: those of an enumeration.
        written: how a day is written, for ``strftime``.
        first_at: the beginning of the projection's range; None where it has none.
        digits: how many digits a projected number has at least.
        number: whether the column holds numbers.
    """

    name: str
    role: Role
    projection: str = ""
    values: tuple[str, ...] = ()
    written: str = ""
    first_at: datetime | None = None
    digits: int = 2
    number: bool = False


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
    told = [_values(one, question) for one in partitions]
    columns = [values for values in told if values is not None]
    if not table.location or len(columns) < len(told):
        return None
    style = "/".join([table.location.rstrip("/"), *(f"{one.name}=${{{one.name}}}" for one in partitions)])
    template = table.parameters.get("storage.location.template") or style
    names = [one.name for one in partitions]
    chosen = (dict(zip(names, values, strict=True)) for values in itertools.product(*columns))
    return (_MARK.sub(lambda mark, row=row: row.get(mark[1], mark[0]), template) for row in chosen)  # type: ignore[misc]


def first_day(partitions: Sequence[Partition]) -> datetime | None:
    """Give the first instant that a table's projection reaches back to; None where it has no such end."""
    return next((one.first_at for one in partitions if one.role == "day"), None)


def _partition(table: TableShape, name: str) -> Partition:
    def told(what: str) -> str:
        return table.parameters.get(f"projection.{name}.{what}", "").strip()

    projected = table.parameters.get("projection.enabled", "").lower() == "true"
    kind = told("type").lower() if projected else ""
    values = tuple(told("values").split(",")) if kind == "enum" else ()
    if kind != "date":
        digits = int(told("digits") or 1) if kind == "integer" else 2
        number = table.columns[name].this in exp.DataType.INTEGER_TYPES
        role = _ROLES.get(name, "other")
        written = _DAY_OF_SECURITY_LAKE if role == "day" else ""
        return Partition(name, role, kind, values, written, digits=digits, number=number)
    written = _strftime(told("format"))
    first = told("range").partition(",")[0].strip()
    try:
        first_at = datetime.strptime(first, written).replace(tzinfo=UTC)
    except ValueError:  # NOW-90DAYS and the like: where it begins moves
        first_at = None
    return Partition(name, "day" if written else "other", kind, (), written, first_at)


def _strftime(java: str) -> str:
    """Translate how Java writes a date into how Python does; empty where the text of later days is not the greater."""
    if not _WRITTEN.fullmatch(java):
        return ""
    written = re.sub(r"yyyy|MM|dd|HH|'([^']*)'", lambda part: _JAVA.get(part[0], part[1] or "'"), java)
    order = re.findall("%[YmdH]", written)
    return written if order == ["%Y", "%m", "%d", "%H"][: len(order)] and len(order) >= 3 else ""


def _condition(partition: Partition, question: Question) -> Iterator[exp.Expr]:
    name = column(partition.name)
    first_at, last_at = question.since - EARLY, question.until + LATE_DELIVERY
    if partition.role == "day":
        low, high = (at.astimezone(UTC).strftime(partition.written) for at in (first_at, last_at))
        yield exp.Between(this=name, low=exp.Literal.string(low), high=exp.Literal.string(high))
        return
    named = _values(partition, question) if partition.role != "other" else None
    if partition.role in ("account", "region"):
        named = question.account_ids if partition.role == "account" else question.regions
        if partition.projection == "injected" and len(named) != 1:
            raise ValueError(f"one {partition.role} is to be named for the injected column {partition.name}")
    if named:
        yield one_of(name, named, number=partition.number)


def one_of(value: exp.Expr, named: Sequence[str], *, number: bool = False) -> exp.Expr:
    """Write that a value is one of those named."""
    literals = [exp.Literal.number(int(text)) if number else exp.Literal.string(text) for text in named]
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
    first_at, last_at = (at.astimezone(UTC) for at in (question.since - EARLY, question.until + LATE_DELIVERY))
    hourly = "%H" in partition.written
    at = first_at.replace(hour=first_at.hour if hourly else 0, minute=0, second=0, microsecond=0)
    found: dict[str, None] = {}
    while at <= last_at:
        found[_written(partition, at)] = None
        at += timedelta(hours=1) if hourly else timedelta(days=1)
    return tuple(found)


def _written(partition: Partition, at: datetime) -> str:
    parts = {"year": at.year, "month": at.month, "day of month": at.day}
    if partition.role not in parts:
        return at.strftime(partition.written)
    return str(parts[partition.role]).zfill(partition.digits)
