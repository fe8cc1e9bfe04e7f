"""An archive's parts in a bucket, asked by a simulated Athena: what is found, estimated, missing and wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gdkit.aws import AwsAccess, open_read_only
from gdkit.errors import AwsError, CostError, TrailError
from gdkit.simulator.server import in_environment
from gdkit.tables import EVENTS
from gdkit.trail import load_trail
from gdkit.trail.fetched import Fetched, Question, Terms, Watch, fetch
from gdkit.trail.named import parse_source
from gdkit.trail.query import estimate, run
from gdkit.trail.query.archived import table_of_archive
from gdkit.trail.query.ddl import create_statement
from gdkit.trail.query.estimate import Bucket
from tests.simulator.athena.tables import DATABASE, GROUP, ask, make_bucket, open_athena, put_parts
from tests.simulator.small_world import ACCOUNT, OTHER, REGION, SmallWorld, small_world
from tests.trail import samples
from tests.trail.archive.made import made, updated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

TABLE = f"athena:{GROUP}/{DATABASE}.kept@{REGION}"
PLACE = "s3://team-archive/kept"
DAY = datetime(2026, 11, 1, tzinfo=UTC)
STRANGER = {"type": "IAMUser", "principalId": "AIDAEXAMPLESTRANGER", "accessKeyId": "AKIAEXAMPLESTRANGER0"}
ROLE_KEY, ROLE = "ASIAEXAMPLECHAINED01", "AROAEXAMPLEROLE000002:next"
ASSUMED = {"credentials": {"accessKeyId": ROLE_KEY, "expiration": "2026-11-01T05:00:00Z"},
           "assumedRoleUser": {"assumedRoleId": ROLE}}  # fmt: skip
NEXT = {"type": "AssumedRole", "principalId": ROLE, "accessKeyId": ROLE_KEY, "accountId": ACCOUNT,
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/next/next"}  # fmt: skip


def told(number: int, **changes: Any) -> dict[str, Any]:
    """Give a record of a stranger."""
    return samples.event(number, **{"userIdentity": STRANGER, "sourceIPAddress": "203.0.113.9", **changes})


WANTED = [
    samples.event(1),
    samples.event(2, eventName="AssumeRole", eventSource="sts.amazonaws.com", responseElements=ASSUMED,
                  requestParameters={"roleSessionName": "next", "roleArn": "r"}),
    samples.event(3, userIdentity=NEXT, eventName="ListBuckets"),
    told(4, requestParameters={"instanceId": samples.INSTANCE}),
    told(5, sourceIPAddress="2001:0DB8:0:0:0:0:0:1"),
    samples.event(6, eventTime="soon"),
]  # fmt: skip
OTHERS = [
    told(7, requestParameters={"instanceId": "i-0aaaabbbbccccdddd"}),
    told(20),
    told(21, eventTime="2026-10-01T00:00:00Z"),
    samples.event(22, eventTime="2026-09-01T00:00:00Z"),
]


def logs_in(folder: Path) -> Path:
    """Write log files in several forms: records, one of them twice; rows of look-ups; and what is no log."""
    logs = folder / "logs"
    logs.mkdir()
    (logs / "a.json").write_text(json.dumps({"Records": [*WANTED, *OTHERS]}, indent=1))
    (logs / "again.jsonl").write_text(samples.compact(WANTED[0]))
    (logs / "lookup.json").write_text(json.dumps({"Events": [samples.lookup_row(41)]}))
    (logs / "console.csv").write_text(samples.csv_text(samples.CONSOLE_HEADER, [samples.console_cells(51)]))
    return logs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with log files, and an archive of them."""
    found = tmp_path_factory.mktemp("kept")
    made(found / "archive", logs_in(found))
    return found


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[SmallWorld]:
    """Run a small world with the archive's parts in a bucket, and the table over them."""
    with small_world() as running, pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_FIRST_PAUSE_S", 0.0)
        open_athena(running)
        make_bucket(running, "team-archive")
        put_parts(running.accounts.backend.client("s3", ACCOUNT, REGION), PLACE, folder / "archive")
        create(running, PLACE, "kept")
        yield running


