"""Made-up rows, results and applications: as much of them as recovery reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from gdkit import tables
from gdkit.response.plan import Plan
from gdkit.response.record import Application
from gdkit.response.recovery.item import InstanceNow, Known, Live
from gdkit.response.recovery.pattern import Ground
from gdkit.response.step import Action, Target

HOME, OTHER, REGION = "111122223333", "444455556666", "eu-west-1"
INSTANCE, SIBLING = "i-0123456789abcdef0", "i-0fedcba9876543210"
ROLE, ROLE_ID = "shop-web", "AROAEXAMPLEROLEID0001"
ROLE_ARN = f"arn:aws:iam::{HOME}:role/app/{ROLE}"
USER_ID = f"{ROLE_ID}:{INSTANCE}"
VPC, PRIVATE, NAT, THIEF = "vpc-0aaa", "10.0.1.15", "192.0.2.44", "198.51.100.23"
ENDPOINT = "vpce-0aaa"
BEGAN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
NOW = BEGAN + timedelta(days=1)
GROUND = Ground("aws", HOME, ROLE, ROLE_ARN, (NAT,), (VPC,))
_NUMBERS = iter(range(10**9))


def event(name: str = "ListBuckets", source: str = "s3.amazonaws.com", **fields: Any) -> dict[str, Any]:
    """Give a row of the leaked session's events: the workload's, through its NAT gateway, unless told otherwise."""
    row: dict[str, Any] = dict.fromkeys(tables.SESSION_EVENTS.names)
    row |= {"event_id": f"event-{next(_NUMBERS)}", "event_at": BEGAN + timedelta(hours=2), "event_name": name,
            "event_source": source, "region": REGION, "account_id": HOME, "event_type": "AwsApiCall",
            "source_address": NAT, "user_agent": "Boto3/1.40.21", "identity_type": "AssumedRole",
            "principal_id": USER_ID, "identity_account_id": HOME, "role_name": ROLE, "role_id": ROLE_ID,
            "identity_arn": f"arn:aws:sts::{HOME}:assumed-role/{ROLE}/{INSTANCE}", "role_arn": ROLE_ARN,
            "session_name": INSTANCE, "credential_issued_at": BEGAN, "ec2_role_delivery": "2.0",
            "form": "CloudTrail log file", "party": "workload", "hop": 0, **fields}  # fmt: skip
    return row


def by_endpoint(name: str = "ListBuckets", source: str = "s3.amazonaws.com", **fields: Any) -> dict[str, Any]:
    """Give a row of a call through the VPC endpoint of the instance's own VPC."""
    return event(name, source, **{"source_address": PRIVATE, "vpc_endpoint_id": ENDPOINT, **fields})


def of_thief(name: str = "ListBuckets", source: str = "s3.amazonaws.com", **fields: Any) -> dict[str, Any]:
    """Give a row of the thief's, from his own address."""
    return event(name, source, **{"source_address": THIEF, "party": "thief", "ec2_role_delivery": "1.0", **fields})


def on_role(name: str, *, asked: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Give a row of a change of the role, by an administrator unless told otherwise."""
    policy = {"policyDocument": json.dumps(asked.pop("policy"))} if asked and "policy" in asked else {}
    request = json.dumps({"roleName": ROLE, **(asked or {}), **policy})
    admin = {"party": None, "identity_type": "IAMUser", "identity_arn": f"arn:aws:iam::{HOME}:user/ada",
             "principal_id": "AIDAEXAMPLEADA0000001", "region": "us-east-1"}  # fmt: skip
    return event(name, "iam.amazonaws.com", **{**admin, "request_parameters": request, **fields})


def result(**parts: Any) -> dict[str, Any]:
    """Give as much of a result as recovery reads; members of ``session`` and others are put in the place of these."""
    session = {"principal_id": USER_ID, "role_id": ROLE_ID, "role_name": ROLE, "role_arn": ROLE_ARN,
               "session_name": INSTANCE, "instance_id": INSTANCE, "account_id": HOME}  # fmt: skip
    impact = {"still_exists": [], "persistence": [], "resources": [], "tamper": [], **parts.pop("impact", {})}
    fleet = [{"instance_id": name, "leaked": name == INSTANCE, "account_id": HOME, "region": REGION}
             for name in (INSTANCE, SIBLING)]  # fmt: skip
    return {
        "session": {**session, **parts.pop("session", {})}, "fleet": fleet, "impact": impact,
        "events": {"thief_event_ids": ["event-thief"], "unknown_event_ids": []},
        "origin": {"addresses": []}, "theft_path": {"value": "imds_v1_ssrf_likely"},
        "timeline": [{"kind": "issue", "at": "2026-11-02T08:00:00Z"},
                     {"kind": "first use", "at": "2026-11-02T09:00:00Z"}],
        "credentials": {"rows": []}, "lineage": {"nodes": [], "edges": []},
        "coverage": {"statement": "Searched: 12 events of eu-west-1."}, **parts,
    }  # fmt: skip


def credential(**fields: Any) -> dict[str, Any]:
    """Give a row of credentials: the stolen key, ended, as its end is assumed."""
    return {"kind": "instance_role", "access_key_id": "ASIAEXAMPLESTOLEN001", "principal": USER_ID, "owner": ROLE,
            "account_id": HOME, "hop": 0, "holder": "seen with thief", "ends": "at_time", "certainty": "assumed",
            "alive_until": "2026-11-02T14:00:00Z", "state": "may be alive", "thief_events": 3, "unknown_events": 0,
            "workload_events": 0, "why": "six hours", "issue_event_id": None, **fields}  # fmt: skip


def applied(step: str, *, number: int = 1, at: datetime = BEGAN + timedelta(hours=3), status: Any = "done",
            undone: bool = False, undoes: str | None = None, **options: str) -> Application:  # fmt: skip
    """Give an application of a step."""
    told = {name.replace("_", "-"): value for name, value in options.items()}
    target = Target("case-1", "aws", HOME, REGION, at, role_name=ROLE, role_id=ROLE_ID, options=told)
    plan = Plan(step, target, {"on": False}, {"on": True}, (Action("iam", "PutRolePolicy", {}, "Put it"),),
                undoes=undoes)  # fmt: skip
    return Application(number, at.isoformat(), "ana", plan.hash, plan, status, undone=undone)


def running(name: str = INSTANCE, **fields: Any) -> InstanceNow:
    """Give an instance that runs and asks for IMDSv2."""
    return InstanceNow(name, **{"state": "running", "http_tokens": "required", "http_endpoint": "enabled", **fields})


def known(document: dict[str, Any] | None = None, *steps: Application, recheck: Any = None, **live: Any) -> Known:
    """Give what the checks rest on; without a member of ``Live`` AWS was not asked for it."""
    return Known(document or result(), steps, NOW, Live(**live), recheck)
