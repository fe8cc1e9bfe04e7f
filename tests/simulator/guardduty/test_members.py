"""An organisation in the simulated GuardDuty: who sees, archives and rules what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.simulator.guardduty.service import GuardDuty
from gdkit.simulator.guardduty.state import Organization
from tests.findings import samples as s
from tests.simulator.guardduty.client import (
    ACCOUNT,
    MEMBER,
    OF_TYPE,
    REGION,
    Account,
    account_with_detector,
    standing_clock,
)

if TYPE_CHECKING:
    from gdkit.simulator.clock import Clock


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return standing_clock()


@pytest.fixture
def guardduty(clock: Clock) -> GuardDuty:
    """Give a GuardDuty without detectors."""
    return GuardDuty(clock)


@pytest.fixture
def account(guardduty: GuardDuty, clock: Clock) -> Account:
    """Give an account with a detector."""
    return account_with_detector(guardduty, clock)


@pytest.fixture
def member(account: Account, guardduty: GuardDuty, clock: Clock) -> Account:
    """Give a member that the first account administers."""
    made = Account(guardduty, clock, MEMBER)
    made.detector_id = guardduty.enable(MEMBER, REGION)
    guardduty.set_organization(Organization(ACCOUNT, {MEMBER: "m@example.com", "777788889999": "n@example.com"}))
    return made


def test_administrator_sees_members(account: Account, member: Account) -> None:
    """Findings of members are listed and archived under the administrator's detector; members see their own only."""
    own, theirs = account.add(id="1" * 32), member.add(id="2" * 32)
    assert set(account.ids()) == {own, theirs} and member.ids() == [theirs]
    assert account.ids({"accountId": {"Equals": [MEMBER]}}) == [theirs]
    account("ArchiveFindings", FindingIds=[theirs])
    assert member.archived(theirs)


def test_members_leave_rules_to_the_administrator(account: Account, member: Account, guardduty: GuardDuty) -> None:
    """A member can neither archive nor make rules; the administrator's rules meet its findings."""
    finding = member.add(id="1" * 32)
    for operation, parameters in (
        ("ArchiveFindings", {"FindingIds": [finding]}),
        ("UnarchiveFindings", {"FindingIds": [finding]}),
        ("CreateFilter", {"Name": "abc", "FindingCriteria": OF_TYPE}),
        ("DeleteDetector", {}),
    ):
        assert "not authorized" in member.refusal(operation, **parameters)
    account("CreateFilter", Name="abc", Action="ARCHIVE", FindingCriteria=OF_TYPE)
    assert member.archived(member.add(id="2" * 32)) and not member.archived(finding)
    assert len(guardduty.filter_count(ACCOUNT, REGION, "abc").suppressed_at) == 1


def test_who_administers(account: Account, member: Account, guardduty: GuardDuty) -> None:
    """Members name their administrator, the administrator its members, and an account alone names nobody."""
    assert member("GetAdministratorAccount")["Administrator"]["AccountId"] == ACCOUNT
    assert account.raw("GetAdministratorAccount", DetectorId=account.detector_id) == {}
    listed = account("ListMembers")["Members"]
    assert [(row["AccountId"], row.get("DetectorId")) for row in listed] == [
        (MEMBER, member.detector_id),
        ("777788889999", None),
    ]
    assert member("ListMembers")["Members"] == []
    admins = [{"AdminAccountId": ACCOUNT, "AdminStatus": "ENABLED"}]
    assert member("ListOrganizationAdminAccounts")["AdminAccounts"] == admins
    guardduty.set_organization(Organization(ACCOUNT, {}, management_account_id="999900001111"))
    assert "not authorized" in account.refusal("ListOrganizationAdminAccounts")
    guardduty.set_organization(None)
    assert account("ListOrganizationAdminAccounts")["AdminAccounts"] == []


def test_administrator_keeps_its_detector(account: Account, member: Account) -> None:
    """A detector with members cannot be deleted."""
    assert "cannot delete detector" in account.refusal("DeleteDetector")
    assert member.detector_id != account.detector_id


def test_members_of_other_regions_are_not_shown(account: Account, member: Account, guardduty: GuardDuty) -> None:
    """An administrator's detector shows its own region only."""
    guardduty.enable(MEMBER, "us-east-1")
    guardduty.add_finding(s.finding(accountId=MEMBER, region="us-east-1", createdAt="2026-11-01T02:00:00Z"))
    assert account.ids() == [] and member.ids() == []


def test_rules_of_a_member_from_before(account: Account, guardduty: GuardDuty, clock: Clock) -> None:
    """Rules that a member made before it had an administrator no longer meet its findings."""
    other = account_with_detector(guardduty, clock, MEMBER)
    other("CreateFilter", Name="abc", Action="ARCHIVE", FindingCriteria=OF_TYPE)
    assert other.archived(other.add(id="1" * 32))
    guardduty.set_organization(Organization(ACCOUNT, {MEMBER: "m@example.com"}))
    assert not other.archived(other.add(id="2" * 32))
    assert account.id == ACCOUNT


def test_member_whose_administrator_has_no_detector(guardduty: GuardDuty, clock: Clock) -> None:
    """A member's findings appear also where its administrator watches nothing."""
    other = account_with_detector(guardduty, clock, MEMBER)
    guardduty.set_organization(Organization(ACCOUNT, {MEMBER: "m@example.com"}))
    assert not other.archived(other.add())


def test_members_make_samples_and_give_feedback(member: Account) -> None:
    """What concerns a member's own findings only, it may do."""
    member("CreateSampleFindings", FindingTypes=[s.OUTSIDE])
    (sample,) = member.ids()
    member("UpdateFindingsFeedback", FindingIds=[sample], Feedback="USEFUL")
    assert member("GetFindings", FindingIds=[sample])["Findings"][0]["Service"]["UserFeedback"] == "USEFUL"
