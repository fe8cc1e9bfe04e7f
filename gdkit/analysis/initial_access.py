"""What the logs show of how the credentials may have been taken: leads, not conclusions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.identifiers import normal_address
from gdkit.own_calls import made_by_gdkit

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from gdkit.model import LeakedSession

WAYS_IN: dict[tuple[str, str], str] = {
    ("ssm.amazonaws.com", "SendCommand"): "sent a command to the instance",
    ("ssm.amazonaws.com", "StartSession"): "opened a shell session on the instance",
    ("ssm.amazonaws.com", "ResumeSession"): "resumed a shell session on the instance",
    ("ec2-instance-connect.amazonaws.com", "SendSSHPublicKey"): "pushed an SSH key to the instance",
    ("ec2-instance-connect.amazonaws.com", "SendSerialConsoleSSHPublicKey"): "pushed an SSH key to its serial console",
    ("ec2-instance-connect.amazonaws.com", "OpenTunnel"): "opened a tunnel to the instance",
    ("ec2.amazonaws.com", "AssociateIamInstanceProfile"): "gave the instance a role",
    ("ec2.amazonaws.com", "ReplaceIamInstanceProfileAssociation"): "changed the instance's role",
    ("ec2.amazonaws.com", "GetPasswordData"): "asked for the instance's administrator password",
    ("ec2.amazonaws.com", "ModifyInstanceAttribute"): "changed an attribute of the instance (user data is one)",
    ("ec2.amazonaws.com", "ModifyInstanceMetadataOptions"): "changed the instance's metadata options",
}
"""Calls that give a way onto an instance or to its credentials.

Source: EC2 and Systems Manager API References; MITRE ATT&CK T1651 (Cloud Administration Command), T1552.005.
"""


@dataclass(frozen=True, slots=True)
class Lead:
    """One event that may show how the credentials were taken.

    Attributes:
        event_id: the event.
        event_at: when.
        statement: who did what, from where, in words; "same address" means just that.
    """

    event_id: str
    event_at: datetime
    statement: str


def initial_access_leads(
    events: pd.DataFrame, session: LeakedSession, session_events: pd.DataFrame
) -> tuple[Lead, ...]:
    """List the calls on this instance, before the thief's last use, that could have given the credentials away.

    Args:
        events: ``tables.EVENTS``, the whole trail.
        session: the leaked session; without an instance id there is nothing to look for.
        session_events: ``tables.SESSION_EVENTS``.

    Returns:
        Leads by time. An empty result means: none seen in what was searched.
    """
    if session.instance_id is None:
        return ()
    thief = session_events[session_events["party"] == "thief"]
    named = events["request_parameters"].str.contains(session.instance_id, case=False, regex=False, na=False)
    way = events["event_source"].fillna("") + " " + events["event_name"].fillna("")
    rows = events[named & way.isin({f"{source} {name}" for source, name in WAYS_IN})]
    rows = rows[~rows["user_agent"].map(made_by_gdkit).astype(bool)]  # what the responders themselves did
    if not thief.empty:
        rows = rows[rows["event_at"] <= thief["event_at"].max()]
    rows = rows[rows["event_at"].notna() & rows["event_id"].notna() & ~rows["event_id"].isin(thief["event_id"])]
    addresses = set(thief["source_address"].map(normal_address, na_action="ignore").dropna())
    return tuple(Lead(row["event_id"], row["event_at"], _statement(row, addresses)) for row in tables.rows_of(rows))


def _statement(row: dict[str, Any], thief_addresses: set[str]) -> str:
    done = WAYS_IN[(row["event_source"], row["event_name"])]
    who = row["identity_arn"] or row["principal_id"] or row["user_name"] or "somebody"
    key = f" with key {row['access_key_id']}" if row["access_key_id"] else ""
    place = row["source_address"] or "an address not recorded"
    same = " (same address as the thief's calls)" if normal_address(place) in thief_addresses else ""
    failed = f"; the call failed with {row['error_code']}" if row["error_code"] else ""
    return f"{who}{key} {done} from {place}{same}{failed}"
