"""A trail's bucket in a simulated account: read over HTTP, it gives what its files on disk and the look-up give.

The bucket is moto's, behind the simulator's gateway: every request is authorized, recorded, and may be made to fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from click.testing import CliRunner

from gdkit.aws import open_read_only
from gdkit.cli import commands
from gdkit.errors import AwsError, GdkitError
from gdkit.gathering.window import looked_since
from gdkit.simulator.faults import FAULT_KINDS, FaultRule
from gdkit.trail import load_trail
from gdkit.trail.fetched import Fetched, Terms, Watch, fetch, question_of, with_fetched
from gdkit.trail.named import parse_source
from gdkit.trail.search import search_trail
from gdkit.trail.search.keep import session_rows
from tests.live.worlds import World, delivered_logs, investigate, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.model import Subject

pytestmark = pytest.mark.usefixtures("unpaced", "_at_once")

SCENARIOS = ("theft", "hub", "inside", "same-account")
PASSING = ("500", "503", "delay", "reset", "throttle")
"""Kinds of faults that a retry gets over."""

OWN = ["source_file", "source_line", "record_number", "form"]
"""Columns that tell where a record was read."""

OF_ROWS = ("user_name", "resources")
"""Columns that a row of a look-up tells beside its record."""


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests to a bucket be made again without waiting."""
    waits = {"init_backoff": timedelta(milliseconds=1), "max_backoff": timedelta(milliseconds=5), "base": 2}
    monkeypatch.setattr("gdkit.aws.objects.BACKOFF", waits)


def fetched(world: World, subject: Subject, folder: Path, *, prefix: str = "", **terms: Any) -> Fetched:
    """Fetch a session's events from the trail's bucket."""
    now = datetime.now(UTC)
    source: Any = parse_source(f"s3://{world.staged.trail_bucket}/{prefix}")
    asked = question_of(subject, looked_since(subject, now), now + timedelta(days=1))
    aws = open_read_only(world.access())
    return fetch(source, asked, folder, aws=aws, terms=Terms(**terms), watch=Watch())


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Compare tables of events but for where they were read."""
    pd.testing.assert_frame_equal(one.drop(columns=OWN), other.drop(columns=OWN))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_same_events_by_every_way(tmp_path: Path, scenario: str, seed: int) -> None:
    """A session's events out of the bucket are those out of its files, and those of the look-up with what that lacks.

    The look-up lacks data events, and records that bear neither the session's name nor a key: the service's own
    AssumeRole for the instance, and another account's record of one.
    """
    with staged_world(scenario, seed) as world:
        subject = world.subject()
        given = fetched(world, subject, tmp_path / "fetched")
        assert given.complete
        delivered_logs(world, tmp_path / "copied")
        files = search_trail(tmp_path / "copied", subject)
        bucket = search_trail(given.folder, subject)
        case = investigate(world, tmp_path / "case", subject=subject)
    assert len(bucket.events) > 20
    same(bucket.events, files.events)
    assert bucket.records == files.records
    looked = load_trail(case.case.evidence / "lookup").events
    looked = looked[session_rows(looked, subject)]
    lacking = bucket.events[~bucket.events["event_id"].isin(looked["event_id"])]
    others = lacking[lacking["event_category"] != "Data"]
    assert set(others["event_name"]) <= {"AssumeRole"}
    assert others["access_key_id"].isna().all()
    young = looked["event_at"] > bucket.events["event_at"].max()  # not delivered yet
    assert set(looked.loc[~young, "event_id"]) <= set(bucket.events["event_id"])
    columns = [name for name in looked.columns if name not in (*OWN, *OF_ROWS)]
    kept = bucket.events[bucket.events["event_id"].isin(looked["event_id"])]
    looked = looked[~young]
    pd.testing.assert_frame_equal(looked[columns].reset_index(drop=True), kept[columns].reset_index(drop=True))


def test_several_trails(tmp_path: Path) -> None:
    """A bucket with trails at its root, below a prefix and below a long one gives the events of all three."""
    tops = ("", "org-trail/", "p/q/r/s/t/")
    with staged_world("theft", 4) as world:
        subject, staged = world.subject(), world.staged
        fetched(world, subject, tmp_path / "whole")
        delivered_logs(world, tmp_path / "copied")
        s3 = world.accounts.backend.client("s3", staged.account_id, staged.region)
        for number, path in enumerate(sorted((tmp_path / "copied").rglob("*.json.gz"))):
            key = path.relative_to(tmp_path / "copied").as_posix()
            s3.delete_object(Bucket=staged.trail_bucket, Key=key)
            s3.put_object(Bucket=staged.trail_bucket, Key=f"{tops[number % 3]}{key}", Body=path.read_bytes())
        given = fetched(world, subject, tmp_path / "parted")
        assert given.complete
        s3.put_object(Bucket=staged.trail_bucket, Key="p/q/r/s/t/u/x.json", Body=b"{}")
        (gap,) = [gap for gap in fetched(world, subject, tmp_path / "cut").not_searched if gap.failed]
        assert "the folder p/q/r/s/t/u/" in gap.what
    same(search_trail(tmp_path / "parted", subject).events, search_trail(tmp_path / "whole", subject).events)


@dataclass(frozen=True, slots=True)
class Theft:
    """A staged theft, and its events out of the bucket when nothing went wrong."""

    world: World
    subject: Subject
    events: pd.DataFrame


@pytest.fixture(scope="module")
def theft(unpaced: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theft]:
    """Stage a theft, and fetch it once without a fault."""
    with staged_world("theft", 3) as world:
        subject = world.subject()
        folder = tmp_path_factory.mktemp("whole")
        fetched(world, subject, folder)
        yield Theft(world, subject, search_trail(folder, subject).events)


@pytest.mark.parametrize("prefix", ["AWSLogs", "AWSLogs/{account}/CloudTrail/{region}/"])
def test_any_prefix(theft: Theft, tmp_path: Path, prefix: str) -> None:
    """The bucket, a folder on the way and one region's folder can be named."""
    staged = theft.world.staged
    named = prefix.format(account=staged.account_id, region=staged.region)
    given = fetched(theft.world, theft.subject, tmp_path, prefix=named)
    found = search_trail(tmp_path, theft.subject).events
    wanted = theft.events
    if "{region}" in prefix:
        wanted = wanted[(wanted["region"] == staged.region) & (wanted["account_id"] == staged.account_id)]
    assert set(found["event_id"]) == set(wanted["event_id"])
    assert given.complete


