"""Events from where no file on disk is: fetched into a folder of log files, which the one loader reads with the rest.

::

    name ─→ NamedSource ─┐
                         ├─→ its Fetcher ─→ folder of log files + plan ─→ load_trail ─→ with_fetched
    Subject ─→ Question ─┘        └─→ Fetched: what was and was not searched, what it cost
    one question for every source; keys found in one are asked of all (follow_up)
"""

from __future__ import annotations

from gdkit.trail.fetched.fetchers import FETCHERS, Fetcher, check_fetchable, fetch, folder_of
from gdkit.trail.fetched.question import Question, question_of
from gdkit.trail.fetched.reading import fetch_and_read, of_sources, with_fetched
from gdkit.trail.fetched.unreached import with_gaps
from gdkit.trail.fetched.values import Cost, Fetched, Terms, Watch

__all__ = [
    "FETCHERS",
    "Cost",
    "Fetched",
    "Fetcher",
    "Question",
    "Terms",
    "Watch",
    "check_fetchable",
    "fetch",
    "fetch_and_read",
    "folder_of",
    "of_sources",
    "question_of",
    "with_fetched",
    "with_gaps",
]
