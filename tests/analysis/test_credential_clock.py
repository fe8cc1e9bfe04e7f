"""The clock of stolen credentials: known ends, assumed ends, no ends, and what was done against them since."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from gdkit import tables
from gdkit.analysis.credential_clock import credential_clock
from gdkit.analysis.credential_ends import INSTANCE_LIFE, issued_end
from gdkit.analysis.keys import key_table
from gdkit.analysis.lineage import Lineage
from gdkit.errors import UsageError
from tests.analysis.judged import SESSION, USER, by_admin, read
from tests.analysis.records import (
    ACCOUNT,
    CHAINED,
    INSTANCE,
    KEY,
    KEY_2,
    NAT,
    OTHER_ACCOUNT,
    PRINCIPAL,
    ROLE,
    THIEF,
    THIEF_CLIENT,
    assume_role,
    chained,
    record,
)

if TYPE_CHECKING:
    from pathlib import Path

ISSUED = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
USER_KEY = "AKIAEXAMPLEMADE00001"
NEW_USER = {"userName": "backup"}


def clock_of(
    folder: Path, *parties: tuple[str, list[dict[str, Any]]], at: datetime | None = AT
) -> dict[str, dict[str, Any]]:
    """Give the clock's rows by kind and key."""
    events, session_events = read(folder, *parties)
    return _rows(events, session_events, at)


def _rows(events: pd.DataFrame, session_events: pd.DataFrame, at: datetime | None) -> dict[str, dict[str, Any]]:
    issues = session_events[session_events["new_access_key_id"].notna()].drop_duplicates("event_id")
    hops = tables.frame(tables.HOPS, {
        **{name: list(issues[name]) for name in ("event_id", "event_at", "event_name", "party", "account_id")},
        "hop": [hop + 1 for hop in issues["hop"]],
        "from_key": list(issues["access_key_id"]),
        "to_key": list(issues["new_access_key_id"]),
        "to_principal": list(issues["new_principal_id"]),
        "expires_at": list(issues["new_key_expires_at"]),
    })  # fmt: skip
    once = session_events.drop_duplicates("event_id")
    nodes, edges = tables.frame(tables.LINEAGE_NODES, {}), tables.frame(tables.LINEAGE_EDGES, {})
    keys = key_table((), Lineage(events=once, hops=hops, nodes=nodes, edges=edges))
    table = credential_clock(events, SESSION, session_events, keys=keys, hops=hops, at=at)
    assert {name: str(kind) for name, kind in table.dtypes.items()} == tables.dtypes(tables.CREDENTIALS)
    return {f"{row['kind']} {row['access_key_id'] or row['principal']}": row for row in tables.rows_of(table)}


def stolen(minute: int = 60, **fields: Any) -> dict[str, Any]:
    """Give a call of the thief with the leaked session's key."""
    return record(minute, THIEF, THIEF_CLIENT, **fields)


def deny(minute: int, condition: dict[str, Any], role: str = ROLE, action: str = "*", **fields: Any) -> dict[str, Any]:
    """Give a policy put on a role that denies under a condition."""
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": action, "Resource": "*",
                                                       "Condition": condition}}  # fmt: skip
    asked = {"roleName": role, "policyName": "AWSRevokeOlderSessions", "policyDocument": json.dumps(document)}
    return by_admin(minute, "PutRolePolicy", "iam", requestParameters=asked, **fields)


def made_key(minute: int = 61) -> dict[str, Any]:
    """Give the making of a user's key by the thief."""
    answer = {"accessKey": {"accessKeyId": USER_KEY, **NEW_USER}}
    return stolen(minute, name="CreateAccessKey", service="iam", requestParameters=NEW_USER, responseElements=answer)


OLDER = {"DateLessThan": {"aws:TokenIssueTime": "2026-11-01T08:10:00Z"}}


