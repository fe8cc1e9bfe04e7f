"""The back-test: what a rule would have hidden, held against what the simulated GuardDuty then hides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdkit.errors import FindingError, UsageError
from gdkit.findings.api import api_json
from gdkit.findings.filter_language import read_rule
from gdkit.response.trusted.backtest import backtest, backtest_checks
from gdkit.simulator.guardduty.service import GuardDuty
from tests.findings import samples as s
from tests.findings.test_filter_language import CRITERIA
from tests.response.trusted.office import document
from tests.simulator.guardduty.client import START, account_with_detector, standing_clock

ROLE = "resource.accessKeyDetails.userName"
FOUND = st.fixed_dictionaries({
    "address": st.sampled_from([s.ADDRESS, "203.0.113.1", "2001:db8::7"]),
    "role": st.sampled_from(["app", "App", "batch"]),
    "type": st.sampled_from([s.OUTSIDE, s.INSIDE]),
    "severity": st.sampled_from([5, 8.0]),
})  # fmt: skip


def rule(**criterion: Any) -> dict[str, Any]:
    """Write criteria; ``role`` stands for the role's path."""
    return {"Criterion": {ROLE if name == "role" else name: asked for name, asked in criterion.items()}}


@settings(max_examples=60, deadline=None)
@given(CRITERIA, st.lists(FOUND, min_size=1, max_size=5), st.booleans())
def test_agrees_with_what_is_archived(criterion: dict[str, Any], found: list[dict[str, Any]], by_network: bool) -> None:
    """What the back-test calls hidden is archived by the rule, and what it calls seen is not; unknowns may differ."""
    clock = standing_clock()
    guardduty = GuardDuty(clock, cidr_in_equals=by_network)
    account = account_with_detector(guardduty, clock)
    account("CreateFilter", Name="rule", Action="ARCHIVE", FindingCriteria={"Criterion": criterion})
    documents = [document(START, **changes) for changes in found]
    test = backtest({"Criterion": criterion}, documents)
    for one in documents:
        guardduty.add_finding(one)
    for tried in test.tried:
        if tried.hidden is not None and (by_network or not tried.network):
            assert tried.hidden is account.archived(tried.id)


def test_counts_and_words() -> None:
    """It counts by type, address and instance, and says all of it in a sentence."""
    made = [document(START), document(START), document(START, address="203.0.113.1"), document(START, role="batch")]
    test = backtest(rule(role={"Equals": ["app"]}), made, judged={made[2]["id"]})
    assert test.counts() == {
        "type": {s.OUTSIDE: 3}, "address": {"203.0.113.40": 2, "203.0.113.1": 1}, "instance": {s.INSTANCE: 3},
    }  # fmt: skip
    assert test.words() == (
        "would have hidden 3 of 4 findings of 90 days "
        f"(by type: {s.OUTSIDE} 3; by address: 203.0.113.40 2, 203.0.113.1 1; by instance: {s.INSTANCE} 3), "
        "1 of them judged malicious"
    )
    assert [one.hidden for one in test.tried] == [True, True, True, False]
    assert [(row["id"], row["address"], row["malicious"]) for row in test.rows()] == [
        (one["id"], address, one is made[2])
        for one, address in zip(made, ["203.0.113.40"] * 2 + ["203.0.113.1"], strict=False)
    ]


def test_archived_findings_count_too() -> None:
    """A finding that is archived already is tried like any other, and says so."""
    test = backtest(rule(type={"Equals": [s.OUTSIDE]}), [s.finding(service__archived=True), s.finding()])
    assert [one.archived for one in test.hidden] == [True, False]


def test_nothing_to_try() -> None:
    """Without findings it says that there were none, and holds that none was hidden."""
    test = backtest(rule(type={"Equals": [s.OUTSIDE]}), [])
    assert test.words() == "would have hidden 0 of 0 findings of 90 days"
    (check,) = backtest_checks(test, "x")
    assert check.holds is True


def test_unknown_is_told() -> None:
    """A finding without the attribute is neither hidden nor seen; a malicious one makes the check undecided."""
    gone = document(START, address="2001:db8::7")
    criteria = rule(**{"service.action.awsApiCallAction.remoteIpDetails.ipAddressV4": {"Equals": ["203.0.113.1"]}})
    test = backtest(criteria, [gone], judged=[gone["id"]])
    assert (test.hidden, len(test.unknown)) == ((), 1)
    assert "of 1 it cannot be known: the finding has no service.action" in test.words()
    judged, own = backtest_checks(test, gone["id"])
    assert (judged.holds, own.holds) == (None, None)
    assert backtest_checks(backtest(criteria, [gone]), None)[0].holds is True


def test_malicious_that_is_hidden_is_named() -> None:
    """A finding judged malicious that the rule would hide fails the check by name; another does not."""
    bad, good = document(START), document(START, role="batch")
    failed = backtest_checks(backtest(rule(role={"Equals": ["app"]}), [bad, good], judged=[bad["id"]]), good["id"])
    assert [check.holds for check in failed] == [False, False]
    assert bad["id"] in failed[0].found
    passed = backtest_checks(backtest(rule(role={"Equals": ["app"]}), [bad, good], judged=[good["id"]]), bad["id"])
    assert [check.holds for check in passed] == [True, True]


def test_many_addresses_are_cut() -> None:
    """The sentence names five addresses and the number of the others."""
    made = [document(START, address=f"203.0.113.{last}") for last in range(8)]
    assert "and 3 more" in backtest(rule(type={"Equals": [s.OUTSIDE]}), made).words()


def test_every_shape() -> None:
    """Findings in the API's casing, as boto3 gives them, and in events are tried alike."""
    clock = standing_clock()
    account = account_with_detector(GuardDuty(clock), clock)
    given = account("GetFindings", FindingIds=[account.add()])["Findings"][0]
    event = {"detail-type": "GuardDuty Finding", "source": "aws.guardduty", "detail": s.finding()}
    shapes = [json.loads(api_json(given))["Findings"][0], event, s.finding()]
    assert len(backtest(rule(role={"Equals": ["app"]}), shapes).hidden) == 3
    with pytest.raises(FindingError):
        backtest(rule(role={"Equals": ["app"]}), [{"no": "finding"}])


def test_criteria_in_every_form() -> None:
    """Criteria that AWS would refuse are refused; those read from AWS are tried as far as they are known."""
    with pytest.raises(UsageError):
        backtest(rule(role={"Resembles": ["app"]}), [])
    read = read_rule(rule(role={"Equals": ["app"], "Resembles": ["app"]}))
    test = backtest(read, [document(START), document(START, role="batch")])
    assert [one.hidden for one in test.tried] == [None, False]
