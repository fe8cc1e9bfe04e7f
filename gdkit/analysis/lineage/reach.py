"""Which events of the trail were made through what the session's calls issued, made or changed.

Every question is answered by an index over a column, made once, so that the work grows with the events that are
found and not with the number of hops.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gdkit import tables
from gdkit.analysis.clients import made_by_aws_service
from gdkit.analysis.lineage.rules import BY_STRENGTH
from gdkit.identifiers import parse_arn, role_name_of

if TYPE_CHECKING:
    from collections.abc import Callable

GRANTS: dict[str, str] = {
    "by": "str", "value": "str", "only": "str", "detail": "str", "strength": "str", "certain": "bool",
    "since": "datetime64[us, UTC]", "until": "datetime64[us, UTC]", "issue": "str", "asked_by": "str", "node": "str",
    "hop": "int64",
}  # fmt: skip
"""Columns of a frame of grants: calls whose column ``by`` has ``value`` and that pass ``only`` were made through it.

``detail`` is what ``only`` asks for; ``certain`` values are unique, so no time is asked; ``since`` and ``until`` are
when it is good, without end where that is missing; ``strength`` is a key of ``rules.BY_STRENGTH``; ``issue`` and
``asked_by`` are the event that gave it and its party; ``node`` is its node, ``hop`` its steps from the session.
"""

_NEVER = datetime.max.replace(tzinfo=UTC)
"""The end of what has none, for comparisons."""

OUTSIDERS = ("WebIdentityUser", "SAMLUser")


@dataclass(frozen=True, slots=True)
class Lookup:
    """The positions of each value of a column."""

    names: pd.Index[Any]
    order: np.ndarray[Any, np.dtype[np.int64]]
    starts: np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Trail:
    """The events and the indexes over them, each made when first asked.

    Attributes:
        events: ``tables.EVENTS`` with row numbers as index.
        asked_here: boolean per event: signed with a credential that another event of the trail, no service's own,
            issued. Such a credential belongs to whoever asked for it.
    """

    events: pd.DataFrame
    asked_here: np.ndarray[Any, np.dtype[np.bool_]]
    lookups: dict[str, Lookup] = field(default_factory=dict)


def trail_of(events: pd.DataFrame) -> Trail:
    """Give the events with the answers of both halves of a call on each, and room for indexes."""
    numbered = _with_other_halves(events.reset_index(drop=True))
    asked = numbered.loc[numbered["identity_type"] != "AWSService", "new_access_key_id"].dropna()
    return Trail(numbered, numbered["access_key_id"].isin(set(asked)).to_numpy())


def positions_of(trail: Trail, by: str, values: pd.Series) -> tuple[Any, Any]:
    """Give the positions of the events that have the values, and for each the number of its value."""
    if by not in trail.lookups:
        trail.lookups[by] = _lookup(_COLUMNS[by](trail.events))
    lookup = trail.lookups[by]
    place = lookup.names.get_indexer(pd.Index(values))
    known = np.flatnonzero(place >= 0)
    begins, ends = lookup.starts[place[known]], lookup.starts[place[known] + 1]
    counts = ends - begins
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return lookup.order[np.repeat(begins, counts) + offsets], np.repeat(known, counts)


_SAME_GRANT = ["by", "value", "only", "strength", "detail", "certain"]
"""What grants have in common that differ in when they are good; the earliest that is good at a call's time decides."""


def reached(trail: Trail, grants: pd.DataFrame, taken: np.ndarray[Any, np.dtype[np.bool_]]) -> pd.DataFrame:
    """Give the events that the grants lead to and that are not taken yet, each once.

    Of several grants that lead to one event the surest decides, then the earliest. No grant leads past its end.

    Args:
        trail: from ``trail_of``.
        grants: the columns of ``GRANTS``.
        taken: boolean per event of the trail.

    Returns:
        The events with ``strength``, ``issue``, ``asked_by``, ``node``, ``hop`` and ``quiet`` (a service's own call,
        that only leads further).
    """
    parts = [_candidates(trail, str(by), rows, taken) for by, rows in _leading(grants).groupby("by")]
    found = pd.concat(parts, ignore_index=True)
    sure = found["strength"].map({name: number for number, name in enumerate(BY_STRENGTH)})
    found = found.assign(sure=sure).sort_values(["position", "sure", "since", "issue", "node"], kind="stable")
    found = found.drop_duplicates("position").set_index("position")
    kept = found[["strength", "issue", "asked_by", "node", "hop"]].assign(quiet=found["only"] == "service")
    return trail.events.iloc[found.index].join(kept)


