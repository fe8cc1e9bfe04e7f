"""Users, passwords, roles and trusts that a thief made or changed: what came of them, and whose that is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.analysis.lineage.made import (
    AGENTS,
    ELSEWHERE,
    USER_KEY,
    arrows,
    by_user,
    create_role,
    create_user,
    kinds,
    made,
    session,
    sign_in,
    user,
    workload,
)
from tests.analysis.lineage.traced import said, traced
from tests.analysis.records import (
    ACCOUNT,
    CHAINED,
    KEY,
    NAT,
    OTHER_ACCOUNT,
    ROLE_ID,
    THIEF,
    THIEF_CLIENT,
    assume_role,
    chained,
    identity,
    record,
)

if TYPE_CHECKING:
    from pathlib import Path

USER_NODE, PROFILE, ROLE_NODE = (f"{kind}:{ACCOUNT}:{name}" for kind, name in (
    ("user", "backdoor"), ("login_profile", "kim"), ("role", "backdoor-role")))  # fmt: skip


def test_calls_of_a_created_user_are_the_thiefs(tmp_path: Path) -> None:
    """Whatever a user does that the thief made is the thief's, with a key of unseen issue and in the console."""
    keyed, login = by_user(20), sign_in(21, user(key=None))
    console = by_user(22, key="ASIAEXAMPLECONSOLE01", sessionCredentialFromConsole="true")
    lineage = traced(tmp_path, [create_user(10), keyed, login, console])
    found = said(lineage)
    assert {found[item["eventID"]] for item in (keyed, login, console)} == {("thief", "created_by_thief")}
    assert arrows(lineage) == [
        (KEY, "CreateUser", USER_NODE, None),
        (USER_NODE, "ConsoleLogin", "console_session:AIDAEXAMPLEBACKDOOR", None),
    ]
    assert lineage.nodes.set_index("id").loc[USER_NODE, ["label", "party", "events"]].to_list() == [
        "backdoor", "thief", 3
    ]  # fmt: skip


def test_evidence_names_the_event_that_led_there(tmp_path: Path) -> None:
    """The evidence of a call names the event that made what called."""
    making, call = create_user(10), by_user(20)
    events = traced(tmp_path, [making, call]).events.set_index("event_id")
    assert making["eventID"] in events.loc[call["eventID"], "evidence"]


def test_failed_sign_in_as_a_created_user_stays_open(tmp_path: Path) -> None:
    """Anybody can try a password: a sign-in that failed is shown as a try and is nobody's for certain."""
    login = sign_in(21, user(key=None), result="Failure")
    lineage = traced(tmp_path, [create_user(10), login])
    assert said(lineage)[login["eventID"]] == ("unknown", "changed_by_thief")
    assert arrows(lineage)[-1][3] == "ConsoleLogin Failure"


def test_created_user_without_answer_is_known_by_name_and_time(tmp_path: Path) -> None:
    """Where the record holds no id of the user, later calls under the name count, earlier ones do not."""
    early, late = by_user(5), by_user(20)
    found = said(traced(tmp_path, [create_user(10, responseElements=None), early, late]))
    assert found[late["eventID"]] == ("thief", "created_by_thief")
    assert early["eventID"] not in found


def test_creation_without_a_time_leads_by_id_alone(tmp_path: Path) -> None:
    """Where it is not known when a user was made, the name alone proves nothing, and the unique id does."""
    named = create_user(10, eventTime=None, responseElements=None)
    assert len(traced(tmp_path, [named, by_user(20)]).events) == 1
    assert len(traced(tmp_path, [create_user(10, eventTime=None), by_user(20)]).events) == 2


def test_user_of_another_account_of_the_same_name(tmp_path: Path) -> None:
    """A user of that name in another account is another user."""
    other = record(20, ELSEWHERE, "x", who=user(account=OTHER_ACCOUNT))
    assert len(traced(tmp_path, [create_user(10, responseElements=None), other]).events) == 1


