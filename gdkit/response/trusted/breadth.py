"""Whether a rule is too broad: it would hide findings of what nobody looked at."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from gdkit.findings.filter_language import read_rule
from gdkit.response.trusted.narrow import WIDEST

if TYPE_CHECKING:
    from gdkit.findings.criteria import Condition

_REMOTE = (".ipAddressV4", ".ipAddressV6", ".remoteAccountDetails.accountId", ".domain")
_OWN = ("resource.accessKeyDetails.", "resource.instanceDetails.instanceId", "resource.instanceDetails.tags.",
        "resource.instanceDetails.iamInstanceProfile.", "resource.s3BucketDetails.name",
        "resource.s3BucketDetails.arn", "id", "arn")  # fmt: skip
_PLACES = (".country.", ".city.", ".geoLocation.", ".organization.")
_TYPES = ("type", "severity", "region", "service.archived", "accountId", "updatedAt", "createdAt", "confidence",
          "service.serviceName", "resource.resourceType", "service.resourceRole", "partition")  # fmt: skip


def too_broad(document: object) -> tuple[str, ...]:
    """Give each reason why a rule is too broad, one clause each; none for a narrow one.

    A narrow rule names, letter by letter, who called (an address, a network of one team, an account) and whose
    credentials or resource it was.

    Args:
        document: its criteria as GetFilter gives them.

    >>> too_broad({"Criterion": {"type": {"Equals": ["Recon:EC2/Portscan"]}}})
    ('it names a finding type and the like alone: neither the caller nor the resource',)
    """
    rule = read_rule(document)
    sure = [condition for condition in rule.criteria.conditions if condition.operator == "equals"]
    reasons = [f"what it means cannot be judged: {words}" for words in rule.unreadable]
    reasons += _wild(rule.criteria.conditions)
    remote = [condition for condition in sure if condition.path.endswith(_REMOTE)]
    own = [condition for condition in sure if condition.path.startswith(_OWN)]
    if not remote and not own:
        reasons.append(_without_names(rule.criteria.fields))
    elif not remote:
        reasons.append("it does not say who called: any address would be hidden")
    elif not own:
        reasons.append("it does not say whose credentials: every role's are hidden at that address")
    return tuple(reasons + [text for condition in remote for text in _wide(condition)])


def _without_names(fields: tuple[str, ...]) -> str:
    if any(place in path for path in fields for place in _PLACES):
        return "it names a country, a city or a network operator, which thieves use too"
    if all(path in _TYPES for path in fields):
        return "it names a finding type and the like alone: neither the caller nor the resource"
    return "it names neither the caller nor the resource"


def _wild(conditions: tuple[Condition, ...]) -> list[str]:
    wild = [condition for condition in conditions if condition.operator == "matches"]
    return [f"it has a wildcard in {condition.path}" for condition in wild
            if any("*" in value or "?" in value for value in condition.values)]  # fmt: skip


def _wide(condition: Condition) -> list[str]:
    return [f"{value} is a wide network" for value in condition.values if "/" in value and _is_wide(value)]


def _is_wide(value: str) -> bool:
    try:
        network: Any = ip_network(value, strict=False)
    except ValueError:
        return True
    return bool(network.prefixlen < WIDEST[network.version])
