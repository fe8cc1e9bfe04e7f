"""Tables of a simulated Security Lake: which kinds of events and regions the ledger says that they hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from gdkit.aws import AwsAccess, open_read_only
from gdkit.case.folder import set_terms, start_case
from gdkit.cli import commands
from gdkit.gathering.events import gather_events
from gdkit.model import Subject
from gdkit.simulator.securitylake.tables import SecurityLake, database_of, table_name
from gdkit.simulator.server import in_environment
from gdkit.trail.fetched import Fetched, Question, Terms, Watch, fetch
from gdkit.trail.named import parse_source
from gdkit.trail.query import estimate, run
from tests.simulator.athena.tables import GROUP, make_bucket, open_athena, put_log, record
from tests.simulator.small_world import ACCOUNT, REGION, SmallWorld, small_world
from tests.trail.query.engines import error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.simulator.securitylake.ocsf import Version

KEY, PRINCIPAL = "ASIAEXAMPLEKEY000001", "AROAEXAMPLEROLE000001:i-0123456789abcdef0"
DAY = datetime(2026, 11, 1, tzinfo=UTC)
USER = {"accessKeyId": KEY, "type": "AssumedRole", "principalId": PRINCIPAL, "accountId": ACCOUNT}
NOT_IN_IT, NEVER = "us-east-1", "sa-east-1"


def mine(number: int, category: str, region: str = REGION) -> dict[str, Any]:
    """Give a record of a call with the key."""
    return record(number, userIdentity=USER, eventVersion="1.11", eventCategory=category, awsRegion=region,
                  eventSource="s3.amazonaws.com")  # fmt: skip


@pytest.fixture(scope="module")
def world() -> Iterator[SmallWorld]:
    """Run a small world with a lake of each version; its data events are of one region, those of management of two."""
    with small_world() as running, pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_FIRST_PAUSE_S", 0.0)
        open_athena(running)
        bucket = make_bucket(running, "trail-logs-1")
        put_log(running, bucket, "2026/11/01", [mine(1, "Data"), mine(2, "Management"),
                                                mine(3, "Management", NOT_IN_IT)])  # fmt: skip
        versions: tuple[Version, ...] = (1, 2)
        for version in versions:
            SecurityLake(running.accounts.backend, ACCOUNT, REGION, version).take_from(bucket)
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        running.site.role("reader", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, json.dumps(policy))
        reader = running.accounts.role_session(ACCOUNT, "reader", "someone", 3600)
        with in_environment(running.simulator.environment(reader)):
            yield running


def lake(source: str, version: Version) -> str:
    """Name the table of one kind of events."""
    return f"securitylake:{GROUP}/{database_of(REGION)}.{table_name(REGION, source, version)}"


def fetched(folder: Path, source: str, *regions: str) -> Fetched:
    """Fetch the key's calls of one day."""
    question = Question(DAY, DAY + timedelta(hours=20), (KEY,), (PRINCIPAL,), regions=regions)
    return fetch(parse_source(source), question, folder, aws=open_read_only(AwsAccess(regions=(REGION,))),  # type: ignore[arg-type]
                 terms=Terms(), watch=Watch())  # fmt: skip


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("version", [1, 2])
def test_rows_of_one_kind(version: Version, tmp_path: Path) -> None:
    """The rows claim the kind of events that the table's name tells, and no other."""
    for source, category in (("s3_data", "Data"), ("cloud_trail_mgmt", "Management"), ("lambda_execution", "Data")):
        found = fetched(tmp_path / source, lake(source, version))
        assert {row.event_category for row in found.places} == {category}, source


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("version", [1, 2])
def test_management_events_are_a_gap(version: Version, tmp_path: Path) -> None:
    """With the table of data events alone, management events are a gap to act on, in a command and in a case."""
    data, management = lake("s3_data", version), lake("cloud_trail_mgmt", version)
    for sources, lacking in (([data], [data]), ([data, management], [])):
        named = [argument for one in sources for argument in ("--trail", one)]
        ended = CliRunner().invoke(commands, ["events", PRINCIPAL, "--json", "--since", "2026-11-01", "--until",
                                              "2026-11-02", *named])  # fmt: skip
        assert ended.exit_code == (3 if lacking else 0), ended.output
        told = [gap["what"] for gap in json.loads(ended.stdout)["coverage"]["not_searched"] if gap["failed"]]
        assert told == [f"management events, which are not in {one}" for one in lacking]
        about = Subject(principal_id=PRINCIPAL)
        terms = Terms(since=DAY, until=DAY + timedelta(hours=20))
        case = start_case(tmp_path / f"{len(sources)}", about, trail=sources, access=AwsAccess(regions=(REGION,)))
        set_terms(case, terms)
        gathered = [gap.what for gap in gather_events(case, about, sources).coverage.not_searched if gap.failed]
        assert gathered == told


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("version", [1, 2])
def test_region_without_a_folder(version: Version, tmp_path: Path) -> None:
    """A region that is asked for and has no folder in the lake is a gap, and no row claims it; others are claimed."""
    found = fetched(tmp_path, lake("cloud_trail_mgmt", version), REGION, NOT_IN_IT, NEVER)
    (gap,) = [gap for gap in found.not_searched if gap.failed]
    assert gap.what.startswith(f"region {NEVER} in securitylake:")
    assert "the lake has no folder of it" in gap.reason
    states = {(row.region, row.state) for row in found.places}
    assert states == {(REGION, "searched"), (NOT_IN_IT, "searched"), (NEVER, "not searched")}
    assert not found.complete


@pytest.mark.usefixtures("world")
def test_region_without_data_events(tmp_path: Path) -> None:
    """Of a table of data events a region without a folder is claimed by no row, and named; nobody need have acted."""
    found = fetched(tmp_path, lake("s3_data", 2), REGION, NOT_IN_IT)
    (gap,) = [gap for gap in found.not_searched if gap.what.startswith(f"region {NOT_IN_IT} in")]
    assert (gap.kind, gap.failed) == ("no data events", False)
    assert {(row.region, row.state) for row in found.places} == {(REGION, "searched"), (NOT_IN_IT, "not searched")}


@pytest.mark.usefixtures("world")
def test_region_that_a_record_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the lake's folders cannot be listed, or are none of regions, a record tells that it holds a region."""

    def denied(*_: object) -> list[str]:
        raise error("no permission for s3:ListBucket", kind="denied")

    for folders, words in ((denied, "could not be listed (no permission for s3:ListBucket)"),
                           (lambda *_: ["data"], "has no folders of regions")):  # fmt: skip
        monkeypatch.setattr(estimate.Bucket, "folders", folders)
        found = fetched(tmp_path / words[:3], lake("cloud_trail_mgmt", 2), REGION, NEVER)
        (gap,) = [gap for gap in found.not_searched if gap.failed]
        assert gap.what.startswith(f"region {NEVER} in")
        assert words in gap.reason
        assert {row.region for row in found.places if row.state == "searched"} == {REGION}
    monkeypatch.undo()
    everywhere = fetched(tmp_path / "everywhere", lake("cloud_trail_mgmt", 2))
    assert not any(gap.failed for gap in everywhere.not_searched)
