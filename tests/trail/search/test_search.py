"""What a search finds, how often it looks, how it stops, and what its ledger says."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

import gdkit
from gdkit.errors import TrailError, UsageError
from gdkit.sample import write_sample
from gdkit.trail import load_trail
from gdkit.trail.search import session_events, subject_of
from gdkit.trail.search.keep import session_rows
from tests.trail import samples
from tests.trail.search import calls
from tests.trail.search.looks import noted_looks

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.trail import Progress


def write(folder: Path, stamp: str, records: list[dict[str, Any]], day: str = "20261101") -> Path:
    """Write a log file as CloudTrail names it."""
    path = folder / f"111122223333_CloudTrail_us-east-1_{day}T{stamp}Z_{len(list(folder.iterdir()))}.json.gz"
    text = '{"Records":[' + ",".join(map(samples.compact, records)) + "]}"
    path.write_bytes(gzip.compress(text.encode()))
    return path


def chain(folder: Path) -> None:
    """Write a session, a role assumed from it, and one assumed from that, in order of delivery."""
    write(folder, "0310", [calls.call(1, 0), calls.call(2, -1), calls.assume_role(3, 0)])
    write(folder, "0320", [calls.call(4, 1), calls.assume_role(5, 1), calls.call(6, -1)])
    write(folder, "0330", [calls.call(7, 2), calls.call(8, -1)])


def numbers(events: Any) -> list[int]:
    """Give the numbers of the events."""
    return [int(one[-12:]) for one in events["event_id"]]


def test_chain_is_found(tmp_path: Path) -> None:
    """The session's calls and those of two hops are given by time, without those of others."""
    chain(tmp_path)
    found = gdkit.session_events(calls.PRINCIPAL, tmp_path)
    assert numbers(found.events) == [1, 3, 4, 5, 7]
    assert [json.loads(raw)["eventID"][-1] for raw in found.records] == ["1", "3", "4", "5", "7"]


def test_key_is_looked_for_in_a_file_that_lies_in_a_folder_of_an_earlier_day(tmp_path: Path) -> None:
    """A folder tells the day of what CloudTrail put there; a file of any other name in it can hold every time."""
    days = tmp_path / "111122223333" / "CloudTrail" / "us-east-1" / "2026" / "10"
    samples.write(days / "01" / "export.json", samples.compact({"Records": [calls.call(4, 1)]}))
    (days / "30").mkdir()
    write(days / "30", "0310", [calls.call(9, -1)], day="20261030")
    write(days / "30", "0310", [calls.assume_role(3, 0)], day="20261101")
    found = session_events(calls.PRINCIPAL, tmp_path)
    assert numbers(found.events) == [3, 4]
    assert not any(gap.failed for gap in found.coverage.not_searched)


