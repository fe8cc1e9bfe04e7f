"""What the session's role is allowed, from the documents that AWS gave: pure functions.

Source: IAM API Reference, GetRolePolicy, ListAttachedRolePolicies, GetPolicyVersion; IAM User Guide, "Permissions
boundaries for IAM entities".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gdkit.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gdkit.environment.model import Document


def role_policies(documents: Mapping[str, Document]) -> list[tuple[str, dict[str, Any]]]:
    """Give the role's identity policies: the inline ones, then the attached ones in their default version.

    A boundary is none of them: it allows nothing, see ``role_boundary``. Ask ``unread_policies`` what is missing here.

    Args:
        documents: those whose names begin with ``role`` and ``policy``.

    Returns:
        For each its name, or its ARN where it is attached, and the policy document.

    Raises:
        PolicyError: a document is no JSON object.
    """
    found = []
    for source, name, member in _named(documents):
        document = documents.get(name)
        if document is not None:
            found.append((source, _object(_text_of(document, member), name)))
    return found


def role_boundary(documents: Mapping[str, Document]) -> tuple[str, dict[str, Any] | None] | None:
    """Give the permissions boundary of the role: what it lacks, no other policy can allow.

    Returns:
        Its ARN and its document, or None in the document's place where that was not read; None where the role has no
        boundary, or was not read itself.

    Raises:
        PolicyError: the document is no JSON object.
    """
    role = documents.get("role")
    if role is None:
        return None
    arn = (role.answer["Role"].get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    if not arn:
        return None
    name = f"policy.{arn}.document"
    document = documents.get(name)
    return str(arn), None if document is None else _object(_text_of(document, "PolicyVersion"), name)


def unread_policies(documents: Mapping[str, Document]) -> tuple[str, ...]:
    """Say what of the role's permissions could not be read; where there is something, the role may do more."""
    told = [words for name, words in (("role", "the role itself, so whether it has a boundary"),
                                      ("role.inline", "the list of its inline policies"),
                                      ("role.attached", "the list of its attached policies"))
            if name not in documents]  # fmt: skip
    told += [source for source, name, _ in _named(documents) if name not in documents]
    boundary = role_boundary(documents)
    if boundary is not None and boundary[1] is None:
        told.append(f"the boundary {boundary[0]}")
    return tuple(told)


def _named(documents: Mapping[str, Document]) -> Iterator[tuple[str, str, str]]:
    """Give each policy of the role: its name, the name of its document, and the member of it that holds the text."""
    if "role.inline" in documents:
        for policy in documents["role.inline"].answer["PolicyNames"]:
            yield str(policy), f"role.inline.{policy}", "PolicyDocument"
    if "role.attached" in documents:
        for policy in documents["role.attached"].answer["AttachedPolicies"]:
            yield str(policy["PolicyArn"]), f"policy.{policy['PolicyArn']}.document", "PolicyVersion"


def _text_of(document: Document, member: str) -> Any:
    found = document.answer[member]
    return found["Document"] if member == "PolicyVersion" else found


def _object(found: Any, where: str) -> dict[str, Any]:
    """Give a policy as an object; botocore has decoded it already, unless it was kept as text."""
    try:
        decoded = json.loads(found) if isinstance(found, str) else found
    except (ValueError, RecursionError) as error:
        raise PolicyError("the document is no JSON", where=where) from error
    if not isinstance(decoded, dict):
        raise PolicyError("the document is no JSON object", where=where)
    return decoded
