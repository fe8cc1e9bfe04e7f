"""How it came to it and what it led to: the way in, what was reached, changed and left behind, what still works."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from gdkit.case.evidence import load_table
from gdkit.case.results import load_result
from gdkit.stages.common import limit, opened, view
from gdkit.ui import impact_words as words
from gdkit.ui.countdown import countdown

if TYPE_CHECKING:
    from gdkit.ui.view import View


def initial_access(case: str) -> View:
    """Show what in the logs may tell how the credentials were taken, and which way they were probably read."""
    folder = opened(case)
    result = load_result(folder)
    leads, path = result["initial_access"], result["theft_path"]
    facts = [*words.path_facts(path), limit(folder)]
    return view(folder, "Initial access", words.access_summary(leads, path), facts, words.lead_notes(leads))


def impact(case: str) -> View:
    """Show what kinds of calls the thief made, and which techniques they can serve."""
    folder = opened(case)
    result = load_result(folder)
    facts = [*words.level_facts(result["impact"]), limit(folder)]
    table = load_table(folder, "techniques")
    return view(folder, "Impact", words.impact_summary(result["impact"]), facts, result["impact"]["notes"], frame=table,
                shown=("id", "name", "attack_version", "calls", "succeeded", "not_succeeded", "event_names", "first_at",
                       "last_at"))  # fmt: skip


def data(case: str) -> View:
    """Show which data was read, copied, shared or listed, and what was refused."""
    folder = opened(case)
    table = load_table(folder, "data_reached")
    return view(folder, "Data", words.data_summary(table), [limit(folder)], frame=table)


def left_behind(case: str) -> View:
    """Show every call that could leave a way back in, whatever came of it."""
    folder = opened(case)
    table = load_table(folder, "persistence_calls")
    return view(folder, "Calls that could leave a way back in", words.left_summary(table), [limit(folder)], frame=table)


def still_exists(case: str) -> View:
    """Show what those calls left behind, each thing once, and whether it still exists."""
    folder = opened(case)
    table = load_table(folder, "still_exists")
    things = load_result(folder)["impact"]["still_exists"]
    notes = [words.NEVER_CLEAN] if things else []
    return view(folder, "What still exists", words.existence_summary(things), [limit(folder)], notes, frame=table)


def tamper(case: str) -> View:
    """Show what was done to detection and logs."""
    folder = opened(case)
    table = load_table(folder, "tamper")
    return view(folder, "Tamper", words.tamper_summary(table), [limit(folder)], frame=table)


def costs(case: str) -> View:
    """Show what was started that costs money."""
    folder = opened(case)
    table = load_table(folder, "costs")
    return view(folder, "Costs", words.costs_summary(table), [limit(folder)], frame=table)


def capabilities(case: str) -> View:
    """Show what the role could have done, by its policies as they are now."""
    folder = opened(case)
    known = load_result(folder)["impact"]["capabilities"]
    if known is None:
        return view(folder, "What the role could do", "Not known: the role's policies were not read.")
    table = load_table(folder, "capabilities")
    notes = [
        *(f"Not read: {one}" for one in known["unread"]),
        *(f"Not considered: {one}" for one in known["not_considered"]),
    ]
    return view(folder, "What the role could do", words.capabilities_summary(table), notes=notes, frame=table)


def refused(case: str) -> View:
    """Show what was refused: it tells what was wanted."""
    folder = opened(case)
    table = load_table(folder, "denied_calls")
    return view(folder, "Refused", words.refused_summary(table), [limit(folder)], frame=table)


def credentials(case: str, *, live: bool = False) -> View:
    """Show which credentials can still work, and until when.

    Args:
        case: the case folder.
        live: whether a person looks at it now; then the time that is left ticks.
    """
    folder = opened(case)
    as_of = load_result(folder)["credentials"]["as_of"]
    at = datetime.fromisoformat(as_of) if as_of else None
    made = countdown(load_table(folder, "credentials"), at, live=live)
    return replace(made, stamp=view(folder, "", "").stamp)


def fleet(case: str) -> View:
    """Show every instance with the same role: how its metadata service is set, and whether its calls look odd."""
    folder = opened(case)
    table = load_table(folder, "fleet")
    return view(folder, "Fleet", words.fleet_summary(table), [limit(folder)], frame=table)