def test_files_before_a_key_are_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is not looked for in files that were delivered before it was issued, and few are looked at again."""
    for number in range(5):
        write(tmp_path, f"0{number}10", [calls.call(9, -1)], day="20261030")
    chain(tmp_path)
    looks = noted_looks(monkeypatch)
    assert len(session_events(calls.PRINCIPAL, tmp_path, workers=1).events) == 5
    assert sum("20261030" in name for name in looks) == 5
    assert len(looks) <= 5 + 2 * 3


def test_a_key_told_of_late_is_looked_for_in_the_files_before(tmp_path: Path) -> None:
    """A key whose issue was delivered after its use is found in the earlier file."""
    write(tmp_path, "0310", [calls.call(4, 1), calls.call(6, -1)])
    write(tmp_path, "0315", [calls.call(1, 0), calls.assume_role(3, 0)])
    assert numbers(session_events(calls.PRINCIPAL, tmp_path).events) == [1, 3, 4]


def test_a_key_is_looked_for_until_it_expires(tmp_path: Path) -> None:
    """Files of later days are searched for a key only where they hold a call of the days when it was good."""
    chain(tmp_path)
    write(tmp_path, "0300", [calls.call(4, 1, eventID="late-000000000009"), calls.call(2, -1)], day="20261109")
    after = calls.call(4, 1, eventID="after-000000000010", eventTime="2026-11-09T03:00:00Z")
    write(tmp_path, "0310", [after], day="20261109")
    assert numbers(session_events(calls.PRINCIPAL, tmp_path).events) == [1, 3, 4, 9, 5, 7]


@pytest.mark.parametrize("late", [False, True])
def test_a_role_that_is_assumed_again(tmp_path: Path, late: bool) -> None:
    """Calls that another account recorded without a key are found in each stay in a role under one and the same name.

    Those between two stays are not the session's: nobody of it could make them.
    """
    again = calls.assume_role(5, 0, eventTime="2026-11-04T03:05:00Z")
    again["responseElements"]["credentials"] |= {"accessKeyId": "ASIAEXAMPLEAGAIN0001",
                                                 "expiration": "Nov 4, 2026, 4:30:00 AM"}  # fmt: skip
    stays = [[calls.assume_role(2, 0)], [again]]
    for day, stay in zip(("20261101", "20261104"), reversed(stays) if late else stays, strict=True):
        write(tmp_path, "0310", [calls.call(1, 0), *stay], day=day)
    for number, at in ((3, "2026-11-01T03:30:00Z"), (6, "2026-11-04T03:30:00Z"), (4, "2026-11-03T03:30:00Z")):
        day = at[:10].replace("-", "")
        write(tmp_path, "0340", [calls.other_half(number, 1, eventTime=at), calls.call(9, -1)], day=day)
    assert sorted(numbers(session_events(calls.PRINCIPAL, tmp_path).events)) == [1, 2, 3, 5, 6]


@pytest.mark.parametrize(
    ("issue", "who"),
    [
        ("GetFederationToken", {"type": "FederatedUser", "principalId": "111122223333:bob"}),
        ("AssumeRoot", {"type": "Root", "principalId": calls.OTHER_ACCOUNT}),
    ],
)
def test_what_grew_in_a_console(tmp_path: Path, issue: str, who: dict[str, Any]) -> None:
    """A key that was made in the console is followed, where the issue of what signed in names nobody."""
    key = {"credentials": {"accessKeyId": "ASIAEXAMPLESIGNS0001", "expiration": "Nov 1, 2026, 4:00:00 AM"}}
    signs, console = who | {"accessKeyId": "ASIAEXAMPLESIGNS0001"}, who | {"accessKeyId": "ASIAEXAMPLECONSO0001"}
    made = calls.create_access_key(4, 0) | {"userIdentity": console, "sessionCredentialFromConsole": "true"}
    stranger = samples.event(6, userIdentity=who | {"accessKeyId": "ASIAEXAMPLEOTHER0001"})
    write(tmp_path, "0310", [
        calls.call(2, 0, eventName=issue, eventSource="sts.amazonaws.com", responseElements=key),
        samples.event(3, userIdentity=signs, eventName="GetSigninToken", eventSource="signin.amazonaws.com"),
        made, calls.by_made_key(5), stranger,
    ])  # fmt: skip
    assert numbers(session_events(calls.PRINCIPAL, tmp_path).events) == [2, 3, 4, 5]


def test_a_federated_user_as_another_account_records_it(tmp_path: Path) -> None:
    """A call of a federated user is found where its only record is another account's, which has no key."""
    answer = {"credentials": {"accessKeyId": "ASIAEXAMPLEFEDER0001", "expiration": "Nov 1, 2026, 5:00:00 AM"},
              "federatedUser": {"federatedUserId": f"{samples.ACCOUNT}:bob"}}  # fmt: skip
    there = {"type": "AWSAccount", "principalId": f"{samples.ACCOUNT}:bob", "accountId": samples.ACCOUNT}
    used = {"userIdentity": there, "recipientAccountId": calls.OTHER_ACCOUNT}
    write(tmp_path, "0310", [
        calls.call(1, 0, eventName="GetFederationToken", eventSource="sts.amazonaws.com", responseElements=answer),
        samples.event(2, **used), samples.event(3, **used, eventTime="2026-11-01T06:00:00Z"),
    ])  # fmt: skip
    assert numbers(session_events(calls.PRINCIPAL, tmp_path).events) == [1, 2]


