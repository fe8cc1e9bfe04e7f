"""Verdicts: who decided what about the external address, when and why. A new one never erases the old."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.case.files import read_json, write_json
from gdkit.case.folder import case_analyst
from gdkit.case.journal import append_entry
from gdkit.case.results import load_result, save_result
from gdkit.errors import VerdictError
from gdkit.model import VERDICT_VALUES, Verdict, utc_text

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder
    from gdkit.model import VerdictValue

UNDECIDED = Verdict("undetermined")
"""What holds until a person has decided."""


def record_verdict(case: CaseFolder, value: str, reason: str, analyst: str | None = None) -> Verdict:
    """Record a person's decision, in the journal first, and bring ``result.json`` up to it where there is one.

    Args:
        case: the case.
        value: ``benign``, ``malicious`` or ``undetermined``.
        reason: why, in the person's words; it may not be empty.
        analyst: who decides; None for who began the case.

    Raises:
        VerdictError: the value is unknown or the reason is empty; nothing was recorded.
        CaseWriteError: it cannot be written.
    """
    if value not in VERDICT_VALUES:
        raise VerdictError(f"{value!r} is no verdict" if value else "no verdict was chosen",
                           action=f"choose one of {', '.join(VERDICT_VALUES)}")  # fmt: skip
    if not reason.strip():
        raise VerdictError("a verdict without a reason is not recorded", action="say in a sentence what it rests on")
    current = current_verdict(case)
    by = analyst or case_analyst(case)
    if (current.value, current.reason, current.decided_by) == (value, reason.strip(), by):
        _renew_result(case, current)
        return current
    verdict = Verdict(value, by, reason.strip(), datetime.now(UTC).replace(microsecond=0), *_proposal(case))
    detail = {"value": value, "reason": verdict.reason, "proposed": verdict.proposed, "rests_on": verdict.rests_on}
    append_entry(case.journal, actor=by, act="verdict", detail=detail)
    write_json(case.verdict, [*(_document(old) for old in all_verdicts(case)), _document(verdict)])
    _renew_result(case, verdict)
    return verdict


def current_verdict(case: CaseFolder) -> Verdict:
    """Give the verdict in force; undetermined, by nobody, where none was recorded."""
    verdicts = all_verdicts(case)
    return verdicts[-1] if verdicts else UNDECIDED


def all_verdicts(case: CaseFolder) -> tuple[Verdict, ...]:
    """Give every verdict that was recorded, oldest first."""
    if not case.verdict.exists():
        return ()
    return tuple(
        Verdict(
            row["value"],
            row["decided_by"],
            row["reason"],
            datetime.fromisoformat(row["at"]),
            row.get("proposed"),
            tuple(row.get("rests_on", ())),
        )
        for row in read_json(case.verdict)
    )


def _proposal(case: CaseFolder) -> tuple[VerdictValue | None, tuple[str, ...]]:
    """Give what the evidence proposes now, and the rows that decide it: what the decision is made in sight of."""
    if not case.result.exists():
        return None, ()
    origin = load_result(case)["origin"]
    return origin["proposed_verdict"], tuple(row["statement"] for row in origin["deciding"])


def _renew_result(case: CaseFolder, verdict: Verdict) -> None:
    if case.result.exists():
        save_result(case, {**load_result(case), "verdict": _document(verdict)})


def _document(verdict: Verdict) -> dict[str, Any]:
    return {
        "value": verdict.value,
        "decided_by": verdict.decided_by,
        "reason": verdict.reason,
        "at": utc_text(verdict.at),
        "proposed": verdict.proposed,
        "rests_on": list(verdict.rests_on),
    }
