"""Every call that issues a credential is followed, across accounts and into the console; services' echoes are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.analysis.lineage.made import ELSEWHERE, arrows, kinds, made, root, sign_in
from tests.analysis.lineage.traced import said, traced
from tests.analysis.records import (
    ACCOUNT,
    CHAINED,
    INSTANCE,
    KEY,
    NAT,
    OTHER_ACCOUNT,
    PRINCIPAL,
    THIEF,
    THIEF_2,
    THIEF_CLIENT,
    agent,
    assume_role,
    chained,
    identity,
    record,
)

if TYPE_CHECKING:
    from pathlib import Path

TAKEN = assume_role(10, THIEF, THIEF_CLIENT)
SECOND = "AROAEXAMPLESECOND001:hop"
CONSOLE_KEY = "ASIAEXAMPLECONSOLE01"
PLAIN = {"credentials": {"accessKeyId": CHAINED, "expiration": "Nov 1, 2026, 8:30:00 AM"}}

KINDS: list[tuple[str, str, dict[str, Any]]] = [
    ("sts", "AssumeRole", PLAIN),
    ("sts", "AssumeRoleWithWebIdentity", PLAIN),
    ("sts", "AssumeRoleWithSAML", PLAIN),
    ("sts", "AssumeRoot", PLAIN),
    ("sts", "GetFederationToken", PLAIN),
    ("sts", "GetSessionToken", PLAIN),
    ("eks-auth", "AssumeRoleForPodIdentity", PLAIN),
    ("ssm", "RequestManagedInstanceRoleToken", {"accessKeyId": CHAINED, "updateKeyPair": False}),
    ("sso", "GetRoleCredentials", {"roleCredentials": {"accessKeyId": CHAINED}}),
    ("cognito-identity", "GetCredentialsForIdentity", PLAIN),
    ("rolesanywhere", "CreateSession", {"credentialSet": [{"credentials": {"accessKeyId": CHAINED}}]}),
    ("iam", "CreateAccessKey", {"accessKey": {"accessKeyId": CHAINED, "userName": "kim"}}),
]


@pytest.mark.parametrize(("service", "name", "given"), KINDS, ids=[name for _, name, _ in KINDS])
def test_issued_credential_is_followed(service: str, name: str, given: dict[str, Any], tmp_path: Path) -> None:
    """A credential issued by any call of the thief is a node, and what it signs is whoever asked for it's."""
    issue, use = made(10, service, name, {}, given), chained(20, ELSEWHERE, "x")
    lineage = traced(tmp_path, [issue, use])
    asker = "unknown" if name == "RequestManagedInstanceRoleToken" else "thief"  # an agent's kind of call stays open
    assert said(lineage)[use["eventID"]] == (asker, f"chained_by_{asker}")
    assert arrows(lineage) == [(KEY, name, CHAINED, None)]
    assert kinds(lineage) == {root(): "instance", KEY: "access_key", CHAINED: "access_key"}


@pytest.mark.parametrize(("service", "name"), [pair[:2] for pair in KINDS], ids=[name for _, name, _ in KINDS])
def test_refused_credential_is_a_try(service: str, name: str, tmp_path: Path) -> None:
    """A refused call is among hops and edges with its error, and is not followed."""
    lineage = traced(tmp_path, [made(10, service, name, {}, None, errorCode="AccessDenied"), chained(20, THIEF, "x")])
    assert list(lineage.hops["error_code"]) == ["AccessDenied"]
    assert [error for *_, error in arrows(lineage)] == ["AccessDenied"]
    assert len(lineage.events) == 1


def test_another_services_create_session_issues_nothing(tmp_path: Path) -> None:
    """A call of the same name to another service is no issue of a credential."""
    given = {"credentialSet": [{"credentials": {"accessKeyId": CHAINED}}]}
    lineage = traced(tmp_path, [made(10, "glacier", "CreateSession", {}, given), chained(20, THIEF, "x")])
    assert arrows(lineage) == []


