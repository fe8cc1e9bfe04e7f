"""CloudTrail's spelling of parameters and answers: small first letters, written times, and no secret."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
"""What CloudTrail writes in place of a password. Source: its records of CreateLoginProfile."""

_SECRETS = frozenset({"secretAccessKey", "password", "newPassword", "oldPassword", "masterUserPassword",
                      "servicePassword", "secretString", "keyMaterial", "userData"})  # fmt: skip


def lower_first(name: str) -> str:
    """Write a name of the API as CloudTrail does.

    >>> lower_first("RoleSessionName"), lower_first("ARN"), lower_first("SSEAlgorithm")
    ('roleSessionName', 'aRN', 'sSEAlgorithm')
    """
    return name[:1].lower() + name[1:]


def written_value(value: Any, name: str = "") -> Any:
    """Write a value of the API as CloudTrail does, without what it hides."""
    if name in _SECRETS:
        return HIDDEN
    if isinstance(value, dict):
        return {
            lower_first(key): written_value(inner, lower_first(key))
            for key, inner in value.items()
            if lower_first(key) != "secretAccessKey"
        }
    if isinstance(value, list):
        return [written_value(item) for item in value]
    if isinstance(value, datetime):
        return text_time(value)
    if isinstance(value, bytes):
        return HIDDEN
    return value


def text_time(at: datetime) -> str:
    """Write an instant as CloudTrail does inside ``responseElements``.

    >>> text_time(datetime(2026, 11, 2, 14, 12, 31, tzinfo=UTC))
    'Nov 2, 2026, 2:12:31 PM'
    """
    at = at.astimezone(UTC)
    return f"{at:%b} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M:%S %p}"
