"""Filters of the simulated GuardDuty: how they are made, and which findings they meet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gdkit.simulator.guardduty.service import GuardDuty
from tests.findings import samples as s
from tests.simulator.guardduty.client import (
    ACCOUNT,
    MEMBER,
    OF_TYPE,
    REGION,
    START,
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


def test_suppression_meets_later_findings_only(account: Account, guardduty: GuardDuty, clock: Clock) -> None:
    """A rule archives matching findings that appear after it, and counts them; older ones and others stay."""
    before = account.add(id="1" * 32)
    account("CreateFilter", Name="egress", Action="ARCHIVE", FindingCriteria=OF_TYPE)
    after, other = account.add(id="2" * 32), account.add(id="3" * 32, type=s.INSIDE)
    assert [account.archived(one) for one in (before, after, other)] == [False, True, False]
    account("DeleteFilter", FilterName="egress")
    assert account.archived(after)
    assert not account.archived(account.add(id="4" * 32))
    assert not guardduty.archived_by_hand(ACCOUNT, REGION, after)


def test_rule_made_between_use_and_finding(account: Account, clock: Clock) -> None:
    """The rules of the moment in which a finding appears decide, not those of its first event or of a later look."""
    due = START + timedelta(minutes=5)
    early, late = account.add(id="1" * 32, createdAt=due.isoformat()), "2" * 32
    clock.set(START + timedelta(minutes=1))
    account("CreateFilter", Name="egress", Action="ARCHIVE", FindingCriteria=OF_TYPE)
    account.add(id=late, createdAt=(due + timedelta(minutes=5)).isoformat())
    clock.set(due + timedelta(minutes=1))
    account("DeleteFilter", FilterName="egress")
    clock.set(due + timedelta(hours=1))
    assert (account.archived(early), account.archived(late)) == (True, False)


def test_trial_of_a_rule(account: Account, guardduty: GuardDuty, clock: Clock) -> None:
    """A filter without an action counts what it matches and archives nothing; so does every filter that matches."""
    account("CreateFilter", Name="trial", FindingCriteria=OF_TYPE)
    account("CreateFilter", Name="wild", FindingCriteria={"Criterion": {"type": {"Matches": ["*.OutsideAWS"]}}})
    assert account("GetFilter", FilterName="trial")["Action"] == "NOOP"
    clock.set(START + timedelta(minutes=3))
    identifier = account.add()
    assert not account.archived(identifier)
    count = guardduty.filter_count(ACCOUNT, REGION, "trial")
    assert (count.matched_at, count.suppressed_at) == ((START + timedelta(minutes=3),), ())
    account("UpdateFilter", FilterName="wild", Action="ARCHIVE")
    assert account.archived(account.add(id="2" * 32))
    assert len(guardduty.filter_count(ACCOUNT, REGION, "trial").matched_at) == 2
    assert len(guardduty.filter_count(ACCOUNT, REGION, "wild").suppressed_at) == 1
    assert guardduty.filter_count(ACCOUNT, REGION, "none").matched_at == ()


def test_filter_round_trip(account: Account, clock: Clock) -> None:
    """A filter is read as it was made, keeps its name, and counts its versions."""
    made = {"Description": "our egress", "Action": "ARCHIVE", "FindingCriteria": OF_TYPE, "Tags": {"case": "7"}}
    assert account("CreateFilter", Name="egress-1.a_b", **made) == {"Name": "egress-1.a_b"}
    shown = account("GetFilter", FilterName="egress-1.a_b")
    assert {name: shown[name] for name in made} == made
    assert (shown["Rank"], shown["Version"], shown["CreatedAt"]) == (1, 1, START)
    clock.set(START + timedelta(minutes=1))
    changed = {"Criterion": {"accountId": {"Equals": [ACCOUNT]}}}
    account("UpdateFilter", FilterName="egress-1.a_b", FindingCriteria=changed, Description="")
    shown = account("GetFilter", FilterName="egress-1.a_b")
    assert (shown["FindingCriteria"], shown["Description"], shown["Action"]) == (changed, "", "ARCHIVE")
    assert (shown["Version"], shown["UpdatedAt"]) == (2, START + timedelta(minutes=1))


def test_update_that_is_refused_changes_nothing(account: Account) -> None:
    """A wrong part of an update leaves the filter as it was."""
    account("CreateFilter", Name="abc", FindingCriteria=OF_TYPE)
    before = account("GetFilter", FilterName="abc")
    for wrong in ({"FindingCriteria": {"Criterion": {}}}, {"Rank": 2}, {"Action": "X"}, {"Description": "x" * 513}):
        account.refusal("UpdateFilter", FilterName="abc", **{"Action": "ARCHIVE", **wrong})
    assert account("GetFilter", FilterName="abc") == before


def test_filter_names_and_number(account: Account) -> None:
    """A name is taken once, and an account and region hold a hundred filters."""
    for number in range(100):
        account("CreateFilter", Name=f"rule-{number}", FindingCriteria=OF_TYPE, Rank=number + 1)
    again = account.refusal("CreateFilter", Name="rule-7", FindingCriteria=OF_TYPE)
    assert again == "The request is rejected because a filter with the given name already exists."
    assert "limit" in account.refusal("CreateFilter", Name="one-more", FindingCriteria=OF_TYPE)
    first = account("ListFilters")
    second = account("ListFilters", NextToken=first["NextToken"])
    assert first["FilterNames"] + second["FilterNames"] == [f"rule-{number}" for number in range(100)]
    assert second["NextToken"] == ""


def test_rank(account: Account) -> None:
    """Ranks have no gaps; a new filter is first unless told."""
    for name in ("one", "two", "six"):
        account("CreateFilter", Name=name, FindingCriteria=OF_TYPE)
    assert account("ListFilters")["FilterNames"] == ["six", "two", "one"]
    account("UpdateFilter", FilterName="six", Rank=3)
    assert account("ListFilters")["FilterNames"] == ["two", "one", "six"]
    assert "rank is out-of-bounds" in account.refusal("UpdateFilter", FilterName="six", Rank=4)
    assert account.refusal("DeleteFilter", FilterName="none").endswith("no such resource found.")


def test_tags(account: Account) -> None:
    """Filters and detectors are tagged by their ARN; an ARN of nothing is refused."""
    account("CreateFilter", Name="abc", FindingCriteria=OF_TYPE, Tags={"a": "1"})
    detector = f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/{account.detector_id}"
    arn = f"{detector}/filter/abc"
    account("TagResource", ResourceArn=arn, Tags={"b": "2"})
    account("UntagResource", ResourceArn=arn, TagKeys=["a", "c"])
    assert account("ListTagsForResource", ResourceArn=arn)["Tags"] == {"b": "2"}
    account("TagResource", ResourceArn=detector, Tags={"d": "4"})
    assert account("GetDetector")["Tags"] == {"d": "4"}
    for wrong in (f"{detector}/filter/abd", arn.replace(ACCOUNT, MEMBER), arn.replace(REGION, "us-east-1")):
        assert account.refusal("ListTagsForResource", ResourceArn=wrong).endswith("no such resource found.")
