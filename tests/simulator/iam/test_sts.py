"""Taking roles: who is trusted, for how long, and what the two accounts learn of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.simulator.scenarios.cast import key_of
from tests.simulator.small_world import ACCOUNT, EVERYTHING, OTHER, outcome, policy_of

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld

ASKS = policy_of("Allow", "sts:AssumeRole")


def arn(name: str, account_id: str = ACCOUNT) -> str:
    """Give a role's ARN."""
    return f"arn:aws:iam::{account_id}:role/{name}"


def ask(world: SmallWorld, key: Any, role_arn: str, **more: Any) -> str:
    """Ask for a role, and give how it ended."""
    given = {"RoleArn": role_arn, "RoleSessionName": "nightly", **more}
    return outcome(world.api("sts", key).assume_role, **given)


def test_into_another_account(world: SmallWorld) -> None:
    """A role of another account that trusts the caller's role gives a session there, with that role's rights."""
    key = world.role_key("traveller", ASKS)
    world.other.role("hosts", {"AWS": arn("traveller")}, policy_of("Allow", "s3:ListAllMyBuckets"))
    told = world.api("sts", key).assume_role(RoleArn=arn("hosts", OTHER), RoleSessionName="nightly")
    chained = key_of(told["Credentials"])
    who = world.api("sts", chained).get_caller_identity()
    assert who["Account"] == OTHER
    assert who["Arn"] == told["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{OTHER}:assumed-role/hosts/nightly"
    assert who["UserId"] == told["AssumedRoleUser"]["AssumedRoleId"]
    assert told["Credentials"]["Expiration"] == world.accounts.clock.now() + timedelta(hours=1)
    assert outcome(world.api("s3", chained).list_buckets) == "ok"
    assert outcome(world.api("sqs", chained).list_queues) == "AccessDeniedException"


@pytest.mark.parametrize(
    "trusted, policy, ends",
    [
        ("caller", ASKS, "ok"),
        ("account", ASKS, "ok"),
        ("caller", policy_of("Allow", "s3:*"), "AccessDenied"),
        ("stranger", ASKS, "AccessDenied"),
        ("stranger", EVERYTHING, "AccessDenied"),
    ],
)
def test_both_sides(world: SmallWorld, trusted: str, policy: str, ends: str) -> None:
    """Across accounts the caller's own policies and the role's trust must both let it be."""
    name = f"from-{trusted}-{len(policy)}-{ends}"
    key = world.role_key(name, policy)
    principal = {"caller": arn(name), "account": f"arn:aws:iam::{ACCOUNT}:root",
                 "stranger": "arn:aws:iam::999988887777:root"}[trusted]  # fmt: skip
    world.other.role(f"to-{name}", {"AWS": principal}, EVERYTHING)
    assert ask(world, key, arn(f"to-{name}", OTHER)) == ends


def test_own_account(world: SmallWorld) -> None:
    """In one account a trust that names the role is enough; one that names the account leaves it to the policies."""
    key = world.role_key("no-rights", policy_of("Allow", "s3:*"))
    world.site.role("trusts-role", {"AWS": arn("no-rights")}, EVERYTHING)
    world.site.role("trusts-account", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, EVERYTHING)
    assert ask(world, key, arn("trusts-role")) == "ok"
    assert ask(world, key, arn("trusts-account")) == "AccessDenied"


def test_deny_on_the_caller(world: SmallWorld) -> None:
    """A Deny on the caller's session stops it from taking roles, even those that trust it by name."""
    fleet = world.fleet("chainer")
    world.other.role("target", {"AWS": arn("chainer")}, EVERYTHING)
    leaked, sibling = (world.stolen(instance) for instance in fleet.instances)
    world.forbid("chainer", {"StringEquals": {"aws:userid": fleet.principal_id(0)}})
    assert ask(world, leaked, arn("target", OTHER)) == "AccessDenied"
    assert ask(world, sibling, arn("target", OTHER)) == "ok"


def test_chained_session_outlives_the_deny(world: SmallWorld) -> None:
    """A session that was taken before the Deny goes on: it belongs to another role."""
    fleet = world.fleet("before")
    world.other.role("reached", {"AWS": arn("before")}, EVERYTHING)
    told = world.api("sts", world.stolen(fleet.instances[0])).assume_role(
        RoleArn=arn("reached", OTHER), RoleSessionName="nightly"
    )
    world.forbid("before", {"StringEquals": {"aws:userid": fleet.principal_id(0)}})
    assert outcome(world.api("s3", key_of(told["Credentials"])).list_buckets) == "ok"


@pytest.mark.parametrize("given, matches", [("shared-secret", "ok"), ("guess", "AccessDenied"), (None, "AccessDenied")])
def test_trust_with_condition(world: SmallWorld, given: str | None, matches: str) -> None:
    """A trust policy's condition on the external id decides."""
    key = world.role_key(f"vendor-{given}", ASKS)
    condition = {"StringEquals": {"sts:ExternalId": "shared-secret"}}
    statement = {"Effect": "Allow", "Principal": {"AWS": arn(f"vendor-{given}")}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [statement | {"Condition": condition}]}
    world.other.api("iam").create_role(RoleName=f"customer-{given}", AssumeRolePolicyDocument=json.dumps(document))
    more = {"ExternalId": given} if given else {}
    assert ask(world, key, arn(f"customer-{given}", OTHER), **more) == matches


def test_changed_trust(world: SmallWorld) -> None:
    """A trust policy that was changed over HTTP counts at once, for those who ask from then on."""
    key = world.role_key("asks-twice", ASKS)
    world.site.role("changes", {"AWS": arn("asks-twice")}, EVERYTHING)
    assert ask(world, key, arn("changes")) == "ok"
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.api("iam").update_assume_role_policy(RoleName="changes", PolicyDocument=document)
    assert ask(world, key, arn("changes")) == "AccessDenied"


@pytest.mark.parametrize(
    "more, ends",
    [
        ({"DurationSeconds": 900}, "ok"),
        ({"DurationSeconds": 3600}, "ok"),
        ({"DurationSeconds": 3601}, "ValidationError"),
        ({"RoleSessionName": "with space"}, "ValidationError"),
        ({"RoleArn": "arn:aws:iam::111122223333:user/x-is-no-role"}, "ValidationError"),
        ({"RoleArn": arn("no-such-role")}, "AccessDenied"),
    ],
)
def test_what_may_be_asked(world: SmallWorld, more: dict[str, Any], ends: str) -> None:
    """A session lives an hour at most where a session asks; names and ARNs must be sound; no role, no access."""
    name = "asked-" + "".join(filter(str.isalnum, str(more)))[-40:]
    key = world.role_key(name)
    assert ask(world, key, arn(name), **more) == ends


def test_key_info(world: SmallWorld) -> None:
    """The account of any key that was issued can be asked for."""
    key = world.role_key("key-info", site=world.other)
    assert world.api("sts").get_access_key_info(AccessKeyId=key[0])["Account"] == OTHER
    assert outcome(world.api("sts").get_access_key_info, AccessKeyId="ASIAQNZGKIQY56JQ7WML") == "ValidationError"


def test_sessions_give_no_session_tokens(world: SmallWorld) -> None:
    """A role's session can ask for neither of the tokens that are for users."""
    sts = world.api("sts", world.role_key("wants-token"))
    assert outcome(sts.get_session_token) == "AccessDenied"
    assert outcome(sts.get_federation_token, Name="someone") == "AccessDenied"
