"""Which stolen and chained credentials can still be alive, until when, and why: judged at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.credential_ends import End, aged_end, instance_end, issued_end, known_end, no_end, refused_end
from gdkit.analysis.credential_states import judged, order
from gdkit.analysis.request_text import fields_of, member, text_member, whole_number
from gdkit.analysis.revocations import revocations
from gdkit.errors import UsageError
from gdkit.identifiers import parse_access_key_id, parse_arn, role_name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    import pandas as pd

    from gdkit.analysis.revocations import Revocations
    from gdkit.model import LeakedSession

_OF_OTHERS = ("thief", "unknown")
_MADE = {
    "CreateUser": ("user", "a user stays until it is deleted, and whoever may can make a key or password for it"),
    "CreateLoginProfile": ("login_profile", "a console password works until it is deleted"),
    "UpdateLoginProfile": ("login_profile", "a console password works until it is deleted"),
    "CreateServiceSpecificCredential": ("service_credential", ""),
    "ResetServiceSpecificCredential": ("service_credential", ""),
    "GetSigninToken": ("console_session", ""),
    "ConsoleLogin": ("console_session", ""),
}  # fmt: skip
"""Calls that make a credential without an access key: its kind, and why it has no end."""

_OF_USERS = ("access_key", "federation", "session_token")
_KINDS = {
    "AssumeRole": "chained_role", "AssumeRoleWithSAML": "chained_role", "AssumeRoleWithWebIdentity": "chained_role",
    "AssumeRoot": "chained_role", "GetFederationToken": "federation", "GetSessionToken": "session_token",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Clock:
    """What every row is judged by; mappings are by access key id."""

    at: datetime | None
    session: LeakedSession
    done: Revocations
    issues: Mapping[str, dict[str, Any]]
    requests: Mapping[str, str | None]
    answers: Mapping[str, str | None]
    callers: Mapping[str, dict[str, Any]]
    refused: Mapping[str, datetime]
    used: Mapping[str, datetime]


def credential_clock(
    events: pd.DataFrame,
    session: LeakedSession,
    session_events: pd.DataFrame,
    *,
    keys: pd.DataFrame,
    hops: pd.DataFrame,
    at: datetime | None,
) -> pd.DataFrame:
    """List the credentials that the thief or somebody unknown holds or could hold, each with its end.

    Args:
        events: ``tables.EVENTS``, the whole trail: it shows what was deleted or denied since.
        session: the leaked session.
        session_events: ``tables.SESSION_EVENTS``.
        keys: ``tables.KEYS``.
        hops: ``tables.HOPS``.
        at: the instant to judge by, aware; None where none is known: then the state of what ends at a time is unknown.

    Returns:
        ``tables.CREDENTIALS``: what may be alive first, without an end before with one; then unknown, revoked, expired.

    Raises:
        UsageError: ``at`` has no time zone.
    """
    if at is not None and at.tzinfo is None:
        raise UsageError("the instant to judge credentials by has no time zone", where="at")
    clock = _clock(events, session, session_events, hops, at)
    rows = [*_of_keys(clock, keys), *_made(clock, session_events, hops)]
    if session.instance_id is not None:
        rows.append(_renewal(clock))
    rows.sort(key=order)
    return tables.frame_of_rows(tables.CREDENTIALS, rows)


def _clock(
    events: pd.DataFrame, session: LeakedSession, session_events: pd.DataFrame, hops: pd.DataFrame, at: datetime | None
) -> _Clock:
    issues = hops[hops["to_key"].notna()].sort_values(["event_at", "event_id"]).drop_duplicates("to_key")
    texts = ["event_id", "request_parameters", "response_elements"]
    asked = list(tables.rows_of(events.loc[events["event_id"].isin(set(issues["event_id"])), texts]))
    calls = session_events[session_events["access_key_id"].notna()]
    expired = calls["error_code"].str.contains("ExpiredToken", na=False)
    signed = calls.sort_values(["event_at", "event_id"]).drop_duplicates("access_key_id")
    names = ["access_key_id", "principal_id", "identity_arn", "identity_account_id", "role_name", "user_name"]
    works = calls["error_code"].isna() & (calls["event_name"] != "GetCallerIdentity")  # that one no policy can deny
    return _Clock(
        at=at,
        session=session,
        done=revocations(events, session.instance_id, at),
        issues={row["to_key"]: row for row in tables.rows_of(issues)},
        requests={row["event_id"]: row["request_parameters"] for row in asked},
        answers={row["event_id"]: row["response_elements"] for row in asked},
        callers={row["access_key_id"]: row for row in tables.rows_of(signed[names])},
        refused=_by_key(calls[expired].groupby("access_key_id")["event_at"].min()),
        used=_by_key(calls[works].groupby("access_key_id")["event_at"].max()),
    )


def _by_key(times: pd.Series) -> dict[str, datetime]:
    return {str(key): tables.plain(value) for key, value in times.dropna().items()}


def _of_keys(clock: _Clock, keys: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give a row for each access key that the thief or somebody unknown used, had issued, or could hold."""
    for row in tables.rows_of(keys):
        issue = clock.issues.get(row["access_key_id"])
        used_by = [party for party in _OF_OTHERS if row[f"{party}_events"]]
        asked_by = issue["party"] if issue and row["hop"] else None
        unseen = not row["events"] and not row["hop"]
        if used_by or asked_by in _OF_OTHERS or unseen:
            yield _of_key(clock, row, issue, _holder(row, asked_by))


