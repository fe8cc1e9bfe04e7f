"""A long history: many more calls of a session than a scenario plays, put straight into the event history."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gdkit.aws import open_read_only

if TYPE_CHECKING:
    from tests.live.worlds import World

_RECENT = timedelta(minutes=170)
"""The made-up calls lie within the time that a scenario plays."""


def crowd(world: World, pages: int, *, region: str = "", first: int = 0) -> None:
    """Add full pages of heartbeats of the leaked session, as its own agent makes them.

    Args:
        world: a world with a staged scenario.
        pages: how many more pages of 50 the question for the session's name then has.
        region: where; the instance's own region if not given.
        first: number of the first of them, so that crowds of one world differ.
    """
    place = region or world.staged.region
    template = _heartbeat(world)
    end = world.accounts.clock.now() - timedelta(minutes=20)
    count = pages * 50
    for number in range(count):
        at = end - _RECENT * (number / count)
        world.accounts.history.add({
            **template,
            "eventID": str(UUID(int=(zlib.crc32(place.encode()) << 64) + first + number, version=4)),
            "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "awsRegion": place,
        })  # fmt: skip


def _heartbeat(world: World) -> dict[str, Any]:
    """Give a record of the session's agent."""
    client = open_read_only(world.access()).client("cloudtrail", world.staged.region)
    asked = [{"AttributeKey": "Username", "AttributeValue": world.staged.instance_id}]
    rows = client.lookup_events(LookupAttributes=asked)["Events"]
    record: dict[str, Any] = next(
        json.loads(row["CloudTrailEvent"]) for row in rows if row["EventName"] == "UpdateInstanceInformation"
    )
    return record
