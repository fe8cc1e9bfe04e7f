"""What was left behind, from the log to the case: asked of AWS, kept, and shown as two lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit import stages
from gdkit.analysis.result import result_document
from gdkit.aws import AwsAccess
from gdkit.case.folder import start_case
from gdkit.case.journal import read_entries
from gdkit.case.results import load_result, save_result
from gdkit.gathering import with_existence_checked
from gdkit.gathering.keep import keep_scope
from gdkit.model import Coverage, Verdict
from gdkit.origin.document import NOT_JUDGED
from gdkit.trail import load_trail
from tests.analysis.records import ACCOUNT, THIEF, THIEF_CLIENT, record, scope_of, subject
from tests.aws.fakes import Refusal, reader
from tests.environment.test_persistence import AT

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.analysis.scope import Scope
    from gdkit.case.folder import CaseFolder

HOSTILE = "<img src=x onerror=alert(1)>"


def _call(minute: int, name: str, service: str = "iam", **fields: Any) -> dict[str, Any]:
    return record(minute, THIEF, THIEF_CLIENT, name=name, service=service, **fields)


RECORDS = [
    _call(1, "CreateUser", requestParameters={"userName": "there"}),
    _call(2, "CreateUser", requestParameters={"userName": "gone"}),
    _call(3, "PutUserPolicy", requestParameters={"userName": "there", "policyName": "p"}),
    _call(4, "CreateApiKey", "apigateway", requestParameters={}, responseElements={"id": "k"}),
    _call(5, "CreateUser", requestParameters={"userName": HOSTILE}, errorCode="AccessDenied"),
    _call(6, "PutUserPolicy", requestParameters={"userName": "there", "policyName": "p"}),
]


def _user(call: Any) -> dict[str, Any] | Refusal:
    name = call.parameters["UserName"]
    if name != "there":
        return Refusal("NoSuchEntity", "The user cannot be found")
    return {"User": {"Path": "/", "UserName": name, "UserId": "AIDA1234567890123456", "CreateDate": AT,
                     "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}"}}  # fmt: skip


def _kept(case: CaseFolder, folder: Path, scope: Scope) -> None:
    keep_scope(case, scope, load_trail(folder / "trail.json"), ["trail"])
    save_result(case, result_document(subject(), scope, Coverage(), Verdict("undetermined"), NOT_JUDGED))


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[CaseFolder, Scope]:
    """Give a case whose thief left things behind, after AWS was asked for them."""
    scope = scope_of(tmp_path, RECORDS)
    _, aws = reader(monkeypatch, {("iam", "GetUser"): _user, ("iam", "GetUserPolicy"): Refusal("AccessDenied"),
                                  ("iam", "GetRole"): Refusal("AccessDenied")})  # fmt: skip
    monkeypatch.setattr("gdkit.gathering.access.open_aws", lambda _: aws)
    case = start_case(tmp_path / "case", subject(), trail=["lookup"], access=AwsAccess())
    return case, with_existence_checked(case, scope)


def test_the_states_of_things(checked: tuple[CaseFolder, Scope]) -> None:
    """Each thing has one state: there, gone by AWS's word, or not checked with the reason; the journal counts them."""
    case, scope = checked
    found = scope.impact.still_exists
    assert list(found[["kind", "state"]].itertuples(index=False, name=None)) == [
        ("user", "exists"), ("user_policy", "not checked"), ("apigateway_key", "not checked"), ("user", "gone"),
    ]  # fmt: skip
    assert found["reason"].dropna().tolist() == ["refused", "kind not checkable"]
    assert found["calls"].tolist() == [1, 2, 1, 1]
    entry = next(entry for entry in read_entries(case.journal) if entry["act"] == "existence")
    counts = {name: entry["detail"][name] for name in ("things", "exist", "gone", "not_checked")}
    assert counts == {"things": 4, "exist": 1, "gone": 1, "not_checked": 2}


def test_the_result(checked: tuple[CaseFolder, Scope], tmp_path: Path) -> None:
    """result.json, which fits its schema, holds the calls, the things with their events, and the rows of before."""
    case, scope = checked
    _kept(case, tmp_path, scope)
    impact = load_result(case)["impact"]
    assert [row["still_exists"] for row in impact["persistence"]] == [True, False, None, None, None]
    assert [row["outcome"] for row in impact["persistence_calls"]].count("refused") == 1
    assert len(impact["persistence_calls"]) == 6
    policy = next(row for row in impact["still_exists"] if row["kind"] == "user_policy")
    assert (policy["state"], policy["within"], len(policy["event_ids"])) == ("not checked", "there", 2)
    assert policy["last_change_at"] == max(row["event_at"] for row in impact["persistence"])


def test_the_views(checked: tuple[CaseFolder, Scope], tmp_path: Path) -> None:
    """The two lists and the conclusion say all of what exists, is gone and was not checked; hostile names stay text."""
    case, scope = checked
    _kept(case, tmp_path, scope)
    calls, things, told = (getattr(stages, name)(str(case.path)) for name in
                           ("left_behind", "still_exists", "conclusion"))  # fmt: skip
    assert calls.summary == (
        "6 calls that could leave a way back in, 6 of them the thief's: 5 succeeded, 1 refused."
    )  # fmt: skip
    assert HOSTILE not in calls.html()
    assert "1 still exists, 1 gone, 2 not checked (" in things.summary
    assert "may still be there" in things.text()
    assert "1 still exists, 1 gone, 2 not checked (" in str(dict(told.facts)["Left behind"])
    assert "Open: 2 things that can give a way back in were not checked and may still be there." in told.notes
    assert not any("clean" in view.text().lower() for view in (calls, things, told))


def test_without_aws(tmp_path: Path) -> None:
    """A case on log files alone says of everything that it was not checked, and that AWS was not asked."""
    case = start_case(tmp_path / "case", subject(), trail=["x"])
    scope = with_existence_checked(case, scope_of(tmp_path, RECORDS))
    _kept(case, tmp_path, scope)
    summary = stages.still_exists(str(case.path)).summary
    assert "0 still exist, 0 gone, 4 not checked (no account in reach 4); AWS was not asked." in summary
    assert {row["why"] for row in load_result(case)["impact"]["still_exists"]} == {
        "AWS was not asked: the case was worked on without a way to it."
    }
