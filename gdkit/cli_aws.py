"""The commands that ask a real AWS account: ``gdkit check`` and ``gdkit findings``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gdkit.aws.access import AwsAccess
    from gdkit.check import Reach
    from gdkit.findings.api import ApiFindings
    from gdkit.model import Finding, NotSearched

GAPS = 3
"""Exit status of a run that was done but could not look everywhere it was told to."""

_OPTIONS = (
    click.option("--profile", default="", metavar="NAME", help="Profile of the AWS settings."),
    click.option("--region", "regions", multiple=True, metavar="REGION",
                 help="Look only here. Give it again for more; every enabled region if not given."),
    click.option("--role-arn", default="", metavar="ARN", help="Role to assume first."),
    click.option("--member-role", default="", metavar="NAME", help="Role to assume in other accounts."),
    click.option("--account", "accounts", multiple=True, metavar="ID",
                 help="Another account to ask, through the member role. Give it again for more."),
    click.option("--json", "as_json", is_flag=True, help="Write JSON."),
)  # fmt: skip

_FINDING_FIELDS = ("id", "arn", "type", "severity", "sample", "archived", "account_id", "region", "principal_id",
                   "role_name", "access_key_id", "api", "count", "title")  # fmt: skip


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command("check")
@_with_options
def check_command(*, as_json: bool, accounts: tuple[str, ...], **options: Any) -> None:
    """Tell what gdkit can reach in AWS, and which permission is missing for what.

    Nothing is changed. Exit status: 0 all can be reached, 3 there are gaps, 1 nothing can be reached.
    """
    from gdkit.check import check  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.check_text import reach_json, reach_lines  # noqa: PLC0415

    reach: Reach = check(_access(**options), account_ids=accounts)
    if as_json:
        click.echo(json.dumps(reach_json(reach), indent=2))
    else:
        _say(reach_lines(reach))
    raise click.exceptions.Exit(reach.exit_status)


@click.command("findings")
@_with_options
@click.option("--archived", is_flag=True, help="Also the archived ones, and those that a suppression rule archived.")
def findings_command(*, as_json: bool, accounts: tuple[str, ...], archived: bool, **options: Any) -> None:
    """List the open findings of the family, of all accounts and regions in reach, newest first.

    Exit status: 0 everything was asked, 3 something could not be asked.
    """
    from gdkit.aws.clients import open_read_only  # noqa: PLC0415
    from gdkit.findings.api import open_findings  # noqa: PLC0415

    access = _access(**options)
    found = open_findings(open_read_only(access), archived=archived, regions=access.regions, account_ids=accounts)
    if as_json:
        click.echo(json.dumps(_json_of(found), indent=2))
    else:
        _say(_lines_of(found))
    for row in found.not_searched:
        click.echo(f"not asked: {_plain(_sentence(row))}", err=True)
    if found.not_searched:
        raise click.exceptions.Exit(GAPS)


def _access(profile: str, regions: tuple[str, ...], role_arn: str, member_role: str) -> AwsAccess:
    from gdkit.aws.access import AwsAccess  # noqa: PLC0415

    home = regions[0] if regions else ""  # so that another partition is reached without settings
    return AwsAccess(profile=profile, role_arn=role_arn, member_role=member_role, region=home, regions=regions)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(_plain(line))


def _plain(text: str) -> str:
    """Give text for a terminal, one line: escape sequences in it are written out, not obeyed."""
    from gdkit.ui.text import visible  # noqa: PLC0415

    return visible(text).replace("\n", " ")


def _sentence(row: NotSearched) -> str:
    return f"{row.what}: {row.reason}"


def _lines_of(found: ApiFindings) -> list[str]:
    asked = [row for row in found.asked if row.detector_id]
    lines = [_finding_line(finding) for finding in found.findings]
    for finding in found.findings:
        lines += [f"  note on {finding.id}: {warning}" for warning in finding.warnings]
    count = len(found.findings)
    lines.append(
        f"{count or 'No'} finding{'' if count == 1 else 's'} in {len(asked)} detector{'' if len(asked) == 1 else 's'}."
    )
    lines += [f"note: {warning}" for warning in found.warnings]
    if found.causes:
        lines += ["That does not prove that no credential is used elsewhere. It can also mean:"]
        lines += [f"  - {cause}" for cause in found.causes]
    return lines


def _finding_line(finding: Finding) -> str:
    from gdkit.model import utc_text  # noqa: PLC0415

    remote = finding.remote.address or finding.remote.account_id or "a place it does not name"
    state = (" SAMPLE" if finding.sample else "") + (" archived" if finding.archived else "")
    severity = "no severity" if finding.severity is None else f"severity {finding.severity:g}"
    return (
        f"{finding.id}  {finding.variant}, {severity},{state} {finding.account_id} {finding.region}: "
        f"{finding.principal_id or finding.role_name} used from {remote}, {finding.count or 1} times, "
        f"last {utc_text(finding.last_seen_at) or 'at an unknown time'}"
    )


def _json_of(found: ApiFindings) -> dict[str, Any]:
    return {
        "findings": [_finding_json(finding) for finding in found.findings],
        "asked": [
            {
                "account_id": row.account_id,
                "region": row.region,
                "detector_id": row.detector_id,
                "status": row.status,
                "findings": row.findings,
            }
            for row in found.asked
        ],
        "not_searched": [{"what": row.what, "reason": row.reason} for row in found.not_searched],
        "warnings": list(found.warnings),
        "causes": list(found.causes),
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    from gdkit.identifiers import parse_principal_id  # noqa: PLC0415
    from gdkit.model import utc_text  # noqa: PLC0415

    principal = parse_principal_id(finding.principal_id)
    return {
        **{name: getattr(finding, name) for name in _FINDING_FIELDS},
        "instance_id": finding.instance.instance_id or (principal.instance_id if principal else None),
        "remote_address": finding.remote.address,
        "remote_account_id": finding.remote.account_id,
        "first_seen_at": utc_text(finding.first_seen_at),
        "last_seen_at": utc_text(finding.last_seen_at),
        "updated_at": utc_text(finding.updated_at),
        "warnings": list(finding.warnings),
    }
