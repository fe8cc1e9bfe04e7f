"""A policy tried on the calls of the log: whom it would have refused, the thief and the workload alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gdkit.analysis.containment import NEVER_REFUSED
from gdkit.analysis.impact.calls import DENIED
from gdkit.identifiers import parse_principal_id
from gdkit.own_calls import made_by_gdkit
from gdkit.response.recovery.seen import Homes, seen_call
from gdkit.response.recovery.weigh import Weighed, mentioned, read_pattern, weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from gdkit.response.recovery.pattern import Ground, Pattern, Place
    from gdkit.response.recovery.seen import Seen
    from gdkit.response.recovery.weigh import Outcome

WINDOW = timedelta(days=30)
"""How far back calls are tried: long enough for what runs once a month."""

NOT_JUDGED = "not judged"
"""Party of calls that nobody attributed: those of other sessions."""

_CALLERS = ("AssumedRole", "IAMUser", "Root", "FederatedUser")
_REFUSED = re.compile(DENIED)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of one sort that come to the same. Texts in it come from logs: hostile, and never markup.

    Attributes:
        party: thief, workload, unknown, or not judged.
        who: the principal id.
        call: service and operation, as logged.
        source: the address, as logged.
        through: the VPC endpoint; None where none is logged.
        calls: how many.
        refused: how many of them AWS refused for want of permission already.
        missing: what the log lacks to decide it.
    """

    party: str
    who: str
    call: str
    source: str
    through: str | None
    outcome: Outcome
    missing: tuple[str, ...]
    calls: int
    refused: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """What a policy would have done to the calls of a span.

    Attributes:
        pattern: the policy.
        since: begin of the span.
        until: its end.
        first_at: the first call that was tried; None where there is none: the log may begin later than the span.
        groups: the calls, sort by sort, the most frequent first.
        not_reached: calls that the policy is not about, by party.
        chained: of the thief's among them, those of sessions that were begun from the leaked one.
        left_out: calls that were not tried, by reason.
    """

    pattern: Pattern
    since: datetime
    until: datetime
    first_at: datetime | None
    groups: tuple[Calls, ...]
    not_reached: Mapping[str, int]
    chained: int
    left_out: Mapping[str, int]

    def count(self, outcome: Outcome, *parties: str) -> int:
        """Count calls with an outcome, of these parties or of all."""
        return sum(one.calls for one in self.groups
                   if one.outcome == outcome and (not parties or one.party in parties))  # fmt: skip

    @property
    def locked_out(self) -> tuple[Calls, ...]:
        """Calls that are not the thief's, passed IAM then, and would be refused."""
        return tuple(one for one in self.groups
                     if one.outcome == "denied" and one.party != "thief" and one.calls > one.refused)  # fmt: skip

    @property
    def unclear(self) -> tuple[Calls, ...]:
        """Calls of which nobody can say it, for the log lacks what the policy asks."""
        return tuple(one for one in self.groups if one.outcome == "undecided")

    @property
    def stops_thief(self) -> bool | None:
        """Whether each of the thief's calls would be refused; None where there is none, or the log does not tell.

        Calls that the policy is not about count as not refused; but those of sessions that he began from the leaked one
        could not have been made where his calls that begin sessions would be refused.
        """
        passed = self.count("allowed", "thief") + self.not_reached.get("thief", 0) - self.chained
        if passed or (self.chained and not self.stops_chain):
            return False
        return True if self.count("denied", "thief") and not self.count("undecided", "thief") else None

    @property
    def stops_chain(self) -> bool:
        """Whether the thief's calls that began other sessions are among those tried, and would all be refused."""
        begun = [one for one in self.groups if one.party == "thief" and one.call.startswith("sts:AssumeRole")]
        return bool(begun) and all(one.outcome == "denied" for one in begun)


def all_rows(
    session_rows: Iterable[Mapping[str, Any]], event_rows: Iterable[Mapping[str, Any]] = ()
) -> Iterator[Mapping[str, Any]]:
    """Give the rows of the session with who made each, and after them all other events of the case.

    Args:
        session_rows: of ``tables.SESSION_EVENTS``.
        event_rows: of ``tables.EVENTS``; those of the session among them are left out.
    """
    seen = set()
    for row in session_rows:
        seen.add(row["event_id"])
        yield row
    yield from (row for row in event_rows if row["event_id"] is None or row["event_id"] not in seen)


