"""A principal, or the console, links calls to an issue only until what was issued ends; a key does at any time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.trail.search.keep import session_rows
from tests.analysis.lineage.made import ELSEWHERE, by_user, create_user, made, user
from tests.analysis.lineage.traced import said, traced, traced_in
from tests.analysis.records import (
    AGENT_CLIENT,
    APP_CLIENT,
    CHAINED,
    NAT,
    OTHER_ACCOUNT,
    THIEF,
    THIEF_CLIENT,
    agent,
    assume_role,
    chained,
    events_of,
    identity,
    subject,
)

if TYPE_CHECKING:
    from pathlib import Path

SECOND = "AROAEXAMPLESECOND001:hop"
ISSUED_AT = datetime(2026, 11, 1, 7, 10, tzinfo=UTC)
EXPIRES_AT = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
SIGNED_IN_AT = datetime(2026, 11, 1, 7, 20, tzinfo=UTC)
BY_THIEF, CONSOLE_BY_THIEF = ("thief", "chained_by_thief"), ("thief", "console_by_thief")
AFTER_END = ("unknown", "chained_after_end")
SECOND_S, DAY = timedelta(seconds=1), timedelta(days=1)


def _at(at: datetime, call: dict[str, Any]) -> dict[str, Any]:
    """Give a call as made at another time."""
    text = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return call | {"eventTime": text, "eventID": f"{call['eventID']}-{text}"}


def _taken(at: datetime = ISSUED_AT, until: datetime | None = EXPIRES_AT, *, key: str = CHAINED,
           address: str = THIEF, **fields: Any) -> dict[str, Any]:  # fmt: skip
    """Give an AssumeRole of the leaked session, with or without the time at which its credential ends."""
    ends = {"expiration": until.strftime("%b %d, %Y, %I:%M:%S %p")} if until else {}
    given = {"credentials": {"accessKeyId": key, **ends}, "assumedRoleUser": {"assumedRoleId": SECOND}}
    client = THIEF_CLIENT if address == THIEF else APP_CLIENT
    return _at(at, assume_role(10, address, client, new_key=key, responseElements=given, **fields))


def _half(at: datetime, address: str = ELSEWHERE, **fields: Any) -> dict[str, Any]:
    """Give a third account's record of a call of the chained session: it has no key."""
    who = {"type": "AWSAccount", "principalId": SECOND, "accountId": OTHER_ACCOUNT}
    return _at(at, chained(20, address, "x") | {"userIdentity": who, "recipientAccountId": "777788889999", **fields})


def _token(at: datetime = SIGNED_IN_AT) -> dict[str, Any]:
    """Give the chained session's GetSigninToken."""
    asked = {"eventName": "GetSigninToken", "eventSource": "signin.amazonaws.com"}
    return _at(at, chained(20, THIEF, THIEF_CLIENT) | asked)


def _console(at: datetime, key: str = "ASIAEXAMPLECONSOLE01") -> dict[str, Any]:
    """Give a call in a console session of the chained session's principal."""
    return _at(at, chained(20, ELSEWHERE, "Mozilla/5.0", key=key, sessionCredentialFromConsole="true"))


@pytest.mark.parametrize(
    ("until", "at", "whose"),
    [
        (EXPIRES_AT, EXPIRES_AT - SECOND_S, BY_THIEF),
        (EXPIRES_AT, EXPIRES_AT, BY_THIEF),
        (EXPIRES_AT, EXPIRES_AT + SECOND_S, AFTER_END),
        (EXPIRES_AT, EXPIRES_AT + timedelta(hours=39), AFTER_END),
        (None, ISSUED_AT + timedelta(hours=36), BY_THIEF),
        (None, ISSUED_AT + timedelta(hours=36, seconds=1), AFTER_END),
    ],
)
def test_principal_links_until_the_credential_ends(
    until: datetime | None, at: datetime, whose: tuple[str, str], tmp_path: Path
) -> None:
    """A record without a key is the thief's while his credential can be good; a later one stays, as nobody's."""
    lineage = traced(tmp_path, [_taken(until=until), _half(at)])
    assert said(lineage)[_half(at)["eventID"]] == whose
    assert list(lineage.events["hop"]) == [0, 1]


