from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdkit.errors import UsageError
from gdkit.trail import load_trail
from gdkit.trail.lookup import LookupProgress, Watch, fetch_history, load_history
from gdkit.trail.lookup.result import NAMELESS
from tests.trail.lookup.history import (
    ACCOUNT,
    INSTANCE,
    KEY,
    NOW,
    START,
    History,
    World,
    assume_role,
    one_region,
    row,
    rows,
)
from tests.trail.lookup.plans import by_key, event_ids, gaps_of, ids_of, page, pages_in, plan

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

OTHER = "222233334444"
REGIONS = ("us-east-1", "eu-west-1", "ap-south-1")


def test_all_events_of_all_regions(tmp_path: Path) -> None:
    """Every event of the session is found once, whichever region and question it came from."""
    events = {region: rows(70 + number, key=f"ASIAREGION00000000{number:02d}") for number, region in enumerate(REGIONS)}
    world = World({(ACCOUNT, region): History(rows_) for region, rows_ in events.items()})
    result = fetch_history(plan(*REGIONS), world.client, tmp_path)
    assert event_ids(result) == sorted(one for rows_ in events.values() for one in ids_of(rows_))
    assert result.complete
    assert gaps_of(result) == []
    assert [site.region for site in result.sites] == sorted(REGIONS)


def test_name_and_keys_are_united(tmp_path: Path) -> None:
    """The session's name finds keys that nobody knew, a key finds calls under another name, and none counts twice."""
    hidden = rows(3, key="ASIAUNKNOWNKEY000001")
    renamed = [row(900 + number, START + timedelta(hours=number + 1), name="renamed") for number in range(2)]
    world = one_region([*rows(60), *hidden, *renamed])
    result = fetch_history(plan(), world.client, tmp_path)
    trail = load_history(result)
    assert len(trail.events) == 65
    assert (result.rows, trail.coverage.searched[0].duplicates) == (63 + 62 + 3, 63)


def test_what_is_asked(tmp_path: Path) -> None:
    """Each request asks for one attribute, fifty events, and a window with both ends fixed before the first of them."""
    world = one_region(rows(120))
    fetch_history(plan(), world.client, tmp_path)
    asked = world.histories[ACCOUNT, "us-east-1"].asked
    assert {(one["StartTime"], one["EndTime"]) for one in asked} == {(START.timestamp() - 300, NOW.timestamp())}
    assert all(one["MaxResults"] == 50 and len(one["LookupAttributes"]) == 1 for one in asked)
    values = {tuple(one["LookupAttributes"][0].values()) for one in asked}
    assert values == {("Username", INSTANCE), ("AccessKeyId", KEY)}


def test_keys_are_followed_to_any_depth(tmp_path: Path) -> None:
    """Keys that calls issued are looked up, and those that these issued, in a circle only once."""
    first, second = "ASIACHAINEDKEY000001", "ASIACHAINEDKEY000002"
    at = NOW - timedelta(hours=2)
    events = [
        assume_role(1, at, new_key=first),
        assume_role(2, at + timedelta(minutes=10), new_key=second, name="s", key=first),
        assume_role(3, at + timedelta(minutes=20), new_key=first, name="s", key=second),
        row(4, at + timedelta(minutes=30), name="s", key=second),
    ]
    result = fetch_history(plan(), one_region(events).client, tmp_path)
    assert event_ids(result) == ids_of(events)
    assert [key.access_key_id for key in result.keys] == [KEY, first, second]
    window = next(facts.window for facts in result.queries if facts.query.value == second)
    assert window.start_at == at + timedelta(minutes=5)


def test_keys_of_other_accounts(tmp_path: Path) -> None:
    """A session in another account is looked up there, in all its regions; one out of reach is named."""
    near, far = "ASIACHAINEDKEY000001", "ASIACHAINEDKEY000002"
    at = NOW - timedelta(hours=1)
    home = [
        assume_role(1, at, new_key=near, account=OTHER),
        assume_role(2, at, new_key=far, account="999988887777"),
    ]
    there = rows(3, key=near, name="s")
    world = World({(ACCOUNT, "us-east-1"): History(home), (OTHER, "eu-west-1"): History(there)})
    reach = {ACCOUNT: ("us-east-1",), OTHER: ("eu-west-1",)}
    result = fetch_history(plan(regions=reach), world.client, tmp_path)
    assert event_ids(result) == ids_of([*home, *there])
    ((what, reason),) = gaps_of(result)
    assert what == f"account 999988887777: calls with 1 key of that account ({far})"
    assert reason == "the account is not among those in reach"


