"""A question, wider by what its answers tell: what grew from the session is asked of every source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.trail.lookup.keys import find_keys_of, grown_principals

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.trail.fetched.question import Question


def widened(question: Question, events: pd.DataFrame) -> Question:
    """Give a question with what was found on the way: keys, and principals whose keys nothing tells the issue of."""
    keys = find_keys_of(events, question.session_names, question.access_key_ids)
    wider = question.with_keys(key.access_key_id for key in keys)
    return wider.with_grown(grown_principals(events, (key.access_key_id for key in keys)))
