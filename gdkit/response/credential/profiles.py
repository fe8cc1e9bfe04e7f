"""Instance profiles: which one an instance has, which role is in one, and what that role may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.aws import ask, need, rows
from gdkit.errors import AwsCall, AwsError, PolicyError, ResponseError
from gdkit.policy import Policy, Request, decide, parse_policy
from gdkit.response.credential.agent import VITAL
from gdkit.response.credential.told import plain
from gdkit.response.step import Need

if TYPE_CHECKING:
    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target

IN_FORCE = ("associating", "associated")
"""States of an association that counts. Source: EC2 API Reference, IamInstanceProfileAssociation."""

READS = (
    Need("ec2:DescribeIamInstanceProfileAssociations"),
    Need("ec2:DescribeInstances"),
    Need("iam:GetInstanceProfile", "arn:{partition}:iam::{account_id}:instance-profile/*"),
    Need("iam:ListRolePolicies", "arn:{partition}:iam::{account_id}:role/*"),
    Need("iam:GetRolePolicy", "arn:{partition}:iam::{account_id}:role/*"),
    Need("iam:ListAttachedRolePolicies", "arn:{partition}:iam::{account_id}:role/*"),
    Need("iam:GetPolicy"),
    Need("iam:GetPolicyVersion"),
)
"""What reading needs; the other profile's role is known only when it is read."""


@dataclass(frozen=True, slots=True)
class ProfileRole:
    """The role in an instance profile.

    Attributes:
        policies: its policies by name, inline and attached, each parsed; None for one that gdkit cannot read.
    """

    name: str
    id: str
    policies: dict[str, Policy | None]

    def lets_the_agent_work(self) -> bool | None:
        """Tell whether the Systems Manager agent can work with it; None where a policy could not be read."""
        if None in self.policies.values():
            return None
        known = [one for one in self.policies.values() if one is not None]
        return all(decide(Request(action, "*"), identity=known).allowed for action in VITAL)


def lookup(instance_id: str) -> dict[str, Any]:
    """Give the parameters that ask for an instance's association in force."""
    return {"Filters": [{"Name": "instance-id", "Values": [instance_id]},
                        {"Name": "state", "Values": list(IN_FORCE)}]}  # fmt: skip


def profile_of(aws: ReadOnlyAws, target: Target) -> str | None:
    """Give the name of an instance's profile; None where it has none.

    Names are unique in an account, with or without a path.

    Raises:
        AwsError: it could not be read.
    """
    client = aws.client("ec2", target.region, target.account_id)
    found = list(rows(client, "DescribeIamInstanceProfileAssociations", "IamInstanceProfileAssociations",
                      lookup(str(target.instance_id)), account_id=target.account_id))  # fmt: skip
    return str(found[0]["IamInstanceProfile"]["Arn"]).rpartition("/")[2] if found else None


def called(aws: ReadOnlyAws, target: Target) -> str:
    """Give the instance's name and id, for a sentence.

    Raises:
        ResponseError: the instance does not exist any more.
        AwsError: it could not be read.
    """
    client = aws.client("ec2", target.region, target.account_id)
    asked = {"InstanceIds": [str(target.instance_id)]}
    groups = list(rows(client, "DescribeInstances", "Reservations", asked, account_id=target.account_id))
    found = [one for group in groups for one in group["Instances"] if one["State"]["Name"] != "terminated"]
    if not found:
        raise ResponseError(f"the instance {target.instance_id} does not exist any more", where="instance")
    name = {tag["Key"]: tag["Value"] for tag in found[0].get("Tags", ())}.get("Name", "")
    return f"{plain(name)} ({target.instance_id})" if name else str(target.instance_id)


def role_in(aws: ReadOnlyAws, account_id: str, profile: str) -> tuple[str, str] | None:
    """Give name and id of the role in a profile; None where there is none in it.

    Raises:
        ResponseError: there is no such profile.
        AwsError: it could not be read.
    """
    client = aws.client("iam", account_id=account_id)
    try:
        answer = ask(client, "GetInstanceProfile", {"InstanceProfileName": profile}, account_id=account_id)
    except AwsError as error:
        if error.code != "NoSuchEntity":
            raise
        raise ResponseError(f"there is no instance profile {profile}", where="option profile",
                            action="make one whose role allows nothing, or leave it empty") from error  # fmt: skip
    found = need(answer, "InstanceProfile", AwsCall("iam", "GetInstanceProfile", account_id))["Roles"]
    return (str(found[0]["RoleName"]), str(found[0]["RoleId"])) if found else None


def profile_role(aws: ReadOnlyAws, account_id: str, name: str, role_id: str) -> ProfileRole:
    """Give a role with its policies.

    Raises:
        AwsError: they could not be read.
    """
    iam = aws.client("iam", account_id=account_id)
    policies: dict[str, Policy | None] = {}
    for one in rows(iam, "ListRolePolicies", "PolicyNames", {"RoleName": name}, account_id=account_id):
        asked = {"RoleName": name, "PolicyName": str(one)}
        policies[str(one)] = _parsed(ask(iam, "GetRolePolicy", asked, account_id=account_id)["PolicyDocument"], one)
    for row in rows(iam, "ListAttachedRolePolicies", "AttachedPolicies", {"RoleName": name}, account_id=account_id):
        arn = {"PolicyArn": str(row["PolicyArn"])}
        version = ask(iam, "GetPolicy", arn, account_id=account_id)["Policy"]["DefaultVersionId"]
        found = ask(iam, "GetPolicyVersion", {**arn, "VersionId": version}, account_id=account_id)
        policies[str(row["PolicyName"])] = _parsed(found["PolicyVersion"]["Document"], row["PolicyName"])
    return ProfileRole(name, role_id, policies)


def _parsed(document: Any, name: object) -> Policy | None:
    try:
        return parse_policy(document, name=str(name))
    except PolicyError:
        return None
