"""The fetchers against a simulated Athena and CloudTrail Lake over HTTP: what is missing, wrong, cut or stopped."""

from __future__ import annotations

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
from gdkit.trail.query import estimate, run
from tests.simulator.athena.tables import DATABASE, GROUP, ask, make_bucket, open_athena, put_log, record, statement_of
from tests.simulator.small_world import ACCOUNT, OTHER, REGION, SmallWorld, small_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY, PRINCIPAL = "ASIAEXAMPLEKEY000001", "AROAEXAMPLEROLE000001:i-0123456789abcdef0"
DAY = datetime(2026, 11, 1, tzinfo=UTC)
TABLE = f"athena:{GROUP}/{DATABASE}.trail@{REGION}"
STORE_SETTINGS = {"Field": "eventCategory", "Equals": ["Management"]}


def mine(number: int, **more: Any) -> dict[str, Any]:
    """Give a record of a call with the key."""
    user = {"accessKeyId": KEY, "type": "AssumedRole", "principalId": PRINCIPAL}
    return record(number, **{"userIdentity": user, "eventVersion": "1.11", "eventCategory": "Management", **more})


@pytest.fixture(scope="module")
def world() -> Iterator[SmallWorld]:
    """Run a small world whose trail has a day with calls of one key, and days with calls of others."""
    with small_world() as running, pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_FIRST_PAUSE_S", 0.0)
        open_athena(running)
        bucket = make_bucket(running, "trail-logs-1")
        put_log(running, bucket, "2026/11/01", [mine(number) for number in range(2200)])
        put_log(running, bucket, "2026/11/02", [record(number) for number in range(3000, 3050)])
        put_log(running, bucket, "2026/11/05", [record(number) for number in range(4000, 9000)])
        assert ask(running, statement_of(bucket, "trail"))[0] == "SUCCEEDED"
        yield running


def question(**changes: Any) -> Question:
    """Ask for the key's calls of one day."""
    asked: dict[str, Any] = {"since": DAY, "until": DAY + timedelta(hours=20), "access_key_ids": (KEY,),
                             "principal_ids": (PRINCIPAL,)}  # fmt: skip
    return Question(**{**asked, **changes})


_READERS: dict[tuple[int, str], Any] = {}


def _reader(world: SmallWorld, denied: str) -> Any:
    """Give a session of a role that may do everything, but for one permission; one role for each."""
    name = f"reader{denied.replace(':', '-')}"
    if (id(world), name) not in _READERS:
        statements = [{"Effect": effect, "Action": action, "Resource": "*"}
                      for effect, action in (("Allow", "*"), ("Deny", denied)) if action]  # fmt: skip
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        world.site.role(name, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, policy)
        _READERS[id(world), name] = world.accounts.role_session(ACCOUNT, name, "someone", 3600)
    return _READERS[id(world), name]


def fetched(world: SmallWorld, folder: Path, source: str = TABLE, *, denied: str = "", terms: Terms | None = None,
            watch: Watch | None = None, **asked: Any) -> Fetched:  # fmt: skip
    """Fetch as one who may do everything, but for one permission."""
    reader = _reader(world, denied)
    with in_environment(world.simulator.environment(reader)):
        return fetch(parse_source(source), question(**asked), folder, aws=open_read_only(AwsAccess(regions=(REGION,))),  # type: ignore[arg-type]
                     terms=terms or Terms(), watch=watch or Watch())  # fmt: skip


def test_pages_and_bytes(world: SmallWorld, tmp_path: Path) -> None:
    """Every page of rows is read; what was estimated before is what was scanned, of the days asked for alone."""
    allowed: list[Any] = []
    watch = Watch(allow=lambda _, cost: bool(allowed.append(cost) or True))
    found = fetched(world, tmp_path, terms=Terms(max_bytes=1), watch=watch)
    assert found.records == 2200
    assert len(load_trail([tmp_path]).events) == 2200
    assert allowed[0].bytes == found.cost.bytes == world.accounts.athena.bytes_scanned
    assert (found.cost.objects, found.stopped) == (2, False)