def test_investigation_of_a_bucket(theft: Theft, tmp_path: Path) -> None:
    """A whole case on the bucket has the answer of a case on the same files, as far as the session's calls go."""
    delivered_logs(theft.world, tmp_path / "copied")
    source = f"s3://{theft.world.staged.trail_bucket}"
    on_bucket = investigate(theft.world, tmp_path / "bucket", [source], subject=theft.subject)
    on_files = investigate(theft.world, tmp_path / "files", [str(tmp_path / "copied")], subject=theft.subject,
                           access=theft.world.access())  # fmt: skip
    assert on_bucket.failed == []
    for name in ("finding", "session", "events", "attribution", "lineage"):
        assert on_bucket.answer[name] == on_files.answer[name], name
    assert on_bucket.ids("thief") == on_files.ids("thief")
    searched = on_bucket.result["coverage"]["searched"]
    assert [row["source"].split(": ")[0] for row in searched] == [source]


def test_together_with_the_look_up(theft: Theft, tmp_path: Path) -> None:
    """The look-up and the bucket together count each event once; the look-up has those that are not delivered yet."""
    source = f"s3://{theft.world.staged.trail_bucket}"
    alone = investigate(theft.world, tmp_path / "alone", [source], subject=theft.subject)
    both = investigate(theft.world, tmp_path / "both", ["lookup", source], subject=theft.subject)
    assert both.events["event_id"].is_unique
    delivered = both.events[both.events["event_at"] <= alone.events["event_at"].max()]
    assert list(delivered["event_id"]) == list(alone.events["event_id"])
    assert len(both.result["coverage"]["searched"]) == 2


