"""Playbooks: the order of a whole response, as data in ``playbooks.yaml``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FACTS: Mapping[str, str] = {
    "instance": "the case names no instance",
    "role": "the case names no role",
}
"""Facts of a case that entries ask for, and what is told where one does not hold."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in a playbook: a step of gdkit, or a task of a person.

    Attributes:
        name: of the step; for a task a short name.
        task: what a person does; empty for a step.
        needs: facts that must hold; else it is skipped.
        options: what the step is told.
        optional: it is never the next thing to do by itself.
        undo: the step is undone here.
    """

    name: str
    why: str
    task: str = ""
    needs: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False
    undo: bool = False


@dataclass(frozen=True, slots=True)
class Playbook:
    """The order of a response in one situation."""

    name: str
    title: str
    entries: tuple[Entry, ...]


@cache
def playbooks() -> Mapping[str, Playbook]:
    """Give every playbook, by its name."""
    import yaml  # noqa: PLC0415 - only where a response is planned

    text = resources.files("gdkit.response").joinpath("playbooks.yaml").read_text(encoding="utf-8")
    return {name: Playbook(name, body["title"], tuple(_entries(body["entries"])))
            for name, body in yaml.safe_load(text).items()}  # fmt: skip


def playbook_for(verdict: str, variant: str | None, *, same_account: bool) -> Playbook | None:
    """Give the playbook that fits; None while nobody has decided.

    Args:
        verdict: ``benign``, ``malicious`` or ``undetermined``.
        variant: of the finding's type; None without a finding.
        same_account: whether the other use was seen inside the instance's own account.
    """
    if verdict == "benign":
        return playbooks()["benign"]
    if verdict != "malicious":
        return None
    if variant == "InsideAWS":
        return playbooks()["malicious-inside"]
    return playbooks()["malicious-same-account" if same_account else "malicious"]


def _entries(rows: list[Any]) -> list[Entry]:
    """Read the entries; a list inside the list, which YAML's alias makes, stands for its own entries."""
    found: list[Entry] = []
    for row in rows:
        found += _entries(row) if isinstance(row, list) else [_entry(row)]
    return found


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        name=row.get("step") or row.get("name") or "task",
        why=row["why"],
        task=row.get("task", ""),
        needs=tuple(row.get("if", ())),
        options=row.get("options", {}),
        optional=row.get("optional", False),
        undo=row.get("undo", False),
    )
