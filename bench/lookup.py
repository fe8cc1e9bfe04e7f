"""Look-ups against AWS's limit: how much of it is used, how much is refused, and what many regions cost.

The history is made up and holds AWS's limit as a store of two requests that fills with two a second.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from gdkit.trail.lookup import LookupPlan, LookupResult, fetch_history
from tests.trail.lookup.history import ACCOUNT, INSTANCE, KEY, NOW, START, History, Limit, World, rows

REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-southeast-1", "ap-southeast-2",
)  # fmt: skip
"""The regions that every account has enabled. Source: AWS Account Management Reference Guide, "AWS Regions"."""


def sweep(world: World, regions: tuple[str, ...], *, names: bool = True) -> tuple[LookupResult, float]:
    """Run one look-up and give its result and seconds."""
    plan = LookupPlan(ACCOUNT, (INSTANCE,) if names else (), (KEY,), {ACCOUNT: regions}, START, NOW)
    with TemporaryDirectory() as folder:
        begun = time.monotonic()
        result = fetch_history(plan, world.client, Path(folder))
        return replace(result), time.monotonic() - begun


def world_of(pages: dict[str, int], latency_s: float) -> World:
    """Give regions with so many pages for each question, and the limit."""
    histories = {}
    for region, count in pages.items():
        every_s = timedelta(hours=9).total_seconds() / max(1, count * 50)
        histories[ACCOUNT, region] = History(rows(count * 50, every_s=every_s), latency_s=latency_s, limit=Limit())
    return World(histories)


def used(history: History) -> float:
    """Give the share of the limit that was used from the first request to the last."""
    took_s = history.times[-1] - history.times[0]
    return (len(history.asked) - history.throttled) / (took_s * 2 + 1)


def main() -> None:
    """Measure one region at three latencies, then seventeen at once beside the longest of them alone."""
    print(f"{'case':<44}{'requests':>9}{'seconds':>9}{'of limit':>10}{'refused':>9}")
    for latency_s, names in ((0.01, True), (0.2, False), (0.9, False), (3.0, False)):
        world = world_of({"us-east-1": 25 if names else 50}, latency_s)
        _, took_s = sweep(world, ("us-east-1",), names=names)
        (history,) = world.histories.values()
        label = f"1 region, {'2 questions' if names else '1 question'}, answers in {latency_s} s"
        refused = history.throttled / len(history.asked)
        print(f"{label:<44}{len(history.asked):>9}{took_s:>9.1f}{used(history):>10.1%}{refused:>9.1%}", flush=True)
    pages = {region: 20 if number == 0 else 2 + number % 9 for number, region in enumerate(REGIONS)}
    _, alone_s = sweep(world_of({"us-east-1": 20}, 0.05), ("us-east-1",))
    world = world_of(pages, 0.05)
    _, together_s = sweep(world, REGIONS)
    longest = world.histories[ACCOUNT, "us-east-1"]
    refused = sum(history.throttled for history in world.histories.values()) / world.requests
    label = f"17 regions: {together_s / alone_s:.2f} x the longest alone ({alone_s:.1f} s)"
    print(f"{label:<44}{world.requests:>9}{together_s:>9.1f}{used(longest):>10.1%}{refused:>9.1%}")


if __name__ == "__main__":
    main()
