"""How long a credential lives: what its issue says, and the longest that AWS gives where it says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from gdkit.model import utc_text

Ends = Literal["at_time", "not_by_itself", "unknown"]
Certainty = Literal["known", "assumed", "unknown"]

INSTANCE_LIFE = timedelta(hours=6, minutes=30)
"""Longest life of an instance role's credential that is assumed.

AWS documents no time, only that a new one is there at least five minutes before the old one ends. Published answers of
the metadata service show a little more than 6 hours, and users saw up to 6 hours 30 minutes: the longer is taken,
because to call a living credential dead is the worse error.
"""

_HOURS, _MINUTES = divmod(int(INSTANCE_LIFE.total_seconds()) // 60, 60)
INSTANCE_RULE = (
    f"AWS documents no life of an instance role's credential; {_HOURS} h {_MINUTES:02d} min, the longest that was "
    "reported, is assumed"
)
"""``INSTANCE_LIFE`` in words."""

CHAINED_LIFE = timedelta(hours=1)
ROLE_LIFE = timedelta(hours=12)
FEDERATION_LIFE = timedelta(hours=36)

LONGEST_CREDENTIAL = FEDERATION_LIFE
"""How long a temporary credential can be good for.

Source: STS API Reference, GetSessionToken and GetFederationToken, DurationSeconds; AssumeRole allows less.
"""
LONGEST_CONSOLE_SESSION = timedelta(hours=13)
"""From a sign-in token to the end of the console session that it begins.

Source: IAM User Guide, "Enable custom identity broker access": the token is good for 15 minutes, the session for 12
hours.
"""

_LONGEST: dict[str, tuple[timedelta, str]] = {
    "AssumeRoleWithSAML": (ROLE_LIFE, "a role session lives 12 hours at most"),
    "AssumeRoleWithWebIdentity": (ROLE_LIFE, "a role session lives 12 hours at most"),
    "AssumeRoot": (timedelta(minutes=15), "a session of AssumeRoot lives 15 minutes at most"),
    "GetFederationToken": (FEDERATION_LIFE, "a federated user's session lives 36 hours at most"),
    "GetSessionToken": (FEDERATION_LIFE, "such a session lives 36 hours at most"),
    "GetSigninToken": (ROLE_LIFE, "a console session begun by a sign-in token lives 12 hours at most"),
    "ConsoleLogin": (ROLE_LIFE, "a console session lives 12 hours at most"),
}
"""The longest life that AWS gives by the call that issued the credential, and the rule in words.

Source: STS API Reference, DurationSeconds of each operation; IAM User Guide, "Enable custom identity broker access to
the AWS console" (SessionDuration), "Methods to assume a role".
"""


@dataclass(frozen=True, slots=True)
class End:
    """When a credential ends, how sure that is, and why."""

    until: datetime | None
    ends: Ends
    certainty: Certainty
    why: str


def no_end(why: str) -> End:
    """Give the end of what works until somebody deletes it."""
    return End(None, "not_by_itself", "known", why)


def aged_end(made_at: datetime | None, age_days: int | None) -> End:
    """Give the end of a service's own credential: after the days that the request names, else none.

    Source: IAM API Reference, CreateServiceSpecificCredential, CredentialAgeDays.
    """
    if age_days is None or age_days <= 0:
        return no_end("a service's own credential works until it is deleted or made inactive; no event names an age")
    if made_at is None:
        return End(None, "unknown", "unknown", f"it was asked for {age_days:,} days, from a time not recorded")
    return End(made_at + timedelta(days=age_days), "at_time", "assumed", f"it was asked for {age_days:,} days")


def issued_end(operation: str, issued_at: datetime | None, *, chained: bool, asked_s: int | None) -> End:
    """Give the end of a credential whose issue does not say when it expires.

    Args:
        operation: the call that issued it.
        issued_at: when; None where the record does not hold it.
        chained: whether it was asked for with a role's credentials: such a role session lives an hour at most.
        asked_s: ``DurationSeconds`` of the call; None where it shows none.

    Source: IAM User Guide, "Roles terms and concepts", role chaining.
    """
    longest = _LONGEST.get(operation)
    if operation == "AssumeRole":
        longest = (CHAINED_LIFE, "a role taken with a role's credentials lives 1 hour at most") if chained else (
            ROLE_LIFE, "a role session lives 12 hours at most")  # fmt: skip
    if issued_at is None or longest is None:
        missing = "when it was issued" if longest else f"how long what {operation} issues can live"
        return End(None, "unknown", "unknown", f"no event shows when it expires, and {missing} is not known")
    life, rule = longest
    if asked_s is not None and 0 < asked_s <= life.total_seconds():
        life, rule = timedelta(seconds=asked_s), f"{operation} asked for {asked_s:,} seconds"
    return End(issued_at + life, "at_time", "assumed", f"no event shows when it expires; {rule}")


def instance_end(issued_at: datetime | None, first_seen_at: datetime | None, last_used_at: datetime | None) -> End:
    """Give the end of a credential of an instance role, which no event shows.

    Args:
        issued_at: the session's creationDate.
        first_seen_at: first call with it: it was issued no later.
        last_used_at: last call with it that AWS did not refuse as expired.
    """
    begin = issued_at or first_seen_at
    if begin is None:
        return End(None, "unknown", "unknown", "neither its issue nor a call with it shows a time")
    until = begin + INSTANCE_LIFE
    if last_used_at is not None and last_used_at > until:
        seen = f"it was used at {utc_text(last_used_at)}, later than that"
        return End(None, "unknown", "unknown", f"{INSTANCE_RULE}, but {seen}: how long it lives is not known")
    since = "its issue" if issued_at else "its first use, which is no earlier than its issue"
    return End(until, "at_time", "assumed", f"{INSTANCE_RULE}; counted from {since}")


def known_end(expires_at: datetime, operation: str | None) -> End:
    """Give the end that the issue itself states."""
    return End(expires_at, "at_time", "known", f"{operation or 'the event that issued it'} states when it expires")


def refused_end(at: datetime) -> End:
    """Give the end of a credential that AWS refused as expired."""
    return End(at, "at_time", "known", f"AWS refused a call with it as expired at {utc_text(at)}; it ended no later")
