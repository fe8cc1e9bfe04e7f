"""What ``gdkit hunt`` says on a terminal: the sessions found, and all that limits the answer."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from gdkit.analysis.coverage_ledger import gap_counts, gap_words
from gdkit.cli.options import plain
from gdkit.trail.ledger_places import FILES
from gdkit.ui.words import many, when

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from gdkit.analysis.hunt import Hunt, Suspect
    from gdkit.ledger_row import LedgerRow
    from gdkit.model import Coverage, Searched

SHOWN_REASONS = 6
"""Reasons that are told of one session; all of them are in the JSON."""

SHOWN_PLACES = 12
"""Unread places that are told; all of them are in the JSON."""


def hunt_lines(found: Hunt, coverage: Coverage, trail: Sequence[str]) -> Iterator[str]:
    """Write what was found, then the weaker leads, then what was searched and what not.

    Args:
        found: what the hunt found.
        coverage: what was and was not searched.
        trail: the sources as the user named them, for the command that goes on.
    """
    for rank, suspect in enumerate(found.suspects, start=1):
        yield from _about(f"{rank}.", suspect, trail)
    if not found.suspects:
        yield from _nothing(found)
    if found.possible:
        yield f"Leads too weak for an alarm: {len(found.possible):,}"
        for suspect in found.possible:
            yield from _about("-", suspect, trail)
    yield f"Looked at: {_looked_at(found, coverage)}. What no line below names was not searched."
    for row in coverage.searched:
        yield from _source(row, coverage)
    yield from _missing(coverage)


def _nothing(found: Hunt) -> Iterator[str]:
    if found.sessions:
        yield ("No instance-role session was seen that is proven or likely to be used off its instance, in what was "
               "searched. That is no proof of no use.")  # fmt: skip
    else:
        yield ("No instance-role session is in what was searched, so nothing could be judged. The logs may be of "
               "another account, region or time.")  # fmt: skip


def _looked_at(found: Hunt, coverage: Coverage) -> str:
    records = many(sum(row.records for row in coverage.searched), "record")
    if not found.sessions:
        return f"{records}, none of them of an instance-role session"
    return (f"{many(found.sessions, 'instance-role session')} of {many(found.instances, 'instance')} "
            f"({many(found.session_events, 'call')}), in {records}")  # fmt: skip


def _about(mark: str, suspect: Suspect, trail: Sequence[str]) -> Iterator[str]:
    session, off = suspect.session, len(suspect.off_instance_event_ids)
    who = session.principal_id or "principal id not recorded"
    yield plain(f"{mark} {suspect.level.upper()}: {session.instance_id} with role {session.role_name or '—'} ({who}), "
                f"account {session.account_id or '—'}")  # fmt: skip
    yield plain(f"   {off:,} of {many(suspect.events, 'call')}, {_span(suspect.first_at, suspect.last_at)}, from "
                f"{_some(suspect.addresses) or 'no address'}")  # fmt: skip
    yield plain(f"   software: {_some(suspect.clients, 3, '; ') or 'not recorded'}")
    for sign in suspect.reasons[:SHOWN_REASONS]:
        yield plain(f"   - {sign.statement} ({many(len(sign.calls), 'call')})")
    if len(suspect.reasons) > SHOWN_REASONS:
        yield f"   - and {many(len(suspect.reasons) - SHOWN_REASONS, 'more reason')}, in --json"
    if session.principal_id and suspect.level != "possible":
        named = " ".join(f"--trail {shlex.quote(source)}" for source in trail)
        yield plain(f"   next: gdkit investigate {shlex.quote(session.principal_id)} {named} "
                    f"--case {shlex.quote(f'case-{session.instance_id}')}")  # fmt: skip


def _source(row: Searched, coverage: Coverage) -> Iterator[str]:
    """Write what one source held, and for which regions it had files and no event."""
    here = [one for one in coverage.places if _is_of(one, row) and one.state == "searched"]
    counts = Counter({"not recorded": row.uncategorized_records})
    for one in here:
        if one.event_category:
            counts[one.event_category] += one.records or 0
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(counts.items()) if count) or "none"
    yield plain(f"  {row.source}: {many(row.files, 'file')}, {many(row.records, 'record')}, "
                f"{_span(row.first_event_at, row.last_event_at)}")  # fmt: skip
    yield plain(f"    accounts {_some(row.accounts) or 'none named'}; regions {_some(row.regions) or 'none named'}; "
                f"kinds of event: {kinds}")  # fmt: skip
    quiet = [f"{one.account_id} {one.region}" for one in here if one.records == 0 and one.how == FILES]
    if quiet:
        yield plain(f"    files, but no event, of: {_some(quiet)}")


def _is_of(place: LedgerRow, row: Searched) -> bool:
    """Tell whether a place is one of a source's; what was fetched is named with what that took after it."""
    return row.source == place.source or row.source.startswith(f"{place.source}: ")


def _missing(coverage: Coverage) -> Iterator[str]:
    """Write every gap, then what was passed over, which is none."""
    counts = gap_counts(coverage)
    if counts:
        yield f"What this cannot show: {gap_words(counts)}."
    for gap in coverage.not_searched:
        yield plain(f"  - {gap.what}: {gap.reason}")
    for one in coverage.unread[:SHOWN_PLACES]:
        place = one.file if one.line is None else f"{one.file}, line {one.line:,}"
        yield plain(f"  - not read: {place}: {one.reason}")
    if len(coverage.unread) > SHOWN_PLACES:
        yield f"  - not read: {many(len(coverage.unread) - SHOWN_PLACES, 'more place')}, named in --json"
    for warning in coverage.warnings:
        yield plain(f"Note: {warning}")
    for gap in coverage.passed_over:
        yield plain(f"Passed over: {gap.what} ({gap.reason})")


def _span(first_at: datetime | None, last_at: datetime | None) -> str:
    if first_at is None or last_at is None:
        return "without a time"
    return when(first_at) if first_at == last_at else f"{when(first_at)} to {when(last_at)}"


def _some(names: Iterable[str], most: int = 8, between: str = ", ") -> str:
    """Name a few of many; all of them are in the JSON."""
    listed = list(names)
    more = f"{between}and {len(listed) - most:,} more" if len(listed) > most else ""
    return between.join(listed[:most]) + more
