"""The table of keys counts what was issued and used, and not what services forwarded with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.analysis.lineage.made import USER_KEY, by_user, create_user
from tests.analysis.records import CHAINED, KEY, THIEF, THIEF_2, THIEF_CLIENT, assume_role, chained, record, scope_of

if TYPE_CHECKING:
    from pathlib import Path


def test_keys_of_a_created_user_are_counted(tmp_path: Path) -> None:
    """A key of the thief's user is a key of the lineage, also where its issue was not seen."""
    keys = scope_of(tmp_path, [create_user(10), by_user(20)]).keys
    assert dict(zip(keys["access_key_id"], keys["thief_events"], strict=True)) == {KEY: 1, USER_KEY: 1}


def test_key_that_a_service_forwarded_with_is_none(tmp_path: Path) -> None:
    """The keys that a service used in the name of a chained session are not counted; those it was given are."""
    host, taken, call = "cloudformation.amazonaws.com", assume_role(10, THIEF, THIEF_CLIENT), chained(20, THIEF_2, "x")
    forwarded = call["userIdentity"] | {"accessKeyId": "ASIAEXAMPLEFORWARD01", "invokedBy": host}
    echo = record(21, host, host, who=forwarded)
    scope = scope_of(tmp_path, [taken, call, echo])
    assert list(scope.keys["access_key_id"]) == [KEY, CHAINED]
    assert echo["eventID"] in set(scope.events["event_id"])
    only_echo = chained(22, host, host)
    keys = scope_of(tmp_path, [taken, only_echo]).keys
    assert list(keys["access_key_id"]) == [KEY, CHAINED]
