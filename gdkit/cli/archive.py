"""The command that keeps log files in a form that answers many questions: ``gdkit archive``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.options import GAPS, absolute, plain
from gdkit.cli.stopping import stopped_by_ctrl_c
from gdkit.errors import ArchiveError, UsageError
from gdkit.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from threading import Event

    from gdkit.trail.archive.build import Built
    from gdkit.trail.archive.check import Checked
    from gdkit.trail.archive.contents import Summary

_SHOWN = 12
"""Files that are named one by one."""


@click.command()
@click.argument("folder", metavar="DIR")
@click.option(
    "--trail",
    "trail",
    multiple=True,
    metavar="SOURCE",
    help="Folder, file or glob of CloudTrail logs. Give it again for more; an archive remembers them.",
)
@click.option("--check", "check", is_flag=True,
              help="Compare its files, and the log files that are still there, with their hashes.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N",
              help="Processes that read files; one a core if not given.")  # fmt: skip
def archive(folder: str, trail: tuple[str, ...], *, check: bool, as_json: bool, workers: int | None) -> None:
    """Make an archive of log files in DIR, or bring one up to date.

    A question to an archive (--trail archive:DIR) reads little more than the records that answer it, however long the
    trail is. Only new and changed files are read when the command is run again. Ctrl-C keeps what was taken in. An
    archive holds the whole logs, with all that is secret in them: it is readable by its owner only.
    """
    if check and trail:
        raise UsageError("--check and --trail exclude each other", action="check the archive, or bring it up to date.")
    place = Path(folder).expanduser().absolute()
    kept = "Nothing was changed." if check else "What was taken in is kept; run the same command again to go on."
    with stopped_by_ctrl_c(f"Stopped. {kept}") as stop:
        if check:
            _check(place, stop, as_json=as_json)
        else:
            _make(place, [_of_files(source) for source in trail], workers, stop, as_json=as_json)


def _of_files(source: str) -> str:
    from gdkit.trail.named import Files, parse_source  # noqa: PLC0415 - only what a command needs is loaded

    if not isinstance(parse_source(source), Files):
        raise UsageError("an archive is made of log files", where=source[:200],
                         action="name a folder, a file or a glob; copy a bucket's with 'aws s3 sync'")  # fmt: skip
    return absolute(source)


def _make(folder: Path, sources: list[str], workers: int | None, stop: Event, *, as_json: bool) -> None:
    from gdkit.progress import progress_tellers  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.trail.archive.build import build_archive  # noqa: PLC0415
    from gdkit.trail.archive.contents import summary_of  # noqa: PLC0415

    built = build_archive(folder, sources, workers=workers, on_progress=progress_tellers().files,
                          is_stopped=stop.is_set)  # fmt: skip
    summary = summary_of(folder)
    if as_json:
        click.echo(json.dumps(_document(folder, built, summary), indent=2))
    else:
        for line in _lines(folder, built, summary):
            click.echo(plain(line))
    if built.left or built.unnamed or summary.unread:
        click.echo("There are gaps: not everything could be taken in.", err=True)
        raise click.exceptions.Exit(GAPS)


def _document(folder: Path, built: Built, summary: Summary) -> dict[str, Any]:
    from gdkit.model import utc_text  # noqa: PLC0415 - only what a command needs is loaded

    return {
        "archive": str(folder),
        "log_files": summary.files,
        "log_bytes": summary.size_bytes,
        "records": summary.records,
        "archive_bytes": summary.archive_bytes,
        "accounts": summary.accounts,
        "regions": summary.regions,
        "first_event_at": utc_text(summary.first_at),
        "last_event_at": utc_text(summary.last_at),
        "new": built.new,
        "changed": built.changed,
        "same": built.same,
        "left": built.left,
        "gone": list(built.gone),
        "unnamed_runs": list(built.unnamed),
        "unread": [{"file": one.file, "line": one.line, "reason": one.reason} for one in summary.unread],
    }


def _lines(folder: Path, built: Built, summary: Summary) -> Iterator[str]:
    """Say what the archive holds, what was taken in now, what could not be, and how it is asked."""
    from gdkit.ui.words import many, when  # noqa: PLC0415 - only what a command needs is loaded

    span = f", {when(summary.first_at)} to {when(summary.last_at)}" if summary.first_at else ""
    yield (f"{folder} holds {many(summary.records, 'record')} of {many(summary.files, 'log file')} "
           f"({size_text(summary.size_bytes)}){span}; {many(len(summary.accounts), 'account')}, "
           f"{many(len(summary.regions), 'region')}. It takes {size_text(summary.archive_bytes)}.")  # fmt: skip
    yield (f"Taken in now: {built.new:,} new, {built.changed:,} changed; {built.same:,} read again that hold the same.")
    if built.left:
        yield f"Stopped: {many(built.left, 'log file')} left. Go on with: gdkit archive {folder}"
    if built.gone:
        yield f"Not on disk any more, with their records kept here: {many(len(built.gone), 'log file')}"
        yield from _named(built.gone)
    for one in summary.unread[:_SHOWN]:
        yield f"  - not read: {one.file}{'' if one.line is None else f', line {one.line:,}'}: {one.reason}"
    if len(summary.unread) > _SHOWN:
        yield f"  - not read: {many(len(summary.unread) - _SHOWN, 'more place')}, named in --json"
    yield from _unnamed_lines(folder, built.unnamed)
    yield f"Ask it: gdkit events i-… --trail archive:{folder}"


def _check(folder: Path, stop: Event, *, as_json: bool) -> None:
    from gdkit.progress import progress_tellers  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.trail.archive.check import check_archive  # noqa: PLC0415

    checked = check_archive(folder, on_progress=progress_tellers().files, is_stopped=stop.is_set)
    if as_json:
        click.echo(json.dumps(_check_document(folder, checked), indent=2))
    else:
        for line in _check_lines(folder, checked):
            click.echo(plain(line))
    if checked.holds_nothing:
        raise ArchiveError("this archive holds nothing, so there was nothing to check", where=str(folder),
                           action=f"take log files in: gdkit archive {folder} --trail LOGS")  # fmt: skip
    if checked.damaged:
        problem = f"{len(checked.damaged):,} of its {checked.own:,} files are damaged or gone"
        action = "make it anew from the log files, in another folder"
        raise ArchiveError(problem, where=str(folder), action=action)
    if checked.changed or checked.unnamed or checked.stopped:
        click.echo("There are gaps: not everything is as it was when it was read.", err=True)
        raise click.exceptions.Exit(GAPS)


def _check_document(folder: Path, checked: Checked) -> dict[str, Any]:
    return {
        "archive": str(folder),
        "files": checked.own,
        "damaged": [{"file": str(path), "reason": why} for path, why in checked.damaged.items()],
        "log_files_same": checked.same,
        "log_files_changed": [str(path) for path in checked.changed],
        "log_files_gone": [str(path) for path in checked.gone],
        "unnamed_runs": checked.unnamed,
        "whole": not checked.stopped,
    }


def _check_lines(folder: Path, checked: Checked) -> Iterator[str]:
    from gdkit.ui.words import many  # noqa: PLC0415 - only what a command needs is loaded

    yield f"{many(checked.own, 'file')} of the archive checked: {len(checked.damaged):,} damaged or gone."
    yield from (f"  - {path}: {why}" for path, why in checked.damaged.items())
    yield (f"Log files: {checked.same:,} hold the bytes that were read, {len(checked.changed):,} hold others, "
           f"{len(checked.gone):,} are not on disk any more.")  # fmt: skip
    yield from _named(tuple(map(str, checked.changed)))
    yield from _unnamed_lines(folder, checked.unnamed)
    if checked.stopped:
        yield "Stopped: the rest was not checked."


def _unnamed_lines(folder: Path, unnamed: Sequence[str]) -> Iterator[str]:
    """Tell of finished runs that the manifest does not name, and what to do with them."""
    from gdkit.trail.archive.manifest import RUNS  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.ui.words import many  # noqa: PLC0415

    if unnamed:
        yield (f"Left alone: {many(len(unnamed), 'run')} of records that the manifest does not name. If an older one "
               "was put back, put the newest one there. If a build was killed just when it named them, and all "
               "log files are still there, they were taken in again: then these folders can be removed.")  # fmt: skip
        yield from _named(tuple(str(folder / RUNS / name) for name in unnamed))


def _named(paths: tuple[str, ...]) -> Iterator[str]:
    yield from (f"  - {path}" for path in paths[:_SHOWN])
    if len(paths) > _SHOWN:
        yield f"  - and {len(paths) - _SHOWN:,} more"
