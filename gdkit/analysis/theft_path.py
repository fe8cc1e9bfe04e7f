"""By which way the stolen credential was probably read from the instance: what its delivery shows and does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gdkit import tables
from gdkit.analysis.metadata_options import option_changes, options_before
from gdkit.analysis.ways_in import RUNS_CODE
from gdkit.model import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    import pandas as pd

    from gdkit.analysis.initial_access import Lead
    from gdkit.analysis.metadata_options import OptionChange
    from gdkit.model import LeakedSession

PathValue = Literal["imds_v1_ssrf_likely", "imds_v2_code_execution_likely", "undetermined"]

V1_LIMIT = (
    "A credential delivered by IMDSv1 is what a forged request from the server (SSRF) gets, and also what any program "
    "on the instance gets that asks without a token."
)
V2_LIMIT = (
    "IMDSv2 does not exclude a forged request: one that lets the caller choose method and headers can fetch a token. "
    "Nor does it exclude that the instance's own software gave the credential away, in a log, a page or a file."
)
NO_TRACE = "Reading the metadata service leaves no event in CloudTrail and no record in VPC flow logs."

_SETTLES_V1 = "the web server's and proxies' access logs of that time: requests that name 169.254.169.254 or its like"
_SETTLES_V2 = "the instance's disk and memory: processes, shell history and network connections of that time"
_SETTLES_KEYS = "CloudTrail of the instance's region with the thief's own calls, which hold ec2RoleDelivery"
_SETTLES_METRIC = "CloudWatch's MetadataNoToken of the instance around that time (calls to IMDSv1 that succeeded)"
_SETTLES_OPTIONS = "who changed the instance's metadata options, and when: earlier CloudTrail events, or AWS Config"


@dataclass(frozen=True, slots=True)
class TheftPath:
    """Which way the credential was probably read.

    Attributes:
        value: ``likely`` is said only where the thief's own key shows it.
        reasons: what it rests on, and what speaks against it, each one sentence.
        would_settle: what would decide the question.
        limits: what no answer of this kind can exclude.
    """

    value: PathValue
    reasons: tuple[str, ...]
    would_settle: tuple[str, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Key:
    """One of the leaked session's own keys that a call of the thief was signed with."""

    access_key_id: str
    deliveries: tuple[str, ...]
    issued_at: datetime | None
    first_used_at: datetime | None
    workload_too: bool


def theft_path(
    events: pd.DataFrame,
    session: LeakedSession,
    session_events: pd.DataFrame,
    *,
    leads: Iterable[Lead] = (),
    http_tokens_now: str | None = None,
    tokenless_calls: Sequence[tuple[datetime, float]] | None = None,
) -> TheftPath:
    """Say by which way the thief's credential was probably read.

    Args:
        events: ``tables.EVENTS``, the whole trail: it shows changes of the metadata options.
        session: the leaked session.
        session_events: ``tables.SESSION_EVENTS``.
        leads: ``initial_access_leads``.
        http_tokens_now: ``required`` or ``optional`` as AWS says now; None where nobody asked.
        tokenless_calls: start (UTC) and sum of each data point of CloudWatch's ``MetadataNoToken``; None where nobody
            asked, empty where CloudWatch holds none.

    Source: CloudTrail User Guide, ec2RoleDelivery; EC2 API Reference, ModifyInstanceMetadataOptions ("If you retrieve
    IAM role credentials without a session token, you receive the IMDSv1 role credentials"); EC2 User Guide, metric
    MetadataNoToken.
    """
    keys = _thiefs_keys(session_events)
    changes = option_changes(events, session.instance_id) if session.instance_id else ()
    versions = {version for key in keys for version in key.deliveries}
    reasons = [_key_reason(key) for key in keys] or ["No call with the session's own keys is proven to be the thief's."]
    code = _code_run(leads)
    reasons += _workload_reason(session_events, keys)
    reasons += [*_option_reasons(keys, changes), *_now_reason(http_tokens_now), *_lead_reasons(code)]
    against: list[str] = []
    if versions == {"1.0"}:
        against = [*_contradictions(keys, changes), *_tokenless_against(keys, tokenless_calls), *_shared(keys),
                   *_same_place(code)]  # fmt: skip
        reasons += _tokenless_for(keys, tokenless_calls)
    elif len(versions) > 1:
        against = ["The thief's calls show credentials of several deliveries, so no single way explains them."]
    elif versions != {"2.0"}:
        against = ["No call of the thief shows which version of the metadata service delivered its credential."]
    value: PathValue = "undetermined"
    if not against:
        value = "imds_v1_ssrf_likely" if versions == {"1.0"} else "imds_v2_code_execution_likely"
    limits = [V1_LIMIT] * ("2.0" not in versions or len(versions) > 1) + [V2_LIMIT] * (
        "1.0" not in versions or len(versions) > 1
    )
    return TheftPath(
        value, (*reasons, *against), _would_settle(versions, changes, tokenless_calls), (*limits, NO_TRACE)
    )


