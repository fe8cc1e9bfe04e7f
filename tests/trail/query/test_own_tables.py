"""Tables that people made themselves, in a simulated Athena: days as they wrote them, and places of one account."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.aws import AwsAccess, open_read_only
from gdkit.errors import AwsError, CostError, TrailError
from gdkit.simulator.server import in_environment
from gdkit.trail import load_trail
from gdkit.trail.fetched import Fetched, Question, Terms, Watch, fetch
from gdkit.trail.named import parse_source
from gdkit.trail.query import run
from gdkit.trail.query.ddl import COLUMNS
from tests.simulator.athena.tables import DATABASE, GROUP, make_bucket, open_athena, put_log
from tests.simulator.small_world import ACCOUNT, OTHER, REGION, SmallWorld, small_world
from tests.trail.query.tables import INSTANCE, KEY, PRINCIPAL
from tests.trail.query.test_follow import CHAINED, SESSION, call, issue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

NINTH, TENTH = (datetime(2026, 11, day, 9, tzinfo=UTC) for day in (9, 10))
BUCKET, ALONE = "own-logs-1", "own-logs-2"
ROOT = f"s3://{BUCKET}/AWSLogs/{ACCOUNT}/CloudTrail"
DAYS = ("2026/11/09", "2026/11/10")
BY_DAY = {
    "projection.enabled": "true",
    "projection.timestamp.type": "date",
    "projection.timestamp.format": "yyyy/MM/dd",
    "projection.timestamp.range": "2026/10/01,2026/12/01",
}
BY_REGION = {"projection.region.type": "enum", "projection.region.values": f"us-east-1,{REGION}"}


def logged(name: str, at: datetime, *, by: tuple[str, str] = (KEY, PRINCIPAL), **more: Any) -> dict[str, Any]:
    """Give a record of a call."""
    return call(name, *by, at=at, eventVersion="1.11", eventCategory="Management", readOnly=True, **more)


@pytest.fixture(scope="module")
def world() -> Iterator[SmallWorld]:
    """Run a small world with log files of two days: a session's calls, and one by the role of another account."""
    with small_world() as running, pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_FIRST_PAUSE_S", 0.0)
        open_athena(running)
        assumed = issue(KEY, PRINCIPAL, CHAINED, expires="Nov 10, 2026, 8:00:00 PM") | {"eventVersion": "1.11"}
        for bucket in (BUCKET, ALONE):
            make_bucket(running, bucket)
            put_log(running, bucket, DAYS[0], [logged("ListBuckets", NINTH), logged("ListUsers", NINTH)])
            put_log(running, bucket, DAYS[1], [assumed | {"eventTime": f"{TENTH:%Y-%m-%dT%H:%M:%SZ}"}])
        by = {"by": (CHAINED, SESSION), "account": OTHER}
        put_log(running, BUCKET, DAYS[1], [logged("DeleteTrail", TENTH + timedelta(hours=1), **by)], OTHER)
        yield running


def table(world: SmallWorld, name: str, place: str, keys: Mapping[str, str], *, listed: Sequence[Sequence[str]] = (),
          **properties: str) -> str:  # fmt: skip
    """Make a table; of each partition that it lists its values are given, and its place behind them."""
    glue = world.accounts.backend.client("glue", ACCOUNT, REGION)
    columns = [{"Name": column, "Type": kind} for column, kind in COLUMNS.items() if column not in keys]
    glue.create_table(DatabaseName=DATABASE, TableInput={
        "Name": name, "TableType": "EXTERNAL_TABLE", "Parameters": properties,
        "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in keys.items()],
        "StorageDescriptor": {"Columns": columns, "Location": place},
    })  # fmt: skip
    for *values, there in listed:
        glue.create_partition(DatabaseName=DATABASE, TableName=name, PartitionInput={
            "Values": values, "StorageDescriptor": {"Columns": columns, "Location": there}})  # fmt: skip
    return f"athena:{GROUP}/{DATABASE}.{name}@{REGION}"


def asked(world: SmallWorld, source: str, folder: Path, *, terms: Terms | None = None, **changes: Any) -> Fetched:
    """Ask a table about the session, over the two days."""
    reader = _reader(world)
    question = Question(**{"since": NINTH - timedelta(hours=2), "until": TENTH + timedelta(hours=6),
                           "principal_ids": (PRINCIPAL,), "session_names": (INSTANCE,), **changes})  # fmt: skip
    with in_environment(world.simulator.environment(reader)):
        return fetch(parse_source(source), question, folder, aws=open_read_only(AwsAccess(regions=(REGION,))),  # type: ignore[arg-type]
                     terms=terms or Terms(), watch=Watch())  # fmt: skip


