"""Identifiers that are none, in a question or in logs: named, never put into a query, and never more is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit.errors import TrailError
from gdkit.trail.query import run
from tests.trail.query.engines import MadeUpEngine
from tests.trail.query.tables import ACCOUNT, KEY, OTHER, PRINCIPAL, question
from tests.trail.query.test_fetch import CHAIN, fetch, names
from tests.trail.query.test_follow import CHAINED, call, issue

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass while tests wait."""
    monkeypatch.setattr(run.time, "sleep", lambda _: None)


def test_odd_identifier_is_named(tmp_path: Path) -> None:
    """An identifier that cannot be one is not put into a query, and is named."""
    fetched = fetch(MadeUpEngine(CHAIN), tmp_path, question(session_names=("x'; DROP TABLE y",)))
    assert any("DROP TABLE" in gap.what for gap in fetched.not_searched)


def test_nobody_is_left(tmp_path: Path) -> None:
    """A question all of whose names have no form of one is refused, and never asked as one about everybody."""
    engine = MadeUpEngine(CHAIN)
    odd = {"access_key_ids": (), "principal_ids": ("AROAEXAMPLE:x' OR 1=1 --",), "session_names": ("x' OR 1=1 --",),
           "instance_id": None, "addresses": ()}  # fmt: skip
    with pytest.raises(TrailError, match=r"the principal .* OR 1=1 --.*the session name .*; nothing was asked"):
        fetch(engine, tmp_path, question(**odd))
    assert engine.started == []


def test_hostile_principal_of_the_key(tmp_path: Path) -> None:
    """What a forged record calls the principal of the key that is asked for reaches no query, and is named."""
    engine = MadeUpEngine([*CHAIN, call("ListUsers", KEY, "AROAEXAMPLE:x' OR 1=1 --")])
    by_key = question(principal_ids=(), session_names=(), instance_id=None, addresses=())
    fetched = fetch(engine, tmp_path, by_key)
    assert not any("1=1" in text for text in engine.started)
    assert any("1=1" in gap.what and gap.failed for gap in fetched.not_searched)
    assert any(PRINCIPAL in text for text in engine.started), "the other principal is asked for"
    forged_alone = MadeUpEngine([call("ListUsers", KEY, "AROAEXAMPLE:x' OR 1=1 --")])
    fetch(forged_alone, tmp_path / "alone", by_key)
    assert len(forged_alone.started) == 1


def test_hostile_account_in_a_log(tmp_path: Path) -> None:
    """A key that a record leads to in what is no account is asked for wherever the question is about."""
    forged = issue(KEY, PRINCIPAL, CHAINED, account="x' OR 'a", role_account="x' OR 'a")
    engine = MadeUpEngine([forged])
    fetched = fetch(engine, tmp_path, question(account_ids=(ACCOUNT, OTHER)))
    (followed,) = engine.started[1:]
    assert CHAINED in followed
    assert f"recipientAccountId IN ('{ACCOUNT}', '{OTHER}')" in followed
    assert fetched.not_searched == ()


def test_hostile_key_in_a_log(tmp_path: Path) -> None:
    """A forged record cannot bring its text into a query: what has not the form of a key is named instead."""
    forged = issue(KEY, PRINCIPAL, "' OR 1=1 --", new="x' OR 'a") | {"eventID": "forged"}
    engine = MadeUpEngine([*CHAIN, forged])
    fetched = fetch(engine, tmp_path)
    assert not any("1=1" in text for text in engine.started)
    assert any("1=1" in gap.what for gap in fetched.not_searched)
    assert "DeleteTrail" in names(tmp_path), "the others are followed all the same"
