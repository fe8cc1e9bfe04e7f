"""The command that needs no finding: ``gdkit hunt``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.fetching import SOURCES, check_used, fetch_options, read_aside, told_way
from gdkit.cli.options import GAPS, absolute
from gdkit.errors import UsageError

if TYPE_CHECKING:
    from gdkit.cli.fetching import Way
    from gdkit.trail import Trail


@click.command()
@click.option("--trail", "trail", multiple=True, required=True, metavar="SOURCE",
              help=f"Folder, file or glob of CloudTrail logs; {SOURCES}. Give it again for more.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--keep", metavar="DIR", help="Keep what is fetched from AWS there; a later run goes on from it.")
@fetch_options
def hunt(trail: tuple[str, ...], *, as_json: bool, **options: Any) -> None:
    """Find instance-role sessions that were used off their instance, without a finding.

    Every session in the logs that carries an instance's name is judged, also for use inside the same account, where
    GuardDuty is silent. Proven and likely ones are ranked, with reasons; weaker leads stand apart and raise no alarm.
    """
    from gdkit.analysis.coverage_ledger import gap_counts, gap_words  # noqa: PLC0415
    from gdkit.analysis.hunt import hunt_document, hunt_sessions  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.cli.hunt_text import hunt_lines  # noqa: PLC0415
    from gdkit.trail.named import LOOKUP  # noqa: PLC0415

    if LOOKUP in trail:
        raise UsageError("the event history answers about one session name at a time, so a hunt cannot look through it",
                         action="give log files with --trail, or investigate one: gdkit investigate i-…")  # fmt: skip
    sources, way = [absolute(source) for source in trail], told_way(options)
    check_used(sources, way.terms, {"--region": way.access.regions, "--keep": options["keep"]})
    try:
        loaded = _loaded(sources, way, options["keep"])
    except KeyboardInterrupt:
        raise click.exceptions.Abort("Stopped. What was fetched is kept where --keep was given.") from None
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


def _loaded(sources: list[str], way: Way, keep: str | None) -> Trail:
    """Read files, and all events of sources in AWS with them."""
    from gdkit.gathering.window import WITHOUT_FINDING  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.trail import load_trail  # noqa: PLC0415
    from gdkit.trail.fetched import Question  # noqa: PLC0415
    from gdkit.trail.named import needs_aws  # noqa: PLC0415

    def read(files: list[str]) -> Trail:
        return load_trail(files, on_progress=way.tellers.files)

    if not needs_aws(sources):
        return read(sources)
    until = way.terms.until or datetime.now(UTC)
    question = Question(way.terms.since or until - WITHOUT_FINDING, until, regions=way.access.regions)
    return read_aside(sources, question, read, keep, way)
