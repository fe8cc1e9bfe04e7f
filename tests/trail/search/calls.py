"""Calls of one session, of what was chained from it, and of others, as CloudTrail records."""

from __future__ import annotations

from typing import Any

from tests.trail import samples

INSTANCE = samples.INSTANCE
PRINCIPAL = f"{samples.ROLE_ID}:{INSTANCE}"
HOP_PRINCIPALS = ("AROAEXAMPLEHOPA00001:next", "AROAEXAMPLEHOPB00001:x1", "AROAEXAMPLEHOPC00001:odd=name@b,c")
HOP_KEYS = ("ASIAEXAMPLEHOPA00001", "ASIAEXAMPLEHOPB00001", "ASIAEXAMPLEHOPC00001")
OTHER_ACCOUNT = "444455556666"

MADE_USER = {"type": "IAMUser", "principalId": "AIDAEXAMPLEMADEU0001", "userName": "made",
             "accessKeyId": "ASIAEXAMPLEMADEU0001", "accountId": samples.ACCOUNT}  # fmt: skip
"""A user that a session made, as it calls."""


def role(principal: str, key: str, account: str = samples.ACCOUNT, **changes: Any) -> dict[str, Any]:
    """Give the userIdentity of a role's session."""
    role_id, _, session = principal.partition(":")
    issuer = {"type": "Role", "principalId": role_id, "arn": f"arn:aws:iam::{account}:role/of-{role_id}",
              "accountId": account, "userName": f"of-{role_id}"}  # fmt: skip
    return samples.identity(principalId=principal, arn=f"arn:aws:sts::{account}:assumed-role/of-{role_id}/{session}",
                            accountId=account, accessKeyId=key,
                            sessionContext={"sessionIssuer": issuer, "attributes": {}}) | changes  # fmt: skip


def identity(hop: int) -> dict[str, Any]:
    """Give who calls: 0 is the session, then what was chained from it; -1 is somebody else."""
    if hop < 0:
        return role("AROAEXAMPLEOTHER0001:i-0fedcba9876543210", "ASIAEXAMPLEOTHER0001")
    return samples.identity() if hop == 0 else role(HOP_PRINCIPALS[hop - 1], HOP_KEYS[hop - 1])


def call(number: int, hop: int, **changes: Any) -> dict[str, Any]:
    """Give a plain call."""
    return samples.event(number, userIdentity=identity(hop), **changes)


def assume_role(number: int, hop: int, **changes: Any) -> dict[str, Any]:
    """Give the call by which a hop begins the next one."""
    principal = HOP_PRINCIPALS[hop]
    role_id, _, session = principal.partition(":")
    answer = {"credentials": {"accessKeyId": HOP_KEYS[hop], "sessionToken": samples.TOKEN,
                              "expiration": "Nov 1, 2026, 4:30:00 AM"},
              "assumedRoleUser": {"assumedRoleId": principal, "arn": "arn:aws:sts::1:assumed-role/r/s"}}  # fmt: skip
    request = {"roleArn": f"arn:aws:iam::{samples.ACCOUNT}:role/of-{role_id}", "roleSessionName": session}
    return call(number, hop, eventSource="sts.amazonaws.com", eventName="AssumeRole", requestParameters=request,
                responseElements=answer) | changes  # fmt: skip


def create_access_key(number: int, hop: int) -> dict[str, Any]:
    """Give the call by which a session makes a lasting key for a user."""
    answer = {"accessKey": {"userName": "helper", "accessKeyId": "AKIAEXAMPLEMADE00001"}}
    return call(number, hop, eventSource="iam.amazonaws.com", eventName="CreateAccessKey",
                requestParameters={"userName": "helper"}, responseElements=answer)  # fmt: skip


def by_made_key(number: int) -> dict[str, Any]:
    """Give a call of the user with that key."""
    user = {"type": "IAMUser", "principalId": "AIDAEXAMPLEHELPER001", "userName": "helper",
            "accessKeyId": "AKIAEXAMPLEMADE00001", "accountId": samples.ACCOUNT}  # fmt: skip
    return samples.event(number, userIdentity=user)


def create_user(number: int, hop: int) -> dict[str, Any]:
    """Give the call by which a session makes a user."""
    answer = {"user": {"path": "/", "userName": MADE_USER["userName"], "userId": MADE_USER["principalId"]}}
    return call(number, hop, eventSource="iam.amazonaws.com", eventName="CreateUser",
                requestParameters={"userName": MADE_USER["userName"]}, responseElements=answer)  # fmt: skip


def by_made_user(number: int, **changes: Any) -> dict[str, Any]:
    """Give a call of that user with a key that nothing tells the issue of, as after a sign-in with a password."""
    return samples.event(number, userIdentity=MADE_USER) | changes


def other_half(number: int, hop: int, **changes: Any) -> dict[str, Any]:
    """Give another account's record of a call: it has no key."""
    whole = identity(hop)
    half = {"type": "AWSAccount", "principalId": whole["principalId"], "accountId": whole["accountId"]}
    return samples.event(number, userIdentity=half, recipientAccountId=OTHER_ACCOUNT) | changes


def of_no_principal(number: int, hop: int) -> dict[str, Any]:
    """Give a call whose record says no principal id, as some exports do."""
    kept = {name: value for name, value in identity(hop).items() if name in ("type", "arn", "accessKeyId")}
    return samples.event(number, userIdentity=kept)


def told_of(number: int, hop: int) -> dict[str, Any]:
    """Give somebody else's call whose parameters name the session: it is not the session's."""
    whole = identity(hop)
    asked = {"accessKeyId": whole["accessKeyId"], "instancesSet": {"items": [{"instanceId": INSTANCE}]}}
    return call(number, -1, eventName="GetAccessKeyLastUsed", requestParameters=asked)


def with_forged_calls(number: int, hop: int) -> dict[str, Any]:
    """Give somebody else's call whose parameters hold a list of whole records that he wrote himself."""
    forged = [call(900_000 + number * 10 + extra, hop) for extra in range(4)]
    return call(number, -1, requestParameters={"text": '}]}{"Records":[', "events": [{"x": "]"}, *forged]})
