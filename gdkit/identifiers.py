"""AWS's identifiers, taken apart: principal ids, access key ids, ARNs, instance ids, source addresses.

Nothing here guesses: a part that the text does not hold is ``None``, and text that is no identifier gives ``None`` or a
kind that says so. No function raises on odd input, because all of it comes from logs.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

AddressKind = Literal["public", "private", "aws_service", "aws_internal", "redacted", "unparseable", "none"]

_INSTANCE_ID = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})", re.IGNORECASE)
_ACCESS_KEY_ID = re.compile(r"(A[A-Z0-9]{3})[A-Z0-9]{12,124}")
_KEY_KINDS: dict[str, Literal["temporary", "long_term"]] = {"ASIA": "temporary", "AKIA": "long_term"}
_UNIQUE_ID = re.compile(r"A(?:ROA|IDA|GPA|IPA|SIA|KIA|NPA|NVA|SCA|CCA)[A-Z0-9]{4,124}")
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]+")
_SERVICE_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.com(?:\.cn)?|aws\.internal)", re.IGNORECASE)
_REDACTION = re.compile(r"redact|hidden|masked|removed|anonymi[sz]ed|sanitized|^[x*#.:-]+$", re.IGNORECASE)
_PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(block)
    for block in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # RFC 1918
        "100.64.0.0/10",  # RFC 6598, shared address space: usable inside a VPC
        "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10", "fc00::/7",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PrincipalId:
    """A ``userIdentity.principalId`` taken apart.

    Attributes:
        text: as it stood.
        unique_id: the role's or user's unique id (``AROA…``, ``AIDA…``), or the role name in the three-part form.
        session_name: what follows the first colon; None where there is no colon.
        instance_id: the session name where it has the form of an instance id, else None.
        account_id: only the three-part form of the instance identity role carries it.
        is_instance_identity: ``account:aws:ec2-instance:i-…``, the role that no IAM policy applies to.
    """

    text: str
    unique_id: str
    session_name: str | None
    instance_id: str | None
    account_id: str | None = None
    is_instance_identity: bool = False


@dataclass(frozen=True, slots=True)
class AccessKeyId:
    """An access key id and what its text alone tells.

    Attributes:
        text: as it stood.
        kind: ``temporary`` (ASIA), ``long_term`` (AKIA) or ``other``.
        account_id: the account encoded in it, None where the key is of the old style that holds none.
    """

    text: str
    kind: Literal["temporary", "long_term", "other"]
    account_id: str | None


@dataclass(frozen=True, slots=True)
class Arn:
    """An Amazon Resource Name taken apart."""

    text: str
    partition: str
    service: str
    region: str
    account_id: str
    resource: str


@dataclass(frozen=True, slots=True)
class AssumedRole:
    """The parts of an STS assumed-role ARN: ``arn:…:sts::account:assumed-role/role/session``."""

    account_id: str
    role_name: str
    session_name: str


def is_instance_id(text: object) -> bool:
    """Tell whether the text has the form of an EC2 instance id.

    Upper case is accepted: anonymised logs hold it.

    >>> is_instance_id("i-0317f6c6b66ae9c40"), is_instance_id("i-786a3A8B5C0d92eF4"), is_instance_id("i-1")
    (True, True, False)
    """
    return isinstance(text, str) and _INSTANCE_ID.fullmatch(text) is not None


def is_region(text: str) -> bool:
    """Tell whether a text is written as the name of a region.

    >>> is_region("eu-west-1"), is_region("eu west")
    (True, False)
    """
    return _REGION.fullmatch(text) is not None


def is_account_id(text: object) -> bool:
    """Tell whether the text is twelve digits."""
    return isinstance(text, str) and _ACCOUNT_ID.fullmatch(text) is not None


def parse_principal_id(text: object) -> PrincipalId | None:
    """Take a principal id apart at its first colon.

    >>> parse_principal_id("AROAEXAMPLEID4:i-0123456789abcdef0").instance_id
    'i-0123456789abcdef0'
    >>> parse_principal_id("111122223333:aws:ec2-instance:i-0123456789abcdef0").is_instance_identity
    True

    Source: IAM User Guide, "Policy variables", table of aws:userid; EC2 User Guide, "Instance identity roles".
    """
    if not isinstance(text, str) or not text.strip():
        return None
    text = text.strip()
    head, _, rest = text.partition(":")
    if is_account_id(head) and rest.startswith("aws:ec2-instance:"):
        name = rest.rpartition(":")[2]
        return PrincipalId(text, "aws:ec2-instance", name, name if is_instance_id(name) else None, head, True)
    session_name = rest or None
    return PrincipalId(text, head, session_name, session_name if is_instance_id(session_name) else None)


def is_role_id(text: object) -> bool:
    """Tell whether the text is the unique id of an IAM role (``AROA…``)."""
    return isinstance(text, str) and text.startswith("AROA") and _UNIQUE_ID.fullmatch(text) is not None


def parse_access_key_id(text: object) -> AccessKeyId | None:
    """Read an access key id; None where the text has not that form.

    >>> parse_access_key_id("ASIAQNZGKIQY56JQ7WML").account_id
    '029608264753'
    >>> parse_access_key_id("AKIAIOSFODNN7EXAMPLE").account_id is None
    True

    Source: IAM User Guide, "Unique identifiers" (prefixes). The account in the key: the first six bytes of the
    base32 text after the prefix; keys of the old style have the top bit clear and hold none.
    """
    if not isinstance(text, str):
        return None
    match = _ACCESS_KEY_ID.fullmatch(text.strip())
    if match is None:
        return None
    kind = _KEY_KINDS.get(match[1])
    if kind is None:
        return AccessKeyId(match[0], "other", None)
    return AccessKeyId(match[0], kind, _account_in_key(match[0]))


def _account_in_key(key: str) -> str | None:
    try:
        head = base64.b32decode(key[4:20])[:6]
    except (binascii.Error, ValueError):
        return None
    number = int.from_bytes(head, "big")
    if not number >> 47:  # the old style: the top bit is clear
        return None
    account = (number & 0x7FFFFFFFFF80) >> 7
    return f"{account:012d}" if account <= 999_999_999_999 else None


def parse_arn(text: object) -> Arn | None:
    """Take an ARN apart; None where the text is none."""
    if not isinstance(text, str):
        return None
    parts = text.strip().split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        return None
    return Arn(text.strip(), *parts[1:])


def parse_assumed_role(text: object) -> AssumedRole | None:
    """Read role and session names out of an assumed-role ARN; None for any other ARN.

    >>> parse_assumed_role("arn:aws:sts::111122223333:assumed-role/app/i-0123456789abcdef0").role_name
    'app'
    """
    arn = parse_arn(text)
    if arn is None or arn.service != "sts" or not arn.resource.startswith("assumed-role/"):
        return None
    role_name, _, session_name = arn.resource.removeprefix("assumed-role/").partition("/")
    if not role_name or not session_name:
        return None
    return AssumedRole(arn.account_id, role_name, session_name)


def role_name_of(arn_text: object) -> str | None:
    """Give the name at the end of a role's ARN, without its path; None where it is no role's ARN."""
    arn = parse_arn(arn_text)
    if arn is None or arn.service != "iam" or not arn.resource.startswith("role/"):
        return None
    return arn.resource.rpartition("/")[2] or None


def address_kind(text: object) -> AddressKind:
    """Say what kind of thing a ``sourceIPAddress`` is.

    ``public`` and ``private`` are IPv4 and IPv6; ``private`` means that the address cannot come from the internet.
    ``aws_service`` is a service's host name, ``aws_internal`` the words "AWS Internal"; ``redacted`` is a word in an
    address's place; ``unparseable`` anything else, leading zeros among it (they can be read in two ways).

    >>> [address_kind(a) for a in ("198.51.100.7", "10.0.1.5", "ec2.amazonaws.com", "035.2.3.4", None)]
    ['public', 'private', 'aws_service', 'unparseable', 'none']

    Source: CloudTrail User Guide, "CloudTrail record contents", sourceIPAddress.
    """
    if not isinstance(text, str) or not text.strip():
        return "none"
    text = text.strip()
    address = parse_ip(text)
    if address is not None:
        same_family = (n for n in _PRIVATE_NETWORKS if n.version == address.version)
        return "private" if any(address in network for network in same_family) else "public"
    if text.lower() == "aws internal":
        return "aws_internal"
    if _SERVICE_HOST.fullmatch(text):
        return "aws_service"
    return "redacted" if _REDACTION.search(text) else "unparseable"


def parse_ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an IP address; an IPv4 address written inside an IPv6 one is given as IPv4; None where it is none."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def normal_address(text: object) -> str | None:
    """Give an address in the one spelling that comparisons use: IPv6 shortened, other text as it stands.

    >>> normal_address("2001:0DB8:0:0:0:0:0:1"), normal_address("035.2.3.4")
    ('2001:db8::1', '035.2.3.4')
    """
    if not isinstance(text, str) or not text.strip():
        return None
    address = parse_ip(text)
    return str(address) if address is not None else text.strip()
