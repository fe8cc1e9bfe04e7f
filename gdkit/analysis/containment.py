"""Whether a Deny works, as CloudTrail shows it: the thief refused since then, the others going on.

No rows prove nothing: a thief who stopped, a log that is late and a log that was not read look the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from gdkit.analysis.impact.calls import DENIED
from gdkit.model import utc_text
from gdkit.own_calls import made_by_gdkit

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    import pandas as pd

SETTLES = timedelta(minutes=2)
"""For how long after a change of IAM old answers may still come; calls in it prove nothing either way.

Source: IAM User Guide, "Changes that I make are not always immediately visible"; it names no figure.
"""

NEVER_REFUSED = ("GetCallerIdentity",)
"""Calls that no policy refuses. Source: AWS STS API Reference, GetCallerIdentity."""

Role = Literal["denied", "goes on", "not reached"]
"""What is expected of a session: refused, untouched, or out of the Deny's reach (chained to another role)."""


@dataclass(frozen=True, slots=True)
class Deny:
    """A Deny that is in force.

    Attributes:
        since: when it was put in place, aware UTC.
        denied: principal ids that it names; empty where it is about the whole role.
        role_id: the role that holds it.
        issued_before: it denies only credentials issued before this instant; None for all.
        open_services: event sources that it leaves open, such as ``ssm.amazonaws.com``.
    """

    since: datetime
    denied: Collection[str]
    role_id: str
    issued_before: datetime | None = None
    open_services: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class SessionAfter:
    """What one session did since the Deny.

    Attributes:
        holds: whether it is as expected; None where no row tells.
        refused: calls refused for want of permission, after the change had settled.
        passed: calls that got past IAM, whether or not they then succeeded.
        settling: calls within the first minutes, which prove nothing.
        found: one sentence.
    """

    principal_id: str
    expected: Role
    holds: bool | None
    refused: int
    passed: int
    settling: int
    found: str


def sessions_after(events: pd.DataFrame, deny: Deny, *, siblings: Collection[str] = (),
                   chained: Collection[str] = ()) -> tuple[SessionAfter, ...]:  # fmt: skip
    """Tell of each session whether it is as the Deny wants it.

    Args:
        events: ``tables.EVENTS``, from before the Deny until now.
        deny: the Deny.
        siblings: principal ids of the role's other sessions that are known to live.
        chained: principal ids of sessions of other roles that were begun from the leaked one.
    """
    whole_role = not deny.denied
    denied = sorted({*deny.denied, *(siblings if whole_role else ())})
    others = [] if whole_role else sorted(set(siblings) - set(deny.denied))
    expected: list[tuple[str, Role]] = [(one, "denied") for one in denied]
    expected += [(one, "goes on") for one in others] + [(one, "not reached") for one in sorted(chained)]
    return tuple(_session_after(events, deny, one, role) for one, role in expected)


def _session_after(events: pd.DataFrame, deny: Deny, principal_id: str, expected: Role) -> SessionAfter:
    rows = _telling(events[events["principal_id"] == principal_id], deny, expected)
    settled = rows[rows["event_at"] >= deny.since + SETTLES]
    settling = int((rows["event_at"] >= deny.since).sum()) - len(settled)
    refused_rows = settled["error_code"].str.contains(DENIED, na=False)
    refused, passed = int(refused_rows.sum()), int((~refused_rows).sum())
    before = rows[rows["event_at"] < deny.since]
    refused_before = int(before["error_code"].str.contains(DENIED, na=False).sum())
    holds, found = _judged(expected, refused, passed, refused_before == len(before) and bool(len(before)))
    if settled.empty:
        found = f"no call of it that could tell is recorded since {utc_text(deny.since + SETTLES)}: inconclusive"
    elif passed and expected == "denied":
        names = ", ".join(sorted(set(settled.loc[~refused_rows, "event_name"].dropna()))[:5])
        found = f"{found}: {names}"
    if settling:
        found = f"{found}; {settling} more in the first {int(SETTLES.total_seconds() / 60)} minutes prove nothing"
    return SessionAfter(principal_id, expected, holds, refused, passed, settling, found)


def _telling(rows: pd.DataFrame, deny: Deny, expected: Role) -> pd.DataFrame:
    """Leave out calls that tell nothing: never refused, left open on purpose, of a later credential, or gdkit's own."""
    rows = rows[~rows["event_name"].isin(NEVER_REFUSED) & ~rows["user_agent"].map(made_by_gdkit).astype(bool)]
    if expected == "denied":
        rows = rows[~rows["event_source"].isin(list(deny.open_services))]
        if deny.issued_before is not None:
            rows = rows[~(rows["credential_issued_at"] >= deny.issued_before).fillna(False).astype(bool)]
    return rows


def _judged(expected: Role, refused: int, passed: int, was_refused: bool) -> tuple[bool | None, str]:
    calls = refused + passed
    if not calls:
        return None, ""
    said = f"{refused} of {calls} call{'' if calls == 1 else 's'} refused since it took effect"
    if expected == "denied":
        return passed == 0, said if not passed else f"{passed} of {calls} got past IAM since it took effect"
    if expected == "not reached":
        return (None, f"{said}; the Deny does not reach it") if passed else (True, said)
    if passed:
        return True, f"{passed} of {calls} call{'' if calls == 1 else 's'} went through since it took effect"
    return (None, f"{said}, as before it") if was_refused else (False, said)
