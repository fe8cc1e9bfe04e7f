"""The command that responds: ``gdkit respond``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.options import GAPS, plain
from gdkit.errors import UsageError
from gdkit.responding.looks import LOOKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.aws.access import AwsAccess
    from gdkit.case.folder import CaseFolder
    from gdkit.responding.run import Desk
    from gdkit.response.plan import Plan

_WAYS = (
    click.option("--profile", default="", metavar="NAME", help="The reader's profile, if not as the case was begun."),
    click.option("--region", default="", metavar="REGION", help="The reader's home region, likewise."),
    click.option("--role-arn", default="", metavar="ARN", help="Role that the reader assumes first, likewise."),
    click.option("--member-role", default="", metavar="NAME", help="Role that the reader assumes in other accounts."),
    click.option("--responder-profile", default="", metavar="NAME", help="Profile of the one who may change things."),
    click.option("--responder-role-arn", default="", metavar="ARN", help="Role that the responder assumes first."),
    click.option("--responder-member-role", default="", metavar="NAME",
                 help="Role that the responder assumes in other accounts."),
)  # fmt: skip


def _with_ways(command: Any) -> Any:
    for option in reversed(_WAYS):
        command = option(command)
    return command


@click.command()
@click.argument("step", metavar="[STEP]", default="")
@click.option("--case", "case", required=True, metavar="DIR", help="The case folder.")
@click.option("-o", "--option", "told", multiple=True, metavar="NAME=VALUE", help="Tell the step an option.")
@click.option("--apply", "do_apply", is_flag=True, help="Apply the plan that was reviewed, of the step or of its undo.")
@click.option("--undo", "do_undo", is_flag=True, help="Preview the undoing of what the step did last.")
@click.option("--verify", "do_verify", is_flag=True, help="Read back whether what the step did is in force.")
@click.option("--explain", "do_explain", is_flag=True, help="Say what the step does, breaks and leaves open.")
@click.option("--skip", "do_skip", is_flag=True, help="Leave this part of the order out; needs --reason.")
@click.option(
    "--done",
    "do_done",
    is_flag=True,
    help="Say that a task of a person was done, or what answers a question of recovery; needs --reason.",
)
@click.option("--plan", "plan_hash", default="", metavar="HASH",
              help="Hash of the plan that was reviewed; at a terminal it is asked for.")  # fmt: skip
@click.option(
    "--despite", default="", metavar="TEXT", help="With --apply: why a plan is applied although a check of it failed."
)
@click.option("--reason", default="", metavar="TEXT", help="Why a part is left out, or what came of a task.")
@click.option("--item", type=click.IntRange(min=1), metavar="N", help="With grown: preview the step of its item N.")
@click.option("--trail", "trail", multiple=True, metavar="SOURCE",
              help="With recheck: log files of the time since, instead of the event history. With prevention: logs of "
              "the account to try the policies on.")  # fmt: skip
@click.option("--analyst", default="", metavar="NAME", help="Who works; who began the case if not given.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@_with_ways
def respond(step: str, case: str, **options: Any) -> None:
    """Contain, keep evidence, recover: preview a STEP, apply it, verify it, undo it.

    Without STEP: the order of the whole response, what is done, next and skipped. With STEP alone: a preview, which
    changes nothing. To apply, give the hash of the plan that was previewed: --apply --plan HASH. An undo is previewed
    with --undo and applied in the same way.

    In the place of STEP also a look, which changes nothing: choices, grown, rules, recheck, imds,
    recovery, prevention.

    Exit status: 0 done, 1 it failed or was refused, 2 wrong use, 3 done, but a check failed or cannot be told.
    """
    from gdkit.case.folder import open_case  # noqa: PLC0415 - only what a command needs is loaded

    doing = _doing(step, options)
    folder = open_case(Path(case))
    if not step:
        if doing:
            raise UsageError(f"--{doing} needs a step", action="name one; without a step the order is shown")
        _show_order(folder, as_json=options["as_json"])
        return
    if step in LOOKS and doing is None:
        _look(folder, step, options)
        return
    handler = {None: _preview, "apply": _apply, "undo": _undo, "verify": _verify}.get(doing)
    if handler is not None:
        handler(_desk(folder, options), step, options)
    elif doing == "explain":
        _explain(step)
    else:
        from gdkit.responding.overview import note  # noqa: PLC0415

        note(folder, step, skipped=doing == "skip", reason=options["reason"], actor=options["analyst"])
        click.echo("Written in the journal.")


def _doing(step: str, options: dict[str, Any]) -> str | None:
    """Give the one thing that is to be done with a step; None for the preview.

    Raises:
        UsageError: two are asked for at once, or an option belongs to something else.
    """
    asked = [name for name in ("apply", "undo", "verify", "explain", "skip", "done") if options[f"do_{name}"]]
    if len(asked) > 1:
        raise UsageError(f"--{asked[0]} and --{asked[1]} cannot be asked for at once", where=f"step {step}",
                         action="an undo is previewed with --undo alone, and applied with --apply --plan HASH of that "
                         "preview")  # fmt: skip
    doing = asked[0] if asked else None
    if options["plan_hash"] and doing != "apply":
        raise UsageError("--plan names a plan to apply", where=f"step {step}", action="add --apply")
    if options["item"] is not None and (step != "grown" or doing):
        raise UsageError("--item is a number of the look grown", where=step or "no step",
                         action="gdkit respond --case DIR grown --item N previews the step of that item")  # fmt: skip
    return doing


def _desk(case: CaseFolder, options: dict[str, Any]) -> Desk:
    from gdkit.responding.run import open_desk  # noqa: PLC0415 - only what a command needs is loaded

    return open_desk(case, access=_access(case, options), actor=options["analyst"])


def _access(case: CaseFolder, options: dict[str, Any]) -> AwsAccess | None:
    """Give the case's way to AWS with what the command line says of it; None where neither says anything."""
    from dataclasses import replace  # noqa: PLC0415 - only what a command needs is loaded

    from gdkit.aws.access import AwsAccess  # noqa: PLC0415
    from gdkit.case.folder import case_access  # noqa: PLC0415

    names = (
        "profile",
        "region",
        "role_arn",
        "member_role",
        "responder_profile",
        "responder_role_arn",
        "responder_member_role",
    )
    given = {name: options[name] for name in names if options[name]}
    kept = case_access(case)
    return replace(kept or AwsAccess(), **given) if kept or given else None


