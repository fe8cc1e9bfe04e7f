"""What a hunt found, for programs: the document that ``gdkit hunt --json`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.analysis.coverage_ledger import coverage_document
from gdkit.model import utc_text

if TYPE_CHECKING:
    from gdkit.analysis.hunt.judge import Hunt, Suspect
    from gdkit.model import Coverage

SCHEMA_VERSION = "1.0"


def hunt_document(hunt: Hunt, coverage: Coverage) -> dict[str, Any]:
    """Give a hunt as values that JSON can hold.

    Returns:
        ``sessions`` (proven and likely, strongest first), ``possible`` (weaker leads), ``judged`` (in how much was
        looked) and ``coverage``.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "sessions": [_session(rank, one) for rank, one in enumerate(hunt.suspects, start=1)],
        "possible": [_session(None, one) for one in hunt.possible],
        "judged": {
            "instance_sessions": hunt.sessions,
            "instances": hunt.instances,
            "session_events": hunt.session_events,
        },
        "coverage": coverage_document(coverage),
    }


def _session(rank: int | None, suspect: Suspect) -> dict[str, Any]:
    session = suspect.session
    return {
        "rank": rank,
        "level": suspect.level,
        "principal_id": session.principal_id,
        "role_name": session.role_name,
        "role_arn": session.role_arn,
        "session_name": session.session_name,
        "instance_id": session.instance_id,
        "account_id": session.account_id,
        "identity_role": suspect.identity_role,
        "access_key_ids": list(suspect.access_key_ids),
        "addresses": list(suspect.addresses),
        "user_agents": list(suspect.clients),
        "events": suspect.events,
        "off_instance_events": len(suspect.off_instance_event_ids),
        "off_instance_event_ids": list(suspect.off_instance_event_ids),
        "first_seen_at": utc_text(suspect.first_at),
        "last_seen_at": utc_text(suspect.last_at),
        "reasons": [
            {"name": sign.name, "statement": sign.statement, "events": len(sign.calls)} for sign in suspect.reasons
        ],
    }
