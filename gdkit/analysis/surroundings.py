"""What AWS says around a leaked session, as far as it was asked; the analysis holds without any of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What AWS says around a leaked session. None, and an empty value where None is no choice, mean: not asked.

    Attributes:
        at: the instant to judge by, such as for credentials that can still be alive; None for the last event's.
        tags: the instance's tags.
        security_group_ids: the instance's security groups.
        http_tokens: the instance's metadata setting now: required or optional.
        tokenless_calls: how often the metadata service was read without a token, by time.
        fleet: rows with the columns of ``tables.FLEET`` that AWS describes.
        policies: name and document of each policy of the role.
        boundary: document of the role's permissions boundary.
        unread_policies: what of the role's permissions could not be read, in words.
    """

    at: datetime | None = None
    tags: Mapping[str, str] | None = None
    security_group_ids: tuple[str, ...] = ()
    http_tokens: str | None = None
    tokenless_calls: Sequence[tuple[datetime, float]] | None = None
    fleet: Sequence[Mapping[str, Any]] | None = None
    policies: Sequence[tuple[str, Mapping[str, Any]]] | None = None
    boundary: Mapping[str, Any] | None = None
    unread_policies: tuple[str, ...] = field(default=())
