"""The statement of a trail's table, and what a table that is there has otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlglot import exp, parse_one

from gdkit.trail.query.ddl import TrailPlace, create_statement, differences, table_over
from gdkit.trail.query.raw import RECORD, raw_rendering
from tests.trail.query.tables import PLACE, WITHOUT_COLUMN, aws_table

if TYPE_CHECKING:
    from collections.abc import Iterator

ORGANIZATION = replace(PLACE, organization_id="o-a1b2c3d4e5", prefix="audit/", accounts=())


@pytest.mark.parametrize("place", [PLACE, ORGANIZATION])
def test_statement_parses(place: TrailPlace) -> None:
    """The statement is one CREATE EXTERNAL TABLE in Athena's dialect, made only where the table is not there yet."""
    text = create_statement(table_over(place, "logs", "trail"))
    made = parse_one(text, dialect="athena")
    assert isinstance(made, exp.Create)
    assert made.args["exists"]
    assert made.sql(dialect="athena", pretty=True) == text
    columns = {column.name for column in made.this.expressions}
    assert {path.partition(".")[0].lower() for path in RECORD if path not in WITHOUT_COLUMN} <= columns


def test_own_trail() -> None:
    """An account's own trail has its accounts and regions listed, and days from the first one on."""
    made = table_over(PLACE, "logs", "trail")
    assert made.location == "s3://trail-logs/AWSLogs/"
    assert made.parameters["projection.account.values"] == "111122223333,444455556666"
    assert made.parameters["projection.region.values"] == "eu-west-1,us-east-1"
    assert made.parameters["projection.day.range"] == "2026/01/01,NOW"
    assert made.parameters["storage.location.template"] == (
        "s3://trail-logs/AWSLogs/${account}/CloudTrail/${region}/${day}"
    )


def test_organisations_trail() -> None:
    """An organisation's trail has its id in the path, and accounts that each query names."""
    made = table_over(ORGANIZATION, "logs", "trail")
    assert made.location == "s3://trail-logs/audit/AWSLogs/o-a1b2c3d4e5/"
    assert made.parameters["projection.account.type"] == "injected"
    assert "projection.account.values" not in made.parameters


def test_same_again() -> None:
    """A table as the statement makes it has no difference, whatever else was set beside it."""
    wanted = table_over(PLACE, "logs", "trail")
    there = replace(wanted, parameters={**wanted.parameters, "EXTERNAL": "TRUE"}, location=wanted.location[:-1])
    assert list(differences(wanted, there)) == []


def test_what_differs() -> None:
    """Columns, types, partitions, place and projection that differ are each named in one sentence."""
    wanted = table_over(PLACE, "logs", "trail")
    other = table_over(replace(PLACE, bucket="other", since=date(2026, 2, 1), regions=("eu-west-1",)), "logs", "trail")
    columns = {**wanted.columns, "eventid": exp.DataType.build("int")}
    other = replace(other, partition_keys=("day",), columns=columns)
    told = list(differences(wanted, other))
    assert told == [
        "its column eventid is of another type",
        "it is partitioned by day",
        "it is over s3://other/AWSLogs/",
        "its property projection.region.values is eu-west-1",
        "its property projection.day.range is 2026/02/01,NOW",
        "its property storage.location.template is s3://other/AWSLogs/${account}/CloudTrail/${region}/${day}",
    ]


def test_more_is_no_difference() -> None:
    """A table that reaches further back, or lists more accounts or regions, will do; a moving first day differs."""
    wanted = table_over(replace(PLACE, accounts=PLACE.accounts[:1], since=date(2026, 3, 1)), "logs", "trail")
    there = table_over(PLACE, "logs", "trail")
    assert list(differences(wanted, there)) == []
    moving = replace(there, parameters={**there.parameters, "projection.day.range": "NOW-3YEARS,NOW"})
    assert list(differences(wanted, moving)) == ["its property projection.day.range is NOW-3YEARS,NOW"]


def test_aws_own_table_differs() -> None:
    """The table of AWS's own statement lacks columns and fields, which are named."""
    told = list(differences(table_over(PLACE, "logs", "trail"), aws_table(("timestamp", "string"))))
    assert "it has no column managementevent" in told
    assert "its column useridentity is of another type" in told
    assert "its property projection.enabled is not set" in told


def _leaves(path: str, kind: exp.DataType) -> Iterator[str]:
    """Give the paths of a struct's fields, down to those that are no struct."""
    for field in kind.expressions:
        inner, name = field.args["kind"], f"{path}{field.name}".lower()
        if inner.this == exp.DataType.Type.STRUCT:
            yield from _leaves(f"{name}.", inner)
        else:
            yield name


def test_statement_and_queries_agree() -> None:
    """Every column that the statement makes is asked for, and but two fields of a record have one."""
    table = table_over(PLACE, "logs", "trail")
    assert raw_rendering(table).lacking == WITHOUT_COLUMN
    own = set(_leaves("", exp.DataType(expressions=[
        exp.ColumnDef(this=exp.to_identifier(name), kind=kind) for name, kind in table.columns.items()
        if name not in table.partition_keys])))  # fmt: skip
    assert own == {path.lower() for path in RECORD if path not in WITHOUT_COLUMN}