@pytest.mark.parametrize("hop", [0, 1], ids=["by the session", "by a role that it took"])
def test_a_role_that_is_switched_to_in_the_console(tmp_path: Path, hop: int) -> None:
    """Calls of a role that a console session took are found by its principal: the console signs with more keys.

    So late that no console session lasts, and by a client that is not the console, they are another's.
    """
    there = calls.role("AROAEXAMPLESWITC00001:evil", "ASIAEXAMPLESWITC0002")
    console = {"sessionCredentialFromConsole": "true"}
    who = calls.identity(hop) | {"accessKeyId": "ASIAEXAMPLECONSO0001"}
    taken = calls.assume_role(4, 0) | {"userIdentity": who} | console
    taken["responseElements"]["assumedRoleUser"]["assumedRoleId"] = "AROAEXAMPLESWITC00001:evil"
    taken["responseElements"]["credentials"]["accessKeyId"] = "ASIAEXAMPLESWITC0001"
    write(tmp_path, "0310", [
        calls.assume_role(1, 0), calls.call(3, hop, eventName="GetSigninToken", eventSource="signin.amazonaws.com"),
        taken, samples.event(5, userIdentity=there, eventTime="2026-11-01T09:00:00Z", **console),
        samples.event(6, userIdentity=there), samples.event(7, userIdentity=there, eventTime="2026-11-02T09:00:00Z"),
        samples.event(8, userIdentity=there, eventTime="2026-11-02T09:00:00Z", **console),
    ])  # fmt: skip
    assert sorted(numbers(session_events(calls.PRINCIPAL, tmp_path).events)) == [1, 3, 4, 5]


@pytest.mark.parametrize("text", ['x": 1', '":', '": {"'])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (", ", " : ")])
def test_no_text_hides_the_day_of_a_late_file(tmp_path: Path, text: str, separators: tuple[str, str]) -> None:
    """A file that comes late is searched for a key whatever stands at its begin, and however it is written."""
    write(tmp_path, "0310", [calls.assume_role(1, 0)])
    odd = samples.event(3, userIdentity={"type": "SAMLUser", "principalId": text})
    late = tmp_path / "111122223333_CloudTrail_us-east-1_20261103T0310Z_1.json.gz"
    late.write_bytes(gzip.compress(json.dumps({"Records": [odd, calls.call(2, 1)]}, separators=separators).encode()))
    assert numbers(session_events(calls.PRINCIPAL, tmp_path).events) == [1, 2]


def test_a_day_folder_tells_nothing_of_files_of_others(tmp_path: Path) -> None:
    """A file that CloudTrail did not name may hold calls of any day, in whatever folder it lies."""
    write(tmp_path, "0310", [calls.assume_role(1, 0)])
    merged = tmp_path / "AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/20/merged.json"
    samples.write(merged, samples.compact({"Records": [calls.call(2, 1)]}))
    assert numbers(session_events(calls.PRINCIPAL, tmp_path).events) == [1, 2]


def test_many_keys_need_few_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred keys of as many files, whose names tell no time, take few more looks than there are files."""
    for number in range(100):
        made = calls.assume_role(number, 0)
        made["responseElements"]["credentials"]["accessKeyId"] = f"ASIAEXAMPLEMANY{number:05d}"
        used = samples.event(900 - number, userIdentity=calls.role("AROAEXAMPLEMANY00001:s",
                                                                   f"ASIAEXAMPLEMANY{99 - number:05d}"))  # fmt: skip
        samples.write(tmp_path / f"{number:03d}.json", samples.compact([made, used]))
    looks = noted_looks(monkeypatch)
    assert len(session_events(calls.PRINCIPAL, tmp_path, workers=1).events) == 200
    assert len(looks) <= 100 * 2.2


ARN = f"arn:aws:sts::{samples.ACCOUNT}:assumed-role/web-role/{calls.INSTANCE}"


@pytest.mark.parametrize("who", [calls.INSTANCE, samples.KEY, ARN])
def test_named_otherwise(tmp_path: Path, who: str) -> None:
    """The instance id, a key of the session or the session's ARN leads to the whole session."""
    chain(tmp_path)
    write(tmp_path, "0340", [samples.event(9, userIdentity=samples.identity(accessKeyId="ASIAEXAMPLEKEY000002"))])
    assert numbers(session_events(who, tmp_path).events) == [1, 3, 4, 5, 7, 9]


def test_the_role_of_an_arn(tmp_path: Path) -> None:
    """Of two roles on one instance an ARN names one, and the other's session is not given in its place."""
    other = calls.role(f"AROAEXAMPLESECOND001:{calls.INSTANCE}", "ASIAEXAMPLESECOND001")
    write(tmp_path, "0310", [calls.call(1, 0), samples.event(2, userIdentity=other)])
    assert numbers(session_events(ARN, tmp_path).events) == [1]
    assert numbers(session_events(other["arn"], tmp_path).events) == [2]
    assert session_events(ARN.replace("web-role", "absent"), tmp_path).events.empty


