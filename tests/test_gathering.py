"""Gathering: edges that no simulated account shows, with small fakes in the place of AWS."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import gathering, tables
from gdkit.aws import AwsAccess, Regions
from gdkit.case.evidence import manifest, save_table
from gdkit.case.folder import case_access, set_terms, start_case
from gdkit.case.journal import read_entries
from gdkit.environment import Environment, OwnAddress
from gdkit.errors import AwsCall, AwsError, CaseError, StoppedError, TrailError, UsageError
from gdkit.findings import load_findings
from gdkit.gathering import (
    Tellers,
    gather_environment,
    gather_events,
    home_of,
    open_aws,
    with_gaps,
    with_own_addresses,
)
from gdkit.model import Coverage, NotSearched, Subject
from gdkit.sample import sample_finding, write_sample
from gdkit.trail.fetched import Terms
from gdkit.trail.lookup import FoundKey, LookupPlan, LookupResult
from gdkit.trail.lookup.plan import Window
from gdkit.trail.lookup.store import Spent

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder

ACCOUNT, OTHER, STRANGER = "111122223333", "444455556666", "999900001111"
INSTANCE = "i-0123456789abcdef0"
SUBJECT = Subject(principal_id=f"AROAEXAMPLEEXAMPLE001:{INSTANCE}", instance_id=INSTANCE)
NOW = datetime(2026, 11, 2, tzinfo=UTC)


class FakeAws:
    """An AWS of which only the member role's answers matter."""

    account_id, region, partition = ACCOUNT, "eu-west-1", "aws"

    def client(self, service: str, region: str | None = None, account_id: str | None = None) -> Any:
        """Refuse the stranger's account."""
        if account_id == STRANGER:
            call = AwsCall("sts", "AssumeRole", STRANGER, "eu-west-1")
            raise AwsError("no permission for sts:AssumeRole", call=call, kind="denied")
        return (service, region, account_id)


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case that asks AWS."""
    return start_case(tmp_path / "case", SUBJECT, trail=["lookup"], access=AwsAccess())


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[LookupPlan]:
    """Put a fake in AWS's place; its look-ups find keys of two other accounts and no page. Give the plans asked for."""
    asked: list[LookupPlan] = []

    def fetch(plan: LookupPlan, _client: Any, folder: Path, *, watch: Any, refresh: bool = False) -> LookupResult:
        asked.append(plan)
        folder.mkdir(parents=True, exist_ok=True)
        keys = tuple(FoundKey(f"ASIA{account}", account, None) for account in (OTHER, STRANGER))
        gap = NotSearched("account X", "the permission is missing", failed=True)
        return LookupResult(folder, Window(NOW, NOW), (), keys, (gap,), (), Spent())

    def regions(_aws: Any, wanted: Any, *, account_id: str) -> Regions:
        return Regions(
            ("eu-west-1",) if account_id == ACCOUNT else ("us-east-1",), ("me-south-1",), ("eu-west-2",), ("w",)
        )

    monkeypatch.setattr("gdkit.aws.open_read_only", lambda _access: FakeAws())
    monkeypatch.setattr("gdkit.aws.find_regions", regions)
    monkeypatch.setattr("gdkit.trail.lookup.fetch_history", fetch)
    return asked


def _events(*issued_to: str | None) -> Any:
    rows = [{"event_id": str(number), "issued_to_arn": arn} for number, arn in enumerate(issued_to)]
    return tables.frame_of_rows(tables.EVENTS, rows)


def _arn(instance: str, account: str = OTHER, region: str = "ap-south-1") -> str:
    return f"arn:aws:ec2:{region}:{account}:instance/{instance}"


