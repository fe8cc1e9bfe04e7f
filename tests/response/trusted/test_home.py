"""Where rules are kept, in shapes of AWS that the simulated account does not have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import AwsError, ResponseError
from gdkit.response.step import Target
from gdkit.response.trusted.backtest import backtest
from gdkit.response.trusted.count import matches_counted
from gdkit.response.trusted.home import Home, find_home
from gdkit.response.trusted.rules import plain_criteria, raw_rule, rule_state
from gdkit.response.trusted.tried_first import tried_first
from tests.aws.fakes import ACCOUNT, MEMBER, Called, reader
from tests.findings import samples as s

if TYPE_CHECKING:
    from tests.aws.fakes import Answer

DETECTOR, REGION, AT = "d" * 32, "eu-west-1", datetime(2026, 11, 9, tzinfo=UTC)
HOME = Home(ACCOUNT, REGION, DETECTOR)
EMPTY: dict[str, Any] = {}
CRITERIA = {"Criterion": {"type": {"Equals": [s.OUTSIDE]}}}


def target(account_id: str = MEMBER) -> Target:
    """Give a target in an account."""
    return Target("case-1", "aws", account_id, "us-east-1", AT, finding_region=REGION)


def answers(members: list[dict[str, Any]], administrator: Answer = EMPTY) -> dict[tuple[str, str], Answer]:
    """Make up detectors everywhere, members of the reader's account, and who administers."""
    return {
        ("guardduty", "ListDetectors"): lambda call: {"DetectorIds": [call.account_id[-1] * 32]},
        ("guardduty", "ListMembers"): {"Members": members},
        ("guardduty", "GetAdministratorAccount"): administrator,
    }


def member(status: str = "Enabled") -> dict[str, Any]:
    """Give a member as ListMembers does."""
    return {"AccountId": MEMBER, "MasterId": ACCOUNT, "Email": "a@example.org", "RelationshipStatus": status,
            "UpdatedAt": "2026-01-01T00:00:00Z"}  # fmt: skip


def test_administrators_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of the administrator's account works on its detector, in the finding's region, and asks no member."""
    fake, aws = reader(monkeypatch, answers([member()]))
    assert find_home(aws, target()) == Home(ACCOUNT, REGION, "3" * 32)
    assert fake.made("GetAdministratorAccount") == []
    assert {call.region for call in fake.made("ListDetectors")} == {REGION}


@pytest.mark.parametrize("members", [[], [member("Removed")]])
def test_account_of_its_own(monkeypatch: pytest.MonkeyPatch, members: list[dict[str, Any]]) -> None:
    """An account that the reader's does not administer is reached by its role, and worked on by itself."""
    _, aws = reader(monkeypatch, answers(members), member_role="analyst")
    assert find_home(aws, target()) == Home(MEMBER, REGION, "6" * 32)


def test_member_of_a_third_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member whose administrator is neither reader nor target is refused with the administrator's name."""
    third = {"Administrator": {"AccountId": "777788889999", "RelationshipStatus": "Enabled"}}
    _, aws = reader(monkeypatch, answers([], third), member_role="analyst")
    with pytest.raises(ResponseError, match="account 777788889999"):
        find_home(aws, target())
    assert find_home(aws, target(), managing=False).account_id == MEMBER


def test_account_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another account that nothing leads to is an error that says what to name."""
    _, aws = reader(monkeypatch, answers([]))
    with pytest.raises(AwsError, match="no role to assume") as refused:
        find_home(aws, target())
    assert "--member-role" in refused.value.action


def test_no_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a detector there is no home, and the region is named."""
    _, aws = reader(monkeypatch, {("guardduty", "ListDetectors"): {"DetectorIds": []}})
    with pytest.raises(ResponseError, match=f"no detector in {REGION} of account {ACCOUNT}"):
        find_home(aws, target(ACCOUNT))


def test_old_spellings_beside_new_ones() -> None:
    """AWS may show a condition in both spellings: one stays; a lone old one, or one that differs, stays as it is."""
    both = {"Criterion": {"type": {"Eq": ["a"], "Equals": ["a"], "Neq": []}, "id": {"Eq": ["b"]},
                          "severity": {"Gt": 3, "GreaterThan": 4, "Lt": 9, "LessThan": 9}}}  # fmt: skip
    assert plain_criteria(both) == {"Criterion": {"type": {"Equals": ["a"]}, "id": {"Eq": ["b"]},
                                                  "severity": {"Gt": 3, "GreaterThan": 4, "LessThan": 9}}}  # fmt: skip
    state = rule_state({"Name": "a", "Action": "NOOP", "FindingCriteria": both})
    assert (state["description"], state["tags"]) == ("", {})