@pytest.mark.parametrize("who", [f" {calls.PRINCIPAL}\n", f"{calls.INSTANCE} ", calls.INSTANCE.upper()])
def test_named_untidily(tmp_path: Path, who: str) -> None:
    """Blanks around an identifier, and an instance id in large letters, name what they would without."""
    chain(tmp_path)
    assert numbers(session_events(who, tmp_path).events) == [1, 3, 4, 5, 7]


def test_many_keys(tmp_path: Path) -> None:
    """Forty keys that the session issued are all followed."""
    issues, uses = [], []
    for number in range(40):
        key = f"ASIAEXAMPLEMANY{number:05d}"
        made = calls.assume_role(number, 0)
        made["responseElements"]["credentials"]["accessKeyId"] = key
        made["responseElements"]["assumedRoleUser"]["assumedRoleId"] = f"AROAEXAMPLEMANY00001:s{number}"
        issues.append(made)
        uses.append(samples.event(100 + number, userIdentity=calls.role(f"AROAEXAMPLEMANY00001:s{number}", key)))
    write(tmp_path, "0310", issues)
    write(tmp_path, "0320", [calls.call(200, -1), *uses])
    assert len(session_events(calls.PRINCIPAL, tmp_path).events) == 80


def test_sample_by_its_finding(tmp_path: Path) -> None:
    """A file with a finding names the session."""
    sample = write_sample(tmp_path)
    found = session_events(sample.finding, sample.trail)
    assert {"ASIA" in key for key in found.events["access_key_id"].dropna()} == {True}
    assert len(found.events) > 10


def test_files_put_together_under_one_name(tmp_path: Path) -> None:
    """A file that holds a call of after its delivery is searched for everything: its name does not tell its times."""
    issue, use = calls.assume_role(2, 0), samples.event(3, userIdentity=calls.identity(1))
    late = {"eventTime": "2026-11-01T03:00:00Z"}
    parts = [[calls.call(1, 0)], [issue | late], [use | late]]
    merged = b"".join(gzip.compress(samples.compact({"Records": part}).encode()) for part in parts)
    (tmp_path / f"{samples.ACCOUNT}_CloudTrail_us-east-1_20261030T0005Z_merged.json.gz").write_bytes(merged)
    assert sorted(numbers(session_events(calls.PRINCIPAL, tmp_path, workers=1).events)) == [1, 2, 3]


def test_a_user_that_was_made(tmp_path: Path) -> None:
    """All that a user did which the session made belongs to it: with any key, and in another account's records."""
    far = {"type": "AWSAccount", "principalId": calls.MADE_USER["principalId"], "accountId": samples.ACCOUNT}
    write(tmp_path, "0320", [calls.create_user(1, 0)])
    write(tmp_path, "0330", [calls.by_made_user(2), samples.event(3, userIdentity=far), calls.call(4, -1)])
    write(tmp_path, "0500", [calls.by_made_user(5, recipientAccountId=calls.OTHER_ACCOUNT, userIdentity=far)])
    assert numbers(session_events(calls.PRINCIPAL, tmp_path).events) == [1, 2, 3, 5]


def test_another_accounts_half_of_a_made_keys_call(tmp_path: Path) -> None:
    """Of a user that was there before, another account's record is given where it is the half of a call that is."""
    user = calls.by_made_key(0)["userIdentity"]
    far = {"type": "AWSAccount", "principalId": user["principalId"], "accountId": samples.ACCOUNT}
    halves = {"recipientAccountId": calls.OTHER_ACCOUNT, "userIdentity": far}
    write(tmp_path, "0310", [calls.create_access_key(1, 0)])
    write(
        tmp_path, "0320", [samples.event(2, sharedEventID="a", **halves), samples.event(3, sharedEventID="b", **halves)]
    )
    write(tmp_path, "0330", [calls.by_made_key(4) | {"sharedEventID": "a"}])
    assert numbers(session_events(calls.PRINCIPAL, tmp_path).events) == [1, 2, 4]
    assert numbers(session_events("AKIAEXAMPLEMADE00001", tmp_path).events) == [1, 2, 4], "asked by that key, too"


def test_who_made_a_key(tmp_path: Path) -> None:
    """Of an access key the call that made it is given, too: it names whoever wanted it."""
    made = calls.create_access_key(1, 0)
    write(tmp_path, "0310", [made, calls.call(2, 0)])
    write(tmp_path, "0320", [calls.by_made_key(3)])
    found = session_events(made["responseElements"]["accessKey"]["accessKeyId"], tmp_path)
    assert numbers(found.events) == [1, 3]


