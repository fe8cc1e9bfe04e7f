"""What events show to have been done against credentials: keys deleted, users deleted, sessions denied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.request_text import fields_of, mentions, names, text_member
from gdkit.errors import PolicyError
from gdkit.model import utc_text
from gdkit.policy.document import parse_policy
from gdkit.policy.request import Request
from gdkit.policy.statements import denying

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from gdkit.policy.document import Policy

_BY_NAME = {
    "DeleteAccessKey": ("access_key", "deleted"), "UpdateAccessKey": ("access_key", ""),
    "DeleteUser": ("user", "deleted"), "CreateUser": ("user", ""),
    "DeleteLoginProfile": ("login_profile", "deleted"), "CreateLoginProfile": ("login_profile", ""),
    "DeleteServiceSpecificCredential": ("service_credential", "deleted"),
    "UpdateServiceSpecificCredential": ("service_credential", ""),
}  # fmt: skip
_ON_ROLES = ("PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy")
_ON_INSTANCES = {
    "TerminateInstances": "terminated", "StopInstances": "stopped",
    "DisassociateIamInstanceProfile": "without the role",
    "StartInstances": "", "AssociateIamInstanceProfile": "",
}  # fmt: skip
_DENY_ALL = ":iam::aws:policy/AWSDenyAll"
_PROBES = ("iam:CreateUser", "s3:ListAllMyBuckets", "ssm:UpdateInstanceInformation")
"""Actions of unlike kinds; what denies all three is taken to deny everything, what denies some is told as a part."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """What one event did against a credential.

    Attributes:
        whole: whether it stops everything; False where other calls stay allowed.
        words: what was done, since when, by which event.
    """

    event_id: str | None
    at: datetime
    whole: bool
    words: str


@dataclass(frozen=True, slots=True)
class _Act:
    event_id: str | None
    at: datetime
    done: str
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class Revocations:
    """The last thing that events show to have been done to each key, user, password, role policy and instance."""

    named: dict[tuple[str, str | None, str], _Act] = field(default_factory=dict)
    roles: dict[tuple[str | None, str], dict[str, _Act]] = field(default_factory=dict)
    instance: _Act | None = None

    def of_name(self, kind: str, account_id: str | None, name: str | None) -> Revocation | None:
        """Give what was done to a key, user or password; None where nothing was, or where it was undone."""
        act = self.named.get((kind, None if kind == "access_key" else account_id, name)) if name else None
        return _told(act, True) if act and act.done else None

    def of_instance(self) -> Revocation | None:
        """Give what ended the instance's way to new credentials; None where nothing did, or where it was undone."""
        return _told(self.instance, True) if self.instance and self.instance.done else None

    def of_session(
        self, account_id: str | None, role_name: str | None, principal_id: str | None, issued_at: datetime | None
    ) -> Revocation | None:
        """Give the policy on a role that denies a session of it, first one that denies everything.

        Args:
            account_id: the role's account.
            role_name: the role; None where it is not known, and then nothing is found.
            principal_id: the session's ``roleId:session-name``.
            issued_at: when the session's credential was issued; a deny of older sessions is judged by it.

        Source: IAM User Guide, "Revoking IAM role temporary security credentials" (aws:TokenIssueTime, aws:userid).
        """
        found = []
        for act in self.roles.get((account_id, role_name or ""), {}).values():
            denied = _denied(act.policy, principal_id, issued_at) if act.policy else len(_PROBES) * bool(act.done)
            if denied:
                found.append(_told(act, denied == len(_PROBES)))
        return min(found, key=lambda told: (not told.whole, told.at), default=None)


