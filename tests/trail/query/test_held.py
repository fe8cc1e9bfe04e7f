"""What a table's columns, settings and place tell of the accounts and regions that are in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gdkit.trail.query.held import Held, held_by
from gdkit.trail.query.partitions import partitions_of
from tests.trail.query.tables import ACCOUNT, OTHER, aws_table, trail_table
from tests.trail.query.test_partitions import DAY

REGION = "eu-west-1"


@pytest.mark.parametrize(("place", "accounts", "regions"), [
    (f"s3://b/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/${{timestamp}}", (ACCOUNT,), (REGION,)),
    (f"s3://b/p/AWSLogs/o-a1b2c3d4e5/{ACCOUNT}/CloudTrail/us-gov-west-1/${{timestamp}}/", (ACCOUNT,),
     ("us-gov-west-1",)),
    (f"s3://b/copy/{ACCOUNT}/CloudTrail/all/${{timestamp}}", (ACCOUNT,), ()),
    (f"s3://b/{ACCOUNT}/${{timestamp}}", (), ()),
    (f"s3://b/AWSLogs/${{account}}/CloudTrail/{REGION}/${{timestamp}}", (), (REGION,)),
    ("s3://b/${timestamp}", (), ()),
])  # fmt: skip
def test_by_place(place: str, accounts: tuple[str, ...], regions: tuple[str, ...]) -> None:
    """An account and a region in CloudTrail's layout are those of the table; another layout tells nothing."""
    table = aws_table(("timestamp", "string"), parameters=DAY | {"storage.location.template": place})
    held = held_by(table, partitions_of(table))
    assert (held.accounts, held.regions, held.by_region) == (accounts, regions, bool(regions))
    assert not held.lacks(OTHER, "us-east-1"), "every region that is there goes with every account"


def test_by_columns() -> None:
    """Accounts and regions that a table's settings list are in it; each query of an injected one names its own."""
    held = held_by(trail_table(), partitions_of(trail_table()))
    assert held == Held((ACCOUNT, OTHER), (REGION, "us-east-1"), by_account=True, by_region=True)
    injected = trail_table(**{"projection.account.type": "injected", "projection.account.values": ""})
    assert held_by(injected, partitions_of(injected)).accounts == ()


def test_nothing_listed() -> None:
    """Of a table of which no partition is listed nothing is told."""
    table = replace(aws_table(*((name, "string") for name in ("year", "month", "day"))), listed=())
    assert held_by(table, partitions_of(table)) == Held()