def create(world: SmallWorld, place: str, name: str) -> str:
    """Run the statement of a table over parts, twice; give the name of the source."""
    statement = create_statement(table_of_archive(place, DATABASE, name))
    for _ in range(2):
        assert ask(world, statement)[0] == "SUCCEEDED"
    return f"athena:{GROUP}/{DATABASE}.{name}@{REGION}"


def question(**changes: Any) -> Question:
    """Ask for the session, its instance and an address, over one day."""
    asked: dict[str, Any] = {
        "since": DAY, "until": DAY + timedelta(days=1), "principal_ids": (f"{samples.ROLE_ID}:{samples.INSTANCE}",),
        "session_names": (samples.INSTANCE,), "instance_id": samples.INSTANCE, "addresses": ("2001:db8::1",),
    }  # fmt: skip
    return Question(**{**asked, **changes})


def fetched(world: SmallWorld, case: Path, source: str = TABLE, *, denied: str = "", terms: Terms | None = None,
            watch: Watch | None = None, **asked: Any) -> Fetched:  # fmt: skip
    """Fetch as one who may do everything, but for one permission."""
    name = f"reader{denied.replace(':', '-')}"
    if name not in _READERS.setdefault(id(world), {}):
        statements = [{"Effect": effect, "Action": action, "Resource": "*"}
                      for effect, action in (("Allow", "*"), ("Deny", denied)) if action]  # fmt: skip
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        world.site.role(name, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, policy)
        _READERS[id(world)][name] = world.accounts.role_session(ACCOUNT, name, "someone", 3600)
    with in_environment(world.simulator.environment(_READERS[id(world)][name])):
        return fetch(parse_source(source), question(**asked), case, aws=open_read_only(AwsAccess(regions=(REGION,))),  # type: ignore[arg-type]
                     terms=terms or Terms(), watch=watch or Watch())  # fmt: skip


_READERS: dict[int, dict[str, Any]] = {}


def table_in(where: Path) -> pd.DataFrame:
    """Give the events of log files, but for where each was read."""
    left = ("form", "source_file", "source_line", "record_number")
    columns = [name for name in EVENTS.names if name not in left]
    return load_trail([where]).events[columns].sort_values("event_id", ignore_index=True)


def test_same_as_the_files(world: SmallWorld, folder: Path, tmp_path: Path) -> None:
    """The session, what it led to, calls on its instance and from an address are found, with every column alike."""
    found = fetched(world, tmp_path)
    events, of_files = table_in(tmp_path), table_in(folder / "logs")
    rows = [one for one in of_files["event_id"] if one.endswith(("000041", "000051"))]
    assert len(rows) == 2, "a row of a look-up, and one of the console's download"
    wanted = {one["eventID"] for one in WANTED} | set(rows)
    assert set(events["event_id"]) == wanted
    expected = of_files[of_files["event_id"].isin(wanted)].reset_index(drop=True)
    assert events.astype(expected.dtypes).equals(expected)
    assert found.records == len(wanted) + 2, "a copy in another log file, and the chained key's own query"
    assert not [gap for gap in found.not_searched if gap.failed]


NOBODY: dict[str, Any] = {"principal_ids": (), "session_names": (), "instance_id": None, "addresses": ()}


@pytest.mark.parametrize(("asked", "numbers"), [
    ({"instance_id": "i-0aaaabbbbccccdddd"}, {7}),
    ({"access_key_ids": (ROLE_KEY,)}, {2, 3}),
    ({"principal_ids": (ROLE,)}, {2, 3}),
    ({"session_names": ("next",)}, {2, 3}),
    ({"addresses": ("2001:db8:0::1",)}, {5}),
    ({"addresses": ("203.0.113.9",)}, {4, 7, 20}),
])  # fmt: skip
def test_by_one_identifier(world: SmallWorld, tmp_path: Path, asked: dict[str, Any], numbers: set[int]) -> None:
    """A key used or issued, a principal, a session asked for, an instance named, an address: each finds records."""
    fetched(world, tmp_path, **NOBODY | asked)
    assert {int(one[-4:]) for one in table_in(tmp_path)["event_id"]} == numbers


