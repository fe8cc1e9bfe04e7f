"""Sources that are fetched tell each other of keys and principals, as long as any turns up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.trail import load_trail
from gdkit.trail.fetched import Question, Terms, Watch, fetch_and_read
from gdkit.trail.named import parse_source
from tests.trail.fetched.made import Shelf
from tests.trail.query.tables import KEY, PRINCIPAL, question
from tests.trail.query.test_follow import call, issue

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("s3://first-logs", "s3://second-logs")
HOPS = 12


def by_turns() -> dict[str, list[dict[str, Any]]]:
    """Give the records of a session that goes on from role to role, each hop in the other one of two sources."""
    held: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    by, principal = KEY, PRINCIPAL
    for hop in range(HOPS):
        key, new = f"ASIAEXAMPLEHOP{hop:06d}", f"AROAEXAMPLEHOP{hop:07d}:job-{hop}"
        held[NAMES[hop % 2]] += [issue(by, principal, key, new=new), call(f"Step{hop}", by, principal)]
        by, principal = key, new
    return held


@pytest.mark.parametrize("deaf", [False, True], ids=["all answer", "one answers no further question"])
def test_keys_go_to_and_fro(tmp_path: Path, *, deaf: bool) -> None:
    """A chain whose hops lie by turns in two sources is found whole; one that fails is not asked without end."""
    shelf, first = Shelf(by_turns()), question(addresses=())

    def fetch_one(source: Any, asked: Question) -> Any:
        answers = first if deaf and source.text == NAMES[1] else asked
        fetched = shelf.fetch(source, answers, tmp_path / source.bucket, aws=None, terms=Terms(), watch=Watch())
        return replace(fetched, question=answers)

    trail, _ = fetch_and_read([parse_source(name) for name in NAMES], first, fetch_one, load_trail)  # type: ignore[arg-type,misc]
    steps = {name for name in trail.events["event_name"] if name.startswith("Step")}
    assert steps == {f"Step{hop}" for hop in range(1 if deaf else HOPS)}
    assert len(shelf.asked) <= 2 * (HOPS + 1)


def test_console_sessions_and_users_go_to_and_fro(tmp_path: Path) -> None:
    """What signs with keys of which no issue is recorded is asked of the others by its principal."""
    chained, user = "AROAEXAMPLECHAIN0001:job", "AIDAEXAMPLEMADEU0001"
    made = {"user": {"userName": "made", "userId": user}}
    by_user = {"type": "IAMUser", "principalId": user, "userName": "made", "accessKeyId": "ASIAEXAMPLEUSERS0001"}
    held = {
        NAMES[0]: [issue(KEY, PRINCIPAL, "ASIAEXAMPLECHAIN0001", new=chained),
                   call("GetSigninToken", "ASIAEXAMPLECHAIN0001", chained),
                   call("CreateUser", KEY, PRINCIPAL, eventSource="iam.amazonaws.com", responseElements=made)],
        NAMES[1]: [call("InConsole", "ASIAEXAMPLECONSO0001", chained, sessionCredentialFromConsole="true"),
                   call("ByUser", "x", user, userIdentity=by_user)],
    }  # fmt: skip
    shelf = Shelf(held)

    def fetch_one(source: Any, asked: Question) -> Any:
        return shelf.fetch(source, asked, tmp_path / source.bucket, aws=None, terms=Terms(), watch=Watch())

    first = question(addresses=())
    trail, fetched = fetch_and_read([parse_source(name) for name in NAMES], first, fetch_one, load_trail)  # type: ignore[arg-type,misc]
    assert {"InConsole", "ByUser"} <= set(trail.events["event_name"])
    assert [one.question.grown_ids for one in fetched] == [(user, chained)] * 2
    assert fetched[0].question.covers(first)
    assert not first.covers(fetched[0].question)
