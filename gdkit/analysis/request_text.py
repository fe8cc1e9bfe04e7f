"""What a call asked for and was answered, read out of the text in which the events table holds it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

_FREE_TEXT = frozenset(
    {
        "associationname",
        "clienttoken",
        "commands",
        "comment",
        "description",
        "reason",
        "tagspecificationset",
        "userdata",
    }
)
"""Members in which the caller may write what he likes; an instance id in them is no target."""

_DEEPEST = 40


def fields_of(written: object) -> dict[str, Any] | None:
    """Read a request or an answer; None where the text is missing, cut, or no JSON object.

    EC2 wraps some requests in one member named after the operation; what is inside is given.

    >>> fields_of('{"ModifyInstanceMetadataOptionsRequest":{"HttpTokens":"optional"}}')
    {'HttpTokens': 'optional'}

    Source: logged ModifyInstanceMetadataOptions and EnableSerialConsoleAccess calls.
    """
    if not isinstance(written, str) or not written.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    if len(found) == 1:
        ((name, inner),) = found.items()
        if name.endswith(("Request", "Response")) and isinstance(inner, dict):
            return inner
    return found


def member(fields: object, *path: str) -> Any:
    """Give a member, and a member of that, whatever the case of their names; None where one is missing.

    >>> member({"Placement": {"GroupName": "g"}}, "placement", "groupName")
    'g'
    """
    for name in path:
        if not isinstance(fields, dict):
            return None
        wanted = name.lower()
        fields = next((value for key, value in fields.items() if str(key).lower() == wanted), None)
    return fields


def text_member(fields: object, *path: str) -> str | None:
    """Give a member that is text; EC2's ``{"value": …}`` around it is taken off. None where it is anything else."""
    found = member(fields, *path)
    if isinstance(found, dict):
        found = member(found, "value")
    return found if isinstance(found, str) and found else None


def whole_number(fields: object, *path: str) -> int | None:
    """Give a member that is a whole number, also one written as text; None where it is anything else."""
    found = member(fields, *path)
    if isinstance(found, str) and re.fullmatch(r"-?\d{1,9}", found, re.ASCII):
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def items_of(fields: object, *path: str) -> list[Any]:
    """Give the items of a list, also of EC2's ``{"items": […]}`` and of one item that stands alone."""
    found = member(fields, *path) if path else fields
    if isinstance(found, dict) and isinstance(member(found, "items"), list):
        found = member(found, "items")
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def texts_in(value: object, depth: int = 0) -> Iterator[str]:
    """Give every text inside a value but what stands in members of free text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for name, inner in value.items():
            if str(name).lower() not in _FREE_TEXT:
                yield from texts_in(inner, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for inner in value:
            yield from texts_in(inner, depth + 1)


def mentions(events: pd.DataFrame, identifier: str) -> pd.Series:
    """Tell for each event whether its request or answer holds an id anywhere; ``names`` then looks where it stands."""
    asked = events["request_parameters"].str.contains(identifier, case=False, regex=False, na=False)
    return asked | events["response_elements"].str.contains(identifier, case=False, regex=False, na=False)


@lru_cache(maxsize=64)
def id_pattern(identifier: str) -> re.Pattern[str]:
    """Give the pattern of an id that is no part of a longer one; case has no meaning.

    >>> bool(id_pattern("i-01234567").search('"i-0123456789abcdef0"'))
    False
    """
    return re.compile(rf"(?<![0-9a-z-]){re.escape(identifier)}(?![0-9a-z-])", re.IGNORECASE)


def names(fields: Mapping[str, Any] | None, written: object, identifier: str) -> bool:
    """Tell whether a request or an answer names an id: in its members, or anywhere in a text that cannot be read."""
    pattern = id_pattern(identifier)
    if fields is None:
        return isinstance(written, str) and pattern.search(written) is not None
    return any(pattern.search(text) for text in texts_in(fields))
