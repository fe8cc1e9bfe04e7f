"""As much of ``result.json`` as the plan reads, made up: rows of things and of credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.grown.plan import plan_grown

if TYPE_CHECKING:
    from gdkit.response.grown.proposal import Proposal

HOME, OTHER, REGION = "111122223333", "444455556666", "eu-west-1"
LEAKED = "AROAEXAMPLEID1:i-0123456789abcdef0"
IDS = {
    "access_key": "AKIAEXAMPLEKEY123456", "instance": "i-0fedcba9876543210",
    "security_group_rule": "sgr-0123456789abcdef0",
    "snapshot_sharing": "999988887777", "image_sharing": "all",
    "attached_user_policy": "arn:aws:iam::aws:policy/AdministratorAccess",
    "attached_role_policy": "arn:aws:iam::aws:policy/AdministratorAccess",
    "attached_group_policy": "arn:aws:iam::aws:policy/AdministratorAccess",
}  # fmt: skip
WITHIN = {"security_group_rule": "sg-0123456789abcdef0", "snapshot_sharing": "snap-0123456789abcdef0",
          "image_sharing": "ami-0123456789abcdef0", "events_rule": None}  # fmt: skip


def thing(kind: str, **fields: Any) -> dict[str, Any]:
    """Give a row of still_exists."""
    return {"state": "exists", "kind": kind, "id": IDS.get(kind, "thing-1"), "within": WITHIN.get(kind, "owner-1"),
            "account_id": HOME, "region": REGION, "party": "thief", "reason": None, "why": "AWS answered with it.",
            "checked_at": None, "calls": 1, "last_change": "x", "last_change_at": None, "detail": "made it",
            "event_ids": [f"event-{kind}"], **fields}  # fmt: skip


def credential(kind: str, **fields: Any) -> dict[str, Any]:
    """Give a row of credentials."""
    return {"kind": kind, "access_key_id": None, "principal": "AROAEXAMPLEID2:nightly", "owner": "reporting",
            "account_id": OTHER, "hop": 1, "holder": "seen with thief; issued to thief", "state": "may be alive",
            "thief_events": 3, "workload_events": 0, "unknown_events": 0, "why": "it lives",
            "issue_event_id": "event-c", **fields}  # fmt: skip


def result(things: Any = (), credentials: Any = (), **parts: Any) -> dict[str, Any]:
    """Give as much of a result as the plan reads."""
    impact = {"still_exists": list(things), "persistence": parts.pop("persistence", []), "resources": [],
              "tamper": parts.pop("tamper", []), **parts.pop("impact", {})}  # fmt: skip
    return {"session": {"principal_id": LEAKED, "account_id": HOME}, "fleet": [], "impact": impact,
            "credentials": {"rows": list(credentials)}, "lineage": {"nodes": [], "edges": []}, **parts}  # fmt: skip


def only(document: dict[str, Any]) -> Proposal:
    """Give the one proposal that a result leads to."""
    (one,) = plan_grown(document)
    return one
