"""Which policy documents are read, and what is said about the others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gdkit.errors import PolicyError
from gdkit.policy import decide, parse_policy, parse_policy_closed
from tests.policy.samples import ALLOW_ALL, asked, statement

VERSION = {"Version": "2012-10-17"}


def with_statement(**elements: Any) -> dict[str, Any]:
    """Give a document with one statement over everything, but for the elements given."""
    return VERSION | {"Statement": [statement("Allow", **elements)]}


BAD: list[tuple[str, Any, str]] = [
    ("text", "no json", "no JSON"),
    ("deep", "[" * 100_000, "no JSON"),
    ("list", "[]", "JSON object"),
    ("number", 7, "JSON object"),
    ("twice", '{"Statement": [], "Statement": []}', "stands twice"),
    ("no statement", VERSION, "no Statement"),
    ("version", {"Version": "2020-01-01", "Statement": []}, "no version"),
    ("version list", {"Version": ["2012-10-17"], "Statement": []}, "no version"),
    ("top element", VERSION | {"Statement": [], "Foo": 1}, "'Foo' is no element"),
    ("statement text", VERSION | {"Statement": ["x"]}, "JSON object"),
    ("statement null", VERSION | {"Statement": None}, "JSON object"),
    ("element", with_statement(Resources="*"), "'Resources' is no element"),
    ("effect", VERSION | {"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]}, "Allow or Deny"),
    ("no effect", VERSION | {"Statement": [{"Action": "*", "Resource": "*"}]}, "Allow or Deny"),
    ("effect list", VERSION | {"Statement": [{"Effect": ["Deny"], "Action": "*", "Resource": "*"}]}, "Allow or Deny"),
    ("no action", VERSION | {"Statement": [{"Effect": "Deny", "Resource": "*"}]}, "either Action or NotAction"),
    ("both actions", with_statement(Action="*", NotAction="*"), "either Action or NotAction"),
    ("no resource", VERSION | {"Statement": [{"Effect": "Deny", "Action": "*"}]}, "either Resource or NotResource"),
    ("both resources", with_statement(Resource="*", NotResource="*"), "either Resource or NotResource"),
    ("bare action", with_statement(Action="GetObject"), "'GetObject' cannot stand here"),
    ("empty action", with_statement(Action="s3:"), "cannot stand here"),
    ("action with space", with_statement(Action="s3:Get Object"), "cannot stand here"),
    ("action number", with_statement(Action={"a": 1}), "text or a list of text"),
    ("bare resource", with_statement(Resource="my-bucket"), "'my-bucket' cannot stand here"),
    ("resource null", with_statement(Resource=None), "text or a list of text"),
    ("principal", with_statement(Principal="*"), "only a policy of a resource"),
    ("sid", with_statement(Sid=3), "Sid is no text"),
    ("condition list", with_statement(Condition=[]), "JSON object"),
    ("operator", with_statement(Condition={"StringIs": {"aws:a": "b"}}), "'StringIs' is no condition operator"),
    ("null prefix", with_statement(Condition={"ForAnyValue:Null": {"aws:a": "true"}}), "no condition operator"),
    ("condition text", with_statement(Condition={"Bool": "true"}), "JSON object"),
    ("condition value", with_statement(Condition={"Bool": {"aws:a": {"b": 1}}}), "text or a list of text"),
    ("condition null", with_statement(Condition={"StringEquals": {"aws:a": [None]}}), "text or a list of text"),
    ("bool", with_statement(Condition={"Bool": {"aws:a": "yes"}}), "'yes' is no value for Bool"),
    ("null", with_statement(Condition={"Null": {"aws:a": "maybe"}}), "no value for Null"),
    ("number", with_statement(Condition={"NumericEquals": {"aws:a": "ten"}}), "no value for NumericEquals"),
    ("date", with_statement(Condition={"DateLessThan": {"aws:a": "now"}}), "no value for DateLessThan"),
    ("date variable", with_statement(Condition={"DateLessThan": {"aws:a": "${aws:b}"}}), "no value for DateLessThan"),
    ("address", with_statement(Condition={"IpAddress": {"aws:a": ["10.0.0.0/8", "10.*"]}}), "'10.*' is no value"),
    ("binary", with_statement(Condition={"BinaryEquals": {"aws:a": "?"}}), "no value for BinaryEquals"),
]


@pytest.mark.parametrize(("name", "document", "problem"), BAD, ids=[row[0] for row in BAD])
def test_bad_document(name: str, document: Any, problem: str) -> None:
    """A malformed document gives an error that says what is wrong and names the policy."""
    with pytest.raises(PolicyError, match="policy 'mine'") as caught:
        parse_policy(document, name="mine")
    assert problem in str(caught.value), name
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "document", "problem"), BAD, ids=[row[0] for row in BAD])
def test_fail_closed(name: str, document: Any, problem: str) -> None:
    """For a caller who must fail closed, a document that cannot be read denies everything and says so."""
    for kind in ("identity", "resource"):
        closed = parse_policy_closed(document if name != "principal" else "{", name="mine", kind=kind)
        layers: dict[str, Any] = {"identity": [closed]} if kind == "identity" else {"resource_policy": closed}
        if name == "no resource" and kind == "resource":
            continue  # in a policy of a resource that is well formed, but for the principal
        found = decide(asked(), **({"identity": [ALLOW_ALL]} | layers))
        assert (found.decision, found.policy) == ("ExplicitDeny", "mine"), problem
        assert found.statement is not None
        assert found.statement.sid == "GdkitUnreadable"


def test_fail_closed_reads_good_documents() -> None:
    """A well-formed document is the same by both ways of reading it."""
    document = with_statement(Sid="A")
    assert parse_policy_closed(document, name="mine") == parse_policy(document, name="mine")


def test_place_names_statement_and_field() -> None:
    """The error names statement and Sid, and the operator and key of a condition."""
    rows = [statement("Allow"), statement("Deny", Sid="Cut", Condition={"DateLessThan": {"aws:TokenIssueTime": "x"}})]
    with pytest.raises(PolicyError) as caught:
        parse_policy(VERSION | {"Statement": rows}, name="mine")
    assert caught.value.where == "policy 'mine', statement 1 ('Cut'), Condition.DateLessThan.'aws:TokenIssueTime'"


def test_long_and_odd_text_is_kept_short() -> None:
    """Text from a policy stands in an error quoted, on one line and cut."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(with_statement(Action="\n\x1b[31m" + "x" * 5000), name="mine")
    assert len(str(caught.value)) < 300
    assert "\x1b" not in str(caught.value)


BAD_PRINCIPALS: list[Any] = [
    "alice",
    {},
    [],
    7,
    {"User": "alice"},
    {"AWS": 111122223333},
    {"AWS": [None]},
    {"AWS": "arn:aws:iam::111122223333:role/*"},
    {"AWS": "arn:aws:iam::11112222333?:root"},
    {"Service": "*"},
]


@pytest.mark.parametrize("principal", BAD_PRINCIPALS, ids=str)
def test_bad_principals(principal: Any) -> None:
    """A principal that AWS would not take is refused, with Principal or NotPrincipal as its place."""
    for element in ("Principal", "NotPrincipal"):
        with pytest.raises(PolicyError) as caught:
            parse_policy(with_statement(**{element: principal}), name="mine", kind="resource")
        assert f"statement 0, {element}" in caught.value.where


def test_resource_policy_needs_principals() -> None:
    """A policy of a resource names principals in every statement, once; its statements may go without a resource."""
    with pytest.raises(PolicyError, match="either Principal or NotPrincipal"):
        parse_policy(with_statement(), name="mine", kind="resource")
    with pytest.raises(PolicyError, match="either Principal or NotPrincipal"):
        parse_policy(with_statement(Principal="*", NotPrincipal="*"), name="mine", kind="resource")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    assert parse_policy(VERSION | {"Statement": trust}, name="trust", kind="resource").statements[0].resources is None


def test_one_statement_needs_no_list() -> None:
    """A single statement and single values may stand without a list; JSON text reads like the object it holds."""
    document = VERSION | {"Id": "x", "Statement": statement("Deny", Action="s3:*", Sid="One")}
    listed = VERSION | {"Statement": [statement("Deny", Action=["s3:*"], Resource=["*"], Sid="One")]}
    assert parse_policy(document, name="p") == parse_policy(listed, name="p")
    assert parse_policy(json.dumps(document), name="p") == parse_policy(listed, name="p")


def test_numbers_and_booleans_become_text() -> None:
    """JSON's numbers and booleans in conditions are read as the text that they stand for."""
    block = {"NumericLessThan": {"aws:a": 300}, "Bool": {"aws:b": [True, "false"]}}
    for document in (with_statement(Condition=block), json.dumps(with_statement(Condition=block))):
        found = parse_policy(document, name="p").statements[0].conditions
        assert [condition.values for condition in found] == [("300",), ("true", "false")]


def test_version_decides_about_variables() -> None:
    """Without a version a document is of 2008, which knows no variables."""
    rows = {"Statement": [statement("Allow")]}
    assert parse_policy(rows, name="p").version == "2008-10-17"
    assert not parse_policy(rows, name="p").statements[0].variables
    assert parse_policy(VERSION | rows, name="p").statements[0].variables


def test_empty_lists_name_nothing() -> None:
    """A statement with an empty list of actions or resources does nothing; a document may hold no statement."""
    for elements in ({"Action": []}, {"Resource": []}):
        assert not decide(asked(), identity=[parse_policy(with_statement(**elements), name="p")]).allowed
    assert parse_policy(VERSION | {"Statement": []}, name="p").statements == ()
