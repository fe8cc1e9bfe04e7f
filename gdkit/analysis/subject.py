"""What an investigation starts from: a finding, or only a principal id, an instance id or a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.errors import FindingError, UsageError
from gdkit.identifiers import is_instance_id, parse_access_key_id, parse_assumed_role, parse_principal_id
from gdkit.model import Finding, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_CHARACTERS = 20
"""Characters of an access key id; text of another length is a typing error."""


def subject_of_finding(finding: Finding, siblings: Iterable[Finding] = ()) -> Subject:
    """Give the session that a finding is about.

    Args:
        finding: the finding.
        siblings: other findings; those of the same principal or key add the addresses and accounts they name. One
            theft can make several findings, and each shows only the last address.

    Raises:
        FindingError: the finding names neither a principal nor a key, so no session can be looked up by it.
    """
    principal = parse_principal_id(finding.principal_id)
    principal_id = principal.text if principal is not None and principal.session_name else None
    instance_id = (principal.instance_id if principal else None) or finding.instance.instance_id
    if principal_id is None and finding.access_key_id is None:
        raise FindingError(
            "the finding has neither resource.accessKeyDetails.principalId (role id and session name) nor "
            "accessKeyId, so it does not say whose session leaked",
            where=f"finding {finding.id}",
            action=_without_principal(instance_id),
        )
    same = [finding, *(other for other in siblings if _is_of(other, principal_id, finding.access_key_id))]
    return Subject(
        finding,
        principal_id,
        instance_id,
        finding.access_key_id,
        tuple(sorted({other.remote.address for other in same if other.remote.address})),
        tuple(sorted({other.remote.account_id for other in same if other.remote.account_id})),
    )


def _is_of(other: Finding, principal_id: str | None, access_key_id: str | None) -> bool:
    same_principal = principal_id is not None and other.principal_id == principal_id
    return same_principal or (access_key_id is not None and other.access_key_id == access_key_id)


def subject_of_text(text: str) -> Subject | None:
    """Read a principal id (``AROA…:i-…``), an instance id, the ARN of an instance's session, or an access key id.

    None where it is none of them.

    >>> subject_of_text("i-0123456789abcdef0").instance_id
    'i-0123456789abcdef0'
    >>> subject_of_text("arn:aws:sts::111122223333:assumed-role/app/i-0123456789abcdef0").instance_id
    'i-0123456789abcdef0'

    Raises:
        UsageError: the instance identity role, which no finding of this family is about.
    """
    text = text.strip()
    assumed = parse_assumed_role(text)
    instance_id = assumed.session_name if assumed else text
    if instance_id.isupper():  # typed so; anonymised logs mix the cases, and no id of AWS's has large letters
        instance_id = instance_id.lower()
    if is_instance_id(instance_id):
        return Subject(instance_id=instance_id, session_arn=text if assumed else None)
    key = parse_access_key_id(text)
    if key is not None and key.kind != "other" and len(key.text) == KEY_CHARACTERS:
        return Subject(access_key_id=key.text)
    principal = parse_principal_id(text)
    if principal is None or principal.session_name is None:
        return None
    if principal.is_instance_identity:
        raise UsageError(
            f"{text} is the instance identity role; it holds no permissions of its own that a policy could deny",
            action="give the principal id of the instance's role, AROA…:i-…, or the instance id alone",
        )
    if not principal.unique_id.startswith("AROA"):
        return None
    return Subject(principal_id=text, instance_id=principal.instance_id)


def _without_principal(instance_id: str | None) -> str:
    if instance_id is None:
        return "export the finding again in full, or give the instance id in its place"
    return f"give the instance id in place of the finding: gdkit investigate {instance_id} --trail … --case …"
