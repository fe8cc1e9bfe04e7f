"""Identifiers that are known by their shape."""

from __future__ import annotations

import pytest

from gdkit.report.redaction.shapes import account_in, shaped

EVERY = frozenset({"accounts", "keys", "names"})
NEW_KEY, OLD_KEY = "ASIAQNZGKIQY56JQ7WML", "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arn:aws:iam::111122223333:role/x", [("ACCOUNT", "111122223333")]),
        ("bucket-111122223333-logs 111122223333.dkr.ecr", [("ACCOUNT", "111122223333")] * 2),
        ("1111222233334 and 11112222333", []),
        ("8e2f932a-24f5-4a94-9568-111122223333", []),
        ("a" * 52 + "111122223333", []),
        (f"by {OLD_KEY}.", [("KEY", OLD_KEY)]),
        ("AccessKeyId-ASIASAMPLESTOLENKEY1/run", [("KEY", "ASIASAMPLESTOLENKEY1")]),
        ("ASIAN food, AKIA", []),
        ("AROASAMPLESHOPWEB0001:i-0a1b2c3d", [("ID", "AROASAMPLESHOPWEB0001"), ("THING", "i-0a1b2c3d")]),
        ("i-0a1b2c3d sg-36ab2d319cef8a906, vpce-svc-0123456789abcdef0", [
            ("THING", "i-0a1b2c3d"), ("THING", "sg-36ab2d319cef8a906"), ("THING", "vpce-svc-0123456789abcdef0")]),
        ("i-786a3A8B5C0d92eF4", [("THING", "i-786a3A8B5C0d92eF4")]),
        ("o-abcdefghij ou-ab12-34cdefgh", [("THING", "o-abcdefghij"), ("THING", "ou-ab12-34cdefgh")]),
        ("hi-0a1b2c3d i-1 i-0a1b2c3d4", []),
        ("", []),
    ],
)  # fmt: skip
def test_found(text: str, found: list[tuple[str, str]]) -> None:
    """Accounts, keys, ids and things are found as words of their own; ids of events are not."""
    assert list(shaped(text, EVERY)) == found


def test_account_in_a_key() -> None:
    """A key of today holds its account, as do ids of roles; one of the old style holds none."""
    assert account_in(NEW_KEY) == account_in(f"AROA{NEW_KEY[4:]}X") == "029608264753"
    assert account_in(OLD_KEY) is None
    assert list(shaped(NEW_KEY, EVERY)) == [("KEY", NEW_KEY), ("ACCOUNT", "029608264753")]


@pytest.mark.parametrize(
    ("sorts", "kinds"),
    [
        ({"accounts"}, ["ACCOUNT", "KEY", "ACCOUNT", "ID", "ACCOUNT"]),
        ({"keys"}, ["KEY", "KEY"]),
        ({"names"}, ["ID", "THING"]),
        ({"addresses"}, []),
    ],
)
def test_by_sort(sorts: set[str], kinds: list[str]) -> None:
    """With accounts go the keys and ids that hold one, and no others; with names go the ids of things."""
    text = f"111122223333 {NEW_KEY} {OLD_KEY} AROA{NEW_KEY[4:]}X i-0a1b2c3d"
    assert [kind for kind, _ in shaped(text, frozenset(sorts))] == kinds