def replay(
    pattern: Pattern,
    rows: Iterable[Mapping[str, Any]],
    ground: Ground,
    *,
    until: datetime,
    homes: Homes | None = None,
    window: timedelta = WINDOW,
) -> Replay:
    """Try a policy on the calls of the log.

    Args:
        pattern: the policy.
        rows: from ``all_rows``, with None for what is missing.
        ground: what the policies were written for.
        until: end of the span, aware; mostly now.
        homes: where instances and endpoints are, as AWS describes them.
        window: length of the span.

    Raises:
        PolicyError: the policy is malformed.
        UsageError: it allows something.
    """
    policy = read_pattern(pattern)
    keys = mentioned(policy)
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    weighed: dict[tuple[Any, ...], Weighed] = {}
    not_reached: dict[str, int] = {}
    left_out: dict[str, int] = {}
    chained = 0
    for row in rows:
        party = str(row.get("party") or NOT_JUDGED)
        reason = _left_out(row, until - window, until)
        call = seen_call(row, homes or Homes())
        if reason or not call.is_call:
            reason = reason or "no call of an API"
            left_out[reason] = left_out.get(reason, 0) + 1
        elif not _reaches(pattern.place, row, ground):
            not_reached[party] = not_reached.get(party, 0) + 1
            chained += party == "thief" and bool(row.get("hop"))
        else:
            place = _signature(call, keys, row["identity_arn"] if pattern.place == "RCP" else None)
            if place not in weighed:
                weighed[place] = weigh(policy, pattern.place, call, row["identity_arn"])
            groups.setdefault((party, *_sort(row), weighed[place]), []).append(row)
    told = sorted((_calls(name, found) for name, found in groups.items()), key=_order)
    first = min((one.first_at for one in told), default=None)
    return Replay(pattern, until - window, until, first, tuple(told), not_reached, chained, left_out)


def _left_out(row: Mapping[str, Any], since: datetime, until: datetime) -> str:
    """Say why a row is not tried; empty where it is."""
    if row["event_at"] is None:
        return "no time in the record"
    if not since <= row["event_at"] <= until:
        return "outside the span"
    if made_by_gdkit(row["user_agent"]) and row.get("party") not in ("thief", "unknown"):
        return "gdkit's own"
    if row["event_name"] in NEVER_REFUSED:
        return f"{row['event_name']}, which no policy refuses"
    principal = parse_principal_id(row["principal_id"])
    if principal is not None and principal.is_instance_identity:
        return "of the instance's own identity role, which policies do not reach"
    return ""


def _reaches(place: Place, row: Mapping[str, Any], ground: Ground) -> bool:
    """Tell whether a policy in this place is about the caller at all."""
    if row["identity_type"] not in _CALLERS:
        return False
    if place == "role" and ground.role_arn and row["role_arn"]:
        return bool(row["role_arn"] == ground.role_arn)
    if row["identity_account_id"] != ground.account_id:
        return False
    if place == "role":
        return bool(row["role_name"] == ground.role_name)
    return "/aws-service-role/" not in str(row["role_arn"] or "")


def _signature(call: Seen, keys: frozenset[str], identity_arn: str | None) -> tuple[Any, ...]:
    """Give all of a call that a policy with these keys can rest on."""
    state = tuple((key, call.known.get(key), key in call.absent, key in call.present) for key in sorted(keys))
    return (call.action, call.resource, state, identity_arn)


def _sort(row: Mapping[str, Any]) -> tuple[str, str, str, str | None]:
    called = f"{str(row['event_source'] or '').removesuffix('.amazonaws.com')}:{row['event_name']}"
    who = row["principal_id"] or row["identity_arn"] or "(not logged)"
    return str(who), called, str(row["source_address"] or "(not logged)"), row["vpc_endpoint_id"]


def _order(one: Calls) -> tuple[Any, ...]:
    return (-one.calls, one.party, one.who, one.call, one.source, one.through or "", one.outcome, one.missing)


def _calls(name: tuple[Any, ...], rows: list[Mapping[str, Any]]) -> Calls:
    party, who, called, source, through, found = name
    refused = sum(bool(_REFUSED.search(str(row["error_code"] or ""))) for row in rows)
    times = [row["event_at"] for row in rows]
    return Calls(party, who, called, source, through, found.outcome, found.missing, len(rows), refused, min(times),
                 max(times))  # fmt: skip