@pytest.mark.parametrize(("denied", "operation", "words"), [
    ("glue:GetTable", "GetTable", "not authorized to perform: glue:GetTable"),
    ("athena:StartQueryExecution", "StartQueryExecution", "athena:StartQueryExecution"),
    ("athena:GetQueryExecution", "GetQueryExecution", "athena:GetQueryExecution"),
    ("athena:GetQueryResults", "GetQueryResults", "athena:GetQueryResults"),
    ("s3:GetObject", "StartQueryExecution", "s3:GetObject"),
])  # fmt: skip
def test_missing_permission(world: SmallWorld, tmp_path: Path, denied: str, operation: str, words: str) -> None:
    """Each permission that is missing is named, with the call that met it."""
    with pytest.raises(AwsError) as told:
        fetched(world, tmp_path, denied=denied)
    assert (told.value.kind, told.value.operation) == ("denied", operation)
    assert denied in f"{told.value.permission} {told.value.action}"
    assert words.partition(":")[2] in str(told.value)


@pytest.mark.parametrize("denied", ["s3:ListBucket", "athena:GetWorkGroup"])
def test_done_without(world: SmallWorld, tmp_path: Path, denied: str) -> None:
    """Without leave to read the work group the query is put all the same, and that is said."""
    if denied == "athena:GetWorkGroup":
        found = fetched(world, tmp_path, denied=denied)
        assert found.records == 2200
        assert any("settings of the work group ir may not be read" in warning for warning in found.warnings)
    else:
        with pytest.raises(AwsError, match="no permission to read the objects at s3://trail-logs-1"):
            fetched(world, tmp_path, denied=denied)


@pytest.mark.parametrize(("source", "words"), [
    (f"athena:{GROUP}/{DATABASE}.nowhere@{REGION}", "there is no such table"),
    (f"athena:{GROUP}/nowhere.trail@{REGION}", "there is no such table"),
    (f"athena:nowhere/{DATABASE}.trail@{REGION}", "the work group is not there, or is turned off"),
    (f"athena:primary/{DATABASE}.trail@{REGION}", "the work group names no place for results"),
    (f"lake:00000000-0000-4000-8000-000000000000@{REGION}", "the event data store is not there"),
])  # fmt: skip
def test_not_there(world: SmallWorld, tmp_path: Path, source: str, words: str) -> None:
    """A table, database, work group or store that is not there is told, with what to do."""
    with pytest.raises(AwsError, match=words) as told:
        fetched(world, tmp_path, source)
    assert told.value.action


