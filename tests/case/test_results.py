"""result.json: valid or not written at all."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from gdkit.case.results import check_result, load_result, result_schema, save_result
from gdkit.errors import CaseError
from tests.case.samples import new_case, scoped_case

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


@pytest.fixture(scope="module")
def scoped(tmp_path_factory: pytest.TempPathFactory) -> CaseFolder:
    """Give the sample's case, scoped; no test changes it."""
    return scoped_case(tmp_path_factory.mktemp("results") / "case")


@pytest.fixture
def document(scoped: CaseFolder) -> dict[str, Any]:
    """Give the sample's result."""
    return load_result(scoped)


def test_schema() -> None:
    """The schema that the package ships is a valid one of draft 2020-12; only a response may be missing."""
    schema = result_schema()
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert sorted([*schema["required"], "response"]) == sorted(schema["properties"])


def test_sample(document: dict[str, Any]) -> None:
    """The sample's result fits the schema, its times fit their format, and it counts what was staged."""
    checker = jsonschema_rs.Draft202012Validator(result_schema(), validate_formats=True)
    assert [error.message for error in checker.iter_errors(document)] == []
    events = document["events"]
    assert events["thief"] == len(events["thief_event_ids"]) == 12
    assert events["total"] == events["thief"] + events["workload"] + events["unknown"]


def test_coverage_file(scoped: CaseFolder, document: dict[str, Any]) -> None:
    """coverage.json is the ledger of the result."""
    assert json.loads(scoped.coverage.read_text()) == document["coverage"]


def _without(name: str) -> Any:
    return lambda document: document.pop(name)


def _with(path: str, value: Any) -> Any:
    def change(document: dict[str, Any]) -> None:
        *steps, last = path.split("/")
        for step in steps:
            document = document[int(step) if step.isdigit() else step]
        document[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_without("coverage"), "at (top): 'coverage' is a required property"),
        (_with("surprise", 1), "at (top): Additional properties are not allowed ('surprise'"),
        (_with("schema_version", "9.0"), "at schema_version"),
        (_with("events/total", "12"), "at events/total"),
        (_with("events/thief", -1), "at events/thief"),
        (_with("verdict/value", "guilty"), "at verdict/value"),
        (_with("session/keys/0/events", 1.5), "at session/keys/0/events"),
        (_with("session/extra", None), "at session"),
        (_with("coverage/unread", {}), "at coverage/unread"),
        (_with("finding", {"id": 1}), "at finding"),
        (_with("origin/addresses/0/proposed_verdict", None), "at origin/addresses/0/proposed_verdict"),
    ],
)
def test_broken(tmp_path: Path, document: dict[str, Any], change: Any, told: str) -> None:
    """A document that does not fit is refused with its field, and nothing is written."""
    case = new_case(tmp_path / "case")
    broken = copy.deepcopy(document)
    change(broken)
    with pytest.raises(CaseError) as caught:
        save_result(case, broken)
    assert told in str(caught.value).replace('"', "'")
    assert not case.result.exists()
    assert not case.coverage.exists()


@pytest.mark.parametrize("document", [None, [], "text", {}])
def test_not_a_result(document: Any) -> None:
    """Anything that is no result at all is refused."""
    with pytest.raises(CaseError, match=r"at \(top\)"):
        check_result(document)


def test_no_result_yet(tmp_path: Path) -> None:
    """A case that was not scoped says so, with what to run."""
    with pytest.raises(CaseError, match=r"no result yet.*2_scope"):
        load_result(new_case(tmp_path / "case"))


def test_tampered_result(scoped: CaseFolder, tmp_path: Path) -> None:
    """A result that was changed by hand to something invalid is refused when read."""
    case = new_case(tmp_path / "case")
    case.result.write_text(scoped.result.read_text().replace('"thief": 12', '"thief": null', 1))
    with pytest.raises(CaseError, match="at events/thief"):
        load_result(case)