def _preview(desk: Desk, step: str, options: dict[str, Any]) -> None:
    from gdkit.responding.run import preview_step  # noqa: PLC0415 - only what a command needs is loaded

    _show_plan(desk, preview_step(desk, step, _told(options["told"])), as_json=options["as_json"])


def _look(folder: CaseFolder, name: str, options: dict[str, Any]) -> None:
    """Take a look; with an item of what grew, preview its step."""
    from gdkit.responding.looks import Asked, take_look  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.ui.look_view import look_document, look_lines  # noqa: PLC0415

    if options["item"] is not None:
        _preview_item(folder, options)
        return
    found = take_look(name, Asked(folder, lambda: _desk(folder, options), options["trail"], options["analyst"]))
    if options["as_json"]:
        click.echo(json.dumps(look_document(found), indent=2, default=str))
    else:
        _say(look_lines(found))
    if found.holds is False or (found.asks and found.holds is None):
        raise click.exceptions.Exit(GAPS)


def _preview_item(folder: CaseFolder, options: dict[str, Any]) -> None:
    from gdkit.responding.looks.grown import grown_item, item_options  # noqa: PLC0415 - only what is needed is loaded
    from gdkit.responding.run import preview_step  # noqa: PLC0415

    item = grown_item(folder, options["item"])
    told, desk = item_options(item, _told(options["told"])), _desk(folder, options)
    _show_plan(desk, preview_step(desk, item.step, told), as_json=options["as_json"])


def _undo(desk: Desk, step: str, options: dict[str, Any]) -> None:
    from gdkit.responding.run import preview_undo  # noqa: PLC0415 - only what a command needs is loaded

    _show_plan(desk, preview_undo(desk, step, _told(options["told"])), as_json=options["as_json"])


