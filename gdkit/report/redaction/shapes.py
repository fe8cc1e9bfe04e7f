"""Identifiers that are known by their shape, wherever they stand in a text: accounts, keys, ids of things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdkit.identifiers import parse_access_key_id

if TYPE_CHECKING:
    from collections.abc import Iterator

UUID = r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9A-Za-z])"
"""Ids of events and requests: they stay, and twelve digits at the end of one are no account."""

ACCOUNT = r"(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z])"
KEY = r"(?<![0-9A-Za-z])A(?:SIA|KIA|BIA|CCA)[A-Z0-9]{8,124}(?![0-9A-Za-z])"
UNIQUE_ID = r"(?<![0-9A-Za-z])A(?:ROA|IDA|GPA|IPA|NPA|NVA|SCA)[A-Z0-9]{8,124}(?![0-9A-Za-z])"
"""Source: IAM User Guide, "Unique identifiers", and GDKIT's own reading of keys in ``gdkit.identifiers``."""

THING = (
    r"(?<![0-9A-Za-z])(?:i|r|eni|vpc|subnet|sg|sgr|vol|snap|ami|aki|ari|rtb|igw|eigw|nat|tgw|tgw-attach|tgw-rtb|vpce|"
    r"vpce-svc|acl|aclassoc|lt|eipalloc|eipassoc|rtbassoc|pcx|vgw|cgw|vpn|dopt|fl|key|mi|h|cr|pl|import-ami|export-i|eni-attach)"
    r"-(?:[0-9a-fA-F]{17}|[0-9a-fA-F]{8})(?![0-9A-Za-z])|(?<![0-9A-Za-z])"
    r"(?:o-[0-9a-z]{10,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})(?![0-9A-Za-z])"
)
"""Ids of EC2's things and of organisations. Source: EC2 User Guide, "Resource IDs"; Organizations API, ``Id``."""

_ALL = re.compile(f"(?P<kept>{UUID})|(?P<KEY>{KEY})|(?P<ID>{UNIQUE_ID})|(?P<THING>{THING})|(?P<ACCOUNT>{ACCOUNT})")


def shaped(text: str, sorts: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Give each identifier in a text that is to be taken out, with its kind: ACCOUNT, KEY, ID or THING.

    >>> list(shaped("arn:aws:iam::111122223333:role/x by i-0a1b2c3d", frozenset({"accounts", "names"})))
    [('ACCOUNT', '111122223333'), ('THING', 'i-0a1b2c3d')]
    """
    for found in _ALL.finditer(text):
        kind = str(found.lastgroup)
        if kind != "kept" and _is_asked(kind, found[0], sorts):
            yield kind, found[0]
        account = account_in(found[0]) if kind in ("KEY", "ID") and "accounts" in sorts else None
        if account:
            yield "ACCOUNT", account


def account_in(identifier: str) -> str | None:
    """Give the account that a key or another unique id holds in its letters; None where it holds none.

    Source: ``gdkit.identifiers.parse_access_key_id``; ids of roles and users are made in the same way.
    """
    key = parse_access_key_id(f"ASIA{identifier[4:]}")
    return key.account_id if key is not None else None


def _is_asked(kind: str, identifier: str, sorts: frozenset[str]) -> bool:
    if kind == "ACCOUNT":
        return "accounts" in sorts
    if kind == "THING":
        return "names" in sorts
    own = "keys" if kind == "KEY" else "names"
    return own in sorts or ("accounts" in sorts and account_in(identifier) is not None)
