"""Findings from the GuardDuty API: every detector in reach, and a ledger of which were asked.

A detector of a delegated administrator holds the findings of all its members, so one account is usually enough.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit.aws.calls import ask, need, rows
from gdkit.aws.parallel import in_parallel
from gdkit.aws.regions import find_regions
from gdkit.errors import AwsCall, AwsError, FindingError, UsageError
from gdkit.findings.causes import likely_causes
from gdkit.findings.family import FAMILY
from gdkit.findings.load import load_findings
from gdkit.identifiers import parse_arn
from gdkit.model import FindingSet, NotSearched, utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gdkit.aws.clients import ReadOnlyAws
    from gdkit.model import Finding

TYPES = (f"{FAMILY}.OutsideAWS", f"{FAMILY}.InsideAWS", FAMILY)

MOST_IDS = 50
"""Ids that one GetFindings takes. Source: GuardDuty API Reference, GetFindings."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One detector that was asked, or a region without one.

    Attributes:
        detector_id: None where the region has no detector.
        status: ENABLED or DISABLED; None where that could not be read, or there is no detector.
        findings: findings that it gave.
    """

    account_id: str
    region: str
    detector_id: str | None
    status: str | None
    findings: int


@dataclass(frozen=True, slots=True)
class ApiFindings:
    """What the detectors in reach hold.

    Attributes:
        findings: newest first; each with its own bytes, the document in the API's shape.
        asked: the detectors that were asked, and the regions without one.
        not_searched: what could not be asked, and why.
        warnings: what limits the answer.
        causes: where there is no finding, what that can mean.
    """

    findings: FindingSet
    asked: tuple[Asked, ...]
    not_searched: tuple[NotSearched, ...] = ()
    warnings: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Gathered:
    """What one account and region gave."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    not_searched: list[NotSearched] = field(default_factory=list)


def open_findings(
    aws: ReadOnlyAws,
    *,
    archived: bool = False,
    regions: Sequence[str] = (),
    account_ids: Sequence[str] = (),
) -> ApiFindings:
    """Fetch the findings of the family from every detector in reach.

    Args:
        aws: the reader.
        archived: also those that are archived or suppressed.
        regions: where to ask; empty means every enabled region.
        account_ids: accounts to ask besides the own one, through the member role.

    Raises:
        ParameterError: a region does not exist.
        AwsError: the regions cannot be listed at all.
    """
    criteria: dict[str, Any] = {"type": {"Equals": list(TYPES)}}
    if not archived:
        criteria["service.archived"] = {"Equals": ["false"]}
    return _from_everywhere(aws, criteria, regions, account_ids, archived=archived)


def finding_by_id(
    aws: ReadOnlyAws, finding: str, *, regions: Sequence[str] = (), account_ids: Sequence[str] = ()
) -> ApiFindings:
    """Fetch one finding by its id or its ARN, archived or not.

    An ARN names its region; an id is looked for in every region.

    Args:
        aws: the reader.
        finding: id or ARN.
        regions: where to look for an id; empty means every enabled region.
        account_ids: accounts to ask besides the own one, through the member role.

    Raises:
        UsageError: the ARN is no finding's, or is of another partition.
        UnsupportedFindingError: it is of a type that gdkit does not investigate.
        AwsError: the regions cannot be listed at all.
    """
    text = finding.strip()
    if not text.startswith("arn:"):
        return _from_everywhere(aws, {"id": {"Equals": [text]}}, regions, account_ids, archived=True)
    arn = parse_arn(text)
    head, _, finding_id = (arn.resource if arn else "").rpartition("/finding/")
    if arn is None or arn.service != "guardduty" or not head.startswith("detector/") or not finding_id:
        raise UsageError(
            f"{text[:120]!r} is no GuardDuty finding's ARN", action="copy it from the finding's JSON, or give its id"
        )
    if arn.partition != aws.partition:
        raise UsageError(
            f"the finding is of partition {arn.partition[:20]}, the credentials are of {aws.partition}",
            action="name a profile of that partition",
        )
    others = [arn.account_id] if arn.account_id != aws.account_id else []
    criteria = {"id": {"Equals": [finding_id]}}
    found = _from_everywhere(aws, criteria, (arn.region,), account_ids, archived=True)
    if found.findings or not others:
        return found
    return _from_everywhere(aws, criteria, (arn.region,), (*account_ids, *others), archived=True)


def _from_everywhere(
    aws: ReadOnlyAws, criteria: Mapping[str, Any], regions: Sequence[str], accounts: Sequence[str], *, archived: bool
) -> ApiFindings:
    where = find_regions(aws, regions)
    places = [(account, region) for account in dict.fromkeys((aws.account_id, *accounts)) for region in where.names]
    gathered = in_parallel(lambda place: _of_region(aws, place[0], place[1], criteria), places)
    findings, refused = _loaded(document for one in gathered for document in one.documents)
    asked = tuple(row for one in gathered for row in one.asked)
    missing = tuple(row for one in gathered for row in one.not_searched)
    off = tuple(NotSearched(f"region {name}", "the account has not enabled it") for name in where.not_enabled)
    return ApiFindings(
        findings=findings,
        asked=asked,
        not_searched=missing + refused,
        warnings=where.warnings + tuple(f"{row.what} was not asked: {row.reason}." for row in off if regions),
        causes=() if findings else likely_causes(_silence(asked), archived=archived, gaps=len(missing)),
    )