def test_known_end(tmp_path: Path) -> None:
    """An expiration in the issue event is certain; before it the credential may be alive, after it is expired."""
    parties = (
        ("thief", [stolen(), assume_role(61, THIEF, THIEF_CLIENT)]),
        ("thief 1", [chained(62, THIEF, THIEF_CLIENT)]),
    )
    row = clock_of(tmp_path, *parties, at=datetime(2026, 11, 1, 8, 29, tzinfo=UTC))[f"chained_role {CHAINED}"]
    assert (row["certainty"], row["state"], row["hop"]) == ("known", "may be alive", 1)
    assert row["alive_until"] == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert row["holder"] == "seen with thief; issued to thief"
    assert clock_of(tmp_path, *parties)[f"chained_role {CHAINED}"]["state"] == "expired"


def test_instance_credential(tmp_path: Path) -> None:
    """An instance role's credential is assumed to live a time, and the row names that very time as assumed."""
    row = clock_of(tmp_path, ("thief", [stolen()]))[f"instance_role {KEY}"]
    assert row["alive_until"] == ISSUED + INSTANCE_LIFE
    assert (row["certainty"], row["state"], row["principal"]) == ("assumed", "may be alive", PRINCIPAL)
    hours, minutes = divmod(INSTANCE_LIFE.seconds // 60, 60)
    assert f"{hours} h {minutes} min, the longest that was reported, is assumed; counted from its issue" in row["why"]
    late = clock_of(tmp_path, ("thief", [stolen()]), at=ISSUED + INSTANCE_LIFE)[f"instance_role {KEY}"]
    assert (late["state"], late["certainty"]) == ("expired", "assumed")


def test_use_after_the_assumed_end(tmp_path: Path) -> None:
    """A key in use after the assumed end proves the assumption wrong: its end is unknown then."""
    row = clock_of(tmp_path, ("thief", [stolen(), stolen(400)]), at=ISSUED + timedelta(hours=12))[
        f"instance_role {KEY}"
    ]
    assert (row["state"], row["certainty"], row["ends"], row["alive_until"]) == ("unknown", "unknown", "unknown", None)
    assert "it was used at 2026-11-01T13:40:00Z" in row["why"]


def test_refused_as_expired(tmp_path: Path) -> None:
    """A call that AWS refused as expired shows that the credential ended by then."""
    row = clock_of(tmp_path, ("thief", [stolen(), stolen(90, errorCode="ExpiredTokenException")]))[
        f"instance_role {KEY}"
    ]
    assert (row["state"], row["certainty"]) == ("expired", "known")
    assert row["alive_until"] == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)


def test_no_issue_time(tmp_path: Path) -> None:
    """Without a creation date the first call bounds the end; without any time the end is unknown."""
    call = stolen()
    del call["userIdentity"]["sessionContext"]["attributes"]
    row = clock_of(tmp_path, ("thief", [call]))[f"instance_role {KEY}"]
    assert row["alive_until"] == datetime(2026, 11, 1, 8, 0, tzinfo=UTC) + INSTANCE_LIFE
    timeless = clock_of(tmp_path, ("thief", [{**call, "eventTime": None}]))[f"instance_role {KEY}"]
    assert (timeless["ends"], timeless["state"]) == ("unknown", "unknown")


def test_workloads_own_key_is_left_out(tmp_path: Path) -> None:
    """A key that only the workload used, and one that it had issued, are no stolen credentials."""
    own = record(10, NAT, "x", who=None)
    own["userIdentity"]["accessKeyId"] = KEY_2
    taken = assume_role(11, NAT, "x")
    taken["userIdentity"]["accessKeyId"] = KEY_2
    found = clock_of(tmp_path, ("thief", [stolen()]), ("workload", [own, taken]))
    assert set(found) == {f"instance_role {KEY}", f"instance {PRINCIPAL}"}


@pytest.mark.parametrize(("asked", "signer", "hours"), [
    ({}, KEY, 1), ({"durationSeconds": 900}, KEY, 0.25), ({"durationSeconds": "x"}, KEY, 1),
    ({"durationSeconds": 999_999}, KEY, 1), ({}, USER_KEY, 12),
])  # fmt: skip
def test_chained_without_expiration(tmp_path: Path, asked: dict[str, Any], signer: str, hours: float) -> None:
    """A role taken with a role's credentials lives an hour at most, with a user's twelve, or what was asked for."""
    call = assume_role(61, THIEF, THIEF_CLIENT, responseElements={"credentials": {"accessKeyId": CHAINED}})
    call["requestParameters"] = {"roleArn": f"arn:aws:iam::{OTHER_ACCOUNT}:role/second", **asked}
    call["userIdentity"]["accessKeyId"] = signer
    row = clock_of(tmp_path, ("thief", [stolen(), call]))[f"chained_role {CHAINED}"]
    assert row["certainty"] == "assumed"
    assert row["alive_until"] == datetime(2026, 11, 1, 8, 1, tzinfo=UTC) + timedelta(hours=hours)


