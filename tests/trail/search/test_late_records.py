"""What a record tells that was delivered late, or of whose key it is, is searched for in the files before it, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.analysis.subject import subject_of_text
from gdkit.trail import load_trail
from gdkit.trail.search import session_events
from gdkit.trail.search.keep import session_rows
from tests.trail import samples
from tests.trail.search import calls

if TYPE_CHECKING:
    from pathlib import Path

USER = calls.MADE_USER
OLDER, NEWER = "AKIAEXAMPLEOLDERKEY1", "AKIAEXAMPLENEWERKEY1"
GRANTED = calls.role("AROAEXAMPLEGRANTED01:grants-1", "ASIAEXAMPLEGRANTED01")
FEDERATED = {"type": "FederatedUser", "principalId": f"{samples.ACCOUNT}:bob", "accountId": samples.ACCOUNT,
             "arn": f"arn:aws:sts::{samples.ACCOUNT}:federated-user/bob",
             "accessKeyId": "ASIAEXAMPLEFEDERATED"}  # fmt: skip


def at(time: str, event: dict[str, Any]) -> dict[str, Any]:
    """Give a record of another time."""
    return event | {"eventTime": f"2026-11-01T{time}:00Z"}


def by(who: dict[str, Any], number: int, **changes: Any) -> dict[str, Any]:
    """Give a call."""
    return samples.event(number, userIdentity=who, **changes)


def own_key(key: str, created: str) -> dict[str, Any]:
    """Give the session with a key that was made at a time."""
    who = samples.identity(accessKeyId=key)
    attributes = {"creationDate": f"2026-11-01T{created}:00Z"}
    return who | {"sessionContext": who["sessionContext"] | {"attributes": attributes}}


def half(who: dict[str, Any], number: int) -> dict[str, Any]:
    """Give another account's record of a call, which has no key; it shares ``shared`` with the caller's own."""
    other = {"type": "AWSAccount", "principalId": who["principalId"], "accountId": who["accountId"]}
    return by(other, number, recipientAccountId=calls.OTHER_ACCOUNT, sharedEventID="shared")


def key_of_user(number: int, key: str) -> dict[str, Any]:
    """Give the session's call that makes a key for a user."""
    answer = {"accessKey": {"userName": USER["userName"], "accessKeyId": key}}
    return calls.call(number, 0, eventSource="iam.amazonaws.com", eventName="CreateAccessKey", responseElements=answer)


def access_grant(number: int) -> dict[str, Any]:
    """Give the session's call that issues a credential and does not tell whose."""
    answer = {"credentials": {"accessKeyId": GRANTED["accessKeyId"], "expiration": "Nov 1, 2026, 4:00:00 AM"}}
    return calls.call(number, 0, eventSource="s3.amazonaws.com", eventName="GetDataAccess", responseElements=answer)


def write(folder: Path, files: dict[str, list[dict[str, Any]]]) -> None:
    """Write log files, each delivered at an hour and minute."""
    for number, (stamp, records) in enumerate(files.items()):
        name = f"{samples.ACCOUNT}_CloudTrail_us-east-1_20261101T{stamp}Z_{number}.json"
        samples.write(folder / name, samples.compact({"Records": records}))


WORLDS: dict[str, tuple[str, dict[str, list[dict[str, Any]]]]] = {
    "a user's making is told of after the user's key and its use": (calls.PRINCIPAL, {
        "0235": [at("02:30", by(USER | {"accessKeyId": "ASIAEXAMPLECONSOLE01"}, 1))],
        "0405": [at("04:00", key_of_user(2, NEWER))],
        "0420": [at("04:10", by(USER | {"accessKeyId": NEWER}, 3))],
        "0700": [at("02:00", calls.create_user(4, 0))],
    }),
    "an older key's use is told of after a newer key's": (calls.PRINCIPAL, {
        "0205": [at("02:00", key_of_user(1, OLDER))],
        "0310": [at("03:00", half(USER, 2))],
        "0405": [at("04:00", key_of_user(3, NEWER))],
        "0420": [at("04:10", by(USER | {"accessKeyId": NEWER}, 4))],
        "0500": [at("03:00", by(USER | {"accessKeyId": OLDER}, 5, sharedEventID="shared"))],
    }),
    "an answer that does not tell whose key it gave": (calls.PRINCIPAL, {
        "0205": [at("02:00", access_grant(1))],
        "0215": [at("02:10", by(GRANTED, 2, sharedEventID="shared")), at("02:10", half(GRANTED, 3))],
    }),
    "the key of a federated user": (FEDERATED["accessKeyId"], {
        "0205": [at("02:00", by(FEDERATED, 1, sharedEventID="shared"))],
        "0210": [at("02:00", half(FEDERATED, 2))],
    }),
}  # fmt: skip


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("world", sorted(WORLDS))
def test_same_as_load(tmp_path: Path, world: str, workers: int) -> None:
    """Every record of such a world is found, as a load of all finds it."""
    who, files = WORLDS[world]
    write(tmp_path, files)
    subject = subject_of_text(who)
    assert subject is not None
    trail = load_trail(tmp_path)
    assert session_rows(trail.events, subject).all()
    found = session_events(who, tmp_path, workers=workers)
    assert list(found.events["event_id"]) == list(trail.events["event_id"])


@pytest.mark.parametrize("workers", [1, 2])
def test_search_to_the_end_is_no_stopped_one(tmp_path: Path, workers: int) -> None:
    """Files that cannot hold what turned up later, though others of their hour can, lack no look in the end."""
    first, second = own_key("ASIAEXAMPLEFIRSTKEY1", "09:00"), own_key("ASIAEXAMPLESECONDKEY", "07:20")
    files = {"0705": [at("07:01", calls.call(1, -1))], "0905": [at("09:01", by(first, 2))],
             "1005": [at("10:00", calls.assume_role(3, 0) | {"userIdentity": first})],
             "1035": [at("10:30", by(second, 4))]}  # fmt: skip
    write(tmp_path, files)
    found = session_events(calls.PRINCIPAL, tmp_path, workers=workers)
    assert len(found.events) == 3
    assert [row.what for row in found.coverage.not_searched if row.failed] == []
