"""``gdkit feeds``: AWS's published address ranges in this user's cache."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdkit.cli.options import plain

if TYPE_CHECKING:
    from gdkit.feeds.cache import CachedRanges


@click.command("feeds")
@click.option("--show", is_flag=True, help="Say what is in the cache and how old it is; fetch nothing.")
@click.option("--file", "file", type=click.Path(path_type=Path), metavar="PATH",
              help="Take a copy of ip-ranges.json that was downloaded elsewhere; fetch nothing.")  # fmt: skip
def feeds(*, show: bool, file: Path | None) -> None:
    """Fetch AWS's published address ranges, which tell what of AWS an address is.

    One file is fetched from AWS into this user's cache. Investigations never fetch it; they use the copy that is there,
    with its date. A copy in another place is used where the variable GDKIT_IP_RANGES names it.
    """
    from gdkit.feeds.cache import cached_ranges, fetch_aws_ranges, take_aws_ranges  # noqa: PLC0415 - loaded when asked

    if show and file is not None:
        raise click.UsageError("--show and --file exclude each other.")
    if show:
        _say(cached_ranges(), "")
    elif file is not None:
        _say(take_aws_ranges(file), "The copy was taken.")
    else:
        fetched = fetch_aws_ranges()
        _say(fetched.ranges, fetched.note)


def _say(ranges: CachedRanges | None, note: str) -> None:
    from gdkit.feeds.cache import OLD_AFTER_DAYS, feeds_folder  # noqa: PLC0415
    from gdkit.model import utc_text  # noqa: PLC0415

    if note:
        click.echo(note)
    if ranges is None:
        click.echo("The cache holds no copy of AWS's address ranges. `gdkit feeds` fetches one.")
        return
    origin = f"fetched from {ranges.url}" if ranges.url else "taken from a file"
    click.echo(plain(
        f"AWS address ranges, published {utc_text(ranges.published_at)}, {origin} {utc_text(ranges.fetched_at)}, "
        f"last compared {utc_text(ranges.checked_at)}, sha256 {ranges.sha256}"
    ))  # fmt: skip
    click.echo(plain(f"in {feeds_folder() / ranges.file}"))
    if ranges.is_old():
        age = f"This copy is {ranges.age().days} days old, more than {OLD_AFTER_DAYS}"
        click.echo(f"{age}: AWS changes the list several times a week. `gdkit feeds` fetches the newest.", err=True)
