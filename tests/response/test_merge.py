"""Going back without taking others with it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gdkit.response.merge import reverted

NAMES = st.sampled_from(["a", "b", "c"])
LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.text("xy", max_size=2)
STATES = st.dictionaries(
    NAMES, st.recursive(LEAVES, lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=6)
)


@given(STATES, STATES)
def test_undisturbed_goes_back(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Where nobody changed anything since, undoing brings back exactly the state before, and leaves nothing."""
    undone = reverted(before, after, after)
    assert undone.state == before
    assert undone.left == ()


@given(STATES, STATES)
def test_nothing_done_changes_nothing(before: dict[str, Any], now: dict[str, Any]) -> None:
    """A step that changed nothing takes nothing back, whatever others did."""
    assert reverted(before, before, now).state == now


@given(STATES, STATES)
def test_already_back(before: dict[str, Any], after: dict[str, Any]) -> None:
    """What somebody brought back by hand stays as it is, without complaint."""
    undone = reverted(before, after, before)
    assert undone.state == before
    assert undone.left == ()


def test_others_additions_stay() -> None:
    """A session that somebody else added to the same policy survives the undoing of ours."""
    before: dict[str, Any] = {"sessions": None}
    after = {"sessions": {"AROA:i-1": {}}}
    now = {"sessions": {"AROA:i-1": {}, "AROA:i-2": {}}}
    assert reverted(before, after, now).state == {"sessions": {"AROA:i-2": {}}}


def test_conflict_is_left_and_told() -> None:
    """A value that others set anew since is left alone, and named with its path."""
    undone = reverted({"eni": {"a": 1, "b": 1}}, {"eni": {"a": 2, "b": 2}}, {"eni": {"a": 3, "b": 2}})
    assert undone.state == {"eni": {"a": 3, "b": 1}}
    assert [text.partition(" was ")[0] for text in undone.left] == ["eni / a"]


def test_what_the_step_removed_comes_back() -> None:
    """A member that the step took away is put back, beside what others added."""
    undone = reverted({"m": {"old": 1, "kept": 1}}, {"m": {"kept": 1}}, {"m": {"kept": 1, "new": 1}})
    assert undone.state == {"m": {"kept": 1, "new": 1, "old": 1}}