def _holder(row: Mapping[str, Any], asked_by: str | None) -> str:
    seen = [party for party in ("thief", "unknown", "workload") if row[f"{party}_events"]]
    words = f"seen with {', '.join(seen)}" if seen else "not seen in use"
    return f"{words}; issued to {asked_by}" if asked_by else words


def _of_key(clock: _Clock, row: dict[str, Any], issue: dict[str, Any] | None, holder: str) -> dict[str, Any]:
    key, caller = row["access_key_id"], clock.callers.get(row["access_key_id"], {})
    parsed = parse_access_key_id(key)
    long_term = parsed is not None and parsed.kind == "long_term"
    kind = "access_key" if long_term else _kind(clock, row, issue)
    account_id, owner = _owner(clock, row, issue, kind)
    principal = caller.get("principal_id") or (issue or {}).get("to_principal")
    principal = principal or (clock.session.principal_id if not row["hop"] else None)
    if kind == "access_key":
        principal = principal or owner
        done = clock.done.of_name("access_key", None, key) or clock.done.of_name("user", account_id, owner)
    else:
        role_name = None if kind in _OF_USERS else owner
        done = clock.done.of_session(account_id, role_name, principal, row["issued_at"])
    made = {name: row[name] for name in ("hop", "issued_at", "last_seen_at", "thief_events", "workload_events",
                                         "unknown_events")}  # fmt: skip
    return {
        **made,
        "kind": kind,
        "access_key_id": key,
        "principal": principal,
        "owner": owner,
        "account_id": account_id,
        "holder": holder,
        "issue_event_id": (issue or {}).get("event_id"),
        **judged(_end_of_key(clock, row, issue, kind), done, clock.used.get(key), clock.at),
    }


def _owner(
    clock: _Clock, row: Mapping[str, Any], issue: Mapping[str, Any] | None, kind: str
) -> tuple[str | None, str | None]:
    """Give the account and the name of the user or role that a key belongs to, as far as records tell."""
    caller, event_id = clock.callers.get(row["access_key_id"], {}), (issue or {}).get("event_id")
    request = fields_of(clock.requests.get(str(event_id)))
    account_id = caller.get("identity_account_id")
    if kind in _OF_USERS:
        made = text_member(fields_of(clock.answers.get(str(event_id))), "accessKey", "userName")
        asked = (text_member(request, "userName") or made) if kind == "access_key" else None
        parsed = parse_access_key_id(row["access_key_id"])
        return (account_id or (issue or {}).get("account_id") or (parsed.account_id if parsed else None),
                caller.get("user_name") or asked)  # fmt: skip
    role_arn = text_member(request, "roleArn")
    arn = parse_arn(role_arn)
    account_id, name = account_id or (arn.account_id if arn else None), caller.get("role_name")
    if not row["hop"]:
        return account_id or clock.session.account_id, name or role_name_of(role_arn) or clock.session.role_name
    return account_id, name or role_name_of(role_arn)


