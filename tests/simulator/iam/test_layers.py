"""The layers that decide a call: a user's and a group's policies, boundaries, session policies, resources."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.simulator.small_world import ACCOUNT, EVERYTHING, REGION, issued_key, outcome, policy_of

if TYPE_CHECKING:
    from gdkit.simulator.scenarios.stage import Key
    from tests.simulator.small_world import SmallWorld


def managed(world: SmallWorld, name: str, document: str) -> str:
    """Make a managed policy over HTTP and give its ARN."""
    made = world.api("iam").create_policy(PolicyName=name, PolicyDocument=document)
    return str(made["Policy"]["Arn"])


def user_key(world: SmallWorld, name: str, policy: str = "") -> Key:
    """Make a user and a key over HTTP."""
    iam = world.api("iam")
    iam.create_user(UserName=name)
    if policy:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return (key["AccessKeyId"], key["SecretAccessKey"], None)


def test_nothing_allows(world: SmallWorld) -> None:
    """What no policy allows is refused, and the message says that no policy allows it."""
    key = user_key(world, "poor")
    assert outcome(world.api("s3", key).list_buckets) == "AccessDenied"
    assert (
        "no identity-based policy allows the s3:ListAllMyBuckets action"
        in (world.last_record("ListBuckets")["errorMessage"])
    )


def test_explicit_deny_is_worded(world: SmallWorld) -> None:
    """The message of a refusal by a Deny says so, as AWS does."""
    key = user_key(world, "denied", policy_of("Deny", "s3:*"))
    assert outcome(world.api("s3", key).list_buckets) == "AccessDenied"
    assert "with an explicit deny" in world.last_record("ListBuckets")["errorMessage"]


def test_managed_policy(world: SmallWorld) -> None:
    """A managed policy counts from its attachment to its detachment, and by its default version."""
    key, iam = user_key(world, "attached"), world.api("iam")
    arn = managed(world, "lists", policy_of("Allow", "s3:ListAllMyBuckets"))
    s3 = world.api("s3", key)
    assert outcome(s3.list_buckets) == "AccessDenied"
    iam.attach_user_policy(UserName="attached", PolicyArn=arn)
    assert outcome(s3.list_buckets) == "ok"
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy_of("Deny", "s3:*"), SetAsDefault=True)
    assert outcome(s3.list_buckets) == "AccessDenied"
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert outcome(s3.list_buckets) == "ok"
    iam.detach_user_policy(UserName="attached", PolicyArn=arn)
    assert outcome(s3.list_buckets) == "AccessDenied"


def test_managed_policy_of_role(world: SmallWorld) -> None:
    """A managed Deny on a role stops its sessions."""
    key = world.role_key("with-managed")
    arn = managed(world, "denies", policy_of("Deny", "s3:*"))
    world.api("iam").attach_role_policy(RoleName="with-managed", PolicyArn=arn)
    assert outcome(world.api("s3", key).list_buckets) == "AccessDenied"
    assert outcome(world.api("sqs", key).list_queues) == "ok"


@pytest.mark.parametrize("inline", [True, False])
def test_group(world: SmallWorld, inline: bool) -> None:
    """A group's policies, inline and attached, count for its members as long as they are members."""
    name = f"member-{inline}"
    key, iam = user_key(world, name), world.api("iam")
    iam.create_group(GroupName=f"{name}-group")
    if inline:
        iam.put_group_policy(GroupName=f"{name}-group", PolicyName="own", PolicyDocument=EVERYTHING)
    else:
        iam.attach_group_policy(GroupName=f"{name}-group", PolicyArn=managed(world, f"of-{name}", EVERYTHING))
    assert outcome(world.api("s3", key).list_buckets) == "AccessDenied"
    iam.add_user_to_group(GroupName=f"{name}-group", UserName=name)
    assert outcome(world.api("s3", key).list_buckets) == "ok"
    iam.remove_user_from_group(GroupName=f"{name}-group", UserName=name)
    assert outcome(world.api("s3", key).list_buckets) == "AccessDenied"


def test_boundary_of_role(world: SmallWorld) -> None:
    """A role's permissions boundary narrows what its policies allow, and gives nothing itself."""
    arn = managed(world, "boundary-of-role", policy_of("Allow", "s3:*"))
    key, other = world.role_key("bounded"), world.role_key("bounded-poor", policy_of("Allow", "sqs:*"))
    for name in ("bounded", "bounded-poor"):
        world.api("iam").put_role_permissions_boundary(RoleName=name, PermissionsBoundary=arn)
    assert outcome(world.api("s3", key).list_buckets) == "ok"
    assert outcome(world.api("sqs", key).list_queues) == "AccessDeniedException"
    assert outcome(world.api("s3", other).list_buckets) == "AccessDenied"
    world.api("iam").delete_role_permissions_boundary(RoleName="bounded")
    assert outcome(world.api("sqs", key).list_queues) == "ok"


