"""Tables of which each query must name one account: which accounts are asked, and what is said of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import CostError
from gdkit.trail.fetched import Question, Terms
from gdkit.trail.fetched.store import read_plan, write_plan
from gdkit.trail.query import run
from gdkit.trail.query.accounts import accounts_to_ask
from gdkit.trail.query.estimate import Measured
from tests.trail.query.engines import MadeUpEngine
from tests.trail.query.tables import ACCOUNT, KEY, OTHER, PRINCIPAL, UNTIL, question
from tests.trail.query.test_fetch import CHAIN, TEXT, fetch
from tests.trail.query.test_follow import CHAINED, SESSION, call

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.trail.fetched import Fetched

KEY_OF_OTHER = "ASIAWO645SY5FIRINZ65"
"""A key that bears its account, 444455556666."""

EACH: dict[str, Any] = {"needs": frozenset({"account"}), "home": (ACCOUNT,)}
"""What a table is set up for that is asked for one account at a time."""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass while tests wait."""
    monkeypatch.setattr(run.time, "sleep", lambda _: None)


def asked(engine: MadeUpEngine) -> list[str]:
    """Give the account that each query names."""
    return [text.partition("recipientAccountId = '")[2][:12] for text in engine.started]


def searched(fetched: Fetched) -> set[str | None]:
    """Give the accounts of the ledger's rows."""
    return {row.account_id for row in fetched.places if row.state == "searched"}


def test_the_sessions_own_account_is_asked() -> None:
    """Who was asked about tells the account; only where nobody does, the reader's is taken. Keys lead to others."""
    assert accounts_to_ask(ACCOUNT, question(own_account_ids=(OTHER,))) == (OTHER,)
    assert accounts_to_ask(ACCOUNT, question()) == (ACCOUNT,)
    assert accounts_to_ask(ACCOUNT, question(access_key_ids=(KEY, KEY_OF_OTHER))) == (ACCOUNT, OTHER)


def test_account_that_is_not_known(tmp_path: Path) -> None:
    """Where nothing tells the session's account, the row names the one that was asked, and a gap says what to do."""
    fetched = fetch(MadeUpEngine(), tmp_path, **EACH)
    assert searched(fetched) == {ACCOUNT}
    (gap,) = fetched.not_searched
    assert gap.failed
    assert gap.what == f"the session's events in its own account, if that is not {ACCOUNT}, in {TEXT}"
    assert gap.reason == (f"the session's account is not known, and each query must name an account: account {ACCOUNT} "
                          "alone was asked; give the session's ARN, an access key of it or the finding")  # fmt: skip
    assert not fetched.complete


def test_account_that_is_known(tmp_path: Path) -> None:
    """Where it is known and asked, that other accounts are not asked is told as what the table is, not as a failure."""
    fetched = fetch(MadeUpEngine(), tmp_path, question(own_account_ids=(OTHER,)), **EACH | {"home": (OTHER,)})
    assert searched(fetched) == {OTHER}
    (gap,) = fetched.not_searched
    assert (gap.what, gap.failed) == (f"events of other accounts than {OTHER} in {TEXT}", False)


def test_account_that_the_events_tell(tmp_path: Path) -> None:
    """Events of the session in the account that was asked show that it is the session's own."""
    engine = MadeUpEngine(CHAIN[:1])
    fetched = fetch(engine, tmp_path, **EACH)
    assert asked(engine) == [ACCOUNT]
    assert [gap.failed for gap in fetched.not_searched] == [False]


def test_key_that_was_issued_on_the_way_tells_nothing(tmp_path: Path) -> None:
    """Calls with a chained key, which another source told of, do not show where the session itself is."""
    chained = call("ListUsers", CHAINED, SESSION)
    for named in ({"principal_ids": ()}, {}):
        asked_for = question(access_key_ids=(CHAINED,), **named)
        (gap,) = fetch(MadeUpEngine([chained]), tmp_path / str(len(named)), asked_for, **EACH).not_searched
        assert gap.failed
        assert "the session's account is not known" in gap.reason


@pytest.mark.parametrize("named", [{}, {"principal_ids": ()}, {"principal_ids": (), "session_names": ()}])
def test_whoever_was_named(tmp_path: Path, named: dict[str, Any]) -> None:
    """A principal, an instance and a key without an account in it are each found in the session's own events."""
    fetched = fetch(MadeUpEngine(CHAIN[:1]), tmp_path, question(**named), **EACH)
    assert not any(gap.failed for gap in fetched.not_searched)


def test_account_that_another_accounts_record_tells(tmp_path: Path) -> None:
    """A record of the asked account that names a caller of another one leads there."""
    copy = call("GetBucketPolicy", KEY, PRINCIPAL, account=OTHER) | {"recipientAccountId": ACCOUNT}
    engine = MadeUpEngine([copy])
    fetched = fetch(engine, tmp_path, **EACH)
    assert asked(engine) == [ACCOUNT, OTHER]
    assert searched(fetched) == {ACCOUNT, OTHER}
    assert [gap.failed for gap in fetched.not_searched] == [False]
    again = MadeUpEngine([copy])
    assert fetch(again, tmp_path, **EACH).not_searched == fetched.not_searched
    assert again.started == []