def test_long_term_keys_are_followed(tmp_path: Path) -> None:
    """A key that CreateAccessKey made for a user is looked up."""
    made = row(
        1, NOW - timedelta(hours=1), eventName="CreateAccessKey",
        responseElements={"accessKey": {"accessKeyId": "AKIAMADEBYTHETHIEF01", "userName": "backdoor"}},
    )  # fmt: skip
    used = rows(2, key="AKIAMADEBYTHETHIEF01", name="backdoor")
    result = fetch_history(plan(), one_region([made, *used]).client, tmp_path)
    assert event_ids(result) == ids_of([made, *used])


def test_console_of_a_chained_session(tmp_path: Path) -> None:
    """A console session of a chained credential is looked up by its name, and what was made in it by its key."""
    chained, console, made = "ASIACHAINEDKEY000001", "ASIACONSOLEKEY000001", "AKIAMADEBYTHETHIEF01"
    at = NOW - timedelta(hours=3)
    events = [
        assume_role(1, at, new_key=chained),
        row(2, at + timedelta(minutes=5), name="s", key=chained, eventName="GetSigninToken",
            eventSource="signin.amazonaws.com"),
        row(3, at + timedelta(minutes=6), name="s", key=console, sessionCredentialFromConsole="true",
            eventName="CreateAccessKey", eventSource="iam.amazonaws.com",
            responseElements={"accessKey": {"accessKeyId": made, "userName": "backdoor"}}),
        row(4, at + timedelta(minutes=9), name="backdoor", key=made),
    ]  # fmt: skip
    result = fetch_history(plan(), one_region(events).client, tmp_path)
    assert event_ids(result) == ids_of(events)
    assert [key.access_key_id for key in result.keys] == [KEY, chained, console, made]


def test_own_way_to_find_keys(tmp_path: Path) -> None:
    """The caller may say itself which keys grew from the session; it sees all that was found."""
    seen = []

    def none(events: pd.DataFrame) -> tuple[()]:
        seen.append(len(events))
        return ()

    events = [assume_role(1, NOW - timedelta(hours=1), new_key="ASIACHAINEDKEY000001")]
    result = fetch_history(plan(), one_region(events).client, tmp_path, find_keys=none)
    assert (seen, result.keys, len(result.queries)) == ([1], (), 2)


def test_again_fetches_nothing(tmp_path: Path) -> None:
    """A finished look-up that is run again sends no request, at a later time too, and gives the same."""
    world = one_region(rows(120))
    first = fetch_history(plan(), world.client, tmp_path)
    requests = world.requests
    again = fetch_history(plan(asked_at=NOW + timedelta(days=1)), world.client, tmp_path)
    assert world.requests == requests
    assert (again.window, again.rows, again.spent) == (first.window, first.rows, first.spent)
    assert event_ids(again) == event_ids(first)


def test_refresh(tmp_path: Path) -> None:
    """A refresh asks from a quarter of an hour before the earlier end, so that a late event is found too."""
    events = rows(120)
    world = one_region(events)
    fetch_history(plan(), world.client, tmp_path)
    before = world.requests
    late, new = row(800, NOW - timedelta(minutes=14)), row(801, NOW + timedelta(minutes=30))
    world.histories[ACCOUNT, "us-east-1"].events += [late, new]
    result = fetch_history(plan(asked_at=NOW + timedelta(hours=1)), world.client, tmp_path, refresh=True)
    assert event_ids(result) == ids_of([*events, late, new])
    asked = world.histories[ACCOUNT, "us-east-1"].asked[before:]
    assert [one["StartTime"] for one in asked] == [(NOW - timedelta(minutes=15)).timestamp()] * 2
    assert result.window.end_at == NOW + timedelta(hours=1)


def test_wider_plan(tmp_path: Path) -> None:
    """An earlier start and a further region are fetched beside what is there; nothing is fetched twice."""
    events = rows(100, every_s=300)
    world = World({(ACCOUNT, region): History(list(events)) for region in REGIONS[:2]})
    fetch_history(by_key(start_at=NOW - timedelta(hours=2)), world.client, tmp_path)
    result = fetch_history(by_key(*REGIONS[:2]), world.client, tmp_path)
    home = world.histories[ACCOUNT, "us-east-1"]
    assert [one["EndTime"] for one in home.asked] == [NOW.timestamp(), (NOW - timedelta(minutes=125)).timestamp(),
                                                      (NOW - timedelta(minutes=125)).timestamp()]  # fmt: skip
    assert result.complete
    assert len(result.sites) == 2


