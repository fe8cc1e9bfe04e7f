"""Which finding types are gdkit's subject, and what to use for the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdkit.findings.fields import plain
from gdkit.model import RefusedFinding, Variant

if TYPE_CHECKING:
    from collections.abc import Iterable

FAMILY = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration"
"""The type that gdkit investigates, without its suffix.

Source: GuardDuty User Guide, "GuardDuty IAM finding types"; its history: renamed to ``.OutsideAWS`` in September 2021,
``.InsideAWS`` added in January 2022.
"""

_VARIANTS: dict[str, Variant] = {
    FAMILY: "unspecified",
    f"{FAMILY}.OutsideAWS": "OutsideAWS",
    f"{FAMILY}.InsideAWS": "InsideAWS",
}
_TYPE = re.compile(r"(?:^|/)([A-Za-z0-9]{1,60}):([A-Za-z0-9]{1,60})[-/.]([^/\s]{1,200})$")

_GUIDE = "the GuardDuty User Guide, "
_BY_RESOURCE = {
    "IAMUser": ("an IAM identity, not an instance's credentials",
                _GUIDE + '"Remediating potentially compromised AWS credentials"'),
    "EC2": ("an EC2 instance's own behaviour",
            _GUIDE + '"Remediating a potentially compromised Amazon EC2 instance"'),
    "S3": ("an S3 bucket", _GUIDE + '"Remediating a potentially compromised S3 bucket"'),
    "RDS": ("a database", _GUIDE + '"Remediating a potentially compromised database"'),
    "Lambda": ("a Lambda function", _GUIDE + '"Remediating a potentially compromised Lambda function"'),
    "ECS": ("an ECS cluster", _GUIDE + '"Remediating a potentially compromised ECS cluster"'),
    "Kubernetes": ("an EKS cluster", _GUIDE + '"Remediating EKS Protection findings"'),
    "Runtime": ("a running workload", _GUIDE + '"Remediating Runtime Monitoring findings"'),
}  # fmt: skip


def guardduty_type(texts: Iterable[object]) -> str | None:
    """Give the GuardDuty type that one of several type texts holds, in GuardDuty's own spelling.

    Security Hub puts its taxonomy in front and a hyphen for the slash; some tools write another taxonomy.

    >>> guardduty_type(["TTPs/Discovery/Recon:EC2-Portscan", "Threats"])
    'Recon:EC2/Portscan'

    Source: Security Hub User Guide, "GuardDuty findings: mapping of types"; GuardDuty User Guide, "Finding format":
    ``ThreatPurpose:ResourceTypeAffected/ThreatFamilyName``.
    """
    found = [match for text in texts if isinstance(text, str) and (match := _match(text))]
    types = [f"{match[1]}:{match[2]}/{match[3]}" for match in found]
    return next((name for name in types if name in _VARIANTS), types[0] if types else None)


def _match(text: str) -> re.Match[str] | None:
    # PurposeOfThreat:Resource/Name holds a slash of its own, so the whole text is tried from its last taxonomy part on
    text = text.strip()
    if len(text) > 400:
        return None
    head, colon, tail = text.partition(":")
    return _TYPE.search(f"{head.rpartition('/')[2]}{colon}{tail}") if colon else None


def variant_of(finding_type: str) -> Variant | None:
    """Tell which member of the family a type is; None where it is none.

    >>> variant_of("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration")
    'unspecified'
    """
    return _VARIANTS.get(finding_type)


def refusal(finding_id: str, finding_type: str) -> RefusedFinding:
    """Say why a finding of another type is not investigated here, and what to use for it.

    Source: GuardDuty User Guide, "Remediating security issues discovered by GuardDuty".
    """
    reason, use_instead = _reason(finding_type)
    return RefusedFinding(plain(finding_id), plain(finding_type), reason, use_instead)


def refusal_of_product(finding_id: str, finding_type: str, product: str) -> RefusedFinding:
    """Say that a Security Hub or OCSF finding does not come from GuardDuty."""
    return RefusedFinding(
        plain(finding_id),
        plain(finding_type),
        f"it comes from another product than GuardDuty ({plain(product, 60)})",
        "that product's own guidance; give gdkit the GuardDuty finding itself if there is one",
    )


def _reason(finding_type: str) -> tuple[str, str]:
    purpose, _, rest = finding_type.partition(":")
    resource, _, name = rest.partition("/")
    if purpose == "AttackSequence":
        return (
            "it is an attack sequence, which ties several findings together",
            "its member findings: open its signals in GuardDuty and give gdkit the InstanceCredentialExfiltration one",
        )
    if resource == "IAMUser" and name.startswith("ResourceCredentialExfiltration"):
        return (
            "it is about the credentials of a Lambda function's or ECS task's role, not of an EC2 instance's",
            _GUIDE + '"Remediating a potentially compromised Lambda function" or "… ECS cluster"; revoke the active '
            "sessions of the function's or task's role",
        )
    if finding_type.startswith(FAMILY):
        return (
            "it is a member of the InstanceCredentialExfiltration family that this version does not know",
            "a newer gdkit; until then " + _BY_RESOURCE["IAMUser"][1],
        )
    if resource in _BY_RESOURCE:
        subject, use_instead = _BY_RESOURCE[resource]
        return f"it is about {subject}", use_instead
    return "it is of another GuardDuty type", _GUIDE + '"Remediating security issues discovered by GuardDuty"'
