"""Look-ups against the simulator over HTTP: how much of the limit is used, how much is refused, what regions cost.

The simulator holds AWS's limit, two requests a second in each account and region, and answers over loopback.
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from gdkit.analysis.subject import subject_of_finding
from gdkit.case.folder import case_subject, start_case
from gdkit.gathering import gather_events
from gdkit.simulator.accounts import LOOKUPS_PER_S
from tests.live.crowds import crowd
from tests.live.worlds import World, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gdkit.simulator.cloudtrail.history import LookupRequest

REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1",
    "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
"""The regions that every account has enabled. Source: AWS Account Management Reference Guide, "AWS Regions"."""

LONGEST_PAGES = 40


@dataclass(frozen=True, slots=True)
class Measured:
    """One look-up.

    Attributes:
        asked: its requests.
        seconds: from its beginning to the end of the loading.
        of_limit: share of the limit used in the instance's region while there was work left there.
    """

    asked: Sequence[LookupRequest]
    seconds: float
    of_limit: float

    @property
    def throttled(self) -> float:
        """Share of the requests that were refused."""
        return sum(one.throttled for one in self.asked) / len(self.asked)


def look_up(world: World, regions: Sequence[str]) -> Measured:
    """Look the events of a staged theft up, as an investigation does."""
    findings = world.findings(world.staged.region)
    subject = subject_of_finding(findings[0], findings)
    before = len(world.accounts.history.requests())
    with TemporaryDirectory() as folder:
        case = start_case(Path(folder) / "case", subject, trail=["lookup"], access=world.access(*regions))
        begun = time.monotonic()
        gather_events(case, case_subject(case), ["lookup"])
        seconds = time.monotonic() - begun
    asked = world.accounts.history.requests()[before:]
    here = [one for one in asked if (one.account_id, one.region) == (world.staged.account_id, world.staged.region)]
    return Measured(asked, seconds, used(here))


def used(asked: Sequence[LookupRequest]) -> float:
    """Give the share of the limit that one place's requests used while work remained.

    Between two rounds of questions nothing is left to ask there: a pause above three seconds is left out.
    """
    times = [one.asked_s for one in asked if not one.throttled]
    pauses = [gap for gap in (later - earlier for earlier, later in pairwise(times)) if gap <= 3.0]
    return len(pauses) / (sum(pauses) * LOOKUPS_PER_S) if pauses else 0.0


@contextmanager
def crowded(pages: dict[str, int]) -> Iterator[World]:
    """Stage a theft, and make the history of these regions long; ``home`` stands for the instance's."""
    with staged_world("theft", 2, lookups_per_s=LOOKUPS_PER_S) as world:
        for region, count in pages.items():
            if region != world.staged.region:
                crowd(world, count, region=world.staged.region if region == "home" else region)
        yield world


def measure(label: str, pages: dict[str, int], *, everywhere: bool) -> float:
    """Measure one look-up, print its line, and give its seconds."""
    with crowded(pages) as world:
        made = look_up(world, () if everywhere else (world.staged.region,))
        places: dict[str, int] = defaultdict(int)
        for one in made.asked:
            places[one.region] += 1
    print(
        f"{label:<42}{len(places):>8}{len(made.asked):>10}{made.seconds:>9.1f}{made.of_limit:>10.1%}{made.throttled:>9.1%}",
        flush=True,
    )
    return made.seconds


def main() -> None:
    """Measure a long look-up in one region, and the same with sixteen regions beside it."""
    print(f"{'case':<42}{'regions':>8}{'requests':>10}{'seconds':>9}{'of limit':>10}{'refused':>9}")
    alone_s = measure(f"{LONGEST_PAGES} pages in one region", {"home": LONGEST_PAGES}, everywhere=False)
    beside = {region: 2 + number % 9 for number, region in enumerate(REGIONS)}
    together_s = measure(
        "the same, and 2 to 10 pages in all others", {**beside, "home": LONGEST_PAGES}, everywhere=True
    )
    print(f"all regions at once take {together_s / alone_s:.2f} times as long as the longest of them alone")


if __name__ == "__main__":
    main()
