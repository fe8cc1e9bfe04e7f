"""What a change of a role's policies blocks: answers that are known, each with its counterexample."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gdkit.errors import UsageError
from gdkit.policy import Policy, decide, parse_policy, parse_policy_closed
from gdkit.policy.proof import Proof, prove_change, prove_documents
from gdkit.policy.sessions import RoleSession, later_credentials, next_credential, unknown_sibling

AT, TEXT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC), "2026-11-02T08:00:00Z"
ROLE_ID, ARN, ACCOUNT = "AROAEXAMPLEROLE000001", "arn:aws:iam::111122223333:role/shop", "111122223333"
THIEF = RoleSession("i-0aaa (till)", ROLE_ID, "i-0aaaaaaaaaaaaaaaa", ARN, ACCOUNT, meant=True)
SIBLING = RoleSession("i-0bbb", ROLE_ID, "i-0bbbbbbbbbbbbbbbb", ARN, ACCOUNT)
UNKNOWN = unknown_sibling(SIBLING)
NEXT = next_credential(THIEF, None, meant=True)
OLD, LATER = replace(THIEF, issued_before=AT), later_credentials(THIEF, AT, meant=False)
BY_NAME = {"StringEquals": {"aws:userid": THIEF.user_id}}
BY_AGE = {"DateLessThan": {"aws:TokenIssueTime": TEXT}}
ALLOW = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, name="all")


def deny(condition: dict[str, Any] | None = None, **elements: Any) -> Policy:
    """Give a policy of one Deny."""
    row = {"Effect": "Deny", "Action": "*", "Resource": "*"} | elements
    row = {key: value for key, value in row.items() if not (key == "Action" and "NotAction" in elements)}
    return parse_policy({"Version": "2012-10-17", "Statement": [row | ({"Condition": condition} if condition else {})]},
                        name="planned")  # fmt: skip


def proof(*denies: Policy, of: tuple[RoleSession, ...] = (THIEF, NEXT, SIBLING, UNKNOWN), **named: Any) -> Proof:
    """Prove what Denies do that are put on a role which may do everything; each counterexample is decided anew."""
    after = [ALLOW, *denies]
    found = prove_change([ALLOW], after, of, **named)
    for one in found.counterexamples:
        allowed = [decide(one.request, identity=side).decision == "Allow" for side in ([ALLOW], after)]
        assert allowed == {"over": [True, False], "shut": [True, False], "under": [True, True]}[one.kind]
    return found


def effects(found: Proof) -> dict[str, str]:
    """Give what becomes of each session, by its name."""
    return {one.session.name: one.effect for one in found.effects}


def test_by_name_is_exact() -> None:
    """The Deny on aws:userid blocks the session and its later credentials, and none of the known and unknown others."""
    found = proof(deny(BY_NAME))
    assert found.exact
    assert effects(found) == {THIEF.name: "wholly", NEXT.name: "wholly", SIBLING.name: "not", UNKNOWN.name: "not"}


def test_by_name_hits_the_next_credential() -> None:
    """Where the next credential must work, the Deny by name alone is not exact, and the sentence says why."""
    found = proof(deny(BY_NAME), of=(OLD, LATER, SIBLING))
    assert not found.exact
    (one,) = found.over_blocked
    assert one.sentence.startswith("The change also blocks the next credential of i-0aaa (till): ")
    assert one.sentence.endswith("whenever the credential was issued.")


def test_by_name_and_age_is_exact() -> None:
    """With the time of issue in it, it blocks the old credential alone."""
    assert proof(deny(BY_NAME | BY_AGE), of=(OLD, LATER, SIBLING, UNKNOWN)).exact


def test_one_second_too_much() -> None:
    """DateLessThanEquals hits the credential that is issued at that very second."""
    wider = BY_NAME | {"DateLessThanEquals": {"aws:TokenIssueTime": TEXT}}
    (one,) = proof(deny(wider), of=(OLD, LATER, SIBLING)).counterexamples
    assert (one.kind, one.session.name) == ("over", LATER.name)
    assert one.request.values("aws:tokenissuetime") == TEXT


def test_by_age_alone_hits_siblings() -> None:
    """What the console's Revoke active sessions puts there blocks the whole fleet."""
    found = proof(deny(BY_AGE), of=(OLD, LATER, SIBLING, UNKNOWN))
    assert {one.session.name for one in found.over_blocked} == {SIBLING.name, UNKNOWN.name}
    assert effects(found)[SIBLING.name] == "partly"


def test_wildcard_hits_other_roles() -> None:
    """A pattern over the role id also names the same instance's session of another role with the policy."""
    other = replace(THIEF, name="the session of another role", role_id="AROAEXAMPLEROLE000002", role_arn=f"{ARN}-2",
                    meant=False)  # fmt: skip
    pattern = {"StringLike": {"aws:userid": f"*:{THIEF.session_name}"}}
    assert [one.session for one in proof(deny(pattern), of=(THIEF, SIBLING, other)).over_blocked] == [other]
    assert proof(deny(BY_NAME), of=(THIEF, SIBLING, other)).exact


def test_user_name_blocks_nobody() -> None:
    """A role's session has no aws:username: such a Deny, common in the wild, does nothing."""
    found = proof(deny({"StringEquals": {"aws:username": THIEF.session_name}}))
    assert effects(found)[THIEF.name] == "not"
    assert found.under_blocked[0].sentence.startswith("The change still allows ")


