"""Which partitions a query reads in the simulated Athena, by the table's settings and the query's conditions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlglot import exp, parse_one

from gdkit.simulator.athena.catalog import GlueTable
from gdkit.simulator.athena.columns import hive_type
from gdkit.simulator.athena.failures import QueryFailedError
from gdkit.simulator.athena.projection import in_folders, listed, projected

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAY = {"projection.day.type": "date", "projection.day.format": "yyyy/MM/dd", "projection.day.range": "2026/11/01,NOW"}
REGION = {"projection.region.type": "enum", "projection.region.values": "eu-west-1,us-east-1"}


def table(parameters: Mapping[str, str], *keys: str, location: str = "s3://b/logs/") -> GlueTable:
    """Give a table with these partition columns."""
    return GlueTable("logs", "trail", {}, {key: hive_type("string") for key in keys}, parameters, location, "x")


def conditions(text: str) -> list[exp.Expr]:
    """Give conditions that hold beside one another."""
    tree = parse_one(f"SELECT 1 FROM t WHERE {text}", dialect="athena").args["where"].this  # noqa: S608 - a test's own
    return list(tree.flatten()) if isinstance(tree, exp.And) else [tree]


def places(made: GlueTable, text: str) -> list[str]:
    """Give the locations that are read."""
    return [one.location for one in projected(made, conditions(text), NOW)]


def test_days_up_to_now() -> None:
    """A range of days reaches to the present, and is bounded by the conditions."""
    made = table(DAY | {"storage.location.template": "s3://b/logs/${day}"}, "day")
    assert places(made, "1 = 1") == [f"s3://b/logs/2026/11/0{day}" for day in (1, 2, 3)]
    assert places(made, "day BETWEEN '2026/11/02' AND '2026/11/09'") == [
        "s3://b/logs/2026/11/02",
        "s3://b/logs/2026/11/03",
    ]
    assert places(made, "day > '2027/01/01'") == []


def test_conditions_on_rows_leave_partitions() -> None:
    """A condition on a column that is no partition, or on a field of that name, leaves every partition."""
    made = table(DAY | {"storage.location.template": "s3://b/${day}"}, "day")
    assert len(places(made, "eventname = 'x' AND cloud.day = '2026/11/01'")) == 3
    assert len(places(made, "day = '2026/11/01' OR eventname = 'x'")) == 3


def test_several_columns() -> None:
    """Columns are filtered each by itself and together, and Hive's layout is used without a template."""
    made = table(DAY | REGION, "region", "day")
    assert places(made, "region = 'us-east-1' AND day = '2026/11/02'") == [
        "s3://b/logs/region=us-east-1/day=2026/11/02"
    ]
    either = "(region = 'us-east-1' AND day = '2026/11/02') OR (region = 'eu-west-1' AND day = '2026/11/03')"
    assert len(places(made, either)) == 2


def test_numbers_and_hours() -> None:
    """Numbers are written with their digits, and a range of hours goes hour by hour."""
    number = {"projection.month.type": "integer", "projection.month.range": "9,11", "projection.month.digits": "2"}
    assert len(places(table(number, "month"), "month >= '10'")) == 2
    hours = DAY | {"projection.day.format": "yyyy/MM/dd/HH", "projection.day.range": "2026/11/03/10,NOW",
                   "projection.day.interval.unit": "HOURS"}  # fmt: skip
    assert len(places(table(hours, "day"), "1 = 1")) == 3


def test_injected() -> None:
    """An injected column takes its values from equality with literals; anything else fails."""
    made = table({"projection.account.type": "injected"}, "account")
    assert len(places(made, "account IN ('1', '2')")) == 2
    for text in ("1 = 1", "account LIKE '1%'", "account = upper('x')", "account > '1'"):
        with pytest.raises(QueryFailedError, match="CONSTRAINT_VIOLATION"):
            places(made, text)


def test_partitions_of_the_catalogue() -> None:
    """Partitions that the catalogue lists are filtered by their values."""
    made = table({}, "region", "day")
    there = [(["eu-west-1", "20261101"], "s3://b/1"), (["us-east-1", "20261102"], "s3://b/2")]
    found = listed(made, there, conditions("day >= '20261102'"))
    assert [(one.values, one.location) for one in found] == [({"region": "us-east-1", "day": "20261102"}, "s3://b/2")]


def test_hidden_partitions() -> None:
    """Of an Iceberg table, a bound on the time leaves the days that can hold it; region and account are compared."""
    keys = [f"region={region}/accountId=111122223333/eventDay=202611{day}/x.parquet"
            for region in ("eu-west-1", "us-east-1") for day in ("01", "02", "03")]  # fmt: skip
    made = table({"table_type": "ICEBERG"}, location="s3://b/lake/")

    def read(text: str) -> list[str]:
        return [one.location.removeprefix("s3://b/lake/") for one in in_folders(made, keys, conditions(text))]

    bounded = "time_dt >= TIMESTAMP '2026-11-02 10:00:00' AND time_dt <= TIMESTAMP '2026-11-03 00:00:00'"
    assert [one[-8:] for one in read(f"{bounded} AND region = 'eu-west-1'")] == ["20261102", "20261103"]
    assert read(f"{bounded} AND accountid = '1'") == []
    assert len(read("cloud.region = 'eu-west-1'")) == 6
