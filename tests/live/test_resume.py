"""Look-ups that were killed, or whose credential ended: taken up again, with no page fetched twice and none missing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.case.folder import start_case
from gdkit.simulator.faults import FaultRule
from gdkit.simulator.scenarios.site import ANALYST_ROLE
from gdkit.simulator.server import in_environment
from tests.live.crowds import crowd
from tests.live.worlds import Investigated, World, investigate, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.model import Subject
    from gdkit.simulator.cloudtrail.history import LookupRequest

pytestmark = pytest.mark.usefixtures("unpaced")

PAGES = 8
"""Full pages that the history holds beside what the theft left."""

_LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Long:
    """A theft with a long history, and an investigation of it that nothing disturbed."""

    world: World
    subject: Subject
    undisturbed: Investigated

    @property
    def regions(self) -> tuple[str, str]:
        """Where is looked."""
        return self.world.staged.region, "us-east-1"

    def go(self, folder: Path) -> Investigated:
        """Investigate, or go on with what is in the folder."""
        access = self.world.access(*self.regions)
        return investigate(self.world, folder, subject=self.subject, access=access)

    @contextmanager
    def asked(self) -> Iterator[list[LookupRequest]]:
        """Give a list that holds, after the block, the look-ups that were answered in it."""
        before, found = len(self.world.accounts.history.requests()), []  # type: ignore[var-annotated]
        yield found
        found += [one for one in self.world.accounts.history.requests()[before:] if one.error is None]


@pytest.fixture(scope="module")
def long(unpaced: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Long]:
    """Stage a theft, make its history long, and investigate it once without a break."""
    with staged_world("theft", 3) as world:
        crowd(world, PAGES)
        subject = world.subject(world.staged.region)
        access = world.access(world.staged.region, "us-east-1")
        case = tmp_path_factory.mktemp("undisturbed") / "case"
        undisturbed = investigate(world, case, subject=subject, access=access)
        assert undisturbed.result["events"]["total"] > PAGES * 50
        yield Long(world, subject, undisturbed)


def _page(asked: LookupRequest) -> tuple[Any, ...]:
    """Give what tells one page from another."""
    return (asked.account_id, asked.region, asked.attribute, asked.start, asked.end, asked.token)


def _pages_on_disk(case: Path) -> int:
    return sum(1 for _ in (case / "evidence" / "lookup").rglob("page-*.json.gz"))


def _kill_in_the_middle(long: Long, case: Path, answered: int) -> None:
    """Run a look-up in a process of its own, and kill it once so many of its requests were answered."""
    history = long.world.accounts.history
    before = len(history.requests())
    running = subprocess.Popen([sys.executable, "-m", "tests.live.looker", str(case)])  # noqa: S603
    until = time.monotonic() + _LONGEST_S
    try:
        while len(history.requests()) - before < answered:
            assert running.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < until
            time.sleep(0.02)
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize("answered", [1, 6, 14])
def test_killed(long: Long, answered: int, tmp_path: Path) -> None:
    """After kill -9 every page that was on the disk stays unasked, and the answer is that of a run without a break."""
    case = tmp_path / "case"
    start_case(case, long.subject, trail=["lookup"], access=long.world.access(*long.regions))
    with long.asked() as first:
        _kill_in_the_middle(long, case, answered)
        time.sleep(0.1)  # what was under way is answered, to nobody
    kept = _pages_on_disk(case)
    assert len(first) >= answered
    with long.asked() as second:
        ended = long.go(case)
    twice = sum((Counter(map(_page, first)) & Counter(map(_page, second))).values())
    assert twice == len(first) - kept, "only what was answered and not yet on the disk is asked again"
    assert twice <= 4
    assert (ended.failed, ended.answer) == ([], long.undisturbed.answer)
    assert not list(case.rglob(".lookup-*"))


def test_killed_twice(long: Long, tmp_path: Path) -> None:
    """A run that is killed, taken up, and killed again goes on from where it was each time."""
    case = tmp_path / "case"
    start_case(case, long.subject, trail=["lookup"], access=long.world.access(*long.regions))
    with long.asked() as killed:
        _kill_in_the_middle(long, case, 4)
        kept = _pages_on_disk(case)
        _kill_in_the_middle(long, case, 4)
        assert _pages_on_disk(case) > kept
        time.sleep(0.1)
    kept = _pages_on_disk(case)
    with long.asked() as last:
        ended = long.go(case)
    pages = Counter(map(_page, [*killed, *last]))
    assert sum(pages.values()) - len(pages) <= len(killed) - kept
    assert (ended.failed, ended.answer) == ([], long.undisturbed.answer)


def test_done_is_done(long: Long, tmp_path: Path) -> None:
    """Taken up after its end, a look-up asks for nothing."""
    first = long.go(tmp_path / "case")
    with long.asked() as again:
        second = long.go(tmp_path / "case")
    assert again == []
    assert second.answer == first.answer


def test_credential_ended(long: Long, tmp_path: Path) -> None:
    """A look-up whose credential ends half-way names the gap; with a new one it goes on and asks nothing twice."""
    case, staged = tmp_path / "case", long.world.staged
    with long.world.faulty(FaultRule("expire", "cloudtrail", "LookupEvents", skip=6)), long.asked() as first:
        broken = long.go(case)
    assert any("have expired" in gap for gap in broken.failed)
    assert len(first) == 6 == _pages_on_disk(case)
    fresh = long.world.accounts.role_session(staged.account_id, ANALYST_ROLE, "ana", 3600)
    with in_environment(long.world.simulator.environment(fresh)), long.asked() as second:
        whole = long.go(case)
    assert not set(map(_page, first)) & set(map(_page, second))
    assert (whole.failed, whole.answer) == ([], long.undisturbed.answer)
