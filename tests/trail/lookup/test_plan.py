from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from gdkit.trail.lookup.plan import FoundKey, NamedCaller, Query, Site, Window, first_queries, further_queries
from tests.trail.lookup.history import ACCOUNT, INSTANCE, KEY, NOW, START
from tests.trail.lookup.plans import plan

HERE = Site(ACCOUNT, "us-east-1")


def test_window_in_whole_seconds() -> None:
    """The window holds every fraction of a second that was asked for, and a margin before the issue."""
    asked = plan(start_at=START + timedelta(milliseconds=900), asked_at=NOW + timedelta(milliseconds=1))
    assert asked.window == Window(START - timedelta(minutes=5), NOW + timedelta(seconds=1))


def test_window_in_utc() -> None:
    """Times of another zone are turned into UTC."""
    tokyo = timezone(timedelta(hours=9))
    asked = plan(start_at=START.astimezone(tokyo), asked_at=NOW.astimezone(tokyo))
    assert asked.window == plan().window
    assert asked.window.end_at.tzinfo is UTC


def test_window_of_ninety_days() -> None:
    """A start before the ninety days is moved to them."""
    assert plan(start_at=datetime(2020, 1, 1, tzinfo=UTC)).window.start_at == NOW - timedelta(days=90)


def test_first_questions() -> None:
    """Names and keys are asked for in every region of the session's own account, each once."""
    asked = plan("us-east-1", "eu-west-1", "us-east-1", session_names=(INSTANCE, INSTANCE))
    asked = replace(asked, regions={**asked.regions, "222233334444": ("us-east-1",)})
    assert first_queries(asked) == [
        Query(Site(ACCOUNT, region), attribute, value)  # type: ignore[arg-type]
        for region in ("us-east-1", "eu-west-1")
        for attribute, value in (("Username", INSTANCE), ("AccessKeyId", KEY))
    ]


@pytest.mark.parametrize(
    ("issued_at", "start_at"),
    [
        (NOW - timedelta(hours=1), NOW - timedelta(minutes=65)),
        (START - timedelta(days=1), START - timedelta(minutes=5)),
        (NOW + timedelta(hours=1), START - timedelta(minutes=5)),
        (None, START - timedelta(minutes=5)),
    ],
)
def test_questions_for_found_keys(issued_at: datetime | None, start_at: datetime) -> None:
    """A found key is asked for from its issue on, within the window; where the issue is unknown, in all of it."""
    ((query, window),) = further_queries(plan(), [FoundKey("ASIAX", ACCOUNT, issued_at)], [], plan().window)
    assert query == Query(HERE, "AccessKeyId", "ASIAX")
    assert window == Window(start_at, NOW)


@pytest.mark.parametrize("account_id", [None, "999988887777"])
def test_no_question_out_of_reach(account_id: str | None) -> None:
    """A key of an unknown account, or of one out of reach, is not asked for."""
    assert further_queries(plan(), [FoundKey("ASIAX", account_id, NOW)], [], plan().window) == []


def test_folders_differ() -> None:
    """Each question has a folder of its own, long names too."""
    values = [INSTANCE, KEY, "a/b", "a%2Fb", "a b", "x" * 200, "x" * 201, "..", "."]
    names = {Query(HERE, attribute, value).folder for value in values for attribute in ("Username", "AccessKeyId")}  # type: ignore[arg-type]
    assert len(names) == 2 * len(values)
    assert all("/" not in name and len(name) <= 100 for name in names)


def test_questions_for_sign_ins() -> None:
    """A session that signed in to the console is asked for by its name, in all regions of an account in reach."""
    signed_in = [NamedCaller(ACCOUNT, "nightly"), NamedCaller("999988887777", "far")]
    assert further_queries(plan(), [], signed_in, plan().window) == [
        (Query(HERE, "Username", "nightly"), plan().window),
    ]
