"""What to ask next: credentials that grew from the session, each in its own time and place."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gdkit.trail import load_trail
from gdkit.trail.query.follow import grown_from, questions_of, with_principal
from tests.trail.query.tables import ACCOUNT, INSTANCE, KEY, OTHER, PRINCIPAL, UNTIL, question

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

CHAINED, SESSION = "ASIAEXAMPLECHAIN0001", "AROAEXAMPLEDEPLOY0001:nightly"
ISSUED_AT = UNTIL - timedelta(hours=6)


def call(
    name: str, key: str, principal: str, *, account: str = ACCOUNT, at: Any = ISSUED_AT, **more: Any
) -> dict[str, Any]:
    """Give a record of one call."""
    role, _, session = principal.partition(":")
    return {"eventID": f"{name}-{key}-{at:%H%M}-{account}", "eventName": name, "eventSource": "sts.amazonaws.com",
            "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "awsRegion": "eu-west-1", "recipientAccountId": account,
            "userIdentity": {"type": "AssumedRole", "principalId": principal, "accessKeyId": key, "accountId": account,
                             "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}"}, **more}  # fmt: skip


def issue(by: str, principal: str, key: str, *, new: str = SESSION, account: str = ACCOUNT, role_account: str = OTHER,
          expires: str = "Nov 3, 2026, 7:00:00 AM") -> dict[str, Any]:  # fmt: skip
    """Give a record of the call that issued a credential."""
    return call("AssumeRole", by, principal, account=account,
                requestParameters={"roleArn": f"arn:aws:iam::{role_account}:role/deploy"},
                responseElements={"credentials": {"accessKeyId": key, "expiration": expires},
                                  "assumedRoleUser": {"assumedRoleId": new}})  # fmt: skip


def events(folder: Path, *records: dict[str, Any]) -> pd.DataFrame:
    """Give the table of these records."""
    (folder / "log.json").write_text(json.dumps({"Records": list(records)}))
    return load_trail([folder]).events


def test_chained_credential(tmp_path: Path) -> None:
    """A credential that the session issued is asked for by key and principal, in its time and its accounts."""
    found = grown_from(events(tmp_path, issue(KEY, PRINCIPAL, CHAINED)), question())
    (grown,) = found
    assert (grown.key, grown.principal, grown.account_ids) == (CHAINED, SESSION, {ACCOUNT, OTHER})
    ((_, asked),) = questions_of(found, question())
    assert (asked.access_key_ids, asked.principal_ids, asked.account_ids) == ((CHAINED,), (SESSION,), (ACCOUNT, OTHER))
    assert asked.since == ISSUED_AT - timedelta(minutes=5)
    assert f"{asked.until:%Y-%m-%d %H:%M}" == "2026-11-03 07:05", "when it expired, and a margin"
    assert (asked.session_names, asked.instance_id, asked.addresses) == ((), None, ())


def test_the_sessions_own_keys_are_not_asked_again(tmp_path: Path) -> None:
    """Keys that the session itself used are covered by its name; only what grew from it is asked for."""
    own = call("GetCallerIdentity", "ASIAEXAMPLEKEY000002", PRINCIPAL)
    given = issue("", "ec2", "ASIAEXAMPLEKEY000002", new=PRINCIPAL)
    assert grown_from(events(tmp_path, own, given), question()) == []


def test_chained_key_that_is_known_already(tmp_path: Path) -> None:
    """A chained key that another source told of is no key of the session's, though it may stand first among them."""
    (grown,) = grown_from(events(tmp_path, issue(KEY, PRINCIPAL, CHAINED)), question(access_key_ids=(CHAINED,)))
    assert grown.key == CHAINED


def test_chain_of_two(tmp_path: Path) -> None:
    """What a chained credential issued is followed, too; what a stranger's issued is not."""
    second, strange = "ASIAEXAMPLECHAIN0002", "ASIAEXAMPLESTRANGE01"
    table = events(
        tmp_path,
        issue(KEY, PRINCIPAL, CHAINED),
        issue(CHAINED, SESSION, second, new="AROAEXAMPLEADMIN00001:x", account=OTHER),
        issue("ASIAEXAMPLEOTHER0001", "AROAEXAMPLEOTHER00001:y", strange),
    )
    assert [one.key for one in grown_from(table, question())] == [CHAINED, second]


