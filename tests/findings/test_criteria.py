"""GuardDuty's finding criteria: what is refused, and what matches."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import UsageError
from gdkit.findings.criteria import Criteria, comparable, known_fields, matches, parse_criteria, values_at
from tests.findings import samples as s

ADDRESS_FIELD = "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4"
ROLE_FIELD = "resource.accessKeyDetails.userName"
CREATED_MS = int(datetime(2026, 11, 1, 3, 10, 51, 123000, tzinfo=UTC).timestamp() * 1000)


def criteria(**fields: Any) -> Criteria:
    """Parse criteria in boto3's form; ``__`` in a name stands for a dot."""
    return parse_criteria({"Criterion": {name.replace("__", "."): asked for name, asked in fields.items()}})


def met(finding: dict[str, Any] | None = None, *, cidr: bool = False, **fields: Any) -> bool:
    """Tell whether a finding, the sample unless told, meets criteria."""
    return matches(criteria(**fields), finding or s.finding(), cidr=cidr)


def test_equals_takes_any_of_its_values() -> None:
    """Values of one attribute are joined by OR, and compared letter by letter."""
    assert met(type={"Equals": ["Recon:EC2/Portscan", s.OUTSIDE]})
    assert not met(type={"Equals": ["Recon:EC2/Portscan"]})
    assert not met(type={"Equals": [s.OUTSIDE.lower()]})
    assert not met(type={"Equals": [s.OUTSIDE + " "]})


def test_attributes_are_joined_by_and() -> None:
    """One attribute that does not hold is enough to fail."""
    assert met(type={"Equals": [s.OUTSIDE]}, accountId={"Equals": [s.ACCOUNT]})
    assert not met(type={"Equals": [s.OUTSIDE]}, accountId={"Equals": [s.OTHER_ACCOUNT]})


def test_not_equals() -> None:
    """The opposite fails when any of its values is there, and holds where the attribute is missing."""
    assert met(type={"NotEquals": [s.INSIDE]})
    assert not met(type={"NotEquals": [s.INSIDE, s.OUTSIDE]})
    without = s.inside()
    assert met(without, **{ADDRESS_FIELD.replace(".", "__"): {"NotEquals": [s.ADDRESS]}})
    assert not met(without, **{ADDRESS_FIELD.replace(".", "__"): {"Equals": [s.ADDRESS]}})


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("Equals", "Eq"),
        ("NotEquals", "Neq"),
        ("GreaterThan", "Gt"),
        ("GreaterThanOrEqual", "Gte"),
        ("LessThan", "Lt"),
        ("LessThanOrEqual", "Lte"),
    ],
)
def test_spellings(new: str, old: str) -> None:
    """New and old names, and both casings, mean the same."""
    operand: Any = ["8"] if new.endswith("quals") else 8
    spelled = [
        parse_criteria({outer: {"severity": {name: operand}}})
        for outer, names in (
            ("Criterion", (new, old)),
            ("criterion", (new[0].lower() + new[1:], old.lower())),
        )
        for name in names
    ]
    assert len(set(spelled)) == 1


@pytest.mark.parametrize(
    ("operator", "bounds"),
    [
        ("GreaterThan", {7: True, 8: False, 9: False}),
        ("GreaterThanOrEqual", {7: True, 8: True, 9: False}),
        ("LessThan", {7: False, 8: False, 9: True}),
        ("LessThanOrEqual", {7: False, 8: True, 9: True}),
    ],
)
def test_comparisons(operator: str, bounds: dict[int, bool]) -> None:
    """A severity of 8 is compared as a number."""
    assert {bound: met(severity={operator: bound}) for bound in bounds} == bounds


