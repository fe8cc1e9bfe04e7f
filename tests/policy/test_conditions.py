"""Every condition operator, for a key that is there, not there, or has several values."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.policy.operators import BASES, instant, network, number, parse_operator
from tests.policy.samples import met

KEY = "aws:PrincipalTag/key"
ARN = "arn:aws:sqs:us-east-1:111122223333:queue"

HOLDS: list[tuple[str, Any, str, bool]] = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", ["x", "a"], "a", True),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", "a*", "a*", True),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringEqualsIgnoreCase", "Ab", "aB", True),
    ("StringEqualsIgnoreCase", "Ab", "aBc", False),
    ("StringNotEqualsIgnoreCase", "Ab", "aB", False),
    ("StringNotEqualsIgnoreCase", "Ab", "aBc", True),
    ("StringLike", "a?c*", "abcdef", True),
    ("StringLike", "a?c", "ac", False),
    ("StringLike", "A*", "abc", False),
    ("StringLike", "*", "", True),
    ("StringLike", "line*", "line\nbreak", True),
    ("StringNotLike", "a*", "abc", False),
    ("StringNotLike", "a*", "bc", True),
    ("NumericEquals", "10", "10.0", True),
    ("NumericEquals", 10, "11", False),
    ("NumericNotEquals", "10", "10.0", False),
    ("NumericNotEquals", "10", "11", True),
    ("NumericLessThan", "10", "9.99", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericGreaterThan", "-1", "0", True),
    ("NumericGreaterThan", "10", "10", False),
    ("NumericGreaterThanEquals", ["100", "10"], "10", True),
    ("NumericGreaterThanEquals", "10", "9", False),
    ("NumericLessThanEquals", "10", "10.01", False),
    ("NumericLessThan", "10", "ten", False),
    ("NumericNotEquals", "10", "ten", True),
    ("DateEquals", "2026-11-23T10:00:00Z", "1795428000", True),
    ("DateEquals", "2026-11-23", "2026-11-23T00:00:00Z", True),
    ("DateNotEquals", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00+01:00", False),
    ("DateLessThan", "2026-11-23T10:00:00Z", "2026-11-23T09:59:59.999Z", True),
    ("DateLessThan", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z", False),
    ("DateLessThanEquals", "1795428000", "2026-11-23T10:00:00Z", True),
    ("DateEquals", "2026-11-23", "2026-11-23T00:00:01Z", False),
    ("DateNotEquals", "2026-11-23T10:00:00Z", "2026-11-23T10:00:01Z", True),
    ("DateLessThanEquals", "1795428000", "2026-11-23T10:00:01Z", False),
    ("DateGreaterThanEquals", "2026-11-23T10:00:00Z", "2026-11-23T09:59:59Z", False),
    ("DateGreaterThan", "2026", "2026-01-01T00:00:01Z", True),
    ("DateGreaterThan", "2026-02", "2026-01-31T23:59:59Z", False),
    ("DateGreaterThanEquals", "2026-11-23T10:00:00", "2026-11-23T10:00:00Z", True),
    ("DateLessThan", "2026-11-23", "yesterday", False),
    ("Bool", "true", "True", True),
    ("Bool", False, "false", True),
    ("Bool", "true", "false", False),
    ("Bool", "true", "yes", False),
    ("BinaryEquals", "QUJD", "QUJD", True),
    ("BinaryEquals", "QUJD", "REVG", False),
    ("BinaryEquals", "QUJD", "not base64", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.255", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.0", False),
    ("IpAddress", "203.0.113.7", "203.0.113.7", True),
    ("IpAddress", "0.0.0.0/0", "198.51.100.1", True),
    ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
    ("IpAddress", "2001:DB8::/32", "2001:db8:0:0::1", True),
    ("IpAddress", ["10.0.0.0/8", "2001:db8::1"], "2001:db8::1", True),
    ("IpAddress", "203.0.113.0/24", "ec2.amazonaws.com", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.7", False),
    ("NotIpAddress", "203.0.113.0/24", "2001:db8::1", True),
    ("NotIpAddress", ["203.0.113.0/24", "10.0.0.0/8"], "10.1.2.3", False),
    ("ArnLike", "arn:aws:sqs:*:*:que*", ARN, True),
    ("ArnLike", "arn:aws:sqs:*:queue", ARN, False),
    ("ArnLike", "arn:aws:sqs:us-*-1:11112222????:queue", ARN, True),
    ("ArnLike", "arn:aws:sqs:*:*:*", "arn:aws:sqs:a:b:c:d/e", True),
    ("ArnLike", "*", ARN, False),
    ("ArnEquals", "arn:aws:sqs:*:*:queue", ARN, True),
    ("ArnEquals", "arn:aws:sqs:*:*:queue", "queue", False),
    ("ArnNotEquals", "arn:aws:sqs:*:*:queue", ARN, False),
    ("ArnNotEquals", "arn:aws:sqs:*:*:queue", "queue", True),
    ("ArnNotLike", "arn:aws:sns:*:*:*", ARN, True),
    ("ArnNotLike", "arn:aws:s?s:*:*:*", ARN, False),
    ("stringlike", "a*", "abc", True),
]


@pytest.mark.parametrize(("operator", "wanted", "actual", "expected"), HOLDS)
def test_single_value(operator: str, wanted: Any, actual: str, expected: bool) -> None:
    """An operator compares the request's one value with the policy's as the IAM User Guide says."""
    assert met({operator: {KEY: wanted}}, {KEY: actual}) is expected
    assert met({f"{operator}IfExists": {KEY: wanted}}, {KEY: actual}) is expected
    assert met({f"ForAnyValue:{operator}": {KEY: wanted}}, {KEY: actual}) is expected


def test_every_operator_is_in_the_table() -> None:
    """No operator goes untested: each of IAM's stands in the table, holding once and failing once."""
    for name, base in BASES.items():
        if base.name != "Null":
            assert {row[3] for row in HOLDS if row[0].lower() == name} == {True, False}, base.name


