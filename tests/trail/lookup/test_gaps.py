from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.trail.lookup.gaps import Chain, Gap, gaps
from gdkit.trail.lookup.plan import LATE_BY, Window
from tests.trail.lookup.history import NOW


def at(minute: int) -> datetime:
    """Give an instant some minutes before the end; 0 is the end."""
    return NOW - timedelta(minutes=minute)


WANTED = Window(at(600), at(0))


def chain(number: int, start: int, end: int, *, reached: int | None = None, leads: str | None = None) -> Chain:
    """Give a run with one page, in minutes before the end."""
    reached_at = None if reached is None else at(reached)
    return Chain(number, Window(at(start), at(end)), NOW, NOW, 1, 50, reached_at, leads)


def found(*chains: Chain, wanted: Window = WANTED) -> list[tuple[int, int, int | None]]:
    """Give the gaps as minutes before the end, with the run to follow."""
    return [
        (int((NOW - gap.down_to).total_seconds() // 60), int((NOW - gap.from_at).total_seconds() // 60),
         gap.chain.number if gap.chain else None)
        for gap in gaps(chains, wanted, late_by=LATE_BY)
    ]  # fmt: skip


def test_nothing_there() -> None:
    """Without a run the whole window is open."""
    assert gaps([], WANTED, late_by=LATE_BY) == [Gap(WANTED.start_at, WANTED.end_at, None)]


def test_ended_run() -> None:
    """A run that ended covers its window."""
    assert found(chain(1, 600, 0, reached=100)) == []


def test_open_run() -> None:
    """A run with a token goes on from its oldest event."""
    assert found(chain(1, 600, 0, reached=100, leads="t")) == [(600, 100, 1)]


def test_run_without_an_event_so_far() -> None:
    """A first page without events, but with a token, is followed."""
    assert found(chain(1, 600, 0, leads="t")) == [(600, 0, 1)]


def test_run_whose_token_is_lost() -> None:
    """Where AWS no longer takes the token, a new run begins at the oldest event."""
    lost = Chain(1, WANTED, NOW, NOW, 1, 50, at(100), "t", usable=False)
    assert found(lost) == [(600, 100, None)]


def test_split_run() -> None:
    """The upper half of a split run stops where the lower one began."""
    assert found(chain(1, 600, 0, reached=100, leads="t"), chain(2, 600, 300)) == [(300, 100, 1)]
    assert found(chain(1, 600, 0, reached=300, leads="t"), chain(2, 600, 300)) == []
    assert found(chain(1, 600, 0, reached=100, leads="t"), chain(2, 600, 300, reached=400, leads="u")) == [
        (300, 100, 1),
        (600, 400, 2),
    ]


def test_last_second_of_the_window() -> None:
    """An open run that reached the first second goes on, because that second may hold more events."""
    assert found(chain(1, 600, 0, reached=600, leads="t")) == [(600, 600, 1)]


@pytest.mark.parametrize(("asked", "expected"), [(60, [(75, 0, None)]), (45, [(60, 0, None)]), (40, [(60, 0, None)])])
def test_earlier_sweep(asked: int, expected: list[tuple[int, int, int | None]]) -> None:
    """A refresh asks again for the minutes that were young when the earlier sweep asked."""
    earlier = Chain(1, Window(at(600), at(60)), at(asked), at(60), 1, 50, at(100), None)
    assert found(earlier) == expected


def test_refresh_that_was_interrupted() -> None:
    """A refresh that began goes on down to the young minutes, not only to the earlier end."""
    earlier = Chain(1, Window(at(600), at(60)), at(60), at(60), 1, 50, at(100), None)
    assert found(earlier, chain(2, 75, 0, reached=30, leads="t")) == [(75, 30, 2)]


def test_run_of_the_same_sweep() -> None:
    """A run of the wanted sweep itself counts in full, however young its events were."""
    upper = Chain(1, WANTED, NOW, NOW, 1, 50, at(1), "t", usable=False)
    assert found(upper, chain(2, 600, 1)) == []


def test_earlier_start() -> None:
    """A wider window asks for what lies before the old one."""
    assert found(chain(1, 300, 0, reached=10)) == [(600, 300, None)]


@st.composite
def runs(draw: st.DrawFn) -> list[Chain]:
    """Give any runs, open and ended."""
    made = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        end = draw(st.integers(0, 590))
        start = draw(st.integers(end, 600))
        reached = draw(st.none() | st.integers(end, start))
        made.append(chain(number, start, end, reached=reached, leads=draw(st.sampled_from([None, "t"]))))
    return made


@given(runs())
def test_gaps_and_runs_cover_the_window(chains: list[Chain]) -> None:
    """Every instant is covered by a run or lies in a gap, and gaps come newest first without overlap."""
    open_spans = gaps(chains, WANTED, late_by=timedelta())
    for minute in range(601):
        instant = at(minute)
        covered = any(
            one.position_at < instant <= one.window.end_at or (one.ended and instant == one.window.start_at)
            for one in chains
        )
        assert covered or any(gap.down_to <= instant <= gap.from_at for gap in open_spans)
    for newer, older in itertools.pairwise(open_spans):
        assert newer.down_to >= older.from_at


@given(runs())
def test_gaps_are_what_is_missing(chains: list[Chain]) -> None:
    """The inside of a gap is covered by no run."""
    for gap in gaps(chains, WANTED, late_by=timedelta()):
        middle = gap.down_to + (gap.from_at - gap.down_to) / 2
        if gap.down_to < middle < gap.from_at:
            assert not any(one.position_at < middle < one.window.end_at for one in chains)
