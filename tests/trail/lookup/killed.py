"""A look-up in a process of its own that kills itself with SIGKILL in the middle: ``python -m … FOLDER REQUEST``."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gdkit.trail.lookup.site
from gdkit.trail.lookup import fetch_history
from gdkit.trail.lookup.pace import Pacer
from tests.trail.lookup.history import ACCOUNT, History, World, assume_role, rows
from tests.trail.lookup.plans import plan

REGIONS = ("us-east-1", "eu-west-1")
CHAINED = "ASIACHAINEDKEY000001"


def world() -> World:
    """Give two regions, with a session chained from one of them."""
    home = rows(230)
    at = home[100]["EventTime"]
    home.append(assume_role(900, datetime.fromtimestamp(at, UTC), new_key=CHAINED))
    return World({
        (ACCOUNT, "us-east-1"): History([*home, *rows(70, key=CHAINED, name="s", every_s=20)]),
        (ACCOUNT, "eu-west-1"): History(rows(120, key="ASIAEUROPEKEY0000001")),
    })  # fmt: skip


def main(folder: Path, at_request: int) -> None:
    """Run the look-up and die while the given request is answered."""
    gdkit.trail.lookup.site.Pacer = lambda: Pacer(limit_per_s=200.0)  # type: ignore[misc,assignment]
    gdkit.trail.lookup.site._WORTH_A_SPLIT = 1000  # a slow machine would split runs, and count more pages
    made = world()

    def die(_number: int, _body: Any) -> None:
        if made.requests >= at_request:
            os.kill(os.getpid(), signal.SIGKILL)

    for history in made.histories.values():
        history.fault = die
    fetch_history(plan(*REGIONS), made.client, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
