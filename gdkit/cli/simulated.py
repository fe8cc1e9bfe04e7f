"""The commands on a simulated account: ``gdkit demo`` and ``gdkit simulate``. They need the extra ``sim``."""

from __future__ import annotations

import json
import signal
import time
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.investigate import run_case
from gdkit.cli.live import live_subject
from gdkit.cli.options import aws_access, plain
from gdkit.cli.reports import browser_option, find_printer
from gdkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.simulator.scenarios.staged import Staged
    from gdkit.simulator.server import Simulator

SEED = 7
"""Seed of the demo: the same incident every time, at another time of day."""


@click.command()
@click.option(
    "--case",
    "case",
    default="demo",
    show_default=True,
    metavar="DIR",
    help="Where to put the demo; with a number behind it where that is taken.",
)
@click.option("--seed", default=SEED, show_default=True, help="Which variant of the incident.")
@click.option("--pdf", is_flag=True, help="Print the report as PDF too.")
@browser_option
def demo(case: str, seed: int, pdf: bool, browser: str) -> None:
    """Investigate a staged theft in a simulated account: the main job, from the finding to the report.

    The account runs in this process, on loopback alone; no real credential is read and no real AWS is asked.
    """
    from gdkit.case.files import write_json  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.case.folder import start_case  # noqa: PLC0415

    folder, printer = free_folder(Path(case)), find_printer(browser, pdf=pdf)
    with simulated_world("theft", seed) as (simulator, staged):
        click.echo(f"A simulated account {staged.account_id} runs at {simulator.url}; a theft was staged in it.")
        access = aws_access(profile="", regions=(), role_arn="", member_role=staged.member_role)
        finding = first_finding(staged)
        click.echo(f"GuardDuty reports finding {finding}. The same by hand, while 'gdkit simulate theft' runs:")
        click.echo(f"  gdkit investigate {finding} --case DIR --member-role {staged.member_role}")
        subject, not_asked = live_subject(finding, access)
        begun = start_case(folder / "case", subject, trail=["lookup"], access=access, not_asked=not_asked)
        networks = (folder / "networks.yaml").absolute()
        networks.write_text(staged.networks_yaml, encoding="utf-8")
        write_json(folder / "truth.json", staged.truth())
        run_case(begun, ["lookup"], {"networks": str(networks)}, pdf=pdf, printer=printer)


@click.command()
@click.argument("scenario", metavar="SCENARIO")
@click.option("--seed", default=SEED, show_default=True, help="Which variant of the incident.")
@click.option("--truth", "truth", default="", metavar="FILE", help="Write what really happened, to score by later.")
@click.option("--networks", "networks", default="", metavar="FILE", help="Write the company's networks.yaml.")
@click.option(
    "--queries",
    is_flag=True,
    help="Open the log files to Athena, Security Lake and CloudTrail Lake, too, and print the sources' names.",
)
def simulate(scenario: str, seed: int, **options: Any) -> None:
    """Run a simulated account with a staged SCENARIO until it is stopped, for training and for trying things out.

    SCENARIO is theft, onprem, hub, inside, same-account or quiet. Put the lines that it prints into another terminal;
    gdkit then works on the simulated account there.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell lets its background jobs ignore the first
        signal.signal(number, signal.default_int_handler)
    try:
        _serve(scenario, seed, **options)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)


def _serve(scenario: str, seed: int, *, truth: str, networks: str, queries: bool) -> None:
    """Print what another terminal needs, and deliver log files until the keyboard stops it."""
    with simulated_world(scenario, seed) as (simulator, staged):
        for name, value in simulator.environment(staged.analyst, staged.responder).items():
            click.echo(f"export {name}={value}")
        click.echo(f"# other account: --member-role {staged.member_role}; session: {staged.principal_id}", err=True)
        click.echo(f"# log files of both accounts, data events too: s3://{staged.trail_bucket}/AWSLogs/", err=True)
        if queries:
            _say_sources(simulator, staged)
        if networks:
            Path(networks).write_text(staged.networks_yaml, encoding="utf-8")
        if truth:
            Path(truth).write_text(json.dumps(staged.truth(), indent=1) + "\n", encoding="utf-8")
        click.echo("# running; stop it with Ctrl-C", err=True)
        while True:
            time.sleep(1)
            simulator.accounts.delivery.deliver(simulator.accounts.clock.now())


def _say_sources(simulator: Simulator, staged: Staged) -> None:
    from gdkit.simulator.scenarios.queryable import open_to_queries  # noqa: PLC0415 - DuckDB is slow to load

    for name in open_to_queries(simulator.accounts, staged).names:
        click.echo(f"# the same events by queries: --trail {name}", err=True)


@contextmanager
def simulated_world(scenario: str, seed: int) -> Iterator[tuple[Simulator, Staged]]:
    """Run a simulator with a scenario, and tie this process and its kernels to it."""
    try:
        from gdkit.simulator.accounts import Accounts  # noqa: PLC0415 - moto is loaded only where it is asked for
        from gdkit.simulator.scenarios.catalogue import stage_scenario  # noqa: PLC0415
        from gdkit.simulator.server import in_environment, running  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(f"the simulated account needs the extra 'sim' ({plain(str(error))})",
                         action="pip install 'gdkit[sim]'") from error  # fmt: skip
    with running(Accounts(seed)) as simulator:
        staged = stage_scenario(simulator, scenario, seed)
        with in_environment(simulator.environment(staged.analyst, staged.responder)):
            yield simulator, staged


def free_folder(path: Path) -> Path:
    """Give the path, or the first of its name with a number that nothing stands at: an older demo is left alone."""
    names = chain([path], (path.with_name(f"{path.name}-{number}") for number in count(2)))
    return next(name for name in names if not name.exists())


def first_finding(staged: Staged) -> str:
    """Give the first open finding's id, as an analyst finds it; empty where GuardDuty is silent."""
    from gdkit.aws import open_read_only  # noqa: PLC0415
    from gdkit.findings.api import open_findings  # noqa: PLC0415

    access = aws_access(profile="", regions=(staged.region,), role_arn="", member_role="")
    found = open_findings(open_read_only(access)).findings
    first = min(found, key=lambda finding: str(finding.created_at), default=None)
    return first.id if first else ""
