"""The instances that hold the leaked session's role: one of them leaked, the others may have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from gdkit import tables
from gdkit.analysis.clients import made_by_aws_service
from gdkit.identifiers import is_instance_id, parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gdkit.model import LeakedSession

_TEXTS = ("name", "account_id", "region", "state", "profile_arn", "http_tokens", "http_endpoint")


def fleet_table(
    events: pd.DataFrame,
    session: LeakedSession,
    described: pd.DataFrame | Iterable[Mapping[str, Any]] | None = None,
    suspicion: Mapping[str, tuple[int, str]] | None = None,
) -> pd.DataFrame:
    """List every instance that has, or in the events had, the leaked session's role.

    A session named like an instance is an instance's unless somebody else assumed the role under that name. The
    instance identity role (``aws:ec2-instance``) has another principal and is not the role.

    Args:
        events: ``tables.EVENTS``, the whole trail.
        session: the leaked session.
        described: instances that AWS says have the role now, as rows with the columns of ``tables.FLEET`` that
            DescribeInstances fills; other columns are passed over. None where AWS was not asked.
        suspicion: by instance id, how many of its calls look made elsewhere, and why; None where nobody judged. An
            instance that it does not name was judged and has none.

    Returns:
        ``tables.FLEET``: the leaked instance first, then the suspicious ones, most such calls first, then by id.

    Source: EC2 User Guide, "IAM roles for Amazon EC2": the session's name is the instance id.
    """
    rows: dict[str, dict[str, Any]] = {}
    if session.instance_id is not None:
        rows[session.instance_id] = {"account_id": session.account_id}
    for instance_id, seen in _seen(events, session).items():
        rows.setdefault(instance_id, {}).update({name: value for name, value in seen.items() if value is not None})
    for instance_id, told in _described(described).items():
        rows.setdefault(instance_id, {}).update({name: value for name, value in told.items() if value is not None})
    for instance_id, row in rows.items():
        off, words = (suspicion or {}).get(instance_id, (0, "")) if suspicion is not None else (None, "")
        row |= {
            "instance_id": instance_id,
            "leaked": instance_id == session.instance_id,
            "events": row.get("events", 0),
            "off_instance_events": off,
            "suspicion": words or None,
        }
    ordered = sorted(rows.values(), key=_order)
    return tables.frame_of_rows(tables.FLEET, ordered)


def _order(row: Mapping[str, Any]) -> tuple[bool, int, bool, str]:
    return (not row["leaked"], -(row["off_instance_events"] or 0), row["suspicion"] is None, row["instance_id"])


def _seen(events: pd.DataFrame, session: LeakedSession) -> dict[str, dict[str, Any]]:
    """Give what the events show of each instance with the role."""
    rows = events[_with_role(events, session) & ~_assumed_by_others(events)]
    instances = [name for name in rows["session_name"].dropna().unique() if is_instance_id(name)]
    rows = rows[rows["session_name"].isin(instances)].drop_duplicates("event_id")
    by_instance = rows.groupby("session_name")
    calls = by_instance.size()
    accounts = by_instance["identity_account_id"].first()
    delivery = _joined(rows, "ec2_role_delivery")
    places = _places(rows)
    return {
        str(name): {
            "events": int(calls[name]),
            "account_id": tables.plain(accounts[name]) or places.get(name, (None, None))[0],
            "region": places.get(name, (None, None))[1],
            "ec2_role_delivery": delivery.get(name),
        }
        for name in calls.index
    }


def _with_role(events: pd.DataFrame, session: LeakedSession) -> pd.Series:
    """Tell which calls a session of the role made: by role id, else by its ARN, else by its name and account."""
    found = pd.Series(False, index=events.index)
    unnamed = pd.Series(True, index=events.index)
    if session.role_id is not None:
        found |= events["role_id"] == session.role_id
        unnamed &= events["role_id"].isna()
    if session.role_arn is not None:
        found |= unnamed & (events["role_arn"] == session.role_arn)
        unnamed &= events["role_arn"].isna()
    if session.role_name is not None and session.account_id is not None:
        same = (events["role_name"] == session.role_name) & (events["identity_account_id"] == session.account_id)
        found |= unnamed & same
    return found


def _assumed_by_others(events: pd.DataFrame) -> pd.Series:
    """Tell which calls were signed with a key that somebody assumed the role for, and not EC2 for an instance."""
    asked = events["new_access_key_id"].notna() & ~made_by_aws_service(events)
    return events["access_key_id"].isin(set(events.loc[asked, "new_access_key_id"]))


def _joined(rows: pd.DataFrame, column: str) -> dict[str, str]:
    pairs = rows[["session_name", column]].dropna().drop_duplicates().sort_values(column)
    return {str(name): " and ".join(values) for name, values in pairs.groupby("session_name")[column]}


def _places(rows: pd.DataFrame) -> dict[str, tuple[str | None, str | None]]:
    """Give account and region of each instance, as the ARN says that its credentials were made for."""
    found: dict[str, tuple[str | None, str | None]] = {}
    pairs = rows[["session_name", "issued_to_arn"]].dropna().drop_duplicates().sort_values("issued_to_arn")
    for name, written in pairs.itertuples(index=False, name=None):
        arn = parse_arn(written)
        if arn is not None and arn.resource == f"instance/{name}":
            found.setdefault(str(name), (arn.account_id or None, arn.region or None))
    return found


def _described(described: pd.DataFrame | Iterable[Mapping[str, Any]] | None) -> dict[str, dict[str, Any]]:
    """Read what AWS said; a value of the wrong kind is missing."""
    if described is None:
        return {}
    listed = tables.rows_of(described) if isinstance(described, pd.DataFrame) else described
    found = {}
    for row in listed:
        instance_id = row.get("instance_id")
        if not isinstance(instance_id, str) or not instance_id:
            continue
        texts = {name: row.get(name) for name in _TEXTS}
        made: dict[str, Any] = {name: text for name, text in texts.items() if isinstance(text, str) and text}
        hops, launched_at = row.get("hop_limit"), row.get("launched_at")
        made["hop_limit"] = int(hops) if isinstance(hops, int) and not isinstance(hops, bool) else None
        made["launched_at"] = _aware(launched_at)
        found[instance_id] = made
    return found


def _aware(value: object) -> datetime | None:
    """Give an aware time, also one that is written as ISO 8601; None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value.astimezone(UTC)
