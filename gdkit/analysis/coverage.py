"""What the searched events cover, and which places and times of this theft they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.identifiers import parse_arn
from gdkit.model import NotSearched, utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from gdkit.model import LeakedSession, Subject


def coverage_table(events: pd.DataFrame, session_events: pd.DataFrame) -> pd.DataFrame:
    """Count the events by account, region and kind.

    Args:
        events: ``tables.EVENTS``, everything that was searched.
        session_events: ``tables.SESSION_EVENTS``.

    Returns:
        ``tables.COVERAGE``, by account, region and kind.
    """
    what = ["account_id", "region", "event_category"]
    own = events["event_id"].isin(set(session_events["event_id"].dropna()))
    by_place = events[[*what, "event_at"]].assign(own=own).groupby(what, dropna=False, sort=True)
    table = by_place.agg(
        events=("own", "size"), session_events=("own", "sum"), first_event_at=("event_at", "min"),
        last_event_at=("event_at", "max"),
    ).reset_index()  # fmt: skip
    return table[list(tables.COVERAGE.names)].astype(tables.dtypes(tables.COVERAGE))


def coverage_gaps(
    events: pd.DataFrame, session_events: pd.DataFrame, hops: pd.DataFrame, session: LeakedSession, subject: Subject
) -> tuple[NotSearched, ...]:
    """Name the places and times that this theft touches and the events do not cover.

    Args:
        events: ``tables.EVENTS``, everything that was searched.
        session_events: ``tables.SESSION_EVENTS``.
        hops: ``tables.HOPS``.
        session: the leaked session.
        subject: what the investigation starts from.

    Source: CloudTrail User Guide: an account's trail holds its own events; data events and addresses hidden by others.
    """
    return (
        *_unseen_accounts(events, hops, session),
        *_unseen_times(events, session, subject),
        *_unseen_call(session_events, subject),
        *_hidden_places(session_events),
    )


def _unseen_accounts(events: pd.DataFrame, hops: pd.DataFrame, session: LeakedSession) -> Iterator[NotSearched]:
    """Name the accounts that the session lives in or reached, of whose own trail no event is there."""
    reached = {session.account_id: "the instance's account"} if session.account_id else {}
    succeeded = set(hops.loc[hops["error_code"].isna() & (hops["hop"] > 0), "event_id"].dropna())
    asked = events.loc[events["event_id"].isin(succeeded), "requested_role_arn"]
    for target in asked.dropna().unique():
        arn = parse_arn(target)
        if arn is not None and arn.account_id:
            reached.setdefault(arn.account_id, "a role in it was taken")
    seen = set(events["account_id"].dropna())
    for account_id, why in sorted(reached.items()):
        if account_id not in seen:
            yield NotSearched(f"account {account_id}", f"{why}, and no event of its trail is in what was searched")


def _unseen_times(events: pd.DataFrame, session: LeakedSession, subject: Subject) -> Iterator[NotSearched]:
    """Name the times around the theft that lie outside the events."""
    times = events["event_at"].dropna()
    if times.empty:
        return
    first, last = times.min(), times.max()
    finding = subject.finding
    issued = [key.issued_at for key in session.keys if key.issued_at is not None]
    if issued and min(issued) < first:
        yield NotSearched(f"{utc_text(min(issued))} to {_text(first)}",
                          "a key of the session was issued before the first event that was searched")  # fmt: skip
    if finding and finding.first_seen_at and finding.first_seen_at < first:
        yield NotSearched(f"before {_text(first)}", "GuardDuty saw the use begin earlier, at "
                          f"{utc_text(finding.first_seen_at)}")  # fmt: skip
    if finding and finding.last_seen_at and finding.last_seen_at > last:
        yield NotSearched(f"after {_text(last)}", f"GuardDuty saw a use later, at {utc_text(finding.last_seen_at)}")


def _unseen_call(session_events: pd.DataFrame, subject: Subject) -> Iterator[NotSearched]:
    """Name the call that GuardDuty saw, where none of its name is among the session's."""
    finding = subject.finding
    if finding and finding.api and not (session_events["event_name"] == finding.api).any():
        where = f" on {', '.join(finding.bucket_names)}" if finding.bucket_names else ""
        yield NotSearched(f"the call that GuardDuty saw last: {finding.api}{where}",
                          "no such call of the session is in what was searched")  # fmt: skip


def _hidden_places(session_events: pd.DataFrame) -> Iterator[NotSearched]:
    kinds = session_events["address_kind"]
    hidden = int(kinds.isin(["redacted", "unparseable"]).sum() + kinds.isna().sum() + (kinds == "none").sum())
    if hidden:
        yield NotSearched(f"where {hidden:,} of {len(session_events):,} calls of the session came from",
                          "their address is missing, hidden or unreadable", kind="redacted")  # fmt: skip


def _text(at: pd.Timestamp) -> str:
    return str(utc_text(at.to_pydatetime()))
