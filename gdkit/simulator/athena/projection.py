"""Which partitions of a table a query reads: those that its WHERE leaves of the ones that the table's settings give.

Source: Athena User Guide, "Use partition projection with Amazon Athena", "Supported types for partition projection" and
"Use dynamic ID partitioning".
"""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pyarrow as pa
from sqlglot import exp

from gdkit.simulator.athena.failures import no_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gdkit.simulator.athena.catalog import GlueTable

_JAVA = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H"}
_UNITS = {"HOURS": "hours", "DAYS": "days"}
_MOVING = re.compile(r"NOW\s*(?:([+-]\s*\d+)\s*(DAY|HOUR)S?)?")
_MARK = re.compile(r"\$\{(\w+)\}")
_LATEST = timedelta(days=1) - timedelta(microseconds=1)


class Partition(NamedTuple):
    """One partition: the values of its columns, and where its objects are."""

    values: Mapping[str, str]
    location: str


def projected(table: GlueTable, conditions: Sequence[exp.Expr], now: datetime) -> list[Partition]:
    """Give the partitions that a query reads of a table with partition projection.

    Args:
        table: the table.
        conditions: what must hold of every row, one beside the other; no column bears the table's name before it.
        now: the present, up to which a range of dates may reach.

    Raises:
        QueryFailedError: the query must name the values of a column and does not.
    """
    columns = [_left(name, _values(table, name, conditions, now), conditions) for name in table.partition_keys]
    names = list(table.partition_keys)
    rows = [dict(zip(names, values, strict=True)) for values in itertools.product(*columns)]
    template = table.parameters.get("storage.location.template") or _hive_style(table)
    kept = filtered(rows, [one for one in conditions if _named(one) <= set(names)])
    return [Partition(row, _MARK.sub(lambda mark, row=row: row[mark[1]], template)) for row in kept]  # type: ignore[misc]


def listed(
    table: GlueTable, partitions: Iterable[tuple[list[str], str]], conditions: Sequence[exp.Expr]
) -> list[Partition]:
    """Give the partitions that a query reads of those that the catalogue lists, each with its values and its place."""
    names = list(table.partition_keys)
    rows = [dict(zip(names, values, strict=True)) | {"": location} for values, location in partitions]
    kept = filtered(rows, [one for one in conditions if _named(one) <= set(names)])
    return [Partition({name: row[name] for name in names}, row[""]) for row in kept]


def in_folders(table: GlueTable, keys: Iterable[str], conditions: Sequence[exp.Expr]) -> list[Partition]:
    """Give the partitions that a query reads of an Iceberg table as Security Lake lays it out.

    Its files lie in folders of region, account and day; ``time_dt`` tells the day.

    Args:
        table: the table.
        keys: of every object below its location.
        conditions: what must hold of every row.
    """
    found = re.compile(r"(region=([^/]+)/accountId=([^/]+)/eventDay=(\d{8}))/")
    folders = {match.groups() for match in map(found.match, keys) if match}
    kept = []
    for folder, region, account_id, day in sorted(folders):
        begins = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
        row = {"region": region, "accountid": account_id}
        tests = [one for one in conditions if _named(one) <= {"region", "accountid", "time_dt"}]
        if filtered([row], [_at_an_end(one, begins) for one in tests]):
            kept.append(Partition({}, f"{table.location.rstrip('/')}/{folder}"))
    return kept


def filtered(rows: list[dict[str, str]], conditions: Sequence[exp.Expr]) -> list[dict[str, str]]:
    """Give the rows of which the conditions hold; without rows or conditions all of them."""
    if not rows or not conditions:
        return rows
    numbered = {"number": list(range(len(rows)))} | {name: [row[name] for row in rows] for name in rows[0]}
    wanted = exp.select("number").from_("partitions").where(*conditions)
    with duckdb.connect() as connection:
        connection.register("partitions", pa.table(numbered))
        return [rows[number] for (number,) in connection.execute(wanted.sql(dialect="duckdb")).fetchall()]


def _left(name: str, values: list[str], conditions: Sequence[exp.Expr]) -> list[str]:
    tests = [one for one in conditions if _named(one) == {name}]
    return [row[name] for row in filtered([{name: value} for value in values], tests)]


def _values(table: GlueTable, name: str, conditions: Sequence[exp.Expr], now: datetime) -> list[str]:
    def told(what: str) -> str:
        return table.parameters.get(f"projection.{name}.{what}", "")

    kind = told("type").strip().lower()
    if kind == "enum":
        return told("values").split(",")
    if kind == "integer":
        first, last = map(int, told("range").split(","))
        digits = int(told("digits") or 1)
        return [str(number).zfill(digits) for number in range(first, last + 1)]
    if kind == "date":
        return _dates(told("range"), told("format"), int(told("interval") or 1), told("interval.unit") or "DAYS", now)
    return _injected(name, conditions)


def _dates(span: str, written: str, interval: int, unit: str, now: datetime) -> list[str]:
    form = re.sub("|".join(_JAVA), lambda word: _JAVA[word[0]], written)
    first, last = (_end(text.strip(), form, now) for text in span.split(","))
    step, found = timedelta(**{_UNITS[unit.upper()]: interval}), []
    while first <= last:
        found.append(first.strftime(form))
        first += step
    return found


def _end(text: str, form: str, now: datetime) -> datetime:
    """Read an end of a range of dates; of those that move with the present, whole days or hours from it."""
    moving = _MOVING.fullmatch(text)
    if moving is None:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    return now + timedelta(**{f"{(moving[2] or 'day').lower()}s": int((moving[1] or "0").replace(" ", ""))})


def _injected(name: str, conditions: Sequence[exp.Expr]) -> list[str]:
    for one in conditions:
        if _named(one) == {name} and isinstance(one, exp.EQ | exp.In):
            literals = [one.expression] if isinstance(one, exp.EQ) else one.expressions
            if all(isinstance(literal, exp.Literal) for literal in literals):
                return [literal.name for literal in literals]
    raise no_value(name)


def _hive_style(table: GlueTable) -> str:
    return "/".join([table.location.rstrip("/"), *(f"{name}=${{{name}}}" for name in table.partition_keys)])


def _named(condition: exp.Expr) -> set[str]:
    """Give the names of all columns in a condition; one that is no plain name has a dot in it."""
    found = set()
    for column in condition.find_all(exp.Column):
        nested = isinstance(column.parent, exp.Dot) or len(column.parts) > 1
        found.add(f"{column.name.lower()}." if nested else column.name.lower())
    return found


def _at_an_end(condition: exp.Expr, begins: datetime) -> exp.Expr:
    """Put the end of a day in place of ``time_dt`` where a condition bounds it from below, else its beginning."""
    copied = condition.copy()
    for column in copied.find_all(exp.Column):
        if column.name.lower() == "time_dt":
            bound = column.find_ancestor(exp.GT, exp.GTE, exp.LT, exp.LTE)
            end = begins + _LATEST if isinstance(bound, exp.GT | exp.GTE) else begins
            column.replace(exp.cast(exp.Literal.string(f"{end:%Y-%m-%d %H:%M:%S.%f}"), "TIMESTAMP"))
    return copied
