"""The identifiers by which a record can be asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gdkit.trail.archive.names import mark_of, names_of
from gdkit.trail.items import Found
from gdkit.trail.record import head_of
from tests.trail import samples
from tests.trail.search import calls
from tests.trail.search.writing import escaped


def names(record: dict[str, Any], raw: str | None = None, row: str | None = None) -> list[str]:
    """Give the identifiers of a record."""
    found = Found(raw or samples.compact(record), record, 1, "Records file", row)
    return names_of(found, head_of(record, found.raw))


def test_who_called_from_where() -> None:
    """Key, principal, role, session's name and address of the caller are there, each once and in order."""
    assert names(samples.event()) == sorted(
        [samples.KEY, f"{samples.ROLE_ID}:{samples.INSTANCE}", samples.ROLE_ID, samples.INSTANCE, "198.51.100.7"]
    )


def test_what_was_issued() -> None:
    """The key that a call issued, whose it is, and the name that was asked for."""
    found = names(calls.assume_role(1, 0))
    assert {calls.HOP_KEYS[0], calls.HOP_PRINCIPALS[0], "next"} <= set(found)
    assert "AKIAEXAMPLEMADE00001" in names(calls.create_access_key(1, 0))


@pytest.mark.parametrize("mention", [samples.KEY, "AKIAEXAMPLEMADE00001", "i-0123456789abcdef0", "i-0a1b2c3d"])
@pytest.mark.parametrize("place", ["requestParameters", "resources", "additionalEventData", "errorMessage", "other"])
def test_mentioned_anywhere(mention: str, place: str) -> None:
    """A key or an instance that a record of somebody else mentions anywhere is one of its names."""
    asked = {"a": [{"b": f"arn:aws:ec2:eu-west-1:1:instance/{mention} and more"}]}
    assert mention in names(calls.call(1, -1, **{place: asked}))


def test_letters_written_as_escapes() -> None:
    """An identifier whose letters are written as escapes is found."""
    record = calls.told_of(1, 0)
    raw = escaped(samples.compact(record), samples.INSTANCE, 3)
    assert samples.INSTANCE not in raw
    assert samples.INSTANCE in names(json.loads(raw), raw)


def test_an_answer_that_is_text() -> None:
    """A key in an answer that is JSON text with escapes of its own is found."""
    answer = json.dumps({"credentials": {"accessKeyId": samples.KEY}}).replace("ASIA", "\\u0041SIA")
    record = calls.call(1, -1, responseElements=answer)
    assert samples.KEY in names(record)


def test_a_row_that_says_more() -> None:
    """What the row of a look-up says beside its text is one of the names."""
    record = samples.event(1, userIdentity={"accessKeyId": samples.KEY, "userName": samples.INSTANCE})
    assert {samples.KEY, samples.INSTANCE} <= set(names(record, "{}", "row"))


def test_address_in_its_normal_spelling() -> None:
    """An IPv6 address is found in its short spelling, and as it stands."""
    found = names(samples.event(sourceIPAddress="2001:0DB8:0:0:0:0:0:1"))
    assert {"2001:db8::1", "2001:0DB8:0:0:0:0:0:1"} <= set(found)


@pytest.mark.parametrize("identity", [None, "x", [], 5, {"principalId": {"a": 1}}, {"arn": ["x"]}])
def test_odd_identities(identity: Any) -> None:
    """An identity of any form makes no name fail."""
    assert "198.51.100.7" in names(samples.event(userIdentity=identity))


def test_marks() -> None:
    """A mark fits into the index, is the same each time, and differs for texts that differ."""
    marks = {mark_of(f"ASIAEXAMPLE{number:09d}") for number in range(2000)} | {mark_of("\ud800")}
    assert len(marks) == 2001
    assert all(-(2**63) <= mark < 2**63 for mark in marks)
