"""What the views say of what was left behind, reached and refused: numbers that agree with their nouns and verbs."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit import tables
from gdkit.ui import impact_words as words
from gdkit.ui.words import verb

IMPACT: dict[str, Any] = {
    "access_levels": [{"access_level": "Write", "calls": 2, "succeeded": 1}, {"access_level": "List", "calls": 1,
                                                                             "succeeded": 1}],
    "denied": 1,
    "techniques": [{}],
}  # fmt: skip


def _calls(*rows: dict[str, Any]) -> Any:
    made = [{"event_name": "CreateUser", "party": "thief", "outcome": "succeeded", **row} for row in rows]
    return tables.frame_of_rows(tables.PERSISTENCE_CALLS, made)


def test_impact_summary() -> None:
    """One refusal and one technique are said in the singular, several in the plural."""
    told = words.impact_summary(IMPACT)
    assert told.endswith("1 was refused. They can serve 1 technique of MITRE ATT&CK.")
    several = words.impact_summary({**IMPACT, "denied": 1200, "techniques": [{}, {}]})
    assert several.endswith("1,200 were refused. They can serve 2 techniques of MITRE ATT&CK.")


def test_left_summary() -> None:
    """Calls are counted once, however many things they were about, by what came of them."""
    table = _calls({"event_id": "a", "id": "i-1"}, {"event_id": "a", "id": "i-2"},
                   {"event_id": "b", "outcome": "refused", "party": "unknown"}, {"event_id": "c", "outcome": "failed"},
                   {"event_id": "d", "outcome": "dry_run"})  # fmt: skip
    assert words.left_summary(table) == (
        "4 calls that could leave a way back in, 3 of them the thief's: 1 succeeded, 1 refused, 1 failed otherwise, "
        "1 only dry runs."
    )


def test_left_summary_of_nothing() -> None:
    """No such call is said of what was searched, not of what happened."""
    assert words.left_summary(_calls()) == (
        "No call that could leave a way back in was seen in what was searched."
    )  # fmt: skip


def test_existence_summary() -> None:
    """What still exists, is gone and was not checked is said of all things, and how many are the thief's."""
    things = [
        {"state": "exists", "reason": None, "party": "thief", "checked_at": "2026-11-02T12:00:00Z"},
        {"state": "not checked", "reason": "kind not checkable", "party": "unknown", "checked_at": None},
    ]
    assert words.existence_summary(things) == (
        "2 things made or changed that can give a way back in, 1 of them by the thief: 1 still exists, 0 gone, "
        "1 not checked (kind not checkable 1); AWS was asked at 2026-11-02 12:00:00Z."
    )
    assert "Nothing made or changed" in words.existence_summary([])
    assert "in what was searched" in words.existence_summary([])


@pytest.mark.parametrize(
    ("optional", "told"), [(0, "0 let IMDSv1 in"), (1, "1 lets IMDSv1 in"), (2, "2 let IMDSv1 in")]
)
def test_fleet_summary(optional: int, told: str) -> None:
    """Instances that let IMDSv1 in are said with the verb of their number."""
    rows = [{"instance_id": f"i-{n}", "http_tokens": "optional" if n < optional else "required", "leaked": False}
            for n in range(3)]  # fmt: skip
    assert told in words.fleet_summary(tables.frame_of_rows(tables.FLEET, rows))


@pytest.mark.parametrize(
    ("count", "one", "told"),
    [(1, "exists", "exists"), (0, "exists", "exist"), (2, "was", "were"), (1, "was", "was"), (3, "has", "have")],
)
def test_verb(count: int, one: str, told: str) -> None:
    """Only one of a thing has the verb of one."""
    assert verb(count, one) == told
