"""Where a thing is that grew from a leaked session, often in another account and region; and what was told of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gdkit.aws import ask
from gdkit.errors import ResponseError
from gdkit.response.step import Action, Need, Option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target

ACCOUNT = Option("account", "Id of the account that it is in; the leaked role's unless told.")
REGION = Option("region", "Region that it is in, such as us-east-1; the case's unless told.")

_NAME = r"[\w+=,.@-]"
_FORMS: Mapping[str, tuple[str, str]] = {
    "account": (r"\d{12}", "twelve digits"),
    "region": (r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}", "such as us-east-1"),
    "user": (_NAME + "{1,64}", "the user's name without its path"),
    "role": (_NAME + "{1,64}", "the role's name without its path"),
    "name": (_NAME + "{1,128}", "the name without its path"),
    "key": (r"AKIA[A-Z0-9]{12,124}", "the access key id, AKIA…"),
    "policy-arn": (r"arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]{1,512}", "the policy's ARN"),
    "instance": (r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})", "the instance's id, i-…"),
    "function": (r"(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[\w-]{1,64}",
                 "the function's name or its ARN, without a version"),
    "rule": (r"[.\w-]{1,64}", "the rule's name"),
    "bus": (r"[\w./-]{1,256}", "the name of the event bus"),
    "snapshot": (r"snap-(?:[0-9a-f]{8}|[0-9a-f]{17})", "the snapshot's id, snap-…"),
    "image": (r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})", "the image's id, ami-…"),
    "shared-with": (r"\d{12}|all", "twelve digits, or all"),
    "group": (r"sg-(?:[0-9a-f]{8}|[0-9a-f]{17})", "the security group's id, sg-…"),
    "rules": (r"sgr-[0-9a-f]{8,17}(?:, *sgr-[0-9a-f]{8,17})*", "ids of rules, sgr-…, joined by commas"),
}  # fmt: skip
"""What an option's value looks like. Source: API References of IAM, EC2, Lambda and EventBridge."""


def told(target: Target, name: str) -> str:
    """Give what an option was told, once its form is checked; an empty text where nothing was.

    Raises:
        ResponseError: its form is wrong.
    """
    value = target.options.get(name, "")
    form, example = _FORMS[name]
    if value and not re.fullmatch(form, value, re.ASCII):
        raise ResponseError(f"{value[:70]!r} cannot be the option {name}", where=f"option {name}",
                            action=f"give {example}")  # fmt: skip
    return value


def account_of(target: Target) -> str:
    """Give the account that a step acts in.

    Raises:
        ResponseError: what was told is no account id.
    """
    return told(target, "account") or target.account_id


def region_of(target: Target) -> str:
    """Give the region that a step acts in.

    Raises:
        ResponseError: what was told is no region.
    """
    return told(target, "region") or target.region


def client_of(aws: ReadOnlyAws, target: Target, service: str) -> Any:
    """Give the reader's client of a service in the step's account and region."""
    return aws.client(service, region_of(target) if service != "iam" else None, account_of(target))


def asked(aws: ReadOnlyAws, target: Target, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
    """Make one reading call in the step's account and region, and give its answer.

    Raises:
        AwsError: it failed.
    """
    return ask(client_of(aws, target, service), operation, parameters, account_id=account_of(target))


def action(target: Target, service: str, operation: str, parameters: Mapping[str, Any], does: str) -> Action:
    """Give a changing call in the step's account and region."""
    return Action(service, operation, parameters, does, region=region_of(target), account_id=account_of(target))


def gone(what: str, where: str, look_for: str) -> ResponseError:
    """Give the error for a thing that does not exist any more.

    Args:
        what: the thing, with its name.
        where: the step.
        look_for: the event that would have ended it.
    """
    return ResponseError(f"{what} does not exist any more, or never did in this account and region",
                         where=f"step {where}",
                         action=f"check the options account and region; look in CloudTrail for {look_for}")  # fmt: skip


def identity_needs(kind: str, option: str, *actions: str, writes: bool = False) -> tuple[Need, ...]:
    """Give what is needed on a user, role or group that an option names: with a path in its ARN, or without.

    Source: IAM User Guide, "IAM identifiers": the ARN holds the path.
    """
    arn = f"arn:{{partition}}:iam::{{account_id}}:{kind}/"
    return tuple(Need(name, f"{arn}{path}{{{option}}}", writes) for path in ("", "*/") for name in actions)