def test_ninety_days(tmp_path: Path) -> None:
    """Nothing older than ninety days is asked for, and what lies before them is named."""
    result = fetch_history(plan(start_at=NOW - timedelta(days=120)), one_region(rows(1)).client, tmp_path)
    assert result.window.start_at == NOW - timedelta(days=90)
    assert gaps_of(result) == [
        ("events before 2026-08-22T12:00:00Z",
         "the event history keeps 90 days; a trail's log files may hold older ones"),
    ]  # fmt: skip


def test_global_services(tmp_path: Path) -> None:
    """Leaving out us-east-1 is named, because IAM's calls are recorded there."""
    world = World({(ACCOUNT, "eu-west-1"): History(rows(1))})
    result = fetch_history(plan("eu-west-1"), world.client, tmp_path)
    ((what, reason),) = gaps_of(result)
    assert what == f"account {ACCOUNT}, region us-east-1"
    assert "IAM" in reason


def test_nothing_found_proves_nothing(tmp_path: Path) -> None:
    """No event at all is said to be inconclusive, with the likely causes, and data events are named as not searched."""
    result = fetch_history(plan(), one_region([]).client, tmp_path)
    assert any("proves nothing" in warning and "90 days" in warning for warning in result.warnings)
    assert any(gap.what == "data events" for gap in result.not_searched)
    trail = load_history(result)
    assert trail.events.empty
    assert [gap.what for gap in trail.coverage.not_searched] == ["data events", NAMELESS]


def test_young_events(tmp_path: Path) -> None:
    """A window that ends now says from when on a refresh is worth it."""
    result = fetch_history(plan(), one_region(rows(1)).client, tmp_path)
    assert any("refresh after 2026-11-20T12:15:00Z" in warning for warning in result.warnings)
    later = fetch_history(plan(asked_at=NOW + timedelta(hours=1)), one_region(rows(1)).client, tmp_path)
    assert later.warnings == ()


def test_coverage_is_of_kind_lookup(tmp_path: Path) -> None:
    """The folder's coverage is of kind lookup, names what was asked and cost, and takes the plan for no log."""
    world = one_region(rows(60))
    result = fetch_history(plan(), world.client, tmp_path)
    (searched,) = load_history(result).coverage.searched
    assert (searched.kind, searched.accounts, searched.regions) == ("lookup", (ACCOUNT,), ("us-east-1",))
    assert (searched.files, searched.records, searched.events, searched.duplicates) == (4, 120, 60, 60)
    assert (
        "2026-11-20T01:55:00Z to 2026-11-20T12:00:00Z: 4 requests (0 throttled), 4 pages, 120 rows" in searched.source
    )
    plain = load_trail([tmp_path]).coverage
    assert [one.kind for one in plain.searched] == ["lookup"]
    assert plain.unread == ()
    assert [gap.what for gap in plain.not_searched] == ["data events"]


def test_pages_are_as_aws_gave_them(tmp_path: Path) -> None:
    """A page holds the rows word for word, the question, and the token of the next; only its owner may read it."""
    events = rows(51)
    fetch_history(by_key(), one_region(events).client, tmp_path)
    first, second = (page(path) for path in pages_in(tmp_path))
    assert [one["CloudTrailEvent"] for one in first["Events"]] == [one["CloudTrailEvent"] for one in events[:50]]
    assert first["Events"][0]["EventTime"] == "2026-11-20T11:59:00Z"
    assert first["NextToken"] and second["NextToken"] is None
    assert (first["Lookup"]["value"], second["Lookup"]["events_so_far"]) == (KEY, 51)
    assert {path.stat().st_mode & 0o77 for path in tmp_path.rglob("*.*") if path.is_file()} == {0}


def test_progress(tmp_path: Path) -> None:
    """Progress never goes back, ends with everything done, and gives no estimate before there is ground for one."""
    steps: list[LookupProgress] = []
    world = one_region(rows(1000, every_s=30), latency_s=0.01)
    fetch_history(by_key(), world.client, tmp_path, watch=Watch(on_progress=steps.append))
    assert steps[0].seconds_left is None
    assert any(step.seconds_left for step in steps)
    assert [step.pages for step in steps] == sorted(step.pages for step in steps)
    last = steps[-1]
    assert (last.requests, last.pages, last.rows, world.requests) == (20, 20, 1000, 20)
    assert (last.queries_open, last.queries, last.seconds_left) == (0, 1, 0.0)