@pytest.mark.parametrize("base", [base for base in BASES.values() if base.name != "Null"], ids=lambda base: base.name)
def test_absent_key(base: Any) -> None:
    """Without the key an operator fails, a negated one holds, IfExists and ForAllValues hold, ForAnyValue does not."""
    wanted = next(row[1] for row in HOLDS if row[0] == base.name)
    for context in ({}, {KEY: []}):
        assert met({base.name: {KEY: wanted}}, context) is base.negated
        assert met({f"{base.name}IfExists": {KEY: wanted}}, context)
        assert met({f"ForAllValues:{base.name}": {KEY: wanted}}, context)
        assert not met({f"ForAnyValue:{base.name}": {KEY: wanted}}, context)
        assert not met({f"ForAnyValue:{base.name}IfExists": {KEY: wanted}}, context)


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "x"], False),
        ("ForAllValues:StringNotEquals", ["x", "y"], True),
        ("ForAllValues:StringNotEquals", ["x", "a"], False),
        ("ForAllValues:StringEquals", [""], True),
        ("ForAllValues:StringEquals", ["", "x"], False),
        ("ForAnyValue:StringEquals", ["x", "a"], True),
        ("ForAnyValue:StringEquals", ["x", "y"], False),
        ("ForAnyValue:StringNotEquals", ["a", "x"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
        ("StringEquals", ["a"], False),
        ("StringNotEquals", ["x"], False),
        ("StringNotEqualsIfExists", ["x"], False),
    ],
)
def test_multivalued_key(operator: str, values: list[str], expected: bool) -> None:
    """A key with several values needs ForAllValues or ForAnyValue; without one no operator is met."""
    assert met({operator: {KEY: ["a", "b"]}}, {KEY: values}) is expected


@pytest.mark.parametrize(
    ("wanted", "context", "expected"),
    [
        ("true", {}, True),
        ("true", {KEY: "x"}, False),
        ("false", {KEY: "x"}, True),
        (False, {KEY: ["x", "y"]}, True),
        ("false", {}, False),
        ("True", {KEY: []}, True),
        (["true", "false"], {}, True),
    ],
)
def test_null(wanted: Any, context: dict[str, Any], expected: bool) -> None:
    """Null asks whether the key is there; an empty list is as if it were not."""
    assert met({"Null": {KEY: wanted}}, context) is expected


def test_all_conditions_must_hold() -> None:
    """Operators and keys of a statement are joined by and, the values of one key by or."""
    block = {"StringEquals": {"aws:a": ["1", "2"], "aws:b": "3"}, "Bool": {"aws:c": "true"}}
    assert met(block, {"aws:a": "2", "aws:b": "3", "aws:c": "true"})
    for missing in ("aws:a", "aws:b", "aws:c"):
        assert not met(block, {"aws:a": "2", "aws:b": "3", "aws:c": "true"} | {missing: "9"})


