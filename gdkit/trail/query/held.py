"""Which accounts and regions a table of log files is of: its columns tell, or the place that it is made over.

Source: CloudTrail User Guide, "Finding your CloudTrail log files": an account and a region stand in the path of each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.trail.query.listed import day_of
from gdkit.trail.query.partitions import layout_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from gdkit.trail.query.listed import ListedPartition
    from gdkit.trail.query.partitions import Partition, Role
    from gdkit.trail.query.table import TableShape

_ACCOUNT = re.compile(r"(?:/|^)(?:AWSLogs/(?:o-[a-z0-9]+/)?(\d{12})(?=/|$)|(\d{12})/CloudTrail(?=/|$))")
_REGION = re.compile(r"/CloudTrail/([a-z]{2,}(?:-[a-z]+)+-\d+)(?=/|$)")


@dataclass(frozen=True, slots=True)
class Held:
    """Accounts and regions that a table is of, as far as it tells.

    Attributes:
        accounts: those; empty where the table does not tell.
        regions: those; likewise.
        pairs: the account and the region of each place; empty where every region goes with every account, or it is not
            known.
        by_account: whether a query can be bound to an account by a partition.
        by_region: whether it can be bound to a region so, or the table is of certain regions alone.
    """

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    pairs: frozenset[tuple[str, str]] = frozenset()
    by_account: bool = False
    by_region: bool = False

    def lacks(self, account_id: str | None, region: str | None) -> str:
        """Say why a place is not in the table; empty where it is, or where that is not known."""
        if not self.pairs or account_id is None or region is None or (account_id, region) in self.pairs:
            return ""
        return "no partition of it is listed"


def held_by(table: TableShape, partitions: Sequence[Partition]) -> Held:
    """Give the accounts and regions that a table of log files is of."""
    places = list(dict.fromkeys(_places(table, partitions)))
    accounts = dict.fromkeys(account for account, _ in places)
    regions = dict.fromkeys(region for _, region in places)
    roles = {one.role for one in partitions}
    told = ("" not in accounts, "" not in regions)
    return Held(
        accounts=tuple(accounts) if told[0] else (),
        regions=tuple(regions) if told[1] else (),
        pairs=frozenset(places) if all(told) and len(places) < len(accounts) * len(regions) else frozenset(),
        by_account="account" in roles,
        by_region="region" in roles or (told[1] and bool(places)),
    )


def days_listed(table: TableShape, partitions: Sequence[Partition], held: Held) -> dict[tuple[str, str], set[date]]:
    """Give the days that the catalogue lists partitions of, by account and region; empty texts for what is not told."""
    found: dict[tuple[str, str], set[date]] = {}
    for one in table.listed or ():
        account, region = _place(one, partitions)
        day = _day(one.values, partitions)
        if day is not None:
            found.setdefault((account if held.accounts else "", region if held.regions else ""), set()).add(day)
    return found


def _day(values: Sequence[str], partitions: Sequence[Partition]) -> date | None:
    told = {one.role: value for one, value in zip(partitions, values, strict=True)}
    return day_of(told.get("day") or "/".join(told[role] for role in ("year", "month", "day of month")))


def _places(table: TableShape, partitions: Sequence[Partition]) -> Iterator[tuple[str, str]]:
    """Give the account and the region of each place, an empty text for what is not told."""
    if table.listed is None:
        layout = layout_of(table, partitions)
        for account in _listed(partitions, "account") or (_account(layout),):
            for region in _listed(partitions, "region") or (_region(layout),):
                yield account, region
        return
    yield from (_place(one, partitions) for one in sorted(table.listed))


def _place(one: ListedPartition, partitions: Sequence[Partition]) -> tuple[str, str]:
    told: dict[Role, str] = {column.role: value for column, value in zip(partitions, one.values, strict=True)}
    return told.get("account") or _account(one.location), told.get("region") or _region(one.location)


def _listed(partitions: Sequence[Partition], role: Role) -> tuple[str, ...]:
    return next((one.values for one in partitions if one.role == role), ())


def _account(place: str) -> str:
    found = _ACCOUNT.search(place)
    return (found[1] or found[2]) if found else ""


def _region(place: str) -> str:
    found = _REGION.search(place)
    return found[1] if found else ""