@pytest.mark.parametrize(("operation", "hours"), [
    ("GetFederationToken", 36), ("GetSessionToken", 36), ("AssumeRoleWithSAML", 12), ("AssumeRoot", 0.25),
    ("GetSigninToken", 12), ("SomethingNew", None),
])  # fmt: skip
def test_longest_lives(operation: str, hours: float | None) -> None:
    """Each way of issue has its longest life; an unheard-of one has none that is known."""
    end = issued_end(operation, ISSUED, chained=False, asked_s=None)
    assert end.until == (ISSUED + timedelta(hours=hours) if hours else None)
    assert end.certainty == ("assumed" if hours else "unknown")
    assert issued_end(operation, None, chained=False, asked_s=None).ends == "unknown"


def test_what_has_no_end(tmp_path: Path) -> None:
    """Users, their keys and passwords work until somebody deletes them."""
    calls = [
        stolen(60, name="CreateUser", service="iam", requestParameters=NEW_USER),
        made_key(),
        stolen(62, name="CreateLoginProfile", service="iam", requestParameters=NEW_USER),
        stolen(
            63, name="CreateLoginProfile", service="iam", requestParameters=NEW_USER, errorCode="EntityAlreadyExists"
        ),
    ]
    found = clock_of(tmp_path, ("thief", calls), at=AT + timedelta(days=900))
    for name in ("user backup", f"access_key {USER_KEY}", "login_profile backup"):
        row = found[name]
        assert (row["ends"], row["alive_until"], row["state"]) == ("not_by_itself", None, "may be alive")
        assert row["principal"] == "backup"
    assert len(found) == 5


def test_console_sessions(tmp_path: Path) -> None:
    """A console session that the thief began is assumed to live twelve hours; a failed sign-in is none."""
    begun = stolen(60, name="GetSigninToken", service="signin")
    failed = stolen(61, name="ConsoleLogin", service="signin", responseElements={"ConsoleLogin": "Failure"})
    row = clock_of(tmp_path, ("thief", [begun, failed]))[f"console_session {PRINCIPAL}"]
    assert row["issue_event_id"] == begun["eventID"]
    assert row["alive_until"] == datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
    assert row["certainty"] == "assumed"


@pytest.mark.parametrize(("calls", "state", "words"), [
    ([("DeleteAccessKey", {"accessKeyId": USER_KEY})], "revoked", "deleted since 2026-11-01T08:30:00Z (event "),
    ([("UpdateAccessKey", {"accessKeyId": USER_KEY, "status": "Inactive"})], "revoked", "made inactive since"),
    ([("UpdateAccessKey", {"accessKeyId": USER_KEY, "status": "Inactive"}),
      ("UpdateAccessKey", {"accessKeyId": USER_KEY, "status": "Active"})], "may be alive", None),
    ([("DeleteUser", NEW_USER)], "revoked", "deleted since"),
    ([("DeleteUser", {"userName": "other"})], "may be alive", None),
    ([("DeleteAccessKey", {"accessKeyId": 7})], "may be alive", None),
])  # fmt: skip
def test_deleted_keys(tmp_path: Path, calls: list[tuple[str, dict[str, Any]]], state: str, words: str | None) -> None:
    """What events show to have been done to a key or its user is told; what was undone is not."""
    admin = [by_admin(90 + n, name, "iam", requestParameters=asked) for n, (name, asked) in enumerate(calls)]
    row = clock_of(tmp_path, ("thief", [made_key()]), ("", admin))[f"access_key {USER_KEY}"]
    assert row["state"] == state
    assert (row["revocation"] or "").startswith(words or "")
    assert (row["revocation"] is None) is (words is None)


