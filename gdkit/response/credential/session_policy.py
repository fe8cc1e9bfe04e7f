"""One inline policy that denies sessions of a role: several sessions in it, each put in and taken out by itself.

The state names each session with how it is denied; the document follows from it, always in the same bytes. Read back,
a document counts as gdkit's own only if the same state would be written so again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gdkit.identifiers import is_role_id
from gdkit.response.credential.agent import AGENT
from gdkit.response.credential.inline import SESSIONS, deny_statement, not_ours, policy_calls, policy_of
from gdkit.response.credential.role import inline_policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.credential.role import Role
    from gdkit.response.step import Action, State

EVERY = "every session"
"""In a session's place: all sessions of the role that were issued before an instant."""

_USER_ID = re.compile(r"([A-Z0-9]{8,128}):[\w+=.@-]{2,64}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def read_sessions(aws: ReadOnlyAws, role: Role) -> State:
    """Give the sessions that gdkit's policy on the role denies.

    Raises:
        ResponseError: there is a policy of that name which gdkit did not write.
        AwsError: it could not be read.
    """
    document = inline_policy(aws, role, SESSIONS)
    sessions = {} if document is None else sessions_in(document)
    if sessions is None:
        raise not_ours(role.arn, SESSIONS)
    return {"sessions": sessions}


def with_sessions(now: State, user_ids: Iterable[str], issued_before: str | None, leave_open: str) -> State:
    """Give the state in which these sessions are denied too.

    Args:
        now: the state.
        user_ids: values of ``aws:userid``, or ``EVERY``.
        issued_before: only credentials issued before this instant; None for all of them.
        leave_open: ``ssm`` to leave the agent's calls open; empty for nothing.
    """
    how = {"issued_before": issued_before, "leave_open": leave_open}
    return {"sessions": {**now["sessions"], **{user_id: dict(how) for user_id in user_ids}}}


def session_calls(role_name: str, now: State, wanted: State, *, account_id: str = "") -> Sequence[Action]:
    """Give the calls that lead from one state to another."""
    if now == wanted:
        return ()
    document = document_of(wanted["sessions"])
    if document is None:
        does = f"Take the policy {SESSIONS} off the role {role_name}: no session is left in it"
    else:
        number = len(wanted["sessions"])
        does = f"Put the policy {SESSIONS} on the role {role_name}: it denies {number} session{'s' * (number != 1)}"
    return policy_calls(role_name, SESSIONS, document, does, account_id=account_id)


def document_of(sessions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """Write the policy that denies these sessions; None where there are none.

    One statement for all sessions that are denied in the same way, so that hundreds fit.

    Source: IAM User Guide, "AWS global condition context keys": ``aws:userid`` of a role's session is
    ``role-id:session-name``; ``aws:TokenIssueTime`` is when its credential was issued. EC2 User Guide: the session's
    name of an instance's role is the instance id.
    """
    groups: dict[tuple[bool, str, str], list[str]] = {}
    for user_id, how in sessions.items():
        groups.setdefault((user_id == EVERY, how["issued_before"] or "", how["leave_open"]), []).append(user_id)
    statements = []
    for number, ((every, before, leave_open), user_ids) in enumerate(sorted(groups.items()), start=1):
        condition: dict[str, Any] = {} if every else {"StringEquals": {"aws:userid": sorted(user_ids)}}
        condition |= {"DateLessThan": {"aws:TokenIssueTime": before}} if before else {}
        but = AGENT if leave_open else ()
        statements.append(deny_statement(f"GdkitDenySessions{number}", condition=condition, but=but))
    return policy_of(statements) if statements else None


def sessions_in(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read the sessions back out of a policy; None where it is not as ``document_of`` writes it."""
    statements = document.get("Statement")
    sessions: dict[str, Any] = {}
    for statement in statements if isinstance(statements, list) else []:
        for user_id, how in _denied_by(statement):
            sessions[user_id] = how
    return sessions if sessions and document_of(sessions) == document else None


def _denied_by(statement: object) -> Iterable[tuple[str, dict[str, Any]]]:
    """Give what one statement denies, as far as it has the form; the whole is compared afterwards."""
    condition = statement.get("Condition") if isinstance(statement, Mapping) else None
    if not isinstance(statement, Mapping) or not isinstance(condition, Mapping):
        return
    before = _member(condition, "DateLessThan", "aws:TokenIssueTime")
    if before is not None and not (isinstance(before, str) and _INSTANT.fullmatch(before)):
        return
    found = _member(condition, "StringEquals", "aws:userid")
    if found is None and before is None:
        return
    user_ids = [EVERY] if found is None else found if isinstance(found, list) else []
    leave_open = "ssm" if "NotAction" in statement else ""
    for user_id in user_ids:
        if user_id == EVERY if found is None else _is_user_id(user_id):
            yield user_id, {"issued_before": before, "leave_open": leave_open}


def _member(condition: Mapping[str, Any], operator: str, key: str) -> Any:
    keys = condition.get(operator)
    return keys.get(key) if isinstance(keys, Mapping) else None


def _is_user_id(found: object) -> bool:
    match = _USER_ID.fullmatch(found) if isinstance(found, str) else None
    return match is not None and is_role_id(match[1])
