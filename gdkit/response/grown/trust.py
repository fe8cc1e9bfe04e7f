"""A role's trust policy as IAM holds it, byte for byte, and the same without one principal."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from gdkit.aws import ask, need
from gdkit.errors import AwsCall, AwsError, ResponseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gdkit.aws import ReadOnlyAws

_ACCOUNT_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")


def trust_text(aws: ReadOnlyAws, account_id: str, role: str) -> str | None:
    """Give the text of a role's trust policy as it was written; None where there is no such role.

    botocore gives the document taken apart, by which the text is lost; so the answer is read before that.

    Raises:
        AwsError: it could not be read.

    Source: IAM API Reference, Role, AssumeRolePolicyDocument (URL-encoded); botocore, handlers, json_decode_policies.
    """
    client, seen = aws.client("iam", account_id=account_id), []

    def keep(parsed: Mapping[str, Any], **_: Any) -> None:
        seen.append(parsed.get("Role", {}).get("AssumeRolePolicyDocument"))

    client.meta.events.register_first("after-call.iam.GetRole", keep)
    try:
        need(ask(client, "GetRole", {"RoleName": role}, account_id=account_id), "Role",
             AwsCall("iam", "GetRole", account_id))  # fmt: skip
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return None
        raise
    finally:
        client.meta.events.unregister("after-call.iam.GetRole", keep)
    return unquote(str(seen[-1]))


def without_principal(text: str, principal: str) -> str:
    """Give a trust policy that lets one principal in no more, and everybody else as before.

    Statements that allow nobody else are left out; statements that deny stay as they are. Where the principal is not
    let in, the text comes back as it is.

    Args:
        text: the trust policy.
        principal: ARN, account id, service, provider or ``*``, as the policy writes it.

    Raises:
        ResponseError: the policy cannot be read, or nothing would be left of it, which IAM does not take.
    """
    try:
        document = json.loads(text)
        statements = _listed(document["Statement"])
        kept = [_without(one, principal) for one in statements]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResponseError("the role's trust policy cannot be read", where="trust policy",
                            action="look at it in the console, and repair it by hand") from error  # fmt: skip
    if kept == statements:
        return text
    left = [one for one in kept if one is not None]
    if not left:
        raise ResponseError(f"the trust policy lets in nobody but {principal[:80]}, and IAM takes no empty one",
                            where="trust policy",
                            action="if the thief made the role, deny-made-role stops it; else put the role's own "
                            "trust policy back from your templates")  # fmt: skip
    return json.dumps({**document, "Statement": left}, ensure_ascii=False)


def principals_in(text: str) -> tuple[str, ...]:
    """Give whom a trust policy lets in, in its order, each once; nobody where it cannot be read.

    >>> principals_in('{"Statement": {"Effect": "Allow", "Principal": {"AWS": ["111122223333", "*"]}}}')
    ('111122223333', '*')
    """
    try:
        statements = _listed(json.loads(text)["Statement"])
        return tuple(dict.fromkeys(name for one in statements if one["Effect"] == "Allow"
                                   for name in _named(one.get("Principal", {}))))  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()


def _without(statement: dict[str, Any], principal: str) -> dict[str, Any] | None:
    """Give a statement without a principal; None where nobody is left in it."""
    if statement["Effect"] != "Allow" or "Principal" not in statement:
        return statement
    named = statement["Principal"]
    if isinstance(named, str):
        return None if _same(named, principal) else statement
    left: dict[str, Any] = {}
    for kind, value in named.items():
        names = [one for one in _listed(value) if not _same(one, principal)]
        if names == _listed(value):
            left[kind] = value
        elif names:
            left[kind] = names
    return {**statement, "Principal": left} if left else None


def _named(principal: Any) -> Iterator[str]:
    for value in principal.values() if isinstance(principal, dict) else (principal,):
        yield from (str(one) for one in _listed(value))


def _same(written: object, principal: str) -> bool:
    """Tell whether two principals are one; an account's id stands for its root.

    Source: IAM User Guide, "AWS JSON policy elements: Principal", AWS account principals.
    """
    return _plain(str(written)) == _plain(principal)


def _plain(principal: str) -> str:
    root = _ACCOUNT_ROOT.fullmatch(principal)
    return root[1] if root else principal


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