def test_times_are_milliseconds() -> None:
    """A time is compared in milliseconds since 1970, to the millisecond."""
    assert met(createdAt={"Gte": CREATED_MS}) and not met(createdAt={"Gt": CREATED_MS})
    assert met(createdAt={"Equals": [str(CREATED_MS)]}) and not met(createdAt={"Equals": [str(CREATED_MS + 1)]})
    assert met(createdAt={"Gt": CREATED_MS - 1, "Lt": CREATED_MS + 1})
    assert not met(createdAt={"Gt": CREATED_MS // 1000, "Lt": CREATED_MS // 1000 + 9})


def test_missing_attribute_meets_no_comparison() -> None:
    """Where there is no value, neither more nor less holds."""
    found = s.finding(createdAt=...)
    assert not met(found, createdAt={"Gt": 0}) and not met(found, createdAt={"Lt": CREATED_MS * 2})
    assert not met(s.finding(createdAt="soon"), createdAt={"Gt": 0})


def test_numbers_by_text() -> None:
    """A number equals its text however it is written, and booleans are true and false."""
    assert met(severity={"Equals": ["8"]}) and met(severity={"Equals": ["8.0"]})
    assert not met(severity={"Equals": ["80"]}) and not met(severity={"Equals": ["high"]})
    assert met(service__archived={"Equals": ["false"]}) and not met(service__archived={"Equals": ["true", "False"]})
    assert not met(s.finding(service__archived=True), service__archived={"LessThan": 5})


def test_through_lists() -> None:
    """Every member of every list on the way counts; one named member fails the opposite."""
    tags = [{"key": "Name", "value": "App"}, {"key": "Team", "value": "Red"}]
    found = s.finding(resource__instanceDetails__tags=tags)
    assert met(found, resource__instanceDetails__tags__value={"Equals": ["Red"]})
    assert not met(found, resource__instanceDetails__tags__value={"NotEquals": ["Red"]})
    assert met(resource__instanceDetails__networkInterfaces__privateIpAddresses__privateIpAddress={"Eq": ["10.0.1.5"]})
    assert values_at(found, "resource.instanceDetails.tags.key") == ("Name", "Team")
    assert values_at(found, "resource.nothing.key") == ()


@pytest.mark.parametrize(
    ("pattern", "holds"),
    [
        ("app", True),
        ("a*", True),
        ("*p", True),
        ("a?p", True),
        ("*", True),
        ("???", True),
        ("??", False),
        ("a", False),
        ("APP", False),
        ("[a]pp", False),
        ("a.p", False),
        ("app?", False),
        ("app*", True),
    ],
)
def test_wildcards(pattern: str, *, holds: bool) -> None:
    """A pattern covers the whole value; only star and question mark are special."""
    assert met(**{ROLE_FIELD.replace(".", "__"): {"Matches": [pattern]}}) is holds
    assert met(**{ROLE_FIELD.replace(".", "__"): {"NotMatches": [pattern]}}) is not holds


def test_brackets_are_plain_text_in_patterns() -> None:
    """A bracket in a pattern stands for itself."""
    assert met(s.finding(title="a[b]c\nd"), type={"Matches": ["*Out?ideAWS"]})
    found = s.finding(resource__accessKeyDetails__userName="a[b]!c")
    assert met(found, resource__accessKeyDetails__userName={"Matches": ["a[b]!?"]})


def test_hostile_pattern_takes_no_time() -> None:
    """Many stars against a long value do not stall."""
    found = s.finding(resource__accessKeyDetails__userName="a" * 20_000)
    began = time.perf_counter()
    assert not met(found, resource__accessKeyDetails__userName={"Matches": ["*a" * 255 + "b"]})
    assert time.perf_counter() - began < 2


def test_networks_only_when_asked_for() -> None:
    """A network stands for its addresses only with ``cidr``, and only in attributes that hold addresses."""
    name = ADDRESS_FIELD.replace(".", "__")
    assert not met(**{name: {"Equals": ["198.51.100.0/24"]}})
    assert met(cidr=True, **{name: {"Equals": ["198.51.100.0/24"]}})
    assert met(cidr=True, **{name: {"Equals": ["198.51.100.7/24"]}})
    assert not met(cidr=True, **{name: {"NotEquals": ["198.51.100.0/24"]}})
    assert not met(cidr=True, **{name: {"Equals": ["198.51.101.0/24", "2001:db8::/32", "198.51.100.0/99", "x/y"]}})
    assert not met(s.finding(title=s.ADDRESS), cidr=True, accountId={"Equals": ["0.0.0.0/0"]})


def test_networks_of_ipv6() -> None:
    """IPv6 addresses are found in their network, however they are written."""
    call = "service__action__awsApiCallAction__remoteIpDetails__ipAddressV6"
    found = s.finding(**{call: "2001:0DB8:0:0:0:0:0:7"})
    assert met(found, cidr=True, **{call: {"Equals": ["2001:db8::/48"]}})
    assert not met(found, cidr=True, **{call: {"Equals": ["2001:db9::/48"]}})


def test_no_criteria_match_everything() -> None:
    """A question without attributes is met by every finding."""
    for document in ({}, {"Criterion": {}}, {"criterion": {}}):
        assert matches(parse_criteria(document, use="list"), s.finding())


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (None, "are written"),
        ([], "are written"),
        ({"type": {"Equals": ["x"]}}, "are written"),
        ({"Criterion": {}, "criterion": {}}, "are written"),
        ({"Criterion": []}, "no attributes"),
        ({}, "1 to 50 attributes, not 0"),
        ({"Criterion": {}}, "1 to 50 attributes, not 0"),
        ({"Criterion": {"type": {}}}, "'type': it has no condition"),
        ({"Criterion": {"type": ["x"]}}, "'type': it has no condition"),
        ({"Criterion": {"type": {"Like": ["x"]}}}, "there is no operator 'Like'"),
        ({"Criterion": {"type": {"EQUALS": ["x"]}}}, "there is no operator 'EQUALS'"),
        ({"Criterion": {"type": {"": ["x"]}}}, "there is no operator ''"),
        ({"Criterion": {"type": {"Equals": "x"}}}, "a list of texts"),
        ({"Criterion": {"severity": {"Equals": [8]}}}, "a list of texts"),
        ({"Criterion": {"type": {"Equals": []}}}, "1 to 50 values, not 0"),
        ({"Criterion": {"type": {"Equals": ["x"] * 51}}}, "1 to 50 values, not 51"),
        ({"Criterion": {"type": {"Matches": ["x"] * 6}}}, "1 to 5 values, not 6"),
        ({"Criterion": {"type": {"Matches": [""]}}}, "1 to 512 characters"),
        ({"Criterion": {"type": {"NotMatches": ["x" * 513]}}}, "1 to 512 characters"),
        ({"Criterion": {"severity": {"GreaterThan": "7"}}}, "one whole number"),
        ({"Criterion": {"severity": {"GreaterThan": 7.5}}}, "one whole number"),
        ({"Criterion": {"severity": {"GreaterThan": True}}}, "one whole number"),
        ({"Criterion": {"": {"Equals": ["x"]}}}, "named by text"),
        ({"Criterion": {7: {"Equals": ["x"]}}}, "named by text"),
    ],
)
def test_refused(document: object, words: str) -> None:
    """What GuardDuty would not take is refused, and the message says where and why."""
    with pytest.raises(UsageError) as raised:
        parse_criteria(document)
    assert words in str(raised.value)


