"""The command ``gdkit rules``: what hides findings, in every region."""

from __future__ import annotations

import json
from typing import Any

import click

from gdkit.cli.options import GAPS, aws_access, aws_options, plain


@click.command()
@aws_options
@click.option("--account", "accounts", multiple=True, metavar="ID",
              help="Another account to ask, through the member role. Give it again for more.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def rules(*, as_json: bool, accounts: tuple[str, ...], **options: Any) -> None:
    """List GuardDuty's suppression rules and trusted lists: expired, too broad, without a last day, or sound.

    Signs that a thief changed them are told by the same look in a case: gdkit respond --case DIR rules.

    Exit status: 0 none is expired or too broad, 3 one is, or a region could not be asked.
    """
    from gdkit.aws.clients import open_read_only  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.responding.looks.rules import audit  # noqa: PLC0415
    from gdkit.ui.look_view import look_document, look_lines  # noqa: PLC0415

    access = aws_access(**options)
    found, gaps = audit(open_read_only(access), accounts, access.regions)
    if as_json:
        not_asked = [{"what": gap.what, "reason": gap.reason} for gap in gaps]
        click.echo(json.dumps({**look_document(found), "not_searched": not_asked}, indent=2, default=str))
    else:
        for line in look_lines(found):
            click.echo(plain(line))
    for gap in gaps:
        click.echo(f"not asked: {plain(f'{gap.what}: {gap.reason}')}", err=True)
    if gaps or not found.holds:
        raise click.exceptions.Exit(GAPS)
