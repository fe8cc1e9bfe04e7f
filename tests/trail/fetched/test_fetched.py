"""The frame by which sources in AWS come into a case: one question, one folder each, one loader, one ledger."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import CostError, UsageError
from gdkit.model import Finding, Subject
from gdkit.trail import load_trail
from gdkit.trail.fetched import (
    FETCHERS,
    Cost,
    Fetched,
    Question,
    Terms,
    Watch,
    check_fetchable,
    fetch,
    fetch_and_read,
    folder_of,
    question_of,
)
from gdkit.trail.fetched.reading import has_logs
from gdkit.trail.fetched.store import Plan, read_plan, read_state, taken_up, write_plan, write_records, write_state
from gdkit.trail.fetched.values import terms_document, terms_of
from gdkit.trail.named import S3Trail, parse_source
from gdkit.trail.search import search_trail
from tests.trail import samples
from tests.trail.fetched.made import Shelf
from tests.trail.search import calls

if TYPE_CHECKING:
    from pathlib import Path

SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
SUBJECT = Subject(principal_id=f"{samples.ROLE_ID}:{samples.INSTANCE}", instance_id=samples.INSTANCE,
                  access_key_id=samples.KEY, reported_addresses=("203.0.113.9", "203.0.113.9"))  # fmt: skip
NEW_KEY = "ASIAEXAMPLEKEY000002"


def question(**changes: Any) -> Question:
    """Give the question about the subject."""
    return question_of(SUBJECT, SINCE, UNTIL, **changes)


def test_times_of_another_zone() -> None:
    """Times are held in UTC, whatever zone they are given in; one without a zone is refused."""
    east, west = timezone(timedelta(hours=13)), timezone(timedelta(hours=-8))
    asked = Question(SINCE.astimezone(east), UNTIL.astimezone(west))
    assert (asked.since.tzinfo, asked.until.tzinfo) == (UTC, UTC)
    assert (asked, f"{asked.since:%d %H}") == (Question(SINCE, UNTIL), "01 00")
    with pytest.raises(UsageError, match="without a zone"):
        Question(SINCE.replace(tzinfo=None), UNTIL)


def test_question_of_a_subject() -> None:
    """The question names the session, its instance and key, and the addresses that the finding reports."""
    asked = question(regions=("eu-west-1",))
    assert asked.access_key_ids == (samples.KEY,)
    assert asked.principal_ids == (SUBJECT.principal_id,)
    assert (asked.session_names, asked.instance_id) == ((samples.INSTANCE,), samples.INSTANCE)
    assert (asked.addresses, asked.regions) == (("203.0.113.9",), ("eu-west-1",))
    assert question(around=False).addresses == ()
    assert json.loads(json.dumps(asked.document()))["since"] == "2026-11-01T00:00:00Z"


def test_question_knows_the_sessions_account() -> None:
    """The ARN of a session, its finding and its key tell its account; a principal id and an instance id do not."""
    of_arn = Subject(instance_id="i-0123456789abcdef0",
                     session_arn="arn:aws:sts::222233334444:assumed-role/web/i-0123456789abcdef0")  # fmt: skip
    finding = Finding("f", "t", "unspecified", "111122223333", None, b"", "", "")
    known = [question_of(one, SINCE, UNTIL).own_account_ids for one in (
        of_arn, Subject(finding=finding), Subject(access_key_id="ASIAWO645SY5FIRINZ65"),
        replace(of_arn, finding=finding), Subject(finding=replace(finding, account_id="none"), principal_id="AROAX:y"),
        Subject(instance_id="i-0123456789abcdef0"))]  # fmt: skip
    assert known == [("222233334444",), ("111122223333",), ("444455556666",), ("222233334444", "111122223333"), (), ()]
    assert question_of(of_arn, SINCE, UNTIL).account_ids == (), "no other account is left out"


def test_question_grows_by_keys() -> None:
    """Keys that turn up are added behind the subject's own; known ones change nothing."""
    asked = question()
    assert asked.with_keys([samples.KEY]) is asked
    assert asked.with_keys(["ASIAZ", "ASIAB"]).access_key_ids == (samples.KEY, "ASIAB", "ASIAZ")
    assert Question(SINCE, UNTIL).names_nobody
    assert not asked.names_nobody


