"""A plan: the exact change that a person reviews, and its hash, by which the person says that no other is meant."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.model import utc_text
from gdkit.response.step import Action, Check, ResultOf, SideEffect, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.response.step import State

SHORT = 12
"""Hex digits of a plan's hash that are shown, and that a person types at least."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a step will do, from the state that was read when it was previewed.

    Attributes:
        step: name of the step that made it.
        before: the state that was read.
        after: the state that the calls lead to.
        actions: the calls, in their order; none where the state is already as wanted.
        undoes: hash of the applied plan that this one undoes; None for one that goes forward.
        left: what an undo does not bring back, and why.
        collects: names of the evidence that it will collect.
    """

    step: str
    target: Target
    before: State
    after: State
    actions: tuple[Action, ...]
    effects: tuple[SideEffect, ...] = ()
    checks: tuple[Check, ...] = ()
    undoes: str | None = None
    left: tuple[str, ...] = ()
    collects: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """Hex SHA-256 of everything that a person reviews; the instant of the preview counts where a call holds it."""
        document = plan_document(self)
        del document["target"]["at"]
        for check in document["checks"]:
            del check["found"]  # words that may name an instant; the answer itself counts
        return hashlib.sha256(_canonical(document).encode()).hexdigest()

    @property
    def short_hash(self) -> str:
        """The first digits of the hash."""
        return self.hash[:SHORT]

    @property
    def nothing_to_do(self) -> bool:
        """Whether the state is already as wanted, and nothing is to be collected."""
        return not self.actions and not self.collects

    def diff(self) -> str:
        """Give the change of state as a unified diff of JSON text; empty where nothing changes."""
        before, after = (_lines(state) for state in (self.before, self.after))
        return "\n".join(difflib.unified_diff(before, after, "now", "after", lineterm=""))

    def calls(self) -> str:
        """Give the calls as JSON text, exactly as they will be made."""
        return _pretty([_call(action, self.target) for action in self.actions])


def plan_document(plan: Plan) -> dict[str, Any]:
    """Give a plan as JSON values."""
    return {
        "step": plan.step,
        "target": _target(plan.target),
        "before": plan.before,
        "after": plan.after,
        "actions": [_action(action) for action in plan.actions],
        "effects": [{"what": effect.what, "affects": list(effect.affects)} for effect in plan.effects],
        "checks": [asdict(check) for check in plan.checks],
        "undoes": plan.undoes,
        "left": list(plan.left),
        "collects": list(plan.collects),
    }


def read_plan(document: Mapping[str, Any]) -> Plan:
    """Give the plan that a document holds.

    Raises:
        ResponseError: it is no plan.
    """
    try:
        return Plan(
            step=document["step"],
            target=read_target(document["target"]),
            before=document["before"],
            after=document["after"],
            actions=tuple(_read_action(row) for row in document["actions"]),
            effects=tuple(SideEffect(row["what"], tuple(row["affects"])) for row in document["effects"]),
            checks=tuple(Check(**row) for row in document["checks"]),
            undoes=document["undoes"],
            left=tuple(document["left"]),
            collects=tuple(document["collects"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ResponseError("what was kept of the plan cannot be read", action="preview the step again") from error


def read_target(document: Mapping[str, Any]) -> Target:
    """Give the target that a plan's document holds."""
    return Target(**{**document, "at": datetime.fromisoformat(document["at"])})


def differences(one: Any, other: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    """Give each place where two states differ, with both values; a value that is missing is None."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from differences(one.get(name), other.get(name), (*path, name))
    elif one != other:
        yield " / ".join(path) or "all of it", one, other


def unmet(before: Any, after: Any, now: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    """Give each value that a plan changes and that is not as planned now: its place, the planned value, the found one.

    What others changed beside it is no part of the plan, and is passed over.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        found = now if isinstance(now, dict) else {}
        for name in sorted({*before, *after}):
            yield from unmet(before.get(name), after.get(name), found.get(name), (*path, name))
    elif after not in (before, now):
        yield " / ".join(path) or "all of it", after, now


def brief(value: Any) -> str:
    """Give a value of a state for a sentence, cut to 120 characters."""
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 120 else f"{text[:119]}…"


def _target(target: Target) -> dict[str, Any]:
    values = {field.name: getattr(target, field.name) for field in fields(target)}
    return {**values, "at": utc_text(target.at), "options": dict(target.options)}


def _action(action: Action) -> dict[str, Any]:
    values = {field.name: getattr(action, field.name) for field in fields(action)}
    return {**values, "parameters": _plain(action.parameters), "results": list(action.results)}


def _call(action: Action, target: Target) -> dict[str, Any]:
    """Give one call with the place where it is made."""
    return {
        "service": action.service,
        "operation": action.operation,
        "account_id": action.account_id or target.account_id,
        "region": action.region or target.region,
        "parameters": _plain(action.parameters),
    }


def _plain(value: Any) -> Any:
    """Give a parameter as JSON: the place of an earlier call's answer is written as an object of its own."""
    if isinstance(value, ResultOf):
        return {"result of call": value.call, "path": value.path}
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, datetime):
        return utc_text(value)
    return value


def _read_action(row: Mapping[str, Any]) -> Action:
    values = {**row, "parameters": _read_value(row["parameters"]), "results": tuple(row["results"])}
    return Action(**values)


def _read_value(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"result of call", "path"}:
            return ResultOf(value["result of call"], value["path"])
        return {name: _read_value(member) for name, member in value.items()}
    return [_read_value(member) for member in value] if isinstance(value, list) else value


def _canonical(document: Any) -> str:
    return json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _pretty(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True)


def _lines(state: State) -> list[str]:
    return _pretty(state).splitlines()
