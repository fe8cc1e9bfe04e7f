"""What state a credential is in at one instant: from its end, and from what was done against it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gdkit.model import utc_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gdkit.analysis.credential_ends import End
    from gdkit.analysis.revocations import Revocation

SETTLING = timedelta(minutes=15)
"""Time within which a change of IAM is taken to have reached everywhere; a call that succeeds later speaks against it.

Source: IAM User Guide, "Changes that I make are not always immediately visible"; it names no time, minutes are usual.
"""

STATES = ("may be alive", "unknown", "revoked", "expired")
"""In the order in which a responder needs them."""

NO_INSTANT = "no event has a time, so it is not known at which instant to judge"


def judged(end: End, done: Revocation | None, used_at: datetime | None, at: datetime | None) -> dict[str, Any]:
    """Say what a credential's state is.

    Args:
        end: when it ends.
        done: what events show to have been done against it.
        used_at: last call with it that succeeded and that a policy can deny.
        at: the instant to judge by; None where none is known, and then what ends at a time is in no known state.

    Returns:
        The columns of ``tables.CREDENTIALS`` that tell of its end and state.
    """
    why = end.why
    holds = done is not None and done.whole
    if holds and done is not None and used_at is not None and used_at > done.at + SETTLING:
        holds, why = False, f"{why}; a call with it succeeded at {utc_text(used_at)}, after it was {done.words}"
    if end.until is not None and at is not None and end.until <= at:
        state = "expired"
    elif holds:
        state = "revoked"
    elif end.until is not None and at is None:
        state, why = "unknown", f"{why}; {NO_INSTANT}"
    else:
        state = "unknown" if end.ends == "unknown" else "may be alive"
    return {
        "alive_until": end.until,
        "ends": end.ends,
        "certainty": end.certainty,
        "state": state,
        "revocation": done.words if done else None,
        "revoked_at": done.at if done else None,
        "revocation_event_id": done.event_id if done else None,
        "why": why,
    }


def order(row: Mapping[str, Any]) -> tuple[int, float, int, str, str]:
    """Give the key to sort rows of ``tables.CREDENTIALS`` by: by state, what has no end first, then by the end."""
    until = row["alive_until"].timestamp() if row["alive_until"] else 0.0
    own = row.get("access_key_id") or row.get("principal") or ""
    return STATES.index(row["state"]), until, row["hop"], own, row.get("issue_event_id") or ""