def test_question_that_covers_another() -> None:
    """A question with more keys covers one with fewer; no question about a key covers the one about everything."""
    asked, everything = question(), Question(SINCE, UNTIL)
    assert asked.with_keys([NEW_KEY]).covers(asked)
    assert not asked.covers(asked.with_keys([NEW_KEY]))
    assert everything.covers(everything)
    assert not everything.with_keys([NEW_KEY]).covers(everything)


@pytest.mark.parametrize(("since", "until"), [(UNTIL, SINCE), (SINCE, SINCE), (SINCE.replace(tzinfo=None), UNTIL)])
def test_wrong_span(since: datetime, until: datetime) -> None:
    """A span that ends before it begins, or a time without a zone, is refused."""
    with pytest.raises(UsageError, match=r"before it begins|without a zone"):
        Question(since, until)


def test_terms_survive_a_case_file() -> None:
    """Terms are the same after they were kept as JSON; without any, the usual ones hold."""
    terms = Terms(since=SINCE, max_objects=7, cache="c", requester_pays=True)
    assert terms_of(json.loads(json.dumps(terms_document(terms)))) == terms
    assert terms_of(None) == Terms()


def test_plan_survives(tmp_path: Path) -> None:
    """A plan file is read back as it was written; one that is damaged or of another version counts as none."""
    plan = Plan("s3", "s3://audit-logs", question().document(), cost=Cost(1, 2, 3, 4.5, 0.1, "p"), state={"at": "x"})
    assert read_plan(tmp_path) is None
    write_plan(tmp_path, plan)
    assert read_plan(tmp_path) is not None
    assert read_plan(tmp_path).cost == plan.cost  # type: ignore[union-attr]
    for text in ("{", "[]", '{"version":2}', '{"version":1,"kind":"s3"}'):
        (tmp_path / "fetch-plan.json").write_text(text, encoding="utf-8")
        assert read_plan(tmp_path) is None


def test_span_is_taken_up() -> None:
    """A run that goes on asks about the span of the run before, unless another one is named or began earlier."""
    plan = Plan("s3", "s", question().document())
    later = Question(SINCE + timedelta(hours=2), UNTIL + timedelta(days=3))
    assert taken_up(later, None, Terms()) is later
    assert (taken_up(later, plan, Terms()).since, taken_up(later, plan, Terms()).until) == (SINCE, UNTIL)
    named = taken_up(later, plan, Terms(since=later.since, until=later.until))
    assert named == later
    earlier = Question(SINCE - timedelta(days=1), UNTIL)
    assert taken_up(earlier, plan, Terms()).since == earlier.since


def test_folder_of_a_source(tmp_path: Path) -> None:
    """Each source has a folder of its own below the evidence, whose name is safe whatever the source's is."""
    names = [folder_of(tmp_path, parse_source(text)).name for text in  # type: ignore[arg-type]
             ("s3://audit-logs/a/../../x", "s3://audit-logs/a", "athena:primary/logs.trail")]  # fmt: skip
    assert len(set(names)) == 3
    assert [name.rsplit("-", 1)[0] for name in names] == ["s3-audit-logs-a-x", "s3-audit-logs-a",
                                                          "athena-primary-logs-trail"]  # fmt: skip


def test_records_are_a_log_file(tmp_path: Path) -> None:
    """What was fetched is a log file like CloudTrail's own; its folder has the kind of its plan, which is no log."""
    records = [json.dumps(samples.event(number), indent=2) for number in range(3)]
    write_records(tmp_path / "records-00001.json.gz", records)
    write_plan(tmp_path, Plan("s3", "s3://audit-logs", {}, with_data=(samples.ACCOUNT,)))
    trail = load_trail(tmp_path)
    assert trail.records == records
    (searched,) = trail.coverage.searched
    assert (searched.kind, searched.files, searched.records) == ("s3", 1, 3)
    assert {row.how for row in trail.coverage.places} == {"log files in S3"}
    assert not any(gap.what.startswith("data events") for gap in trail.coverage.not_searched)
    assert not any(row.state == "no data events" for row in trail.coverage.places)


