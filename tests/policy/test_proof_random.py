"""The proof against brute force, over thousands of random changes: no request that is tried contradicts it."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from gdkit.policy.patterns import action_matches
from tests.policy.changes import SESSIONS, change, request_of

if TYPE_CHECKING:
    from gdkit.policy.proof import Proof
    from tests.policy.changes import Change

CHUNKS, IN_CHUNK, REQUESTS = 8, 1_300, 5


def shown(found: Proof, made: Change) -> None:
    """Every counterexample, decided anew, shows what it says."""
    expected = {"over": (True, False), "shut": (True, False), "under": (True, True), "loosened": (False, True)}
    for one in found.counterexamples:
        assert made.allowed(one.request) == expected[one.kind], one.sentence
        assert one.session.meant == (one.kind in ("under", "shut")) or one.kind == "loosened"
        assert one.session.context().items() <= one.request.context.items()
    for effect in found.effects:
        if effect.lost:
            assert made.allowed(effect.lost.request) == (True, False)
        if effect.kept:
            assert made.allowed(effect.kept.request) == (True, True)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_against_brute_force(chunk: int) -> None:
    """No request contradicts an exact proof or an effect; each counterexample is true; few changes stay open."""
    random = Random(1_000_003 * (chunk + 1))  # noqa: S311
    counts: Counter[str] = Counter()
    for _ in range(IN_CHUNK):
        made = change(random)
        found = made.proof()
        shown(found, made)
        counts["exact"] += found.exact
        counts["not exact"] += bool(found.counterexamples)
        counts["open"] += bool(found.limits)
        assert found.exact or found.counterexamples or found.limits
        for session, effect in zip(SESSIONS, found.effects, strict=True):
            for request in (request_of(session, random) for _ in range(REQUESTS)):
                before, after = made.allowed(request)
                open_on_purpose = session.meant and any(_fits(request.action, one) for one in made.left_open)
                counts["lost"] += before and not after
                if found.exact:
                    assert before or not after, (made, request)
                    assert not before or after or session.meant, (made, request)
                    assert not after or not session.meant or open_on_purpose, (made, request)
                if effect.effect == "not":
                    assert after or not before, (made, request)
                if effect.effect == "wholly":
                    assert not (before and after) or open_on_purpose, (made, request)
                if effect.effect == "had nothing":
                    assert not before, (made, request)
    assert counts["exact"] > IN_CHUNK * 0.03
    assert counts["not exact"] > IN_CHUNK * 0.3
    assert counts["lost"] > IN_CHUNK
    assert counts["open"] < IN_CHUNK * 0.1


def _fits(action: str, pattern: str) -> bool:
    return action_matches(pattern, action)