def test_refused_creation_leads_nowhere(tmp_path: Path) -> None:
    """A user that the thief could not make is a try, and the user of that name is nobody's new one."""
    lineage = traced(tmp_path, [create_user(10, responseElements=None, errorCode="EntityAlreadyExists"), by_user(20)])
    assert arrows(lineage) == [(KEY, "CreateUser", USER_NODE, "EntityAlreadyExists")]
    assert len(lineage.events) == 1
    assert lineage.hops.empty


def test_what_the_workload_makes_is_its_own(tmp_path: Path) -> None:
    """A user that the instance's own software made is not followed."""
    making = create_user(10, address=NAT) | {"userAgent": workload(1)["userAgent"]}
    lineage = traced(tmp_path, [*AGENTS, making, by_user(20)])
    assert by_user(20)["eventID"] not in said(lineage)
    assert arrows(lineage) == []


def test_what_nobody_proven_made_stays_open(tmp_path: Path) -> None:
    """A user made by an undecided call is followed, and what it does is undecided too."""
    found = said(traced(tmp_path, [create_user(10, address="192.0.2.77") | {"userAgent": "y"}, by_user(20)]))
    assert found[by_user(20)["eventID"]] == ("unknown", "created_by_unknown")


def test_new_key_of_an_existing_user_is_the_thiefs_alone(tmp_path: Path) -> None:
    """A key that the thief made for a user who was there is the thief's; the user's other keys are not."""
    given = {"accessKey": {"accessKeyId": USER_KEY, "userName": "kim"}}
    making = made(10, "iam", "CreateAccessKey", {"userName": "kim"}, given)
    stolen, kims = by_user(20, "kim"), by_user(21, "kim", "AKIAEXAMPLEKIMSOWN01")
    lineage = traced(tmp_path, [making, stolen, kims])
    found = said(lineage)
    assert found[stolen["eventID"]] == ("thief", "chained_by_thief")
    assert kims["eventID"] not in found


def test_key_that_another_made_for_the_created_user(tmp_path: Path) -> None:
    """A key that somebody else made for the thief's user belongs to whoever asked for it."""
    given = {"accessKey": {"accessKeyId": USER_KEY, "userName": "backdoor"}}
    admin = record(15, ELSEWHERE, "x", name="CreateAccessKey", service="iam", who=user("admin", "AKIAEXAMPLEADMIN0001"),
                   responseElements=given)  # fmt: skip
    assert by_user(20)["eventID"] not in said(traced(tmp_path, [create_user(10), admin, by_user(20)]))


@pytest.mark.parametrize("name", ["CreateLoginProfile", "UpdateLoginProfile"])
def test_password_set_by_the_thief(name: str, tmp_path: Path) -> None:
    """Who signs in with a password that the thief set is open, but at the thief's own address it is the thief."""
    making = made(10, "iam", name, {"userName": "kim"})
    kim = user("kim", key=None)
    theirs, thiefs, early = sign_in(20, kim), sign_in(21, kim, THIEF), sign_in(5, kim, THIEF)
    keyed = by_user(25, "kim", "AKIAEXAMPLEKIMSOWN01", THIEF)
    lineage = traced(tmp_path, [making, theirs, thiefs, early, keyed])
    found = said(lineage)
    assert found[theirs["eventID"]] == ("unknown", "changed_by_thief")
    assert found[thiefs["eventID"]] == ("thief", "changed_at_thiefs_address")
    assert early["eventID"] not in found, "before the password was set"
    assert keyed["eventID"] not in found, "an address alone draws in nobody"
    assert (KEY, name, PROFILE, None) in arrows(lineage)


