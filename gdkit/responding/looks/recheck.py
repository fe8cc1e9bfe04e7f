"""Whether the Deny works, as a look: what each session did since."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.model import utc_text
from gdkit.responding.after import recheck
from gdkit.responding.looks.look import Look

if TYPE_CHECKING:
    from gdkit.responding.after import Recheck
    from gdkit.responding.looks import Asked

_ANSWERS = {
    True: "The Deny works: every session that it names was refused, and none of the others.",
    False: "The Deny does NOT hold, or hits others: read the rows.",
    None: "Inconclusive: no row tells of every denied session. A thief who stopped and a late log look the same.",
}


def look(asked: Asked) -> Look:
    """Ask CloudTrail, or log files, what the sessions did since the Deny, and write the answer in the journal.

    Raises:
        ResponseError: no Deny of this case is in force.
        TrailError: nothing could be read.
        AwsError: AWS cannot be reached.
    """
    found = recheck(asked.case, asked.enter, asked.sources, asked.actor)
    frame = tables.frame_of_rows(tables.RECHECK, [asdict(one) for one in found.sessions])
    return Look("Does the Deny work?", _ANSWERS[found.holds], frame, tables.RECHECK.names, _notes(found), found.holds,
                asks=True)  # fmt: skip


def _notes(found: Recheck) -> list[str]:
    several = "Denies are in force, the last" if len(found.denies) > 1 else "Deny is in force"
    notes = [f"The {several} since {utc_text(found.since)}; this look was at {utc_text(found.looked_at)}."]
    notes += [f"Not looked at: {gap.what}: {gap.reason}." for gap in found.not_searched]
    if found.again_at:
        notes.append(f"Look again at {utc_text(found.again_at)}: events come up to a quarter of an hour late.")
    return notes