def _kind(clock: _Clock, row: Mapping[str, Any], issue: Mapping[str, Any] | None) -> str:
    if not row["hop"]:
        return "instance_role" if clock.session.instance_id is not None else "other"
    return _KINDS.get(issue["event_name"], "other") if issue else "other"


def _end_of_key(clock: _Clock, row: Mapping[str, Any], issue: Mapping[str, Any] | None, kind: str) -> End:
    key = row["access_key_id"]
    if kind == "access_key":
        return no_end("a user's access key works until it is deleted or made inactive")
    if row["expires_at"] is not None:
        return known_end(row["expires_at"], issue["event_name"] if issue else None)
    if key in clock.refused:
        return refused_end(clock.refused[key])
    if kind == "instance_role":
        return instance_end(row["issued_at"], row["first_seen_at"], row["last_seen_at"])
    if issue is None:
        return issued_end("AssumeRole", row["issued_at"], chained=False, asked_s=None)
    request = fields_of(clock.requests.get(issue["event_id"]))
    chained = str(issue["from_key"] or "").startswith("ASIA")
    asked_s = whole_number(request, "durationSeconds")
    return issued_end(issue["event_name"], issue["event_at"], chained=chained, asked_s=asked_s)


def _made(clock: _Clock, session_events: pd.DataFrame, hops: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give a row for each password, user, console session and unnamed key that a call of the thief or unknown made."""
    names = [*_MADE, "CreateAccessKey"]
    rows = session_events[session_events["event_name"].isin(names) & session_events["party"].isin(_OF_OTHERS)]
    rows = rows[rows["error_code"].isna() & ~rows["event_id"].isin(set(hops.loc[hops["to_key"].notna(), "event_id"]))]
    for row in tables.rows_of(rows.drop_duplicates("event_id")):
        answer = fields_of(row["response_elements"])
        if text_member(answer, "ConsoleLogin") not in (None, "Success"):
            continue
        kind, why = _MADE.get(
            row["event_name"], ("access_key", "a user's key works until deleted; its id is not shown")
        )
        request = fields_of(row["request_parameters"])
        own_id = next((found for holder in (member(answer, "serviceSpecificCredential"), request)
                       if (found := text_member(holder, "serviceSpecificCredentialId"))), None)  # fmt: skip
        console = kind == "console_session"
        account_id, owner = row["account_id"], text_member(request, "userName")
        if console:
            end = issued_end(row["event_name"], row["event_at"], chained=False, asked_s=None)
            account_id, owner = row["identity_account_id"], row["role_name"]
            done = clock.done.of_session(account_id, owner, row["principal_id"], row["event_at"])
        else:
            age_days = whole_number(request, "credentialAgeDays")
            end = aged_end(row["event_at"], age_days) if kind == "service_credential" else no_end(why)
            done = clock.done.of_name(kind, account_id, own_id or owner)
            done = done or clock.done.of_name("user", account_id, owner)
        yield {
            "kind": kind,
            "access_key_id": own_id,
            "principal": row["principal_id"] if console else owner,
            "owner": owner,
            "account_id": account_id,
            "hop": row["hop"] + (not console),
            "holder": f"made by {row['party']}",
            "issued_at": row["event_at"],
            "issue_event_id": row["event_id"],
            **judged(end, done, None, clock.at),
        }


def _renewal(clock: _Clock) -> dict[str, Any]:
    """Give the row of the instance itself: it hands out new credentials to whoever is on it."""
    session = clock.session
    why = "whoever is on the instance can ask it for new credentials while it runs and has the role"
    done = clock.done.of_instance() or clock.done.of_session(
        session.account_id, session.role_name, session.principal_id, clock.at
    )
    return {
        "kind": "instance",
        "principal": session.principal_id or session.instance_id,
        "owner": session.role_name,
        "account_id": session.account_id,
        "hop": 0,
        "holder": "whoever is on the instance; no event can show whether the thief is",
        **judged(End(None, "not_by_itself", "assumed", why), done, None, clock.at),
    }
