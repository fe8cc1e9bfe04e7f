"""What the steps of a response are about, from what the case knows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gdkit.case.folder import case_subject
from gdkit.case.results import load_result
from gdkit.gathering.home import home_of
from gdkit.identifiers import parse_arn
from gdkit.response.step import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.aws import ReadOnlyAws
    from gdkit.case.folder import CaseFolder

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


def case_target(case: CaseFolder, aws: ReadOnlyAws, options: Mapping[str, str]) -> Target:
    """Give the target of a step.

    Args:
        case: the case, with a result.
        aws: the reader.
        options: what was told to the step, checked.

    Raises:
        CaseError: the case has no result yet.
    """
    known = offline_target(case, options)
    account_id, region = home_of(aws, case_subject(case))
    return replace(known, partition=aws.partition, account_id=known.account_id or account_id,
                   region=known.region or region)  # fmt: skip


def offline_target(case: CaseFolder, options: Mapping[str, str] | None = None) -> Target:
    """Give what a case knows of its target without asking AWS; account and region are empty where it does not.

    Raises:
        CaseError: the case has no result yet.
    """
    subject, result = case_subject(case), load_result(case)
    session, finding = result["session"], subject.finding
    leaked = next((row for row in result["fleet"] if row["leaked"] and row["region"]), None)
    arn = parse_arn(session["role_arn"])
    return Target(
        case_id=case_id(case),
        partition=arn.partition if arn else "aws",
        account_id=session["account_id"] or "",
        region=leaked["region"] if leaked else "",
        at=datetime.now(UTC).replace(microsecond=0),
        role_name=session["role_name"],
        role_id=session["role_id"],
        role_arn=session["role_arn"],
        session_name=session["session_name"],
        instance_id=session["instance_id"],
        finding_id=finding.id if finding else None,
        finding_type=finding.type if finding else None,
        finding_region=finding.region if finding else None,
        detector_id=finding.detector_id if finding else None,
        options=dict(options or {}),
    )


def case_id(case: CaseFolder) -> str:
    """Give a short name of the case for tags and names: from its folder's name, letters, digits and hyphens."""
    return _NOT_IN_A_NAME.sub("-", case.path.resolve().name.lower()).strip("-")[:32] or "case"