def _silence(asked: Iterable[Asked]) -> dict[str, list[str]]:
    """Give the places where no detector watches, by what is wrong there."""
    places: dict[str, list[str]] = {"none": [], "disabled": [], "watching": []}
    for row in asked:
        kind = "none" if row.detector_id is None else "disabled" if row.status == "DISABLED" else "watching"
        places[kind].append(f"{row.region} of {row.account_id}")
    return places


def _of_region(aws: ReadOnlyAws, account: str, region: str, criteria: Mapping[str, Any]) -> _Gathered:
    """Ask all detectors of one account and region, which are one or none."""
    found = _Gathered()
    place = f"GuardDuty of account {account} in {region}"
    try:
        client = aws.client("guardduty", region, account)
        detectors = list(rows(client, "ListDetectors", "DetectorIds", account_id=account))
    except AwsError as error:
        found.not_searched.append(NotSearched(place, _reason(error)))
        return found
    if not detectors:
        found.asked.append(Asked(account, region, None, None, 0))
    for detector in detectors:
        try:
            documents = list(_documents(client, account, detector, criteria))
        except AwsError as error:
            found.not_searched.append(NotSearched(f"{place}, detector {detector}", _reason(error)))
            continue
        found.documents += documents
        status, gaps = _state(client, account, detector, place)
        found.asked.append(Asked(account, region, detector, status, len(documents)))
        found.not_searched += gaps
    return found


def _documents(client: Any, account: str, detector: str, criteria: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    asked = {
        "DetectorId": detector,
        "FindingCriteria": {"Criterion": dict(criteria)},
        "SortCriteria": {"AttributeName": "updatedAt", "OrderBy": "DESC"},
    }
    ids = list(dict.fromkeys(rows(client, "ListFindings", "FindingIds", asked, account_id=account)))
    call = AwsCall("guardduty", "GetFindings", account, client.meta.region_name)
    for start in range(0, len(ids), MOST_IDS):
        wanted = ids[start : start + MOST_IDS]
        answer = ask(client, "GetFindings", {"DetectorId": detector, "FindingIds": wanted}, account_id=account)
        given = need(answer, "Findings", call)
        if len(given) < len(wanted):
            lost = f"{len(wanted) - len(given)} of {len(wanted)}"
            raise AwsError(f"{lost} findings that were listed were not given", call=call, kind="incomplete",
                           action="ask again: they may have been removed in between")  # fmt: skip
        yield from given


def _state(client: Any, account: str, detector: str, place: str) -> tuple[str | None, list[NotSearched]]:
    """Give a detector's status, and the members whose findings it does not hold."""
    gaps: list[NotSearched] = []
    status: str | None = None
    try:
        call = AwsCall("guardduty", "GetDetector", account, client.meta.region_name)
        status = str(need(ask(client, "GetDetector", {"DetectorId": detector}, account_id=account), "Status", call))
        asked = {"DetectorId": detector, "OnlyAssociated": "false"}
        members = rows(client, "ListMembers", "Members", asked, account_id=account)
        for member in members:
            if member.get("RelationshipStatus") != "Enabled":
                state = member.get("RelationshipStatus") or "no status"
                gaps.append(NotSearched(f"member {member['AccountId']} of {place}", f"it is not watched: {state}"))
    except AwsError as error:
        gaps.append(NotSearched(f"the state and the members of {place}", _reason(error)))
    return status, gaps


def _loaded(documents: Iterable[Mapping[str, Any]]) -> tuple[FindingSet, tuple[NotSearched, ...]]:
    """Read each document by itself, so that each finding carries its own bytes and no other finding's."""
    found: dict[tuple[str, str | None], Finding] = {}
    unread: list[NotSearched] = []
    refusals: list[FindingError] = []
    for document in documents:
        try:
            for finding in load_findings(api_json(document)):
                found.setdefault((finding.id, finding.region), finding)
        except FindingError as error:
            refusals.append(error)
            unread.append(NotSearched(f"finding {str(document.get('Id'))[:80]}", error.problem))
    if refusals and not found:
        raise refusals[0]
    newest = sorted(found.values(), key=lambda one: one.updated_at.timestamp() if one.updated_at else 0.0, reverse=True)
    return FindingSet(tuple(newest)), tuple(unread)


def api_json(document: Mapping[str, Any]) -> bytes:
    """Write one finding as GetFindings gives it, times as ISO 8601 in UTC."""
    return json.dumps({"Findings": [document]}, default=_written, ensure_ascii=False, sort_keys=True).encode()


def _written(value: object) -> object:
    return utc_text(value) if isinstance(value, datetime) else str(value)


def _reason(error: AwsError) -> str:
    return f"{error.problem}{f' ({error.action})' if error.action else ''}"
