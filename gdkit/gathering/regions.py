"""In which region of AWS a session's addresses are, by AWS's published ranges where they are at hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit.analysis.places import places_of
from gdkit.case.folder import is_simulated
from gdkit.identifiers import normal_address

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.case.folder import CaseFolder
    from gdkit.model import Subject


def with_regions(case: CaseFolder, subject: Subject, events: pd.DataFrame) -> Subject:
    """Give the subject with the region of each of its public addresses; as it is where no ranges are at hand.

    Args:
        case: the case; a simulated one takes nothing from this machine's cache.
        subject: what it is about.
        events: ``tables.EVENTS``.

    Raises:
        GdkitError: the copy of the ranges is damaged.
    """
    from gdkit.feeds.cache import cached_aws_ranges  # noqa: PLC0415 - only where a case is analysed

    ranges = None if is_simulated(case) else cached_aws_ranges()
    if ranges is None:
        return subject
    own = events[(events["session_name"] == subject.instance_id) & (events["address_kind"] == "public")]
    seen = {*places_of(own["source_address"]).dropna(), *filter(None, map(normal_address, subject.reported_addresses))}
    found = ((str(address), ranges.find(str(address))) for address in sorted(seen))
    return replace(subject, aws_regions=tuple((address, place.region) for address, place in found if place is not None))
