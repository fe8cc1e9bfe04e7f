"""The exercise by command: ``gdkit tabletop``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.options import plain
from gdkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.case.folder import CaseFolder
    from gdkit.ui.view import View


@click.command()
@click.option(
    "--case", "case", required=True, metavar="DIR", help="Folder of the exercise: made anew, or taken up again."
)
@click.option("--scenario", default="", metavar="NAME",
              help="theft, onprem, hub, inside, same-account or quiet; the seed draws one if not given.")  # fmt: skip
@click.option("--seed", type=int, metavar="N", help="Which variant; drawn if not given.")
@click.option("--analyst", default="", metavar="NAME", help="Who plays; the system's user name if not given.")
@click.option("--answer", "given", multiple=True, metavar="NAME=VALUE",
              help="Answer a question, several names with commas; none says that there is nothing.")  # fmt: skip
@click.option("--hint", default="", metavar="PART", help="Open the hint of a part; it costs points.")
@click.option("--score", "doing", flag_value="score", help="End the exercise, and show the score.")
@click.option(
    "--stop", "doing", flag_value="stop", help="Stop the simulated account; the exercise can be taken up again."
)
def tabletop(case: str, doing: str | None, **options: Any) -> None:
    """Train on a simulated account: an incident, questions, acts, and a score at the end.

    The account runs beside this command until the exercise is ended or stopped, or nobody called it for three hours.
    The notebooks and the gdkit commands on the same case folder find it by themselves.
    """
    from gdkit.training.exercise import Asked, begin_exercise, has_ended, open_exercise  # noqa: PLC0415

    if doing == "stop":
        _stop(open_exercise(Path(case)))
        return
    if doing == "score":
        _score(open_exercise(Path(case)), options["given"])
        return
    asked = Asked(options["scenario"], options["seed"], options["analyst"])
    click.echo("The simulated account is being staged or found …", err=True)
    folder = begin_exercise(Path(case), asked)
    if has_ended(folder):
        _score(folder, ())
    elif options["given"] or options["hint"]:
        _answer(folder, options["given"], options["hint"])
    else:
        _tell(folder)


def _tell(folder: CaseFolder) -> None:
    """Tell the situation, the questions, and how to go on."""
    from gdkit.stages.training import situation_of  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.training.catalogue import questions  # noqa: PLC0415

    _say(situation_of(folder, kept=True))
    click.echo("Questions, answered with --answer NAME=VALUE:")
    for one in questions().values():
        choices = f" ({', '.join((*one.choices, 'none'))})" if one.choices else ""
        click.echo(f"  {one.name:<17} {one.asks}{choices}")
    click.echo("Go on with the notebook tabletop on this folder, or with the commands:")
    shown = plain(str(folder.path))
    for line in (f"investigate {_subject(folder)} --case {shown}{_member_role(folder)}", f"respond --case {shown}",
                 f"tabletop --case {shown} --score"):  # fmt: skip
        click.echo(f"  gdkit {line}")


def _subject(folder: CaseFolder) -> str:
    from gdkit.case.folder import case_subject  # noqa: PLC0415 - only what a command needs is loaded

    subject = case_subject(folder)
    return subject.finding.id if subject.finding else str(subject.instance_id)


def _member_role(folder: CaseFolder) -> str:
    from gdkit.case.folder import case_access  # noqa: PLC0415 - only what a command needs is loaded

    access = case_access(folder)
    return f" --member-role {access.member_role}" if access and access.member_role else ""


def _answer(folder: CaseFolder, given: Iterable[str], hint: str) -> None:
    from gdkit.training.course import answers, open_hint, record_answers  # noqa: PLC0415 - only what is needed is loaded

    record_answers(folder, _read(given))
    for name, names in answers(folder).items():
        click.echo(plain(f"{name}: {', '.join(names) or 'none'}"))
    if hint:
        click.echo(plain(f"Hint: {open_hint(folder, hint)}"))


def _score(folder: CaseFolder, given: Iterable[str]) -> None:
    from gdkit.training.course import record_answers  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.training.ending import end_exercise, score_from  # noqa: PLC0415
    from gdkit.ui.exercise_words import score_view  # noqa: PLC0415

    record_answers(folder, _read(given))
    document = end_exercise(folder)
    _say(score_view(document, score_from(document)))


def _stop(folder: CaseFolder) -> None:
    from gdkit.training.link import stop_account  # noqa: PLC0415 - only what a command needs is loaded

    ran = stop_account(folder)
    click.echo("Stopped. Its changes are kept; the exercise is taken up again with the same command." if ran
               else "It does not run.")  # fmt: skip


def _read(assignments: Iterable[str]) -> dict[str, list[str]]:
    """Read NAME=VALUE, several values with commas.

    Raises:
        UsageError: one has no equals sign.
    """
    given = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError("an answer is written NAME=VALUE", where=f"--answer {text[:60]}")
        given[name.strip()] = value.split(",")
    return given


def _say(view: View) -> None:
    for line in view.text().splitlines():
        click.echo(plain(line))
