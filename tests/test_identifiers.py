"""Identifiers are taken apart, never guessed, and no text makes a function fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit import identifiers as ids

ANYTHING = st.none() | st.text() | st.integers() | st.binary() | st.lists(st.text(), max_size=2)


@pytest.mark.parametrize(
    ("text", "unique_id", "session_name", "instance_id", "is_identity"),
    [
        ("AROAEXAMPLE0000000001:i-0123456789abcdef0", "AROAEXAMPLE0000000001", "i-0123456789abcdef0",
         "i-0123456789abcdef0", False),
        ("AROAEXAMPLE0000000001:kim:laptop", "AROAEXAMPLE0000000001", "kim:laptop", None, False),
        ("AIDAEXAMPLE0000000001", "AIDAEXAMPLE0000000001", None, None, False),
        ("111122223333:aws:ec2-instance:i-01234567", "aws:ec2-instance", "i-01234567", "i-01234567", True),
    ],
)  # fmt: skip
def test_principal_id(
    text: str, unique_id: str, session_name: str | None, instance_id: str | None, is_identity: bool
) -> None:
    """A principal id splits at its first colon; the three-part form is the instance identity role's."""
    found = ids.parse_principal_id(text)
    assert found is not None
    assert (found.unique_id, found.session_name, found.instance_id) == (unique_id, session_name, instance_id)
    assert found.is_instance_identity is is_identity


@pytest.mark.parametrize(
    ("text", "kind", "account_id"),
    [
        ("ASIAQNZGKIQY56JQ7WML", "temporary", "029608264753"),
        ("ASIAP5CT9NN8EYVU1FXV", "temporary", None),
        ("AKIAIOSFODNN7EXAMPLE", "long_term", None),
        ("AKIAJ2345672345672345", "long_term", None),
        ("AROAEXAMPLE0000000001", "other", None),
    ],
)
def test_access_key_id(text: str, kind: str, account_id: str | None) -> None:
    """A key of the new style holds its account with its zeros; of an old or altered one the account is unknown."""
    found = ids.parse_access_key_id(text)
    assert found is not None
    assert (found.kind, found.account_id) == (kind, account_id)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("198.51.100.7", "public"),
        ("2001:db8::1", "public"),
        ("100.64.3.3", "private"),
        ("172.31.255.1", "private"),
        ("172.61.0.1", "public"),
        ("fd00::1", "private"),
        ("::ffff:10.0.0.1", "private"),
        ("AWS Internal", "aws_internal"),
        ("ec2.amazonaws.com", "aws_service"),
        ("s3.cn-north-1.amazonaws.com.cn", "aws_service"),
        ("amazonaws.com.evil.example", "unparseable"),
        ("REDACTED_SOURCE_IP", "redacted"),
        ("HIDDEN_DUE_TO_SECURITY_REASONS", "redacted"),
        ("253.252.51.07", "unparseable"),
        ("", "none"),
        (None, "none"),
    ],
)
def test_address_kind(text: str | None, kind: str) -> None:
    """Every class of address is told apart; documentation ranges count as public, odd ones crash nothing."""
    assert ids.address_kind(text) == kind


def test_arns() -> None:
    """Roles are named without their path, and only assumed-role ARNs give a session."""
    assert ids.role_name_of("arn:aws:iam::111122223333:role/team/app") == "app"
    assert ids.role_name_of("arn:aws:iam::111122223333:user/app") is None
    session = ids.parse_assumed_role("arn:aws-cn:sts::111122223333:assumed-role/app/i-01234567")
    assert session == ids.AssumedRole("111122223333", "app", "i-01234567")
    assert ids.parse_assumed_role("arn:aws:sts::111122223333:federated-user/kim") is None


@given(value=ANYTHING)
def test_nothing_fails(value: object) -> None:
    """No value makes any of the parsers raise."""
    for parse in (ids.parse_principal_id, ids.parse_access_key_id, ids.parse_arn, ids.parse_assumed_role,
                  ids.role_name_of, ids.address_kind, ids.normal_address, ids.is_instance_id, ids.is_account_id,
                  ids.is_role_id):  # fmt: skip
        parse(value)