def test_one_service_is_not_all() -> None:
    """A Deny of s3:* leaves everything else, and names something of it."""
    found = proof(deny(BY_NAME, Action="s3:*"))
    assert effects(found)[THIEF.name] == "partly"
    assert not found.under_blocked[0].request.action.startswith("s3:")


def test_left_open_on_purpose() -> None:
    """What a NotAction leaves open speaks against it, unless it is meant; then the proof names what stays."""
    planned = deny(BY_NAME, NotAction=["ssm:*", "ec2messages:*"])
    assert {one.kind for one in proof(planned).counterexamples} == {"under"}
    meant = proof(planned, left_open=("ssm:*", "ec2messages:*"))
    assert meant.exact
    assert set(meant.stays_open) == {"ssm:*", "ec2messages:*"}
    shut = proof(deny(BY_NAME), left_open=("ssm:*",))
    assert {one.kind for one in shut.counterexamples} == {"shut"}


@pytest.mark.parametrize(
    "condition",
    [
        {"StringNotEquals": {"aws:userid": SIBLING.user_id}},
        {"StringEquals": {"aws:userid": [THIEF.user_id, UNKNOWN.user_id]}},
        {"StringLike": {"aws:userid": f"{ROLE_ID}:*"}},
        {"StringEqualsIfExists": {"aws:userid": THIEF.user_id, "aws:SourceVpc": "vpc-1"}},
        {"ArnEquals": {"ec2:SourceInstanceARN": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/{THIEF.session_name}"}},
        {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"StringEquals": {"aws:userid": "${aws:userid}"}},
        {"StringEquals": {"aws:userid": THIEF.user_id.lower()}},
        {"Null": {"aws:TokenIssueTime": "true"}},
    ],
)
def test_near_misses(condition: dict[str, Any]) -> None:
    """A Deny that is nearly right is never called exact, and shows why."""
    found = proof(deny(condition))
    assert not found.exact
    assert found.counterexamples


def test_break_a_literal() -> None:
    """Whichever sign of the session's id is changed, the thief is no longer blocked, and the proof says so."""
    for place in range(len(THIEF.user_id)):
        other = "x" if THIEF.user_id[place] != "x" else "y"
        typo = THIEF.user_id[:place] + other + THIEF.user_id[place + 1 :]
        found = proof(deny({"StringEquals": {"aws:userid": typo}}), of=(THIEF, SIBLING))
        assert [one.kind for one in found.counterexamples] == ["under"]


def test_a_denied_session_stays_denied() -> None:
    """Taking a Deny away is told as loosening, with a request that shows it."""
    found = prove_change([ALLOW, deny(BY_NAME)], [ALLOW], [replace(THIEF, meant=False)])
    assert [one.kind for one in found.counterexamples] == ["loosened"]
    assert not found.exact


def test_boundary_counts() -> None:
    """What a boundary does not allow is lost by nobody: a Deny of it is exact, and blocks nothing that was there."""
    only_s3 = parse_policy({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}, name="boundary")
    found = prove_change([ALLOW], [ALLOW, deny(Action="sqs:*")], [SIBLING], boundary=only_s3)
    assert found.exact
    assert effects(found) == {SIBLING.name: "not"}
    nothing = prove_change([], [deny()], [THIEF, SIBLING])
    assert effects(nothing) == {THIEF.name: "had nothing", SIBLING.name: "had nothing"}


def test_unreadable_is_never_exact() -> None:
    """A policy that cannot be read leaves the proof open, and is named."""
    broken = parse_policy_closed({"Statement": {"Effect": "Maybe"}}, name="odd")
    found = prove_change([ALLOW, broken], [ALLOW, broken, deny(BY_NAME)], [THIEF, SIBLING])
    assert not found.exact
    assert any("odd" in limit for limit in found.limits)
    documents = prove_documents({"odd": '{"Statement": 1}'}, {}, [THIEF])
    assert (documents.exact, documents.effects[0].effect) == (False, "unknown")
    assert documents.limits


def test_two_kinds_of_one_key_are_told() -> None:
    """A key that is compared both as a date and as text cannot be followed to the end; that is said, not guessed."""
    odd = {"DateLessThan": {"aws:PrincipalTag/x": TEXT}, "StringLike": {"aws:PrincipalTag/x": "2*"}}
    found = prove_change([ALLOW], [ALLOW, deny(odd)], [replace(THIEF, meant=False)])
    assert not found.exact


@pytest.mark.parametrize("operator", ["ForAllValues:StringNotLike", "ForAnyValue:StringLike"])
def test_a_key_that_is_always_there_once(operator: str) -> None:
    """A key that every request holds once is never empty and no list, so no counterexample says so."""
    found = proof(deny({operator: {"aws:userid": ["*"]}}))
    assert not any("''" in one.sentence for one in found.counterexamples)
    assert all(one.request.context["aws:userid"] for one in found.counterexamples)
    assert effects(found)[THIEF.name] == ("wholly" if operator == "ForAnyValue:StringLike" else "not")


def test_wrong_times_are_refused() -> None:
    """A time without a zone, and a span without any time in it, are errors of the caller."""
    with pytest.raises(UsageError, match="zone"):
        replace(THIEF, issued_at=AT.replace(tzinfo=None))
    with pytest.raises(UsageError, match="no time"):
        replace(THIEF, issued_from=AT, issued_before=AT - timedelta(seconds=1))
