"""A question put to an archive's parts: the statement of their table, the query, and records out of its rows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp, parse, parse_one
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from gdkit.aws.select_only import is_one_select
from gdkit.errors import TrailError
from gdkit.tables import EVENTS
from gdkit.trail import load_trail
from gdkit.trail.archive.parts import SCHEMA
from gdkit.trail.fetched import Question
from gdkit.trail.fetched.store import write_records
from gdkit.trail.query.archived import archive_rendering, is_of_archive, table_of_archive, text_of
from gdkit.trail.query.ddl import create_statement, differences
from tests.trail import samples
from tests.trail.archive.made import made
from tests.trail.archive.test_against_files import ODD
from tests.trail.query.tables import ACCOUNT, INSTANCE, KEY, PRINCIPAL, UNTIL, aws_table, question, trail_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlglot.expressions import Expr

TABLE = table_of_archive("s3://team/kept/", "logs", "kept")
RENDERING = archive_rendering(TABLE)
NO_JSON = {"literal.csv": ("request_parameters",)}
"""Columns whose cells hold what JSON cannot: a set, and names that are numbers. Such a value becomes text."""

WHERE_READ = ["form", "source_file", "source_line", "record_number"]


def where_of(asked: Question) -> list[Expr]:
    """Give the conditions of the query for a question."""
    return list(parse_one(RENDERING.statement(asked), dialect="trino").args["where"].this.flatten(unnest=True))


def test_statement_of_the_table() -> None:
    """The statement is one CREATE EXTERNAL TABLE over Parquet, with a part's columns, where it is not there yet."""
    text = create_statement(TABLE)
    made_one = parse_one(text, dialect="athena")
    assert isinstance(made_one, exp.Create)
    assert made_one.args["exists"]
    assert made_one.sql(dialect="athena", pretty=True) == text
    assert [column.name for column in made_one.this.expressions] == SCHEMA.names
    for part in ("STORED AS PARQUET", "LOCATION 's3://team/kept/'", "`names` ARRAY<STRING>", "`event_at` TIMESTAMP",
                 "`line` BIGINT", "`row` STRING"):  # fmt: skip
        assert part in text
    assert "PARTITIONED BY" not in text


def test_what_differs() -> None:
    """A table as the statement makes it has no difference; another place, or a column too few, is named."""
    assert list(differences(TABLE, replace(TABLE, location="s3://team/kept"))) == []
    other = replace(TABLE, location="s3://team/other/", columns={**TABLE.columns, "line": exp.DataType.build("int")})
    assert list(differences(TABLE, other)) == ["its column line is of another type", "it is over s3://team/other/"]


def test_told_by_its_columns() -> None:
    """A table is of an archive by columns that no table of log files has."""
    assert is_of_archive(TABLE)
    assert not is_of_archive(trail_table())
    assert not is_of_archive(aws_table(("day", "string")))


@pytest.mark.parametrize(("column", "kind", "words"), [
    ("names", None, "it has no column names"),
    ("record", None, "it has no column record"),
    ("row", None, "it has no column row"),
    ("event_at", "string", "its column event_at is of another type"),
    ("names", "array<int>", "its column names is of another type"),
])  # fmt: skip
def test_no_table_of_an_archive(column: str, kind: str | None, words: str) -> None:
    """A table that lacks a column, or has it in another type, is refused, with what would make the right one."""
    columns = {name: held for name, held in TABLE.columns.items() if name != column}
    if kind is not None:
        columns[column] = exp.DataType.build(kind, dialect="hive")
    table = replace(TABLE, columns=columns)
    assert is_of_archive(table)
    with pytest.raises(TrailError, match=words) as refused:
        archive_rendering(table)
    assert "--archive" in refused.value.action
    assert "logs.kept" in str(refused.value)


@pytest.mark.parametrize("dialect", ["athena", "trino"])
def test_parsed_in_the_engines_dialects(dialect: str) -> None:
    """Every query is one SELECT in Trino's and Athena's dialect, and says the same after it was parsed."""
    for asked in (question(), question(account_ids=(ACCOUNT,), regions=("eu-west-1",)), Question(
            UNTIL - timedelta(hours=1), UNTIL)):  # fmt: skip
        statement = RENDERING.statement(asked)
        assert is_one_select(statement)
        (tree,) = parse(statement, dialect=dialect)
        assert tree is not None
        assert parse(tree.sql(dialect=dialect), dialect=dialect) == [tree]


def test_types_fit() -> None:
    """Every column is one of the table's, and only values of one type are compared."""
    schema = {"logs": {"kept": dict(TABLE.columns)}}
    tree = parse_one(RENDERING.statement(question(account_ids=(ACCOUNT,), regions=("eu-west-1",))), dialect="trino")
    annotated = annotate_types(qualify(tree, schema=schema, dialect="trino"), schema=schema, dialect="trino")
    between = annotated.find(exp.Between)
    assert between is not None
    assert [part.type.this for part in (between.args["low"], between.args["high"])] == [exp.DataType.Type.TIMESTAMP] * 2
    text = {*exp.DataType.TEXT_TYPES}
    equal = list(annotated.find_all(exp.EQ))
    assert len(equal) == 2
    assert all({one.this.type.this, one.expression.type.this} <= text for one in equal)


