"""A fetch from a bucket gives what the same files on disk give, keeps what matches, goes on, and says what it lacks."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdkit.errors import AwsError, CostError, TrailError
from gdkit.model import Subject
from gdkit.trail import load_trail, saving
from gdkit.trail.fetched import Cost, Fetched, Terms, Watch, fetch, fetch_and_read, with_fetched
from gdkit.trail.fetched.reading import has_logs
from gdkit.trail.fetched.store import read_plan
from gdkit.trail.named import parse_source
from gdkit.trail.s3 import contents, crowd, fetch_trail, searching
from gdkit.trail.search import search_trail
from tests.trail import samples
from tests.trail.s3.memory import SOURCE, UNTIL, MemoryBucket, denied, key_of, question, theft
from tests.trail.search import calls
from tests.trail.search.test_against_load import KINDS
from tests.trail.search.writing import FORMS, PACKINGS, escaped

if TYPE_CHECKING:
    from gdkit.trail.fetched import Question
    from gdkit.trail.load import Progress

NOBODY = replace(question(), principal_ids=(), session_names=(), instance_id=None)
WHO = {
    "principal": Subject(principal_id=calls.PRINCIPAL, instance_id=calls.INSTANCE),
    "instance": Subject(instance_id=calls.INSTANCE),
    "key": Subject(access_key_id=samples.KEY),
}


def run(bucket: MemoryBucket, folder: Path, asked: Question | None = None, **terms: Any) -> Fetched:
    """Fetch from a bucket into a folder."""
    watch = terms.pop("watch", Watch())
    return fetch(SOURCE, asked or question(), folder, aws=bucket, terms=Terms(**terms), watch=watch)  # type: ignore[arg-type]


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Compare tables of events but for the files that they came from."""
    left_out = ["source_file", "source_line", "form"]
    pd.testing.assert_frame_equal(one.drop(columns=left_out), other.drop(columns=left_out))


one_call = st.tuples(st.sampled_from(sorted(KINDS)), st.integers(-1, 3))
one_object = st.tuples(
    st.lists(one_call, min_size=1, max_size=5), st.sampled_from(sorted(FORMS)), st.sampled_from(sorted(PACKINGS)),
    st.sampled_from([0, 0, 0, 1, 5]), st.sampled_from(["0310", "0330", "0500"]), st.booleans(),
)  # fmt: skip


def filled(objects: list[Any]) -> MemoryBucket:
    """Give a bucket with log files in every form and state of damage."""
    bucket, number = MemoryBucket(), 0
    for place, (kinds, form, packing, every, stamp, elsewhere) in enumerate(objects):
        records = [KINDS[kind](number := number + 1, hop) for kind, hop in kinds]
        text = FORMS[form](records)
        for identifier in (calls.INSTANCE, samples.KEY, *calls.HOP_KEYS) if every else ():
            text = escaped(text, identifier, every)
        account = calls.OTHER_ACCOUNT if elsewhere else samples.ACCOUNT
        key = key_of(f"20261101T{stamp}", place, account=account)
        bucket.objects_held[key] = PACKINGS[packing](text.encode())
    return bucket


