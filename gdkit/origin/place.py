"""One place that the session was used from, with all that the logs show of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from gdkit.model import LeakedSession

CLOUDTRAIL = "CloudTrail, in what was searched"
"""How evidence from the logs names its source."""


@dataclass(frozen=True, slots=True)
class SeenSign:
    """A sign that a hunt sees in the session without knowing any finding.

    Attributes:
        name: the hunt's short name of it, or the rule of attribution.
        statement: the sign in words.
        event_ids: the calls that show it.
    """

    name: str
    statement: str
    event_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Place:
    """One place with all that the logs show of it.

    Attributes:
        address: in its normal spelling.
        session: the leaked session.
        calls: ``tables.SESSION_EVENTS``: the session's own calls from there.
        elsewhere: the session's own calls from other places.
        history: ``tables.ADDRESS_HISTORY``: the rows of this address.
        neighbours: calls of other instances' agents, from anywhere, with ``place``.
        signs: what a hunt that knows no finding sees in the session.
        persistence: ``tables.PERSISTENCE``.
        tamper: ``tables.TAMPER``.
        reported_at: when the use that was reported began; None where nothing tells.
        searched_from: first moment of what was searched; None where nothing has a time.
    """

    address: str
    session: LeakedSession
    calls: pd.DataFrame
    elsewhere: pd.DataFrame
    history: pd.DataFrame
    neighbours: pd.DataFrame
    signs: tuple[SeenSign, ...]
    persistence: pd.DataFrame
    tamper: pd.DataFrame
    reported_at: datetime | None
    searched_from: datetime | None
