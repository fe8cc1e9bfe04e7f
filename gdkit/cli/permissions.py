"""The command that prints policies: ``gdkit permissions``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gdkit.errors import UsageError


@click.command()
@click.argument("role", type=click.Choice(["analyst", "responder"]))
@click.argument("steps", metavar="[STEP]…", nargs=-1)
@click.option("--case", "case", default="", metavar="DIR", help="Fill in the role, the instance and the account of it.")
@click.option(
    "--trail", "trail", multiple=True, metavar="SOURCE", help="An analyst's s3://BUCKET/PREFIX, to be read, too."
)
def permissions(role: str, steps: tuple[str, ...], case: str, trail: tuple[str, ...]) -> None:
    """Print the least IAM policy for an analyst or a responder.

    The analyst only reads; with --trail a trail's bucket, too. The responder's policy is for the STEPs that are named,
    all if none is; a policy for one case is limited to its role and its instance. No AWS is asked.
    """
    from gdkit.response.catalogue import STEPS, step_named  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.response.permissions import analyst_policy, responder_policy  # noqa: PLC0415

    chosen = [step_named(name) for name in steps] or list(STEPS.values())
    if role == "analyst":
        policy = analyst_policy(chosen)
        policy["Statement"] += _of_buckets(trail)
        click.echo(json.dumps(policy, indent=2))
        return
    from gdkit.case.folder import open_case  # noqa: PLC0415
    from gdkit.responding.target import offline_target  # noqa: PLC0415

    target = offline_target(open_case(Path(case))) if case else None
    click.echo(json.dumps(responder_policy(chosen, target), indent=2))


def _of_buckets(sources: tuple[str, ...]) -> list[dict[str, Any]]:
    """Give the statements that let an analyst read trails' buckets, each with an id of its own."""
    from gdkit.permissions_bucket import bucket_statements  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.trail.named import S3Trail, parse_source  # noqa: PLC0415

    found: list[dict[str, Any]] = []
    for number, source in enumerate(sources, start=1):
        named = parse_source(source)
        if not isinstance(named, S3Trail):
            raise UsageError("only a trail's bucket has permissions of its own here", where=source,
                             action="give s3://BUCKET/PREFIX")  # fmt: skip
        for statement in bucket_statements(named.bucket, named.prefix):
            more = str(number) if number > 1 else ""
            found.append({**statement, "Sid": f"{statement['Sid']}{more}"})
    return found