def test_cut_off_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter whose criteria are missing in the answer is an error, never a rule without criteria."""
    _, aws = reader(monkeypatch, {("guardduty", "GetFilter"): {"Name": "a", "Action": "NOOP"}})
    with pytest.raises(AwsError, match="FindingCriteria"):
        raw_rule(aws, HOME, "a")


def test_count_asks_for_one_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count is the sum over all points of the one filter, in periods that CloudWatch keeps; a cut answer fails."""
    points = {"Label": "x", "Datapoints": [{"Sum": 2.0}, {"Sum": 3.0}]}
    fake, aws = reader(monkeypatch, {("cloudwatch", "GetMetricStatistics"): points})
    since = datetime(2026, 11, 1, tzinfo=UTC)
    assert matches_counted(aws, HOME, "office", since, AT) == 5
    (asked,) = [call.parameters for call in fake.made("GetMetricStatistics")]
    assert asked["Dimensions"] == [{"Name": "FilterName", "Value": "office"}]
    assert (asked["Namespace"], asked["Period"] % 3600) == ("AWS/GuardDuty", 0)
    assert matches_counted(aws, HOME, "office", AT, AT) == 0
    fake.answers["cloudwatch", "GetMetricStatistics"] = {"Label": "x"}
    with pytest.raises(AwsError, match="Datapoints"):
        matches_counted(aws, HOME, "office", since, AT)


@pytest.mark.parametrize(
    ("counted", "findings", "holds", "words"),
    [
        (2, 2, True, "counted 2, and 2"),
        (3, 2, None, "see which others it matched"),
        (1, 2, None, "not all were counted"),
        (0, 2, False, "does not match as it should"),
        (0, 0, None, "nothing is proven"),
    ],
)
def test_count_beside_the_back_test(
    monkeypatch: pytest.MonkeyPatch, counted: int, findings: int, holds: bool | None, words: str
) -> None:
    """What AWS counted is held against the findings made since the rule stands as it does."""

    def figures(call: Called) -> dict[str, Any]:
        assert call.parameters["StartTime"] == datetime(2026, 11, 3, tzinfo=UTC), "since the last update"
        return {"Label": "x", "Datapoints": [{"Sum": float(counted)}] if counted else []}

    times = {"CreatedAt": datetime(2026, 11, 1, tzinfo=UTC), "UpdatedAt": datetime(2026, 11, 3, tzinfo=UTC)}
    check = checked(monkeypatch, figures, times, findings)
    assert check.holds is holds and words in check.found


def test_rule_without_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter from before AWS kept times gives no count; the back-test stands in its place."""
    check = checked(monkeypatch, {"Label": "x", "Datapoints": []}, {}, 2)
    assert check.holds is None and "would have hidden 3 of 3" in check.found


def checked(monkeypatch: pytest.MonkeyPatch, figures: Answer, times: dict[str, Any], findings: int) -> Any:
    """Check a rule with some findings since its update and one before."""
    given = {"Name": "office", "Description": "", "Action": "NOOP", "Rank": 1, "FindingCriteria": CRITERIA, **times}
    table: dict[tuple[str, str], Answer] = {
        ("guardduty", "GetFilter"): given, ("cloudwatch", "GetMetricStatistics"): figures,
    }  # fmt: skip
    _, aws = reader(monkeypatch, table)
    made = [s.finding(createdAt="2026-11-02T00:00:00Z"), *[s.finding(createdAt="2026-11-04T00:00:00Z")] * findings]
    now = {"account": ACCOUNT, "region": REGION, "detector": DETECTOR, "name": "office",
           "rule": {"action": "NOOP", "criteria": CRITERIA}}  # fmt: skip
    wanted = {**now, "rule": {"action": "ARCHIVE", "criteria": CRITERIA}}
    return tried_first(aws, target(ACCOUNT), now, wanted, backtest(CRITERIA, made))
