"""Recovery in rows and sentences: everything that a person needs, plain, and nothing more certain than it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gdkit.response.recovery.prevention import prevention_patterns
from gdkit.response.recovery.replay import Replay, replay
from gdkit.response.recovery.words import pattern_rows, replay_words
from tests.response.recovery.made import GROUND, HOME, NOW, by_endpoint, event, of_thief

PATTERNS = {one.name: one for one in prevention_patterns(GROUND)}


def tried(*rows: dict[str, Any], name: str = "own-place") -> Replay:
    """Try a policy on rows."""
    return replay(PATTERNS[name], rows, GROUND, until=NOW)


def test_pattern_rows() -> None:
    """A row holds the policy's text, its length, and when each of its condition keys is there."""
    rows = {row["name"]: row for row in pattern_rows(PATTERNS.values())}
    strict = rows["own-place"]
    assert json.loads(strict["policy"]) == PATTERNS["own-place"].document
    assert strict["characters"] < strict["most"] == 10_240
    assert "aws:SourceVpc: only in requests through a VPC endpoint" in strict["keys"]
    assert "ec2:RoleDelivery" not in strict["keys"] and "ec2:RoleDelivery" in rows["imdsv2-credentials"]["keys"]


def test_replay_words() -> None:
    """The sentence counts calls, says whether the thief passes and who is locked out, and names the missing keys."""
    words = replay_words(tried(by_endpoint(), event(), of_thief(), event(role_arn=f"arn:aws:iam::{HOME}:role/other")))
    assert "tried on 3 calls" in words and "0 allowed, 2 denied, 1 undecided" in words
    assert "each of the thief's calls would be refused" in words
    assert "1 call of others that passed would be refused" in words
    assert "the log lacks" in words and "aws:SourceVpc" in words
    assert "1 call of callers that it is not about" in words


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((), "nothing is shown"),
        ((event(),), "of the thief's calls it cannot be told, or none was seen"),
        ((of_thief(invoked_by="athena.amazonaws.com"),), "calls of the thief would pass"),
        ((event(invoked_by="athena.amazonaws.com"),), "no call of others that passed is seen to be refused"),
    ],
)
def test_replay_words_stay_modest(rows: tuple[dict[str, Any], ...], said: str) -> None:
    """What no call shows is not claimed."""
    words = replay_words(tried(*rows))
    assert said in words and "exact" not in words


def test_replay_words_of_chained_sessions() -> None:
    """Calls of sessions that the thief began are told apart, with whether their beginning would be refused."""
    later = of_thief(hop=1, role_arn="arn:aws:iam::444455556666:role/reporting")
    words = replay_words(tried(of_thief("AssumeRole", "sts.amazonaws.com"), later))
    assert "1 call of the thief in sessions that he began" in words and "would be refused." in words
    assert "they would go on" in replay_words(tried(of_thief(), later))
