"""Cases about the sample theft in which something was applied, without an AWS: entries as the engine writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.case.response_record import CaseRecord
from gdkit.response.plan import Plan, plan_document
from gdkit.response.record import CALL, INTENT, OUTCOME
from gdkit.response.step import Action, Target

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def applied(case: CaseFolder, step: str, *, status: str = "done", undoes: str | None = None,
            checks: tuple[dict[str, Any], ...] = ({"what": "read back", "holds": True, "found": "as planned"},),
            options: dict[str, str] | None = None, **facts: Any) -> str:  # fmt: skip
    """Write an application into the journal of a case, and give its plan's hash."""
    target = Target("c", "aws", "111122223333", "eu-west-1", AT, options=options or {}, **facts)
    action = Action("iam", "PutRolePolicy", {"RoleName": "r"}, "Put it")
    plan = Plan(step, target, {"on": bool(undoes)}, {"on": not undoes}, (action,), undoes=undoes)
    record = CaseRecord(case, "ana")
    number = record.write(INTENT, {"hash": plan.hash, "plan": plan_document(plan)})
    if status != "open":
        record.write(CALL, {"intent": number, "call": 0, "service": "iam", "operation": "PutRolePolicy",
                            "request_id": "request-1", "results": {}})  # fmt: skip
        record.write(OUTCOME, {"intent": number, "status": status, "checks": list(checks), "error": ""})
    return plan.hash
