"""A finding that is named by its id or ARN, fetched from GuardDuty with the others of its session."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from gdkit.cli.options import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.aws.access import AwsAccess
    from gdkit.model import NotSearched, Subject

_FINDING_ID = re.compile(r"[0-9a-f]{32}")
_FINDING_ARN = re.compile(r"arn:aws[a-z-]*:guardduty:")


def is_live(finding: str) -> bool:
    """Tell whether FINDING is the id or ARN of a finding in GuardDuty, rather than a file."""
    named = _FINDING_ID.fullmatch(finding) or _FINDING_ARN.match(finding)
    return bool(named) and not os.path.exists(finding)  # noqa: PTH110 - any text may be asked about


def live_subject(finding: str, access: AwsAccess) -> tuple[Subject, tuple[NotSearched, ...]]:
    """Fetch a finding from GuardDuty, with the others of its session, and say what could not be asked.

    Returns:
        The subject, and where others of its findings could not be asked for.

    Raises:
        FindingError: there is no such finding in reach.
        AwsError: AWS cannot be asked.
    """
    from gdkit.aws import open_read_only  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.findings.api import finding_by_id  # noqa: PLC0415
    from gdkit.gathering.subject import found_in, siblings_of, subject_with  # noqa: PLC0415

    aws = open_read_only(access)
    asked = finding_by_id(aws, finding, regions=access.regions)
    _say_not_asked(asked.not_searched)
    found = found_in(asked, finding)
    siblings = siblings_of(aws, found, access.regions)
    _say_not_asked(row for row in siblings.not_searched if row not in asked.not_searched)
    return subject_with(found, siblings)


def _say_not_asked(gaps: Iterable[NotSearched]) -> None:
    for row in gaps:
        click.echo(f"not asked: {plain(f'{row.what}: {row.reason}')}", err=True)
