"""What AWS says of credentials now, in their clock: gone, switched off, still there, or not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.analysis.credential_ends import known_end, no_end
from gdkit.analysis.credential_existence import things_to_ask, with_existence
from gdkit.analysis.credential_states import NO_INSTANT, SETTLING, judged, order
from gdkit.analysis.revocations import Revocation
from tests.analysis.records import ACCOUNT, CHAINED, KEY, OTHER_ACCOUNT, PRINCIPAL, ROLE, ROLE_ID

if TYPE_CHECKING:
    import pandas as pd

AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
ASKED = AT + timedelta(seconds=5)
WHEN = "(asked at 2026-11-01T09:00:05Z)"
USER_KEY = "AKIAEXAMPLEMADE00001"
OWN_ID = "ACCAEXAMPLE0000000001"


def row(kind: str, own: str | None = None, **fields: Any) -> dict[str, Any]:
    """Give a row of the clock: a user's credential that works until somebody deletes it."""
    return {"kind": kind, "access_key_id": own, "principal": "backup", "owner": "backup", "account_id": ACCOUNT,
            "hop": 1, "alive_until": None, "ends": "not_by_itself", "certainty": "known", "state": "may be alive",
            "why": "W", **fields}  # fmt: skip


def session(kind: str = "chained_role", **fields: Any) -> dict[str, Any]:
    """Give a row of the clock: a session of a role, that ends within the hour."""
    usual = {"access_key_id": CHAINED, "principal": f"{ROLE_ID}:nightly", "owner": ROLE, "ends": "at_time",
             "alive_until": AT + timedelta(hours=1)}  # fmt: skip
    return row(kind, **{**usual, **fields})


def clock(*rows: dict[str, Any]) -> pd.DataFrame:
    """Give ``tables.CREDENTIALS``."""
    return tables.frame_of_rows(tables.CREDENTIALS, rows)


def after(one: dict[str, Any], exists: bool | None, status: str | None = None, **fields: Any) -> dict[str, Any]:
    """Give the row after AWS answered to what was to be asked for it."""
    asked = things_to_ask(clock(one))
    answered = asked.assign(still_exists=exists, status=status, check="iam X answered.", checked_at=ASKED, **fields)
    answered = answered.astype(tables.dtypes(tables.PERSISTENCE))
    (told,) = tables.rows_of(with_existence(clock(one), answered))
    return told


@pytest.mark.parametrize(("one", "thing"), [
    (row("access_key", USER_KEY), ("access_key", USER_KEY, "backup", ACCOUNT)),
    (row("access_key"), ("user", "backup", None, ACCOUNT)),
    (row("login_profile"), ("login_profile", "backup", "backup", ACCOUNT)),
    (row("user"), ("user", "backup", None, ACCOUNT)),
    (row("service_credential", OWN_ID), ("service_credential", OWN_ID, "backup", ACCOUNT)),
    (row("session_token", KEY), ("user", "backup", None, ACCOUNT)),
    (session(), ("role_session", ROLE_ID, ROLE, ACCOUNT)),
    (session("instance_role", principal=PRINCIPAL), ("role_session", ROLE_ID, ROLE, ACCOUNT)),
    (session(account_id=None), ("role_session", ROLE_ID, ROLE, None)),
    (session(state="expired"), None),
    (session(principal="not an id"), None),
    (session(owner=None), None),
    (row("user", owner=None), None),
    (row("instance"), None),
])  # fmt: skip
def test_what_is_asked(one: dict[str, Any], thing: tuple[str | None, ...] | None) -> None:
    """Each credential is asked for by its own id, else by its user; a session by its role; what expired by nothing."""
    asked = things_to_ask(clock(one))
    assert list(asked.columns) == list(tables.PERSISTENCE.names)
    found = [tuple(each[part] for part in ("kind", "id", "parent_id", "account_id")) for each in tables.rows_of(asked)]
    assert found == ([] if thing is None else [thing])


def test_each_thing_once() -> None:
    """Two keys of one session, and two credentials without an id of one user, ask for one thing each."""
    asked = things_to_ask(clock(session(), session(access_key_id=KEY), row("access_key"), row("user")))
    assert list(asked["kind"]) == ["role_session", "user"]


@pytest.mark.parametrize("kind", ["access_key", "login_profile", "user", "service_credential"])
def test_gone(kind: str) -> None:
    """A user's credential that AWS does not know any more is revoked, and the row says who said so and when."""
    told = after(row(kind, OWN_ID if kind == "service_credential" else None if kind == "user" else USER_KEY), False)
    assert told["state"] == "revoked"
    assert told["why"] == f"W; AWS says that it does not exist {WHEN}"
    assert (told["checked_at"], told["check"]) == (ASKED, "iam X answered.")
    assert told["revocation"] is None


@pytest.mark.parametrize(("status", "state"), [
    ("Inactive", "revoked"), ("Expired", "expired"), ("SomethingNew", "revoked"), ("Active", "may be alive"),
])  # fmt: skip
def test_status(status: str, state: str) -> None:
    """A key or service credential lives on only where AWS calls it Active."""
    for one in (row("access_key", USER_KEY), row("service_credential", OWN_ID)):
        told = after(one, True, status)
        assert (told["state"], told["why"]) == (state, f"W; AWS says that it is {status} {WHEN}")