@given(objects=st.lists(one_object, min_size=1, max_size=6), who=st.sampled_from(sorted(WHO)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_same_events_as_files(objects: list[Any], who: str) -> None:
    """Whatever the log files are, the session's events out of a fetch are those out of the same files on disk."""
    bucket, subject = filled(objects), WHO[who]
    with TemporaryDirectory() as name:
        fetched = run(bucket, Path(name, "fetched"), question(subject))
        try:
            copied = search_trail(bucket.copied(Path(name, "copied")), subject)
        except TrailError:  # not one of the files could be read
            assert (fetched.records, bool(fetched.unread)) == (0, True)
            return
        found = with_fetched(search_trail(fetched.folder, subject), [fetched])
    same(found.events, copied.events)
    unread = {(one.file.rsplit("/", 1)[-1], one.line, one.reason) for one in copied.coverage.unread}
    assert {(one.file.rsplit("/", 1)[-1], one.line, one.reason) for one in found.coverage.unread} == unread


def test_chain_is_followed(tmp_path: Path) -> None:
    """Calls of the session and of two hops from it are kept, with calls on its instance; others' are not."""
    bucket = theft()
    fetched = run(bucket, tmp_path)
    trail = load_trail(tmp_path)
    assert fetched.records == len(trail.events) == 6
    assert set(trail.events["access_key_id"]) == {samples.KEY, *calls.HOP_KEYS[:2], "ASIAEXAMPLEOTHER0001"}
    assert set(calls.HOP_KEYS[:2]) < set(fetched.question.access_key_ids)
    assert fetched.complete
    plan = read_plan(tmp_path)
    assert plan is not None
    assert (plan.kind, plan.complete, plan.cost) == ("s3", True, fetched.cost)
    named = with_fetched(trail, [fetched]).events["source_file"]
    assert set(named) < {f"s3://audit-logs/{key}" for key in bucket.objects_held}, "an event names its object"


def test_calls_from_an_address(tmp_path: Path) -> None:
    """Calls of others from the finding's address are kept, and lead to nothing else; those of a longer one are not."""
    bucket = MemoryBucket()
    bucket.put(key_of("20261101T0305"), [
        calls.call(1, -1, sourceIPAddress="203.0.113.9"), calls.assume_role(2, -1, sourceIPAddress="203.0.113.9"),
        calls.call(3, -1, sourceIPAddress="3.203.0.113.9"), calls.call(4, 1),
    ])  # fmt: skip
    fetched = run(bucket, tmp_path, question(addresses=("203.0.113.9",)))
    assert [one[-5:] for one in load_trail(tmp_path).events["source_address"]] == ["113.9"] * 2
    assert fetched.records == 2


def test_crowd_behind_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many calls of others from an address the first are kept, and the rest is told; the session's all are."""
    monkeypatch.setattr(crowd, "MOST_OF_OTHERS", 3)
    bucket = MemoryBucket()
    for number in range(10):
        at = f"20261101T04{number:02d}"
        bucket.put(key_of(at), [calls.call(2 * number, -1, sourceIPAddress="203.0.113.9"),
                                calls.call(2 * number + 1, 0, sourceIPAddress="203.0.113.9")])  # fmt: skip
    fetched = run(bucket, tmp_path, question(addresses=("203.0.113.9",)))
    keys = load_trail(tmp_path).events["access_key_id"]
    assert (list(keys).count(samples.KEY), len(keys)) == (10, 13)
    (gap,) = fetched.not_searched
    assert gap.what == "s3://audit-logs: 7 calls of others from 203.0.113.9"
    assert (gap.failed, fetched.complete) == (False, True)
    wider = question(addresses=("203.0.113.9",)).with_grown(["AIDAEXAMPLEUSER00001"])
    again = run(bucket, tmp_path, wider)
    assert (again.records, again.not_searched) == (fetched.records, fetched.not_searched), "what is left out is kept"
    bucket.put(key_of("20261101T0459"), [calls.call(99, -1, sourceIPAddress="203.0.113.9")])
    (gap,) = run(bucket, tmp_path, wider.with_grown(["AIDAEXAMPLEUSER00002"])).not_searched
    assert gap.what == "s3://audit-logs: 8 calls of others from 203.0.113.9"


def test_what_mentions_an_address(tmp_path: Path) -> None:
    """A call from elsewhere that mentions the address, or comes from a longer one, is none from it."""
    bucket = MemoryBucket()
    bucket.put(key_of("20261101T0305"), [
        calls.call(1, -1, sourceIPAddress="203.0.113.9"), calls.call(2, -1, sourceIPAddress="203.0.113.99"),
        calls.call(3, -1, requestParameters={"cidrIp": "203.0.113.9/32"}),
        calls.call(4, 0, requestParameters={"cidrIp": "203.0.113.9/32"}),
    ])  # fmt: skip
    run(bucket, tmp_path, question(addresses=("203.0.113.9",)))
    assert [one[-4:] for one in load_trail(tmp_path).events["event_id"]] == ["0001", "0004"]


def test_users_are_followed_at_once(tmp_path: Path) -> None:
    """What the session's users and console sessions did is found at the first reading: no object is read again."""
    bucket = MemoryBucket()
    bucket.put(key_of("20261101T0305"), [calls.create_user(1, 0), KINDS["sign-in token"](2, 0)])
    bucket.put(key_of("20261101T0310"), [calls.by_made_user(3), KINDS["console"](4, 0)])
    trail, (fetched,) = fetch_and_read([SOURCE], question(), lambda _, asked: run(bucket, tmp_path, asked), load_trail)
    assert len(trail.events) == fetched.records == 4
    assert sorted(bucket.read) == sorted(bucket.objects_held)


def test_another_pass_is_measured(tmp_path: Path) -> None:
    """For a name that was not searched for all objects may be read again: that is estimated, and may be refused."""
    bucket = theft()
    run(bucket, tmp_path)
    wider = question().with_grown(["AIDAEXAMPLEUSER00001"])
    with pytest.raises(CostError, match="5 objects"):
        run(bucket, tmp_path, wider, max_objects=4)
    assert run(bucket, tmp_path, wider, max_objects=5).complete


def test_key_of_another_source(tmp_path: Path) -> None:
    """A key that another source told of is looked for in what was searched already, and followed."""
    bucket = theft()
    first = run(bucket, tmp_path, question(Subject(access_key_id="ASIAEXAMPLENOBODY001")))
    assert first.records == 0
    assert load_trail(tmp_path).events.empty
    with_key = question(Subject(access_key_id="ASIAEXAMPLENOBODY001")).with_keys([calls.HOP_KEYS[0]])
    assert run(bucket, tmp_path, with_key).records == 4
    assert set(load_trail(tmp_path).events["access_key_id"]) == {samples.KEY, *calls.HOP_KEYS[:2]}


def test_whole_answer_needs_no_bucket(tmp_path: Path) -> None:
    """A fetch that was whole is answered from the disk."""
    bucket = theft()
    first = run(bucket, tmp_path)
    bucket.opened.clear()
    assert run(bucket, tmp_path) == first
    assert bucket.opened == []


def stop_after(monkeypatch: pytest.MonkeyPatch, looks: int) -> tuple[Watch, list[str]]:
    """Give who wants it to stop after some looks at objects, and the keys of all that are looked at."""
    looked: list[str] = []

    def look(file: Any, *given: Any, **named: Any) -> Any:
        looked.append(file.stored.key)
        return look_in(file, *given, **named)

    look_in = searching.look_in
    monkeypatch.setattr(searching, "look_in", look)
    return Watch(is_stopped=lambda: len(looked) >= looks), looked


@pytest.mark.parametrize("looks", [1, 2, 3, 6, 10, 12])
def test_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: int) -> None:
    """A fetch that was stopped keeps what it has and says what it lacks; when it goes on, nothing is missing."""
    bucket = theft()
    for number in range(8):
        bucket.put(key_of(f"20261101T04{number:02d}", number), [calls.call(1300 + number, number % 3)])
    whole = run(MemoryBucket(dict(bucket.objects_held)), tmp_path / "whole")
    stopped = run(bucket, tmp_path / "case", watch=stop_after(monkeypatch, looks)[0])
    (gap,) = [one for one in stopped.not_searched if one.failed]
    assert "run it again to go on" in gap.reason
    assert not stopped.complete
    gone_on = run(bucket, tmp_path / "case")
    same(load_trail(tmp_path / "case").events, load_trail(tmp_path / "whole").events)
    assert (gone_on.records, gone_on.complete) == (whole.records, True)
    assert gone_on.cost.objects >= stopped.cost.objects


def test_what_was_done_with_is_not_searched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fetch that goes on searches what it had not come to, and what it had in hand."""
    bucket = MemoryBucket()
    for number in range(60):
        bucket.put(key_of(f"20261101T04{number:02d}", number), [calls.call(number, 0)])
    watch, looked = stop_after(monkeypatch, 40)
    run(bucket, tmp_path, watch=watch)
    looked.clear()
    assert run(bucket, tmp_path).records == 60
    assert 20 <= len(set(looked)) <= 30
    assert key_of("20261101T0405", 5) not in looked


def whole_keys(bucket: MemoryBucket) -> list[str]:
    """Give the keys of the log files."""
    return [key for key in bucket.objects_held if "Digest" not in key]


def test_killed_run_loses_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong under way, even a Ctrl-C, loses nothing of what was found; a later run reads the rest."""
    bucket, told = theft(), list[Any]()

    def interrupt(progress: Progress) -> None:
        told.append(progress)
        if progress.what == "objects":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(bucket, tmp_path, watch=Watch(on_progress=interrupt))
    assert run(bucket, tmp_path).records == 6
    same(load_trail(tmp_path).events, load_trail(run(theft(), tmp_path / "other").folder).events)


def test_saved_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long run keeps what it has now and then, so that a run that is killed loses little."""
    monkeypatch.setattr(saving, "SAVED_EVERY_S", 0.0)
    seen: list[int] = []

    def look(progress: Progress) -> None:
        if progress.what == "objects":
            seen.append(len(list(tmp_path.rglob("*_CloudTrail_*.json.gz"))))

    run(theft(), tmp_path, watch=Watch(on_progress=look))
    assert seen[-1] == 4


def test_objects_that_came_since(tmp_path: Path) -> None:
    """Another span reads what is new alone; an object that was overwritten is read again."""
    bucket = theft()
    run(bucket, tmp_path)
    bucket.read.clear()
    bucket.put(key_of("20261101T0500", 9), [calls.call(1400, 1)])
    changed = bucket.put(key_of("20261101T0310", region="us-east-1"), [calls.call(1500, 0)])
    later = question(until=UNTIL + timedelta(hours=1))
    found = fetch_trail(SOURCE, later, tmp_path, aws=bucket, terms=Terms(), watch=Watch())  # type: ignore[arg-type]
    assert sorted(bucket.read) == sorted([key_of("20261101T0500", 9), changed])
    assert found.records == 8


def test_other_names_are_searched_for_anew(tmp_path: Path) -> None:
    """A question about other names reads everything again."""
    bucket = theft()
    run(bucket, tmp_path)
    bucket.read.clear()
    run(bucket, tmp_path, question(addresses=("203.0.113.9",)))
    assert sorted(bucket.read) == sorted(whole_keys(bucket))


def test_failed_objects_are_gaps(tmp_path: Path) -> None:
    """An object that cannot be read is a gap with the missing permission, and is tried again; the others are read."""
    bucket = theft()
    lost = key_of("20261101T0310")
    bucket.refused[lost] = denied("kms:Decrypt")
    fetched = run(bucket, tmp_path)
    (gap,) = fetched.not_searched
    assert (gap.failed, gap.kind) == (True, "denied")
    assert gap.what == f"1 of 3 objects of account {samples.ACCOUNT}, region eu-west-1"
    assert gap.reason.startswith("the permission kms:Decrypt is missing: ")
    row = next(row for row in fetched.places if row.state == "denied")
    assert (row.account_id, row.region) == (samples.ACCOUNT, "eu-west-1")
    assert not fetched.complete
    bucket.refused.clear()
    bucket.read.clear()
    assert run(bucket, tmp_path).complete
    assert bucket.read[0] == lost
    same(load_trail(tmp_path).events, load_trail(run(theft(), tmp_path / "other").folder).events)


@pytest.mark.parametrize("asked", [question(), NOBODY])
@pytest.mark.parametrize("most", [3, contents.HOPELESS])
def test_nothing_readable_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, asked: Question
) -> None:
    """A bucket in which nothing can be read, much or little, is an error with what is missing, not an empty answer."""
    monkeypatch.setattr(contents, "HOPELESS", most)
    bucket = theft()
    bucket.refused = dict.fromkeys(bucket.objects_held, denied())
    if most > len(bucket.objects_held):
        bucket.refused[key_of("20261101T0305")] = denied("kms:Decrypt")
    with pytest.raises(AwsError, match=r"s3:GetObject.*--requester-pays"):
        run(bucket, tmp_path, asked)
    assert not has_logs(tmp_path)
    assert not read_plan(tmp_path).complete  # type: ignore[union-attr]
    bucket.refused.clear()
    assert run(bucket, tmp_path, asked).complete


def test_nothing_more_readable_is_a_gap(tmp_path: Path) -> None:
    """Where an earlier run read some objects, all others being refused is a gap, also when nothing was found."""
    bucket, nobody = theft(), question(Subject(access_key_id="ASIAEXAMPLENOBODY001"))
    lost = key_of("20261101T0310")
    bucket.refused[lost] = denied()
    assert [gap.kind for gap in run(bucket, tmp_path, nobody).not_searched] == ["denied"]
    bucket.read.clear()
    again = run(bucket, tmp_path, nobody)
    assert (bucket.read, [gap.kind for gap in again.not_searched]) == ([lost], ["denied"])


@pytest.mark.parametrize("asked", [question(), NOBODY])
def test_empty_objects_are_unread(tmp_path: Path, asked: Question) -> None:
    """An object of no bytes with a log file's name is told as unread, as a file is; one alone is no error."""
    bucket = MemoryBucket({key_of("20261101T0330"): b""})
    told_of: list[Progress] = []
    fetched = run(bucket, tmp_path / "one", asked, watch=Watch(told_of.append))
    assert told_of[-1].seconds_left is None
    if asked is not NOBODY:
        (told,) = fetched.unread
        assert (told.file, told.reason) == (f"s3://audit-logs/{key_of('20261101T0330')}", "the file is empty")
    bucket.objects_held |= theft().objects_held
    fetched = run(bucket, tmp_path / "more", asked)
    trail = with_fetched(load_trail(tmp_path / "more"), [fetched])
    assert [one.reason for one in trail.coverage.unread] == ["the file is empty"]
    assert len(trail.events) == (6 if asked is not NOBODY else 9)
    assert [gap.what for gap in fetched.passed_over] == [
        "s3://audit-logs: folders of other things: CloudTrail-Digest (1)"
    ]


def test_bucket_that_cannot_be_listed(tmp_path: Path) -> None:
    """A prefix that cannot be listed is an error that says where the permission is given."""
    bucket = theft()
    bucket.refused["?"] = denied("s3:ListBucket")
    with pytest.raises(AwsError, match="the bucket's own policy must allow it"):
        run(bucket, tmp_path)


def test_estimate_and_limit(tmp_path: Path) -> None:
    """The listing gives an estimate before anything is read; above the limit nothing is. What is done counts not."""
    bucket = theft()
    with pytest.raises(CostError, match="5 objects") as caught:
        run(bucket, tmp_path, max_objects=4)
    assert "--max-objects 5" in caught.value.action
    assert bucket.read == []
    asked: list[Cost] = []

    def allow(_source: str, cost: Cost) -> bool:
        asked.append(cost)
        return True

    run(bucket, tmp_path, max_bytes=10, watch=Watch(allow=allow))
    (estimate,) = asked
    assert (estimate.objects, estimate.bytes) == (5, sum(len(bucket.objects_held[key]) for key in whole_keys(bucket)))
    assert estimate.dollars is not None
    assert estimate.dollars > 0
    assert "November 2026" in str(estimate)
    bucket.put(key_of("20261101T0600"), [calls.call(1600, 0)])
    later = question(until=UNTIL + timedelta(hours=1))
    fetch_trail(SOURCE, later, tmp_path, aws=bucket, terms=Terms(max_objects=1), watch=Watch())  # type: ignore[arg-type]


def test_requester_pays(tmp_path: Path) -> None:
    """That the reader pays is said when the bucket is opened."""
    bucket = theft()
    run(bucket, tmp_path, requester_pays=True)
    assert bucket.opened == [("audit-logs", "", True)]


def test_damaged_objects_are_named(tmp_path: Path) -> None:
    """An object that cannot be read whole is named by its address in S3, also by a run that goes on."""
    bucket = theft()
    bucket.objects_held[key_of("20261101T0330")] = b"\x1f\x8b damaged"
    bucket.objects_held[key_of("20261101T0331")] = gzip.compress(b'{"no": "log"}')
    fetched = run(bucket, tmp_path)
    damaged = [f"s3://audit-logs/{key_of(at)}" for at in ("20261101T0330", "20261101T0331")]
    assert sorted({one.file for one in fetched.unread}) == damaged
    later = question(until=UNTIL + timedelta(hours=1))
    again = fetch_trail(SOURCE, later, tmp_path, aws=bucket, terms=Terms(), watch=Watch())  # type: ignore[arg-type]
    assert again.unread == fetched.unread
    assert with_fetched(load_trail(tmp_path), [again]).coverage.unread == again.unread


def test_ledger(tmp_path: Path) -> None:
    """Each account and region that was searched has a row; what was left out, passed over or empty is told."""
    bucket = theft()
    fetched = run(bucket, tmp_path, question(regions=("eu-west-1",)))
    rows = [(row.state, row.account_id, row.region, row.how) for row in fetched.places]
    assert ("searched", samples.ACCOUNT, "eu-west-1", "log files in S3") in rows
    assert ("searched", calls.OTHER_ACCOUNT, "eu-west-1", "log files in S3") in rows
    assert ("not searched", samples.ACCOUNT, "us-east-1", "log files in S3") in rows
    assert all((row.start_at, row.end_at) == (question().since, question().until) for row in fetched.places)
    (gap,) = fetched.not_searched
    assert (gap.failed, gap.what) == (False, f"s3://audit-logs: account {samples.ACCOUNT}, regions us-east-1")
    assert "CloudTrail-Digest (1)" in fetched.passed_over[0].what
    coverage = with_fetched(load_trail(tmp_path), [fetched]).coverage
    assert coverage.searched[0].source == f"s3://audit-logs: {fetched.cost.brief}"
    assert coverage.searched[0].kind == "s3"


def test_folders_without_a_look_are_gaps(tmp_path: Path) -> None:
    """Trails beside one another are all read; folders that were not looked into are a gap that says what to do."""
    bucket = theft()
    tops = ("org-trail/AWSLogs/o-exampleorg1/", "p/q/r/s/t/AWSLogs/", "p/q/r/s/t/u/v/AWSLogs/")
    for number, top in enumerate(tops):
        bucket.put(key_of("20261101T0305", top=top), [calls.call(2000 + number, 0)])
    bucket.objects_held["photos/x.json"] = b"x"
    fetched = run(bucket, tmp_path)
    assert fetched.records == 8
    cut, beside = fetched.not_searched
    assert (cut.what, cut.failed) == ("s3://audit-logs: the folder p/q/r/s/t/u/", True)
    assert "name a longer prefix" in cut.reason
    assert (beside.what, beside.failed) == ("s3://audit-logs: the folder photos/", False)
    assert not fetched.complete
    (row,) = [row for row in fetched.places if row.state == "not searched"]
    assert row.detail == "the folder p/q/r/s/t/u/: no trail was looked for in them"
    for number in range(40):
        bucket.objects_held[f"p/q/r/s/{number:02d}/a/x.json"] = b"x"
    bucket.objects_held |= {f"b/{number:02d}/x.json": b"x" for number in range(11)}
    cut, beside = run(bucket, tmp_path / "many").not_searched
    assert cut.what.startswith("s3://audit-logs: the folders p/q/r/s/00/a/, p/q/r/s/01/a/, ")
    assert cut.what.endswith(" and 31 others")
    assert beside.what == "s3://audit-logs: the folders b/, photos/"
    bucket.objects_held |= {f"z/1/2/3/4/{number:02d}/a/x.json": b"x" for number in range(20)}
    cut, _ = run(bucket, tmp_path / "more").not_searched
    assert cut.what == "s3://audit-logs: the folders p/ (41 in it), z/ (20 in it)"


def test_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    """A region or account that cannot be listed is a gap with its name, and never told as searched."""
    bucket = theft()
    bucket.refused[f"?AWSLogs/{samples.ACCOUNT}/CloudTrail/us-east-1/"] = denied("s3:ListBucket")
    bucket.refused[f"?AWSLogs/{calls.OTHER_ACCOUNT}/"] = denied("s3:ListBucket")
    fetched = run(bucket, tmp_path)
    states = {(row.account_id, row.region): row.state for row in fetched.places if row.account_id}
    assert states == {(samples.ACCOUNT, "eu-west-1"): "searched", (samples.ACCOUNT, "us-east-1"): "denied",
                      (calls.OTHER_ACCOUNT, None): "denied"}  # fmt: skip
    (gap,) = fetched.not_searched
    assert gap.what == f"s3://audit-logs: the folder AWSLogs/{calls.OTHER_ACCOUNT}/ and 1 other"
    assert (gap.failed, gap.kind, fetched.complete) == (True, "denied", False)


def test_copies_of_other_names(tmp_path: Path) -> None:
    """Objects that may be copies of log files, and are not named so, are a gap, and never said to hold no calls."""
    bucket = theft()
    folder = f"AWSLogs/{samples.ACCOUNT}/CloudTrail/eu-west-1/2026/11/01/"
    bucket.objects_held |= dict.fromkeys((f"{folder}copy.ndjson", f"{folder}copy.gz", f"{folder}notes.txt"), b"x")
    fetched = run(bucket, tmp_path)
    (gap,) = fetched.not_searched
    assert gap.what == f"s3://audit-logs: 2 objects, such as {folder}copy.gz"
    assert (gap.failed, gap.kind) == (True, "unread")
    assert "they may hold events, and were not read" in gap.reason
    (row,) = [row for row in fetched.places if row.state == "unread"]
    assert row.detail == "2 objects not named as CloudTrail names log files"
    _, other = fetched.passed_over
    assert other.what == "s3://audit-logs: 1 object of other kinds"
    assert "hold no calls" not in other.reason


def test_trail_below_a_slash(tmp_path: Path) -> None:
    """A prefix is what was named: one with a slash before or behind it is another one than without."""
    bucket = MemoryBucket()
    for number, top in enumerate(("AWSLogs/", "/AWSLogs/", "/second/AWSLogs/", "second/AWSLogs/", "second//AWSLogs/")):
        bucket.put(key_of("20261101T0305", number, top=top), [calls.call(number, 0)])
    asked = {"": 5, "/": 2, "/second": 1, "/second/": 1, "second": 2, "second//": 1, "/AWSLogs/": 1, "AWSLogs": 1}
    for prefix, records in asked.items():
        source = parse_source(f"s3://audit-logs/{prefix}")
        folder = tmp_path / str(list(asked).index(prefix))
        fetched = fetch(source, question(), folder, aws=bucket, terms=Terms(), watch=Watch())  # type: ignore[arg-type]
        assert fetched.records == records, prefix
        assert not [gap for gap in fetched.not_searched if gap.failed]


def test_stopped_fetch_is_not_told_as_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger of a fetch that was stopped has a row for what it did not come to."""
    stopped = run(theft(), tmp_path, watch=stop_after(monkeypatch, 1)[0])
    (row,) = [row for row in stopped.places if row.state == "not searched"]
    assert "the fetch was stopped" in row.detail


def test_nothing_there(tmp_path: Path) -> None:
    """Where no log file was delivered in the span, that is a gap, proves nothing, and is looked at again."""
    bucket = theft()
    asked = question(since=UNTIL + timedelta(days=10), until=UNTIL + timedelta(days=11))
    fetched = run(bucket, tmp_path, asked)
    assert (fetched.records, bucket.read) == (0, [])
    (gap,) = fetched.not_searched
    assert (gap.what, gap.failed, fetched.complete) == ("s3://audit-logs", True, False)
    assert "2026-11-12T12:00:00Z, which proves nothing" in gap.reason
    wrong = fetch(parse_source("s3://audit-logs/wrong"), question(), tmp_path / "wrong", aws=bucket, terms=Terms(),
                  watch=Watch())  # type: ignore[arg-type]  # fmt: skip
    assert [gap.failed for gap in wrong.not_searched] == [True]
    assert load_trail(tmp_path).events.empty
    assert [row.records for row in fetched.places if row.state == "searched"] == [0, 0, 0]


def test_data_events_of_others(tmp_path: Path) -> None:
    """A trail that holds data events is not said to lack them, though the session made none."""
    bucket = theft()
    bucket.put(key_of("20261101T0340"), [calls.call(1700, -1, eventCategory="Data", eventName="GetObject")])
    fetched = run(bucket, tmp_path)
    coverage = with_fetched(load_trail(tmp_path), [fetched]).coverage
    data = [gap.what for gap in coverage.not_searched if gap.kind == "no data events"]
    assert data == []
    held = {row.account_id for row in coverage.places if row.state == "no data events"}
    assert samples.ACCOUNT not in held


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_another_pass_that_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: int) -> None:
    """A pass for a key that turned up later, and was stopped, goes on: what it did not come to is not taken as done."""
    nobody = question(Subject(access_key_id="ASIAEXAMPLENOBODY001"))
    assert run(theft(), tmp_path, nobody).records == 0
    with_key = nobody.with_keys([calls.HOP_KEYS[0]])
    with monkeypatch.context() as patch:
        watch, _ = stop_after(patch, looks)
        assert run(theft(), tmp_path, with_key, watch=watch).stopped
    assert run(theft(), tmp_path, with_key).records == 4
