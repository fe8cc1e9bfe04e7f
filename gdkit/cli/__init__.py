"""The command line.

Exit status: 0 done, 1 the tool failed, 2 wrong use, 3 done but with gaps that the coverage names.
"""

from __future__ import annotations

import os
import signal
import sys

import click

import gdkit
from gdkit.cli.archive import archive
from gdkit.cli.athena_table import athena_table
from gdkit.cli.aws import check_command, findings_command
from gdkit.cli.case import report, verify
from gdkit.cli.events import events
from gdkit.cli.feeds import feeds
from gdkit.cli.hunt import hunt
from gdkit.cli.investigate import investigate
from gdkit.cli.lab import lab
from gdkit.cli.options import plain
from gdkit.cli.permissions import permissions
from gdkit.cli.respond import respond
from gdkit.cli.rules import rules
from gdkit.cli.simulated import demo, simulate
from gdkit.cli.tabletop import tabletop
from gdkit.errors import GdkitError, TeamFileError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(gdkit.__version__, prog_name="gdkit")
def commands() -> None:
    """Investigate stolen EC2 instance credentials (GuardDuty InstanceCredentialExfiltration).

    gdkit reads. Only 'gdkit respond STEP --apply' with the hash of a reviewed plan changes anything in AWS.
    """


for command in (
    check_command,
    findings_command,
    investigate,
    events,
    hunt,
    archive,
    respond,
    rules,
    permissions,
    athena_table,
    report,
    verify,
    feeds,
    lab,
    demo,
    simulate,
    tabletop,
):
    commands.add_command(command)


def main() -> None:
    """Run the command line; errors become one message and an exit status, never a stack trace."""
    os.umask(0o077)  # evidence is for its owner alone, what the notebook runner writes too
    signal.signal(signal.SIGTERM, _end)
    try:
        status = commands.main(standalone_mode=False)
    except click.exceptions.Abort as abort:
        click.echo(
            plain(str(abort)) or "Stopped. What was gathered is kept in the case folder, if one was begun.", err=True
        )
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except TeamFileError as error:  # every fault on a line of its own, so that all can be mended at once
        click.echo("\n".join(plain(line) for line in f"gdkit: {error}".splitlines()), err=True)
        sys.exit(error.exit_status)
    except GdkitError as error:
        click.echo(f"gdkit: {plain(str(error))}", err=True)
        sys.exit(error.exit_status)
    sys.exit(status if isinstance(status, int) else 0)


def _end(number: int, _: object) -> None:
    """End as by an error, so that copies of evidence in the folder of temporary files are removed.

    Raises:
        SystemExit: always, with the status that shells give whom a signal ended.
    """
    raise SystemExit(128 + number)