def _halves(*, key_here: bool = True, key_there: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the two records of one AssumeRole: the caller's account's and the other account's."""
    here = {**TAKEN, "sharedEventID": "shared-1"}
    caller = {"type": "AWSAccount", "principalId": PRINCIPAL, "accountId": ACCOUNT}
    there = {**TAKEN, "eventID": "other-half", "userIdentity": caller, "sharedEventID": "shared-1",
             "recipientAccountId": OTHER_ACCOUNT}  # fmt: skip
    return (
        here if key_here else {**here, "responseElements": None},
        there if key_there else {**there, "responseElements": None},
    )


@pytest.mark.parametrize(("here", "there"), [(True, True), (True, False), (False, True)])
def test_both_halves_of_a_call_are_one(here: bool, there: bool, tmp_path: Path) -> None:
    """Two accounts' records of one call are one call, whichever of them tells the key."""
    use = chained(20, THIEF_2, "x", recipientAccountId=OTHER_ACCOUNT)
    lineage = traced(tmp_path, [*_halves(key_here=here, key_there=there), use])
    assert said(lineage)[use["eventID"]] == ("thief", "chained_by_thief")
    assert len(lineage.events) == 2
    assert list(lineage.edges["event_id"][lineage.edges["to"] == CHAINED]) == [TAKEN["eventID"]]
    assert lineage.nodes.set_index("id").loc[CHAINED, "account_id"] == OTHER_ACCOUNT


def test_other_half_alone(tmp_path: Path) -> None:
    """Where only the other account recorded the call, it leads on all the same."""
    use = chained(20, THIEF_2, "x")
    lineage = traced(tmp_path, [record(5, THIEF, THIEF_CLIENT), _halves()[1], use])
    assert said(lineage)[use["eventID"]] == ("thief", "chained_by_thief")


def _third(minute: int, **fields: Any) -> dict[str, Any]:
    """Give a third account's record of an AssumeRole by the chained session, without a key of it."""
    caller = {"type": "AWSAccount", "principalId": SECOND, "accountId": OTHER_ACCOUNT}
    given = {"credentials": {"accessKeyId": "ASIAEXAMPLETHIRD0001"}, "assumedRoleUser": {"assumedRoleId": "AROAX:x"}}
    return assume_role(minute, ELSEWHERE, "x", userIdentity=caller, responseElements=given, **fields)


def test_third_account_alone_records_the_next_hop(tmp_path: Path) -> None:
    """A chained session's call that only a third account recorded is found by its principal."""
    third = _third(20)
    use = chained(30, ELSEWHERE, "x", key="ASIAEXAMPLETHIRD0001")
    found = said(traced(tmp_path, [TAKEN, third, use]))
    assert found[third["eventID"]] == ("thief", "chained_by_thief")
    assert found[use["eventID"]] == ("thief", "chained_by_thief")


def test_third_account_of_a_shared_name_stays_open(tmp_path: Path) -> None:
    """Where somebody else began a session of the same name too, a record without a key could be either's."""
    other = assume_role(9, NAT, "x", new_key="ASIAEXAMPLEOTHERS001", who=identity("ASIAX", name="kim"))
    found = said(traced(tmp_path, [TAKEN, other, _third(20)]))
    assert found[_third(20)["eventID"]] == ("unknown", "chained_by_unknown")
    assert other["eventID"] not in found


def test_both_halves_do_not_make_a_name_shared(tmp_path: Path) -> None:
    """The other account's record of the issue is not somebody else's issue."""
    found = said(traced(tmp_path, [*_halves(), _third(20)]))
    assert found[_third(20)["eventID"]] == ("thief", "chained_by_thief")


def _token(minute: int, **fields: Any) -> dict[str, Any]:
    return chained(minute, THIEF_2, THIEF_CLIENT) | {
        "eventID": f"token-{minute}", "eventName": "GetSigninToken", "eventSource": "signin.amazonaws.com", **fields
    }  # fmt: skip


def _console(minute: int) -> dict[str, Any]:
    return chained(minute, ELSEWHERE, "Mozilla/5.0", key=CONSOLE_KEY, sessionCredentialFromConsole="true")


def test_console_session_of_a_chained_session(tmp_path: Path) -> None:
    """Calls in the console that a sign-in token opened are the thief's, with keys that no call issued."""
    who = identity(CONSOLE_KEY, name="hop", role="second", role_id="AROAEXAMPLESECOND001", account=OTHER_ACCOUNT)
    login, call = sign_in(22, who), _console(25)
    lineage = traced(tmp_path, [TAKEN, _token(20), login, call])
    found = said(lineage)
    assert found[login["eventID"]] == found[call["eventID"]] == ("thief", "console_by_thief")
    assert (CHAINED, "GetSigninToken", f"console_session:{SECOND}", None) in arrows(lineage)
    assert kinds(lineage)[f"console_session:{SECOND}"] == "console_session"


@pytest.mark.parametrize("records", [
    [_console(15), _token(20)],
    [_token(20, errorCode="AccessDenied"), _console(25)],
    [_token(20, eventTime=None), _console(25)],
    [_console(25)],
    [_token(20), {**_console(25), "sessionCredentialFromConsole": None}],
], ids=["before", "refused", "no time", "no token", "not in the console"])  # fmt: skip
def test_other_sessions_of_the_name_are_not_drawn_in(records: list[dict[str, Any]], tmp_path: Path) -> None:
    """A session of the same name that no sign-in token led to belongs to somebody else."""
    assert CONSOLE_KEY not in set(traced(tmp_path, [TAKEN, *records]).events["access_key_id"])


def test_console_of_two_askers_stays_open(tmp_path: Path) -> None:
    """Where another session of the name asked for a token too, the console calls could be either's."""
    other = _token(19, userIdentity=_console(1)["userIdentity"] | {"accessKeyId": "ASIAEXAMPLEOTHERS001"})
    found = said(traced(tmp_path, [TAKEN, _token(20), other, _console(25)]))
    assert found[_console(25)["eventID"]] == ("unknown", "console_by_unknown")
    assert other["eventID"] not in found


def test_console_of_the_leaked_session_hangs_on_its_token(tmp_path: Path) -> None:
    """The leaked session's own console calls are its own, and their key is drawn from the console session."""
    token = made(10, "signin", "GetSigninToken")
    call = record(20, THIEF, "Mozilla/5.0", who=identity(CONSOLE_KEY), sessionCredentialFromConsole="true")
    lineage = traced(tmp_path, [token, call])
    assert list(lineage.events["hop"]) == [0, 0]
    assert list(lineage.edges.loc[lineage.edges["to"] == CONSOLE_KEY, "from"]) == [f"console_session:{PRINCIPAL}"]


@pytest.mark.parametrize("switched", [True, False], ids=["in the console", "by the command line"])
def test_role_that_is_switched_to_in_the_console(tmp_path: Path, *, switched: bool) -> None:
    """The console signs with more keys than the one that was issued; whoever took the role elsewhere has that alone."""
    flag = {"sessionCredentialFromConsole": "true"} if switched else {}
    taken = assume_role(10, THIEF, "Mozilla/5.0", who=identity(CONSOLE_KEY), **flag)
    call = chained(20, ELSEWHERE, "Mozilla/5.0", key="ASIAEXAMPLESWITCHED1", sessionCredentialFromConsole="true")
    found = said(traced(tmp_path, [made(5, "signin", "GetSigninToken"), taken, call]))
    assert found.get(call["eventID"]) == (("thief", "console_by_thief") if switched else None)


def _echo(minute: int, who: dict[str, Any]) -> dict[str, Any]:
    host = "cloudformation.amazonaws.com"
    return record(minute, host, host, name="CreateBucket", service="s3", who=who | {"invokedBy": host})


def test_echo_of_a_chained_session_is_no_hop(tmp_path: Path) -> None:
    """What a service does in the name of a chained session joins it, is left open, and is no step further."""
    call = chained(20, THIEF_2, "x")
    echo = _echo(21, call["userIdentity"] | {"accessKeyId": "ASIAEXAMPLEFORWARD01"})
    lineage = traced(tmp_path, [TAKEN, call, echo])
    assert said(lineage)[echo["eventID"]] == ("unknown", "chained_aws_service")
    assert dict(zip(lineage.events["event_id"], lineage.events["hop"], strict=True))[echo["eventID"]] == 1
    assert arrows(lineage) == [(KEY, "AssumeRole", CHAINED, None)]
    assert "ASIAEXAMPLEFORWARD01" not in set(lineage.nodes["id"])


def test_service_linked_role_is_no_hop(tmp_path: Path) -> None:
    """A service that takes its own role in the name of the session is no step."""
    asked = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"}
    taken = assume_role(10, "x.amazonaws.com", "x", requestParameters=asked, who=identity() | {"invokedBy": "x"})
    lineage = traced(tmp_path, [taken, chained(20, "x.amazonaws.com", "x")])
    assert arrows(lineage) == []
    assert lineage.hops.empty


@pytest.mark.parametrize("path", ["AWSServiceRoleForBackups", "aws-service-role/x.amazonaws.com/AWSServiceRoleForX"])
def test_role_with_a_service_linked_name_is_a_hop(tmp_path: Path, path: str) -> None:
    """A role that the session itself took is followed, whatever its name: a thief chooses a harmless one."""
    asked = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/{path}"}
    taken = assume_role(10, THIEF_2, "x", requestParameters=asked)
    lineage = traced(tmp_path, [taken, chained(20, THIEF_2, "x")])
    assert arrows(lineage) == [(KEY, "AssumeRole", CHAINED, None)]


def test_sessions_that_assume_each_other(tmp_path: Path) -> None:
    """A assumes B, B assumes A under its own name again: each call is taken once, and every step is an edge."""
    first = chained(20, THIEF_2, "x")
    back = assume_role(21, THIEF_2, "x", new_key="ASIAEXAMPLEBACK00001", who=first["userIdentity"])
    again_by = identity("ASIAEXAMPLEBACK00001", name="back")
    again = assume_role(22, THIEF_2, "x", new_key=CHAINED, who=again_by)
    lineage = traced(tmp_path, [TAKEN, first, back, again])
    assert list(lineage.events["event_id"]) == [item["eventID"] for item in (TAKEN, first, back, again)]
    assert arrows(lineage) == [
        (KEY, "AssumeRole", CHAINED, None),
        (CHAINED, "AssumeRole", "ASIAEXAMPLEBACK00001", None),
        ("ASIAEXAMPLEBACK00001", "AssumeRole", CHAINED, None),
    ]


def test_key_under_the_sessions_own_name(tmp_path: Path) -> None:
    """Who takes the role again under the instance's name has a chained key, not one of the instance's."""
    given = {"credentials": {"accessKeyId": CHAINED}, "assumedRoleUser": {"assumedRoleId": PRINCIPAL}}
    taken = assume_role(10, THIEF, THIEF_CLIENT, responseElements=given)
    use = record(20, ELSEWHERE, "x", who=identity(CHAINED, name=INSTANCE))
    lineage = traced(tmp_path, [taken, use])
    assert said(lineage)[use["eventID"]] == ("thief", "chained_by_thief")
    assert arrows(lineage) == [(KEY, "AssumeRole", CHAINED, None)]


def test_key_issued_twice_follows_the_first(tmp_path: Path) -> None:
    """A key that two records issue is one node; the earliest issue says whose it is."""
    early = assume_role(3, NAT, "x", eventID="z-early")
    use = chained(20, ELSEWHERE, "x")
    lineage = traced(tmp_path, [agent(1), agent(15), early, TAKEN, use])
    assert said(lineage)[use["eventID"]] == ("unknown", "chained_by_workload")
    assert [edge[2] for edge in arrows(lineage)] == [CHAINED, CHAINED]


def test_keys_of_the_session_are_nodes_from_their_first_use(tmp_path: Path) -> None:
    """A key whose issue nobody recorded hangs on the instance by its first call."""
    first = record(5, THIEF, THIEF_CLIENT)
    (edge,) = traced(tmp_path, [record(7, THIEF, "x"), first]).edges.to_dict("records")
    assert (edge["from"], edge["to"], edge["kind"], edge["event_id"]) == (INSTANCE, KEY, "first use", first["eventID"])
