"""Partitions: what a query says so that only the days, accounts and regions asked for are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import TrailError
from gdkit.trail.query.listed import ListedPartition
from gdkit.trail.query.partitions import locations, partitions_of, places_asked, values_needed
from tests.trail.query.tables import ACCOUNT, OTHER, UNTIL, aws_table, question, trail_table

DAY = {"projection.enabled": "true", "projection.timestamp.type": "date",
       "projection.timestamp.format": "yyyy/MM/dd", "projection.timestamp.range": "2020/01/01,NOW"}  # fmt: skip


def said(table: object, **changes: object) -> list[str]:
    """Give the conditions on a table's partitions as text."""
    asked = places_asked(partitions_of(table), question(**changes))  # type: ignore[arg-type]
    return [one.sql(dialect="athena") for one in asked]


def test_days_accounts_and_regions() -> None:
    """A query bounds the days of delivery, one day later than the last event, and names accounts and regions."""
    told = said(trail_table(), account_ids=(ACCOUNT,), regions=("eu-west-1", "us-east-1"))
    assert told == [
        "\"account\" = '111122223333'",
        "\"region\" IN ('eu-west-1', 'us-east-1')",
        "\"day\" BETWEEN '2026/11/01' AND '2026/11/04'",
    ]


def test_days_alone() -> None:
    """Where neither accounts nor regions are asked for, the days are bounded all the same."""
    assert said(trail_table()) == ["\"day\" BETWEEN '2026/11/01' AND '2026/11/04'"]


def test_before_midnight() -> None:
    """An event just after midnight may lie in a file of the day before: clocks differ."""
    midnight = UNTIL.replace(hour=0)
    assert said(trail_table(), since=midnight - timedelta(days=1))[0].startswith("\"day\" BETWEEN '2026/11/01'")


def test_table_of_the_documentation() -> None:
    """The table that AWS's documentation makes has one column, ``timestamp``, which is quoted."""
    assert said(aws_table(("timestamp", "string"), parameters=DAY)) == [
        "\"timestamp\" BETWEEN '2026/11/01' AND '2026/11/04'"
    ]


def test_year_month_and_day() -> None:
    """Columns for year, month and day are each held to the values that the days asked for have, ``9`` or ``09``."""
    keys = [(name, "string") for name in ("region", "year", "month", "day")]
    told = said(aws_table(*keys), since=datetime(2026, 10, 31, 1, tzinfo=UTC))
    assert told == [
        "\"year\" = '2026'",
        "\"month\" IN ('10', '11')",
        "\"day\" IN ('31', '1', '01', '2', '02', '3', '03', '4', '04')",
    ]


def test_numbers() -> None:
    """A partition column of numbers is compared with numbers, and projected ones are written with their digits."""
    keys = [("year", "int"), ("month", "string"), ("day", "string")]
    projected = {"projection.enabled": "true"} | {f"projection.{name}.type": "integer" for name in ("month", "day")}
    told = said(aws_table(*keys, parameters=projected | {"projection.day.digits": "3"}))
    assert told == ['"year" = 2026', "\"month\" = '11'", "\"day\" IN ('001', '002', '003', '004')"]


def test_hours() -> None:
    """A projection by hours is bounded by hours."""
    hours = DAY | {"projection.timestamp.format": "yyyy/MM/dd/HH", "projection.timestamp.interval.unit": "HOURS"}
    table = aws_table(("timestamp", "string"), parameters=hours)
    assert said(table) == ["\"timestamp\" BETWEEN '2026/11/01/11' AND '2026/11/04/12'"]
    places = locations(table, partitions_of(table), question())
    assert places is not None
    assert len(list(places)) == 74


@pytest.mark.parametrize("keys", [(), (("region", "string"),), (("year", "string"), ("month", "string"))])
def test_not_by_day(keys: tuple[tuple[str, str], ...]) -> None:
    """A table that is not partitioned by day is refused, with what to do: every query would read the whole trail."""
    with pytest.raises(TrailError, match="not partitioned by day") as refused:
        partitions_of(aws_table(*keys))
    assert "gdkit athena-table" in str(refused.value)


