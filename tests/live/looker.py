"""A process that looks up the events of a case and nothing else, to be killed in between: ``python -m … CASE``."""

from __future__ import annotations

import sys

from gdkit.case.folder import case_subject, open_case
from gdkit.gathering import gather_events


def main(path: str) -> None:
    """Look up what the case is about, at the pace that AWS allows."""
    case = open_case(path)
    gather_events(case, case_subject(case), ["lookup"])


if __name__ == "__main__":
    main(sys.argv[1])
