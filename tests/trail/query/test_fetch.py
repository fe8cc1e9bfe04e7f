"""A question put to a table: the session first, then what grew from it, within limits, and with a ledger of both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import AwsError, CostError
from gdkit.model import NotSearched
from gdkit.trail import load_trail
from gdkit.trail.fetched import Cost, Fetched, Question, Terms, Watch
from gdkit.trail.fetched.store import read_plan
from gdkit.trail.query import run
from gdkit.trail.query.engine import QueryState
from gdkit.trail.query.estimate import Measured
from gdkit.trail.query.fetch import fetch_by_queries
from gdkit.trail.query.follow import IN_OWN_ACCOUNT
from gdkit.trail.query.target import Target
from tests.trail.query.engines import STORE, MadeUpEngine
from tests.trail.query.tables import ACCOUNT, KEY, OTHER, PRINCIPAL, UNTIL, question
from tests.trail.query.test_follow import CHAINED, SESSION, call, issue

if TYPE_CHECKING:
    from pathlib import Path

SECOND, LAST = "ASIAEXAMPLECHAIN0002", "AROAEXAMPLEADMIN00001:x"
CHAIN = [
    call("ListBuckets", KEY, PRINCIPAL),
    issue(KEY, PRINCIPAL, CHAINED),
    call("ListUsers", CHAINED, SESSION, account=OTHER),
    issue(CHAINED, SESSION, SECOND, new=LAST, account=OTHER),
    call("DeleteTrail", SECOND, LAST, account=OTHER),
    call("ListBuckets", "ASIAEXAMPLESTRANGE01", "AROAEXAMPLESTRANGE001:y"),
]
TEXT = "athena:ir/logs.trail"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass while tests wait."""
    monkeypatch.setattr(run.time, "sleep", lambda _: None)


def fetch(engine: MadeUpEngine, folder: Path, asked: Question | None = None, *, terms: Terms | None = None,
          watch: Watch | None = None, **target: Any) -> Fetched:  # fmt: skip
    """Fetch from a made-up table."""
    settings: dict[str, Any] = {"measure": lambda _: Measured(10, 1_000_000, 1)} | target
    made = Target("athena", TEXT, engine, STORE, **settings)
    return fetch_by_queries(made, asked or question(), folder, terms=terms or Terms(), watch=watch or Watch())


def names(folder: Path) -> set[str]:
    """Give the names of the calls that were fetched."""
    return set(load_trail([folder]).events["event_name"])


def test_the_chain_is_followed(tmp_path: Path) -> None:
    """The session's calls, those of what it assumed, and of what that assumed, are fetched; a stranger's are not."""
    engine = MadeUpEngine(CHAIN)
    fetched = fetch(engine, tmp_path)
    assert names(tmp_path) == {"ListBuckets", "AssumeRole", "ListUsers", "DeleteTrail"}
    assert not load_trail([tmp_path]).events["access_key_id"].eq("ASIAEXAMPLESTRANGE01").any()
    assert len(engine.started) == 3
    assert set(fetched.question.access_key_ids) == {KEY, CHAINED, SECOND}
    assert not fetched.stopped


def test_a_long_chain_is_followed_to_its_end(tmp_path: Path) -> None:
    """Roles that are assumed one with another, many more times than anyone works, are all followed."""
    chain, by, principal = [call("ListBuckets", KEY, PRINCIPAL)], KEY, PRINCIPAL
    for hop in range(40):
        key, new = f"ASIAEXAMPLEHOP{hop:06d}", f"AROAEXAMPLEHOP{hop % 2:07d}:job-{hop}"
        chain += [issue(by, principal, key, new=new), call(f"Step{hop}", key, new)]
        by, principal = key, new
    fetched = fetch(MadeUpEngine(chain), tmp_path)
    assert names(tmp_path) == {"ListBuckets", "AssumeRole", *(f"Step{hop}" for hop in range(40))}
    assert not any(gap.failed for gap in fetched.not_searched)