def test_several_roles_on_one_instance(tmp_path: Path) -> None:
    """An instance id that fits two roles is refused, and both are named."""
    write(tmp_path, "0310", [calls.call(1, 0)])
    write(
        tmp_path, "0320", [samples.event(2, userIdentity=calls.role(f"AROAEXAMPLESECOND001:{calls.INSTANCE}", "ASIAX"))]
    )
    with pytest.raises(UsageError, match="AROAEXAMPLESECOND001"):
        session_events(calls.INSTANCE, tmp_path)


def test_nobody(tmp_path: Path) -> None:
    """Text that is neither an identifier nor a file is refused, and what can be given is named."""
    chain(tmp_path)
    for text in ("nobody", "i-12", "AKIAX", "x" * 5000, "arn:aws:iam::111122223333:role/web"):
        with pytest.raises(UsageError, match=r"no file, and names no session.*assumed-role/ROLE/i-") as raised:
            session_events(text, tmp_path)
        assert text[:100] in str(raised.value)


def test_none_seen(tmp_path: Path) -> None:
    """A trail that does not name the session gives an empty table, and says what was searched."""
    chain(tmp_path)
    found = session_events("AROAEXAMPLEABSENT001:i-00000000000000001", tmp_path)
    assert found.events.empty
    assert (found.coverage.searched[0].files, found.coverage.searched[0].records) == (3, 0)
    assert any(warning.startswith("No event of the session was seen") for warning in found.coverage.warnings)
    places = [row for row in found.coverage.places if row.region == "us-east-1"]
    assert places
    assert "searched for the session" in places[0].detail


def test_nothing_readable(tmp_path: Path) -> None:
    """Files of which none can be read are an error, as in a load."""
    (tmp_path / "a.json.gz").write_bytes(b"\x1f\x8b\x08 nothing")
    with pytest.raises(TrailError, match="no CloudTrail event could be read"):
        session_events(calls.PRINCIPAL, tmp_path)


def test_stopped(tmp_path: Path) -> None:
    """A search that is stopped gives what it found, and its ledger names the files that are left as a gap."""
    chain(tmp_path)
    answers = iter([False, False, False])
    found = session_events(calls.PRINCIPAL, tmp_path, is_stopped=lambda: next(answers, True), workers=1)
    assert numbers(found.events) == [1, 3, 4, 5, 7]
    (gap,) = [row for row in found.coverage.not_searched if row.failed]
    assert gap.what == "2 of 3 log files"  # two were not looked at again for keys that turned up behind them


def test_an_error_of_the_listener_ends_the_search(tmp_path: Path) -> None:
    """What the caller's own function raises comes through, and no thread is left at work."""
    chain(tmp_path)

    def refuse(_: Progress) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        session_events(calls.PRINCIPAL, tmp_path, on_progress=refuse)


def test_progress(tmp_path: Path) -> None:
    """Progress is told in bytes, those of files that are looked at again among them, and ends with all of them."""
    chain(tmp_path)
    write(tmp_path, "0335", [calls.assume_role(9, 0, eventTime="2026-11-01T06:00:00Z")])  # too late for its own file
    told: list[Progress] = []
    session_events(calls.PRINCIPAL, tmp_path, on_progress=told.append)
    assert told[-1].bytes_done == told[-1].bytes >= sum(path.stat().st_size for path in tmp_path.iterdir())
    assert told[-1].seconds_left == 0


@pytest.mark.parametrize(("category", "gap"), [("Data", False), ("Management", True)])
@pytest.mark.parametrize("separators", [(",", ":"), None])
def test_data_events_of_others(tmp_path: Path, category: str, gap: bool, separators: tuple[str, str] | None) -> None:
    """That no data event was logged is said only where the records of others hold none either."""
    chain(tmp_path)
    others = {"Records": [calls.call(9, -1, eventCategory=category)]}
    text = json.dumps(others, separators=separators).encode()
    (tmp_path / "111122223333_CloudTrail_eu-west-1_20261101T0400Z_x.json.gz").write_bytes(gzip.compress(text))
    found = session_events(calls.PRINCIPAL, tmp_path)
    assert any(row.kind == "no data events" for row in found.coverage.not_searched) == gap