@pytest.mark.parametrize("after", [timedelta(hours=13), timedelta(hours=13, seconds=1), 3 * DAY])
def test_console_links_until_its_session_ends(after: timedelta, tmp_path: Path) -> None:
    """A console call is the thief's until the session that his token began must have ended."""
    call = _console(SIGNED_IN_AT + after)
    lineage = traced(tmp_path, [_taken(), _token(), call])
    assert said(lineage)[call["eventID"]] == (CONSOLE_BY_THIEF if after <= timedelta(hours=13) else AFTER_END)
    assert list(lineage.events["hop"]) == [0, 1, 2]


@pytest.mark.parametrize("after", [timedelta(hours=13), timedelta(hours=13, seconds=1)])
def test_role_switched_to_links_until_the_console_session_ends(after: timedelta, tmp_path: Path) -> None:
    """A role that was switched to in the console is the thief's there for as long as a console session lasts."""
    token = made(5, "signin", "GetSigninToken")
    switched = _taken(who=identity("ASIAEXAMPLECONSOLE01"), sessionCredentialFromConsole="true")
    call = _console(ISSUED_AT + after, key="ASIAEXAMPLESWITCHED1")
    found = said(traced(tmp_path, [token, switched, call]))
    assert found[call["eventID"]] == (CONSOLE_BY_THIEF if after <= timedelta(hours=13) else AFTER_END)


def test_key_needs_no_end(tmp_path: Path) -> None:
    """A record with the key names the credential, whenever it was made."""
    call = _at(EXPIRES_AT + 3 * DAY, chained(20, ELSEWHERE, "x"))
    assert said(traced(tmp_path, [_taken(), call]))[call["eventID"]] == BY_THIEF


def test_what_was_made_needs_no_end(tmp_path: Path) -> None:
    """A user that the thief made is his on every later day, in records without a key, too."""
    call = _at(EXPIRES_AT + 30 * DAY, by_user(20, key=None) | {"userIdentity": user(key=None)})
    assert said(traced(tmp_path, [create_user(10), call]))[call["eventID"]] == ("thief", "created_by_thief")


def test_renewed_credentials(tmp_path: Path) -> None:
    """Each credential of one principal links its own time, and is named; between two of them nobody is."""
    again = _taken(ISSUED_AT + DAY, EXPIRES_AT + DAY, key="ASIAEXAMPLERENEWED01")
    first, between, second = (_half(EXPIRES_AT + after) for after in (-SECOND_S, SECOND_S, DAY))
    lineage = traced(tmp_path, [_taken(), again, first, between, second])
    found, evidence = said(lineage), lineage.events.set_index("event_id")["evidence"]
    assert [found[call["eventID"]] for call in (first, between, second)] == [BY_THIEF, AFTER_END, BY_THIEF]
    assert evidence[first["eventID"]].endswith(_taken()["eventID"])
    assert evidence[second["eventID"]].endswith(again["eventID"])


def test_latest_end_of_several_counts(tmp_path: Path) -> None:
    """A short credential that was issued later does not end what a long one links."""
    short = _taken(ISSUED_AT + timedelta(minutes=5), EXPIRES_AT - timedelta(minutes=30), key="ASIAEXAMPLESHORT0001")
    longer = _taken(ISSUED_AT + timedelta(minutes=9), EXPIRES_AT + timedelta(minutes=30), key="ASIAEXAMPLELONGER001")
    ends = EXPIRES_AT + timedelta(minutes=30)
    found = said(traced(tmp_path, [_taken(), short, longer, _half(EXPIRES_AT), _half(ends), _half(ends + SECOND_S)]))
    assert [found[_half(at)["eventID"]] for at in (EXPIRES_AT, ends)] == [BY_THIEF, BY_THIEF]
    assert found[_half(ends + SECOND_S)["eventID"]] == AFTER_END


