"""What was previewed, begun, done and undone, read from the journal of a case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from gdkit.response.plan import Plan, read_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.response.step import Evidence

INTENT, CALL, OUTCOME = "respond: intent", "respond: call", "respond: outcome"
"""What the journal calls the three sorts of entry that an application leaves."""

RECHECKED = "respond: rechecked"
RECOVERY_CHECKED = "respond: recovery checked"
"""What the journal calls a look at whether a Deny works."""

Status = Literal["open", "done", "failed", "not done", "partly"]
"""``open``: an intent without an outcome, of a process that died or still runs. ``not done`` and ``partly`` are what
was found of such a one later."""


class Record(Protocol):
    """Where an application is written down; the case folder gives one."""

    def write(self, act: str, detail: dict[str, Any]) -> int:
        """Add an entry to the journal, on the disk before it returns, and give its number."""

    def entries(self) -> list[dict[str, Any]]:
        """Give every entry of the journal, oldest first: each with ``seq``, ``at``, ``actor``, ``act``, ``detail``."""

    def keep_plan(self, name: str, document: dict[str, Any]) -> None:
        """Keep a plan that was previewed, by its hash."""

    def plan_names(self) -> list[str]:
        """Give the hashes of the plans that were kept."""

    def kept_plan(self, name: str) -> dict[str, Any]:
        """Give a plan that was kept, by its hash."""

    def keep_evidence(self, evidence: Evidence) -> str:
        """Keep a document among the evidence, with its hash; give the name that it got there."""


@dataclass(frozen=True, slots=True)
class Application:
    """One time that a plan was applied.

    Attributes:
        number: the journal's number of its intent.
        at: when it was begun, ISO 8601 in UTC.
        actor: who applied it.
        plan_hash: hash of the plan.
        status: how it ended.
        error: why it failed; empty where it did not.
        calls: what the journal keeps of each call that was answered: number, request id, results.
        undone: whether a later application undid it.
        evidence: names of the documents that it collected.
        settled: its status was found by a later look, because its process ended before it could write it.
    """

    number: int
    at: str
    actor: str
    plan_hash: str
    plan: Plan
    status: Status = "open"
    error: str = ""
    calls: tuple[dict[str, Any], ...] = ()
    undone: bool = False
    settled: bool = False
    evidence: tuple[str, ...] = ()

    @property
    def changed_something(self) -> bool:
        """Whether it may have changed something in AWS: not where AWS refused its first call."""
        refused = self.status == "failed" and not any("request_id" in call for call in self.calls)
        refused = refused and any(call.get("code") for call in self.calls)
        return self.status != "not done" and not refused and bool(self.plan.actions)

    @property
    def unsettled(self) -> bool:
        """Whether a look at AWS may still find that more was done than the journal knows: an answer can be lost."""
        lost = self.status == "failed" and self.changed_something
        return self.status == "open" or lost or (self.settled and self.status in ("not done", "partly"))


def applications(record: Record) -> list[Application]:
    """Give every application that the journal knows, oldest first."""
    found: dict[int, Application] = {}
    for entry in record.entries():
        detail = entry["detail"]
        if entry["act"] == INTENT:
            plan = read_plan(detail["plan"])
            found[entry["seq"]] = Application(entry["seq"], entry["at"], entry["actor"], detail["hash"], plan)
        elif entry["act"] == CALL and detail["intent"] in found:
            one = found[detail["intent"]]
            found[one.number] = replace(one, calls=(*one.calls, detail))
        elif entry["act"] == OUTCOME and detail["intent"] in found:
            one = found[detail["intent"]]
            found[one.number] = replace(
                one,
                status=detail["status"],
                error=detail.get("error", ""),
                settled=detail.get("settled", False),
                evidence=tuple(detail.get("evidence", ())),
            )
    return _with_undone(list(found.values()))


def last_applied(record: Record, step: str, told: Mapping[str, str] | None = None) -> Application | None:
    """Give the last application of a step that changed something and was not undone; None where there is none.

    Args:
        record: of the case.
        step: name of the step.
        told: options that it was told, as far as they matter; None for any.
    """
    fitting = [one for one in applications(record)
               if one.plan.step == step and one.plan.undoes is None and one.changed_something and not one.undone
               and (told or {}).items() <= one.plan.target.options.items()]  # fmt: skip
    return fitting[-1] if fitting else None


def last_standing(record: Record, step: str) -> Application | None:
    """Give the last application of a step that was not undone and that did something: calls, or only evidence."""
    fitting = [one for one in applications(record) if one.plan.step == step and one.plan.undoes is None
               and not one.undone and (one.changed_something or one.status == "done")]  # fmt: skip
    return fitting[-1] if fitting else None


def _with_undone(found: list[Application]) -> list[Application]:
    """Mark what was undone: an undo that was done takes back the last application of its plan that came before it."""
    for undo in [one for one in found if one.plan.undoes is not None and one.status == "done"]:
        for place in range(len(found) - 1, -1, -1):
            one = found[place]
            if one.plan_hash == undo.plan.undoes and one.number < undo.number and not one.undone:
                found[place] = replace(one, undone=True)
                break
    return found
