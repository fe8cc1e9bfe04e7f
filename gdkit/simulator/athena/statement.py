"""One statement carried out: a table made, or a query run over the objects of its tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from gdkit.simulator.athena.answer import NOTHING, Answer
from gdkit.simulator.athena.catalog import create_table, table_of
from gdkit.simulator.athena.engine import run_query
from gdkit.simulator.athena.failures import QueryFailedError
from gdkit.simulator.athena.objects import Read, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement is carried out.

    Attributes:
        glue: moto's Glue, for the account and region.
        s3: moto's S3.
        database: the one that the statement was started in.
        arn: gives the ARN of a table, by database and name.
        check: refuses an action on a resource that the one who asks may not do.
        now: the present.
    """

    glue: Any
    s3: Any
    database: str
    arn: Callable[[str, str], str]
    check: Callable[[str, str], None]
    now: datetime

    def read(self, table: exp.Table, conditions: Sequence[exp.Expr], asked: frozenset[str]) -> Read:
        """Read what a query needs of one of its tables, in the name of the one who asks.

        Raises:
            QueryFailedError: it is not there, may not be read, or is not what it says.
        """
        database, name = (table.db or self.database).lower(), table.name.lower()
        self.check("glue:GetTable", self.arn(database, name))
        found = table_of(self.glue, database, name)
        path = found.location.removeprefix("s3://")
        self.check("s3:ListBucket", f"arn:aws:s3:::{path.partition('/')[0]}")
        self.check("s3:GetObject", f"arn:aws:s3:::{path.rstrip('/')}/")
        return read_table(self.s3, self.glue, found, conditions, asked, self.now)


def run_statement(text: str, place: Place) -> tuple[Literal["DDL", "DML"], Answer]:
    """Carry a statement out, and give its kind and its answer.

    Raises:
        QueryFailedError: it fails as Athena would fail it.
    """
    statement = _parsed(text)
    if isinstance(statement, exp.Create):
        create_table(place.glue, statement, place.database)
        return "DDL", NOTHING
    return "DML", run_query(statement, place.read)


def _parsed(text: str) -> exp.Create | exp.Query:
    selects = text.lstrip()[:6].upper().startswith(("SELECT", "WITH"))
    try:
        statements = parse(text, dialect="trino" if selects else "athena")  # Athena, too, gives a SELECT to Trino
    except SqlglotError as error:
        raise QueryFailedError(f"SYNTAX_ERROR: {str(error).partition(chr(10))[0]}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Create | exp.Query):
        raise QueryFailedError("SYNTAX_ERROR: line 1:1: only one SELECT or CREATE EXTERNAL TABLE is simulated")
    return statements[0]
