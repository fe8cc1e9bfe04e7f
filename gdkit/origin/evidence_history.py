"""Evidence from the past of an address: seen before, by whom, with which software."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gdkit.analysis.attribution.known import CREDENTIAL_LASTS, LONG_BEFORE
from gdkit.analysis.clients import (
    clients_of,
    made_by_agent,
    made_by_aws_service,
    operating_system,
    presigned,
    products,
)
from gdkit.analysis.ways_out import is_habit
from gdkit.model import utc_text
from gdkit.origin.history import CIRCLES, before, familiar_clients
from gdkit.origin.model import Evidence
from gdkit.origin.place import CLOUDTRAIL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from gdkit.origin.place import Place

FEWEST_NEIGHBOURS = 2
"""Other instances whose agents make an address a shared way out: one alone may be another host that is in the theft."""


def history_evidence(place: Place) -> Iterator[Evidence]:
    """Give what the past of an address says."""
    yield from _with_the_role(place)
    yield from _agents(place)
    yield from _clients(place)
    yield from _others(place)


def _with_the_role(place: Place) -> Iterator[Evidence]:
    earlier, since = _own(before(place.calls, place.reported_at)), place.searched_from
    role = place.session.role_name or place.session.principal_id or "the role"
    rows = place.history[place.history["circle"].isin(CIRCLES[:2])]
    if place.reported_at is None:
        if rows.empty:
            yield _said("new_for_role", f"No call of {role} from there is in what was searched.", since)
        return
    if not rows["calls_before_report"].sum():
        begin = f"what was searched begins at {_when(since)}"
        yield _said("new_for_role", f"Not seen with role {role} before the use that was reported at "
                    f"{_when(place.reported_at)}; {begin}.", since)  # fmt: skip
        return
    first = rows["first_at"].min()
    if first < place.reported_at - LONG_BEFORE:
        times = int(rows["calls_before_report"].sum())
        words = f"Role {role} was used from there since {_when(first)}, {times} times before the reported use."
        yield _said("seen_before", words, since)
    span = earlier["event_at"].max() - earlier["event_at"].min() if len(earlier) else pd.Timedelta(0)
    keys = earlier["access_key_id"].nunique()
    if keys > 1 and span >= CREDENTIAL_LASTS:
        hours = f"{span.total_seconds() / 3600:.0f}"
        words = f"The instance used it over {keys} keys and {hours} hours before the reported use."
        yield _said("long_seen", words, since)


def _agents(place: Place) -> Iterator[Evidence]:
    own = place.calls[made_by_agent(place.calls)]
    earlier = own if place.reported_at is None else before(own, place.reported_at)
    if is_habit(earlier) if len(earlier) else False:
        yield _said("agents_there", f"{len(earlier)} calls that look like those of the instance's own agents came from "
                    "there before the use that was reported.", place.searched_from)  # fmt: skip
    there = place.neighbours[place.neighbours["place"] == place.address]
    count = sum(is_habit(calls) for _, calls in there.groupby("session_name"))
    if count >= FEWEST_NEIGHBOURS:
        yield _said("shared_by_fleet", f"Agents of {count} other instances call from there again and again.",
                    place.searched_from)  # fmt: skip
    elsewhere = place.neighbours.loc[place.neighbours["place"] != place.address, "session_name"].nunique()
    if there.empty and elsewhere:
        yield _said("not_shared", f"Agents of {elsewhere} other instances were seen, and none of them from there.",
                    place.searched_from)  # fmt: skip


def _clients(place: Place) -> Iterator[Evidence]:
    """Hold the clients seen there since the report against those that the session is known to have.

    Another version of a known client is neither the same nor a new kind of software.
    """
    calls = _own(place.calls)
    since = calls if place.reported_at is None else calls[calls["event_at"] >= place.reported_at]
    seen = frozenset(clients_of(since["user_agent"]).dropna())
    familiar = familiar_clients(calls, _own(place.elsewhere), place.reported_at)
    if seen and seen <= familiar:
        every = "The client seen there is" if len(seen) == 1 else f"All {len(seen)} clients seen there are"
        words = f"{every} the session's own of before, or its workload's elsewhere."
        yield _said("same_client", words, place.searched_from)
    known = {_kind(client) for client in familiar}
    strange = sorted(client for client in seen if _kind(client) not in known)
    if known and strange:
        yield _said("new_client", f"Software that the session was not seen with: {strange[0][:160]}"
                    f"{f' and {len(strange) - 1} more' if len(strange) > 1 else ''}.", place.searched_from)  # fmt: skip


def _kind(client: str) -> tuple[frozenset[str], str | None]:
    """Give the sort of software: the SDK or program it names, and its system, without versions."""
    return products(client.partition("/")[0] + "/"), operating_system(client)


def _others(place: Place) -> Iterator[Evidence]:
    rows = place.history[place.history["circle"].isin(CIRCLES[2:])]
    if len(rows):
        names = [name for text in rows["names"].dropna() for name in str(text).splitlines()]
        yield _said("same_address", f"From the same address also {int(rows['principals'].sum())} other callers with "
                    f"{int(rows['calls'].sum())} calls: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}.",
                    place.searched_from)  # fmt: skip


def _own(calls: pd.DataFrame) -> pd.DataFrame:
    """Leave out what says nothing of the caller's own software."""
    return calls[~made_by_aws_service(calls) & ~presigned(calls)]


def _said(rule: str, statement: str, as_of: datetime | None) -> Evidence:
    return Evidence(rule, statement, CLOUDTRAIL, as_of)


def _when(at: datetime | None) -> str:
    return utc_text(at) or "an unknown time"