def test_limits_are_exact() -> None:
    """Fifty values, five patterns, 512 characters and fifty attributes are taken; a fifty-first is not."""
    assert criteria(type={"Equals": ["x"] * 50})
    assert criteria(type={"Matches": ["x" * 512] * 5})
    names = list(known_fields())
    assert len(parse_criteria({"Criterion": {name: {"Eq": ["x"]} for name in names[:50]}}).fields) == 50
    with pytest.raises(UsageError, match="not 51"):
        parse_criteria({"Criterion": {name: {"Eq": ["x"]} for name in names[:51]}})


def test_unknown_attribute() -> None:
    """An attribute that GuardDuty does not list is refused with the nearest one, unless the check is off."""
    document = {"Criterion": {"resource.accessKeyDetails.UserName": {"Equals": ["app"]}}}
    with pytest.raises(UsageError, match=r"use resource\.accessKeyDetails\.userName"):
        parse_criteria(document)
    assert not matches(parse_criteria(document, check_fields=False), s.finding())
    with pytest.raises(UsageError, match="does not list it"):
        criteria(service__counted={"Gt": 3})


def test_hostile_names_are_escaped() -> None:
    """Text of the document reaches the message cut and with control characters escaped."""
    with pytest.raises(UsageError) as raised:
        parse_criteria({"Criterion": {"\x1b[2J" + "x" * 9999: {"Equals": ["x"]}}})
    assert str(raised.value).isprintable() and len(str(raised.value)) < 600


