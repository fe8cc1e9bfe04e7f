"""The command that prints policies: ``gdkit permissions``."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("role", type=click.Choice(["analyst", "responder"]))
@click.argument("steps", metavar="[STEP]…", nargs=-1)
@click.option("--case", "case", default="", metavar="DIR", help="Fill in the role, the instance and the account of it.")
def permissions(role: str, steps: tuple[str, ...], case: str) -> None:
    """Print the least IAM policy for an analyst or a responder.

    The analyst only reads. The responder's policy is for the STEPs that are named, all if none is; a policy for one
    case is limited to its role and its instance. No AWS is asked.
    """
    from gdkit.response.catalogue import STEPS, step_named  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.response.permissions import analyst_policy, responder_policy  # noqa: PLC0415

    chosen = [step_named(name) for name in steps] or list(STEPS.values())
    if role == "analyst":
        click.echo(json.dumps(analyst_policy(chosen), indent=2))
        return
    from gdkit.case.folder import open_case  # noqa: PLC0415
    from gdkit.responding.target import offline_target  # noqa: PLC0415

    target = offline_target(open_case(Path(case))) if case else None
    click.echo(json.dumps(responder_policy(chosen, target), indent=2))