@pytest.mark.parametrize("text", ["{", "[]", '{"kind":"s3"}', '{"kind":"s3","with_data":7}'])
def test_damaged_plan(tmp_path: Path, text: str) -> None:
    """A plan file that cannot be understood leaves its folder one of log files, and is no log itself."""
    write_records(tmp_path / "records-00001.json.gz", [json.dumps(samples.event())])
    (tmp_path / "fetch-plan.json").write_text(text, encoding="utf-8")
    trail = load_trail(tmp_path)
    assert (trail.coverage.searched[0].kind, len(trail.events), trail.coverage.unread) == ("files", 1, ())


def test_limits() -> None:
    """A fetch within the limits begins; above them it asks, and where nobody can be asked it says how to allow it."""
    terms, large = Terms(max_objects=10, max_bytes=100), Cost(objects=11, requests=12, bytes=99)
    Watch().check("s3://audit-logs", Cost(objects=10, bytes=100), terms)
    asked: list[tuple[str, Cost]] = []

    def allow(source: str, cost: Cost) -> bool:
        asked.append((source, cost))
        return len(asked) == 1

    Watch(allow=allow).check("s3://audit-logs", large, terms)
    for watch in (Watch(allow=allow), Watch()):
        with pytest.raises(CostError, match=r"11 objects, 12 requests.*--max-objects 11 --max-bytes 99"):
            watch.check("s3://audit-logs", large, terms)
    assert asked == [("s3://audit-logs", large)] * 2


def test_cost_in_words() -> None:
    """A cost is told in one line: whole with what its price is of, brief without; cents are not told as nothing."""
    cost = Cost(objects=3, requests=4, bytes=2_500_000, seconds=7.4, dollars=0.0001, priced="requests alone")
    assert cost.brief == "3 objects, 4 requests, 2.5 MB, 7 s, less than $0.01"
    assert str(cost) == f"{cost.brief} (requests alone)"
    assert str(Cost(requests=2, bytes=10**9, dollars=1.5)) == "2 requests, 1,000.0 MB, about $1.50"


def test_kind_without_a_fetcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of source that this version cannot fetch is refused, with another way to its events."""
    source = parse_source("lake:01234567-89ab-cdef-0123-456789abcdef")
    monkeypatch.delitem(FETCHERS, type(source))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="aws s3 sync"):
        check_fetchable(source)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="cannot read such a source"):
        fetch(source, question(), tmp_path, aws=None, terms=Terms(), watch=Watch())  # type: ignore[arg-type]


def test_keys_are_asked_of_all_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that turns up in one source is asked of the others, until no new one does; the ledger names the sources."""
    issued = samples.event(
        1, eventName="AssumeRole", eventSource="sts.amazonaws.com",
        responseElements={"credentials": {"accessKeyId": NEW_KEY, "expiration": "Nov 1, 2026, 4:00:00 AM"}},
    )  # fmt: skip
    used = samples.event(2, userIdentity=samples.identity(accessKeyId=NEW_KEY, principalId="AROAX:other", arn="a"))
    strange = samples.event(5, userIdentity={"type": "x"}, sourceIPAddress="192.0.2.1")
    shelf = Shelf({"s3://first-logs": [issued, strange], "s3://second-logs": [used]})
    monkeypatch.setitem(FETCHERS, S3Trail, lambda: shelf.fetch)  # type: ignore[arg-type]
    sources = [parse_source(name) for name in ("s3://first-logs", "s3://second-logs")]

    def fetch_one(source: Any, asked: Question) -> Any:
        return fetch(source, asked, folder_of(tmp_path, source), aws=None, terms=Terms(), watch=Watch())  # type: ignore[arg-type]

    trail, fetched = fetch_and_read(sources, question(), fetch_one, load_trail)  # type: ignore[arg-type]
    assert list(trail.events["access_key_id"]) == [samples.KEY, NEW_KEY]
    assert [name for name, _ in shelf.asked] == ["s3://first-logs", "s3://second-logs"] * 2
    assert fetched[1].question.access_key_ids == (samples.KEY, NEW_KEY)
    coverage = trail.coverage
    read = {"first": "2 objects", "second": "1 object"}
    assert [row.source for row in coverage.searched] == [f"s3://{name}-logs: {objects}, 3 requests, 0 bytes"
                                                         for name, objects in read.items()]  # fmt: skip
    assert {row.source for row in coverage.places} == {"s3://first-logs", "s3://second-logs"}
    span, *others = coverage.warnings
    assert others == ["w"], "what several say is told once"
    assert "2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z" in span
    assert sum(gap.what == "an object" for gap in coverage.not_searched) == 2


