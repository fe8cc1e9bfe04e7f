"""The findings that a detector holds of the family, archived and current, and those that a step is about."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gdkit.aws import ask, need, rows
from gdkit.errors import AwsCall, AwsError, ResponseError
from gdkit.findings.api import MOST_IDS, TYPES, api_json
from gdkit.findings.criteria import parse_criteria
from gdkit.findings.fields import child, instant
from gdkit.findings.filter_language import canonical, judge
from gdkit.response.step import Need
from gdkit.response.trusted.home import DETECTORS
from gdkit.response.trusted.narrow import is_told, narrow_criteria

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target
    from gdkit.response.trusted.home import Home

DAYS = 90
"""Days for which GuardDuty keeps findings. Source: GuardDuty User Guide, "Suppression rules"."""

NEEDS = (Need("guardduty:ListFindings", DETECTORS), Need("guardduty:GetFindings", DETECTORS))


def held_findings(aws: ReadOnlyAws, home: Home, at: datetime) -> list[Mapping[str, Any]]:
    """Give the findings of the family in the 90 days before an instant, in GuardDuty's camelCase.

    Args:
        aws: the reader.
        home: the detector.
        at: the instant, aware UTC; findings made after it are left out, so that the answer stays the same.

    Raises:
        AwsError: they could not be read whole.
    """
    since_ms = int((at - timedelta(days=DAYS)).timestamp() * 1000)
    criterion = {"type": {"Equals": list(TYPES)}, "updatedAt": {"GreaterThanOrEqual": since_ms}}
    asked = {"DetectorId": home.detector_id, "FindingCriteria": {"Criterion": criterion},
             "SortCriteria": {"AttributeName": "createdAt", "OrderBy": "ASC"}}  # fmt: skip
    ids = rows(home.client(aws), "ListFindings", "FindingIds", asked, account_id=home.account_id)
    found = findings_by_id(aws, home, list(dict.fromkeys(ids)))
    return [finding for finding in found if (made := instant(finding.get("createdAt"))) is None or made <= at]


def findings_by_id(aws: ReadOnlyAws, home: Home, ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """Give findings by their ids, in GuardDuty's camelCase.

    Raises:
        AwsError: they could not be read, or some are not given.
    """
    found: list[Mapping[str, Any]] = []
    call = AwsCall("guardduty", "GetFindings", home.account_id, home.region)
    for start in range(0, len(ids), MOST_IDS):
        wanted = list(ids[start : start + MOST_IDS])
        asked = {"DetectorId": home.detector_id, "FindingIds": wanted}
        given = need(ask(home.client(aws), "GetFindings", asked, account_id=home.account_id), "Findings", call)
        if len(given) < len(wanted):
            raise AwsError(f"{len(wanted) - len(given)} of {len(wanted)} findings were not given", call=call,
                           kind="incomplete",
                           action="GuardDuty keeps them for 90 days; preview the step again")  # fmt: skip
        found += [canonical(json.loads(api_json(document))["Findings"][0]) for document in given]
    return found


def chosen_findings(aws: ReadOnlyAws, home: Home, target: Target) -> dict[str, Mapping[str, Any]]:
    """Give the findings that a step is about, by id: the case's, or all that the narrow rule surely matches.

    Raises:
        ResponseError: the case has no finding, or what was told cannot be.
        AwsError: they could not be read.
    """
    if is_told(target):
        criteria = parse_criteria(narrow_criteria(target))
        held = held_findings(aws, home, target.at)
        return {str(one["id"]): one for one in held if judge(criteria, one).answer}
    if not target.finding_id:
        raise ResponseError("the case has no GuardDuty finding", where="case",
                            action="name what is trusted with -o address=ADDRESS")  # fmt: skip
    return {str(one["id"]): one for one in findings_by_id(aws, home, [target.finding_id])}


def judged_malicious(target: Target, findings: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Give the ids of findings that people judged malicious: those that were told, and those marked useful in AWS."""
    told = {part.strip() for part in target.options["malicious"].split(",")} - {""}
    useful = {str(one["id"]) for one in findings if child(dict(one), "service", "userFeedback") == "USEFUL"}
    return frozenset(told | useful)
