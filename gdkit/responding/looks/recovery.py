"""The recovery checklist as a look: what must be true before the Deny is lifted, by AWS as it is now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.case.evidence import load_table
from gdkit.case.folder import case_analyst
from gdkit.case.response_record import CaseRecord
from gdkit.case.results import load_result
from gdkit.errors import AwsError, ResponseError
from gdkit.responding.looks.look import Look
from gdkit.responding.overview import words_noted
from gdkit.responding.standing import renew_response
from gdkit.response.record import RECOVERY_CHECKED, applications
from gdkit.response.recovery.checklist import BY_WORD, checklist, known_now
from gdkit.response.recovery.words import checklist_rows, checklist_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.responding.looks import Asked
    from gdkit.response.recovery.item import Item

SHOWN = ("standing", "question", "seen", "next")
"""The columns that a person sees first."""

_LIFT = {"done": True, "not yet": False, "unknown": None}
_BY_WORD = (
    f"What gdkit cannot see, a person can say: --done NAME --reason TEXT, for {', '.join(BY_WORD)}. A word against "
    "what was seen is kept, and not taken."
)


def look(asked: Asked) -> Look:
    """Go through the checklist, and write the answers in the journal. Without a way to AWS the case alone is asked.

    Raises:
        CaseError: the case has no result yet.
    """
    case, now = asked.case, datetime.now(UTC).replace(microsecond=0)
    result = load_result(case)
    reader, unreached = _reader(asked)
    events = tables.rows_of(load_table(case, "session_events"))
    known = known_now(result, applications(CaseRecord(case, "")), now, reader, event_rows=events)
    items = checklist(known, words_noted(case))
    CaseRecord(case, asked.actor or case_analyst(case)).write(RECOVERY_CHECKED, _detail(items))
    renew_response(case)
    frame = tables.frame_of_rows(tables.RECOVERY, checklist_rows(items))
    notes = [*([unreached] if unreached else ()), _BY_WORD]
    return Look("Recovery checklist", checklist_words(items), frame, SHOWN, notes, _LIFT[items[-1].standing])


def _reader(asked: Asked) -> tuple[ReadOnlyAws | None, str]:
    """Give the reader; where there is no way to AWS, why."""
    try:
        return asked.enter().reader, ""
    except (AwsError, ResponseError) as error:
        return None, f"AWS was not asked, so that much is unknown: {error}"


def _detail(items: Sequence[Item]) -> dict[str, Any]:
    rows = [{"name": one.name, "question": one.question, "standing": one.standing, "seen": one.seen, "next": one.next}
            for one in items]  # fmt: skip
    return {"lift": items[-1].standing, "items": rows}
