"""Kinds of events that tables of Security Lake hold, and what is said where one kind is asked for nowhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from gdkit.ledger_row import LedgerRow
from gdkit.model import Coverage, Searched
from gdkit.trail import Trail
from gdkit.trail.categories import category_of, without_management

DAY = datetime(2026, 11, 1, tzinfo=UTC)
LAKE = "securitylake:amazon_security_lake_glue_db_eu_west_1.amazon_security_lake_table_eu_west_1"
DATA, MANAGEMENT, UNTOLD = f"{LAKE}_s3_data_2_0", f"{LAKE}_cloud_trail_mgmt_2_0", f"{LAKE}_renamed"
ELSEWHERE = MANAGEMENT.replace("eu_west_1", "us_east_1")


def read(*sources: str, kind: str = "s3", found: tuple[str, ...] = ()) -> Coverage:
    """Give the ledger of sources of which the last, of this kind, gave events of these categories."""
    searched = Searched(sources[-1], kind, 1, 1, 1, 1, 0, event_categories=found)
    rows = tuple(LedgerRow(one, "searched", start_at=DAY, end_at=DAY.replace(day=2)) for one in sources)
    trail = Trail(pd.DataFrame(), [], Coverage((searched,), places=rows))
    return without_management(trail, sources).coverage


@pytest.mark.parametrize(("source", "category"), [("cloud_trail_mgmt", "Management"), ("s3_data", "Data"),
                                                  ("lambda_execution", "Data"), ("renamed", None)])  # fmt: skip
def test_category(source: str, category: str | None) -> None:
    """The name of a table tells the kind of its events, in both versions."""
    for version in (1, 2):
        assert category_of(f"amazon_security_lake_table_eu_west_1_{source}_{version}_0") == category


@pytest.mark.parametrize("sources", [(DATA,), (DATA, UNTOLD), (DATA, ELSEWHERE), (DATA, "s3://trail-logs")])
def test_not_known_to_be_asked_for(sources: tuple[str, ...]) -> None:
    """Beside a table of data events, management events are a gap where nothing tells that they are in a source."""
    told = read(*sources)
    (gap,) = told.not_searched
    assert (gap.what, gap.failed) == (f"management events, which are not in {DATA}", True)
    assert "name the table of cloud_trail_mgmt, too" in gap.reason
    row = told.places[-1]
    assert (row.source, row.state, row.event_category, row.start_at) == (DATA, "not searched", "Management", DAY)


@pytest.mark.parametrize("sources", [(DATA, MANAGEMENT), (DATA, "lookup"), (MANAGEMENT,), (UNTOLD,), ("s3://logs",)])
def test_asked_for(sources: tuple[str, ...]) -> None:
    """With the table of management events or the event history, and without a table of data events, nothing is said."""
    assert not read(*sources).not_searched


def test_found() -> None:
    """Log files that gave management events hold them; those of another lake say nothing of this one."""
    assert not read(DATA, "s3://trail-logs", found=("Data", "Management")).not_searched
    assert read(DATA, "s3://trail-logs", found=("Data",)).not_searched
    assert read(DATA, ELSEWHERE, kind="securitylake", found=("Management",)).not_searched