def test_nothing_lies_there(tmp_path: Path) -> None:
    """Where no object lies in the places that are read, an empty answer proves nothing, and each run says so."""
    for _ in range(2):
        fetched = fetch(MadeUpEngine(), tmp_path, measure=lambda _: Measured(0, 0, 1))
        (told,) = fetched.warnings
        assert told.startswith(f"{TEXT}: no object was found there for 2026-11-01T12:00:00Z to 2026-11-03T12:00:00Z, ")
        assert "which proves nothing" in told
    assert fetch(MadeUpEngine(), tmp_path, question(since=UNTIL - timedelta(days=9))).warnings == ()
    assert fetch(MadeUpEngine(), tmp_path / "untold", measure=lambda _: None).warnings == ()


def test_cost_and_plan(tmp_path: Path) -> None:
    """What it took is told and kept: objects, bytes scanned, and dollars at list price, 10 MB a query at least."""
    fetched = fetch(MadeUpEngine(CHAIN), tmp_path)
    assert (fetched.cost.bytes, fetched.cost.objects) == (3_000_000, 30)
    assert fetched.cost.dollars == pytest.approx(3 * 10_000_000 / 1e12 * 5, abs=1e-4)
    plan = read_plan(tmp_path)
    assert plan is not None
    assert (plan.kind, plan.source, plan.complete, plan.cost) == ("athena", TEXT, True, fetched.cost)


def test_again_asks_nothing(tmp_path: Path) -> None:
    """A fetch that was done asks nothing again, and says the same."""
    first = fetch(MadeUpEngine(CHAIN), tmp_path)
    engine = MadeUpEngine(CHAIN)
    again = fetch(engine, tmp_path)
    assert engine.started == []
    assert (again.records, again.cost.bytes, again.question) == (first.records, first.cost.bytes, first.question)


def test_keys_from_elsewhere_are_asked_for_alone(tmp_path: Path) -> None:
    """A key that another source told of is asked for by one more query; the first is not run again, nor the chain's."""
    fetch(MadeUpEngine(CHAIN), tmp_path)
    elsewhere = "ASIAEXAMPLEELSEWHER1"
    engine = MadeUpEngine([*CHAIN, call("GetObject", elsewhere, "AROAEXAMPLEELSE000001:z")])
    fetched = fetch(engine, tmp_path, question().with_keys([elsewhere, CHAINED]))
    assert len(engine.started) == 1
    assert elsewhere in engine.started[0]
    assert PRINCIPAL not in engine.started[0]
    assert "GetObject" in names(tmp_path)
    assert elsewhere in fetched.question.access_key_ids
    third = MadeUpEngine(CHAIN)
    fetch(third, tmp_path, question().with_keys([elsewhere, CHAINED]))
    assert third.started == []


def test_another_span_is_another_question(tmp_path: Path) -> None:
    """A fetch over another span begins anew; what was fetched before stays beside it."""
    fetch(MadeUpEngine(CHAIN), tmp_path)
    engine = MadeUpEngine(CHAIN)
    fetch(engine, tmp_path, question(since=UNTIL - timedelta(days=9)))
    assert len(engine.started) >= 1


def test_ledger_names_what_was_asked(tmp_path: Path) -> None:
    """Each question has its rows: account, region and span, by what was asked, and how many records came."""
    fetched = fetch(MadeUpEngine(CHAIN), tmp_path, question(account_ids=(ACCOUNT, OTHER), regions=("eu-west-1",)))
    first = [row for row in fetched.places if row.start_at == UNTIL - timedelta(days=2)]
    assert [(row.state, row.account_id, row.region, row.how) for row in first] == [
        ("searched", ACCOUNT, "eu-west-1", "Athena"), ("searched", OTHER, "eu-west-1", "Athena"),
    ]  # fmt: skip
    assert KEY in first[0].detail
    assert any(CHAINED in row.detail for row in fetched.places)


def test_what_may_be_late(tmp_path: Path) -> None:
    """Where the span reaches to the present, the last minutes are named as not delivered yet."""
    now = datetime.now(UTC)
    fetched = fetch(MadeUpEngine(), tmp_path, question(since=now - timedelta(hours=1), until=now))
    assert [row.state for row in fetched.places] == ["searched", "delayed"]


