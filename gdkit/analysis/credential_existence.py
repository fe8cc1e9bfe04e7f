"""What AWS says of credentials now, put into their clock: deleted, switched off, or still there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.credential_states import order
from gdkit.identifiers import is_role_id, parse_principal_id
from gdkit.model import utc_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_OF_A_USER = ("access_key", "login_profile", "service_credential", "user")
_OF_A_ROLE = ("instance_role", "chained_role", "console_session", "other")
_PARTS = ("kind", "id", "parent_id", "account_id")
_ROLE_GONE = (
    "nothing is left that allows its sessions anything, but AWS does not document that they end with it: "
    "what resources allow by themselves may still work"
)


def things_to_ask(credentials: pd.DataFrame) -> pd.DataFrame:
    """Give what AWS is to be asked for: each user's credential, and the user or role behind each session.

    What has expired is not asked for. A credential whose own id no record shows is asked for by its user.

    Args:
        credentials: ``tables.CREDENTIALS``.

    Returns:
        ``tables.PERSISTENCE``, each thing once; a session's role is of the kind ``role_session``, whose id is the
        role's unique id and whose parent is its name.
    """
    things = dict.fromkeys(_thing(row) for row in tables.rows_of(credentials) if row["state"] != "expired")
    rows = [dict(zip(_PARTS, thing, strict=True)) for thing in things if thing is not None]
    return tables.frame_of_rows(tables.PERSISTENCE, rows)


def with_existence(credentials: pd.DataFrame, checked: pd.DataFrame) -> pd.DataFrame:
    """Give the clock with what AWS says now.

    A user's credential that does not exist or is switched off is ``revoked``; one that exists may be alive, whatever
    events show. The session of a role or user that is gone is in no known state.

    Args:
        credentials: ``tables.CREDENTIALS``.
        checked: ``tables.PERSISTENCE`` with ``still_exists``, ``status``, ``checked_at`` and ``check`` filled, for what
            ``things_to_ask`` gave; other rows do no harm.

    Source: IAM API Reference, AccessKeyMetadata and ServiceSpecificCredentialMetadata (Status), DeleteRole; IAM User
    Guide, "Disabling permissions for temporary security credentials" (judged at each request).
    """
    found = {tuple(row[part] for part in _PARTS): row for row in tables.rows_of(checked)}
    rows = [_with_answer(row, found) for row in tables.rows_of(credentials)]
    rows.sort(key=order)
    return tables.frame_of_rows(tables.CREDENTIALS, rows)


def _with_answer(row: dict[str, Any], found: Mapping[tuple[Any, ...], Mapping[str, Any]]) -> dict[str, Any]:
    thing = _thing(row) if row["state"] != "expired" else None
    return row | _told(row, str(thing[0]), found[thing]) if thing is not None and thing in found else row


def _thing(row: Mapping[str, Any]) -> tuple[str | None, ...] | None:
    kind, own, owner, account_id = row["kind"], row["access_key_id"], row["owner"], row["account_id"]
    if kind in ("access_key", "service_credential") and own:
        return kind, own, owner, account_id
    if kind == "login_profile" and owner:
        return kind, owner, owner, account_id
    if kind in _OF_A_ROLE:
        principal = parse_principal_id(row["principal"])
        role_id = principal.unique_id if principal else None
        return ("role_session", role_id, owner, account_id) if owner and is_role_id(role_id) else None
    return ("user", owner, None, account_id) if owner and kind != "instance" else None


def _told(row: Mapping[str, Any], asked_for: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns that an answer changes."""
    exists, asked = found["still_exists"], {"check": found["check"], "checked_at": found["checked_at"]}
    if row["kind"] not in _OF_A_USER:
        return asked | (_of_session(row, asked_for, found) if exists is False else {})
    if exists is None:
        return asked | {"why": f"{row['why']}; AWS does not tell whether it still exists: {found['check']}"}
    if asked_for != row["kind"]:
        return asked | _by_user(row, found)
    when, status = f"(asked at {utc_text(found['checked_at'])})", found["status"]
    if not exists:
        return asked | {"state": "revoked", "why": f"{row['why']}; AWS says that it does not exist {when}"}
    if status is not None and status != "Active":
        state = "expired" if status == "Expired" else "revoked"
        return asked | {"state": state, "why": f"{row['why']}; AWS says that it is {status} {when}"}
    why = f"{row['why']}; AWS says that it {'is Active' if status else 'exists'} {when}"
    if row["state"] == "revoked":
        why += f", although it was {row['revocation']}; IAM's answers can lag behind, ask again"
    return asked | {"state": "may be alive", "why": why}


def _by_user(row: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Judge a credential whose id is not known by its user."""
    when = f"(asked at {utc_text(found['checked_at'])})"
    if found["still_exists"]:
        return {"why": f"{row['why']}; AWS says that its user exists {when}, which does not tell whether it does"}
    return {"state": "revoked", "why": f"{row['why']}; AWS says that its user does not exist {when}"}


def _of_session(row: Mapping[str, Any], asked_for: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Judge a session whose role or user is gone."""
    behind = "the role with its id" if asked_for == "role_session" else "its user"
    why = f"{row['why']}; AWS says that {behind} does not exist (asked at {utc_text(found['checked_at'])}): "
    state = "unknown" if row["state"] == "may be alive" else row["state"]
    return {"state": state, "why": why + _ROLE_GONE}
