"""What was done in response, as the report and ``result.json`` tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gdkit import stages
from gdkit.case.response_record import CaseRecord
from gdkit.case.results import load_result
from gdkit.responding.standing import renew_response, response_rows
from gdkit.response.record import RECHECKED
from gdkit.ui.response_words import contained
from tests.case.samples import new_case, scoped_case
from tests.responding.cases import applied

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a scoped case."""
    return scoped_case(tmp_path / "case")


def test_nothing_done(case: CaseFolder) -> None:
    """Where nothing was applied, the report says so, and does not call anything contained."""
    assert response_rows(case) == []
    assert "nothing" in contained(load_result(case)["response"])
    assert "changed nothing in AWS" in stages.response(str(case.path)).summary


def test_applied_and_undone(case: CaseFolder) -> None:
    """An applied step is in force until it is undone; both stand in the result, with the requests' ids."""
    plan_hash = applied(case, "require-imdsv2", role_name="shop")
    renew_response(case)
    (row,) = load_result(case)["response"]["applied"]
    assert (row["in_force"], row["request_ids"], row["read_back"]) == (True, ["request-1"], "as planned")
    applied(case, "require-imdsv2", undoes=plan_hash)
    renew_response(case)
    assert [row["in_force"] for row in load_result(case)["response"]["applied"]] == [False, False]
    assert len(stages.response(str(case.path)).frame) == 2


def test_read_back_otherwise(case: CaseFolder) -> None:
    """What reading back did not find as planned is told."""
    applied(case, "require-imdsv2", checks=({"what": "HttpTokens", "holds": False, "found": "optional"},))
    assert response_rows(case)[0]["read_back"] == "HttpTokens: optional"


def test_result_keeps_it_through_a_new_scope(case: CaseFolder) -> None:
    """Scoping the case anew does not forget what was done."""
    applied(case, "require-imdsv2")
    stages.scope(str(case.path), [])
    assert len(load_result(case)["response"]["applied"]) == 1


def test_without_a_result(tmp_path: Path) -> None:
    """A case that was not scoped yet has no result to bring up to date."""
    made = new_case(tmp_path / "case")
    renew_response(made)
    assert not made.result.exists()


@pytest.mark.parametrize(("holds", "words"), [(True, "it works"), (False, "does NOT hold"), (None, "cannot be told")])
def test_contained(case: CaseFolder, holds: bool | None, words: str) -> None:
    """What is contained names the step in force and what CloudTrail showed last."""
    from gdkit.responding import standing

    document = standing.response_document(case)
    document["applied"] = [{"phase": "containment", "in_force": True, "step": "deny-session", "actor": "ana",
                            "at": "2026-11-02T08:00:00Z", "read_back": "as planned"}]  # fmt: skip
    assert "not asked yet" in contained(document)
    CaseRecord(case, "ana").write(RECHECKED, {"holds": holds, "sessions": [], "not_searched": [], "since": None})
    document["rechecks"] = standing.response_document(case)["rechecks"]
    assert words in contained(document)
    assert "deny-session since 2026-11-02T08:00:00Z by ana" in contained(document)