def test_first_failure_is_raised(tmp_path: Path) -> None:
    """Where the first query fails, the source could not be asked at all, and that is an error."""
    engine = MadeUpEngine(CHAIN)
    engine.ends = {"SELECT": QueryState("failed", 0, "Permission denied on S3 path: s3://trail-logs/AWSLogs")}
    with pytest.raises(AwsError, match="no permission to read the objects") as told:
        fetch(engine, tmp_path)
    assert (told.value.kind, told.value.permission) == ("denied", "s3:GetObject")


def test_later_failure_is_a_gap(tmp_path: Path) -> None:
    """Where a later query fails, what was found before stays, and the ledger names what is missing and why."""
    engine = MadeUpEngine(CHAIN)
    engine.ends = {CHAINED: QueryState("failed", 0, "HIVE_BAD_DATA: Error parsing a column")}
    fetched = fetch(engine, tmp_path)
    assert names(tmp_path) == {"ListBuckets", "AssumeRole"}
    followed, gap = fetched.not_searched
    assert followed == IN_OWN_ACCOUNT
    assert gap.failed
    assert CHAINED in gap.what
    assert "not of the form" in gap.reason
    assert any(row.state == "failed" and CHAINED in row.detail for row in fetched.places)
    plan = read_plan(tmp_path)
    assert plan is not None
    assert not plan.complete
    assert fetch(MadeUpEngine(CHAIN), tmp_path).not_searched == (IN_OWN_ACCOUNT,)
    assert "DeleteTrail" in names(tmp_path), "a later run asks it again"


def test_over_the_limit(tmp_path: Path) -> None:
    """A fetch that would scan more than is allowed asks nothing, unless a person allows it."""
    engine, terms = MadeUpEngine(CHAIN), Terms(max_bytes=500_000)
    with pytest.raises(CostError, match=r"it would take 10 objects, 1 request, 1\.0 MB"):
        fetch(engine, tmp_path, terms=terms)
    assert engine.started == []
    asked: list[Cost] = []
    allowed = Watch(allow=lambda _, cost: bool(asked.append(cost) or True))
    assert fetch(engine, tmp_path, terms=terms, watch=allowed).records > 0
    assert asked[0].bytes == 1_000_000


def test_following_over_the_limit_is_a_gap(tmp_path: Path) -> None:
    """Where the session itself is within the limit and what grew is not, the session is fetched and the rest named."""
    fetched = fetch(MadeUpEngine(CHAIN), tmp_path, terms=Terms(max_bytes=1_500_000))
    assert names(tmp_path) == {"ListBuckets", "AssumeRole"}
    assert [gap.failed for gap in fetched.not_searched] == [False, True]


def test_work_groups_own_limit(tmp_path: Path) -> None:
    """A query that its work group would end is not begun."""
    engine = MadeUpEngine(CHAIN)
    with pytest.raises(CostError, match=r"its work group ends queries after 0\.4 MB"):
        fetch(engine, tmp_path, cutoff=400_000)
    assert engine.started == []


def test_unknown_size_is_held_to_the_limit(tmp_path: Path) -> None:
    """Where nobody can tell before what a query scans, it is ended once it has scanned more than is allowed."""
    engine = MadeUpEngine(CHAIN, polls=3)
    with pytest.raises(CostError, match="and the one that ran was ended"):
        fetch(engine, tmp_path, terms=Terms(max_bytes=100_000), measure=lambda _: None)
    assert engine.stopped == ["query-1"]
    with pytest.raises(CostError, match=r"have scanned 0\.5 MB, .* so that this one was not begun"):
        fetch(engine, tmp_path, terms=Terms(max_bytes=100_000), measure=lambda _: None)
    assert len(engine.started) == 1, "nothing is paid for again"


def test_unknown_size_is_seen_afterwards(tmp_path: Path) -> None:
    """Where what a query scanned is told once it is done, its answer stays, and no further query is begun."""
    engine, terms = MadeUpEngine(CHAIN, polls=0), Terms(max_bytes=100_000)
    fetched = fetch(engine, tmp_path, terms=terms, measure=lambda _: None)
    assert len(engine.started) == 1
    assert names(tmp_path) == {"ListBuckets", "AssumeRole"}
    assert any("1.0 MB were scanned, and 0.1 MB were allowed" in told for told in fetched.warnings)
    followed, gap = fetched.not_searched
    assert followed == IN_OWN_ACCOUNT
    assert gap.failed
    assert CHAINED in gap.what
    assert "so that this one was not begun; what to do: allow more: --max-bytes 4000000" in gap.reason
    asked: list[Cost] = []
    allowed = Watch(allow=lambda _, cost: bool(asked.append(cost) or True))
    assert fetch(engine, tmp_path, terms=terms, watch=allowed, measure=lambda _: None).complete
    assert "DeleteTrail" in names(tmp_path)
    assert [cost.bytes for cost in asked] == [1_000_000]


