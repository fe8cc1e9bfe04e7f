"""Looks at a case's response that change nothing: what to choose, what is left to do, whether it works."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gdkit.case.folder import CaseFolder
    from gdkit.responding.looks.look import Look
    from gdkit.responding.run import Desk


@dataclass(frozen=True, slots=True)
class Asked:
    """What a look works with.

    Attributes:
        case: the case.
        enter: logs in as the reader; called only by a look that asks AWS.
        sources: log files to read instead of asking AWS, where the look can.
        actor: who looks; empty for who began the case.
    """

    case: CaseFolder
    enter: Callable[[], Desk]
    sources: Sequence[str] = ()
    actor: str = ""


LOOKS = {
    "choices": "compare the ways to contain the credential, for this case",
    "grown": "what the thief made or changed, in the order in which it is contained",
    "rules": "what hides findings: rules past their day, too broad, or the thief's",
    "recheck": "whether the Deny works, by CloudTrail or log files",
    "imds": "every instance of the account that still answers IMDSv1",
    "recovery": "what must be true before the Deny is lifted, question by question",
    "prevention": "policies against the next theft, each tried on the calls of the last 30 days",
}
"""Every look by its name, with what it shows. The module of that name holds it as ``look``."""


def take_look(name: str, asked: Asked) -> Look:
    """Take a look.

    Args:
        name: one of ``LOOKS``.
        asked: what it works with.

    Raises:
        GdkitError: what the look itself raises.
    """
    found: Look = import_module(f"gdkit.responding.looks.{name}").look(asked)
    return found
