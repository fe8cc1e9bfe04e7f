"""A filter's answer about a finding, with what cannot be known kept apart from yes and no."""

from __future__ import annotations

import fnmatch
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import FindingError
from gdkit.findings.criteria import matches, parse_criteria
from gdkit.findings.filter_language import Judgement, canonical, judge, read_rule
from tests.findings import samples as s

ADDRESS_FIELD = "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4"
ROLE_FIELD = "resource.accessKeyDetails.userName"
FIELDS = ("type", "severity", "accountId", ROLE_FIELD, ADDRESS_FIELD, "service.count", "createdAt", "region",
          "resource.instanceDetails.tags.value", "service.archived")  # fmt: skip
TEXTS = st.sampled_from([s.OUTSIDE, s.INSIDE, s.ACCOUNT, "app", "App", s.ADDRESS, "198.51.100.0/24", "4", "8", "false",
                         "", s.REGION])  # fmt: skip
PATTERNS = st.text("ap*?[]!p8.", min_size=1, max_size=6)
NUMBERS = st.sampled_from([0, 3, 4, 5, 8, 1_793_502_651_123, 2_000_000_000_000])
OPERATIONS = st.one_of(
    st.tuples(st.sampled_from(["Equals", "NotEquals", "Eq", "Neq"]), st.lists(TEXTS, min_size=1, max_size=3)),
    st.tuples(st.sampled_from(["Matches", "NotMatches"]), st.lists(PATTERNS, min_size=1, max_size=3)),
    st.tuples(st.sampled_from(["GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual", "Gt", "Gte", "Lt",
                               "Lte"]), NUMBERS),
)  # fmt: skip
CRITERIA = st.dictionaries(st.sampled_from(FIELDS), OPERATIONS.map(lambda one: dict([one])), min_size=1, max_size=4)
ABSENT = ("severity", "service__count", "resource__accessKeyDetails__userName", "createdAt",
          "service__action__awsApiCallAction__remoteIpDetails__ipAddressV4")  # fmt: skip
FINDINGS = st.sets(st.sampled_from(ABSENT)).map(lambda gone: s.finding(**dict.fromkeys(gone, ...)))


def judged(finding: dict[str, Any] | None = None, **criterion: Any) -> Judgement:
    """Judge a finding, the sample unless told, by criteria whose names have ``__`` for dots."""
    document = {"Criterion": {name.replace("__", "."): asked for name, asked in criterion.items()}}
    return judge(read_rule(document), finding or s.finding())


def test_sure_answers() -> None:
    """Where every attribute is there, the answer is yes or no, and nothing is unknown."""
    assert judged(type={"Equals": [s.OUTSIDE]}, severity={"Gte": 8}) == Judgement(answer=True)
    assert judged(type={"Equals": [s.OUTSIDE]}, severity={"Gt": 8}) == Judgement(answer=False)


def test_absent_attribute_is_unknown() -> None:
    """A finding without the attribute is neither matched nor passed over, for a negative condition either."""
    for operator in ("Equals", "NotEquals", "Matches", "NotMatches"):
        found = judged(s.finding(severity=...), severity={operator: ["8"]})
        assert found.answer is None
        assert found.why == ("the finding has no severity",)
    assert judged(s.finding(severity=...), severity={"Lt": 5}).answer is None


def test_one_sure_no_decides() -> None:
    """What cannot be known does not matter where another attribute surely fails, in whatever order."""
    without = s.finding(severity=...)
    assert judged(without, severity={"Gt": 1}, type={"Equals": [s.INSIDE]}).answer is False
    assert judged(without, type={"Equals": [s.INSIDE]}, severity={"Gt": 1}).answer is False
    assert judged(without, type={"Equals": [s.OUTSIDE]}, severity={"Gt": 1}).answer is None


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"Criterion": {"type": {"Resembles": ["x"]}}}, "no operator"),
        ({"Criterion": {"type": {}}}, "no operator"),
        ({"Criterion": {"type": {"Equals": "x"}}}, "list of texts"),
        ({"Criterion": {"type": {"Matches": list("abcdef")}}}, "1 to 5 values, not 6"),
        ({"Criterion": {"type": {"Equals": list(map(str, range(51)))}}}, "1 to 50 values, not 51"),
        ({"Criterion": {"severity": {"Gt": "5"}}}, "whole number"),
        ({"Criterion": {}}, "no criteria"),
        (None, "no criteria"),
    ],
)
def test_unreadable_is_unknown(document: Any, words: str) -> None:
    """What gdkit does not understand of a rule makes its answer unknown, and is named."""
    rule = read_rule(document)
    assert words in rule.unreadable[0]
    assert judge(rule, s.finding()).answer is None


def test_unreadable_beside_a_sure_no() -> None:
    """An operator from the future does not keep a rule from surely missing a finding."""
    assert judged(type={"Equals": [s.INSIDE], "Resembles": ["x"]}).answer is False
    assert judged(type={"Equals": [s.OUTSIDE], "Resembles": ["x"]}).answer is None