def test_questions_have_no_wildcards() -> None:
    """Matches is for filters only, as on AWS."""
    document = {"Criterion": {"type": {"Matches": ["*"]}}}
    assert parse_criteria(document)
    with pytest.raises(UsageError, match="for filters only"):
        parse_criteria(document, use="list")


def test_attributes_are_those_of_the_service_model() -> None:
    """Every listed attribute stands in the API's own description of filters, times as times."""
    path = next((Path(botocore.__file__).parent / "data" / "guardduty").glob("*/service-2.json.gz"))
    shapes = json.loads(gzip.decompress(path.read_bytes()))["shapes"]
    described = shapes["CreateFilterRequest"]["members"]["FindingCriteria"]["documentation"]
    for name, is_time in known_fields().items():
        _, found, rest = described.partition(f"<p>{name}</p>")
        assert found, name
        assert rest.lstrip().startswith("<p>Type: Timestamp") is is_time, name
    assert len(known_fields()) > 600


def test_comparable() -> None:
    """Numbers, their text and times have an order; truth values and words have none."""
    assert (comparable(8), comparable("64500"), comparable(True), comparable("app"), comparable(None)) == (
        8.0,
        64500.0,
        None,
        None,
        None,
    )
    assert comparable("1970-01-01T00:00:01Z") == 1000


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "severity"]), inner),
    max_leaves=8,
)


@given(
    finding=st.dictionaries(st.sampled_from(["type", "severity", "createdAt"]), VALUES),
    values=st.lists(st.text(max_size=6), min_size=1, max_size=5),
    bound=st.integers(),
)
def test_opposites(finding: dict[str, Any], values: list[str], bound: int) -> None:
    """On any document, however odd, a condition and its opposite never agree."""
    for name in ("type", "severity", "createdAt"):
        assert met(finding or {"x": 1}, cidr=True, **{name: {"Equals": values}}) is not met(
            finding or {"x": 1}, cidr=True, **{name: {"NotEquals": values}}
        )
        both = met(finding or {"x": 1}, **{name: {"Gt": bound}}), met(finding or {"x": 1}, **{name: {"Lte": bound}})
        if sum(comparable(value) is not None for value in values_at(finding, name)) == 1:
            assert sum(both) == 1


@given(st.text(alphabet="ab*?[", min_size=1, max_size=8), st.text(alphabet="ab[", max_size=8))
def test_wildcards_against_a_plain_definition(pattern: str, text: str) -> None:
    """Patterns match what the definition of star and question mark says."""

    def covers(rest: str, left: str) -> bool:
        if not rest:
            return not left
        if rest[0] == "*":
            return any(covers(rest[1:], left[start:]) for start in range(len(left) + 1))
        return bool(left) and rest[0] in ("?", left[0]) and covers(rest[1:], left[1:])

    found = s.finding(resource__accessKeyDetails__userName=text)
    assert met(found, resource__accessKeyDetails__userName={"Matches": [pattern]}) is covers(pattern, text)
