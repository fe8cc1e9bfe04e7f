"""The command that needs no finding: ``gdkit hunt``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from gdkit.cli.investigate import check_sources
from gdkit.cli.options import GAPS, absolute, plain
from gdkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.analysis.hunt import Hunt, Suspect
    from gdkit.model import Coverage

SHOWN_REASONS = 6


@click.command()
@click.option("--trail", "trail", multiple=True, required=True, metavar="SOURCE",
              help="Folder, file or glob of CloudTrail logs. Give it again for more.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def hunt(trail: tuple[str, ...], *, as_json: bool) -> None:
    """Find instance-role sessions that were used off their instance, without a finding.

    Every session in the logs that carries an instance's name is judged, also for use inside the same account, where
    GuardDuty is silent. Proven and likely ones are ranked, with reasons; weaker leads stand apart and raise no alarm.
    """
    from gdkit.analysis.hunt import hunt_document, hunt_sessions  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.trail import load_trail  # noqa: PLC0415
    from gdkit.trail.sources import LOOKUP  # noqa: PLC0415

    if LOOKUP in trail:
        raise UsageError("the event history answers about one session name at a time, so a hunt cannot look through it",
                         action="give log files with --trail, or investigate one: gdkit investigate i-…")  # fmt: skip
    sources = [absolute(source) for source in trail]
    check_sources(sources)
    loaded = load_trail(sources)
    found = hunt_sessions(loaded.events)
    if as_json:
        click.echo(json.dumps(hunt_document(found, loaded.coverage), indent=2))
    else:
        for line in _lines(found, loaded.coverage):
            click.echo(line)
    if loaded.coverage.unread or any(row.failed for row in loaded.coverage.not_searched):
        click.echo("There are gaps: not everything could be read (see coverage in --json).", err=True)
        raise click.exceptions.Exit(GAPS)


def _lines(found: Hunt, coverage: Coverage) -> Iterator[str]:
    """Write what was found, then the weaker leads, then what was searched."""
    for rank, suspect in enumerate(found.suspects, start=1):
        yield from _about(f"{rank}.", suspect)
    if not found.suspects:
        yield "No instance-role session that was proven or likely used off its instance was seen in what was searched."
    if found.possible:
        yield f"Leads too weak for an alarm: {len(found.possible)}"
        for suspect in found.possible:
            yield from _about("-", suspect)
    records = sum(row.records for row in coverage.searched)
    yield (f"Searched: {records:,} records; {found.session_events:,} calls of {found.sessions:,} sessions of "
           f"{found.instances:,} instances in them.")  # fmt: skip
    for row in coverage.searched:
        accounts, regions = _some(row.accounts), _some(row.regions)
        yield plain(f"  {row.source}: {row.first_event_at or '-'} to {row.last_event_at or '-'}; accounts {accounts}; "
                    f"regions {regions}; kinds {', '.join(row.event_categories) or 'not recorded'}")  # fmt: skip
    if not any("Data" in row.event_categories for row in coverage.searched):
        yield "  No data events in it: reading of objects and invoking of functions cannot be seen."


def _about(mark: str, suspect: Suspect) -> Iterator[str]:
    session = suspect.session
    who = session.principal_id or "principal id not recorded"
    yield plain(f"{mark} {suspect.level.upper()}: {session.instance_id} with role {session.role_name or '-'} ({who}), "
                f"account {session.account_id or '-'}")  # fmt: skip
    yield plain(f"   {len(suspect.off_instance_event_ids):,} of {suspect.events:,} calls, {suspect.first_at or '-'} to "
                f"{suspect.last_at or '-'}, from {', '.join(suspect.addresses) or 'no address'}")  # fmt: skip
    for sign in suspect.reasons[:SHOWN_REASONS]:
        yield plain(f"   - {sign.statement} ({len(sign.calls):,} calls)")
    if session.principal_id and suspect.level != "possible":
        yield plain(f"   next: gdkit investigate {session.principal_id} --trail … --case …")


def _some(names: tuple[str, ...], most: int = 8) -> str:
    """Name a few of many; all of them are in the JSON."""
    listed = ", ".join(names[:most]) or "none named"
    return f"{listed} and {len(names) - most:,} more" if len(names) > most else listed
