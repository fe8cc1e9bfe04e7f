"""Where GuardDuty's rules and archive for an account are kept: its own detector, or its administrator's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.aws import ask, rows
from gdkit.errors import ResponseError
from gdkit.response.step import Need

if TYPE_CHECKING:
    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target

DETECTORS = "arn:{partition}:guardduty:*:*:detector/*"
"""The detectors, and what hangs below them; whose and where is known only when AWS was asked."""

NEEDS = (
    Need("guardduty:ListDetectors"),
    Need("guardduty:GetAdministratorAccount", DETECTORS),
    Need("guardduty:ListMembers", DETECTORS),
)
"""What finding the home needs; members are listed only where the reader is of another account."""


@dataclass(frozen=True, slots=True)
class Home:
    """A detector that may make rules and archive findings for an account.

    Attributes:
        account_id: whose it is: the account's own, or its administrator's.
        detector_id: its id.
    """

    account_id: str
    region: str
    detector_id: str

    def client(self, aws: ReadOnlyAws) -> Any:
        """Give a client of GuardDuty there."""
        return aws.client("guardduty", self.region, self.account_id)


def region_of(target: Target) -> str:
    """Give the region whose detector reported: the finding's, which need not be the instance's."""
    return target.finding_region or target.region


def find_home(aws: ReadOnlyAws, target: Target, *, managing: bool = True) -> Home:
    """Find the detector for what a step does.

    A reader of another account works there where that account administers the target's; else in the target's own.

    Args:
        aws: the reader.
        target: of the step.
        managing: the step makes rules or archives, which a member account may not.

    Raises:
        ResponseError: there is no detector, or the account is a member; names its administrator.
        AwsError: it could not be read.

    Source: GuardDuty User Guide, "Suppression rules" (only the administrator makes them); API Reference,
    ArchiveFindings.
    """
    region = region_of(target)
    if aws.account_id != target.account_id:
        office = _detector(aws, aws.account_id, region)
        if office and target.account_id in _members(aws, office):
            return office
    home = _detector(aws, target.account_id, region)
    if home is None:
        raise ResponseError(f"GuardDuty has no detector in {region} of account {target.account_id}",
                            where="GuardDuty", action="check the finding's account and region")  # fmt: skip
    if managing:
        _refuse_member(aws, home)
    return home


def _detector(aws: ReadOnlyAws, account_id: str, region: str) -> Home | None:
    client = aws.client("guardduty", region, account_id)
    found = list(rows(client, "ListDetectors", "DetectorIds", account_id=account_id))
    return Home(account_id, region, str(found[0])) if found else None


def _members(aws: ReadOnlyAws, office: Home) -> set[str]:
    asked = {"DetectorId": office.detector_id, "OnlyAssociated": "true"}
    members = rows(office.client(aws), "ListMembers", "Members", asked, account_id=office.account_id)
    return {str(member["AccountId"]) for member in members if member.get("RelationshipStatus") == "Enabled"}


def _refuse_member(aws: ReadOnlyAws, home: Home) -> None:
    answer = ask(home.client(aws), "GetAdministratorAccount", {"DetectorId": home.detector_id},
                 account_id=home.account_id)  # fmt: skip
    administrator = (answer.get("Administrator") or {}).get("AccountId")
    if administrator:
        raise ResponseError(
            f"account {home.account_id} is a member in GuardDuty: only its administrator, account {administrator}, "
            f"may make rules and archive findings, in {home.region} too",
            where="GuardDuty",
            action=f"go on as a role of account {administrator} (--profile or --role-arn, for reader and responder) "
            "and preview the step again; gdkit then works on the administrator's detector",
        )