def test_thiefs_sign_in_does_not_make_the_users_console_the_thiefs(tmp_path: Path) -> None:
    """After the thief signed in as a user, the user's own console calls elsewhere stay open."""
    kim = user("kim", key=None)
    call = by_user(30, "kim", "ASIAEXAMPLECONSOLE01", sessionCredentialFromConsole="true")
    records = [made(10, "iam", "CreateLoginProfile", {"userName": "kim"}), sign_in(21, kim, THIEF), call]
    assert said(traced(tmp_path, records))[call["eventID"]] == ("unknown", "changed_by_thief")


def _role_session(minute: int, key: str = "ASIAEXAMPLEBACK00001") -> dict[str, Any]:
    return session(minute, "any", key=key, role="backdoor-role", role_id="AROAEXAMPLEBACKDOOR1")


def _taken_from(account: str | None, minute: int, role: str = "backdoor-role", **fields: Any) -> dict[str, Any]:
    """Give an AssumeRole of a role of the victim from some account, as the victim's account records it."""
    asked = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/path/{role}", "roleSessionName": "any"}
    given = {"credentials": {"accessKeyId": CHAINED}, "assumedRoleUser": {"assumedRoleId": "AROAX:any"}}
    who = {"type": "AWSAccount", "principalId": "AIDAOUTSIDER", "accountId": account}
    return record(minute, ELSEWHERE, "x", name="AssumeRole", service="sts", requestParameters=asked,
                  responseElements=given, **({"who": who} | fields))  # fmt: skip


@pytest.mark.parametrize("answer", [True, False])
def test_created_role_is_followed(answer: bool, tmp_path: Path) -> None:
    """Sessions of a role that the thief made are the thief's, with the role's id or its name and time alone."""
    making = create_role(10) if answer else create_role(10, responseElements=None)
    call = _role_session(20)
    lineage = traced(tmp_path, [making, call])
    assert said(lineage)[call["eventID"]] == ("thief", "created_by_thief")
    assert arrows(lineage) == [(KEY, "CreateRole", ROLE_NODE, None)]


def test_created_role_taken_from_outside(tmp_path: Path) -> None:
    """Who takes the thief's new role from another account is the thief, and the session's key is a node."""
    taking, use = _taken_from("999988887777", 20), chained(21, ELSEWHERE, "x")
    lineage = traced(tmp_path, [create_role(10), taking, use])
    found = said(lineage)
    assert found[taking["eventID"]] == ("thief", "created_by_thief")
    assert found[use["eventID"]] == ("thief", "chained_by_thief")
    assert arrows(lineage)[-1] == (ROLE_NODE, "AssumeRole", CHAINED, None)


def test_created_role_taken_by_somebody_of_the_account(tmp_path: Path) -> None:
    """An administrator who takes the thief's role to look at it is not the thief."""
    taking = _taken_from(ACCOUNT, 20, who=user("admin", "AKIAEXAMPLEADMIN0001"))
    use = _role_session(21, CHAINED)
    found = said(traced(tmp_path, [create_role(10), taking, use]))
    assert taking["eventID"] not in found
    assert use["eventID"] not in found


def test_created_user_takes_created_role(tmp_path: Path) -> None:
    """The thief's user takes the thief's role: one step after another, all of it the thief's."""
    taking = _taken_from(ACCOUNT, 20, who=user())
    use = _role_session(21, CHAINED)
    lineage = traced(tmp_path, [create_user(9), create_role(10), taking, use])
    assert said(lineage)[use["eventID"]] == ("thief", "chained_by_thief")
    assert (USER_NODE, "AssumeRole", CHAINED, None) in arrows(lineage)
    assert dict(zip(lineage.events["event_id"], lineage.events["hop"], strict=True))[use["eventID"]] == 2


def _trust(principal: Any, minute: int = 10) -> dict[str, Any]:
    policy = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    asked = {"roleName": "old-role", "policyDocument": json.dumps(policy)}
    return made(minute, "iam", "UpdateAssumeRolePolicy", asked)