def test_stopped(tmp_path: Path) -> None:
    """A person who stops it keeps what was found; the ledger says what was not asked, and a later run goes on."""
    engine = MadeUpEngine(CHAIN, polls=1)
    stopping = Watch(is_stopped=lambda: len(engine.started) == 2)
    fetched = fetch(engine, tmp_path, watch=stopping)
    assert fetched.stopped
    assert names(tmp_path) == {"ListBuckets", "AssumeRole"}
    assert any(row.state == "not searched" for row in fetched.places)
    assert "run it again" in fetched.not_searched[-1].reason
    fetch(engine, tmp_path)
    assert "DeleteTrail" in names(tmp_path)
    assert sum(PRINCIPAL in text for text in engine.started) == 1, "the first query was not run again"


def test_one_account_at_a_time(tmp_path: Path) -> None:
    """A table that needs its accounts named is asked one by one: the home account first, then where keys lead."""
    engine = MadeUpEngine(CHAIN)
    fetch(engine, tmp_path, needs=frozenset({"account"}), home=(ACCOUNT,))
    accounts = [text.partition("recipientAccountId = '")[2][:12] for text in engine.started]
    assert accounts == [ACCOUNT, ACCOUNT, OTHER, OTHER]


def test_account_that_is_not_in_the_table(tmp_path: Path) -> None:
    """Where keys lead to an account that the table is not set up for, that is named, each time, and not asked for."""
    for _ in range(2):
        engine = MadeUpEngine(CHAIN[:2])
        fetched = fetch(engine, tmp_path, accounts=(ACCOUNT,))
        followed, gap = fetched.not_searched
        assert followed == IN_OWN_ACCOUNT
        assert gap.failed
        assert gap.what == f"events by access key {CHAINED}; by principal {SESSION} in account {OTHER}"
        assert "do not list the account" in gap.reason
        assert [row.state for row in fetched.places if row.account_id == OTHER] == ["not searched"]
        assert not any(OTHER in text.partition("IN (")[2] for text in engine.started)
    assert names(tmp_path) == {"ListBuckets", "AssumeRole"}


def test_copies_in_other_accounts(tmp_path: Path) -> None:
    """That chained credentials are asked for in their own account alone is told; with nothing chained, it is not."""
    assert fetch(MadeUpEngine(CHAIN), tmp_path / "chain").not_searched == (IN_OWN_ACCOUNT,)
    assert fetch(MadeUpEngine(CHAIN[:1]), tmp_path / "none").not_searched == ()
    one = fetch(MadeUpEngine(CHAIN[:3]), tmp_path / "one", question(account_ids=(OTHER,)))
    assert one.not_searched == (), "no other account was asked about"


def test_circle_ends(tmp_path: Path) -> None:
    """Sessions that assume one another are each followed once."""
    circle = [issue(KEY, PRINCIPAL, CHAINED), issue(CHAINED, SESSION, SECOND, new=LAST, account=OTHER),
              issue(SECOND, LAST, CHAINED, account=OTHER)]  # fmt: skip
    engine = MadeUpEngine(circle)
    fetch(engine, tmp_path)
    assert len(engine.started) <= 4


@pytest.mark.parametrize("gaps", [(), (NotSearched("events before 2026", "not in the table"),)])
def test_the_tables_own_gaps(tmp_path: Path, gaps: tuple[NotSearched, ...]) -> None:
    """What a table cannot show, and what the reader must know of it, are told with the answer."""
    fetched = fetch(MadeUpEngine(CHAIN), tmp_path, gaps=gaps, warnings=("w",))
    assert fetched.not_searched == (*gaps, IN_OWN_ACCOUNT)
    assert fetched.warnings == ("w",)
