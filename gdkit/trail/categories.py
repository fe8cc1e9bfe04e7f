"""Kinds of events that a table of Security Lake holds, as its name tells, and what a run is without by that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit.ledger_row import LedgerRow
from gdkit.model import NotSearched
from gdkit.trail.named import EventHistory, SecurityLakeTable, parse_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gdkit.model import Coverage
    from gdkit.trail.load import Trail
    from gdkit.trail.named import NamedSource

MANAGEMENT, DATA = "Management", "Data"
_CATEGORIES = {"_cloud_trail_mgmt_": MANAGEMENT, "_s3_data_": DATA, "_lambda_execution_": DATA}
"""Source: Security Lake User Guide, "Log source table": tables by kind of event."""

_DATA_ALONE = "the table holds data events alone, as its name tells; name the table of cloud_trail_mgmt, too"


def category_of(table: str) -> str | None:
    """Give the kind of event that a table of Security Lake holds; None where its name does not tell.

    >>> category_of("amazon_security_lake_table_eu_west_1_s3_data_2_0")
    'Data'
    """
    return next((kind for mark, kind in _CATEGORIES.items() if mark in table), None)


def without_management(trail: Trail, sources: Iterable[str]) -> Trail:
    """Give a trail whose ledger tells of management events that none of its sources is known to hold.

    That is so beside a table of data events, unless the table of management events of the same lake or the event
    history is named, too, or another source gave such events.

    Args:
        trail: what was read.
        sources: all of them, as they were named.
    """
    named = [parse_source(one) for one in sources]
    lacking = [one for one in named if isinstance(one, SecurityLakeTable) and category_of(one.table) == DATA
               and not _is_asked(one, named)]  # fmt: skip
    coverage = trail.coverage
    if not lacking or _is_found(coverage):
        return trail
    gaps = (NotSearched(f"management events, which are not in {one.text}", _DATA_ALONE, failed=True) for one in lacking)
    rows = (row for one in lacking for row in _rows(coverage, one.text))
    return replace(trail, coverage=replace(coverage, not_searched=(*gaps, *coverage.not_searched),
                                           places=(*coverage.places, *rows)))  # fmt: skip


def _is_asked(table: SecurityLakeTable, named: Iterable[NamedSource]) -> bool:
    """Tell whether management events of what a table is of are asked for elsewhere."""
    return any(isinstance(one, EventHistory)
               or (isinstance(one, SecurityLakeTable) and one.database == table.database
                   and one.region == table.region and category_of(one.table) == MANAGEMENT)
               for one in named)  # fmt: skip


def _is_found(coverage: Coverage) -> bool:
    """Tell whether a source that is no lake, such as a trail's log files, gave management events."""
    return any(MANAGEMENT in row.event_categories and row.kind != "securitylake" for row in coverage.searched)


def _rows(coverage: Coverage, source: str) -> Iterator[LedgerRow]:
    """Give the ledger's row of the whole span that a source was asked about."""
    for row in [one for one in coverage.places if one.source == source and one.start_at is not None][:1]:
        yield LedgerRow(source, "not searched", None, None, MANAGEMENT, row.start_at, row.end_at, None, row.how,
                        _DATA_ALONE)  # fmt: skip
