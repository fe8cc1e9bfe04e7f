"""What was seen from an address before and since: by this instance, by its role, by its account, by others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gdkit import tables
from gdkit.analysis.clients import clients_of
from gdkit.analysis.places import places_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from gdkit.model import LeakedSession

CIRCLES = ("this instance", "other instances of this role", "others of this account", "anybody else")
"""Circles of callers around the leaked session, from the inside out; each call is in the first that holds it."""

MOST_NAMES = 5
"""Callers and clients that are listed by name; the counts are of all."""


def history_table(
    events: pd.DataFrame, session: LeakedSession, addresses: Collection[str], reported_at: datetime | None
) -> pd.DataFrame:
    """Give who was seen at each address.

    Args:
        events: ``tables.EVENTS``, everything that was searched.
        session: the leaked session.
        addresses: in their normal spelling.
        reported_at: when the use that was reported began; None where nothing tells.

    Returns:
        ``tables.ADDRESS_HISTORY``: no row where nobody was seen.
    """
    place = places_of(events["source_address"])
    there = events[place.isin(set(addresses))]
    there = there.assign(address=place[there.index], circle=_circle(there, session))
    rows = [_row(str(address), str(circle), calls, reported_at)
            for (address, circle), calls in there.groupby(["address", "circle"], sort=False)]  # fmt: skip
    rows.sort(key=lambda row: (row["address"], CIRCLES.index(row["circle"])))
    return tables.frame_of_rows(tables.ADDRESS_HISTORY, rows)


def seen_table(events: pd.DataFrame, judged: pd.DataFrame, addresses: Collection[str]) -> pd.DataFrame:
    """Give who was seen at each address in which minute; calls without a time are left out.

    Args:
        events: ``tables.EVENTS``, everything that was searched.
        judged: ``tables.SESSION_EVENTS`` of the same load: ``record_number`` joins them.
        addresses: in their normal spelling.

    Returns:
        ``tables.ADDRESS_SEEN``, by address, party and time.
    """
    place = places_of(events["source_address"])
    there = place.isin(set(addresses)) & events["event_at"].notna()
    party_of = dict(zip(judged["record_number"], judged["party"], strict=True))
    numbers = events.loc[there, "record_number"]
    party = pd.Series([party_of.get(number, "others") for number in numbers], index=numbers.index, dtype="str")
    minute = events.loc[there, "event_at"].dt.floor("1min")
    told = pd.DataFrame({"address": place[there], "party": party, "minute_at": minute})
    counted = told.groupby(["address", "party", "minute_at"], as_index=False).size()
    return tables.typed(counted.rename(columns={"size": "calls"}), tables.dtypes(tables.ADDRESS_SEEN))


def before(calls: pd.DataFrame, reported_at: datetime | None) -> pd.DataFrame:
    """Give the calls made before the reported use; none where it is not known when that began."""
    return calls[calls["event_at"] < reported_at] if reported_at is not None else calls.iloc[:0]


def familiar_clients(calls: pd.DataFrame, elsewhere: pd.DataFrame, reported_at: datetime | None) -> frozenset[str]:
    """Give the clients that the session had before the reported use, or that its workload has elsewhere.

    Args:
        calls: the session's calls from the address.
        elsewhere: the session's calls from other places, with ``party``.
        reported_at: when the reported use began.
    """
    own = pd.concat([before(calls, reported_at), before(elsewhere, reported_at),
                     elsewhere[elsewhere["party"] == "workload"]])  # fmt: skip
    return frozenset(clients_of(own["user_agent"]).dropna())


def _circle(calls: pd.DataFrame, session: LeakedSession) -> pd.Series:
    same_role = pd.Series(False, index=calls.index)
    for column, value in (("role_id", session.role_id), ("role_arn", session.role_arn)):
        if value is not None:
            same_role |= calls[column] == value
    same_account = (calls["identity_account_id"] == session.account_id) & (session.account_id is not None)
    circle = pd.Series(CIRCLES[3], index=calls.index, dtype="object")
    circle[same_account] = CIRCLES[2]
    circle[same_role] = CIRCLES[1]
    circle[(calls["session_name"] == session.session_name) & same_role] = CIRCLES[0]
    if session.principal_id is not None:
        circle[calls["principal_id"] == session.principal_id] = CIRCLES[0]
    return circle


def _row(address: str, circle: str, calls: pd.DataFrame, reported_at: datetime | None) -> dict[str, object]:
    return {
        "address": address,
        "circle": circle,
        "calls": len(calls),
        "calls_before_report": len(before(calls, reported_at)) if reported_at is not None else None,
        "first_at": tables.plain(calls["event_at"].min()),
        "last_at": tables.plain(calls["event_at"].max()),
        "keys": calls["access_key_id"].nunique(),
        "principals": calls["principal_id"].nunique(),
        "names": "\n".join(_commonest(calls["identity_arn"])) or None,
        "clients": "\n".join(_commonest(calls["user_agent"])) or None,
    }


def _commonest(column: pd.Series) -> Iterator[str]:
    counts = column.value_counts()
    ordered = sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
    return (str(name) for name, _ in ordered[:MOST_NAMES])
