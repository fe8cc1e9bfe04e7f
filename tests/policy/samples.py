"""Short words for the tests of the decision function."""

from __future__ import annotations

from typing import Any

from gdkit.policy import Decision, Policy, Principal, Request, decide, parse_policy

OWN, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/service/web"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/web/i-0aaa"
USER = f"arn:aws:iam::{OWN}:user/alice"
FEDERATED_USER = f"arn:aws:sts::{OWN}:federated-user/alice"
ROOT = f"arn:aws:iam::{OWN}:root"
OBJECT = "arn:aws:s3:::data/key"


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """Give a statement over everything, but for the elements given."""
    row: dict[str, Any] = {"Effect": effect}
    if not {"Action", "NotAction"} & set(elements):
        row["Action"] = "*"
    if not {"Resource", "NotResource"} & set(elements):
        row["Resource"] = "*"
    return row | elements


def policy(*statements: dict[str, Any], name: str = "sample", **top: Any) -> Policy:
    """Give a policy of an identity."""
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)} | top, name=name)


def of_resource(*statements: dict[str, Any], name: str = "bucket") -> Policy:
    """Give a policy of a resource."""
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)}, name=name, kind="resource")


def allow(**elements: Any) -> Policy:
    """Give a policy with one Allow."""
    return policy(statement("Allow", **elements), name="allow")


def deny(**elements: Any) -> Policy:
    """Give a policy with one Deny."""
    return policy(statement("Deny", **elements), name="deny")


ALLOW_ALL = allow()
ALLOW_NOTHING = policy(name="nothing")


def asked(action: str = "s3:GetObject", resource: str = OBJECT, **more: Any) -> Request:
    """Give a request of the role's session, but for what is given."""
    return Request(action, resource, **({"principal": Principal("AWS", SESSION)} | more))


def met(condition: dict[str, Any], context: dict[str, Any], *, version: str = "2012-10-17") -> bool:
    """Tell whether a condition holds, by whether a Deny that has it denies."""
    found = decide(asked(context=context), identity=[policy(statement("Deny", Condition=condition), Version=version)])
    assert found.decision in {"ExplicitDeny", "ImplicitDeny"}
    return found.decision == "ExplicitDeny"


def outcome(request: Request, **layers: Any) -> tuple[str, str]:
    """Give decision and layer."""
    found: Decision = decide(request, **layers)
    return found.decision, found.layer
