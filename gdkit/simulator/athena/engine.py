"""One query run: its text, its tables and its bounds as the catalogue has them, and DuckDB for all the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import duckdb
from sqlglot import exp

from gdkit.simulator.athena.answer import Answer, written
from gdkit.simulator.athena.failures import QueryCancelledError, QueryFailedError, inner_error, no_column
from gdkit.simulator.call import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gdkit.simulator.athena.objects import Read

MOST_RECURSIONS = 10
"""So many steps of a recursive query are planned, and read, whether or not they are needed.

Source: Athena User Guide, SELECT, "WITH": the maximum recursion depth is 10; Trino documentation, SELECT, "WITH
RECURSIVE clause": the plan holds every step up to the depth.
"""

ReadOf: TypeAlias = "Callable[[exp.Table, Sequence[exp.Expr], frozenset[str]], Read]"
"""Reads what a query needs of one of its tables: the table, the conditions on it, and the columns that are used."""

_MISSING = re.compile(r'Referenced column "([^"]+)" not found|Could not find key "([^"]+)" in struct'
                      r'|does not have a column named "([^"]+)"')  # fmt: skip


def run_query(statement: exp.Query, read: ReadOf) -> Answer:
    """Run a query.

    Args:
        statement: as sqlglot parsed it from Athena's dialect.
        read: reads its tables.

    Raises:
        QueryFailedError: it fails as Athena would fail it, or meets what cannot be worked out here.
    """
    try:
        return _run(statement, read)
    except (QueryFailedError, QueryCancelledError, ApiError):
        raise
    except Exception as error:
        raise inner_error(error) from error


def _run(statement: exp.Query, read: ReadOf) -> Answer:
    query, size = statement.copy(), 0
    asked = frozenset(one.name.lower() for one in query.find_all(exp.Identifier))
    with duckdb.connect() as connection:
        connection.execute("SET lambda_syntax = 'ENABLE_SINGLE_ARROW'")  # as older versions of sqlglot write one
        connection.execute("CREATE MACRO arrays_overlap(one, other) AS list_has_any(one, other)")
        for number, table in enumerate(list(_base_tables(query))):
            found = read(table, _conditions(table), asked)
            size += found.bytes * (MOST_RECURSIONS if _is_repeated(table) else 1)
            name = f"table_{number}"
            connection.register(name, found.rows)
            table.replace(exp.alias_(exp.to_table(name), table.alias or table.name, table=True, quoted=True))
        try:
            result = connection.execute(query.sql(dialect="duckdb"))
        except duckdb.Error as error:
            raise _failure(error) from error
        names = tuple(str(column[0]) for column in result.description or ())
        return Answer(names, [tuple(map(written, row)) for row in result.fetchall()], size)


def _base_tables(query: exp.Expr) -> Iterator[exp.Table]:
    named = {one.alias_or_name.lower() for one in query.find_all(exp.CTE)}
    for table in query.find_all(exp.Table):
        if table.db or table.name.lower() not in named:
            yield table


def _conditions(table: exp.Table) -> list[exp.Expr]:
    """Give what the WHERE beside a table asks of every row, without the table's name before its columns."""
    select = table.find_ancestor(exp.Select)
    where = select.args.get("where") if select is not None else None
    if where is None:
        return []
    copied, own = where.this.copy(), {table.alias_or_name.lower(), table.name.lower()}
    for column in copied.find_all(exp.Column):
        if column.table.lower() in own:
            column.set("table", None)
    return list(copied.flatten()) if isinstance(copied, exp.And) else [copied]


def _is_repeated(table: exp.Table) -> bool:
    """Tell whether a table is read in the step of a recursive query."""
    cte, step = table.find_ancestor(exp.CTE), table.find_ancestor(exp.Select)
    if cte is None or step is None:
        return False
    return any(one.name.lower() == cte.alias.lower() for one in step.find_all(exp.Table))


def _failure(error: duckdb.Error) -> QueryFailedError:
    missing = _MISSING.search(str(error))
    if missing is not None:
        return no_column(next(name for name in missing.groups() if name))
    first = str(error).partition("\n")[0]
    kind = "TYPE_MISMATCH" if isinstance(error, duckdb.BinderException | duckdb.ConversionException) else "SYNTAX_ERROR"
    return QueryFailedError(f"{kind}: line 1:1: {first}")
