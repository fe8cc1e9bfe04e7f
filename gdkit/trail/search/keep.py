"""Which events of a table are the session's, and those of the credentials that were chained from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gdkit.analysis.credential_ends import LONGEST_CONSOLE_SESSION
from gdkit.analysis.lineage.issues import asked_in, ends_of, role_accounts
from gdkit.analysis.lineage.reach import in_console
from gdkit.analysis.session import find_session
from gdkit.trail.search.follow import NEW_USER

if TYPE_CHECKING:
    from gdkit.model import Subject


def session_rows(events: pd.DataFrame, subject: Subject) -> pd.Series:
    """Tell which events belong to a session or to credentials chained from it, to any depth.

    They are the calls of the session, the calls that issued its keys, and for each credential that one of its calls
    issued the calls made with that: by key; by the new session's principal, while the credential is good, where a
    record has no key (another account's record of the call); those of console sessions that it signed in to; and those
    of IAM users that it made, with whatever credential. Of a user that was there before, who has credentials of its own
    as well, another account's records belong where they are the second half of a call that does.

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
    users = made_users(events)
    halves = events.loc[(events["identity_type"] == "AWSAccount") & events["access_key_id"].isna(), "shared_event_id"]
    kept = fresh = own
    while fresh.any():
        led_to = _chained(events, made[fresh[made.index]], tokens[fresh[tokens.index]])
        led_to |= events["principal_id"].isin(users[fresh[users.index]])
        led_to[halves.index] |= halves.isin(set(events.loc[fresh, "shared_event_id"].dropna()))
        fresh = led_to & ~kept
        kept = kept | fresh
    return kept | found.issued


def _issues(events: pd.DataFrame, own_keys: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the calls that issued a key which is none of the session's own, and those that began a console session."""
    asked = asked_in(events)
    made = asked[asked["error_code"].isna() & asked["new_access_key_id"].notna()]
    return made[~made["new_access_key_id"].isin(own_keys)], sign_ins(events)


def sign_ins(events: pd.DataFrame) -> pd.DataFrame:
    """Give the calls that began a console session: that took a token to sign in with, or switched the role in one.

    Returns:
        Those rows, as if made by the session that they began: ``principal_id``, ``session_name`` and ``account_id`` are
        those of the role that was switched to.

    Source: IAM User Guide, "Switch from a user to an IAM role (console)": the console assumes the role.
    """
    done = events["error_code"].isna()
    tokens = events[done & (events["event_name"] == "GetSigninToken")]
    switched = events[done & in_console(events) & events["new_principal_id"].notna()]
    if switched.empty:
        return tokens
    began = switched.assign(principal_id=switched["new_principal_id"], session_name=switched["requested_session_name"],
                            account_id=role_accounts(switched))  # fmt: skip
    return pd.concat([tokens, began])


def made_in_consoles(events: pd.DataFrame, tokens: pd.DataFrame) -> pd.Series:
    """Tell which events were made in the console sessions that these calls, of ``sign_ins``, began."""
    return _during(events, in_console(events), tokens["principal_id"], tokens["event_at"],
                   tokens["event_at"] + LONGEST_CONSOLE_SESSION)  # fmt: skip


def made_users(events: pd.DataFrame) -> pd.Series:
    """Give the principal ids of the IAM users that were made, for the calls that made them."""
    done = (events["event_name"] == "CreateUser") & (events["event_source"] == "iam.amazonaws.com")
    answers = events.loc[done & events["error_code"].isna(), "response_elements"]
    return answers.str.extract(NEW_USER, expand=False).dropna()


def _chained(events: pd.DataFrame, made: pd.DataFrame, tokens: pd.DataFrame) -> pd.Series:
    """Tell which events were made with what these calls issued."""
    stays = _during(events, events["access_key_id"].isna(), made["new_principal_id"], made["event_at"], ends_of(made))
    return events["access_key_id"].isin(made["new_access_key_id"]) | stays | made_in_consoles(events, tokens)


def _during(
    events: pd.DataFrame, asked: pd.Series, principals: pd.Series, since: pd.Series, until: pd.Series
) -> pd.Series:
    """Tell which of some events are of these principals, between these times.

    Args:
        events: all events.
        asked: which of them it is about.
        principals: one for each span of time.
        since: when each begins.
        until: when each ends.
    """
    if principals.empty:
        return pd.Series(False, index=events.index)
    spans = pd.DataFrame({"principal_id": principals, "event_at": since, "until": until}).dropna()
    asked = asked & events["principal_id"].isin(spans["principal_id"]) & events["event_at"].notna()
    if not asked.any():
        return asked
    spans = spans.sort_values("event_at")
    spans["until"] = spans.groupby("principal_id")["until"].cummax()  # of all that have begun, the last to end
    rows = events.loc[asked, ["principal_id", "event_at"]].sort_values("event_at")
    begun = pd.merge_asof(rows, spans, on="event_at", by="principal_id")
    inside = rows.index[begun["until"].to_numpy() >= begun["event_at"].to_numpy()]
    return pd.Series(events.index.isin(inside), index=events.index)