def _thiefs_keys(session_events: pd.DataFrame) -> list[_Key]:
    own = session_events[(session_events["hop"] == 0) & session_events["access_key_id"].notna()]
    of_workload = set(own.loc[own["party"] == "workload", "access_key_id"])
    thief = own[own["party"] == "thief"]
    issued = own.groupby("access_key_id")["credential_issued_at"].min()
    return [
        _Key(
            access_key_id=str(name),
            deliveries=tuple(sorted(rows["ec2_role_delivery"].dropna().unique())),
            issued_at=tables.plain(issued[name]),
            first_used_at=tables.plain(rows["event_at"].min()),
            workload_too=name in of_workload,
        )
        for name, rows in thief.groupby("access_key_id")
    ]


def _key_reason(key: _Key) -> str:
    how = {
        "1.0": "was delivered by IMDSv1",
        "2.0": "was delivered by IMDSv2",
        "": "shows no version of the metadata service",
    }.get(" and ".join(key.deliveries), f"was delivered {_by(key.deliveries)}")
    users = (
        "the instance's own software was seen using it too"
        if key.workload_too
        else "no call with it is proven to be the workload's"
    )
    return f"The thief's key {key.access_key_id} {how}; {users}."


def _workload_reason(session_events: pd.DataFrame, keys: list[_Key]) -> list[str]:
    """Tell how the workload's other keys were delivered: it may read another version than the thief did."""
    of_workload = (session_events["party"] == "workload") & (session_events["hop"] == 0)
    other = of_workload & ~session_events["access_key_id"].isin({key.access_key_id for key in keys})
    seen = sorted(session_events.loc[other, "ec2_role_delivery"].dropna().unique())
    return [f"The keys that only the workload was seen with were delivered {_by(seen)}."] if seen else []


def _by(deliveries: Iterable[str]) -> str:
    """Say by which ways credentials came: the name that people know, with the log's own value."""
    known = {"1.0": "IMDSv1", "2.0": "IMDSv2"}
    ways = [f"{known.get(one, 'a way that gdkit does not know')} (ec2RoleDelivery {one})" for one in deliveries]
    return f"by {' and by '.join(ways)}"


def _option_reasons(keys: list[_Key], changes: tuple[OptionChange, ...]) -> list[str]:
    """Tell each change of what the metadata service demands, before the thief's first use."""
    uses = [key.first_used_at for key in keys if key.first_used_at is not None]
    last = min(uses, default=None)
    told = []
    for change in changes:
        if change.tokens is None or change.event_at is None or (last is not None and change.event_at > last):
            continue
        done = "launched it" if change.event_name == "RunInstances" else "left the metadata options"
        did = f"{change.event_name} {done}"
        told.append(f"{_at(change.event_at)}: {did} with HttpTokens {change.tokens} (event {change.event_id}).")
    return told