@pytest.mark.parametrize(
    ("issued_to", "home"),
    [
        ((), (ACCOUNT, "eu-west-1")),
        ((None, None), (ACCOUNT, "eu-west-1")),
        ((None, _arn(INSTANCE)), (OTHER, "ap-south-1")),
        ((_arn("i-0fedcba9876543210"),), (ACCOUNT, "eu-west-1")),
        ((_arn(f"x{INSTANCE}"),), (ACCOUNT, "eu-west-1")),
        ((_arn(INSTANCE, account=""),), (ACCOUNT, "eu-west-1")),
        ((f"instance/{INSTANCE}",), (ACCOUNT, "eu-west-1")),
    ],
)
def test_home_from_events(issued_to: tuple[str | None, ...], home: tuple[str, str]) -> None:
    """The instance's own events say where it is; without one that is whole, the reader's own place is taken."""
    assert home_of(FakeAws(), SUBJECT, _events(*issued_to)) == home  # type: ignore[arg-type]


def test_home_from_finding() -> None:
    """Without events the finding says where; its region yields to that of the instance's own events."""
    finding = load_findings(sample_finding())[0]
    subject = replace(SUBJECT, finding=finding)
    assert home_of(FakeAws(), subject) == (finding.account_id, finding.region)  # type: ignore[arg-type]
    assert home_of(FakeAws(), subject, _events(_arn(INSTANCE))) == (OTHER, "ap-south-1")  # type: ignore[arg-type]
    nowhere = replace(subject, finding=replace(finding, account_id=None, region=None))
    assert home_of(FakeAws(), nowhere) == (ACCOUNT, "eu-west-1")  # type: ignore[arg-type]


def test_home_without_instance() -> None:
    """A subject without an instance is at home where the finding or the reader is, whatever the events say."""
    subject = Subject(access_key_id="ASIAEXAMPLEEXAMPLE01")
    assert home_of(FakeAws(), subject, _events(_arn(INSTANCE))) == (ACCOUNT, "eu-west-1")  # type: ignore[arg-type]


def test_gaps_of_the_environment() -> None:
    """What of the surroundings was not read is added to the ledger, and takes nothing away from it."""
    coverage = Coverage(not_searched=(NotSearched("a", "b", failed=True),), warnings=("w",))
    around = Environment(ACCOUNT, "eu-west-1", INSTANCE, None, not_searched=(NotSearched("the role", "denied"),),
                         warnings=("v",))  # fmt: skip
    merged = with_gaps(coverage, around)
    assert [gap.what for gap in merged.not_searched] == ["a", "environment: the role"]
    assert merged.not_searched[0].failed
    assert merged.warnings == ("w", "v")


def _own(case: CaseFolder, *rows: tuple[str, bool, datetime | None]) -> None:
    kept = [{"address": address, "kind": "public", "shared": shared, "proven_from": since, "reason": "r"}
            for address, shared, since in rows]  # fmt: skip
    save_table(case, "own_addresses", tables.frame_of_rows(tables.OWN_ADDRESSES, kept), "environment")


def _calls(*times: datetime | None) -> Any:
    rows = [{"event_id": str(number), "session_name": INSTANCE, "event_at": at} for number, at in enumerate(times)]
    return tables.frame_of_rows(tables.EVENTS, rows)


def test_own_addresses(case: CaseFolder) -> None:
    """Addresses that were surely the instance's alone since before its first call are the subject's, and no others."""
    assert with_own_addresses(case, SUBJECT, _calls(NOW)) is SUBJECT
    later = NOW + timedelta(seconds=1)
    _own(case, ("192.0.2.1", False, NOW), ("192.0.2.2", True, NOW), ("192.0.2.3", False, later),
         ("192.0.2.4", False, None))  # fmt: skip
    found = with_own_addresses(case, SUBJECT, _calls(later, NOW))
    assert (found.own_addresses, found.own_egress) == (("192.0.2.1",), ("192.0.2.2",))


@pytest.mark.parametrize("times", [(), (None,)])
def test_no_call_proves_no_address(case: CaseFolder, times: tuple[None, ...]) -> None:
    """Without a call that has a time, no address is said to have been the instance's all along."""
    _own(case, ("192.0.2.1", False, NOW))
    assert with_own_addresses(case, SUBJECT, _calls(*times)).own_addresses == ()


def test_no_own_addresses(case: CaseFolder) -> None:
    """An environment without any address leaves the subject without one."""
    _own(case)
    assert with_own_addresses(case, SUBJECT, _calls(NOW)).own_addresses == ()


