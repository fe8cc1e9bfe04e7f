"""One session out of any number of log files: what cannot name it is never parsed."""

from gdkit.trail.search.resumed import state_file
from gdkit.trail.search.session import search_trail, session_events, subject_of

__all__ = ["search_trail", "session_events", "state_file", "subject_of"]
