"""``result.json`` and ``coverage.json``: written only when valid, read by notebooks, reports and other tools."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from gdkit.case.files import read_json, write_json
from gdkit.errors import CaseError

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder


def result_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of ``result.json``."""
    text = resources.files("gdkit.case").joinpath("result.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def save_result(case: CaseFolder, document: dict[str, Any]) -> None:
    """Write ``result.json`` and, from its ledger, ``coverage.json``.

    Raises:
        CaseError: the document does not fit the schema; nothing was written.
        CaseWriteError: it cannot be written.
    """
    check_result(document)
    write_json(case.coverage, document["coverage"])
    write_json(case.result, document)


def load_result(case: CaseFolder) -> dict[str, Any]:
    """Read ``result.json``.

    Raises:
        CaseError: it is missing, damaged, or does not fit the schema.
    """
    if not case.result.exists():
        raise CaseError(
            "the case has no result yet", where=str(case.path), action="run the notebook 2_scope on this case first"
        )
    document: dict[str, Any] = read_json(case.result)
    check_result(document)
    return document


def check_result(document: Any) -> None:
    """Hold a document against the schema.

    Raises:
        CaseError: it does not fit; the message names the first field that does not.
    """
    validator = jsonschema_rs.validator_for(result_schema())
    problem = min(validator.iter_errors(document), key=lambda error: list(map(str, error.instance_path)), default=None)
    if problem is not None:
        field = "/".join(map(str, problem.instance_path)) or "(top)"
        raise CaseError(f"the result does not fit its schema at {field}: {problem.message[:200]}", where="result.json")
