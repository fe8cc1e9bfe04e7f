"""The session's keys, those that grew from them, by issue or in the console: what to look up next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.identifiers import parse_access_key_id, parse_arn, parse_principal_id
from gdkit.trail.lookup.plan import FoundKey, NamedCaller

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

_USER_NAME = r'"userName":"([\w+=,.@-]{1,64})"'
"""Source: IAM API Reference, User."""


def find_keys_of(
    events: pd.DataFrame, session_names: Iterable[str], access_key_ids: Iterable[str]
) -> tuple[FoundKey, ...]:
    """Give every key of a session and every one that grew from it, to any depth, whoever asked for it.

    A key is followed once, so sessions that assume one another cannot run in a circle. What a console session made that
    one of them signed in to is followed as well, by the keys of that session, and what a user did that one of them
    made. Keys of the instance identity role, which bears the session's name too, are left out: no policy applies to it
    and it can issue nothing.

    Args:
        events: ``tables.EVENTS``, what was found so far.
        session_names: names of the session.
        access_key_ids: its keys, as far as they are known; the one that it is known by stands first.

    Returns:
        The session's own keys that were seen, then the keys issued, each by time. An issued key's account is the one
        of the role that was assumed, else the one encoded in the key, else the one that recorded the call.

    Source: STS API Reference, AssumeRole, Credentials; IAM API Reference, CreateAccessKey; EC2 User Guide, "Instance
    identity roles".
    """
    names, access_key_ids = list(session_names), list(access_key_ids)
    of_session = events["session_name"].isin(names) | events["user_name"].isin(names)
    if not names:  # only a key is known: whose it is, its own calls say
        of_session |= events["principal_id"].isin(principals_of(events, access_key_ids[:1]))
    of_session &= ~events["principal_id"].map(_is_instance_identity).astype(bool)
    ordered = events.sort_values(["event_at", "event_id"])
    used = ordered[of_session.reindex(ordered.index) & ordered["access_key_id"].notna()]
    issues = ordered[ordered["new_access_key_id"].notna()]
    dated = issues[issues["event_at"].notna()].drop_duplicates("new_access_key_id")
    begun = dated.set_index("new_access_key_id")["event_at"]
    found = {str(row.access_key_id): _used(row, begun) for row in used.drop_duplicates("access_key_id").itertuples()}
    followed = {*access_key_ids, *found}
    fresh = issues[of_session.reindex(issues.index) | issues["access_key_id"].isin(followed)]
    by_principal = _new_by_principal(ordered, followed)
    while not (fresh.empty and by_principal.empty):
        for row in fresh.itertuples():
            found.setdefault(str(row.new_access_key_id), _issued(row))
        for row in by_principal.itertuples():
            found.setdefault(str(row.access_key_id), _used(row, begun))
        followed |= {*fresh["new_access_key_id"], *by_principal["access_key_id"]}
        fresh = issues[issues["access_key_id"].isin(followed) & ~issues["new_access_key_id"].isin(followed)]
        by_principal = _new_by_principal(ordered, followed)
    return tuple(found.values())


def principals_of(events: pd.DataFrame, access_key_ids: Iterable[str]) -> tuple[str, ...]:
    """Give the sessions that used some keys, by their principal ids."""
    used = events.loc[events["access_key_id"].isin(list(access_key_ids)), "principal_id"].dropna().unique()
    return tuple(sorted(principal for principal in used if ":" in principal))


def assumed_principals(events: pd.DataFrame, access_key_ids: Iterable[str]) -> tuple[str, ...]:
    """Give the sessions that were begun by calls with some keys, by their principal ids."""
    done = events["access_key_id"].isin(list(access_key_ids)) & events["error_code"].isna()
    return tuple(sorted(events.loc[done, "new_principal_id"].dropna().unique()))


def sign_ins_of(events: pd.DataFrame, access_key_ids: Iterable[str]) -> pd.DataFrame:
    """Give the calls with some keys that took a token to sign in to the console with."""
    from gdkit.trail.search.keep import sign_ins  # noqa: PLC0415 - needs pandas, so it is loaded on first use

    tokens = sign_ins(events)
    return tokens[tokens["access_key_id"].isin(set(access_key_ids))]


def grown_principals(events: pd.DataFrame, access_key_ids: Iterable[str]) -> tuple[str, ...]:
    """Give the principals that sign with keys of which no issue is recorded, and grew from calls with these keys.

    They are those of console sessions that were signed in to, and of users that were made.
    """
    from gdkit.trail.search.keep import made_users  # noqa: PLC0415 - needs pandas, so it is loaded on first use

    access_key_ids = list(access_key_ids)
    signed_in = sign_ins_of(events, access_key_ids)["principal_id"].dropna()
    made = made_users(events[events["access_key_id"].isin(access_key_ids)])
    return tuple(sorted({*signed_in, *made}))


def named_callers(events: pd.DataFrame, keys: Iterable[FoundKey]) -> list[NamedCaller]:
    """Give the sessions that signed in to the console with these keys, and the users that were made with them."""
    access_key_ids = {key.access_key_id for key in keys}
    tokens = sign_ins_of(events, access_key_ids)
    named = (
        tokens[["account_id", "session_name"]].dropna().drop_duplicates().sort_values(["account_id", "session_name"])
    )
    signed_in = [NamedCaller(str(row.account_id), str(row.session_name)) for row in named.itertuples()]
    return [*signed_in, *_users_made(events[events["access_key_id"].isin(access_key_ids)])]


def _users_made(events: pd.DataFrame) -> list[NamedCaller]:
    """Give the users that these calls made, by name: nothing else of them is known before they are used."""
    from gdkit.trail.search.keep import made_users  # noqa: PLC0415 - needs pandas, so it is loaded on first use

    made = events.loc[made_users(events).index]
    made = made.assign(user_name=made["response_elements"].str.extract(_USER_NAME, expand=False))
    named = made[["account_id", "user_name"]].dropna().drop_duplicates()
    return [NamedCaller(str(row.account_id), str(row.user_name)) for row in named.itertuples()]


def calls_by_principal(events: pd.DataFrame, access_key_ids: Iterable[str]) -> pd.DataFrame:
    """Give the calls that a principal leads to: of console sessions that some keys signed in to, and of users made.

    These sign with keys of their own.
    """
    from gdkit.trail.search.keep import made_in_consoles, made_users  # noqa: PLC0415 - need pandas, so loaded on use

    access_key_ids = list(access_key_ids)
    tokens = sign_ins_of(events, access_key_ids)
    found = events["principal_id"].isin(made_users(events[events["access_key_id"].isin(access_key_ids)]))
    return events.loc[(found | made_in_consoles(events, tokens)) if len(tokens) else found]


def _new_by_principal(events: pd.DataFrame, followed: set[str]) -> pd.DataFrame:
    """Give a call with each key of such sessions and users that is not followed yet."""
    calls = calls_by_principal(events, followed)
    fresh = calls[calls["access_key_id"].notna() & ~calls["access_key_id"].isin(followed)]
    return fresh.drop_duplicates("access_key_id")


def _is_instance_identity(principal_id: object) -> bool:
    principal = parse_principal_id(principal_id)
    return principal is not None and principal.is_instance_identity


def _used(row: Any, begun: pd.Series) -> FoundKey:
    """Give a key by a call with it; its issue, where that is seen, tells its beginning whichever of them is met first.

    Args:
        row: the call.
        begun: when each key was issued whose issue is seen.
    """
    account_id = _text(row.identity_account_id) or _text(row.account_id)
    issued_at = begun.get(row.access_key_id, row.credential_issued_at)
    return FoundKey(str(row.access_key_id), account_id, _time(issued_at))


def _issued(row: Any) -> FoundKey:
    role, key = parse_arn(_text(row.requested_role_arn)), parse_access_key_id(row.new_access_key_id)
    account_id = (role.account_id if role else None) or (key.account_id if key else None) or _text(row.account_id)
    return FoundKey(str(row.new_access_key_id), account_id, _time(row.event_at))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None  # pandas' missing value is no text


def _time(value: Any) -> Any:
    return None if value is None or value != value else value.to_pydatetime()  # noqa: PLR0124 - NaT is not itself
