"""Small CloudTrail records for tests of the analysis: one session of one role, and whatever else a test adds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gdkit.analysis.attribution import attribute
from gdkit.analysis.lineage import trace_lineage
from gdkit.analysis.scope import Scope, scope_session
from gdkit.analysis.session import find_session
from gdkit.analysis.subject import subject_of_finding
from gdkit.findings import load_findings
from gdkit.trail import load_trail
from tests.real.data import finding_document

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from gdkit.model import Subject

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
ROLE, ROLE_ID, INSTANCE = "app-role", "AROAEXAMPLEAPPROLE001", "i-0123456789abcdef0"
PRINCIPAL = f"{ROLE_ID}:{INSTANCE}"
KEY, KEY_2, CHAINED = "ASIAEXAMPLEKEY000001", "ASIAEXAMPLEKEY000002", "ASIAEXAMPLECHAINED01"
THIEF, THIEF_2, NAT = "198.51.100.7", "203.0.113.9", "192.0.2.10"
THIEF_CLIENT = "aws-cli/2.31 os/macos#24.5 lang/python#3.13"
APP_CLIENT = "Boto3/1.40 os/linux#6.1 lang/python#3.11"
AGENT_CLIENT = "aws-sdk-go/1.55 (go1.23; linux; amd64) amazon-ssm-agent/3.3"


def identity(key: str = KEY, *, name: str = INSTANCE, role: str = ROLE, role_id: str = ROLE_ID,
             account: str = ACCOUNT, delivery: str | None = None) -> dict[str, Any]:  # fmt: skip
    """Give the userIdentity of an assumed-role session."""
    context: dict[str, Any] = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": role_id,
            "arn": f"arn:aws:iam::{account}:role/{role}",
            "accountId": account,
            "userName": role,
        },
        "attributes": {"creationDate": "2026-11-01T06:00:00Z", "mfaAuthenticated": "false"},
    }
    if delivery:
        context["ec2RoleDelivery"] = delivery
    return {
        "type": "AssumedRole",
        "principalId": f"{role_id}:{name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": context,
    }


def record(minute: int, address: str | None, client: str | None, *, name: str = "DescribeInstances",
           service: str = "ec2", who: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:  # fmt: skip
    """Give one record; its id follows from what it says, so that equal calls differ by their minute."""
    made = {
        "eventVersion": "1.11",
        "eventTime": f"2026-11-01T{7 + minute // 60:02d}:{minute % 60:02d}:00Z",
        "eventName": name,
        "eventSource": f"{service}.amazonaws.com",
        "awsRegion": "us-east-1",
        "sourceIPAddress": address,
        "userAgent": client,
        "userIdentity": who or identity(),
        "recipientAccountId": ACCOUNT,
        "eventType": "AwsApiCall",
        "eventCategory": "Management",
        **fields,
    }
    return {"eventID": f"{minute:04d}-{name}-{address}-{made['userIdentity'].get('accessKeyId')}", **made}


def agent(minute: int, address: str = NAT, **fields: Any) -> dict[str, Any]:
    """Give a call of the SSM agent of the instance."""
    fields = {"userAgent": AGENT_CLIENT, **fields}
    return record(minute, address, None, name="UpdateInstanceInformation", service="ssm", **fields)


def assume_role(minute: int, address: str, client: str, *, new_key: str = CHAINED, **fields: Any) -> dict[str, Any]:
    """Give an AssumeRole into a second account that issued a key."""
    given = {
        "credentials": {"accessKeyId": new_key, "expiration": "Nov 1, 2026, 8:30:00 AM"},
        "assumedRoleUser": {"assumedRoleId": "AROAEXAMPLESECOND001:hop"},
    }
    asked = {"roleArn": f"arn:aws:iam::{OTHER_ACCOUNT}:role/second", "roleSessionName": "hop"}
    fields = {"requestParameters": asked, "responseElements": given, **fields}
    return record(minute, address, client, name="AssumeRole", service="sts", **fields)


def chained(minute: int, address: str, client: str, *, key: str = CHAINED, **fields: Any) -> dict[str, Any]:
    """Give a call of the session in the second account."""
    who = identity(key, name="hop", role="second", role_id="AROAEXAMPLESECOND001", account=OTHER_ACCOUNT)
    return record(minute, address, client, name="ListSecrets", service="secretsmanager", who=who, **fields)


def finding_at(address: str | None, key: str = KEY) -> dict[str, Any]:
    """Give a finding of the session at an address."""
    return finding_document(role_id=ROLE_ID, role=ROLE, instance=INSTANCE, key=key, address=address or "",
                            account=ACCOUNT) | {"id": f"finding-{address}"}  # fmt: skip


def subject(address: str | None = THIEF, *, private: str | None = None, public: str | None = None,
            remote_account: str | None = None, first_seen: str | None = None) -> Subject:  # fmt: skip
    """Give the subject of a finding at an address."""
    document = finding_at(address)
    call = document["service"]["action"]["awsApiCallAction"]
    if remote_account:
        call["remoteAccountDetails"] = {"accountId": remote_account, "affiliated": False}
    if first_seen:
        document["service"]["eventFirstSeen"] = first_seen
    if private or public:
        interface = {"privateIpAddress": private, "publicIp": public}
        document["resource"]["instanceDetails"] = {"instanceId": INSTANCE, "networkInterfaces": [interface]}
    return subject_of_finding(load_findings(document)[0])


def events_of(folder: Path, records: list[dict[str, Any]]) -> pd.DataFrame:
    """Read records the way a trail is read."""
    path = folder / "trail.json"
    path.write_text(json.dumps({"Records": records}), encoding="utf-8")
    return load_trail(path).events


def scope_of(folder: Path, records: list[dict[str, Any]], about: Subject | None = None) -> Scope:
    """Analyse records for a subject; by default for a finding at the thief's address."""
    return scope_session(events_of(folder, records), about or subject())


def judged(folder: Path, records: list[dict[str, Any]], about: Subject | None = None) -> dict[str, tuple[str, str]]:
    """Give party and rule of each event by its id, of the session and of what was chained from it, and no more."""
    return judged_events(events_of(folder, records), about or subject())


def judged_events(events: pd.DataFrame, about: Subject) -> dict[str, tuple[str, str]]:
    """Give party and rule of each event by its id, from a table of events."""
    found = find_session(events, about)
    lineage = trace_lineage(events, found, attribute(events, found.used, found.session, about))
    rows = lineage.events[["event_id", "party", "rule"]].itertuples(index=False, name=None)
    return {event_id: (party, rule) for event_id, party, rule in rows}


def decided(scope: Scope) -> dict[str, tuple[str, str]]:
    """Give party and rule of each event by its id."""
    rows = scope.events[["event_id", "party", "rule"]].itertuples(index=False, name=None)
    return {event_id: (party, rule) for event_id, party, rule in rows}