@pytest.mark.parametrize("operation", ["GetObject", "ListObjectsV2"])
@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_faults(theft: Theft, tmp_path: Path, kind: Any, operation: str) -> None:
    """Whatever goes wrong, the events are all there, or a gap or an error says what is missing; no secret is told."""
    rule = FaultRule(kind, "s3", operation, times=None if kind == "deny" else 3, delay_s=0.01)
    with theft.world.faulty(rule):
        try:
            given: Fetched | GdkitError = fetched(theft.world, theft.subject, tmp_path)
        except GdkitError as error:
            given = error
        assert theft.world.accounts.faults.fired() > 0
    secret = theft.world.staged.analyst.secret_access_key
    if isinstance(given, GdkitError):
        assert isinstance(given, AwsError)
        assert given.action
        assert secret not in str(given)
        assert kind not in PASSING
    else:
        found = search_trail(given.folder, theft.subject).events
        gaps = [gap for gap in given.not_searched if gap.failed]
        assert kind not in PASSING or not gaps
        assert gaps or set(found["event_id"]) == set(theft.events["event_id"])
        assert all(secret not in gap.reason for gap in gaps)
    whole = fetched(theft.world, theft.subject, tmp_path)
    assert whole.complete, "a later run makes up for it"
    same(search_trail(tmp_path, theft.subject).events, theft.events)


def test_what_is_denied_is_named(theft: Theft, tmp_path: Path) -> None:
    """Some objects that may not be read are a gap with the permission; all of them an error with it."""
    with theft.world.faulty(FaultRule("deny", "s3", "GetObject", skip=5)):
        given = fetched(theft.world, theft.subject, tmp_path)
    gaps = [gap for gap in given.not_searched if gap.failed]
    assert gaps
    assert all(gap.kind == "denied" and "s3:GetObject" in gap.reason for gap in gaps)
    coverage = with_fetched(load_trail(tmp_path), [given]).coverage
    assert any(row.state == "denied" for row in coverage.places)


def test_nothing_may_be_read(theft: Theft, tmp_path: Path) -> None:
    """Where every object is denied, few as they are, the run ends with the permission that is missing."""
    with theft.world.faulty(FaultRule("deny", "s3", "GetObject")), pytest.raises(AwsError, match="s3:GetObject"):
        fetched(theft.world, theft.subject, tmp_path)


def test_credentials_that_end_on_the_way(theft: Theft, tmp_path: Path) -> None:
    """What was found before the credentials ended is given, and what was not read is a gap that says why."""
    objects = fetched(theft.world, theft.subject, tmp_path / "whole").cost.objects
    with theft.world.faulty(FaultRule("expire", "s3", "GetObject", skip=objects - 2)):
        given = fetched(theft.world, theft.subject, tmp_path / "cut")
    assert given.records
    assert given.stopped
    assert any(gap.kind == "expired" or "expired" in gap.reason for gap in given.not_searched if gap.failed)
    assert fetched(theft.world, theft.subject, tmp_path / "cut").complete
    same(search_trail(tmp_path / "cut", theft.subject).events, theft.events)


def test_events_command(theft: Theft, tmp_path: Path) -> None:
    """``gdkit events`` on the bucket writes the session's events, and asks nothing of it the second time."""
    arguments = ["events", str(theft.subject.principal_id), "--trail", f"s3://{theft.world.staged.trail_bucket}",
                 "--since", "2026-01-01", "--until", "2036-01-01", "--keep", str(tmp_path / "kept")]  # fmt: skip
    ran = CliRunner().invoke(commands, [*arguments, "--csv", str(tmp_path / "events.csv")])
    assert ran.exit_code == 0, ran.output
    assert ran.output.count("events of the session") == 1
    assert set(pd.read_csv(tmp_path / "events.csv")["event_id"]) == set(theft.events["event_id"])
    with theft.world.faulty(FaultRule("deny", "s3", "*")):
        assert CliRunner().invoke(commands, arguments).exit_code == 0
        assert theft.world.accounts.faults.fired() == 0


def test_hunt_command(theft: Theft) -> None:
    """``gdkit hunt`` on the bucket finds the session, as it does on the files."""
    arguments = ["hunt", "--trail", f"s3://{theft.world.staged.trail_bucket}", "--since", "2026-01-01"]
    ran = CliRunner().invoke(commands, arguments)
    assert str(theft.subject.instance_id) in ran.output, ran.output