@pytest.mark.parametrize("known_by", ["key", "principal"])
def test_what_leads_from_one_source_into_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_by: str
) -> None:
    """A session's other keys, and other accounts' records without a key, are found in the sources that hold them."""
    own = samples.identity(accessKeyId="ASIAEXAMPLEROTATED01")
    shelf = Shelf({
        "s3://first-logs": [calls.call(1, 0), calls.assume_role(2, 0)],
        "s3://second-logs": [calls.call(3, -1), samples.event(4, userIdentity=own), calls.other_half(5, 1)],
    })  # fmt: skip
    monkeypatch.setitem(FETCHERS, S3Trail, lambda: shelf.fetch)  # type: ignore[arg-type]
    sources = [parse_source(name) for name in ("s3://first-logs", "s3://second-logs")]
    subject = Subject(access_key_id=samples.KEY) if known_by == "key" else Subject(principal_id=calls.PRINCIPAL)
    asked = question_of(subject, SINCE, UNTIL, around=False)

    def fetch_one(source: Any, asked: Question) -> Any:
        return fetch(source, asked, folder_of(tmp_path, source), aws=None, terms=Terms(), watch=Watch())  # type: ignore[arg-type]

    trail, _ = fetch_and_read(sources, asked, fetch_one, partial(search_trail, subject=subject))  # type: ignore[arg-type]
    assert {one[-1] for one in trail.events["event_id"]} == {"1", "2", "4", "5"}


def test_whole_answer_is_not_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that answered in full is not asked again, but for a key more or where something failed."""
    shelf = Shelf({"s3://audit-logs": [samples.event()]})
    monkeypatch.setitem(FETCHERS, S3Trail, lambda: shelf.fetch)  # type: ignore[arg-type]

    def ask(asked: Question) -> Fetched:
        return fetch(parse_source("s3://audit-logs"), asked, tmp_path, aws=None, terms=Terms(), watch=Watch())  # type: ignore[arg-type]

    first = question()
    assert not ask(first).complete
    shelf.gap = replace(shelf.gap, failed=False)
    whole = ask(first)
    assert (whole.complete, len(shelf.asked)) == (True, 2), "what failed is tried again"
    assert ask(first) == whole
    assert len(shelf.asked) == 2
    assert ask(first.with_keys([NEW_KEY])).question.access_key_ids == (samples.KEY, NEW_KEY)
    assert ask(first).question.access_key_ids == (samples.KEY, NEW_KEY), "it answers for fewer keys, too"
    assert len(shelf.asked) == 3
    (tmp_path / "fetch-answer.json").write_text("{", encoding="utf-8")
    ask(first)
    assert len(shelf.asked) == 4
    passed = load_trail(tmp_path).coverage
    assert (passed.passed_over, passed.searched[0].files) == ((), 1)


def test_state_survives(tmp_path: Path) -> None:
    """What a fetcher keeps for itself is read back; a damaged file counts as none, and none of it is a log."""
    assert read_state(tmp_path) is None
    write_state(tmp_path, {"done": [["a", 1]]})
    assert read_state(tmp_path) == {"done": [["a", 1]]}
    assert not has_logs(tmp_path)
    (tmp_path / "fetch-state.json.gz").write_bytes(b"x")
    assert read_state(tmp_path) is None


def test_stopped_fetch_asks_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a fetch was stopped, what it gave is read, and no key is followed."""
    shelf = Shelf({"s3://audit-logs": [samples.event()]})
    monkeypatch.setitem(FETCHERS, S3Trail, lambda: shelf.fetch)  # type: ignore[arg-type]

    def fetch_one(source: Any, asked: Question) -> Any:
        return fetch(source, asked, tmp_path, aws=None, terms=Terms(), watch=Watch(is_stopped=lambda: True))  # type: ignore[arg-type]

    first = Question(SINCE, UNTIL, session_names=(samples.INSTANCE,))
    trail, fetched = fetch_and_read([parse_source("s3://audit-logs")], first, fetch_one, load_trail)  # type: ignore[arg-type,list-item]
    assert (len(trail.events), len(shelf.asked), fetched[0].stopped) == (1, 1, True)