@pytest.mark.parametrize(
    "fields", [{"errorCode": "AccessDenied"}, {"eventTime": None}, {"eventTime": "2026-11-02T00:00:00Z"}]
)
def test_what_does_not_count(tmp_path: Path, fields: dict[str, Any]) -> None:
    """A deletion that failed, that has no time, or that came after the instant judged by, is none."""
    call = {**by_admin(90, "DeleteAccessKey", "iam", requestParameters={"accessKeyId": USER_KEY}), **fields}
    assert (
        clock_of(tmp_path, ("thief", [made_key()]), ("", [call]))[f"access_key {USER_KEY}"]["state"] == "may be alive"
    )


def test_older_sessions_denied(tmp_path: Path) -> None:
    """A deny of sessions issued before a time stops the stolen key, and not what the instance will be given next."""
    call = deny(80, OLDER)
    found = clock_of(tmp_path, ("thief", [stolen()]), ("", [call]))
    row = found[f"instance_role {KEY}"]
    assert (row["state"], row["revocation_event_id"]) == ("revoked", call["eventID"])
    assert row["revocation"].startswith("denied by policy AWSRevokeOlderSessions since 2026-11-01T08:20:00Z")
    assert row["alive_until"] == ISSUED + INSTANCE_LIFE
    assert found[f"instance {PRINCIPAL}"]["state"] == "may be alive"


def test_user_id_denied(tmp_path: Path) -> None:
    """A deny of the session's aws:userid stops the stolen key and every later one of the instance."""
    found = clock_of(tmp_path, ("thief", [stolen()]), ("", [deny(80, {"StringEquals": {"aws:userid": PRINCIPAL}})]))
    assert {row["state"] for row in found.values()} == {"revoked"}


@pytest.mark.parametrize("call", [
    deny(80, {"DateLessThan": {"aws:TokenIssueTime": "2026-11-01T05:00:00Z"}}),  # issued after that
    deny(80, OLDER, role="other"),
    deny(80, OLDER, recipientAccountId=OTHER_ACCOUNT),
    {**deny(80, OLDER), "requestParameters": {"roleName": ROLE, "policyName": "x", "policyDocument": "{… (cut)"}},
])  # fmt: skip
def test_denies_that_do_not_reach(tmp_path: Path, call: dict[str, Any]) -> None:
    """A deny of earlier sessions, another role or account, or one that cannot be read, is not told as one."""
    row = clock_of(tmp_path, ("thief", [stolen()]), ("", [call]))[f"instance_role {KEY}"]
    assert (row["state"], row["revocation"]) == ("may be alive", None)


def test_deny_of_a_part(tmp_path: Path) -> None:
    """A deny of some actions is told as a part, and the credential may be alive."""
    row = clock_of(tmp_path, ("thief", [stolen()]), ("", [deny(80, OLDER, action="s3:*")]))[f"instance_role {KEY}"]
    assert row["state"] == "may be alive"
    assert "in part" in row["revocation"]


def test_deny_lifted(tmp_path: Path) -> None:
    """A deny whose policy was deleted since is no deny."""
    asked = {"roleName": ROLE, "policyName": "AWSRevokeOlderSessions"}
    lifted = by_admin(85, "DeleteRolePolicy", "iam", requestParameters=asked)
    row = clock_of(tmp_path, ("thief", [stolen()]), ("", [deny(80, OLDER), lifted]))[f"instance_role {KEY}"]
    assert row["state"] == "may be alive"


@pytest.mark.parametrize(("name", "state"), [("ListBuckets", "may be alive"), ("GetCallerIdentity", "revoked")])
def test_success_after_the_deny(tmp_path: Path, name: str, state: str) -> None:
    """A call that succeeds well after a deny speaks against it; GetCallerIdentity, which nothing denies, does not."""
    row = clock_of(tmp_path, ("thief", [stolen(), stolen(110, name=name)]), ("", [deny(80, OLDER)]))[
        f"instance_role {KEY}"
    ]
    assert row["state"] == state
    assert ("succeeded at 2026-11-01T08:50:00Z" in row["why"]) is (state == "may be alive")