def test_user_key_has_no_end(tmp_path: Path) -> None:
    """A key of a user that the session made is good until somebody deletes it: it is asked for to the end."""
    made = call(
        "CreateAccessKey", KEY, PRINCIPAL, responseElements={"accessKey": {"accessKeyId": "AKIAEXAMPLEUSER00001"}}
    )
    ((_, asked),) = questions_of(grown_from(events(tmp_path, made), question()), question())
    assert (asked.access_key_ids, asked.principal_ids, asked.until) == (("AKIAEXAMPLEUSER00001",), (), UNTIL)


def test_console_session(tmp_path: Path) -> None:
    """A sign-in token that a chained credential took is followed as a console session, for 13 hours."""
    token = call("GetSigninToken", CHAINED, SESSION, account=OTHER, at=ISSUED_AT + timedelta(minutes=10))
    found = grown_from(
        events(tmp_path, issue(KEY, PRINCIPAL, CHAINED), token), question(until=UNTIL + timedelta(days=1))
    )
    console = found[-1]
    assert (console.key, console.principal, console.account_ids) == (None, SESSION, {OTHER})
    assert console.until is not None
    assert console.until - ISSUED_AT == timedelta(hours=13, minutes=10)


def test_what_a_console_session_made(tmp_path: Path) -> None:
    """A key that was made in such a console session is asked for; the session's own keys are not, beside its name."""
    later = ISSUED_AT + timedelta(minutes=10)
    token = call("GetSigninToken", CHAINED, SESSION, account=OTHER, at=later)
    made = call("CreateAccessKey", "ASIAEXAMPLECONSOLE01", SESSION, account=OTHER, at=later + timedelta(hours=1),
                sessionCredentialFromConsole="true",
                responseElements={"accessKey": {"accessKeyId": "AKIAEXAMPLEUSER00001"}})  # fmt: skip
    found = grown_from(events(tmp_path, issue(KEY, PRINCIPAL, CHAINED), token, made), question())
    assert [(one.key, one.principal) for one in found] == [
        (CHAINED, SESSION), ("AKIAEXAMPLEUSER00001", None), (None, SESSION),
    ]  # fmt: skip


def test_out_of_the_span(tmp_path: Path) -> None:
    """A credential that ended before the span begins is not asked for: none of its calls can be in it."""
    found = grown_from(events(tmp_path, issue(KEY, PRINCIPAL, CHAINED)), question())
    assert questions_of(found, question(since=UNTIL - timedelta(hours=1))) == []


def test_together_by_account(tmp_path: Path) -> None:
    """Credentials of the same accounts are asked for in one question, over the time that any of them was good."""
    other = "ASIAEXAMPLECHAIN0003"
    table = events(tmp_path, issue(KEY, PRINCIPAL, CHAINED, role_account=ACCOUNT),
                   {**issue(KEY, PRINCIPAL, other, role_account=ACCOUNT, expires="Nov 3, 2026, 9:00:00 AM"),
                    "eventID": "another"})  # fmt: skip
    ((_, asked),) = questions_of(grown_from(table, question()), question())
    assert asked.access_key_ids == (CHAINED, other)
    assert asked.account_ids == (ACCOUNT,)
    assert f"{asked.until:%H:%M}" == "09:05"


def test_accounts_asked_for_are_a_bound(tmp_path: Path) -> None:
    """Where accounts are named, no other account is asked about what grew."""
    found = grown_from(events(tmp_path, issue(KEY, PRINCIPAL, CHAINED)), question(account_ids=(ACCOUNT,)))
    ((_, asked),) = questions_of(found, question(account_ids=(ACCOUNT,)))
    assert asked.account_ids == (ACCOUNT,)


def test_key_alone_leads_to_its_principal(tmp_path: Path) -> None:
    """A question about a key alone becomes one about the session that used it, for its other keys and the instance."""
    alone = question(principal_ids=(), session_names=(), instance_id=None, addresses=())
    table = events(
        tmp_path, call("ListBuckets", KEY, PRINCIPAL), call("ListBuckets", "ASIAEXAMPLEOTHER0001", "AROAX:z")
    )
    assert with_principal(alone, table).principal_ids == (PRINCIPAL,)
    assert with_principal(question(), table) == question(), "a question that names the session stays"
    assert INSTANCE in PRINCIPAL