def test_no_values() -> None:
    """An empty list of values is equal to nothing."""
    assert not met({"StringEquals": {KEY: []}}, {KEY: "a"})
    assert met({"StringNotEquals": {KEY: []}}, {KEY: "a"})


VARIABLES: list[tuple[str, str, dict[str, Any], bool]] = [
    ("StringEquals", "${aws:b}", {"aws:b": "x"}, True),
    ("StringEquals", "${AWS:B}", {"aws:b": "x"}, True),
    ("StringEquals", "${aws:b}", {"aws:b": "y"}, False),
    ("StringEquals", "${aws:b}", {}, False),
    ("StringNotEquals", "${aws:b}", {}, True),
    ("StringNotLike", "${aws:b}*", {}, True),
    ("ArnNotLike", "arn:aws:s3:::${aws:b}", {}, True),
    ("StringEquals", "${aws:b, 'x'}", {}, True),
    ("StringEquals", "${aws:b, 'x'}", {"aws:b": "y"}, False),
    ("StringEquals", "${aws:b,'x'}", {}, True),
    ("StringEquals", "${aws:b, 'x'}", {"aws:b": ["y"]}, True),
    ("StringEquals", "${aws:b}", {"aws:b": ["x"]}, False),
    ("StringLike", "${aws:b}", {"aws:b": "*"}, False),
    ("StringLike", "${*}", {}, False),
    ("StringLike", "${aws:b", {"aws:b": "x"}, False),
    ("StringEqualsIgnoreCase", "${aws:b}", {"aws:b": "X"}, True),
    ("IpAddressIfExists", "10.0.0.0/8", {}, False),
]


@pytest.mark.parametrize(("operator", "wanted", "context", "expected"), VARIABLES)
def test_variables(operator: str, wanted: str, context: dict[str, Any], expected: bool) -> None:
    """A variable stands for the request's one value or its default; without either it equals nothing."""
    assert met({operator: {"aws:a": wanted}}, {"aws:a": "x"} | context) is expected


@pytest.mark.parametrize(("sign", "text"), [("${*}", "*"), ("${?}", "?"), ("${$}", "$")])
def test_escaped_signs(sign: str, text: str) -> None:
    """A sign in ``${}`` stands for itself and is no wildcard."""
    for operator in ("StringLike", "StringEquals"):
        assert met({operator: {"aws:a": f"1{sign}2"}}, {"aws:a": f"1{text}2"})
        assert not met({operator: {"aws:a": f"1{sign}2"}}, {"aws:a": "1x2"})


def test_old_version_has_no_variables() -> None:
    """In a document of 2008 a variable is plain text, and so is one in a newer document's numbers."""
    old = "2008-10-17"
    assert not met({"StringEquals": {"aws:a": "${aws:b}"}}, {"aws:a": "x", "aws:b": "x"}, version=old)
    assert met({"StringEquals": {"aws:a": "${aws:b}"}}, {"aws:a": "${aws:b}", "aws:b": "x"}, version=old)
    assert met({"StringLike": {"aws:a": "${*}"}}, {"aws:a": "${anything}"}, version=old)


def test_bool_takes_variables() -> None:
    """Bool compares with a variable's value; one that is neither true nor false equals nothing."""
    assert met({"Bool": {"aws:a": "${aws:b}"}}, {"aws:a": "true", "aws:b": "True"})
    assert not met({"Bool": {"aws:a": "${aws:b}"}}, {"aws:a": "true", "aws:b": "yes"})


@pytest.mark.parametrize(
    "text", ["", "Equals", "NullIfExists", "ForAllValues:Null", "ForSome:Bool", ":Bool", "Bool:", "If"]
)
def test_unknown_operator(text: str) -> None:
    """A name that IAM does not know is no operator."""
    assert parse_operator(text) is None


@pytest.mark.parametrize("text", ["", "1e5", "NaN", "0x10", "1_000", "\u0661", "1.2.3", "--1"])
def test_no_number(text: str) -> None:
    """What is no plain integer or decimal is no number, though Python would read some of it."""
    assert number(text) is None


@pytest.mark.parametrize("text", ["", "now", "2026-13-01", "2026-W01", "20261301T000000Z", "2026-11-23T25:00:00Z", "-"])
def test_no_date(text: str) -> None:
    """What is neither a W3C date nor seconds is no date."""
    assert instant(text) is None


@pytest.mark.parametrize(
    "text", ["", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "10.0.0.256", "localhost", "fe80::1%eth0", "1"]
)
def test_no_network(text: str) -> None:
    """What is no address or range in CIDR form is none."""
    assert network(text) is None