def test_everything_of_a_span(world: SmallWorld, tmp_path: Path) -> None:
    """A question that names nobody gives all records of the span, and those that tell no time."""
    fetched(world, tmp_path, since=datetime(2026, 9, 30, tzinfo=UTC), until=datetime(2026, 10, 2, tzinfo=UTC), **NOBODY)
    assert set(table_in(tmp_path)["event_id"]) == {OTHERS[2]["eventID"], WANTED[5]["eventID"]}


def test_places(world: SmallWorld, tmp_path: Path) -> None:
    """Accounts and regions that are named bound a question."""
    assert fetched(world, tmp_path / "other", account_ids=("444455556666",)).records == 0
    assert fetched(world, tmp_path / "region", regions=("us-east-1",)).records == 0
    assert fetched(world, tmp_path / "own", account_ids=(ACCOUNT,), regions=(REGION,)).records > 5


def test_estimate_and_bytes(world: SmallWorld, folder: Path, tmp_path: Path) -> None:
    """Before, all parts are said to be the most that is scanned; afterwards Athena's own count stands."""
    allowed: list[Any] = []
    watch = Watch(allow=lambda _, cost: bool(allowed.append(cost) or True))
    found = fetched(world, tmp_path, terms=Terms(max_bytes=1), watch=watch)
    whole = sum(path.stat().st_size for path in (folder / "archive").rglob("*.parquet"))
    assert allowed[0].bytes == whole
    assert allowed[0].priced.startswith("at most: all parts of the archive, whatever is asked; a query may read less; ")
    assert 0 < found.cost.bytes < 2 * whole
    with pytest.raises(CostError):
        fetched(world, tmp_path / "refused", terms=Terms(max_bytes=1))


def test_limit_of_the_work_group(world: SmallWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of the work group that is below the size of all parts refuses nothing before: a query may read less."""
    athena = world.accounts.backend.client("athena", ACCOUNT, REGION)
    limits = {"ManagedQueryResultsConfiguration": {"Enabled": True}, "BytesScannedCutoffPerQuery": 10_000_000}
    athena.create_work_group(Name="small", Configuration=limits)
    monkeypatch.setattr(estimate.Bucket, "measure", lambda *_: estimate.Measured(7, 20_000_000, 1))
    assert fetched(world, tmp_path, f"athena:small/{DATABASE}.kept@{REGION}").records > 5


def test_measured_in_places(world: SmallWorld, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects of all places are added up, with the time of the newest; of very many places some stand for all."""
    bucket = Bucket(world.accounts.backend.client("s3", ACCOUNT, REGION), ACCOUNT)
    sizes = [path.stat().st_size for path in (folder / "archive").rglob("*.parquet")]
    one, both = bucket.measure([PLACE]), bucket.measure([PLACE, "s3://team-archive/nothing-here"])
    assert (one.objects, one.bytes, one.requests, one.note) == (len(sizes), sum(sizes), 1, "")
    assert one.newest_at is not None
    assert both == one._replace(requests=2)
    monkeypatch.setattr(estimate, "MOST_LISTED", 1)
    part = bucket.measure([PLACE, PLACE])
    assert part == one._replace(objects=2 * one.objects, bytes=2 * one.bytes, note="from a part of the objects")
    assert bucket.measure([]) == (0, 0, 0, "", None)


def test_what_parts_do_not_tell(world: SmallWorld, tmp_path: Path) -> None:
    """That unread places of log files, and what came after the copy, are not told by the table stands in the ledger."""
    unread, later, _ = fetched(world, tmp_path).not_searched
    assert "could not be read when the archive in logs.kept was made" in unread.what
    assert "gdkit archive DIR" in unread.reason
    assert later.what == "log files that the archive in logs.kept had not taken in when its parts were copied"
    assert later.reason.startswith("the table shows what was copied, the newest part at 20")
    assert (unread.failed, later.failed) == (False, False)


def test_copy_too_old(world: SmallWorld, tmp_path: Path) -> None:
    """A copy from before the end of what is asked for is a failed gap, with what to do about it."""
    _, later, _ = fetched(world, tmp_path, until=datetime.now(UTC) + timedelta(days=2)).not_searched
    assert later.failed
    assert later.reason.endswith("; bring the archive up to date, and copy its parts again")


def test_listing_denied(world: SmallWorld, tmp_path: Path) -> None:
    """Where the parts may not be listed, the query's own refusal is told, with what is needed."""
    with pytest.raises(AwsError, match="no permission to read the objects at s3://team-archive"):
        fetched(world, tmp_path, denied="s3:ListBucket")


def test_no_parts(world: SmallWorld, tmp_path: Path) -> None:
    """A table over a place where nothing lies is refused: an empty answer would say that nothing was done."""
    source = create(world, "s3://team-archive/nowhere", "empty")
    with pytest.raises(TrailError, match="there is no object at the place of the table") as refused:
        fetched(world, tmp_path, source)
    assert "s3://team-archive/nowhere/" in str(refused.value)
    assert "copy the archive's parts" in refused.value.action


def test_indexes_copied_as_well(world: SmallWorld, folder: Path, tmp_path: Path) -> None:
    """An archive copied with its indexes is told: what lies there is no Parquet, and only parts are to be copied."""
    source = create(world, "s3://team-archive/whole", "whole")
    put_parts(world.accounts.backend.client("s3", ACCOUNT, REGION), "s3://team-archive/whole", folder / "archive",
              only="*.*")  # fmt: skip
    with pytest.raises(AwsError, match="no Parquet file") as told_of:
        fetched(world, tmp_path, source)
    assert "*.parquet" in told_of.value.action


def test_other_columns_in_the_parts(world: SmallWorld, tmp_path: Path) -> None:
    """Parquet whose columns are of other types than the table's fails, and is told as such."""
    source = create(world, "s3://team-archive/other", "other")
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"names": ["a"], "event_at": ["noon"], "record": ["{}"], "line": ["x"]}), path)
    world.accounts.backend.client("s3", ACCOUNT, REGION).put_object(Bucket="team-archive", Key="other/x.parquet",
                                                                    Body=path.read_bytes())  # fmt: skip
    with pytest.raises(AwsError, match="not of the form that the table says"):
        fetched(world, tmp_path / "case", source)