def test_renewed_by_the_chained_session_itself(tmp_path: Path) -> None:
    """A session that took its own role again is found before what is left over is called nobody's."""
    given = {"credentials": {"accessKeyId": "ASIAEXAMPLERENEWED01", "expiration": "Nov 1, 2026, 9:20:00 AM"},
             "assumedRoleUser": {"assumedRoleId": SECOND}}  # fmt: skip
    who = chained(1, THIEF, "x")["userIdentity"]
    again = _at(EXPIRES_AT - SECOND_S, assume_role(60, ELSEWHERE, "x", who=who, responseElements=given))
    call, late = _half(EXPIRES_AT + timedelta(minutes=50)), _half(EXPIRES_AT + timedelta(minutes=51))
    lineage = traced(tmp_path, [_taken(), again, call, late])
    found, hops = said(lineage), lineage.events.set_index("event_id")["hop"]
    assert (found[call["eventID"]], hops[call["eventID"]]) == (BY_THIEF, 2)
    assert (found[late["eventID"]], hops[late["eventID"]]) == (AFTER_END, 1)


def test_what_grows_after_the_end_is_followed_as_nobodys(tmp_path: Path) -> None:
    """A role that was taken after the end leads on, and what it did is unknown."""
    given = {"credentials": {"accessKeyId": "ASIAEXAMPLETHIRD0001"}, "assumedRoleUser": {"assumedRoleId": "AROAX:x"}}
    asked = {"eventName": "AssumeRole", "eventSource": "sts.amazonaws.com", "responseElements": given}
    late = _half(EXPIRES_AT + DAY, **asked)
    use = _at(EXPIRES_AT + DAY + SECOND_S, chained(30, ELSEWHERE, "x", key="ASIAEXAMPLETHIRD0001"))
    lineage = traced(tmp_path, [_taken(), late, use])
    assert said(lineage)[late["eventID"]] == AFTER_END
    assert said(lineage)[use["eventID"]] == ("unknown", "chained_by_unknown")
    assert list(lineage.events["hop"]) == [0, 1, 2]


def test_addresses_tell_after_the_end_too(tmp_path: Path) -> None:
    """Where only the thief called from an address, a later call of the principal from there is his."""
    late = _half(EXPIRES_AT + DAY, THIEF)
    assert said(traced(tmp_path, [_taken(), late]))[late["eventID"]] == ("thief", "chained_at_thiefs_address")


@pytest.mark.parametrize(("address", "whose"), [
    (ELSEWHERE, AFTER_END), (NAT, ("workload", "chained_at_workloads_address")),
])  # fmt: skip
def test_workloads_own_session_after_its_end(address: str, whose: tuple[str, str], tmp_path: Path) -> None:
    """A principal that the workload took is nobody's after the end, unless it calls from the workload's address."""
    late = _half(EXPIRES_AT + DAY, address, userAgent=AGENT_CLIENT)
    found = said(traced(tmp_path, [agent(1), agent(15), _taken(address=NAT), late]))
    assert found[late["eventID"]] == whose


def test_search_ends_at_the_same_times(tmp_path: Path) -> None:
    """What the search of a trail keeps is what the lineage links to an issue: both end at the same second."""
    edges = [timedelta(), SECOND_S, DAY, 2 * DAY]
    ends = [EXPIRES_AT, SIGNED_IN_AT + timedelta(hours=13), ISSUED_AT + 5 * DAY + timedelta(hours=36)]
    renewed = _taken(ISSUED_AT + 5 * DAY, None, key="ASIAEXAMPLERENEWED01")
    calls = [call(end + after) for end in ends for after in edges for call in (_half, _console)]
    events = events_of(tmp_path, [_taken(), _token(), renewed, *calls])
    found = said(traced_in(events))
    kept = set(events["event_id"][session_rows(events, subject())])
    assert kept == {event_id for event_id, whose in found.items() if whose != AFTER_END}
    assert len(found) == len(events) > len(kept) > len(calls) // 4
