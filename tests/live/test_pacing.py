"""The pace of a whole look-up against the simulator's limit, which is AWS's: two requests a second, a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.simulator.accounts import LOOKUPS_PER_S
from tests.live.crowds import crowd
from tests.live.worlds import investigate, staged_world

if TYPE_CHECKING:
    from pathlib import Path

MOST_THROTTLED = 0.02
PAGES = 20


@pytest.mark.parametrize("regions", [1, 0], ids=["one region", "all regions"])
def test_hardly_anything_is_refused(regions: int, tmp_path: Path) -> None:
    """One user's look-up of a long history is hardly ever told that it asks too fast, in no place, and gets it all."""
    with staged_world("theft", 2, lookups_per_s=LOOKUPS_PER_S) as world:
        home = world.staged.region
        subject = world.subject(home)
        crowd(world, PAGES)
        before = world.accounts.history.served()
        ended = investigate(world, tmp_path / "case", subject=subject, access=world.access(*[home][:regions]))
        after = world.accounts.history.served()
    assert all(gap.startswith(f"account {world.staged.second_account_id}") for gap in ended.failed) or not ended.failed
    assert ended.result["events"]["total"] > PAGES * 50
    counts = {place: (now.answered - (before[place].answered if place in before else 0),
                      now.throttled - (before[place].throttled if place in before else 0))
              for place, now in after.items()}  # fmt: skip
    answered, throttled = (sum(count[number] for count in counts.values()) for number in (0, 1))
    assert counts[world.staged.account_id, home][0] > PAGES
    assert throttled <= MOST_THROTTLED * (answered + throttled)
    assert len(counts) > (1 if regions else 17)
