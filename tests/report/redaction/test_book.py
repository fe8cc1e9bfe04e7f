"""The code book: the same stand-in for the same value, for ever, and nothing of the value in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gdkit.case.folder import CaseFolder
from gdkit.errors import CaseError
from gdkit.report.redaction.book import BOOK, stand_ins

if TYPE_CHECKING:
    from pathlib import Path

FOUND = {
    "111122223333": "ACCOUNT", "ASIASAMPLESTOLENKEY1": "KEY", "AROASAMPLESHOPWEB0001": "ID",
    "i-0a1b2c3d4e5f60718": "THING", "eni-0a1b2c3d": "THING", "10.0.1.15": "ADDRESS", "2001:db8::1": "ADDRESS",
    "shop-web": "ROLE", "kim": "PERSON",
}  # fmt: skip


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case folder."""
    return CaseFolder(tmp_path)


def test_shapes(case: CaseFolder) -> None:
    """A stand-in of an identifier has its shape, and that of a name its kind; nothing else of the value is in it."""
    given = stand_ins(case, FOUND)
    assert given == {
        "111122223333": "000000000001", "ASIASAMPLESTOLENKEY1": "ASIAREDACTEDKEY00001",
        "AROASAMPLESHOPWEB0001": "AROAREDACTEDID00001", "i-0a1b2c3d4e5f60718": given["i-0a1b2c3d4e5f60718"],
        "eni-0a1b2c3d": given["eni-0a1b2c3d"], "10.0.1.15": given["10.0.1.15"], "2001:db8::1": given["2001:db8::1"],
        "shop-web": "ROLE-1", "kim": "PERSON-1",
    }  # fmt: skip
    assert {given["i-0a1b2c3d4e5f60718"], given["eni-0a1b2c3d"]} in (
        {"i-00000000000000001", "eni-00000002"}, {"i-00000000000000002", "eni-00000001"},
    )  # fmt: skip
    assert {given["10.0.1.15"], given["2001:db8::1"]} in ({"0.0.0.1", "100::2"}, {"0.0.0.2", "100::1"})


def test_kept(case: CaseFolder) -> None:
    """What has a stand-in keeps it; what is new gets the next number; the file is its owner's alone."""
    first = stand_ins(case, FOUND)
    before = (case.path / BOOK).read_bytes()
    assert stand_ins(case, FOUND) == first
    assert (case.path / BOOK).read_bytes() == before
    assert stand_ins(case, {**FOUND, "another": "ROLE"}) == {**first, "another": "ROLE-2"}
    assert stand_ins(case, {"shop-web": "NAME"}) == {"shop-web": "ROLE-1"}
    assert (case.path / BOOK).stat().st_mode & 0o777 == 0o600


def test_numbers_by_chance(tmp_path: Path) -> None:
    """The order of the numbers follows neither the values nor their places: two cases give other numbers."""
    accounts = {f"{number:012d}": "ACCOUNT" for number in range(500_000_000_000, 500_000_000_040)}
    orders = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        given = stand_ins(CaseFolder(tmp_path / name), accounts)
        orders.append(sorted(accounts, key=given.__getitem__))
    assert orders[0] != orders[1] != sorted(accounts)


def test_no_clash(case: CaseFolder) -> None:
    """A stand-in is never somebody's own value, nor another's stand-in."""
    found = {
        "ROLE-1": "ROLE",
        "ROLE-2": "USER",
        "shop-web": "ROLE",
        "000000000001": "ACCOUNT",
        "111122223333": "ACCOUNT",
    }
    given = stand_ins(case, found)
    assert len(set(given.values())) == len(found)
    assert not set(given.values()) & set(found)


@pytest.mark.parametrize("content", ["{}", "[1]", '[{"stand_in": "ROLE-1"}]', "not json"])
def test_damaged(case: CaseFolder, content: str) -> None:
    """A damaged book is told, and left as it is: with it earlier reports would be lost."""
    (case.path / BOOK).write_text(content)
    with pytest.raises(CaseError, match=BOOK):
        stand_ins(case, FOUND)
    assert (case.path / BOOK).read_text() == content


def test_nothing_found(case: CaseFolder) -> None:
    """Where nothing is found there is no book."""
    assert stand_ins(case, {}) == {}
    assert not (case.path / BOOK).exists()
    stand_ins(case, FOUND)
    assert len(json.loads((case.path / BOOK).read_text())) == len(FOUND)
