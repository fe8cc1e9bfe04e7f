"""``gdkit athena-table``: the statement of a trail's or an archive's table, and whether the table is there."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sqlglot import exp, parse_one

from gdkit import cli
from gdkit.errors import UsageError
from gdkit.simulator.scenarios.queryable import DATABASE, GROUP, open_to_queries
from gdkit.trail.query.trails import place_of_trail
from tests.live.worlds import World, staged_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUCKET = ("--bucket", "s3://audit-logs/central/AWSLogs/")
ARCHIVE = ("--archive", "s3://team-archive/kept/")
PLACE = (*BUCKET, "--account", "111122223333", "--region", "eu-west-1")


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Give the command as a function."""

    def end(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gdkit", "athena-table", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return end


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Stage a quiet day; its trail is the account's own, of all regions."""
    with staged_world("quiet", 1) as running:
        yield running


def open_athena(world: World) -> None:
    """Make database and work group, once for all tests."""
    glue = world.accounts.backend.client("glue", world.staged.account_id, world.staged.region)
    if DATABASE not in {one["Name"] for one in glue.get_databases()["DatabaseList"]}:
        open_to_queries(world.accounts, world.staged)


def test_from_a_bucket(run: Callable[..., Ended]) -> None:
    """With a bucket, its accounts and regions named, the statement is written, and AWS is not asked."""
    ended = run("logs.cloudtrail", *PLACE, "--account", "444455556666", "--since", "2026-01-05")
    assert (ended.status, ended.err) == (0, "")
    assert isinstance(parse_one(ended.out, dialect="athena"), exp.Create)
    for part in (
        "CREATE EXTERNAL TABLE IF NOT EXISTS",
        "s3://audit-logs/central/AWSLogs/",
        "2026/01/05,NOW",
        "'projection.account.values'='111122223333,444455556666'",
        "'projection.region.values'='eu-west-1'",
    ):
        assert part in ended.out


def test_from_an_organisations_bucket(run: Callable[..., Ended]) -> None:
    """An organisation's id stands in the place, and without accounts each query names them."""
    ended = run("logs.cloudtrail", *BUCKET, "--organization", "o-abcde12345", "--region", "eu-west-1")
    assert ended.status == 0
    assert "s3://audit-logs/central/AWSLogs/o-abcde12345/" in ended.out
    assert "'projection.account.type'='injected'" in ended.out


@pytest.mark.parametrize(("arguments", "said"), [
    (("cloudtrail", *PLACE), "names of small letters, digits and underscores"),
    (("logs.cloud-trail", *PLACE), "names of small letters"),
    (("logs.trail`; DROP", *PLACE), "names of small letters"),
    (("logs.t", "--bucket", "audit-logs"), "a bucket is named s3://BUCKET/PREFIX"),
    (("logs.t", *BUCKET, "--region", "eu-west-1"), "whose files are in the bucket is not told"),
    (("logs.t", *BUCKET, "--account", "1"), "is no account id"),
    (("logs.t", *BUCKET, "--account", "111122223333"), "no region is named"),
    (("logs.t", *PLACE, "--region", "eu west"), "'eu west' is no name of a region"),
    (("logs.t", *ARCHIVE, "--look", "--region", "eu west"), "no name of a region"),
    (("logs.t", *PLACE, "--bucket", "s3://audit-logs//x/"), "Athena leaves it out, and would read another place"),
    (("logs.t", *PLACE, "--bucket", "s3://audit-logs/x//AWSLogs/"), "with --trail s3://audit-logs/"),
    (("logs.t", "--archive", "s3://team-archive//kept"), "Athena leaves it out"),
    (("logs.t", *BUCKET, "--organization", "x", "--region", "eu-west-1"), "no id of an organisation"),
    (("logs.t", *PLACE, "--since", "soon"), "does not match the format"),
    (("logs.t", *ARCHIVE, *BUCKET), "--archive and --bucket exclude each other"),
    (("logs.t", *ARCHIVE, "--account", "111122223333"), "--archive and --account exclude each other"),
    (("logs.t", *ARCHIVE, "--region", "eu-west-1"), "--archive and --region exclude each other"),
    (("logs.t", *ARCHIVE, "--trail", "a", "--since", "2026-01-05"), "--archive and --trail, --since exclude"),
    (("logs.t", "--archive", "cases/kept"), "a bucket is named s3://BUCKET/PREFIX"),
    (("logs.t", "--archive", "archive:kept"), "a bucket is named s3://BUCKET/PREFIX"),
])  # fmt: skip
def test_wrong_use(run: Callable[..., Ended], arguments: tuple[str, ...], said: str) -> None:
    """What is wrong or not told is wrong use, with nothing on the standard output."""
    ended = run(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err


def test_asked_from_aws(run: Callable[..., Ended], world: World) -> None:
    """The only trail's bucket, account and regions are read from AWS; a table that is not there is said not to be."""
    region = ("--region", world.staged.region)
    ended = run("logs.other", *region)
    assert ended.status == 0, ended.err
    assert f"s3://{world.staged.trail_bucket}/AWSLogs/" in ended.out
    assert f"'projection.account.values'='{world.staged.account_id}'" in ended.out
    assert f"logs.other is not in {world.staged.region} yet" in ended.err
    named = run("logs.other", *region, "--trail", "all-regions", "--account", world.staged.second_account_id)
    assert f"'projection.account.values'='{world.staged.second_account_id}'" in named.out


def test_unknown_trail(run: Callable[..., Ended], world: World) -> None:
    """A trail that is not there is told, with the names of those that are."""
    ended = run("logs.other", "--region", world.staged.region, "--trail", "nowhere")
    assert ended.status == 2
    assert "there is no trail 'nowhere' in reach" in ended.err
    assert "all-regions" in ended.err


def test_trail_with_an_empty_part_in_its_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trail whose prefix ends in a slash delivers behind two, where Athena reads nothing: that is refused."""
    trail = {"TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t", "S3BucketName": "audit-logs",
             "HomeRegion": "eu-west-1", "S3KeyPrefix": "logs"}  # fmt: skip
    monkeypatch.setattr("gdkit.trail.query.trails._trail", lambda *_: trail)
    asked: dict[str, Any] = {"accounts": (), "regions": (), "since": date(2026, 1, 5)}
    aws: Any = None
    assert place_of_trail(aws, "", **asked).location == "s3://audit-logs/logs/AWSLogs/"
    trail["S3KeyPrefix"] = "logs/"
    with pytest.raises(UsageError, match="Athena leaves it out") as refused:
        place_of_trail(aws, "", **asked)
    assert refused.value.where == "s3://audit-logs/logs//AWSLogs/"


def test_what_is_there(run: Callable[..., Ended], world: World) -> None:
    """Once the statement was run, the table will do; what it has otherwise than wanted is said line by line."""
    open_athena(world)
    region, accounts = world.staged.region, (world.staged.account_id, world.staged.second_account_id)
    asked: list[Any] = ["--region", region, "--since", "2026-01-05"]
    for account in accounts:
        asked += ["--account", account]
    statement = run(f"{DATABASE}.mine", *asked).out
    world.accounts.perform(world.staged.account_id, region, "athena", "StartQueryExecution", QueryString=statement,
                           WorkGroup=GROUP)  # fmt: skip
    same = run(f"{DATABASE}.mine", *asked)
    assert (same.status, same.out) == (0, statement)
    assert "will do: nothing is to be done" in same.err
    other = run(f"{DATABASE}.mine", *asked, "--since", "2025-12-31")
    assert other.status == 3
    assert "its property projection.day.range is 2026/01/05,NOW" in other.err
    assert "Give the new table another name" in other.err
    looked = run(f"{DATABASE}.mine", *BUCKET, *asked, "--look")
    assert looked.status == 3
    assert f"it is over s3://{world.staged.trail_bucket}/AWSLogs/" in looked.err


def test_of_an_archive(run: Callable[..., Ended], world: World) -> None:
    """With an archive's place the statement is over its parts, and AWS is asked for the table where that is wanted."""
    statement = run("logs.kept", *ARCHIVE)
    assert (statement.status, statement.err) == (0, "")
    made = parse_one(statement.out, dialect="athena")
    assert isinstance(made, exp.Create)
    assert "STORED AS PARQUET" in statement.out
    assert "LOCATION 's3://team-archive/kept/'" in statement.out
    open_athena(world)
    region = world.staged.region
    look = ("--look", "--region", region)
    missing = run("logs.kept", *ARCHIVE, *look)
    assert (missing.status, missing.out) == (0, statement.out)
    assert f"logs.kept is not in {region} yet" in missing.err
    world.accounts.perform(world.staged.account_id, region, "athena", "StartQueryExecution", WorkGroup=GROUP,
                           QueryString=statement.out)  # fmt: skip
    there = run("logs.kept", *ARCHIVE, *look)
    assert (there.status, there.out) == (0, statement.out)
    assert "will do: nothing is to be done" in there.err
    other = run("logs.kept", "--archive", "s3://team-archive/other", *look)
    assert other.status == 3
    assert "it is over s3://team-archive/kept/" in other.err
