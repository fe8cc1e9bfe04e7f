"""Which events belong to the leaked session, and which keys it had."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gdkit.errors import UsageError
from gdkit.identifiers import AccessKeyId, parse_access_key_id, parse_assumed_role, parse_principal_id, role_name_of
from gdkit.model import LeakedSession, Subject


@dataclass(frozen=True, slots=True)
class SessionEvents:
    """The leaked session as the events show it.

    Attributes:
        session: its names; ``keys`` is still empty here.
        access_key_ids: every key of it: seen in use, issued to it, or named by the finding.
        used: boolean per event of the trail: a call made with the session's credentials.
        issued: boolean per event of the trail: a call that issued one of its keys.
    """

    session: LeakedSession
    access_key_ids: tuple[str, ...]
    used: pd.Series
    issued: pd.Series


def find_session(events: pd.DataFrame, subject: Subject) -> SessionEvents:
    """Find a session's events and keys in the events table.

    The principal id (role id and session name) decides; it stays the same while the keys rotate. Calls with the key
    that the subject names belong whatever they say of their principal. Rows that carry no principal (exports of the
    console) belong by their key, or by the session name alone where they name no role.

    Args:
        events: ``tables.EVENTS``.
        subject: what the investigation starts from.

    Raises:
        UsageError: the subject fits several roles on one instance; the message names them.

    Source: IAM User Guide, "Policy variables": the principal id of an EC2 role session is role id:instance id.
    """
    principal_id = subject.principal_id or _principal_in(events, subject)
    session = _describe(events, principal_id, subject)
    by_principal = (events["principal_id"] == principal_id) if principal_id else _none(events)
    by_name = _rows_of_name(events, session)
    issued = _rows_of_issue(events, session) | (events["new_access_key_id"] == subject.access_key_id)
    passed_on = _passed_on(events, by_principal | by_name, issued) & (events["access_key_id"] != subject.access_key_id)
    keys = _keys(events, (by_principal | by_name) & ~passed_on, issued & ~(by_principal | by_name), subject)
    unnamed = events["principal_id"].isna() | (events["access_key_id"] == subject.access_key_id)
    by_key = events["access_key_id"].isin(keys) & unnamed
    used = (by_principal | by_name | by_key) & ~passed_on
    return SessionEvents(session, keys, used & ~_other_halves(events, used), issued & ~used)


def _passed_on(events: pd.DataFrame, used: pd.Series, issued: pd.Series) -> pd.Series:
    """Tell which calls were signed with a key that a call of the session itself had issued, under the same name.

    Whoever may assume the role can name a session after the instance; such a key is a chained one, not the instance's.
    """
    return events["access_key_id"].isin(set(events.loc[used & issued, "new_access_key_id"].dropna()))


def _other_halves(events: pd.DataFrame, used: pd.Series) -> pd.Series:
    """Tell which rows are the second record of one call, made by the account on the other side of it.

    Source: CloudTrail User Guide, sharedEventID; the other account records the caller as type AWSAccount.
    """
    second = used & (events["identity_type"] == "AWSAccount") & events["access_key_id"].isna()
    first = events.loc[used & ~second, "shared_event_id"].dropna()
    return second & events["shared_event_id"].isin(set(first))


def _principal_in(events: pd.DataFrame, subject: Subject) -> str | None:
    roles = events["principal_id"].str.startswith("AROA", na=False)
    if subject.access_key_id:
        rows = events["access_key_id"] == subject.access_key_id
    elif subject.session_arn:
        rows = events["identity_arn"] == subject.session_arn
    else:
        rows = events["session_name"] == subject.instance_id
    found = sorted(events.loc[rows & roles, "principal_id"].dropna().unique())
    if len(found) > 1:
        raise UsageError(
            f"the logs hold {len(found)} roles that were used by {subject.instance_id or subject.access_key_id}",
            action=f"name one of these principal ids in place of it: {', '.join(found)}",
        )
    return found[0] if found else None


def _describe(events: pd.DataFrame, principal_id: str | None, subject: Subject) -> LeakedSession:
    principal = parse_principal_id(principal_id)
    finding, assumed = subject.finding, parse_assumed_role(subject.session_arn)
    named = events[["role_arn", "role_name", "identity_account_id"]]
    rows = named[events["principal_id"] == principal_id] if principal_id else named[:0]
    role_arn = commonest(rows["role_arn"])
    key = parse_access_key_id(subject.access_key_id)
    return LeakedSession(
        principal_id=principal_id,
        role_id=principal.unique_id if principal else None,
        role_name=commonest(rows["role_name"])
        or role_name_of(role_arn)
        or (finding.role_name if finding else None)
        or (assumed.role_name if assumed else None),
        role_arn=role_arn,
        session_name=(principal.session_name if principal else None)
        or subject.instance_id
        or _name_by_key(events, key),
        instance_id=(principal.instance_id if principal else None) or subject.instance_id,
        account_id=commonest(rows["identity_account_id"])
        or (finding.account_id if finding else None)
        or (assumed.account_id if assumed else None)
        or (key.account_id if key else None),
    )


def _name_by_key(events: pd.DataFrame, key: AccessKeyId | None) -> str | None:
    """Give the session name that stands beside a key where no principal does, as in an export of the console."""
    return commonest(events.loc[events["access_key_id"] == key.text, "session_name"]) if key else None


def _rows_of_name(events: pd.DataFrame, session: LeakedSession) -> pd.Series:
    """Rows without a principal id whose ARN, or in a console export the session name alone, is the session's."""
    if session.session_name is None:
        return _none(events)
    unnamed = events["principal_id"].isna() & (events["session_name"] == session.session_name)
    of_others = events["principal_id"].notna() & (events["principal_id"] != session.principal_id)
    unnamed &= ~events["access_key_id"].isin(set(events.loc[of_others, "access_key_id"].dropna()))
    same_role = events["role_name"].isna() | (events["role_name"] == session.role_name)
    if session.role_name is None:
        same_role |= True
    same_account = events["identity_account_id"].isna() | (events["identity_account_id"] == session.account_id)
    return unnamed & same_role & (same_account if session.account_id else True)


def _rows_of_issue(events: pd.DataFrame, session: LeakedSession) -> pd.Series:
    by_principal = events["new_principal_id"] == session.principal_id if session.principal_id else _none(events)
    if session.session_name is None or session.role_name is None:
        return by_principal
    asked = events["requested_session_name"] == session.session_name
    role_names = events["requested_role_arn"].where(asked).map(role_name_of, na_action="ignore")
    account = f":{session.account_id}:" if session.account_id else ":"
    same_account = events["requested_role_arn"].str.contains(account, regex=False, na=False)
    by_name = asked & (role_names == session.role_name) & same_account
    if session.principal_id:  # then an answer that tells whose key it is settles it
        by_name &= events["new_principal_id"].isna()
    return by_principal | by_name


def _keys(events: pd.DataFrame, used: pd.Series, issued: pd.Series, subject: Subject) -> tuple[str, ...]:
    found = set(events.loc[used, "access_key_id"].dropna())
    found |= set(events.loc[issued, "new_access_key_id"].dropna())
    if subject.access_key_id:
        found.add(subject.access_key_id)
    return tuple(sorted(found))


def commonest(column: pd.Series) -> str | None:
    """Give the commonest value, the smallest of several equally common: it does not depend on the order of rows."""
    counts = column.dropna().value_counts()
    if counts.empty:
        return None
    return str(min(counts[counts == counts.max()].index))


def _none(events: pd.DataFrame) -> pd.Series:
    return pd.Series(False, index=events.index)