def _now_reason(http_tokens_now: str | None) -> list[str]:
    if http_tokens_now is None:
        return []
    return [f"HttpTokens is {http_tokens_now} now; that does not tell what it was when the credential was read."]


def _code_run(leads: Iterable[Lead]) -> list[Lead]:
    return [lead for lead in leads if lead.strong and lead.kind in RUNS_CODE]


def _lead_reasons(code: list[Lead]) -> list[str]:
    return [
        f"Before the first use somebody could run programs on the instance: {lead.statement} (event {lead.event_id})."
        for lead in code[:5]
    ]


def _same_place(code: list[Lead]) -> list[str]:
    """Where the thief's own address ran code on the instance, IMDSv1 needs no forged request to be explained."""
    if not any(lead.same_address for lead in code):
        return []
    return ["A program could be run on the instance from the thief's own address, and can read IMDSv1 as SSRF can."]


def _contradictions(keys: list[_Key], changes: tuple[OptionChange, ...]) -> list[str]:
    """Say where IMDSv2 was required before a key was issued by IMDSv1, and no event relaxed it before its first use."""
    found = []
    for key in keys:
        before = options_before(changes, key.issued_at)
        relaxed = any(
            change.event_at is None or change.tokens == "optional" or not change.readable
            for change in changes
            if key.issued_at is None or change.event_at is None or change.event_at >= key.issued_at
        )
        if before is not None and before.tokens == "required" and before.readable and not relaxed:
            found.append(
                f"Key {key.access_key_id} was delivered by IMDSv1 although events show that IMDSv2 was required before "
                f"it was issued ({_at(key.issued_at)}); one of the two records is incomplete or wrong."
            )
    return found


def _shared(keys: list[_Key]) -> list[str]:
    if any(key.deliveries and not key.workload_too for key in keys):
        return []
    return [
        "The instance's own software uses the same key, so it reads IMDSv1 itself: the delivery shows how that asked, "
        "and the thief may have taken the key from it."
    ]


def _in_time(keys: list[_Key], points: Sequence[tuple[datetime, float]] | None) -> list[float] | None:
    """Give the sums between a key's issue and its first use; None where nobody asked or no such time is known."""
    spans = [(key.issued_at, key.first_used_at) for key in keys if key.issued_at and key.first_used_at]
    if points is None or not spans:
        return None
    return [total for at, total in points if any(first <= at <= last for first, last in spans)]


def _tokenless_for(keys: list[_Key], points: Sequence[tuple[datetime, float]] | None) -> list[str]:
    sums = _in_time(keys, points)
    if sums is None:
        return []
    if not sums:
        return ["CloudWatch holds no data point of MetadataNoToken between the key's issue and the thief's first use."]
    counted = f"CloudWatch counted {sum(sums):,.0f} calls to IMDSv1 that succeeded"
    return [f"{counted} between the key's issue and the thief's first use."]


def _tokenless_against(keys: list[_Key], points: Sequence[tuple[datetime, float]] | None) -> list[str]:
    sums = _in_time(keys, points)
    if not sums or sum(sums) > 0:
        return []
    return ["A key delivered by IMDSv1 and no successful call to IMDSv1 in that time speak against each other."]


def _would_settle(
    versions: set[str], changes: tuple[OptionChange, ...], points: Sequence[tuple[datetime, float]] | None
) -> tuple[str, ...]:
    wanted = [] if versions else [_SETTLES_KEYS]
    if "2.0" not in versions or len(versions) > 1:
        wanted.append(_SETTLES_V1)
    wanted.append(_SETTLES_V2)
    if points is None and "1.0" in versions:
        wanted.append(_SETTLES_METRIC)
    if not any(change.tokens for change in changes):
        wanted.append(_SETTLES_OPTIONS)
    return tuple(wanted)


def _at(at: datetime | None) -> str:
    return utc_text(at) or "at a time not recorded"