@pytest.mark.parametrize("written", ["dd/MM/yyyy", "yyyy/MM", "yyyyDDD", "MMM dd, yyyy"])
def test_days_that_do_not_sort(written: str) -> None:
    """A way of writing days in which a later one is not the greater text cannot be bounded, and is refused."""
    with pytest.raises(TrailError, match="not partitioned by day"):
        partitions_of(aws_table(("timestamp", "string"), parameters=DAY | {"projection.timestamp.format": written}))


@pytest.mark.parametrize(("written", "first"), [("yyyy-MM-dd", "2026-11-01"), ("yyyyMMdd", "20261101"),
                                                ("'d='yyyy/MM/dd", "d=2026/11/01")])  # fmt: skip
def test_other_ways_to_write_days(written: str, first: str) -> None:
    """Days are written as the table's projection writes them."""
    table = aws_table(("timestamp", "string"), parameters=DAY | {"projection.timestamp.format": written})
    assert said(table)[0].startswith(f"\"timestamp\" BETWEEN '{first}'")


def test_injected_column_needs_one_value() -> None:
    """An injected account must be named in each query, one at a time; none and several are refused before AWS would."""
    table = trail_table(**{"projection.account.type": "injected", "projection.account.values": ""})
    assert values_needed(partitions_of(table)) == {"account"}
    assert said(table, account_ids=(OTHER,))[0] == "\"account\" = '444455556666'"
    for accounts in ((), (ACCOUNT, OTHER)):
        with pytest.raises(ValueError, match="one account is to be named"):
            said(table, account_ids=accounts)


def test_unknown_injected_column() -> None:
    """A table with an injected column that nothing here can name is refused."""
    keys = [("team", "string"), ("timestamp", "string")]
    with pytest.raises(TrailError, match="'team'"):
        partitions_of(aws_table(*keys, parameters=DAY | {"projection.team.type": "injected"}))


def test_where_the_objects_are() -> None:
    """The places that a query reads are those of its days, accounts and regions; the table lists those left open."""
    table = trail_table()
    places = locations(table, partitions_of(table), question(account_ids=(ACCOUNT,), regions=("eu-west-1",)))
    assert places is not None
    folder = f"s3://trail-logs/AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2026/11"
    assert list(places) == [f"{folder}/0{day}" for day in (1, 2, 3, 4)]
    everywhere = locations(table, partitions_of(table), question())
    assert everywhere is not None
    assert len(list(everywhere)) == 2 * 2 * 4


def test_places_of_a_listed_table() -> None:
    """Without a template, places are named as Hive names them; where accounts are not told, no places are."""
    table = aws_table(("region", "string"), ("timestamp", "string"), parameters=DAY)
    places = locations(table, partitions_of(table), question(regions=("eu-west-1",)))
    assert places is not None
    assert next(places) == "s3://trail-logs/AWSLogs/region=eu-west-1/timestamp=2026/11/01"
    assert locations(table, partitions_of(table), question()) is None


def test_place_that_is_not_listed() -> None:
    """Of accounts and regions that the table does not list there is no place to read."""
    table = trail_table()
    for asked in ({"regions": ("ap-east-1",)}, {"account_ids": ("999999999999",)}):
        places = locations(table, partitions_of(table), question(**asked))
        assert places is not None
        assert list(places) == []


def test_places_within_the_ranges() -> None:
    """Days, months and years that a table's ranges leave out have no place, for Athena reads none there."""
    ending = trail_table(**{"projection.day.range": "2026/11/02,2026/11/03"})
    one = {"account_ids": (ACCOUNT,), "regions": ("eu-west-1",)}
    places = locations(ending, partitions_of(ending), question(**one))
    assert places is not None
    assert [place[-2:] for place in places] == ["02", "03"]
    keys = [(name, "string") for name in ("year", "month", "day")]
    numbers = {"year": "2020,2025", "month": "1,12", "day": "1,31"}
    settings = {f"projection.{name}.{what}": value for name, span in numbers.items()
                for what, value in (("type", "integer"), ("range", span))}  # fmt: skip
    early = aws_table(*keys, parameters={"projection.enabled": "true", **settings})
    assert list(locations(early, partitions_of(early), question()) or ()) == []
    assert said(early)[0] == "\"year\" = '2026'", "the query is bounded all the same"


