"""From when on AWS is asked about a session."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from gdkit.model import Subject

BEFORE_FINDING = timedelta(hours=24)
"""How long before the first reported use the look-up begins: the stolen key was issued within hours of its use, and the
instance's own habits must be seen from before."""

WITHOUT_FINDING = timedelta(days=7)
"""How far back the look-up reaches where no finding says when the use began."""


def looked_since(subject: Subject, now: datetime) -> datetime:
    """Give the instant from which on AWS is asked about a session: a day before the first reported use, or a week."""
    first = subject.finding.first_seen_at if subject.finding else None
    return first - BEFORE_FINDING if first else now - WITHOUT_FINDING