def test_session_policy(world: SmallWorld) -> None:
    """A session policy narrows that session; another session of the role is free of it."""
    asks = world.role_key("asks")
    world.site.role("narrowed", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/asks"}, policy_of("Allow", "s3:*"))
    arn, sts = f"arn:aws:iam::{ACCOUNT}:role/narrowed", world.api("sts", asks)
    ends = {}
    for name, document in (("free", None), ("lists", policy_of("Allow", "s3:ListAllMyBuckets")),
                           ("wide", policy_of("Allow", "sqs:*"))):  # fmt: skip
        given = {"Policy": document} if document else {}
        told = sts.assume_role(RoleArn=arn, RoleSessionName=name, **given)["Credentials"]
        key: Key = (told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])
        ends[name] = (outcome(world.api("s3", key).list_buckets),
                      outcome(world.api("s3", key).create_bucket, Bucket=f"made-by-{name}",
                              CreateBucketConfiguration={"LocationConstraint": REGION}),
                      outcome(world.api("sqs", key).list_queues))  # fmt: skip
    assert ends == {
        "free": ("ok", "ok", "AccessDeniedException"),
        "lists": ("ok", "AccessDenied", "AccessDeniedException"),
        "wide": ("AccessDenied", "AccessDenied", "AccessDeniedException"),
    }


def test_session_policies_by_arn(world: SmallWorld) -> None:
    """Managed policies given for a session narrow it as one given in full does."""
    asks = world.role_key("asks-by-arn")
    arn = managed(world, "narrow", policy_of("Allow", "s3:ListAllMyBuckets"))
    told = world.api("sts", asks).assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/asks-by-arn",
                                              RoleSessionName="narrow", PolicyArns=[{"arn": arn}])  # fmt: skip
    given = told["Credentials"]
    key: Key = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    assert outcome(world.api("s3", key).list_buckets) == "ok"
    assert outcome(world.api("sqs", key).list_queues) == "AccessDeniedException"


def test_resources(world: SmallWorld) -> None:
    """A policy that names resources lets a call through to those and to no others."""
    s3 = world.api("s3")
    for bucket in ("open-one", "closed-one"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        for name in ("public/a b%.txt", "private/a"):
            s3.put_object(Bucket=bucket, Key=name, Body=b"x")
    key = user_key(world, "reader", policy_of("Allow", "s3:GetObject", resource="arn:aws:s3:::open-one/public/*"))
    asks = world.api("s3", key)
    ends = [outcome(asks.get_object, Bucket=bucket, Key=name)
            for bucket in ("open-one", "closed-one") for name in ("public/a b%.txt", "private/a")]  # fmt: skip
    assert ends == ["ok", "AccessDenied", "AccessDenied", "AccessDenied"]
    assert outcome(asks.list_objects_v2, Bucket="open-one") == "AccessDenied"


def test_one_of_several_instances(world: SmallWorld) -> None:
    """A call on several instances is refused where one of them is not allowed."""
    fleet = world.fleet("several")
    one, two = (instance.id for instance in fleet.instances)
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{one}"
    ec2 = world.api("ec2", user_key(world, "stopper", policy_of("Allow", "ec2:StopInstances", resource=arn)))
    assert outcome(ec2.stop_instances, InstanceIds=[one, two]) == "UnauthorizedOperation"
    assert outcome(ec2.stop_instances, InstanceIds=[one]) == "ok"


def test_user_is_gone(world: SmallWorld) -> None:
    """A session of a role that was deleted, and a key of a user that was deleted, are good for nothing."""
    session = world.role_key("gone")
    key, iam = user_key(world, "gone", EVERYTHING), world.api("iam")
    iam.delete_role_policy(RoleName="gone", PolicyName="gone-permissions")
    iam.delete_role(RoleName="gone")
    assert outcome(world.api("s3", session).list_buckets) == "AccessDenied"
    iam.delete_user_policy(UserName="gone", PolicyName="own")
    iam.delete_access_key(UserName="gone", AccessKeyId=key[0])
    iam.delete_user(UserName="gone")
    assert outcome(world.api("sts", key).get_caller_identity) == "InvalidClientTokenId"


def test_root(world: SmallWorld) -> None:
    """No policy binds an account's root user."""
    key = issued_key(world.accounts.credentials.root(ACCOUNT))
    assert world.api("sts", key).get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert outcome(world.api("iam", key).list_users) == "ok"


def test_policy_that_cannot_be_read(world: SmallWorld) -> None:
    """A policy document that IAM would not take is refused where it is put, so that it never decides anything."""
    world.role_key("unreadable")
    for document in ("{", json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Maybe"}]})):
        code = outcome(world.api("iam").put_role_policy, RoleName="unreadable", PolicyName="x",
                       PolicyDocument=document)  # fmt: skip
        assert code == "MalformedPolicyDocument"
