"""A role's trust policy: whom it lets take the role, its very text, and a pause put in front of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from gdkit.aws import ask, need
from gdkit.errors import AwsCall, ResponseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.aws import ReadOnlyAws

SID = "GdkitPauseTrust"
"""Name of gdkit's statement."""

TAKING = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
"""Ways to take a role. Source: STS API Reference."""

PAUSE: Mapping[str, Any] = {"Sid": SID, "Effect": "Deny", "Principal": "*", "Action": list(TAKING)}
"""The statement that stops everybody, AWS's own services too.

Source: IAM User Guide, "AWS JSON policy elements: Principal", all principals; an explicit Deny wins over any Allow.
"""

_TEXT = "TrustPolicyText"
_IDS = ("AROA", "AIDA", "AGPA")


def trust_text(aws: ReadOnlyAws, account_id: str, role_name: str) -> str:
    """Give a role's trust policy in the very bytes that IAM holds.

    Raises:
        AwsError: it could not be read.
    """
    client = aws.client("iam", account_id=account_id)
    client.meta.events.register_first("after-call.iam.GetRole", _keep_text, unique_id="gdkit-trust-text")
    answer = ask(client, "GetRole", {"RoleName": role_name}, account_id=account_id)
    role = need(answer, "Role", AwsCall("iam", "GetRole", account_id))
    return str(need(role, _TEXT, AwsCall("iam", "GetRole", account_id)))


def trusted(document: Mapping[str, Any]) -> list[str]:
    """Give everybody whom a trust policy names as allowed, sorted: ARNs, services, identity providers, ``*``."""
    allowed = [one for one in statements(document) if one.get("Effect") == "Allow"]
    return sorted({name for one in allowed for name in _names(one.get("Principal"))})


def refuse_deleted(document: Mapping[str, Any], role_arn: str) -> None:
    """See that IAM would take the policy back: it refuses one that names what was deleted.

    Raises:
        ResponseError: a user or role that it names does not exist any more.

    Source: IAM User Guide, "AWS JSON policy elements: Principal": a deleted principal stands there by its unique id.
    """
    gone = [name for one in statements(document) for name in _names(one.get("Principal")) if name.startswith(_IDS)]
    if gone:
        raise ResponseError(
            f"the trust policy names {', '.join(sorted(set(gone)))[:200]}, a user or role that was deleted; AWS takes "
            "such a policy back in no form, so it can neither be paused nor brought back as it was",
            where=f"role {role_arn}",
            action="use deny-role, which stops the sessions themselves, or take that principal out by hand",
        )


def statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the statements of a policy, also where there is one that stands in no list."""
    found = document.get("Statement", [])
    rows = found if isinstance(found, list) else [found]
    return [one for one in rows if isinstance(one, Mapping)]


def without_pause(document: Mapping[str, Any], role_arn: str) -> tuple[bool, Any]:
    """Give whether gdkit's pause stands in a trust policy, and the policy without it, in one spelling.

    IAM may write lists in another order and a list of one as a word, so those are brought to one form.

    Raises:
        ResponseError: a statement of gdkit's name is not as gdkit writes it.
    """
    own = [one for one in statements(document) if one.get("Sid") == SID]
    if any(plain_form(one) != plain_form(PAUSE) for one in own) or len(own) > 1:
        raise ResponseError(f"the trust policy has a statement {SID} that is not as gdkit writes it",
                            where=f"role {role_arn}", action="take it out by hand, and preview again")  # fmt: skip
    rest = [one for one in statements(document) if one.get("Sid") != SID]
    return bool(own), {**plain_form(document), "Statement": [plain_form(one) for one in rest]}


def paused(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a trust policy with the pause in front."""
    return {**document, "Statement": [dict(PAUSE), *(dict(one) for one in statements(document))]}


def plain_form(value: Any) -> Any:
    """Give a part of a policy in one spelling: lists of words sorted, a list of one word as the word."""
    if isinstance(value, Mapping):
        return {name: plain_form(member) for name, member in value.items()}
    if isinstance(value, list):
        if all(isinstance(one, str) for one in value):
            words = sorted(set(value))
            return words[0] if len(words) == 1 else words
        return [plain_form(one) for one in value]
    return value


def _names(principal: Any) -> Iterator[str]:
    if isinstance(principal, str):
        yield principal
    elif isinstance(principal, Mapping):
        for found in principal.values():
            yield from (str(one) for one in (found if isinstance(found, list) else [found]))


def _keep_text(parsed: dict[str, Any], **_: Any) -> None:
    """Keep the text of the trust policy before boto3 makes an object of it."""
    role = parsed.get("Role")
    if isinstance(role, dict) and isinstance(role.get("AssumeRolePolicyDocument"), str):
        role[_TEXT] = unquote(role["AssumeRolePolicyDocument"])
