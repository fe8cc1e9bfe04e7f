"""Which events of a table are the session's, and those of the credentials that were chained from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.analysis.lineage.issues import asked_in, with_keys
from gdkit.analysis.lineage.reach import in_console
from gdkit.analysis.session import find_session

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.model import Subject


def session_rows(events: pd.DataFrame, subject: Subject) -> pd.Series:
    """Tell which events belong to a session or to credentials chained from it, to any depth.

    They are the calls of the session, the calls that issued its keys, and for each credential that one of its calls
    issued the calls made with that: by key; by the new session's principal where a record has no key (another
    account's record of the call); and those of console sessions that it signed in to.

    Args:
        events: ``tables.EVENTS``.
        subject: the session.

    Raises:
        UsageError: the subject fits several roles on one instance.

    Source: STS API Reference, Credentials; IAM API Reference, CreateAccessKey; CloudTrail User Guide, userIdentity,
    sharedEventID and sessionCredentialFromConsole.
    """
    found = find_session(events, subject)
    own = found.used
    principal_id = found.session.principal_id
    if principal_id is not None:  # what another account recorded of its calls, too
        passed_on = events["access_key_id"].notna() & ~events["access_key_id"].isin(found.access_key_ids)
        own = own | ((events["principal_id"] == principal_id) & ~passed_on)
    made, tokens = _issues(events, found.access_key_ids)
    kept = own
    while True:
        grown = kept | _chained(events, made[kept[made.index]], tokens[kept[tokens.index]])
        if grown.equals(kept):
            return kept | found.issued
        kept = grown


def _issues(events: pd.DataFrame, own_keys: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the calls that issued a key which is none of the session's own, and those that issued a sign-in token."""
    asked = asked_in(with_keys(events))
    made = asked[asked["error_code"].isna() & asked["new_access_key_id"].notna()]
    tokens = events[(events["event_name"] == "GetSigninToken") & events["error_code"].isna()]
    return made[~made["new_access_key_id"].isin(own_keys)], tokens


def _chained(events: pd.DataFrame, made: pd.DataFrame, tokens: pd.DataFrame) -> pd.Series:
    """Tell which events were made with what these calls issued."""
    begun = _since(events, made["new_principal_id"], made["event_at"])
    signed_in = _since(events, tokens["principal_id"], tokens["event_at"])
    return (
        events["access_key_id"].isin(made["new_access_key_id"])
        | (begun & events["access_key_id"].isna())
        | (signed_in & in_console(events))
    )


def _since(events: pd.DataFrame, principals: pd.Series, at: pd.Series) -> pd.Series:
    """Tell which events are of these principals, from the first of these times on."""
    first = at.groupby(principals).min()
    return events["event_at"] >= first.reindex(events["principal_id"]).set_axis(events.index)