def test_chained_role_denied(tmp_path: Path) -> None:
    """A deny on the chained role, in its own account, reaches the chained session, even one never seen in use."""
    call = deny(80, OLDER, role="second", recipientAccountId=OTHER_ACCOUNT)
    parties = (("thief", [stolen(), assume_role(61, THIEF, THIEF_CLIENT)]), ("", [call]))
    row = clock_of(tmp_path, *parties, at=datetime(2026, 11, 1, 8, 25, tzinfo=UTC))[f"chained_role {CHAINED}"]
    assert row["state"] == "revoked"
    assert row["holder"] == "not seen in use; issued to thief"


@pytest.mark.parametrize(("calls", "state"), [
    ([], "may be alive"), (["TerminateInstances"], "revoked"), (["StopInstances", "StartInstances"], "may be alive"),
])  # fmt: skip
def test_the_instance_gives_new_ones(tmp_path: Path, calls: list[str], state: str) -> None:
    """The instance itself is a source of new credentials until events show it gone."""
    asked = {"instancesSet": {"items": [{"instanceId": INSTANCE}]}}
    admin = [by_admin(90 + n, name, requestParameters=asked) for n, name in enumerate(calls)]
    row = clock_of(tmp_path, ("thief", [stolen()]), ("", admin))[f"instance {PRINCIPAL}"]
    assert (row["state"], row["ends"], row["certainty"]) == (state, "not_by_itself", "assumed")


def test_order(tmp_path: Path) -> None:
    """What may be alive without an end stands first, what is expired last."""
    calls = [stolen(), made_key(), assume_role(62, THIEF, THIEF_CLIENT)]
    found = clock_of(tmp_path, ("thief", calls))
    assert [row["kind"] for row in found.values()] == ["instance", "access_key", "instance_role", "chained_role"]


def test_order_and_copies_do_not_matter(tmp_path: Path) -> None:
    """The same events backwards and twice give the same clock."""
    user = stolen(64, name="CreateUser", service="iam", requestParameters=NEW_USER)
    events, session_events = read(tmp_path, ("thief", [stolen(), made_key(), user]), ("", [deny(80, OLDER)]))
    twice = [pd.concat([frame[::-1], frame], ignore_index=True) for frame in (events, session_events)]
    known, again = _rows(events, session_events, AT), _rows(*twice, AT)
    assert again == known


def test_no_time_zone(tmp_path: Path) -> None:
    """An instant without a time zone is refused: it could be hours off."""
    with pytest.raises(UsageError, match="no time zone"):
        clock_of(tmp_path, ("thief", [stolen()]), at=datetime(2026, 11, 1, 9, 0))  # noqa: DTZ001


def test_nothing(tmp_path: Path) -> None:
    """Without events only the instance itself is named."""
    events, _ = read(tmp_path, ("", [by_admin(1, "DescribeInstances", who=USER)]))
    empty = tables.frame(tables.SESSION_EVENTS, {})
    assert list(_rows(events, empty, AT)) == [f"instance {PRINCIPAL}"]


def test_service_credential_and_key_without_id(tmp_path: Path) -> None:
    """A service's own credential is told by its id; a user's key whose id no record shows is told by its user."""
    answer = {"serviceSpecificCredential": {"serviceSpecificCredentialId": "ACCAEXAMPLE0000000001"}}
    calls = [
        stolen(
            60,
            name="CreateServiceSpecificCredential",
            service="iam",
            requestParameters=NEW_USER,
            responseElements=answer,
        ),
        stolen(61, name="CreateAccessKey", service="iam", requestParameters=NEW_USER),
    ]
    gone = by_admin(90, "DeleteServiceSpecificCredential", "iam",
                    requestParameters={"serviceSpecificCredentialId": "ACCAEXAMPLE0000000001"})  # fmt: skip
    found = clock_of(tmp_path, ("thief", calls), ("", [gone]))
    assert found["service_credential ACCAEXAMPLE0000000001"]["state"] == "revoked"
    assert found["access_key backup"]["state"] == "may be alive"
    assert "its id is not shown" in found["access_key backup"]["why"]