def past_their_end(grants: pd.DataFrame) -> pd.DataFrame:
    """Give the grants that end as such that do not, and are weak: to be asked when all others lead no further."""
    ending = grants[grants["until"].notna()]
    return tables.typed(ending.assign(until=None, strength="ended"), GRANTS)


def _leading(grants: pd.DataFrame) -> pd.DataFrame:
    """Leave out grants that lead to no event that an earlier one of the same does not lead to; ``same`` numbers these.

    What is left of the same begins and ends one after the other.
    """
    ordered = grants.sort_values(["since", "issue", "node"], kind="stable").reset_index(drop=True)
    same = ordered.groupby(_SAME_GRANT, dropna=False, sort=False).ngroup()
    until = ordered["until"].fillna(_NEVER)
    before = until.groupby(same).cummax().groupby(same).shift()
    return ordered.assign(same=same, until=until)[before.isna() | (until > before)]


def _candidates(trail: Trail, by: str, grants: pd.DataFrame, taken: Any) -> pd.DataFrame:
    first = grants.drop_duplicates("same")
    position, number = positions_of(trail, by, first["value"])
    free = ~taken[position]
    position, number = position[free], number[free]
    pairs = first.iloc[number].reset_index(drop=True)
    calls = trail.events.iloc[position].reset_index(drop=True)
    fits = (pairs["strength"] == "key") | ~trail.asked_here[position]
    fits &= pairs["certain"] | (calls["event_at"] >= pairs["since"])
    for only, rows in pairs.groupby("only"):
        test = _FILTERS.get(str(only))
        if test is not None:
            fits[rows.index] &= test(calls.loc[rows.index], rows["detail"])
    kept: pd.DataFrame = pairs.assign(position=position, event_at=calls["event_at"])[fits]
    ends = kept["until"] < _NEVER
    return pd.concat([kept[~ends], _in_time(kept[ends], grants)]) if ends.any() else kept


def _in_time(pairs: pd.DataFrame, grants: pd.DataFrame) -> pd.DataFrame:
    """Give each event with the earliest of its grants that is good at its time; leave out those that have none.

    Args:
        pairs: events as ``position`` and ``event_at`` with the number of their grants, ``same``.
        grants: from ``_leading``.
    """
    asked = pairs[["same", "position", "event_at"]].sort_values("event_at")
    until = grants[grants["same"].isin(asked["same"])].sort_values("until")
    good = pd.merge_asof(asked, until, left_on="event_at", right_on="until", by="same", direction="forward")
    return tables.typed(good[good["since"] <= good["event_at"]], GRANTS)


def _lookup(column: pd.Series) -> Lookup:
    codes, names = pd.factorize(column)
    order = np.argsort(codes, kind="stable")
    return Lookup(pd.Index(names), order, np.searchsorted(codes[order], np.arange(len(names) + 1)))


def _with_other_halves(events: pd.DataFrame) -> pd.DataFrame:
    """Fill in what only the other account's record of a call tells of the credential that it issued.

    Source: CloudTrail User Guide, sharedEventID.
    """
    names = ["new_access_key_id", "new_principal_id", "new_key_expires_at"]
    halves = events["shared_event_id"].notna() & events["new_access_key_id"].notna()
    told = events.loc[halves, ["event_id", "shared_event_id", *names]].sort_values("event_id")
    told = told.drop_duplicates("shared_event_id").set_index("shared_event_id")
    lacking = events["shared_event_id"].isin(told.index) & events["new_access_key_id"].isna()
    if not lacking.any():
        return events
    events = events.copy()
    for name in names:
        events.loc[lacking, name] = events.loc[lacking, "shared_event_id"].map(told[name])
    return events


