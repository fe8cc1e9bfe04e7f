"""Unique ids: of IAM's own form for users, groups, profiles and policies, the same wherever they are told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.identifiers import parse_principal_id
from gdkit.simulator.iam.unique_ids import with_unique_ids
from tests.simulator.small_world import EVERYTHING, policy_of

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld

OF_IAM = b'<A xmlns="https://iam.amazonaws.com/doc/2010-05-08/">%s</A>'


def test_user_everywhere(world: SmallWorld) -> None:
    """A user's id begins with AIDA, and IAM, STS and CloudTrail tell the same one."""
    iam = world.api("iam")
    told = iam.create_user(UserName="ids")["User"]["UserId"]
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", told)
    assert world.last_record("CreateUser")["responseElements"]["user"]["userId"] == told
    assert {user["UserId"] for user in iam.list_users()["Users"] if user["UserName"] == "ids"} == {told}
    iam.put_user_policy(UserName="ids", PolicyName="all", PolicyDocument=EVERYTHING)
    made = iam.create_access_key(UserName="ids")["AccessKey"]
    key = (made["AccessKeyId"], made["SecretAccessKey"], None)
    assert world.api("sts", key).get_caller_identity()["UserId"] == told
    identity = world.last_record("GetCallerIdentity")["userIdentity"]
    assert (identity["type"], identity["principalId"]) == ("IAMUser", told)
    assert parse_principal_id(told).unique_id == told  # type: ignore[union-attr]


def test_user_id_in_a_policy(world: SmallWorld) -> None:
    """A policy that names the id by aws:userid holds for the user."""
    iam = world.api("iam")
    user_id = iam.create_user(UserName="bound")["User"]["UserId"]
    allowed = policy_of("Allow", "s3:ListAllMyBuckets", {"StringEquals": {"aws:userid": user_id}})
    iam.put_user_policy(UserName="bound", PolicyName="own", PolicyDocument=allowed)
    made = iam.create_access_key(UserName="bound")["AccessKey"]
    key = (made["AccessKeyId"], made["SecretAccessKey"], None)
    assert "Buckets" in world.api("s3", key).list_buckets()


def test_other_kinds(world: SmallWorld) -> None:
    """Groups, instance profiles and policies have their own prefixes; roles keep the id that moto gives them."""
    iam = world.api("iam")
    assert iam.create_group(GroupName="ids")["Group"]["GroupId"].startswith("AGPA")
    profile = iam.create_instance_profile(InstanceProfileName="ids")["InstanceProfile"]
    assert profile["InstanceProfileId"].startswith("AIPA")
    policy = iam.create_policy(PolicyName="ids", PolicyDocument=EVERYTHING)["Policy"]
    assert re.fullmatch(r"ANPA[A-Z2-7]{17}", policy["PolicyId"])
    role = iam.create_role(RoleName="ids", AssumeRolePolicyDocument=policy_of("Allow", "sts:AssumeRole"))["Role"]
    assert role["RoleId"].startswith("AROA")


@given(st.from_regex(r"[a-z0-9]{20}", fullmatch=True))
def test_form(drawn: str) -> None:
    """Whatever moto draws becomes an id of 21 characters, the same each time, and is left alone the second time."""
    body = OF_IAM % f"<UserId>{drawn}</UserId>".encode()
    made = with_unique_ids(body)
    assert re.search(rb"<UserId>AIDA[A-Z2-7]{17}</UserId>", made)
    assert with_unique_ids(body) == made == with_unique_ids(made)


@pytest.mark.parametrize("body", [
    b"<UserId>e41jrqx2db4p1aqzi86b</UserId>", OF_IAM % b"<UserId>111122223333</UserId>",
    OF_IAM % b"<UserName>e41jrqx2db4p1aqzi86b</UserName>", b"",
])  # fmt: skip
def test_left_alone(body: bytes) -> None:
    """Answers of other services, the root's account id and other members stay as they are."""
    assert with_unique_ids(body) == body