@pytest.mark.parametrize("name", ["{}_CloudTrail_us-east-1_20261101T0310Z_x.json", "copied-{}.json"])
@pytest.mark.parametrize("is_old", [False, True])
def test_data_events_of_every_account(tmp_path: Path, name: str, is_old: bool) -> None:
    """Of no account are data events said to be missing that are there, whatever files and records tell of it."""
    for account_id in (samples.ACCOUNT, calls.OTHER_ACCOUNT):
        number, about = int(account_id[:2]), {"recipientAccountId": account_id}
        records = [calls.call(number, 0, **about),
                   calls.call(number + 1, -1, eventName="GetObject", eventCategory="Data", **about)]  # fmt: skip
        if is_old:
            records = [{key: one[key] for key in one if key != "eventCategory"} for one in records]
        text = '{"Records":[' + ",".join(map(samples.compact, records)) + "]}"
        samples.write(tmp_path / name.format(account_id), text)
    for found in (load_trail(tmp_path), session_events(calls.PRINCIPAL, tmp_path, workers=1)):
        assert [gap.what for gap in found.coverage.not_searched] == []
        assert not [row for row in found.coverage.places if row.state == "no data events"]


def test_data_events_of_one_account_alone(tmp_path: Path) -> None:
    """Of the account that has none it is said."""
    named = "_CloudTrail_us-east-1_20261101T0310Z_x.json"
    samples.write(tmp_path / f"{samples.ACCOUNT}{named}", samples.records_text(1))
    other = [calls.call(8, 0, recipientAccountId=calls.OTHER_ACCOUNT),
             calls.call(9, -1, eventCategory="Data", recipientAccountId=calls.OTHER_ACCOUNT)]  # fmt: skip
    text = '{"Records":[' + ",".join(map(samples.compact, other)) + "]}"
    samples.write(tmp_path / f"{calls.OTHER_ACCOUNT}{named}", text)
    (gap,) = session_events(calls.PRINCIPAL, tmp_path).coverage.not_searched
    assert (gap.what, calls.OTHER_ACCOUNT in gap.reason) == (f"data events of {samples.ACCOUNT}", True)


@pytest.mark.parametrize("where", ["in another list", "in a request"])
def test_calls_far_inside_something_else(tmp_path: Path, where: str) -> None:
    """Records that stand behind much else in a list of somebody's own, or in another list of the file, are no calls."""
    long = [calls.call(1000 + number, -1) for number in range(1_500)]
    inside = [*long, calls.call(5, 0), *long[:2]]
    records, more = [calls.call(1, 0), calls.call(2, -1)], ""
    if where == "in a request":
        records[1]["requestParameters"] = {"events": inside}
    else:
        more = ',"Other":[' + ",".join(map(samples.compact, inside)) + "]"
    text = '{"Records":[' + ",".join(map(samples.compact, records)) + "]" + more + "}"
    assert len(text) > 1 << 20
    samples.write(tmp_path / "a.json", text)
    loaded = load_trail(tmp_path)
    kept = session_rows(loaded.events, subject_of(calls.PRINCIPAL))
    found = session_events(calls.PRINCIPAL, tmp_path)
    assert list(found.events["event_id"]) == list(loaded.events.loc[kept, "event_id"])
    assert numbers(found.events) == [1] if where == "in a request" else 1 in numbers(found.events)


def test_a_second_look_by_another_way(tmp_path: Path) -> None:
    """Records that a second, more careful look at a file finds are neither lost nor counted twice."""
    others = [calls.call(100 + number, -1) for number in range(11)]
    write(tmp_path, "0310", [calls.call(1, 0), *others, calls.call(4, 1), calls.with_forged_calls(5, 1)])
    write(tmp_path, "0315", [calls.assume_role(3, 0)])
    found = session_events(calls.PRINCIPAL, tmp_path, workers=1)
    assert numbers(found.events) == [1, 3, 4]
    assert (found.coverage.searched[0].records, found.coverage.searched[0].duplicates) == (3, 0)


def test_the_same_record_twice_in_a_file(tmp_path: Path) -> None:
    """A record that stands twice in a file is two records and one event."""
    write(tmp_path, "0310", [calls.call(1, 0), calls.call(1, 0)])
    found = session_events(calls.PRINCIPAL, tmp_path)
    assert (found.coverage.searched[0].records, found.coverage.searched[0].duplicates) == (2, 1)
