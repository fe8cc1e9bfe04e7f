"""The command that opens JupyterLab on a case: ``gdkit lab``."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from pathlib import Path
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING

import click

from gdkit.cli.investigate import named_subject
from gdkit.cli.live import live_subject
from gdkit.cli.options import aws_access, plain
from gdkit.cli.simulated import SEED, first_finding, free_folder, simulated_world
from gdkit.errors import CaseConflictError, CaseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gdkit.case.folder import CaseFolder
    from gdkit.lab.copies import Copies
    from gdkit.lab.server import Lab
    from gdkit.simulator.scenarios.staged import Staged
    from gdkit.simulator.server import Simulator

SAMPLE = "lab-sample"
"""The case folder about the sample theft, for whoever names none."""


@click.command()
@click.option(
    "--case",
    "case",
    metavar="DIR",
    help="The case folder; in a new one 1_triage begins the case, for the finding that you choose there. A "
    "case about the sample theft if not given.",
)
@click.option(
    "--findings",
    default="",
    metavar="PATH",
    help="File or folder of findings to choose from in a new case; the open findings of the accounts in "
    "reach if not given.",
)
@click.option("--member-role", default="", metavar="NAME", help="Role to assume in other accounts, for a new case.")
@click.option("--simulated", "scenario", metavar="[SCENARIO]", is_flag=False, flag_value="theft",
              help="Stage an incident, theft if none is named, in a simulated account; begin a case about it in DIR, "
                   "which must be new.")  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="Port on loopback; a free one if not given.")
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
def lab(case: str | None, findings: str, member_role: str, scenario: str | None, port: int | None, *,
        no_browser: bool) -> None:  # fmt: skip
    """Open JupyterLab with the notebooks copied into a case, ready to run.

    The copies in DIR/notebooks are yours and are never written over. JupyterLab listens on loopback alone and asks for
    the token in the address that is printed. Ctrl-C ends it, and every notebook that runs in it.
    """
    from gdkit.lab.copies import copy_notebooks, names_for  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.lab.server import has_display, refuse_taken, running_lab  # noqa: PLC0415

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # a shell lets its background jobs ignore the first
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    browser = has_display() and not no_browser
    begun_with = _begun_with(case, scenario, findings, member_role)
    refuse_taken(port)
    try:
        with _work(case, scenario) as (folder, parameters, simulator):
            _say_copies(folder, copy_notebooks(folder, {**parameters, **begun_with}))
            start = f"{folder.notebooks.name}/{names_for(folder)[0]}.ipynb"
            with running_lab(folder.path, start, port=port, browser=browser) as running:
                _say_address(running, browser=browser)
                _wait(running, simulator)
    except KeyboardInterrupt:
        pass  # Ctrl-C is how it is ended, and the next line says so
    click.echo("Stopped. What was recorded is kept in the case folder, if one was begun.", err=True)


@contextmanager
def _work(case: str | None, scenario: str | None) -> Iterator[tuple[CaseFolder, Mapping[str, str], Simulator | None]]:
    """Give the case to work on, parameters of its notebooks, and the simulator that it lives in, if any."""
    if scenario is None:
        folder = _named_case(Path(case)) if case else _sample_case(Path(SAMPLE))
        if folder.about.exists():
            _enter_world(folder)
        yield folder, {}, None
        return
    new = _new_folder(case, scenario)  # told before anything is staged
    with simulated_world(scenario, SEED) as (simulator, staged):
        click.echo(f"A simulated account {staged.account_id} runs at {simulator.url}; {scenario} was staged in it.")
        begun = _simulated_case(new, staged)
        networks = begun.notebooks.resolve() / "networks.yaml"
        begun.notebooks.mkdir(mode=0o700)
        networks.write_text(staged.networks_yaml, encoding="utf-8")
        yield begun, {"networks": str(networks)}, simulator


def _begun_with(case: str | None, scenario: str | None, findings: str, member_role: str) -> dict[str, str]:
    """Give the parameters by which 1_triage begins a case; they are for a new one alone."""
    from gdkit.case.folder import CaseFolder  # noqa: PLC0415 - only what a command needs is loaded

    given = {"findings": str(Path(findings).absolute()) if findings else "", "member_role": member_role}
    if any(given.values()) and (case is None or scenario is not None or CaseFolder(Path(case)).about.exists()):
        raise UsageError("--findings and --member-role are for a case that is not begun yet",
                         action="name a new folder with --case, or leave them out")  # fmt: skip
    return {name: value for name, value in given.items() if value}


def _named_case(path: Path) -> CaseFolder:
    """Give the case in a folder; where none is begun, see that one can be: 1_triage does it."""
    from gdkit.case.files import write_error  # noqa: PLC0415
    from gdkit.case.folder import CaseFolder, refuse_strangers  # noqa: PLC0415

    folder = CaseFolder(path)
    if not folder.about.exists():
        try:
            refuse_strangers(folder)
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise write_error(path, error) from error
    return folder


def _enter_world(folder: CaseFolder) -> None:
    """Enter the world of a case; where it cannot be reached what was recorded can be read all the same."""
    from gdkit.gathering import enter_world  # noqa: PLC0415

    try:
        enter_world(folder)
    except CaseError as error:
        click.echo(f"note: {plain(str(error))} Until then the notebooks cannot ask AWS.", err=True)


def _sample_case(path: Path) -> CaseFolder:
    """Begin a case about the sample theft, or go on with it."""
    from gdkit.case.folder import CaseFolder, start_case  # noqa: PLC0415
    from gdkit.sample import sample_folder, write_sample  # noqa: PLC0415

    case = CaseFolder(path)
    if not case.about.exists():
        start_case(path, named_subject(str(sample_folder().finding)), trail=[str(path.absolute() / "sample" / "logs")])
    if not (path / "sample").exists():
        write_sample(path / "sample")
    return case


def _new_folder(case: str | None, scenario: str) -> Path:
    if case is None:
        return free_folder(Path(f"lab-{scenario}"))
    path = Path(case)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise CaseConflictError("the folder is not empty, and a simulated incident begins anew each time",
                                where=case,
                                action="name a new folder, or leave --simulated out to read this one")  # fmt: skip
    return path


def _simulated_case(path: Path, staged: Staged) -> CaseFolder:
    """Begin a case about what was staged: its finding, or the session itself where GuardDuty is silent."""
    from gdkit.case.folder import start_case  # noqa: PLC0415

    access = aws_access(profile="", regions=(), role_arn="", member_role=staged.member_role)
    finding = first_finding(staged)
    subject, not_asked = live_subject(finding, access) if finding else (named_subject(staged.principal_id), ())
    return start_case(path, subject, trail=["lookup"], access=access, not_asked=not_asked)


def _wait(running: Lab, simulator: Simulator | None) -> None:
    """Wait until JupyterLab ends; a simulated account delivers its log files meanwhile."""
    while running.process.poll() is None:
        try:
            running.process.wait(1)
        except TimeoutExpired:
            if simulator:
                simulator.accounts.delivery.deliver(simulator.accounts.clock.now())
    ended = f"JupyterLab has ended by itself, with status {running.process.returncode}"
    click.echo(f"{ended}; the last it said: {plain(running.said)}", err=True)


def _say_copies(folder: CaseFolder, copies: Copies) -> None:
    begun = "" if folder.about.exists() else ", not begun yet: choose its finding in 1_triage"
    click.echo(f"Case:      {folder.path}{begun}")
    made = f"{len(copies.made)} copied to {folder.notebooks}" if copies.made else f"in {folder.notebooks}"
    click.echo(f"Notebooks: {made}")
    if copies.kept:
        click.echo(f"  kept as they are, for they differ from gdkit's own: {', '.join(copies.kept)} "
                   "(delete or rename one to have it copied anew)")  # fmt: skip


def _say_address(running: Lab, *, browser: bool) -> None:
    click.echo(f"Address:   {running.url}")
    if not browser:
        click.echo("  Nothing was opened: open this address in a browser of this machine. From another one, first: "
                   f"ssh -L {running.port}:127.0.0.1:{running.port} THIS-MACHINE")  # fmt: skip
    click.echo("Stop it with Ctrl-C.", err=True)