@given(
    since=st.timedeltas(timedelta(), timedelta(days=3650)).map(lambda after: datetime(2020, 1, 1, tzinfo=UTC) + after),
    length=st.timedeltas(timedelta(seconds=1), timedelta(days=40)),
    at=st.floats(0, 1),
    late=st.timedeltas(timedelta(minutes=-9), timedelta(hours=20)),
)
def test_no_event_in_time_is_left_out(since: datetime, length: timedelta, at: float, late: timedelta) -> None:
    """Whatever the span, a file that is delivered within a day of an event of it lies in a partition that is read."""
    table = trail_table(**{"projection.day.range": "2019/12/01,NOW"})
    asked = question(since=since, until=since + length, account_ids=(ACCOUNT,), regions=("eu-west-1",))
    delivered = since + length * at + late
    places = locations(table, partitions_of(table), asked)
    assert places is not None
    assert f"s3://trail-logs/AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/{delivered:%Y/%m/%d}" in set(places)


def test_enumerated_numbers() -> None:
    """Numbers of an enumeration are asked for in both ways of writing, and looked for in that of the settings."""
    keys = [(name, "string") for name in ("year", "month", "day")]
    listed = {name: ",".join(map(str, numbers)) for name, numbers in
              {"year": range(2025, 2028), "month": range(1, 13), "day": range(1, 32)}.items()}  # fmt: skip
    settings = {f"projection.{name}.{what}": value for name, values in listed.items()
                for what, value in (("type", "enum"), ("values", values))}  # fmt: skip
    table = aws_table(*keys, parameters={"projection.enabled": "true", **settings})
    assert said(table)[2] == "\"day\" IN ('1', '01', '2', '02', '3', '03', '4', '04')"
    places = locations(table, partitions_of(table), question())
    assert places is not None
    assert [place[-21:] for place in places] == [f"r=2026/month=11/day={day}" for day in (1, 2, 3, 4)]


@pytest.mark.parametrize(("kind", "values", "condition"), [
    ("date", ("2026-10-01", "2026-11-02"), "\"day\" = CAST('2026-11-02' AS DATE)"),
    ("int", ("20261001", "20261102"), '"day" = 20261102'),
    ("string", ("2026/10/1", "2026/11/2", "2026/11/02"), "\"day\" IN ('2026/11/02', '2026/11/2')"),
    ("string", ("2026/10/01",), "\"day\" = '2026-11-01'"),
])  # fmt: skip
def test_listed_days(kind: str, values: tuple[str, ...], condition: str) -> None:
    """Whole days are asked for as the catalogue lists them; where none of the span is listed, nothing is read."""
    table = aws_table(("day", kind))
    table = replace(table, listed=tuple(ListedPartition((value,), f"s3://b/{value}/") for value in values))
    assert said(table) == [condition]
    read = locations(table, partitions_of(table), question())
    assert read is not None
    assert set(read) == {f"s3://b/{value}/" for value in values if "11" in value}


@pytest.mark.parametrize("values", [("2026-11-31",), ("2026-11-02", "__HIVE_DEFAULT_PARTITION__"), ("2026-11/02",)])
def test_listed_values_that_are_no_days(values: tuple[str, ...]) -> None:
    """One value that is no day makes a column none, so that the table is refused and nothing of it lost."""
    table = aws_table(("day", "string"))
    with pytest.raises(TrailError, match="not partitioned by day"):
        partitions_of(replace(table, listed=tuple(ListedPartition((value,), "s3://b/") for value in values)))


def test_names_in_the_place_of_ids() -> None:
    """A column of accounts or regions by names of one's own bounds nothing: no id would be found in it."""
    table = aws_table(("account", "string"), ("region", "string"), ("day", "string"))
    table = replace(table, listed=(ListedPartition(("prod", "dublin", "2026-11-02"), "s3://b/"),))
    assert said(table, account_ids=(ACCOUNT,), regions=("eu-west-1",)) == ["\"day\" = '2026-11-02'"]