def _apply(desk: Desk, step: str, options: dict[str, Any]) -> None:
    """Apply a plan by its hash; at a terminal the step is previewed and the hash asked for."""
    from gdkit.responding.run import apply_plan, preview_step  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.response.engine import reviewed_plan  # noqa: PLC0415
    from gdkit.ui.response_words import applied_summary, check_sentence  # noqa: PLC0415

    named = options["plan_hash"]
    if not named:
        if not sys.stdin.isatty():
            raise UsageError("a plan is applied by the hash of its preview, and none was given",
                             where=f"step {step}", action="preview the step, and add --plan HASH")  # fmt: skip
        plan = preview_step(desk, step, _told(options["told"]))
        _show_plan(desk, plan, as_json=False)
        if plan.nothing_to_do:
            return
        named = click.prompt(f"Type the plan's hash ({plan.short_hash}) to apply it, or Ctrl-C to leave it", type=str)
        if not plan.hash.startswith(named.strip().lower()):
            raise UsageError("this is not the hash of the plan above; nothing was done", where=f"step {step}")
    plan = reviewed_plan(named, desk.record)
    if plan.step != step:
        raise UsageError(f"this plan was made by the step {plan.step}, not by {step}; nothing was done",
                         where=f"plan {plan.short_hash}")  # fmt: skip
    applied = apply_plan(desk, plan.hash, despite=options["despite"])
    _say([applied_summary(applied), *(f"- {check_sentence(check)}" for check in applied.checks)])
    if not applied.verified:
        raise click.exceptions.Exit(GAPS)


def _verify(desk: Desk, step: str, options: dict[str, Any]) -> None:
    from gdkit.responding.run import verify_step  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.ui.response_words import check_sentence  # noqa: PLC0415

    done, checks = verify_step(desk, step)
    ended = "" if done.status == "done" else f" It did not end well: {done.status}. {done.error}"
    _say([f"Begun {done.at} by {done.actor}, plan {done.plan_hash[:12]}.{ended}",
          *(f"- {check_sentence(check)}" for check in checks)])  # fmt: skip
    if not all(check.holds for check in checks):
        raise click.exceptions.Exit(GAPS)


def _explain(step: str) -> None:
    from gdkit.response.catalogue import step_named  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.ui.response_words import explanation_facts  # noqa: PLC0415

    found = step_named(step)
    _say([f"{found.name}: {found.title} ({found.phase})",
          *(f"{name}: {value}" for name, value in explanation_facts(found.explanation)),
          *(f"-o {option.name}=…  {option.meaning}" + (f" [{option.default}]" if option.default else "")
            for option in found.options)])  # fmt: skip


def _show_plan(desk: Desk, plan: Plan, *, as_json: bool) -> None:
    from gdkit.response.plan import plan_document  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.ui.response_words import plan_lines  # noqa: PLC0415

    if as_json:
        click.echo(json.dumps({"hash": plan.hash, **plan_document(plan)}, indent=2))
        return
    _say(plan_lines(plan))
    if not plan.nothing_to_do:
        click.echo(f"To apply it: gdkit respond --case {plain(str(desk.case.path))} {plan.step} --apply "
                   f"--plan {plan.short_hash}")  # fmt: skip


def _show_order(case: CaseFolder, *, as_json: bool) -> None:
    from dataclasses import asdict  # noqa: PLC0415 - only what a command needs is loaded

    from gdkit.responding.overview import case_playbook, overview  # noqa: PLC0415
    from gdkit.response.catalogue import MODULES  # noqa: PLC0415

    playbook, rows = case_playbook(case), overview(case)
    if as_json:
        click.echo(
            json.dumps({"playbook": playbook and playbook.name, "rows": [asdict(row) for row in rows]}, indent=2)
        )
    elif playbook is None:
        _say(["Nobody has decided yet whether the address is trusted, so there is no order to go by.",
              "Record a verdict first (gdkit investigate … --verdict VALUE --reason TEXT, or notebook 3_classify).",
              f"Steps that can be previewed at any time: {', '.join(MODULES)}"])  # fmt: skip
    else:
        _say([f"{playbook.title}:"])
        for number, row in enumerate(rows, start=1):
            told = "".join(f" -o {name}={value}" for name, value in row.told)
            _say([f"{number:>3}. {row.state:<9} {row.name}{told}{' --undo' if row.undo else ''}: {row.what or row.why}",
                  *([f"               {row.detail}"] if row.detail else [])])  # fmt: skip


def _told(assignments: Iterable[str]) -> dict[str, str]:
    """Read NAME=VALUE.

    Raises:
        UsageError: one has no equals sign, or a name stands twice.
    """
    told: dict[str, str] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals or name in told:
            raise UsageError("an option is written NAME=VALUE, and each once", where=f"-o {text[:60]}")
        told[name.strip()] = value
    return told


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(plain(line))