def test_grown_and_copied_again(world: SmallWorld, folder: Path, tmp_path: Path) -> None:
    """Parts that the archive got later are found once they are copied, too, with nothing done to the table."""
    logs, archive = tmp_path / "more", tmp_path / "archive"
    logs.mkdir()
    (logs / "first.json").write_text(samples.compact(samples.event(1)))
    made(archive, logs)
    s3 = world.accounts.backend.client("s3", ACCOUNT, REGION)
    put_parts(s3, "s3://team-archive/growing", archive)
    source = create(world, "s3://team-archive/growing", "growing")
    assert fetched(world, tmp_path / "one", source).records == 1
    (logs / "second.json").write_text(samples.compact(samples.event(2)))
    updated(archive)
    put_parts(s3, "s3://team-archive/growing", archive)
    assert fetched(world, tmp_path / "two", source).records == 2


def test_account_that_the_archive_may_not_hold(world: SmallWorld, tmp_path: Path) -> None:
    """No row claims an account or region of the parts; one that a role led to and nothing is seen of is a gap."""
    logs, archive = tmp_path / "led", tmp_path / "archive"
    logs.mkdir()
    role = {"requestParameters": {"roleArn": f"arn:aws:iam::{OTHER}:role/next"}, "responseElements": ASSUMED}
    led = samples.event(2, eventName="AssumeRole", eventSource="sts.amazonaws.com", **role)
    (logs / "a.jsonl").write_text(f"{samples.compact(samples.event(1))}\n{samples.compact(led)}")
    made(archive, logs)
    put_parts(world.accounts.backend.client("s3", ACCOUNT, REGION), "s3://team-archive/led", archive)
    found = fetched(world, tmp_path / "case", create(world, "s3://team-archive/led", "led"), regions=(REGION,))
    assert len(load_trail([tmp_path / "case"]).events) == 2
    told_of = {(row.account_id, row.region, row.state) for row in found.places if row.state != "delayed"}
    assert told_of == {(None, None, "searched"), (ACCOUNT, None, "searched"), (OTHER, None, "not searched")}
    (gap,) = (gap for gap in found.not_searched if gap.failed and OTHER in gap.what)
    assert "no record of it was found" in gap.reason
