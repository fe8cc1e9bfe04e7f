"""Regions: which to look in, and which are left out, by name."""

from __future__ import annotations

import pytest

from gdkit.aws import find_regions
from gdkit.errors import AwsError, ParameterError
from tests.aws.fakes import ACCOUNT, MEMBER, Refusal, reader

DENIED = {("ec2", "DescribeRegions"): Refusal("UnauthorizedOperation", "You are not authorized")}


def test_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """All regions are listed; those that are enabled are looked in, the others are named."""
    fake, aws = reader(monkeypatch, {})
    found = find_regions(aws)
    assert found.names == ("eu-west-1", "us-east-1")
    assert found.not_enabled == ("af-south-1",)
    assert (found.left_out, found.warnings) == ((), ())
    assert fake.made("DescribeRegions")[0].parameters == {"AllRegions": True}


def test_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A choice is kept in its order; a region that is not enabled is named, and so is what was left out."""
    _, aws = reader(monkeypatch, {})
    found = find_regions(aws, ("us-east-1", "af-south-1", "us-east-1"))
    assert (found.names, found.not_enabled, found.left_out) == (("us-east-1",), ("af-south-1",), ("eu-west-1",))


def test_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region that does not exist is refused with those that do."""
    _, aws = reader(monkeypatch, {})
    with pytest.raises(ParameterError, match=r"no region eu-west-9.*eu-west-1, us-east-1"):
        find_regions(aws, ("eu-west-9",))


def test_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the permission the library's list of the partition is used, and a warning names what that means."""
    _, aws = reader(monkeypatch, DENIED)
    found = find_regions(aws)
    assert {"eu-west-1", "us-east-1", "ap-east-1"} <= set(found.names)
    assert not any(name.startswith(("cn-", "us-gov-")) for name in found.names)
    assert "ec2:DescribeRegions is missing" in found.warnings[0]
    assert f"the {len(found.names)} that" in found.warnings[0]


def test_denied_with_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the permission a region that the library does not know yet can still be named."""
    _, aws = reader(monkeypatch, DENIED)
    found = find_regions(aws, ("eu-west-1", "eu-future-1"))
    assert found.names == ("eu-west-1", "eu-future-1")
    assert found.warnings


def test_other_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    """An expired login is no reason to guess the regions."""
    _, aws = reader(monkeypatch, {("ec2", "DescribeRegions"): Refusal("ExpiredToken")})
    with pytest.raises(AwsError) as found:
        find_regions(aws)
    assert found.value.kind == "expired"


def test_other_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another account's regions are asked for in that account."""
    fake, aws = reader(monkeypatch, {}, member_role="reader")
    find_regions(aws, account_id=MEMBER)
    find_regions(aws)
    assert [call.account_id for call in fake.made("DescribeRegions")] == [MEMBER, ACCOUNT]