def test_files_need_no_way_to_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log files alone are read without AWS, and the environment is then not collected."""
    monkeypatch.setattr(gathering, "open_aws", lambda case: None)
    sample = write_sample(tmp_path / "sample")
    case = start_case(tmp_path / "case", SUBJECT, trail=[str(sample.trail)])
    trail = gather_events(case, SUBJECT, [str(sample.trail)])
    assert len(trail.events) == 81
    assert gather_environment(case, SUBJECT, trail.events) is None
    assert manifest(case) == []


def test_event_history_needs_a_way_to_aws(tmp_path: Path) -> None:
    """A case that was begun on log files alone does not ask AWS, and says how it would."""
    case = start_case(tmp_path / "case", SUBJECT, trail=["x"])
    assert open_aws(case) is None
    with pytest.raises(UsageError, match="names no way to AWS"):
        gather_events(case, SUBJECT, ["lookup"])


def test_other_accounts_are_followed_once(case: CaseFolder, plans: list[LookupPlan], tmp_path: Path) -> None:
    """A key of another account leads there; one that cannot be entered is named, with the reason, once."""
    sample = write_sample(tmp_path / "sample")
    trail = gather_events(case, SUBJECT, ["lookup", str(sample.trail)])
    assert [set(plan.regions) for plan in plans] == [{ACCOUNT}, {ACCOUNT, OTHER}]
    gaps = [(gap.what, gap.reason, gap.failed) for gap in trail.coverage.not_searched]
    assert (f"account {STRANGER}", "no permission for sts:AssumeRole", True) in gaps
    assert sum(what == f"account {STRANGER}" for what, _, _ in gaps) == 1
    assert (f"account {ACCOUNT}, regions me-south-1", "the account has not enabled them", False) in gaps
    assert (f"account {ACCOUNT}, regions eu-west-2", "they were not named", False) in gaps
    assert ("account X", "the permission is missing", True) in gaps
    assert len(trail.events) == 81, "the files are read, though nothing was looked up"


def test_a_chain_through_many_accounts_is_followed(
    case: CaseFolder, plans: list[LookupPlan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that lead from account to account are followed to the last one."""
    far = [f"{number:012d}" for number in range(1, 10)]

    def fetch(plan: LookupPlan, _client: Any, folder: Path, *, watch: Any, refresh: bool = False) -> LookupResult:
        plans.append(plan)
        folder.mkdir(parents=True, exist_ok=True)
        keys = tuple(FoundKey(f"ASIA{account}", account, None) for account in far[: len(plan.regions)])
        return LookupResult(folder, Window(NOW, NOW), (), keys, (NotSearched("a", "b"),), (), Spent())

    monkeypatch.setattr("gdkit.trail.lookup.fetch_history", fetch)
    with pytest.raises(TrailError, match="could not be asked anywhere"):
        gather_events(case, SUBJECT, ["lookup"])
    assert set(plans[-1].regions) == {ACCOUNT, *far}


def test_the_history_is_asked_about_the_time_that_was_named(case: CaseFolder, plans: list[LookupPlan]) -> None:
    """A span that was named bounds the event history, too; without one it is that of the subject."""
    until = datetime.now(UTC).replace(microsecond=0) - timedelta(days=15)
    since = until - timedelta(days=5)
    for terms, begin, end in ((Terms(since, until), since, until), (Terms(), None, None)):
        set_terms(case, terms)
        with pytest.raises(TrailError):
            gather_events(case, SUBJECT, ["lookup"])
        plan = plans[-1]
        assert plan.until == end
        assert (plan.start_at == begin) is (begin is not None)
        assert (plan.window.end_at - (end or plan.asked_at)) < timedelta(seconds=1)


def test_nothing_could_be_asked(case: CaseFolder, plans: list[LookupPlan]) -> None:
    """A look-up without a single page is an error that names the first reason, never an empty answer."""
    with pytest.raises(TrailError, match="could not be asked anywhere: the permission is missing") as raised:
        gather_events(case, SUBJECT, ["lookup"])
    assert (raised.value.where, raised.value.exit_status) == ("account X", 1)
    assert plans


