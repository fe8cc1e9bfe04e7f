"""What several commands share: how AWS is reached, and text made fit for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.aws.access import AwsAccess

GAPS = 3
"""Exit status of a run that was done but could not look everywhere it was told to."""

_AWS = (
    click.option("--profile", default="", metavar="NAME", help="Profile of the AWS settings."),
    click.option("--region", "regions", multiple=True, metavar="REGION",
                 help="Look only here. Give it again for more; every enabled region if not given."),
    click.option("--role-arn", default="", metavar="ARN", help="Role to assume first."),
    click.option("--member-role", default="", metavar="NAME", help="Role to assume in other accounts."),
)  # fmt: skip


def aws_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how AWS is reached."""
    for option in reversed(_AWS):
        command = option(command)
    return command


def aws_access(*, profile: str, regions: tuple[str, ...], role_arn: str, member_role: str) -> AwsAccess:
    """Give what these options say.

    Raises:
        ParameterError: one of them cannot be what it is named for.
    """
    from gdkit.aws.access import AwsAccess  # noqa: PLC0415 - only what a command needs is loaded

    home = regions[0] if regions else ""  # so that another partition is reached without settings
    return AwsAccess(profile=profile, role_arn=role_arn, member_role=member_role, region=home, regions=regions)


def plain(text: str) -> str:
    """Give text for a terminal, one line: escape sequences in it are written out, not obeyed."""
    from gdkit.ui.text import visible  # noqa: PLC0415

    return visible(text).replace("\n", " ")


def absolute(source: str) -> str:
    """Give a source that a kernel in another folder reads as the same."""
    from gdkit.trail.named import absolute as absolute_source  # noqa: PLC0415 - only what a command needs is loaded

    return absolute_source(source)
