"""Any incident by every source of events: the same table of events, but for what a ledger says it lacks."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings

from gdkit.analysis.subject import subject_of_text
from gdkit.aws import AwsAccess
from gdkit.case.folder import start_case
from gdkit.gathering.events import gather_events
from gdkit.simulator.accounts import Accounts
from gdkit.simulator.scenarios.queryable import _SELECTORS
from gdkit.simulator.securitylake.tables import SecurityLake, database_of, table_name
from gdkit.simulator.server import in_environment, running
from gdkit.trail import load_trail
from gdkit.trail.lookup.result import NAMELESS
from gdkit.trail.query import run
from gdkit.trail.query.archived import table_of_archive
from gdkit.trail.query.ddl import TrailPlace, create_statement, table_over
from gdkit.trail.query.follow import IN_OWN_ACCOUNT
from gdkit.trail.search.keep import session_rows
from tests.live.drawn import REGIONS, Drawn, incidents, told_apart, yesterday
from tests.live.test_sources_agree import COLUMNS, differing
from tests.simulator.athena.tables import DATABASE, GROUP, ask, make_bucket, open_athena, put_parts
from tests.simulator.small_world import ACCOUNT, OTHER, REGION, SmallWorld
from tests.trail.archive.made import made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from gdkit.trail import Trail

NUMBERS = count(1)
EXAMPLES = 6
"""Each takes all sources a few seconds; what is drawn is the same in each run."""


@pytest.fixture(scope="module")
def world(unpaced: None) -> Iterator[SmallWorld]:
    """Run one small world for all examples, at the present time, and tie this process to it as a reader."""
    with running(Accounts(1, lookups_per_s=None)) as simulator, pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_FIRST_PAUSE_S", 0.0)
        found = SmallWorld(simulator)
        open_athena(found)
        found.role_key("reader")
        reader = found.accounts.role_session(ACCOUNT, "reader", "someone", 3600)
        with in_environment(simulator.environment(reader)):
            yield found
        found.close()


def _ways(world: SmallWorld, drawn: Drawn, folder: Path) -> dict[str, list[str]]:
    """Deliver an incident, open what was delivered to each source, and give the sources' names."""
    drawn.write(folder / "logs")
    made(folder / "kept", folder / "logs")
    bucket, number = make_bucket(world, f"trail-logs-{drawn.number}"), drawn.number
    s3 = world.accounts.backend.client("s3", ACCOUNT, REGION)
    for key, body in drawn.bodies().items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    put_parts(s3, f"s3://{bucket}/kept-parts", folder / "kept")
    for record in drawn.records:
        world.accounts.history.add(record)
    place = TrailPlace(bucket, "", "", (ACCOUNT, OTHER), REGIONS, yesterday() - timedelta(days=30))
    shapes = (table_over(place, DATABASE, f"trail{number}"),
              table_of_archive(f"s3://{bucket}/kept-parts", DATABASE, f"kept{number}"))  # fmt: skip
    assert [ask(world, create_statement(shape))[0] for shape in shapes] == ["SUCCEEDED", "SUCCEEDED"]
    version = 1 + number % 2
    SecurityLake(world.accounts.backend, ACCOUNT, REGION, version).take_from(bucket)  # type: ignore[arg-type]
    lake = [table_name(REGION, source, version) for source in ("cloud_trail_mgmt", "s3_data")]  # type: ignore[arg-type]
    return {
        "archive": [f"archive:{folder / 'kept'}"],
        "s3": [f"s3://{bucket}"],
        "athena": [f"athena:{GROUP}/{DATABASE}.trail{number}@{REGION}"],
        "archive by athena": [f"athena:{GROUP}/{DATABASE}.kept{number}@{REGION}"],
        "security lake": [f"securitylake:{GROUP}/{database_of(REGION)}.{name}" for name in lake],
        "lake": [_store(world, bucket)],
        "lookup": ["lookup"],
    }


def _store(world: SmallWorld, bucket: str) -> str:
    """Copy what a trail delivered into an event data store of its own."""
    lake = world.api("cloudtrail")
    arn = lake.create_event_data_store(Name=bucket, AdvancedEventSelectors=_SELECTORS)["EventDataStoreArn"]
    place = {"S3LocationUri": f"s3://{bucket}/", "S3BucketRegion": REGION,
             "S3BucketAccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/copy"}  # fmt: skip
    lake.start_import(Destinations=[arn], ImportSource={"S3": place})
    return f"lake:{arn}"


def _events(trail: Trail, subject: Any) -> pd.DataFrame:
    rows = session_rows(trail.events, subject)
    return trail.events.loc[rows, COLUMNS].sort_values("event_id", ignore_index=True)


def _as_looked_up(events: pd.DataFrame, trail: Trail) -> pd.DataFrame:
    """Leave what the event history can give by a key; of the rest the ledger must say that it is lacking.

    Its rows name user and resources themselves, beside the record, so that it has more of these.
    """
    gaps = trail.coverage.not_searched
    data, nameless = events["event_category"] == "Data", events["access_key_id"].isna()
    assert not data.any() or any(gap.kind == "no data events" for gap in gaps)
    assert not nameless.any() or any(gap.what == NAMELESS for gap in gaps)
    return events[~data & ~nameless].drop(columns=["user_name", "resources"]).reset_index(drop=True)


def _in_own_accounts(events: pd.DataFrame, drawn: Drawn) -> pd.DataFrame:
    """Leave out another account's own records of calls that roles chained from the session made."""
    copies = (events["account_id"] == OTHER) & events["access_key_id"].isna()
    return events[~copies | (events["principal_id"] == drawn.principal)].reset_index(drop=True)


def test_any_incident(world: SmallWorld, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each source gives the session's events that the files hold, value by value, but for what its ledger names.

    Every second incident is asked about by nothing but a key of the session.
    """

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(records=incidents())
    def agree(records: list[dict[str, Any]]) -> None:
        drawn = told_apart(records, next(NUMBERS), yesterday())
        _see_agreement(world, drawn, tmp_path_factory.mktemp("drawn"))

    agree()


def _see_agreement(world: SmallWorld, drawn: Drawn, folder: Path) -> None:
    ways, about = _ways(world, drawn, folder), subject_of_text(drawn.key if drawn.number % 2 else drawn.principal)
    assert about is not None
    files = _events(load_trail([folder / "logs"]), about)
    assert len(files) >= 3
    for way, sources in ways.items():
        case = start_case(folder / way, about, trail=sources, access=AwsAccess(regions=REGIONS))
        trail = gather_events(case, about, sources)
        expected, found = files, _events(trail, about)
        if way == "lookup":
            expected, found = (_as_looked_up(one, trail) for one in (files, found))
        elif IN_OWN_ACCOUNT in trail.coverage.not_searched:
            assert way not in ("archive", "s3")
            expected, found = (_in_own_accounts(one, drawn) for one in (files, found))
        assert list(found["event_id"]) == list(expected["event_id"]), way
        assert differing(expected, found) == [], way
        failed = [gap.what for gap in trail.coverage.not_searched if gap.failed]
        expected_gaps = _quiet_regions(drawn, sources) if way == "security lake" else []
        assert failed == expected_gaps, way


def _quiet_regions(drawn: Drawn, sources: list[str]) -> list[str]:
    """Name the regions without a management event: of them the lake has no folder, so that nothing tells of them."""
    seen = {record["awsRegion"] for record in drawn.records if record.get("eventCategory") == "Management"}
    return [f"region {region} in {source}" for source in sources if "cloud_trail_mgmt" in source
            for region in REGIONS if region not in seen]  # fmt: skip
