"""The role that a step is about, read and checked before anything is planned on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.aws import ask, need, rows
from gdkit.errors import AwsCall, AwsError, ResponseError
from gdkit.identifiers import is_role_id
from gdkit.response.step import Need

if TYPE_CHECKING:
    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target

MOST_INLINE = 10_240
"""Characters that all inline policies of a role may have together, white space not counted.

Source: IAM User Guide, "IAM and AWS STS quotas"; PutRolePolicy answers LimitExceeded beyond it.
"""

_NOT_EDITABLE = {
    "/aws-service-role/": "it is linked to an AWS service, and only that service changes its policies",
    "/aws-reserved/sso.amazonaws.com/": "IAM Identity Center made it from a permission set, and only Identity Center "
    "changes it: revoke the user's sessions there, or edit the permission set",
}
"""Paths of roles whose policies nobody can change, and why.

Source: IAM User Guide, "Create a service-linked role"; IAM Identity Center User Guide, "Permission sets".
"""

READS = (
    Need("iam:GetRole", "arn:{partition}:iam::{account_id}:role/{role_name}"),
    Need("iam:GetRolePolicy", "arn:{partition}:iam::{account_id}:role/{role_name}"),
    Need("iam:ListRolePolicies", "arn:{partition}:iam::{account_id}:role/{role_name}"),
)
"""What reading the role and its inline policies needs."""

WRITES = (
    Need("iam:PutRolePolicy", "arn:{partition}:iam::{account_id}:role/{role_name}", writes=True),
    Need("iam:DeleteRolePolicy", "arn:{partition}:iam::{account_id}:role/{role_name}", writes=True),
)
"""What putting gdkit's own policy there, and taking it away, needs."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role.

    Attributes:
        id: its unique id, ``AROA…``: another one for each role that is made, even under the same name.
        trust: its trust policy.
    """

    name: str
    id: str
    arn: str
    account_id: str
    trust: Mapping[str, Any]


def role_of_case(aws: ReadOnlyAws, target: Target) -> Role:
    """Give the leaked role, and see that it is the very one that the case is about.

    Raises:
        ResponseError: the case does not know the role and its id, another role has its name now, or nobody can edit it.
        AwsError: it could not be read.
    """
    if not target.role_name or not is_role_id(target.role_id):
        raise ResponseError("the case does not know the role's name and its unique id (AROA…), so no policy can be "
                            "written with certainty", where="role",
                            action="load the finding, or events of the session: principalId holds it")  # fmt: skip
    role = find_role(aws, target.account_id, target.role_name)
    if role.id != target.role_id:
        raise ResponseError(
            f"the role {role.name} has the id {role.id} now, and the leaked session is of a role with the id "
            f"{target.role_id}: the role was deleted and made again since, so its old sessions have no permissions "
            "any more",
            where=f"role {role.arn}",
            action="look in CloudTrail for DeleteRole and CreateRole of this name; a Deny here would hit others",
        )
    return role


def find_role(aws: ReadOnlyAws, account_id: str, name: str) -> Role:
    """Give a role whose policies can be changed.

    Raises:
        ResponseError: there is none, or nobody can edit it.
        AwsError: it could not be read.
    """
    call = AwsCall("iam", "GetRole", account_id)
    try:
        found = need(ask(_iam(aws, account_id), "GetRole", {"RoleName": name}, account_id=account_id), "Role", call)
    except AwsError as error:
        if error.code != "NoSuchEntity":
            raise
        raise ResponseError("the role does not exist any more: its sessions have no permissions", where=f"role {name}",
                            action="look in CloudTrail for DeleteRole of this name") from error  # fmt: skip
    for path, reason in _NOT_EDITABLE.items():
        if str(found["Path"]).startswith(path):
            raise ResponseError(f"no policy can be put on this role: {reason}", where=f"role {found['Arn']}",
                                action="a service control policy of the organisation can deny it")  # fmt: skip
    return Role(name, str(found["RoleId"]), str(found["Arn"]), account_id, found["AssumeRolePolicyDocument"])


def inline_policy(aws: ReadOnlyAws, role: Role, policy_name: str) -> Mapping[str, Any] | None:
    """Give the document of one inline policy; None where the role has none of this name.

    Raises:
        AwsError: it could not be read.
    """
    asked = {"RoleName": role.name, "PolicyName": policy_name}
    try:
        answer = ask(_iam(aws, role.account_id), "GetRolePolicy", asked, account_id=role.account_id)
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return None
        raise
    found = need(answer, "PolicyDocument", AwsCall("iam", "GetRolePolicy", role.account_id))
    return found if isinstance(found, Mapping) else {"not JSON": str(found)}


def inline_size(aws: ReadOnlyAws, role: Role, besides: str) -> int:
    """Count the characters of all inline policies of a role but one, white space between the parts left out.

    Args:
        aws: the reader.
        role: the role.
        besides: name of the policy that is not counted.

    Raises:
        AwsError: they could not be read.
    """
    names = rows(_iam(aws, role.account_id), "ListRolePolicies", "PolicyNames", {"RoleName": role.name},
                 account_id=role.account_id)  # fmt: skip
    documents = (inline_policy(aws, role, str(name)) for name in list(names) if name != besides)
    return sum(len(compact(document)) for document in documents if document is not None)


def refuse_no_space(aws: ReadOnlyAws, role: Role, policy_name: str, document: Mapping[str, Any]) -> str:
    """See that a policy fits beside the role's other inline policies, and give the figures as a sentence.

    Raises:
        ResponseError: it does not fit.
        AwsError: the other policies could not be read.
    """
    others, own = inline_size(aws, role, policy_name), len(compact(document))
    figures = f"{own:,} characters beside {others:,} of the other inline policies, of {MOST_INLINE:,} in all"
    if own + others > MOST_INLINE:
        raise ResponseError(
            f"the policy does not fit on the role: {figures}",
            where=f"role {role.arn}, policy {policy_name}",
            action="swap the instance profile and deny the session by a service control policy, or let the role's "
            "owner move an inline policy into a managed one; then preview again",
        )
    return figures


def compact(document: Mapping[str, Any]) -> str:
    """Write a policy without any white space between its parts, always in the same way."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _iam(aws: ReadOnlyAws, account_id: str) -> Any:
    return aws.client("iam", account_id=account_id)