def _reader(world: SmallWorld) -> Any:
    if not hasattr(world, "reader"):
        world.role_key("reader")
        world.reader = world.accounts.role_session(ACCOUNT, "reader", "someone", 3600)  # type: ignore[attr-defined]
    return world.reader  # type: ignore[attr-defined]


def names(folder: Path) -> list[str]:
    """Give the names of the calls that were found."""
    return sorted(load_trail([folder]).events["event_name"].dropna())


def rows(fetched: Fetched, account: str | None) -> set[tuple[str, str | None]]:
    """Give state and region of an account's rows."""
    return {(row.state, row.region) for row in fetched.places if row.account_id == account and row.state != "delayed"}


def failures(fetched: Fetched) -> list[str]:
    """Give what was not searched, and is to be acted on."""
    return [gap.what for gap in fetched.not_searched if gap.failed]


OWN = ["AssumeRole", "ListBuckets", "ListUsers"]
WRITTEN = {
    "unpadded": ({"year": "string", "month": "string", "day": "string"}, (("2026", "11", "9"), ("2026", "11", "10"))),
    "padded": ({"year": "string", "month": "string", "day": "string"}, (("2026", "11", "09"), ("2026", "11", "10"))),
    "slashes": ({"day": "string"}, (("2026/11/09",), ("2026/11/10",))),
    "dashes": ({"dt": "string"}, (("2026-11-09",), ("2026-11-10",))),
    "unpadded_days": ({"day": "string"}, (("2026-11-9",), ("2026-11-10",))),
    "digits": ({"day": "string"}, (("20261109",), ("20261110",))),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_days_as_they_are_written(world: SmallWorld, tmp_path: Path, name: str) -> None:
    """Listed days are found however they are written, and only those of the span are read and measured."""
    keys, days = WRITTEN[name]
    listed = [(REGION, *day, f"{ROOT}/{REGION}/{there}/") for day, there in zip(days, DAYS, strict=True)]
    source = table(world, name, f"{ROOT}/", {"region": "string", **keys}, listed=listed)
    fetched = asked(world, source, tmp_path / "both")
    assert names(tmp_path / "both") == OWN
    assert fetched.cost.objects >= 2
    first = asked(world, source, tmp_path / "one", until=NINTH + timedelta(hours=2), since=NINTH - timedelta(hours=1))
    assert names(tmp_path / "one") == ["ListBuckets", "ListUsers"]
    assert first.cost.objects == 2, "a log file may be delivered a day late"
    earlier = {"since": NINTH - timedelta(days=3), "until": NINTH - timedelta(days=2)}
    none = asked(world, source, tmp_path / "none", **earlier)
    assert (none.records, none.cost.bytes) == (0, 0), "no partition of these days is listed, so none is read"
    assert any("no object was found there" in warning for warning in none.warnings)


def test_size_of_listed_partitions(world: SmallWorld, tmp_path: Path) -> None:
    """What a query of listed partitions scans is told before, from the places that the catalogue has for them."""
    listed = [(day[:4], day[5:7], str(int(day[8:])), f"{ROOT}/{REGION}/{day}/") for day in DAYS]
    keys = dict.fromkeys(("year", "month", "day"), "string")
    source = table(world, "sized", f"s3://{BUCKET}/elsewhere/", keys, listed=listed)
    begun = len(world.accounts.athena.queries())
    with pytest.raises(CostError, match="2 objects"):
        asked(world, source, tmp_path, terms=Terms(max_bytes=10))
    assert len(world.accounts.athena.queries()) == begun


def test_days_that_no_partition_is_listed_of(world: SmallWorld, tmp_path: Path) -> None:
    """Days of the span for which the catalogue lists no partition are named: nobody may have added them."""
    source = table(world, "half", f"{ROOT}/", {"day": "string"}, listed=[("2026/11/10", f"{ROOT}/{REGION}/{DAYS[1]}/")])
    told = [gap for gap in asked(world, source, tmp_path).not_searched if "no partition" in gap.reason]
    assert [gap.what for gap in told] == [f"log files in {DATABASE}.half of 2026-11-09"]
    assert names(tmp_path) == ["AssumeRole"]


def test_values_that_are_no_days(world: SmallWorld, tmp_path: Path) -> None:
    """A column that is named as a day and holds something else is no day, so that nothing is lost by it."""
    source = table(world, "odd", f"{ROOT}/", {"day": "string"}, listed=[("monday", f"{ROOT}/{REGION}/{DAYS[0]}/")])
    with pytest.raises(TrailError, match="not partitioned by day"):
        asked(world, source, tmp_path)


def test_partitions_that_may_not_be_read(world: SmallWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the catalogue does not give its partitions, that is told, and no query is put."""
    source = table(world, "guarded", f"{ROOT}/", {"day": "string"})
    policy = ('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, '
              '{"Effect": "Deny", "Action": "glue:GetPartitions", "Resource": "*"}]}')  # fmt: skip
    world.role_key("guarded", policy)
    monkeypatch.setattr(world, "reader", world.accounts.role_session(ACCOUNT, "guarded", "x", 3600), raising=False)
    with pytest.raises(AwsError, match="glue:GetPartitions"):
        asked(world, source, tmp_path)


@pytest.fixture(scope="module")
def of_account(world: SmallWorld) -> str:
    """Make AWS's documented table of one account, its regions listed."""
    template = {"storage.location.template": f"{ROOT}/${{region}}/${{timestamp}}"}
    return table(world, "of_account", ROOT, {"region": "string", "timestamp": "string"}, **BY_DAY, **BY_REGION,
                 **template)  # fmt: skip


@pytest.fixture(scope="module")
def of_region(world: SmallWorld) -> str:
    """Make AWS's documented table of one account and one region."""
    place = f"{ROOT}/{REGION}"
    template = {"storage.location.template": f"{place}/${{timestamp}}"}
    return table(world, "of_region", place, {"timestamp": "string"}, **BY_DAY, **template)


def test_account_that_the_place_names(world: SmallWorld, of_account: str, tmp_path: Path) -> None:
    """The account in a table's place is what was searched; one that a role leads to was not, each time it is asked."""
    for _ in range(2):
        fetched = asked(world, of_account, tmp_path)
        assert names(tmp_path) == OWN
        assert rows(fetched, ACCOUNT) <= {("searched", REGION), ("searched", "us-east-1")}
        assert rows(fetched, OTHER) == {("not searched", REGION), ("not searched", "us-east-1")}
        assert rows(fetched, None) == set()
        (gap,) = failures(fetched)
        assert gap == f"events by access key {CHAINED}; by principal {SESSION} in account {OTHER}"
        assert any(one.failed and "gdkit athena-table DB.TABLE --account" in one.reason for one in fetched.not_searched)


def test_gap_stays_when_another_source_tells_of_the_key(world: SmallWorld, of_account: str, tmp_path: Path) -> None:
    """A key that a role led to is asked for again when it comes from elsewhere, too, and its account stays a gap."""
    asked(world, of_account, tmp_path)
    again = asked(world, of_account, tmp_path, access_key_ids=(CHAINED,), grown_ids=(SESSION,))
    assert rows(again, OTHER) == {("not searched", REGION), ("not searched", "us-east-1")}
    assert len(failures(again)) == 1


def test_region_that_the_place_names(world: SmallWorld, of_region: str, tmp_path: Path) -> None:
    """The region in a table's place is what was searched; others that were asked for are a gap, or a refusal."""
    assert rows(asked(world, of_region, tmp_path / "all"), ACCOUNT) == {("searched", REGION)}
    both = asked(world, of_region, tmp_path / "both", regions=("us-east-1", REGION))
    assert rows(both, ACCOUNT) == {("searched", REGION)}
    assert f"regions us-east-1 in {DATABASE}.of_region" in failures(both)
    with pytest.raises(TrailError, match=f"none of the regions that are asked for, us-east-1; they list {REGION}"):
        asked(world, of_region, tmp_path / "other", regions=("us-east-1",))


def test_places_of_listed_partitions(world: SmallWorld, tmp_path: Path) -> None:
    """Without columns for them, accounts and regions are told by the partitions' places, each pair of them alone."""
    places = [f"s3://{BUCKET}/AWSLogs/{account}/CloudTrail/{region}/{DAYS[1]}/"
              for account, region in ((ACCOUNT, REGION), (ACCOUNT, "us-east-1"), (OTHER, REGION))]  # fmt: skip
    listed = [(str(number), "2026/11/10", place) for number, place in enumerate(places)]
    stray = logged("ListRoles", TENTH) | {"awsRegion": "us-east-1"}
    key = places[1].removeprefix(f"s3://{BUCKET}/") + "stray.json.gz"
    world.accounts.backend.client("s3", ACCOUNT, REGION).put_object(Bucket=BUCKET, Key=key, Body=_packed(stray))
    source = table(world, "places", f"s3://{BUCKET}/AWSLogs/", {"part": "string", "day": "string"}, listed=listed)
    fetched = asked(world, source, tmp_path / "all", since=TENTH - timedelta(hours=8))
    assert names(tmp_path / "all") == ["AssumeRole", "DeleteTrail", "ListRoles"]
    assert failures(fetched) == []
    assert rows(fetched, ACCOUNT) == {("searched", REGION), ("searched", "us-east-1")}
    assert rows(fetched, OTHER) == {("searched", REGION), ("not searched", "us-east-1")}
    asked(world, source, tmp_path / "one", regions=(REGION,))
    assert names(tmp_path / "one") == ["AssumeRole", "DeleteTrail"], "no event of a region that was not asked for"


def test_place_that_tells_nothing(world: SmallWorld, tmp_path: Path) -> None:
    """Of copies that are laid out in another way no account or region is claimed, and regions are told by records."""
    record = logged("ListKeys", NINTH)
    for region in (REGION, "us-east-1"):
        body = _packed(record | {"awsRegion": region, "eventID": region})
        world.accounts.backend.client("s3", ACCOUNT, REGION).put_object(Bucket=BUCKET, Key=f"copies/9/{region}.gz",
                                                                        Body=body)  # fmt: skip
    source = table(world, "copies", f"s3://{BUCKET}/copies/", {"day": "string"},
                   listed=[("2026-11-09", f"s3://{BUCKET}/copies/9/")])  # fmt: skip
    fetched = asked(world, source, tmp_path, regions=("us-east-1",), until=NINTH + timedelta(hours=2))
    assert list(load_trail([tmp_path]).events["region"]) == ["us-east-1"]
    assert rows(fetched, None) == {("searched", None)}
    assert any("of the regions us-east-1 those that it holds" in row.detail for row in fetched.places)


def _packed(record: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps({"Records": [record]}).encode())


def store(world: SmallWorld, name: str, bucket: str = ALONE, **settings: bool) -> str:
    """Make an event data store with copies of the log files in a bucket."""
    lake = world.api("cloudtrail")
    arn = lake.create_event_data_store(Name=name, **settings)["EventDataStoreArn"]
    place = {"S3LocationUri": f"s3://{bucket}/", "S3BucketRegion": REGION,
             "S3BucketAccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/copy"}  # fmt: skip
    lake.start_import(Destinations=[arn], ImportSource={"S3": place})
    return f"lake:{arn}"


def test_store_of_one_account(world: SmallWorld, tmp_path: Path) -> None:
    """A store that is not an organisation's is searched for its own account; another one in it shows by its records."""
    own = store(world, "own")
    for _ in range(2):
        fetched = asked(world, own, tmp_path / "own")
        assert rows(fetched, ACCOUNT) == {("searched", None)}
        assert rows(fetched, OTHER) == {("not searched", None)}
        (gap,) = failures(fetched)
        assert gap.endswith(f"in account {OTHER}")
    copied = asked(world, store(world, "copied", BUCKET), tmp_path / "copied")
    assert names(tmp_path / "copied")[:3] == ["AssumeRole", "DeleteTrail", "ListBuckets"]
    assert rows(copied, OTHER) == {("searched", None)}
    assert failures(copied) == []
    strange = asked(world, own, tmp_path / "strange", own_account_ids=("777788889999",))
    assert rows(strange, "777788889999") == {("not searched", None)}


def test_store_of_an_organisation(world: SmallWorld, tmp_path: Path) -> None:
    """Of an organisation's store no account is claimed before one is named; one of which nothing is seen is a gap."""
    fetched = asked(world, store(world, "organisation", OrganizationEnabled=True), tmp_path)
    assert ("searched", None) in rows(fetched, None)
    assert rows(fetched, OTHER) == {("not searched", None)}


def test_region_that_a_store_does_not_take(world: SmallWorld, tmp_path: Path) -> None:
    """A store of one region is not said to have been searched for another."""
    one = store(world, "one-region", MultiRegionEnabled=False)
    assert rows(asked(world, one, tmp_path / "all"), ACCOUNT) == {("searched", REGION)}
    other = asked(world, one, tmp_path / "other", regions=("us-east-1",))
    assert rows(other, ACCOUNT) == {("not searched", "us-east-1")}
    assert any("other regions than" in what for what in failures(other))