def test_denied_by_the_managed_policy(tmp_path: Path) -> None:
    """AWSDenyAll on the role denies every session of it, until it is taken off."""
    asked = {"roleName": ROLE, "policyArn": "arn:aws:iam::aws:policy/AWSDenyAll"}
    calls = [by_admin(80, "AttachRolePolicy", "iam", requestParameters=asked)]
    assert clock_of(tmp_path, ("thief", [stolen()]), ("", calls))[f"instance_role {KEY}"]["state"] == "revoked"
    calls.append(by_admin(81, "DetachRolePolicy", "iam", requestParameters=asked))
    assert clock_of(tmp_path, ("thief", [stolen()]), ("", calls))[f"instance_role {KEY}"]["state"] == "may be alive"


def test_owner_and_account(tmp_path: Path) -> None:
    """Each credential names the user or role that it belongs to, and its account, wherever a record tells them."""
    answer = {"accessKey": {"accessKeyId": "AKIAEXAMPLEMADE00002", "userName": "own"}}
    nameless = stolen(70, name="CreateAccessKey", service="iam", responseElements=answer)
    calls = [stolen(), made_key(), nameless, assume_role(62, THIEF, THIEF_CLIENT),
             stolen(63, name="CreateLoginProfile", service="iam", requestParameters=NEW_USER),
             stolen(64, name="GetSigninToken", service="signin")]  # fmt: skip
    found = clock_of(tmp_path, ("thief", calls))
    assert {name: (row["owner"], row["account_id"]) for name, row in found.items()} == {
        f"instance_role {KEY}": (ROLE, ACCOUNT),
        f"instance {PRINCIPAL}": (ROLE, ACCOUNT),
        f"access_key {USER_KEY}": ("backup", ACCOUNT),
        "access_key AKIAEXAMPLEMADE00002": ("own", ACCOUNT),
        f"chained_role {CHAINED}": ("second", OTHER_ACCOUNT),
        "login_profile backup": ("backup", ACCOUNT),
        f"console_session {PRINCIPAL}": (ROLE, ACCOUNT),
    }


@pytest.mark.parametrize(
    ("asked", "days"), [({"credentialAgeDays": 30}, 30), ({}, None), ({"credentialAgeDays": 0}, None)]
)
def test_age_of_a_service_credential(tmp_path: Path, asked: dict[str, Any], days: int | None) -> None:
    """A service's own credential ends after the days that were asked for; without them not by itself."""
    call = stolen(60, name="CreateServiceSpecificCredential", service="iam", requestParameters={**NEW_USER, **asked})
    row = clock_of(tmp_path, ("thief", [call]))["service_credential backup"]
    made = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    assert row["alive_until"] == (made + timedelta(days=days) if days else None)
    assert row["ends"] == ("at_time" if days else "not_by_itself")


@pytest.mark.parametrize(("statuses", "state"), [(["Inactive"], "revoked"), (["Inactive", "Active"], "may be alive")])
def test_service_credential_reset_and_switched_off(tmp_path: Path, statuses: list[str], state: str) -> None:
    """A reset gives the thief a new secret, told by the credential's id; switched off it is revoked."""
    own = {"serviceSpecificCredentialId": "ACCAEXAMPLE0000000001"}
    call = stolen(60, name="ResetServiceSpecificCredential", service="iam", requestParameters={**NEW_USER, **own})
    admin = [by_admin(90 + n, "UpdateServiceSpecificCredential", "iam", requestParameters={**own, "status": status})
             for n, status in enumerate(statuses)]  # fmt: skip
    row = clock_of(tmp_path, ("thief", [call]), ("", admin))["service_credential ACCAEXAMPLE0000000001"]
    assert (row["state"], row["owner"]) == (state, "backup")


def test_no_instant_is_known(tmp_path: Path) -> None:
    """Where no event has a time nothing is judged by 1970: what would end is in no known state, and says why."""
    calls = [{**call, "eventTime": None} for call in (stolen(), made_key(), assume_role(61, THIEF, THIEF_CLIENT))]
    found = clock_of(tmp_path, ("thief", calls), at=None)
    assert found[f"access_key {USER_KEY}"]["state"] == "may be alive"
    chained_row = found[f"chained_role {CHAINED}"]
    assert (chained_row["state"], chained_row["certainty"]) == ("unknown", "known")
    assert "no event has a time" in chained_row["why"]
    assert found[f"instance {PRINCIPAL}"]["state"] == "may be alive"
