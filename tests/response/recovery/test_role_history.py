"""The event history of a role: each sort of change asked for by name, page by page, at AWS's pace."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from gdkit.errors import AwsError
from gdkit.response.recovery import role_history
from gdkit.response.recovery.role_history import CHANGING, role_events
from tests.response.recovery.made import BEGAN, HOME, NOW, ROLE

KEPT = NOW - timedelta(days=90)


class History:
    """An event history that answers from a table, and notes what it was asked."""

    def __init__(self, pages: dict[str, list[list[str]]]) -> None:
        self.pages, self.partition, self.region = pages, "aws", "eu-west-1"
        self.asked: list[dict[str, Any]] = []
        self.opened: list[tuple[str, ...]] = []

    def client(self, *place: str) -> History:
        """Note the place."""
        self.opened.append(place)
        return self

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Give a page, with a token where there is one more."""
        self.asked.append(asked)
        pages, number = (
            self.pages.get(asked["LookupAttributes"][0]["AttributeValue"], [[]]),
            int(asked.get("NextToken", 0)),
        )
        events = [{"CloudTrailEvent": json.dumps({"eventID": name, "eventName": "x"})} for name in pages[number]]
        return {"Events": events, **({"NextToken": str(number + 1)} if number + 1 < len(pages) else {})}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note for how long is waited, and do not wait; ask the table in AWS's place."""
    waited: list[float] = []
    monkeypatch.setattr(role_history, "_wait", waited.append)
    monkeypatch.setattr(role_history, "ask", lambda client, _, asked, **__: client.answer(asked))
    return waited


def events(history: Any) -> tuple[list[Any], tuple[str, ...]]:
    """Ask, and give the events' ids and the gaps."""
    rows, gaps = role_events(history, HOME, ROLE, kept_from=KEPT, since=BEGAN, until=NOW)
    return [row["event_id"] for row in rows], gaps


def test_every_sort_of_change_is_asked_for(waits: list[float]) -> None:
    """Each changing call is asked for by its name since the theft, and the role by its name as far back as it goes."""
    history = History({})
    assert events(history) == ([], ())
    asked = [(one["LookupAttributes"][0]["AttributeKey"], one["LookupAttributes"][0]["AttributeValue"],
              one["StartTime"], one["EndTime"]) for one in history.asked]  # fmt: skip
    assert asked == [*(("EventName", name, BEGAN, NOW) for name in CHANGING), ("ResourceName", ROLE, KEPT, NOW)]
    assert len(waits) == len(asked), "every request waits for its slot"


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws", "us-east-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-iso", "eu-west-1")],
)
@pytest.mark.usefixtures("waits")
def test_the_region_of_iam(partition: str, region: str) -> None:
    """IAM's calls stand in one region of each partition; of an unknown partition the home region is asked."""
    history = History({})
    history.partition = partition
    events(history)
    assert history.opened == [("cloudtrail", region, HOME)]


@pytest.mark.usefixtures("waits")
def test_pages_and_copies() -> None:
    """All pages are read, and an event that two questions find counts once."""
    history = History({"PutRolePolicy": [["a", "b"], ["c"]], ROLE: [["c", "d"]]})
    assert events(history) == (["a", "b", "c", "d"], ())


@pytest.mark.usefixtures("waits")
def test_more_pages_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond the most pages of a sort of change is a gap; of the time before it concludes nothing."""
    monkeypatch.setattr(role_history, "MOST_PAGES", 2)
    found, gaps = events(History({"AttachRolePolicy": [["a"], ["b"], ["c"]]}))
    assert found == ["a", "b"] and "AttachRolePolicy" in gaps[0]
    assert events(History({ROLE: [["a"], ["b"], ["c"]]})) == (["a", "b"], ())
    assert events(History({"AttachRolePolicy": [["a"], ["b"]]})) == (["a", "b"], ())


@pytest.mark.usefixtures("waits")
def test_a_theft_before_the_history() -> None:
    """A begin before what the history keeps is put to where it begins."""
    history = History({})
    role_events(history, HOME, ROLE, kept_from=KEPT, since=KEPT - timedelta(days=30), until=NOW)  # type: ignore[arg-type]
    assert {one["StartTime"] for one in history.asked} == {KEPT}


@pytest.mark.usefixtures("waits")
def test_an_answer_that_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without its list was cut off, and is no empty one."""
    monkeypatch.setattr(role_history, "ask", lambda *_, **__: SimpleNamespace().__dict__)
    with pytest.raises(AwsError, match="cut off"):
        events(History({}))