@pytest.mark.parametrize(("principal", "drawn_in"), [
    ({"AWS": "arn:aws:iam::999988887777:root"}, True), ({"AWS": ["1", "999988887777"]}, True), ("*", True),
    ({"AWS": "*"}, True), ({"AWS": OTHER_ACCOUNT}, False), ({"Service": "ec2.amazonaws.com"}, False),
    ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, False), (7, False),
], ids=str)  # fmt: skip
def test_trust_edit_draws_in_the_accounts_that_it_names(principal: Any, drawn_in: bool, tmp_path: Path) -> None:
    """Who takes an existing role from an account that the thief let in is open; other accounts are left alone."""
    taking, use = _taken_from("999988887777", 20, "old-role"), chained(21, ELSEWHERE, "x")
    lineage = traced(tmp_path, [_trust(principal), taking, use, _taken_from("999988887777", 5, "old-role")])
    found = said(lineage)
    assert found.get(taking["eventID"]) == (("unknown", "changed_by_thief") if drawn_in else None)
    assert found.get(use["eventID"]) == (("unknown", "chained_by_unknown") if drawn_in else None)
    assert len(found) == (3 if drawn_in else 1)
    assert kinds(lineage)[f"role:{ACCOUNT}:old-role"] == "role"


@pytest.mark.parametrize("document", ["", "{", "%7B%22Statement%22", "[]", '{"Statement":"x"}', '{"Statement":[1]}'])
def test_odd_trust_policy_is_no_error(document: str, tmp_path: Path) -> None:
    """A trust policy that is none names nobody."""
    asked = {"roleName": "old-role", "policyDocument": document}
    lineage = traced(tmp_path, [made(10, "iam", "UpdateAssumeRolePolicy", asked), _taken_from("999988887777", 20)])
    assert len(lineage.events) == 1


def test_identity_provider_and_trust_anchor(tmp_path: Path) -> None:
    """Sessions begun through a SAML provider or a trust anchor that the thief made are the thief's."""
    provider, anchor = f"arn:aws:iam::{ACCOUNT}:saml-provider/x", "arn:aws:rolesanywhere:us-east-1:1:trust-anchor/y"
    outside = {"type": "SAMLUser", "principalId": "x"}
    saml = assume_role(20, ELSEWHERE, "x", who=outside, eventName="AssumeRoleWithSAML", eventID="saml",
                       requestParameters={"principalArn": provider})  # fmt: skip
    given = {"credentialSet": [{"credentials": {"accessKeyId": "ASIAEXAMPLEANYWHERE1"}}]}
    anywhere = record(21, ELSEWHERE, "x", name="CreateSession", service="rolesanywhere", who=outside,
                      requestParameters={"trustAnchorArn": anchor}, responseElements=given)  # fmt: skip
    other = {**anywhere, "eventID": "other", "requestParameters": {"trustAnchorArn": "arn:other"}}
    use = chained(30, ELSEWHERE, "x", key="ASIAEXAMPLEANYWHERE1")
    found = said(traced(tmp_path, [
        made(10, "iam", "CreateSAMLProvider", {"name": "x"}, {"sAMLProviderArn": provider}), saml,
        made(11, "rolesanywhere", "CreateTrustAnchor", {"name": "y"}, {"trustAnchor": {"trustAnchorArn": anchor}}),
        anywhere, other, use,
    ]))  # fmt: skip
    assert found["saml"] == found[anywhere["eventID"]] == ("thief", "created_by_thief")
    assert found[use["eventID"]] == ("thief", "chained_by_thief")
    assert "other" not in found


def test_role_id_of_the_leaked_role_is_not_drawn_in(tmp_path: Path) -> None:
    """Other instances of the leaked role are no part of the lineage."""
    other = record(20, NAT, "x", who=identity("ASIAEXAMPLEOTHER0001", name="i-0aaaaaaaaaaaaaaa1", role_id=ROLE_ID))
    assert len(traced(tmp_path, [record(5, THIEF, THIEF_CLIENT), other]).events) == 1
