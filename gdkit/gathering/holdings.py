"""What the accounts in reach hold, and which are of the own organisation: asked of AWS and kept in the case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.case.evidence import save_records, save_table
from gdkit.case.folder import case_access
from gdkit.case.journal import append_entry
from gdkit.gathering import access
from gdkit.gathering.home import home_of
from gdkit.model import NotSearched

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.case.folder import CaseFolder
    from gdkit.environment.organization import Organization
    from gdkit.model import Coverage, Subject

HOLDINGS = "holdings"
_ACTIVE = frozenset({"ACTIVE", "Administrator", "Enabled", ""})


def gather_holdings(case: CaseFolder, subject: Subject, events: pd.DataFrame, coverage: Coverage) -> Coverage:
    """Ask every account in reach for its networks and addresses, and keep the answers; nothing without a way to AWS.

    Args:
        case: the case.
        subject: what it is about.
        events: ``tables.EVENTS``, which may name the instance's account and region.
        coverage: what was searched so far.

    Returns:
        The coverage with what could not be read.

    Raises:
        AwsError: AWS cannot be reached at all.
    """
    aws = access.open_aws(case)
    if aws is None:
        return coverage
    from gdkit.environment import evidence_records  # noqa: PLC0415 - boto3 is loaded only where AWS is asked
    from gdkit.environment.holdings import collect_holdings  # noqa: PLC0415
    from gdkit.environment.organization import collect_organization  # noqa: PLC0415

    account_id, region = home_of(aws, subject, events)
    organization = collect_organization(aws, home=account_id, region=region)
    members = [one.account_id for one in organization.accounts if one.status in _ACTIVE]
    way = case_access(case)
    held = collect_holdings(aws, accounts=members, regions=way.regions if way else (), home=account_id)
    save_records(case, HOLDINGS, evidence_records(held.documents), "AWS API, read-only calls")
    save_table(case, "organization", _table(organization), "AWS Organizations, GuardDuty members")
    gaps = (*organization.not_searched, *held.not_searched)
    detail = {"accounts": len(organization.accounts), "places": len(held.places),
              "not_read": [f"{gap.what}: {gap.reason}" for gap in gaps]}  # fmt: skip
    append_entry(case.journal, actor="gdkit", act="holdings", detail=detail)
    told = tuple(NotSearched(f"holdings: {gap.what}", gap.reason, gap.failed, gap.kind) for gap in gaps)
    return replace(coverage, not_searched=(*coverage.not_searched, *told))


def _table(organization: Organization) -> pd.DataFrame:
    names = ("account_id", "name", "status", "source")
    rows = [{**{name: getattr(one, name) for name in names}, "whole": organization.whole}
            for one in organization.accounts]  # fmt: skip
    return tables.frame_of_rows(tables.ORGANIZATION, rows)
