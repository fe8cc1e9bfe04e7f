"""Places are given in order, and again in rounds."""

from __future__ import annotations

from gdkit.trail.search.rounds import Rounds


def rest(rounds: Rounds) -> list[int]:
    """Take all that is left."""
    taken = []
    while (place := rounds.next()) is not None:
        taken.append(place)
    return taken


def test_each_once() -> None:
    """Without any put back, each place is given once, in order."""
    rounds = Rounds(3)
    assert rest(rounds) == [0, 1, 2]
    assert (rounds.reached, rounds.next()) == (3, None)


def test_few_come_at_once() -> None:
    """A place that is put back after many comes before the next new one."""
    rounds = Rounds(20)
    taken = [rounds.next() for _ in range(16)]
    assert [rounds.put_back(3), rounds.put_back(3)] == [True, False]
    assert [rounds.next(), rounds.next()] == [3, taken[-1] + 1]  # type: ignore[operator]


def test_many_come_at_the_end() -> None:
    """Many are put off until all were given, and are then given in order."""
    rounds = Rounds(20)
    for _ in range(10):
        rounds.next()
    for place in (7, 2, 5):
        rounds.put_back(place)
    assert rest(rounds) == [*range(10, 20), 2, 5, 7]


def test_a_round_goes_on() -> None:
    """Of those that are put back during a round, those behind belong to it, and those before to the next one."""
    rounds = Rounds(6)
    rest(rounds)
    for place in (1, 4):
        rounds.put_back(place)
    assert rounds.next() == 1
    for place in (0, 5, 1):
        rounds.put_back(place)
    assert rest(rounds) == [4, 5, 0, 1]
