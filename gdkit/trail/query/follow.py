"""What to ask next: the credentials that the events so far issued, each in the time and place that it could act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gdkit.analysis.credential_ends import LONGEST_CONSOLE_SESSION, LONGEST_CREDENTIAL
from gdkit.identifiers import is_account_id
from gdkit.model import NotSearched
from gdkit.trail.lookup.keys import calls_by_principal, find_keys_of, principals_of, sign_ins_of
from gdkit.trail.lookup.plan import ISSUE_MARGIN
from gdkit.trail.search.keep import made_users

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from gdkit.trail.fetched.question import Question

IN_OWN_ACCOUNT = NotSearched(
    "other accounts' own records of calls by roles that the session assumed, and by users whose keys it made",
    "these are asked for in the accounts that they are in, where each of their calls is recorded",
)
"""What is not asked for so that a query of an organisation's trail reads few accounts.

Source: CloudTrail User Guide, "CloudTrail record contents", sharedEventID: a call on another account's resource is
recorded in both.
"""


@dataclass(frozen=True, slots=True)
class Grown:
    """A credential that grew from the session.

    Attributes:
        mark: tells it from others; it is asked about once.
        key: None for a console session.
        principal: of the session that it began; None where the call that issued it does not tell.
        account_ids: where its calls are recorded; empty where that cannot be told.
    """

    mark: str
    key: str | None
    principal: str | None
    account_ids: frozenset[str]
    since: datetime | None
    until: datetime | None


def grown_from(events: pd.DataFrame, question: Question) -> list[Grown]:
    """Give the credentials that calls of the session, or of those chained from it, issued; the session's own left out.

    Args:
        events: ``tables.EVENTS``, all that was found so far.
        question: whose session it is.
    """
    own = events["session_name"].isin(question.session_names) | events["user_name"].isin(question.session_names)
    own |= events["principal_id"].isin(question.principal_ids)
    own_keys = set(events.loc[own, "access_key_id"].dropna())
    if not (question.principal_ids or question.session_names):  # else the first may be one that was issued on the way
        own_keys |= set(question.access_key_ids[:1])
    keys = find_keys_of(events, question.session_names, question.access_key_ids)
    found = []
    for key in keys:
        if key.access_key_id in own_keys:
            continue
        issues = events[events["new_access_key_id"] == key.access_key_id]
        accounts = filter(is_account_id, {key.account_id, *issues["account_id"].dropna()} - {None})
        temporary = key.access_key_id.startswith("ASIA")
        until = _last(issues["new_key_expires_at"]) or (key.issued_at and key.issued_at + LONGEST_CREDENTIAL)
        found.append(Grown(key.access_key_id, key.access_key_id, _first(issues["new_principal_id"]),
                           frozenset(accounts) if key.account_id else frozenset(),
                           key.issued_at, until if temporary else None))  # fmt: skip
    chained = {one.key for one in found if one.key}
    by_principal = set(calls_by_principal(events, chained)["access_key_id"])  # they are asked for so
    by_these = own | events["access_key_id"].isin(own_keys | chained)
    return [*(one for one in found if one.key not in by_principal), *_signed_in(sign_ins_of(events, chained)),
            *_users_made(events[by_these])]  # fmt: skip


def questions_of(grown: Iterable[Grown], question: Question) -> list[tuple[list[Grown], Question]]:
    """Put credentials into questions: those of the same accounts together, over the time that one of them was good.

    Those that were good at no time that is asked about are in none.
    """
    groups: dict[frozenset[str], list[Grown]] = {}
    for one in grown:
        groups.setdefault(one.account_ids, []).append(one)
    asked = [(group, _together(group, accounts, question))
             for accounts, group in sorted(groups.items(), key=lambda pair: sorted(pair[0]))]  # fmt: skip
    return [(group, one) for group, one in asked if one is not None]


def with_principal(question: Question, events: pd.DataFrame) -> Question:
    """Give a question that names only a key with the principal that its calls show; as it is where it names more."""
    if question.principal_ids or question.session_names or not question.access_key_ids:
        return question
    return replace(question, principal_ids=principals_of(events, question.access_key_ids[:1]))


def _together(group: list[Grown], accounts: frozenset[str], question: Question) -> Question | None:
    begins = [one.since for one in group]
    ends = [one.until for one in group]
    since = question.since if None in begins else max(question.since, min(filter(None, begins)) - ISSUE_MARGIN)
    until = question.until if None in ends else min(question.until, max(filter(None, ends)) + ISSUE_MARGIN)
    if since >= until:
        return None  # none of them was good in the time that is asked about
    wanted = tuple(account for account in sorted(accounts) if account in question.account_ids or
                   not question.account_ids) or question.account_ids  # fmt: skip
    return replace(
        question,
        since=since,
        until=until,
        access_key_ids=tuple(sorted({one.key for one in group if one.key})),
        principal_ids=tuple(sorted({one.principal for one in group if one.principal})),
        session_names=(),
        instance_id=None,
        addresses=(),
        account_ids=wanted,
    )


def _signed_in(tokens: pd.DataFrame) -> Iterable[Grown]:
    for row in tokens.itertuples():
        at, principal = _time(row.event_at), row.principal_id
        if at is not None and isinstance(principal, str):
            accounts = frozenset({str(row.account_id)} if is_account_id(row.account_id) else ())
            yield Grown(f"console {principal} {at:%Y-%m-%dT%H}", None, principal, accounts, at,
                        at + LONGEST_CONSOLE_SESSION)  # fmt: skip


def _users_made(events: pd.DataFrame) -> Iterable[Grown]:
    """Give the users that these calls made: whatever they did, with whatever credential, is asked for."""
    made = made_users(events)
    for principal, row in zip(made, events.loc[made.index].itertuples(), strict=True):
        accounts = frozenset({str(row.account_id)} if is_account_id(row.account_id) else ())
        yield Grown(principal, None, principal, accounts, _time(row.event_at), None)


def _first(column: pd.Series) -> str | None:
    values = column.dropna()
    return str(values.iloc[0]) if len(values) else None


def _last(column: pd.Series) -> Any:
    values = column.dropna()
    return values.max().to_pydatetime() if len(values) else None


def _time(value: Any) -> Any:
    return None if value is None or value != value else value.to_pydatetime()  # noqa: PLR0124 - NaT is not itself
