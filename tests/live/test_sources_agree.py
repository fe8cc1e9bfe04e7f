"""The same incident by every source of events: whichever way they came, the session's events are the same."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from gdkit.case.folder import start_case
from gdkit.gathering.events import gather_events
from gdkit.simulator.scenarios.queryable import DATABASE, GROUP, open_to_queries
from gdkit.tables import EVENTS
from gdkit.trail import load_trail
from gdkit.trail.lookup.plan import LATE_BY
from gdkit.trail.query.archived import table_of_archive
from gdkit.trail.query.ddl import create_statement
from gdkit.trail.search.keep import session_rows
from tests.live.worlds import World, delivered_logs, staged_world
from tests.simulator.athena.tables import put_parts
from tests.trail.archive.made import made

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from gdkit.simulator.securitylake.ocsf import Version
    from gdkit.trail import Trail

ORIGIN = frozenset({"form", "source_file", "source_line", "record_number"})
"""Columns that say where a record was read."""

COLUMNS = [name for name in EVENTS.names if name not in ORIGIN]
STAGED: list[tuple[str, int, Version]] = [("theft", 3, 2), ("inside", 4, 1), ("same-account", 5, 2), ("hub", 6, 1)]


def session_events(world: World, trail: Trail) -> pd.DataFrame:
    """Give the session's events, but for where each was read."""
    rows = session_rows(trail.events, world.subject(world.staged.region))
    return trail.events.loc[rows, COLUMNS].sort_values("event_id", ignore_index=True)


def differing(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Name the columns and events in which two tables of the same events differ."""
    differ = ~(one.eq(other) | (one.isna() & other.isna()))
    return [f"{column} of {one['event_id'][row]}: {one[column][row]!r} and {other[column][row]!r}"
            for column in one.columns for row in differ.index[differ[column].astype(bool)]]  # fmt: skip


def _in_both(world: World, events: pd.DataFrame) -> pd.DataFrame:
    """Leave what the event history gives by a key, and log files hold by now.

    Its rows name user and resources themselves, beside the record, so that it has more of these.
    """
    kept = (events["event_category"] == "Management") & events["access_key_id"].notna()
    delivered = events["event_at"] < world.accounts.clock.now() - LATE_BY
    return events[kept & delivered].drop(columns=["user_name", "resources"]).reset_index(drop=True)


def _archive_in_bucket(world: World, folder: Path) -> str:
    """Make an archive of the log files, copy its parts to a bucket, and run the statement of their table."""
    account_id, region = world.staged.account_id, world.staged.region
    made(folder / "kept", folder / "logs")
    place = f"s3://{world.staged.trail_bucket}/kept-parts"
    put_parts(world.accounts.backend.client("s3", account_id, region), place, folder / "kept")
    world.accounts.perform(account_id, region, "athena", "StartQueryExecution", WorkGroup=GROUP,
                           QueryString=create_statement(table_of_archive(place, DATABASE, "kept")))  # fmt: skip
    return f"athena:{GROUP}/{DATABASE}.kept@{region}"


@contextmanager
def _open(scenario: str, seed: int, version: Version, folder: Path) -> Iterator[tuple[World, dict[str, Sequence[str]]]]:
    """Stage a scenario, and give the ways to its events by source."""
    with staged_world(scenario, seed) as world:
        delivered_logs(world, folder / "logs")
        opened = open_to_queries(world.accounts, world.staged, version=version)
        kept = _archive_in_bucket(world, folder)
        yield (
            world,
            {
                "athena": [opened.athena],
                "archive": [f"archive:{folder / 'kept'}"],
                "archive by athena": [kept],
                "security lake": opened.security_lake,
                "lake": [opened.lake],
                "s3": [f"s3://{world.staged.trail_bucket}"],
                "lookup": ["lookup"],
            },
        )


@pytest.mark.usefixtures("unpaced")
@pytest.mark.parametrize(("scenario", "seed", "version"), STAGED)
def test_same_events(scenario: str, seed: int, version: Version, tmp_path: Path) -> None:
    """Each source gives the events that the log files hold, value by value, but for what its ledger says it lacks."""
    with _open(scenario, seed, version, tmp_path) as (world, ways):
        logged = load_trail([tmp_path / "logs"])
        files = session_events(world, logged)
        home = world.staged.region
        regions = [one for one in (home, "us-east-1") if one in set(logged.events["region"])]  # no lake has a quiet one
        assert len(files) > 20
        for way, sources in ways.items():
            about = world.subject(home)
            case = start_case(tmp_path / way, about, trail=list(sources), access=world.access(*regions))
            trail = gather_events(case, about, sources)
            expected, found = files, session_events(world, trail)
            if way == "lookup":
                assert any(gap.kind == "no data events" for gap in trail.coverage.not_searched)
                expected, found = (_in_both(world, one) for one in (files, found))
            assert list(found["event_id"]) == list(expected["event_id"]), way
            assert differing(expected, found) == [], way
            assert not [gap for gap in trail.coverage.not_searched if gap.failed], way