def revocations(events: pd.DataFrame, instance_id: str | None, until: datetime | None) -> Revocations:
    """Find what was done against credentials, up to an instant; failed calls and calls without a time do not count.

    Args:
        events: ``tables.EVENTS``, the whole trail.
        instance_id: the leaked session's instance.
        until: the instant to judge by; None where no event has a time, and then none counts.
    """
    if until is None:
        return Revocations()
    rows = events[events["error_code"].isna() & (events["event_at"] <= until)].sort_values(["event_at", "event_id"])
    by_iam = rows[(rows["event_source"] == "iam.amazonaws.com") & rows["event_name"].isin([*_BY_NAME, *_ON_ROLES])]
    named: dict[tuple[str, str | None, str], _Act] = {}
    roles: dict[tuple[str | None, str], dict[str, _Act]] = {}
    for row in tables.rows_of(by_iam):
        request = fields_of(row["request_parameters"])
        if row["event_name"] in _BY_NAME:
            _note_name(named, row, request)
        else:
            _note_role(roles, row, request)
    return Revocations(named, roles, _last_on_instance(rows, instance_id))


def _note_name(
    named: dict[tuple[str, str | None, str], _Act], row: dict[str, Any], request: dict[str, Any] | None
) -> None:
    kind, done = _BY_NAME[row["event_name"]]
    member = {"access_key": "accessKeyId", "service_credential": "serviceSpecificCredentialId"}.get(kind, "userName")
    name = text_member(request, member)
    if row["event_name"] in ("UpdateAccessKey", "UpdateServiceSpecificCredential"):
        done = "" if (text_member(request, "status") or "").lower() == "active" else "made inactive"
        if text_member(request, "status") is None:
            return
    if name is not None:
        account_id = None if kind == "access_key" else row["account_id"]
        named[(kind, account_id, name)] = _Act(row["event_id"], row["event_at"], done)


def _note_role(
    roles: dict[tuple[str | None, str], dict[str, _Act]], row: dict[str, Any], request: dict[str, Any] | None
) -> None:
    role, policy_name = text_member(request, "roleName"), text_member(request, "policyName")
    policy_arn, operation = text_member(request, "policyArn"), row["event_name"]
    if role is None:
        return
    acts = roles.setdefault((row["account_id"], role), {})
    if operation == "PutRolePolicy" and policy_name:
        policy = _read(text_member(request, "policyDocument"))
        acts[policy_name] = _Act(row["event_id"], row["event_at"], f"denied by policy {policy_name}", policy)
        if policy is None:
            del acts[policy_name]  # what it says is not known, and what it replaced is gone
    elif operation == "AttachRolePolicy" and policy_arn and policy_arn.endswith(_DENY_ALL):
        acts[policy_arn] = _Act(row["event_id"], row["event_at"], "denied by policy AWSDenyAll")
    elif operation in ("DeleteRolePolicy", "DetachRolePolicy"):
        acts.pop(policy_name or policy_arn or "", None)


def _read(document: str | None) -> Policy | None:
    try:
        return parse_policy(document, name="inline") if document else None
    except PolicyError:
        return None


def _denied(policy: Policy, principal_id: str | None, issued_at: datetime | None) -> int:
    """Count the probed actions that a policy denies to a session."""
    context = {"aws:userid": principal_id, "aws:TokenIssueTime": utc_text(issued_at)}
    known = {name: value for name, value in context.items() if value is not None}
    return sum(denying([policy], Request(action, "*", known)) is not None for action in _PROBES)


def _last_on_instance(rows: pd.DataFrame, instance_id: str | None) -> _Act | None:
    if instance_id is None:
        return None
    rows = rows[(rows["event_source"] == "ec2.amazonaws.com") & rows["event_name"].isin(_ON_INSTANCES)]
    last = None
    for row in tables.rows_of(rows[mentions(rows, instance_id)]):
        request, answer = fields_of(row["request_parameters"]), fields_of(row["response_elements"])
        if names(request, row["request_parameters"], instance_id) or names(answer, None, instance_id):
            last = _Act(row["event_id"], row["event_at"], _ON_INSTANCES[row["event_name"]])
    return last


def _told(act: _Act, whole: bool) -> Revocation:
    part = "" if whole else " in part: other calls stay allowed"
    return Revocation(act.event_id, act.at, whole, f"{act.done}{part} since {utc_text(act.at)} (event {act.event_id})")