def role_key(arn: object, account_id: object = None) -> str | None:
    """Give ``account:name`` of a role's ARN, or of its bare name in an account; None where it is neither."""
    parsed, name = parse_arn(arn), role_name_of(arn)
    if parsed is not None:
        return f"{parsed.account_id}:{name}" if name else None
    return f"{account_id}:{str(arn).rpartition('/')[2]}" if isinstance(arn, str) and arn and account_id else None


def _asked_role(events: pd.DataFrame) -> pd.Series:
    arns = events["requested_role_arn"]
    return arns.map({arn: role_key(arn) for arn in arns.dropna().unique()}).astype("str")


_COLUMNS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    **{name: (lambda events, name=name: events[name])  # type: ignore[misc]
       for name in ("access_key_id", "principal_id", "role_id", "session_name", "event_name", "shared_event_id",
                    "new_principal_id")},
    "user": lambda events: (events["identity_account_id"] + ":" + events["user_name"]).where(
        events["identity_type"] == "IAMUser"
    ),
    "session_role": lambda events: events["identity_account_id"] + ":" + events["role_name"],
    "asked_role": _asked_role,
}  # fmt: skip


def in_console(calls: pd.DataFrame) -> pd.Series:
    """Tell for each call whether it begins a console session or is made in one."""
    return calls["console_session"].fillna(False).astype(bool) | (calls["event_name"] == "ConsoleLogin")


def _begins(calls: pd.DataFrame, detail: pd.Series) -> pd.Series:
    """Tell whether a session's name begins as a service names those of the carrier."""
    names, asked = calls["session_name"].fillna(""), detail.fillna("")
    fits = pd.Series(False, index=calls.index)
    for prefix in asked.unique():
        rows = asked == prefix
        fits[rows] = names[rows].str.startswith(prefix)
    return fits


def _assumes(calls: pd.DataFrame) -> pd.Series:
    return calls["event_name"].str.startswith("AssumeRole", na=False)


def _from_outside(calls: pd.DataFrame, detail: pd.Series) -> pd.Series:
    """Tell whether a role was taken from another account (one account, or any), or with an outside identity."""
    caller, anyone = calls["identity_account_id"], detail == "*"
    foreign = caller.notna() & (caller != calls["account_id"]) & (calls["identity_type"] != "AWSService")
    outsider = calls["identity_type"].isin(OUTSIDERS) & anyone
    return _assumes(calls) & ((foreign & (anyone | (caller == detail))) | outsider)


def _names(calls: pd.DataFrame, detail: pd.Series) -> pd.Series:
    """Tell whether a call's parameters name a thing."""
    texts = zip(calls["request_parameters"].fillna(""), detail, strict=True)
    return pd.Series([str(name) in text for text, name in texts], index=calls.index, dtype=bool)


def _by_new_role(calls: pd.DataFrame, detail: pd.Series) -> pd.Series:
    """Tell whether an instance called with a role that is the one it was given."""
    return calls["role_name"] == detail


_FILTERS: dict[str, Callable[[pd.DataFrame, pd.Series], pd.Series]] = {
    "session": lambda calls, detail: calls["session_name"] == detail,
    "prefix": _begins,
    "console": lambda calls, detail: in_console(calls),
    "half": lambda calls, detail: (calls["identity_type"] == "AWSAccount") & calls["access_key_id"].isna(),
    "echo": lambda calls, detail: made_by_aws_service(calls),
    "service": lambda calls, detail: (
        _assumes(calls) & (calls["identity_type"] == "AWSService") & (calls["invoked_by"] == detail)
    ),
    "outside": _from_outside,
    "names": _names,
    "new_role": _by_new_role,
}
"""What else a call must be, by the name in ``only``; nothing else where it is "all"."""
