"""What would settle who holds an address, the most useful first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.origin.about import About
    from gdkit.origin.model import CauseTest

_ORDER = ("passed", "could not test", "failed")


def what_would_settle(about: About, causes: Sequence[CauseTest]) -> tuple[str, ...]:
    """Say whom to ask first, then what to make testable, then what to look up."""
    asked = [test.settle for outcome in _ORDER for test in causes if test.outcome == outcome]
    more = []
    if about.kind == "public" and about.sources.aws_ranges is None:
        more.append("fetch AWS's address ranges with: gdkit feeds")
    if about.kind == "public" and not about.sources.online:
        more.append("ask who registered it, which tells outsiders what is investigated: the parameter ask=rdap")
    return tuple(dict.fromkeys(text for text in (*asked, *more) if text))
