"""What names a record: identifiers that its columns hold, and those that stand anywhere in its text."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gdkit.columns import EVENTS
from gdkit.identifiers import normal_address
from gdkit.trail.record import row_of
from gdkit.trail.search.needles import ESCAPED_TEXT

if TYPE_CHECKING:
    from gdkit.trail.items import Found

AT = {name: number for number, name in enumerate(EVENTS.names)}
"""Places of columns in what ``record.head_of`` gives."""

_COLUMNS = tuple(
    AT[name] for name in ("access_key_id", "principal_id", "role_id", "session_name", "source_address",
                          "new_access_key_id", "new_principal_id", "requested_session_name")
)  # fmt: skip
_ADDRESS = AT["source_address"]
_MENTIONED = tuple(map(re.compile, ("ASIA[A-Z0-9]{12,124}", "AKIA[A-Z0-9]{12,124}")))
"""Keys. One pattern for each beginning: letters before a choice make a search three times as fast."""
_normal = lru_cache(maxsize=8_192)(normal_address)
_INSTANCE = re.compile("i-[0-9a-fA-F]{8}(?:[0-9a-fA-F]{9})?")
"""Source: EC2 User Guide, "Resource IDs": 8 or 17 hexadecimal digits."""


def names_of(found: Found, head: tuple[Any, ...]) -> list[str]:
    """Give every identifier by which a record can be asked for, each once and in order.

    They are the caller's key, principal, role, session name and address, those of what the call issued or asked for,
    and every access key and instance id that stands anywhere in the record.

    Args:
        found: the record.
        head: from ``record.head_of``.
    """
    text = found.raw
    if found.row is not None or ESCAPED_TEXT.search(text):
        answer = row_of(found.record, found.raw, [])[AT["response_elements"]]
        text = f"{json.dumps(found.record, ensure_ascii=False, default=str)} {answer}"
    names = {head[column] for column in _COLUMNS}
    for pattern in _MENTIONED:
        names.update(pattern.findall(text))
    names.update(_INSTANCE.findall(text))
    names.add(_normal(head[_ADDRESS]))
    names.discard(None)
    return sorted(names)


@lru_cache(maxsize=8_192)
def mark_of(name: str) -> int:
    """Give the number that stands for an identifier in an index, so that all entries are short and of one length.

    It is a hash without a secret, and no protection: whoever has an index can try all addresses, and names that he
    guesses.

    >>> mark_of("i-0123456789abcdef0") == mark_of("i-0123456789abcdef0") != mark_of("i-0123456789abcdef1")
    True
    """
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
