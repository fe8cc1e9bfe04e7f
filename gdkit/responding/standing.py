"""What was done in response, read from the journal: as rows for a table, and as the part of ``result.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.case.journal import read_entries
from gdkit.case.response_record import CaseRecord
from gdkit.case.results import load_result, save_result
from gdkit.response.catalogue import MODULES, STEPS
from gdkit.response.record import OUTCOME, RECHECKED, RECOVERY_CHECKED, applications

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder
    from gdkit.response.record import Application


def response_rows(case: CaseFolder) -> list[dict[str, Any]]:
    """Give the rows of ``tables.RESPONSE``."""
    read_back = _read_back(case)
    return [_row(one, read_back.get(one.number)) for one in applications(CaseRecord(case, ""))]


def response_document(case: CaseFolder) -> dict[str, Any]:
    """Give the part ``response`` of ``result.json``."""
    rows = response_rows(case)
    for row in rows:
        row["request_ids"] = (row["request_ids"] or "").split("\n") if row["request_ids"] else []
    rechecks = [{"at": entry["at"], "holds": entry["detail"]["holds"], "sessions": entry["detail"]["sessions"],
                 "not_searched": entry["detail"]["not_searched"]}
                for entry in read_entries(case.journal) if entry["act"] == RECHECKED]  # fmt: skip
    checklists = [{"at": entry["at"], "actor": entry["actor"], **entry["detail"]}
                  for entry in read_entries(case.journal) if entry["act"] == RECOVERY_CHECKED]  # fmt: skip
    return {"applied": rows, "rechecks": rechecks, "checklists": checklists}


def renew_response(case: CaseFolder) -> None:
    """Bring ``result.json`` up to what was done in response; nothing where there is no result yet.

    Raises:
        CaseWriteError: it cannot be written.
    """
    if case.result.exists():
        save_result(case, {**load_result(case), "response": response_document(case)})


def _row(one: Application, read_back: str | None) -> dict[str, Any]:
    plan = one.plan
    return {
        "at": one.at,
        "actor": one.actor,
        "step": plan.step,
        "phase": STEPS[plan.step].phase if plan.step in MODULES else None,
        "did": "undone" if plan.undoes else "applied",
        "told": ", ".join(f"{name}={value}" for name, value in plan.target.options.items() if value) or None,
        "status": one.status,
        "in_force": plan.undoes is None and one.status == "done" and not one.undone,
        "read_back": read_back,
        "calls": sum("request_id" in call for call in one.calls),
        "request_ids": "\n".join(call["request_id"] for call in one.calls if "request_id" in call) or None,
        "plan_hash": one.plan_hash,
        "error": one.error or None,
    }


def _read_back(case: CaseFolder) -> dict[int, str]:
    """Give in words what reading back showed, by the number of the application."""
    said = {}
    for entry in read_entries(case.journal):
        if entry["act"] != OUTCOME or "checks" not in entry["detail"]:
            continue
        checks = entry["detail"]["checks"]
        bad = [f"{check['what']}: {check['found']}" for check in checks if not check["holds"]]
        said[entry["detail"]["intent"]] = "; ".join(bad) or "as planned"
    return said
