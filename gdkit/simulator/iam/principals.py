"""The policies that bind a principal, read from IAM through moto's own API and kept until IAM changes."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from gdkit.simulator.call import ApiError

if TYPE_CHECKING:
    from gdkit.simulator.backend import Backend

GLOBAL_REGION = "us-east-1"
Documents = dict[str, Any]
"""Policy documents by name."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What binds a role or user.

    Attributes:
        policies: its identity policies by name: inline, attached, and those of its groups.
        boundary: its permissions boundary; empty where it has none.
        trust: a role's trust policy; empty for a user.
        unique_id: ``AROA…`` or ``AIDA…``.
    """

    policies: Documents
    boundary: Documents
    trust: Documents
    unique_id: str
    arn: str


class Policies:
    """Reads what binds principals; ``forget`` after every change of IAM."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._kept: dict[tuple[str, str, str], Bound | None] = {}
        self._lock = threading.RLock()

    def forget(self) -> None:
        """Read everything anew from now on."""
        with self._lock:
            self._kept.clear()

    def of_role(self, account_id: str, name: str) -> Bound | None:
        """Give what binds a role; None where there is no such role."""
        return self._get("role", account_id, name)

    def of_user(self, account_id: str, name: str) -> Bound | None:
        """Give what binds a user; None where there is no such user."""
        return self._get("user", account_id, name)

    def managed(self, account_id: str, arn: str) -> str:
        """Give a managed policy's document.

        Raises:
            ApiError: there is no such policy.
        """
        try:
            return json.dumps(_managed(self._backend.client("iam", account_id, GLOBAL_REGION), arn))
        except ClientError as error:
            raise ApiError("ValidationError", f"the policy {arn} cannot be found") from error

    def _get(self, kind: str, account_id: str, name: str) -> Bound | None:
        with self._lock:
            key = (kind, account_id, name)
            if key not in self._kept:
                iam = self._backend.client("iam", account_id, GLOBAL_REGION)
                try:
                    self._kept[key] = _role(iam, name) if kind == "role" else _user(iam, name)
                except ClientError as error:
                    if error.response["Error"]["Code"] != "NoSuchEntity":
                        raise
                    self._kept[key] = None
            return self._kept[key]


def _role(iam: Any, name: str) -> Bound:
    role = iam.get_role(RoleName=name)["Role"]
    policies = {one: iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"]
                for one in iam.list_role_policies(RoleName=name)["PolicyNames"]}  # fmt: skip
    policies |= _attached(iam, iam.list_attached_role_policies(RoleName=name))
    return Bound(policies, _boundary(iam, role), {"trust": role["AssumeRolePolicyDocument"]}, role["RoleId"],
                 role["Arn"])  # fmt: skip


def _user(iam: Any, name: str) -> Bound:
    user = iam.get_user(UserName=name)["User"]
    policies = {one: iam.get_user_policy(UserName=name, PolicyName=one)["PolicyDocument"]
                for one in iam.list_user_policies(UserName=name)["PolicyNames"]}  # fmt: skip
    policies |= _attached(iam, iam.list_attached_user_policies(UserName=name))
    for group in iam.list_groups_for_user(UserName=name)["Groups"]:
        own = group["GroupName"]
        for one in iam.list_group_policies(GroupName=own)["PolicyNames"]:
            policies[f"{own}/{one}"] = iam.get_group_policy(GroupName=own, PolicyName=one)["PolicyDocument"]
        policies |= _attached(iam, iam.list_attached_group_policies(GroupName=own))
    return Bound(policies, _boundary(iam, user), {}, user["UserId"], user["Arn"])


def _attached(iam: Any, listed: Any) -> Documents:
    return {one["PolicyName"]: _managed(iam, one["PolicyArn"]) for one in listed["AttachedPolicies"]}


def _boundary(iam: Any, entity: Any) -> Documents:
    arn = entity.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return {arn: _managed(iam, arn)} if arn else {}


def _managed(iam: Any, arn: str) -> Any:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return json.loads(document) if isinstance(document, str) else document
