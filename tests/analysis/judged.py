"""Session events whose party a test decides itself, so that it depends on no rule of attribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from gdkit import tables
from gdkit.model import LeakedSession
from tests.analysis.records import ACCOUNT, INSTANCE, PRINCIPAL, ROLE, ROLE_ID, events_of, record

if TYPE_CHECKING:
    from pathlib import Path

ADMIN = "192.0.2.200"
SESSION = LeakedSession(
    principal_id=PRINCIPAL,
    role_id=ROLE_ID,
    role_name=ROLE,
    role_arn=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
    session_name=INSTANCE,
    instance_id=INSTANCE,
    account_id=ACCOUNT,
)
USER = {
    "type": "IAMUser",
    "principalId": "AIDAEXAMPLEUSER000001",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/deploy",
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAEXAMPLEDEPLOY001",
    "userName": "deploy",
}


def by_admin(minute: int, name: str, service: str = "ec2", **fields: Any) -> dict[str, Any]:
    """Give a call of a user of the account, who is not the leaked session."""
    fields = {"address": ADMIN, "client": "console.amazonaws.com", "who": USER, **fields}
    return record(minute, fields.pop("address"), fields.pop("client"), name=name, service=service, **fields)


def read(folder: Path, *parties: tuple[str, list[dict[str, Any]]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the events table of all records, and the session's events with the parties that the test says.

    Args:
        folder: where the trail is written.
        parties: a party, or empty for calls that are not the session's, and its records; "party 1" is one hop on.
    """
    events = events_of(folder, [entry for _, entries in parties for entry in entries])
    parts = []
    for party, entries in parties:
        if not party:
            continue
        name, _, hop = party.partition(" ")
        rows = events[events["event_id"].isin([entry["eventID"] for entry in entries])]
        parts.append(rows.assign(party=name, rule="test", evidence="test", hop=int(hop or 0)))
    names = list(tables.SESSION_EVENTS.names)
    made = pd.concat(parts)[names].reset_index(drop=True) if parts else tables.frame(tables.SESSION_EVENTS, {})
    return events, made.astype(tables.dtypes(tables.SESSION_EVENTS))
