"""The ledger's rows of a look-up: every account, region and span that was asked for, quiet ones too."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from gdkit.errors import AwsCall, AwsError
from gdkit.trail.lookup import FoundKey, QueryFacts, fetch_history, load_history
from gdkit.trail.lookup.failures import failure_of, gap_of
from gdkit.trail.lookup.places import places_asked
from gdkit.trail.lookup.plan import Query, Site
from tests.trail import samples
from tests.trail.lookup.history import ACCOUNT, KEY, NOW, START, History, World, rows
from tests.trail.lookup.plans import plan

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.ledger_row import GapKind, LedgerRow

QUERY = Query(Site(ACCOUNT, "us-east-1"), "AccessKeyId", KEY)
WINDOW = plan().window
CALL = AwsCall("cloudtrail", "LookupEvents", ACCOUNT, "us-east-1")


def told(facts: list[QueryFacts], state: str) -> list[LedgerRow]:
    """Give the rows of one state."""
    return [row for row in places_asked(plan(), WINDOW, facts, ()) if row.state == state]


def test_quiet_region(tmp_path: Path) -> None:
    """A region that answered and held nothing is searched, with its window, by LookupEvents, with 0 records."""
    world = World({(ACCOUNT, "us-east-1"): History(rows(3)), (ACCOUNT, "eu-west-3"): History([])})
    result = fetch_history(plan("us-east-1", "eu-west-3"), world.client, tmp_path)
    (quiet,) = [row for row in result.places if row.region == "eu-west-3"]
    assert (quiet.state, quiet.records, quiet.how, quiet.source) == ("searched", 0, "LookupEvents", "lookup")
    assert (quiet.start_at, quiet.end_at) == (WINDOW.start_at, WINDOW.end_at)
    assert "by AccessKeyId" in quiet.detail
    assert "by" in quiet.detail
    (busy,) = [row for row in result.places if row.region == "us-east-1" and row.state == "searched"]
    assert busy.records == result.rows


def test_ledger_of_history_and_files(tmp_path: Path) -> None:
    """Beside log files, the event history's rows are of what was asked, and the files' of what they hold."""
    world = World({(ACCOUNT, "us-east-1"): History(rows(3)), (ACCOUNT, "eu-west-3"): History([])})
    result = fetch_history(plan("us-east-1", "eu-west-3"), world.client, tmp_path / "pages")
    log = tmp_path / "log.json"
    samples.write(log, samples.records_text(1))
    places = load_history(result, [log]).coverage.places
    assert {row.source for row in places} == {"lookup", str(log)}
    assert {row.region for row in places if row.source == "lookup"} >= {"us-east-1", "eu-west-3"}
    assert not any(row.how == "pages of the event history" for row in places)


def test_nothing_answered() -> None:
    """A region that answered nothing is in no row as searched, and in one with the sort of its gap and the reason."""
    span = (WINDOW.start_at, WINDOW.end_at)
    facts = [QueryFacts(QUERY, WINDOW, 0, 0, (span,), "no permission", "denied")]
    assert told(facts, "searched") == []
    (row,) = told(facts, "denied")
    assert (row.region, row.start_at, row.end_at, row.records) == ("us-east-1", *span, None)
    assert row.detail == f"by AccessKeyId {KEY}: no permission"


def test_answer_with_a_hole() -> None:
    """Of an answer with a hole, the spans beside it were searched; how many records lie in each is not known."""
    hole = (START + timedelta(hours=2), START + timedelta(hours=3))
    facts = [QueryFacts(QUERY, WINDOW, 3, 120, (hole,), "slow down", "throttled")]
    assert [(row.start_at, row.end_at, row.records) for row in told(facts, "searched")] == [
        (WINDOW.start_at, hole[0], None),
        (hole[1], WINDOW.end_at, None),
    ]
    assert [(row.start_at, row.end_at) for row in told(facts, "throttled")] == [hole]


def test_answer_cut_at_its_start() -> None:
    """Of an answer that broke off, what came is counted for the span down to which it came."""
    missing = (WINDOW.start_at, START + timedelta(hours=1))
    (row,) = told([QueryFacts(QUERY, WINDOW, 1, 50, (missing,), "", "not searched")], "searched")
    assert (row.start_at, row.end_at, row.records) == (missing[1], WINDOW.end_at, 50)


def test_names_of_calls_stand_apart() -> None:
    """Calls asked for by their name are no statement about the session's, so they are a row of their own."""
    named = [QueryFacts(Query(QUERY.site, "EventName", f"Call{number}"), WINDOW, 1, 1) for number in range(7)]
    found = told([QueryFacts(QUERY, WINDOW, 1, 4), *named], "searched")
    assert [(row.records, row.detail) for row in found] == [
        (4, f"by AccessKeyId {KEY}"),
        (7, "by EventName Call0, Call1, Call2, Call3, Call4 and 2 more"),
    ]


def test_what_the_event_history_never_holds() -> None:
    """Data events, events older than 90 days, and the last minutes are rows of every account asked."""
    late = plan(start_at=NOW - timedelta(days=100))
    states = {row.state: row for row in places_asked(late, late.window, [], ())}
    assert set(states) == {"no data events", "over 90 days", "delayed"}
    assert states["over 90 days"].end_at == late.window.start_at == NOW - timedelta(days=90)
    delayed = states["delayed"]
    assert (delayed.start_at, delayed.end_at) == (NOW - timedelta(minutes=15), NOW)
    early = plan(asked_at=NOW + timedelta(hours=1))
    assert "delayed" not in {row.state for row in places_asked(early, WINDOW, [], ())}


def test_accounts_out_of_reach() -> None:
    """An account that keys lead to and that cannot be asked is a row, whatever the number of its keys."""
    keys = [FoundKey(f"ASIA{number}", "999988887777", NOW) for number in range(3)]
    found = [row for row in places_asked(plan(), WINDOW, [], keys) if row.state == "not searched"]
    assert [row.account_id for row in found] == ["999988887777"]


def test_sort_of_a_failure() -> None:
    """A refusal, a throttling and any other failure leave gaps of different sorts."""
    kinds: dict[str, GapKind] = {"denied": "denied", "throttled": "throttled", "unreachable": "failed"}
    for kind, gap in kinds.items():
        error = AwsError("no", call=CALL, kind=kind)  # type: ignore[arg-type]
        assert gap_of(error) == gap
        assert failure_of(error).gap == gap