def test_conditions() -> None:
    """Time, account and region bound a query, and a record that does not tell its own stays; names find records."""
    bounds = where_of(question(account_ids=(ACCOUNT,), regions=("eu-west-1", "us-east-1")))
    assert [one.sql(dialect="trino") for one in bounds] == [
        "\"event_at\" BETWEEN CAST('2026-11-01 12:00:00' AS TIMESTAMP) AND CAST('2026-11-03 12:00:00' AS TIMESTAMP) "
        'OR "event_at" IS NULL',
        f'"account_id" = \'{ACCOUNT}\' OR "account_id" IS NULL',
        "\"region\" IN ('eu-west-1', 'us-east-1') OR \"region\" IS NULL",
        f"ARRAYS_OVERLAP(\"names\", ARRAY['{KEY}', '{PRINCIPAL}', '{INSTANCE}', '198.51.100.7'])",
    ]
    (alone,) = where_of(Question(UNTIL - timedelta(days=1), UNTIL))
    assert "names" not in alone.sql(), "all events of the span are asked for"


def test_addresses_in_both_spellings() -> None:
    """An address is asked for as it is written and in the one spelling of comparisons, for both stand in ``names``."""
    names = where_of(question(addresses=("2001:0DB8:0:0:0:0:0:1",)))[-1].sql()
    assert "'2001:0DB8:0:0:0:0:0:1'" in names
    assert "'2001:db8::1'" in names


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=40))
def test_hostile_text_stays_a_literal(text: str) -> None:
    """Whatever text stands for an identifier, it is a value in a statement of the same form."""
    usual, hostile = (parse_one(RENDERING.statement(question(access_key_ids=(one,))), dialect="trino")
                      for one in ("plain", text))  # fmt: skip
    assert text in {one.name for one in hostile.find_all(exp.Literal)}
    if text not in (PRINCIPAL, INSTANCE, "198.51.100.7"):
        assert [type(node) for node in hostile.walk()] == [type(node) for node in usual.walk()]


def rows_of(archive: Path) -> list[Sequence[str | None]]:
    """Give the rows of all parts of an archive, as a query answers them."""
    tables = [pq.read_table(path).select(["record", "row", "line", "form"]) for path in archive.rglob("part-*.parquet")]
    return [tuple(None if value is None else str(value) for value in row.values())
            for table in tables for row in table.to_pylist()]  # fmt: skip


@pytest.mark.parametrize("name", sorted(ODD))
def test_records_of_every_form(tmp_path: Path, name: str) -> None:
    """Rows out of parts become log files that are read as the files were; the exact text stays, but for CSV's."""
    logs, answer = tmp_path / "logs", tmp_path / "answer"
    logs.mkdir()
    answer.mkdir()
    (logs / name).write_bytes(ODD[name])
    (logs / "plain.json").write_text(samples.compact({"Records": [samples.event(900)]}))
    made(tmp_path / "archive", logs)
    write_records(answer / "query.json.gz", [text_of(row) for row in rows_of(tmp_path / "archive")])
    expected, found = load_trail([logs]), load_trail([answer])
    left = [*WHERE_READ, *NO_JSON.get(name, ())]
    columns = [column for column in EVENTS.names if column not in left]
    order = ["event_at", "event_id", "event_name"]
    of_files, of_rows = (one.events[columns].sort_values(order, ignore_index=True) for one in (expected, found))
    assert of_rows.astype(of_files.dtypes).equals(of_files)
    assert not found.coverage.unread
    if not name.endswith(".csv"):
        assert sorted(found.records) == sorted(expected.records)


@pytest.mark.parametrize("row", [
    ('{"eventName":"a"}],"Records":[{"eventName":"b"}', None, "1", "Records file"),
    ("not json", None, "1", "Records file"),
    (None, None, None, None),
    ("{}", "[broken", "1", "CSV"),
    ("{}", "[[\"a\"]]", "1", "CSV"),
    ("{}", "[5, 6]", "1", "CSV"),
    ("[" * 100_000, None, "1", "Records file"),
])  # fmt: skip
def test_what_is_no_record_breaks_nothing(tmp_path: Path, row: Any) -> None:
    """A value that is no record is told as unread, and what stands beside it is read."""
    text = text_of(row)
    json.loads(text)
    write_records(tmp_path / "query.json.gz", [text, samples.compact(samples.event(1))])
    found = load_trail([tmp_path])
    assert list(found.events["event_name"]) == ["DescribeInstances"]
    assert [one.reason for one in found.coverage.unread] != []