def test_cancel_and_go_on(tmp_path: Path) -> None:
    """Cancelling keeps the pages, names the rest, and the next run goes on from there."""
    events = rows(500)
    cancel = threading.Event()

    def stop(number: int, _body: Any) -> None:
        if number == 4:
            cancel.set()

    world = one_region(events, fault=stop)
    result = fetch_history(by_key(), world.client, tmp_path, watch=Watch(cancel=cancel))
    assert result.cancelled and not result.complete
    assert 4 <= world.requests <= 5
    ((what, reason),) = gaps_of(result)
    assert what.startswith(
        f"account {ACCOUNT}, region us-east-1: events with AccessKeyId {KEY}, 2026-11-20T01:55:00Z to"
    )
    assert "stopped" in reason
    world.histories[ACCOUNT, "us-east-1"].fault = None
    whole = fetch_history(by_key(), world.client, tmp_path)
    assert event_ids(whole) == ids_of(events)
    assert world.requests <= 11  # at most the one under way is asked again


def test_cancel_by_function(tmp_path: Path) -> None:
    """Cancelling before the first request sends none."""
    world = one_region(rows(10))
    result = fetch_history(plan(), world.client, tmp_path, watch=Watch(cancel=lambda: True))
    assert world.requests == 0
    assert result.cancelled


def test_slow_answers_are_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where answers are slow, one question is asked in several spans at once, and still every event is found."""
    monkeypatch.setattr("gdkit.trail.lookup.site._WORTH_A_SPLIT", 4)
    events = rows(2000, every_s=15)
    world = one_region(events, latency_s=0.03)
    result = fetch_history(by_key(), world.client, tmp_path)
    assert len({one["EndTime"] for one in world.histories[ACCOUNT, "us-east-1"].asked}) > 2
    assert event_ids(result) == ids_of(events)
    assert world.requests <= 40 + 15


def test_clients_are_left_as_they_were(tmp_path: Path) -> None:
    """After a look-up, the client's other requests are neither counted nor held back."""
    world = one_region(rows(3))
    client = world.client(ACCOUNT, "us-east-1")
    result = fetch_history(by_key(), lambda *_: client, tmp_path)
    client.lookup_events(MaxResults=50, StartTime=START, EndTime=NOW,
                         LookupAttributes=[{"AttributeKey": "AccessKeyId", "AttributeValue": KEY}])  # fmt: skip
    assert result.spent.requests == world.requests - 1
    again = fetch_history(by_key("us-east-1"), lambda *_: client, tmp_path / "other")
    assert again.spent.requests == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"session_names": (), "access_key_ids": ()}, "neither a session name nor an access key"),
        ({"regions": {}}, "no region"),
        ({"regions": {ACCOUNT: ("us-east-1",), "12": ("us-east-1",)}}, "twelve digits"),
        ({"regions": {ACCOUNT: ("../..",)}}, "no name of a region"),
        ({"start_at": NOW}, "ends before it begins"),
        ({"start_at": START.replace(tzinfo=None)}, "without a zone"),
    ],
)
def test_wrong_plans(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    """A plan that cannot be carried out is refused before anything is asked or written."""
    world = one_region([])
    with pytest.raises(UsageError, match=words):
        fetch_history(replace(plan(), **changes), world.client, tmp_path)
    assert world.requests == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["..", "a/b", "x" * 64, "é\u2029 ", "i-1=,@+", "%2e", "y" * 150])
def test_strange_names_stay_in_the_folder(tmp_path: Path, name: str) -> None:
    """Any session name makes a folder of its own below the region's."""
    world = one_region(rows(1, name=name))
    fetch_history(plan(session_names=(name,), access_key_ids=()), world.client, tmp_path / "case")
    made = sorted(path.name[:9] for path in (tmp_path / "case" / ACCOUNT / "us-east-1").iterdir())
    assert made == ["AccessKey", "Username-"]
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


@settings(max_examples=25)
@given(seconds=st.lists(st.integers(0, 300), max_size=260))
def test_any_density(tmp_path_factory: pytest.TempPathFactory, seconds: list[int]) -> None:
    """However the events lie in time, many in one second too, each is found."""
    events = [row(number, NOW - timedelta(seconds=one)) for number, one in enumerate(seconds)]
    world = one_region(events)
    folder = tmp_path_factory.mktemp("case")
    result = fetch_history(by_key(), world.client, folder)
    assert event_ids(result) == ids_of(events)
    assert world.requests == max(1, -(-len(events) // 50))
