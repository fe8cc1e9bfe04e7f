"""What a call that can give a way back in leaves behind, and where the log names it: a row of the tables.

Source: the API References of the services named; CloudTrail's records of these calls; MITRE ATT&CK, Persistence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Made:
    """What one kind of call leaves behind.

    Attributes:
        kind: what it is; ``persistence_kinds.KINDS`` says how it is read back.
        what: what was done, in words.
        id: paths, parted by blanks, of which the first that holds something names it (``Call.found``).
        parent: likewise, of what it belongs to.
        only: the call counts only where this path holds something, or where the log does not tell the request whole.
        value: with ``only``: one of the texts there must be this, in any case.
        detail: paths of what else is worth telling.
        other_kind: the kind where the log does not hold ``id``, but does hold another name.
        other_id: paths of that name.
    """

    kind: str
    what: str
    id: str
    parent: str = ""
    only: str = ""
    value: str = ""
    detail: str = ""
    other_kind: str = ""
    other_id: str = ""


def of_service(prefix: str, **rows: Made) -> dict[str, Made]:
    """Name what calls of one service leave behind by ``names.operation``."""
    return {f"{prefix}:{name}": made for name, made in rows.items()}