def test_everybody_in_one_account(tmp_path: Path) -> None:
    """A question that names nobody is answered of the account that was asked alone, and that is a failed gap."""
    (gap,) = fetch(MadeUpEngine(), tmp_path, Question(question().since, UNTIL), **EACH).not_searched
    assert gap.failed
    assert gap.what == f"events of other accounts than {ACCOUNT} in {TEXT}"
    assert f"nobody named one: account {ACCOUNT} alone was judged; make a table that lists the accounts" in gap.reason


def test_plan_of_an_earlier_version(tmp_path: Path) -> None:
    """A plan that knows nothing of the session's account is taken up: what it had answered is not asked again."""
    fetch(MadeUpEngine(CHAIN), tmp_path, **EACH)
    plan = read_plan(tmp_path)
    assert plan is not None
    del plan.state["base"]["own_account_ids"], plan.question["own_account_ids"]
    write_plan(tmp_path, plan)
    engine = MadeUpEngine(CHAIN)
    assert fetch(engine, tmp_path, **EACH).complete
    assert engine.started == []


def test_own_account_that_the_table_does_not_list(tmp_path: Path) -> None:
    """A table that lists accounts, but not the session's own, is asked all the same, and the lack is a failed gap."""
    fetched = fetch(MadeUpEngine(), tmp_path, question(own_account_ids=(OTHER,)), accounts=(ACCOUNT,))
    assert searched(fetched) == {ACCOUNT}
    (gap,) = fetched.not_searched
    assert gap.failed
    assert gap.what.endswith(f"in account {OTHER}")
    assert "do not list the account" in gap.reason


def test_each_account_is_measured_for_its_own_query(tmp_path: Path) -> None:
    """The estimate of two queries is what the one scans and the other; none of it counts twice."""
    sizes = {ACCOUNT: 400_000, OTHER: 500_000}
    target = {**EACH, "measure": lambda one: Measured(1, sum(sizes[account] for account in one.account_ids), 1)}
    both = question(account_ids=(ACCOUNT, OTHER))
    with pytest.raises(CostError, match=r"2 objects, 2 requests, 0\.9 MB"):
        fetch(MadeUpEngine(), tmp_path, both, terms=Terms(max_bytes=899_999), **target)
    assert fetch(MadeUpEngine(polls=0), tmp_path, both, terms=Terms(max_bytes=900_000), **target).cost.objects == 2
    assert fetch(MadeUpEngine(), tmp_path / "cutoff", both, cutoff=500_000, **target).complete, "a limit for each query"
    with pytest.raises(CostError, match=r"would scan about 0\.5 MB, and its work group ends queries after 0\.4 MB"):
        fetch(MadeUpEngine(), tmp_path / "above", both, cutoff=440_000, **target)


def test_what_is_told_counts_beside_what_is_not(tmp_path: Path) -> None:
    """Where one account's size is known and another's not, the known one is held against the limit all the same."""
    target = {**EACH, "measure": lambda one: Measured(1, 10**9, 1) if one.account_ids == (OTHER,) else None}
    engine = MadeUpEngine()
    with pytest.raises(CostError, match=r"1 object, 1 request, 1,?000\.0 MB|1 object, 1 request, 1\.0 GB"):
        fetch(engine, tmp_path, question(account_ids=(ACCOUNT, OTHER)), terms=Terms(max_bytes=10**8), **target)
    assert engine.started == []


def test_account_of_which_nothing_is_seen(tmp_path: Path) -> None:
    """Where nothing tells which accounts a source holds, one that a key leads to and no record is of is a gap."""
    for _ in range(2):
        fetched = fetch(MadeUpEngine(CHAIN[:2]), tmp_path, others=True)
        assert searched(fetched) == {None, ACCOUNT}
        assert {row.state for row in fetched.places if row.account_id == OTHER} == {"not searched"}
        (gap,) = (gap for gap in fetched.not_searched if gap.failed)
        assert gap.what == f"events by access key {CHAINED}; by principal {SESSION} in account {OTHER}"
        assert "nothing tells that the source holds the account" in gap.reason
        assert not fetched.complete


def test_account_that_shows(tmp_path: Path) -> None:
    """A record of the account, or an object of it where the query reads, shows that the source holds it."""
    seen = fetch(MadeUpEngine(CHAIN), tmp_path / "record", others=True)
    assert searched(seen) == {None, ACCOUNT, OTHER}
    assert not any(gap.failed for gap in seen.not_searched)
    for number, states in ((1, {"searched"}), (0, {"not searched"})):
        measure = {"measure": lambda one, number=number: Measured(number if one.account_ids == (OTHER,) else 5, 9, 1)}
        fetched = fetch(MadeUpEngine(CHAIN[:2]), tmp_path / str(number), others=True, by_account=True, **measure)
        assert {row.state for row in fetched.places if row.account_id == OTHER} == states


def test_regions_that_nothing_tells_of(tmp_path: Path) -> None:
    """Where nothing tells which regions a source holds, no row claims one; the row says what was asked for."""
    asked_for = question(regions=("eu-west-1", "us-east-1"))
    (row,) = fetch(MadeUpEngine(CHAIN[:1]), tmp_path, asked_for, any_region=False).places
    assert (row.state, row.region) == ("searched", None)
    assert row.detail.endswith("; of the regions eu-west-1, us-east-1 those that it holds, which is not told")