def test_turned_off(world: SmallWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A work group that is turned off, or is for another engine, takes no query, and that is told before."""
    for settings, words in (
        ({"State": "DISABLED"}, "is turned off"),
        ({"Configuration": {"EngineVersion": {"EffectiveEngineVersion": "PySpark engine version 3"}}}, "runs no SQL"),
    ):
        group = {"Name": GROUP, "State": "ENABLED", **settings}
        monkeypatch.setattr(type(world.accounts.athena), "_group", lambda *_, group=group: group)
        with pytest.raises(TrailError, match=words):
            fetched(world, tmp_path)


def test_lake_formation(world: SmallWorld, tmp_path: Path) -> None:
    """A refusal of Lake Formation is told as one, with who can lift it."""
    world.accounts.athena.failing.append("Insufficient Lake Formation permission(s): Required Select on trail")
    with pytest.raises(AwsError, match="no permission in Lake Formation") as told:
        fetched(world, tmp_path)
    assert "administrator of Lake Formation" in told.value.action


def test_cutoff(world: SmallWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a query would scan is held against the work group's own limit before it is put."""
    athena = world.accounts.backend.client("athena", ACCOUNT, REGION)
    athena.create_work_group(Name="small", Configuration={"ManagedQueryResultsConfiguration": {"Enabled": True},
                                                          "BytesScannedCutoffPerQuery": 10_000_000})  # fmt: skip
    monkeypatch.setattr(estimate.Bucket, "measure", lambda *_: estimate.Measured(7, 20_000_000, 1))
    before = len(world.accounts.athena.queries())
    with pytest.raises(CostError, match=r"would scan about 20\.0 MB, and its work group ends queries after 10\.0 MB"):
        fetched(world, tmp_path, f"athena:small/{DATABASE}.trail@{REGION}")
    assert len(world.accounts.athena.queries()) == before


def test_stopped_and_taken_up(world: SmallWorld, tmp_path: Path) -> None:
    """A person's stop ends the query at AWS; the next run puts it anew, and a third one puts nothing."""
    athena = world.accounts.athena
    athena.polls = 10_000
    begun = len(athena.queries())
    stopped = fetched(world, tmp_path, watch=Watch(is_stopped=lambda: len(athena.queries()) > begun))
    athena.polls = 1
    assert stopped.stopped
    assert stopped.records == 0
    told = world.api("athena").get_query_execution(QueryExecutionId=list(athena._executions)[-1])
    assert told["QueryExecution"]["Status"]["State"] == "CANCELLED"
    assert fetched(world, tmp_path).records == 2200
    assert len(athena.queries()) == begun + 2
    assert fetched(world, tmp_path).records == 2200
    assert len(athena.queries()) == begun + 2


def test_running_query_is_taken_up(world: SmallWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is killed while its query runs leaves it running; the next run waits for that one."""
    athena, begun = world.accounts.athena, len(world.accounts.athena.queries())

    def killed(*_: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(run.Runs, "_wait", killed)
        fetched(world, tmp_path)
    assert fetched(world, tmp_path).records == 2200
    assert len(athena.queries()) == begun + 1


def test_before_the_first_day(world: SmallWorld, tmp_path: Path) -> None:
    """What is asked for and lies before the table's days, or in regions that it does not list, is named."""
    found = fetched(world, tmp_path, since=datetime(2026, 9, 1, tzinfo=UTC), regions=(REGION, "sa-east-1"))
    told = {gap.what: gap.reason.partition(";")[0] for gap in found.not_searched if gap.failed}
    assert told == {
        "log files in logs.trail of 2026-09-01 to 2026-09-30": "the table's settings leave these days out of its "
        "partitions by projection",
        "regions sa-east-1 in logs.trail": "the table's settings do not list them",
    }
    assert found.records == 2200, "the region that it lists is asked"
    begins = datetime(2026, 10, 1, tzinfo=UTC)
    spans = {(row.state, row.start_at, row.end_at) for row in found.places}
    assert {
        ("not searched", question().since.replace(month=9), begins),
        ("searched", begins, question().until),
    } == spans


def test_no_region_that_the_table_lists(world: SmallWorld, tmp_path: Path) -> None:
    """Where the table lists none of the regions that are asked for, it is not asked at all, and that is told."""
    begun = len(world.accounts.athena.queries())
    with pytest.raises(TrailError, match=f"none of the regions .*, ap-east-1; they list {REGION}") as refused:
        fetched(world, tmp_path, regions=("ap-east-1",))
    assert refused.value.where == "logs.trail"
    assert "gdkit athena-table DB.TABLE --region" in refused.value.action
    assert len(world.accounts.athena.queries()) == begun


def test_region_that_each_query_must_name(world: SmallWorld, tmp_path: Path) -> None:
    """Where each query must name a region and none is named, that is told: without one, nothing would be asked."""
    glue = world.accounts.backend.client("glue", ACCOUNT, REGION)
    table = glue.get_table(DatabaseName=DATABASE, Name="trail")["Table"]
    parameters = table["Parameters"] | {"projection.region.type": "injected"}
    made = {name: table[name] for name in ("StorageDescriptor", "PartitionKeys", "TableType")}
    glue.create_table(DatabaseName=DATABASE, TableInput={"Name": "by_region", "Parameters": parameters, **made})
    source = f"athena:{GROUP}/{DATABASE}.by_region@{REGION}"
    with pytest.raises(TrailError, match="each query of the table must name a region") as refused:
        fetched(world, tmp_path, source)
    assert refused.value.action == "name the regions with --region"
    assert fetched(world, tmp_path, source, regions=(REGION,)).records == 2200


def test_no_object_of_the_span(world: SmallWorld, tmp_path: Path) -> None:
    """A span without a log file, and a table over an empty place, give no event, and that this proves nothing."""
    make_bucket(world, "nothing-logs-1")
    ask(world, statement_of("nothing-logs-1", "nothing"))
    span = {"since": datetime(2026, 11, 10, tzinfo=UTC), "until": datetime(2026, 11, 11, tzinfo=UTC)}
    for name, asked in (("trail", span), ("nothing", {})):
        found = fetched(world, tmp_path / name, f"athena:{GROUP}/{DATABASE}.{name}@{REGION}", **asked)
        assert found.records == 0
        assert any("no object was found there for 2026-11-" in told for told in found.warnings)
    assert not any("no object" in told for told in fetched(world, tmp_path / "held").warnings)


@pytest.fixture(scope="module")
def organisation(world: SmallWorld) -> str:
    """Make a table whose accounts each query names; the session's call is in another account than the reader's."""
    bucket = make_bucket(world, "organisation-logs-1")
    user = mine(1)["userIdentity"] | {"accountId": OTHER}
    put_log(world, bucket, "2026/11/01", [record(2)])
    put_log(world, bucket, "2026/11/01", [mine(1, recipientAccountId=OTHER, userIdentity=user)], OTHER)
    ask(world, statement_of(bucket, "organisation", accounts=()).replace("o-a1b2c3d4e5/", ""))
    return f"athena:{GROUP}/{DATABASE}.organisation@{REGION}"


def test_organisation(world: SmallWorld, organisation: str, tmp_path: Path) -> None:
    """A table whose accounts each query names is asked for the session's account, or says that this is not known."""
    lost = fetched(world, tmp_path / "lost", organisation)
    assert lost.records == 0
    assert {row.account_id for row in lost.places} == {ACCOUNT}
    assert any(gap.failed and f"account {ACCOUNT} alone was asked" in gap.reason for gap in lost.not_searched)
    own = fetched(world, tmp_path / "own", organisation, own_account_ids=(OTHER,))
    assert (own.records, own.complete) == (1, True)
    assert {row.account_id for row in own.places} == {OTHER}
    assert any(f"other accounts than {OTHER}" in gap.what for gap in own.not_searched)
    both = fetched(world, tmp_path / "both", organisation, account_ids=(ACCOUNT, OTHER))
    assert both.records == 1


def test_organisation_is_measured(world: SmallWorld, organisation: str, tmp_path: Path) -> None:
    """The first query of such a table is measured before, for the accounts that are asked: its limit holds."""
    begun = len(world.accounts.athena.queries())
    with pytest.raises(CostError, match="1 object, 1 request"):
        fetched(world, tmp_path, organisation, own_account_ids=(OTHER,), terms=Terms(max_bytes=1))
    assert len(world.accounts.athena.queries()) == begun
    allowed: list[Any] = []
    watch = Watch(allow=lambda _, cost: bool(allowed.append(cost) or True))
    both = fetched(world, tmp_path, organisation, account_ids=(ACCOUNT, OTHER), terms=Terms(max_bytes=1), watch=watch)
    assert (allowed[0].objects, allowed[0].bytes) == (2, both.cost.bytes)
    assert not any("could not be told" in warning for warning in both.warnings)


def test_table_without_days(world: SmallWorld, tmp_path: Path) -> None:
    """A table that is not partitioned by day is not asked: each query would read the whole trail."""
    glue = world.accounts.backend.client("glue", ACCOUNT, REGION)
    table = glue.get_table(DatabaseName=DATABASE, Name="trail")["Table"]
    whole = {"Name": "whole", "StorageDescriptor": table["StorageDescriptor"], "PartitionKeys": []}
    glue.create_table(DatabaseName=DATABASE, TableInput=whole)
    with pytest.raises(TrailError, match="not partitioned by day"):
        fetched(world, tmp_path, f"athena:{GROUP}/{DATABASE}.whole@{REGION}")


def test_store_of_one_region(world: SmallWorld, tmp_path: Path) -> None:
    """A store says by its settings what it cannot hold: other regions, and events before it was made."""
    lake = world.api("cloudtrail")
    arn = lake.create_event_data_store(Name="one", MultiRegionEnabled=False)["EventDataStoreArn"]
    place = {"S3LocationUri": "s3://trail-logs-1/", "S3BucketRegion": REGION,
             "S3BucketAccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/copy"}  # fmt: skip
    lake.start_import(Destinations=[arn], ImportSource={"S3": place})
    found = fetched(world, tmp_path, f"lake:{arn}")
    assert found.records == 2200
    told = {gap.what.partition(": ")[2]: gap.failed for gap in found.not_searched}
    assert told["other regions than eu-west-1"] is True
    assert any(what.startswith("events before 2026-11-02T08:00") for what in told)
    assert any("does not tell before" in warning for warning in found.warnings)
    denied = fetched(world, tmp_path / "denied", f"lake:{arn}", denied="cloudtrail:GetEventDataStore")
    assert denied.records == 2200
    assert any("may not be read (cloudtrail:GetEventDataStore)" in warning for warning in denied.warnings)
