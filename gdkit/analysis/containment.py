"""Whether the Denies of a case work, as CloudTrail shows it: the thief refused since then, the others going on.

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
    from collections.abc import Collection, Sequence
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

    def is_about(self, principal_id: str) -> bool:
        """Tell whether it names a session of its role, or denies the whole role."""
        return principal_id in self.denied if self.denied else principal_id.partition(":")[0] == self.role_id


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


def sessions_after(events: pd.DataFrame, denies: Sequence[Deny], sessions: Collection[str], *,
                   chained: Collection[str] = ()) -> tuple[SessionAfter, ...]:  # fmt: skip
    """Tell of each session whether it is as the Denies want it; a session that one of them is about must be refused.

    Args:
        events: ``tables.EVENTS``, from before the first Deny until now.
        denies: every Deny that is in force, one at least.
        sessions: principal ids of the role's sessions that are known: the leaked one and its siblings. Those that a
            Deny names are looked at in any case.
        chained: principal ids of sessions of other roles that were begun from the leaked one.
    """
    reached = {one for one in chained if any(deny.is_about(one) for deny in denies)}
    everybody = sorted({*sessions, *reached, *(one for deny in denies for one in deny.denied)})
    reaching = {one: [deny for deny in denies if deny.is_about(one)] for one in everybody}
    denied = [_denied_after(events, one, reaching[one]) for one in everybody if reaching[one]]
    since = max(deny.since for deny in denies)
    others = [_other_after(events, one, "goes on", since) for one in everybody if not reaching[one]]
    beyond = (one for one in sorted(set(chained) - set(everybody)))
    return (*denied, *others, *(_other_after(events, one, "not reached", since) for one in beyond))


def _denied_after(events: pd.DataFrame, principal_id: str, denies: Sequence[Deny]) -> SessionAfter:
    """Tell of a session that must be refused: by the calls that one of the Denies, at least, is about."""
    rows = _telling(events, principal_id)
    begun, settled = (rows["event_at"].notna() & False for _ in range(2))
    for deny in denies:
        reached = _reached(rows, deny)
        begun |= reached & (rows["event_at"] >= deny.since)
        settled |= reached & (rows["event_at"] >= deny.since + SETTLES)
    first = min(deny.since for deny in denies)
    return _session_after(rows, principal_id, "denied", first, settled=settled, begun=begun)


def _other_after(events: pd.DataFrame, principal_id: str, expected: Role, since: datetime) -> SessionAfter:
    """Tell of a session that no Deny is about."""
    rows = _telling(events, principal_id)
    begun, settled = rows["event_at"] >= since, rows["event_at"] >= since + SETTLES
    return _session_after(rows, principal_id, expected, since, settled=settled, begun=begun)


def _session_after(rows: pd.DataFrame, principal_id: str, expected: Role, since: datetime, *,
                   settled: pd.Series[bool], begun: pd.Series[bool]) -> SessionAfter:  # fmt: skip
    """Put the answer together from a session's calls and from which of them were made after the change."""
    after, settling = rows[settled], int((begun & ~settled).sum())
    refused_rows = after["error_code"].str.contains(DENIED, na=False)
    refused, passed = int(refused_rows.sum()), int((~refused_rows).sum())
    before = rows[rows["event_at"] < since]
    refused_before = int(before["error_code"].str.contains(DENIED, na=False).sum())
    holds, found = _judged(expected, refused, passed, refused_before == len(before) and bool(len(before)))
    if after.empty:
        found = f"no call of it that could tell is recorded since {utc_text(since + SETTLES)}: inconclusive"
    elif passed and expected == "denied":
        names = ", ".join(sorted(set(after.loc[~refused_rows, "event_name"].dropna()))[:5])
        found = f"{found}: {names}"
    if settling:
        found = f"{found}; {settling} more in the first {int(SETTLES.total_seconds() / 60)} minutes prove nothing"
    return SessionAfter(principal_id, expected, holds, refused, passed, settling, found)


def _telling(events: pd.DataFrame, principal_id: str) -> pd.DataFrame:
    """Give a session's calls without those that tell nothing: never refused, or gdkit's own."""
    rows = events[events["principal_id"] == principal_id]
    return rows[~rows["event_name"].isin(NEVER_REFUSED) & ~rows["user_agent"].map(made_by_gdkit).astype(bool)]


def _reached(rows: pd.DataFrame, deny: Deny) -> pd.Series[bool]:
    """Mark the calls that a Deny is about: not left open on purpose, and not of a later credential."""
    reached = ~rows["event_source"].isin(list(deny.open_services))
    if deny.issued_before is not None:
        reached &= ~(rows["credential_issued_at"] >= deny.issued_before).fillna(False).astype(bool)
    return reached


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