@pytest.mark.parametrize("begun_in_simulation", [True, False])
def test_simulated_and_real_are_not_mixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, begun_in_simulation: bool
) -> None:
    """A case goes on only where it was begun: a simulated account's on none that is real, and the other way round."""
    if begun_in_simulation:
        monkeypatch.setenv("GDKIT_SIMULATOR", "http://127.0.0.1:9")
    case = start_case(tmp_path / "case", SUBJECT, trail=["lookup"], access=AwsAccess())
    if begun_in_simulation:
        monkeypatch.delenv("GDKIT_SIMULATOR")
    else:
        monkeypatch.setenv("GDKIT_SIMULATOR", "http://127.0.0.1:9")
    monkeypatch.setattr("gdkit.aws.open_read_only", lambda _: pytest.fail("AWS was asked"))
    todo = "start the simulator" if begun_in_simulation else "unset GDKIT_SIMULATOR"
    with pytest.raises(CaseError, match=todo):
        open_aws(case)


def test_environment_is_kept(case: CaseFolder, plans: list[LookupPlan], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's addresses are kept as evidence, and the journal names what was not read."""
    own = OwnAddress("192.0.2.1", "public", shared=False, reason="r", proven_from=NOW)
    around = Environment(ACCOUNT, "eu-west-1", INSTANCE, None, not_searched=(NotSearched("the role", "denied"),),
                         own_addresses=(own,))  # fmt: skip
    asked: list[dict[str, Any]] = []

    def collect(_aws: Any, _subject: Subject, **place: Any) -> Environment:
        asked.append(place)
        return around

    monkeypatch.setattr("gdkit.environment.collect_environment", collect)
    assert gather_environment(case, SUBJECT, _events(_arn(INSTANCE))) is around
    (place,) = asked
    assert (place["account_id"], place["region"], place["regions"]) == (OTHER, "ap-south-1", ())
    assert timedelta(days=6) < datetime.now(UTC) - place["since"] < timedelta(days=8)
    assert with_own_addresses(case, SUBJECT, _calls(NOW)).own_addresses == ("192.0.2.1",)
    entry = read_entries(case.journal)[-1]
    assert (entry["act"], entry["detail"]["not_read"]) == ("environment", ["the role: denied"])


def test_taken_up_with_files_alone(tmp_path: Path) -> None:
    """A case that was begun on AWS and is taken up with log files asks AWS no more; nothing needs credentials then."""
    start_case(tmp_path / "case", SUBJECT, trail=["lookup"], access=AwsAccess())
    case = start_case(tmp_path / "case", SUBJECT, trail=["logs"])
    assert case_access(case) is None
    assert gather_environment(case, SUBJECT, tables.frame_of_rows(tables.EVENTS, [])) is None


def test_stopped_look_up_asks_nothing_more(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up that a person stops is told whom to ask whether it is wanted, and nothing is read or asked after it."""
    stop, watches = Event(), []

    def fetch(_plan: LookupPlan, _client: Any, folder: Path, *, watch: Any, refresh: bool = False) -> LookupResult:
        watches.append(watch)
        stop.set()
        return LookupResult(folder, Window(NOW, NOW), (), (), (), (), Spent(), cancelled=True)

    monkeypatch.setattr("gdkit.aws.open_read_only", lambda _access: FakeAws())
    monkeypatch.setattr("gdkit.aws.find_regions", lambda *_args, **_named: Regions(("eu-west-1",), (), (), ()))
    monkeypatch.setattr("gdkit.trail.lookup.fetch_history", fetch)
    with pytest.raises(StoppedError, match="kept in the case"):
        gather_events(case, SUBJECT, ["lookup"], Tellers(stop=stop))
    assert [watch.cancel for watch in watches] == [stop]


def test_stopped_reading(case: CaseFolder, tmp_path: Path) -> None:
    """The reading of files leaves off as well, as soon as it tells of its progress."""
    stop = Event()
    stop.set()
    sample = write_sample(tmp_path / "input")
    with pytest.raises(StoppedError):
        gather_events(case, SUBJECT, [str(sample.trail)], Tellers(stop=stop))
