"""The command that needs no finding: ``gdkit hunt``."""

from __future__ import annotations

import json

import click

from gdkit.cli.investigate import check_sources
from gdkit.cli.options import GAPS, absolute
from gdkit.errors import UsageError


@click.command()
@click.option("--trail", "trail", multiple=True, required=True, metavar="SOURCE",
              help="Folder, file or glob of CloudTrail logs. Give it again for more.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def hunt(trail: tuple[str, ...], *, as_json: bool) -> None:
    """Find instance-role sessions that were used off their instance, without a finding.

    Every session in the logs that carries an instance's name is judged, also for use inside the same account, where
    GuardDuty is silent. Proven and likely ones are ranked, with reasons; weaker leads stand apart and raise no alarm.
    """
    from gdkit.analysis.coverage_ledger import gap_counts, gap_words  # noqa: PLC0415
    from gdkit.analysis.hunt import hunt_document, hunt_sessions  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.cli.hunt_text import hunt_lines  # noqa: PLC0415
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
        for line in hunt_lines(found, loaded.coverage, trail):
            click.echo(line)
    if loaded.coverage.unread or any(row.failed for row in loaded.coverage.not_searched):
        said = gap_words(gap_counts(loaded.coverage))
        click.echo(f"There are gaps, named in the coverage: not everything could be read. {said}.", err=True)
        raise click.exceptions.Exit(GAPS)
