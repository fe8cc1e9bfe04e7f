from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdkit.trail import load_trail
from gdkit.trail.lookup import FoundKey, find_keys_of
from tests.trail import samples
from tests.trail.lookup.history import ACCOUNT, INSTANCE, KEY, NOW, START, assume_role, row

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

ISSUED = "ASIAEXAMPLEISSUED001"


def table(folder: Path, events: list[dict[str, Any]]) -> pd.DataFrame:
    """Give the events table of some rows."""
    return load_trail(samples.write(folder / "a.json", samples.compact({"Events": events}))).events


def test_own_keys(tmp_path: Path) -> None:
    """Keys that were used under the session's name are its own, from the issue that their calls tell."""
    events = table(
        tmp_path, [row(1, NOW), row(2, START, key="ASIAUNKNOWNKEY000001"), row(3, START, name="other", key="X")]
    )
    keys = find_keys_of(events, [INSTANCE], [KEY])
    assert [key.access_key_id for key in keys] == ["ASIAUNKNOWNKEY000001", KEY]
    assert {str(key.issued_at) for key in keys} == {"2026-11-01 02:00:00+00:00"}
    assert {key.account_id for key in keys} == {ACCOUNT}


def test_instance_identity_role(tmp_path: Path) -> None:
    """The instance identity role bears the session's name, and its keys are not the session's."""
    who = samples.identity(principalId=f"{ACCOUNT}:aws:ec2-instance:{INSTANCE}", accessKeyId="ASIAIDENTITYKEY00001")
    record = samples.event(1, userIdentity=who)
    assert (
        find_keys_of(table(tmp_path, [samples.lookup_row(1, CloudTrailEvent=samples.compact(record))]), [INSTANCE], [])
        == ()
    )


def test_account_of_an_issued_key(tmp_path: Path) -> None:
    """The account is that of the role, else that in the key, else that of the record."""
    made = {"accessKey": {"accessKeyId": "ASIAQNZGKIQY56JQ7WML"}}
    plain = {"accessKey": {"accessKeyId": "AKIAIOSFODNN7EXAMPLE"}}
    events = table(
        tmp_path,
        [
            assume_role(1, NOW, new_key="ASIAQNZGKIQY56JQ7XXX", account="222233334444"),
            row(2, NOW, eventName="CreateAccessKey", responseElements=made),
            row(3, NOW, eventName="CreateAccessKey", responseElements=plain),
        ],
    )
    found = {key.access_key_id: key.account_id for key in find_keys_of(events, [], [KEY])}
    assert found == {
        KEY: ACCOUNT,
        "ASIAQNZGKIQY56JQ7XXX": "222233334444",
        "ASIAQNZGKIQY56JQ7WML": "029608264753",
        "AKIAIOSFODNN7EXAMPLE": ACCOUNT,
    }


@pytest.mark.parametrize(("source", "name", "answer"), [
    ("sso", "GetRoleCredentials", {"roleCredentials": {"accessKeyId": ISSUED, "expiration": 1}}),
    ("ecs", "GetTaskCredentials", {"taskCredentials": {"accessKeyId": ISSUED}}),
    ("rolesanywhere", "CreateSession", {"credentialSet": [{"credentials": {"accessKeyId": ISSUED}}]}),
    ("cognito-identity", "GetCredentialsForIdentity", {"Credentials": {"AccessKeyId": ISSUED}}),
    ("ssm", "RequestManagedInstanceRoleToken", {"accessKeyId": ISSUED}),
])  # fmt: skip
def test_key_elsewhere_in_the_answer(tmp_path: Path, source: str, name: str, answer: dict[str, Any]) -> None:
    """A key is followed wherever the answer of a call that issues credentials names it, and not of one that failed."""
    event = samples.event(1, eventSource=f"{source}.amazonaws.com", eventName=name, responseElements=answer)
    failed, other = event | {"errorCode": "AccessDenied"}, event | {"eventName": "ListAccounts"}
    assert [key.access_key_id for key in _keys(tmp_path, event)] == [samples.KEY, ISSUED]
    assert [key.access_key_id for key in _keys(tmp_path, failed)] == [samples.KEY]
    assert [key.access_key_id for key in _keys(tmp_path, other)] == [samples.KEY]


def _keys(folder: Path, event: dict[str, Any]) -> tuple[FoundKey, ...]:
    events = load_trail(samples.write(folder / "a.json", samples.compact({"Records": [event]}))).events
    return find_keys_of(events, [samples.INSTANCE], [])


def test_keys_of_others_are_left_out(tmp_path: Path) -> None:
    """A key that another session issued is not followed."""
    events = table(
        tmp_path, [assume_role(1, NOW, new_key="ASIAOTHERXXKEY000001", name="other", key="ASIAOTHERXXKEY000002")]
    )
    assert find_keys_of(events, [INSTANCE], [KEY]) == ()


def test_no_events(tmp_path: Path) -> None:
    """An empty table gives no key."""
    assert find_keys_of(table(tmp_path, []), [INSTANCE], [KEY]) == ()


def test_time_of_issue(tmp_path: Path) -> None:
    """An issued key begins with the call that issued it."""
    (own, issued) = find_keys_of(table(tmp_path, [assume_role(1, NOW, new_key="ASIACHAINEDKEY000001")]), [INSTANCE], [])
    assert own.access_key_id == KEY
    assert issued == FoundKey("ASIACHAINEDKEY000001", ACCOUNT, NOW)


@pytest.mark.parametrize("used", [False, True], ids=["not used yet", "used"])
def test_time_of_issue_stays(tmp_path: Path, used: bool) -> None:
    """A key begins with its issue, used under the session's name or not: its use would ask for it in a wider window."""
    made = {"accessKey": {"accessKeyId": "AKIAIOSFODNN7EXAMPLE"}}
    events = [row(1, NOW, eventName="CreateAccessKey", responseElements=made)]
    if used:
        call = row(2, NOW + timedelta(minutes=9), key="AKIAIOSFODNN7EXAMPLE")
        record = json.loads(call["CloudTrailEvent"])
        del record["userIdentity"]["sessionContext"]
        events.append(call | {"CloudTrailEvent": samples.compact(record)})
    found = {key.access_key_id: key.issued_at for key in find_keys_of(table(tmp_path, events), [INSTANCE], [])}
    assert found["AKIAIOSFODNN7EXAMPLE"] == NOW


@settings(max_examples=30)
@given(edges=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=15))
def test_any_graph_of_sessions(tmp_path_factory: pytest.TempPathFactory, edges: list[tuple[int, int]]) -> None:
    """Whatever sessions issue to each other, in circles too, exactly the reachable keys are found."""
    keys = [f"ASIACHAINEDKEY00000{number}" for number in range(7)]
    events = [
        assume_role(number, NOW + timedelta(seconds=number), new_key=keys[to], name=f"s{of}", key=keys[of])
        for number, (of, to) in enumerate(edges)
    ]
    reached, before = {0}, set[int]()
    while reached != before:
        before = set(reached)
        reached |= {to for of, to in edges if of in reached}
    expected = {keys[to] for of, to in edges if of in reached} - {keys[0]}  # that one is known
    found = find_keys_of(table(tmp_path_factory.mktemp("t"), events), [], [keys[0]])
    assert {key.access_key_id for key in found} - {keys[0]} == expected