def test_values_that_cannot_be_compared() -> None:
    """Text where a number is asked for, and an object where a value is, are unknown."""
    assert judged(s.finding(severity="high"), severity={"Gt": 1}).answer is None
    assert judged(service={"Equals": ["x"]}).answer is None


def test_network_decides_and_is_named() -> None:
    """A network stands for its addresses, and the judgement names it as what decided."""
    asked = ADDRESS_FIELD.replace(".", "__")
    inside = judged(**{asked: {"Equals": ["198.51.100.0/24"]}})
    assert (inside.answer, inside.networks) == (True, ("198.51.100.0/24",))
    assert judged(**{asked: {"Equals": ["192.0.2.0/24"]}}) == Judgement(answer=False)
    assert judged(**{asked: {"NotEquals": ["198.51.100.0/24"]}}).networks == ("198.51.100.0/24",)
    assert judged(**{asked: {"Equals": [s.ADDRESS, "198.51.100.0/24"]}}).networks == ()


@given(st.ip_addresses(v=4).map(str), st.integers(8, 32), st.ip_addresses(v=4).map(str))
def test_network_is_containment(address: str, prefix: int, other: str) -> None:
    """A network meets an address exactly where it holds it."""
    network = ip_network(f"{other}/{prefix}", strict=False)
    finding = s.finding(service__action__awsApiCallAction__remoteIpDetails__ipAddressV4=address)
    found = judged(finding, **{ADDRESS_FIELD.replace(".", "__"): {"Equals": [str(network)]}})
    assert found.answer is (ip_address(address) in network)


@given(CRITERIA, FINDINGS)
def test_sure_answers_agree_with_the_simulated_guardduty(criterion: dict[str, Any], finding: dict[str, Any]) -> None:
    """Where the answer is sure, it is the one by which the simulator's GuardDuty archives."""
    document = {"Criterion": criterion}
    found = judge(read_rule(document), finding)
    if found.answer is not None:
        assert found.answer is matches(parse_criteria(document), finding, cidr=True)
        assert found.networks or found.answer is matches(parse_criteria(document), finding)
    else:
        assert found.why


@given(CRITERIA, FINDINGS)
def test_more_attributes_match_no_more(criterion: dict[str, Any], finding: dict[str, Any]) -> None:
    """Attributes are joined by AND: without one of them, a match stays a match."""
    if judge(read_rule({"Criterion": criterion}), finding).answer is True:
        for name in criterion:
            fewer = {path: asked for path, asked in criterion.items() if path != name}
            assert not fewer or judge(read_rule({"Criterion": fewer}), finding).answer is True


@given(st.lists(TEXTS, min_size=1, max_size=4), st.lists(TEXTS, min_size=1, max_size=4), FINDINGS)
def test_values_are_joined_by_or(one: list[str], other: list[str], finding: dict[str, Any]) -> None:
    """The values of one attribute together match what either part of them matches."""
    answers = [judged(finding, **{ROLE_FIELD.replace(".", "__"): {"Equals": values}}).answer
               for values in (one, other, one + other)]  # fmt: skip
    assert answers[2] is (None if None in answers[:2] else any(answers[:2]))


@given(st.text("ap*?", min_size=1, max_size=8), st.text("ap", min_size=1, max_size=6))
def test_patterns(pattern: str, name: str) -> None:
    """A star stands for any text and a question mark for one character."""
    finding = s.finding(resource__accessKeyDetails__userName=name)
    asked = ROLE_FIELD.replace(".", "__")
    wanted = fnmatch.fnmatchcase(name, pattern)
    assert judged(finding, **{asked: {"Matches": [pattern]}}).answer is wanted
    assert judged(finding, **{asked: {"NotMatches": [pattern]}}).answer is not wanted


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
                    max_leaves=12))  # fmt: skip
def test_any_document_is_read(document: Any) -> None:
    """Whatever a rule's document holds, reading and judging it raises nothing."""
    judge(read_rule(document), s.finding())
    judge(read_rule({"Criterion": document}), s.finding())


def test_canonical_takes_every_shape() -> None:
    """A finding in the API's casing, in an event and plain is the same to a rule; what is none is refused."""
    event = {"detail-type": "GuardDuty Finding", "source": "aws.guardduty", "detail": s.finding()}
    pascal = {"Type": s.OUTSIDE, "Id": "a", "Resource": {"AccessKeyDetails": {"UserName": "app"}}, "Service": {}}
    rule = read_rule({"Criterion": {ROLE_FIELD: {"Equals": ["app"]}}})
    assert [judge(rule, canonical(one)).answer for one in (event, pascal, s.finding())] == [True] * 3
    for wrong in ({}, {"findings": [s.finding(), s.finding()]}, {"detail": {}}):
        with pytest.raises(FindingError):
            canonical(wrong)