@pytest.mark.parametrize("kind", ["login_profile", "user"])
def test_exists(kind: str) -> None:
    """What has no status and is there may be alive, and the row says that AWS said so."""
    told = after(row(kind), True)
    assert (told["state"], told["why"]) == ("may be alive", f"W; AWS says that it exists {WHEN}")


def test_not_known() -> None:
    """Where AWS could not be asked nothing changes but the words, and no instant is claimed."""
    one = row("access_key", USER_KEY)
    answered = things_to_ask(clock(one)).assign(check="Not asked: no way there.")
    (told,) = tables.rows_of(with_existence(clock(one), answered))
    assert (told["state"], told["checked_at"]) == ("may be alive", None)
    assert told["why"] == "W; AWS does not tell whether it still exists: Not asked: no way there."


def test_against_the_events() -> None:
    """What AWS calls Active may be alive although an event shows it deleted, and the row tells both."""
    done = {"state": "revoked", "revocation": "deleted since T", "revoked_at": AT}
    told = after(row("access_key", USER_KEY, **done), True, "Active")
    assert told["state"] == "may be alive"
    assert told["why"].endswith("although it was deleted since T; IAM's answers can lag behind, ask again")
    assert told["revocation"] == "deleted since T"
    assert after(row("access_key", USER_KEY, **done), False)["state"] == "revoked"


@pytest.mark.parametrize(("exists", "state", "words"), [
    (False, "revoked", "AWS says that its user does not exist"),
    (True, "may be alive", "AWS says that its user exists"),
])  # fmt: skip
def test_by_its_user(exists: bool, state: str, words: str) -> None:
    """A key whose id is not shown goes with its user; that the user is there does not tell of the key."""
    told = after(row("access_key"), exists)
    assert told["state"] == state
    assert words in told["why"]


@pytest.mark.parametrize(
    ("before", "state"), [("may be alive", "unknown"), ("unknown", "unknown"), ("revoked", "revoked")]
)
def test_role_gone(before: str, state: str) -> None:
    """A session whose role is gone is in no known state: AWS documents no end of it; a denied one stays denied."""
    told = after(session(state=before), False)
    assert told["state"] == state
    assert f"AWS says that the role with its id does not exist {WHEN}" in told["why"]
    assert "AWS does not document" in told["why"]
    assert told["alive_until"] == AT + timedelta(hours=1)


@pytest.mark.parametrize("exists", [True, None])
def test_role_there_or_not_known(exists: bool | None) -> None:
    """That a role is there, or could not be asked for, changes nothing of its session but what was asked."""
    told = after(session(), exists)
    assert (told["state"], told["why"], told["check"]) == ("may be alive", "W", "iam X answered.")


def test_user_of_a_session_gone() -> None:
    """A session that a user's key began is in no known state once the user is gone."""
    told = after(row("session_token", KEY, ends="at_time", alive_until=AT + timedelta(hours=1)), False)
    assert told["state"] == "unknown"
    assert "AWS says that its user does not exist" in told["why"]


def test_only_its_own() -> None:
    """An answer about the same name in another account changes nothing; the order follows the state."""
    rows = [row("access_key", USER_KEY), row("user"), row("user", account_id=OTHER_ACCOUNT, access_key_id="Z")]
    asked = things_to_ask(clock(*rows))
    gone = asked[asked["account_id"] == ACCOUNT].assign(still_exists=False, checked_at=ASKED)
    found = list(tables.rows_of(with_existence(clock(*rows), gone.astype(tables.dtypes(tables.PERSISTENCE)))))
    assert [(one["account_id"], one["state"]) for one in found] == [
        (OTHER_ACCOUNT, "may be alive"), (ACCOUNT, "revoked"), (ACCOUNT, "revoked"),
    ]  # fmt: skip


def test_nothing() -> None:
    """An empty clock asks for nothing and stays empty, with its columns."""
    asked = things_to_ask(clock())
    assert len(asked) == 0
    found = with_existence(clock(), asked)
    assert {name: str(kind) for name, kind in found.dtypes.items()} == tables.dtypes(tables.CREDENTIALS)


def test_no_instant() -> None:
    """Without an instant to judge by what ends at a time is in no known state; what has no end may be alive."""
    timed = judged(known_end(AT, "AssumeRole"), None, None, None)
    assert (timed["state"], timed["alive_until"]) == ("unknown", AT)
    assert timed["why"].endswith(NO_INSTANT)
    assert judged(no_end("W"), None, None, None)["state"] == "may be alive"


def test_success_within_the_settling_time() -> None:
    """A call that succeeds within the time that a change takes does not speak against it, one second later it does."""
    done = Revocation("e", AT, True, "deleted")
    assert judged(no_end("W"), done, AT + SETTLING, AT)["state"] == "revoked"
    assert judged(no_end("W"), done, AT + SETTLING + timedelta(seconds=1), AT)["state"] == "may be alive"


def test_order() -> None:
    """What may be alive without an end stands first, then by its end, then what is not known, revoked, expired."""
    rows = [session(state="expired"), row("user", state="revoked"), session(state="unknown"), session(),
            row("user", alive_until=None)]  # fmt: skip
    assert [one["state"] for one in sorted(rows, key=order)] == [
        "may be alive", "may be alive", "unknown", "revoked", "expired",
    ]  # fmt: skip
    assert sorted(rows, key=order)[0]["kind"] == "user"
