"""Plans and what is read of their results, for the tests of look-ups."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gdkit.trail.lookup import LookupPlan, load_history
from gdkit.trail.lookup.result import NAMELESS
from tests.trail.lookup.history import ACCOUNT, INSTANCE, KEY, NOW, START

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.trail.lookup import LookupResult


def plan(*regions: str, **changes: Any) -> LookupPlan:
    """Give a plan for the instance's session in some regions of its account, us-east-1 if none is named."""
    return replace(
        LookupPlan(ACCOUNT, (INSTANCE,), (KEY,), {ACCOUNT: regions or ("us-east-1",)}, START, NOW), **changes
    )


def by_key(*regions: str, **changes: Any) -> LookupPlan:
    """Give a plan with one question a region."""
    return plan(*regions, session_names=(), **changes)


def event_ids(result: LookupResult) -> list[str]:
    """Give the ids of the events that were found, in order, each once."""
    return sorted(load_history(result).events["event_id"])


def ids_of(events: list[dict[str, Any]]) -> list[str]:
    """Give the ids of a history's events."""
    return sorted(one["EventId"] for one in events)


def gaps_of(result: LookupResult) -> list[tuple[str, str]]:
    """Give what was not searched, without what never is."""
    return [(gap.what, gap.reason) for gap in result.not_searched if gap.what not in ("data events", NAMELESS)]


def pages_in(folder: Path) -> list[Path]:
    """Give the pages on the disk."""
    return sorted(folder.rglob("page-*.json.gz"))


def page(path: Path) -> Any:
    """Read a page."""
    return json.loads(gzip.decompress(path.read_bytes()))
