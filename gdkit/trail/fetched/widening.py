"""A question, wider by what its answers tell: what grew from the session is asked of every source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.trail.lookup.keys import assumed_principals, find_keys_of, grown_principals, principals_of

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.trail.fetched.question import Question


def widened(question: Question, events: pd.DataFrame, *, several: bool = False) -> Question:
    """Give a question with what was found on the way: keys, and principals that lead to calls which no key leads to.

    Args:
        question: as it was asked.
        events: what answered it.
        several: whether there are sources of which one can hold what another one leads to: the session whose key was
            asked about has more keys, and the roles that it took are named without a key by other accounts.
    """
    keys = [key.access_key_id for key in find_keys_of(events, question.session_names, question.access_key_ids)]
    wider = question.with_keys(keys).with_grown(grown_principals(events, keys))
    if not several:
        return wider
    named = question.principal_ids or question.session_names or question.instance_id
    own = () if named else principals_of(events, question.access_key_ids[:1])
    return wider.with_grown((*own, *assumed_principals(events, wider.access_key_ids)))
