"""The commands that ask a real AWS account: ``gdkit check`` and ``gdkit findings``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.options import GAPS, aws_access, aws_options, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gdkit.check import Reach
    from gdkit.findings.api import ApiFindings
    from gdkit.model import Finding, NotSearched

_OWN_OPTIONS = (
    click.option("--account", "accounts", multiple=True, metavar="ID",
                 help="Another account to ask, through the member role. Give it again for more."),
    click.option("--json", "as_json", is_flag=True, help="Write JSON."),
)  # fmt: skip

_FINDING_FIELDS = ("id", "arn", "type", "severity", "sample", "archived", "account_id", "region", "principal_id",
                   "role_name", "access_key_id", "api", "count", "title")  # fmt: skip


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OWN_OPTIONS):
        command = option(command)
    return aws_options(command)


@click.command("check")
@_with_options
def check_command(*, as_json: bool, accounts: tuple[str, ...], **options: Any) -> None:
    """Tell what gdkit can reach in AWS, and which permission is missing for what.

    Nothing is changed. Exit status: 0 all can be reached, 3 there are gaps, 1 nothing can be reached.
    """
    from gdkit.check import check  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.check_text import reach_json, reach_lines  # noqa: PLC0415

    reach: Reach = check(aws_access(**options), account_ids=accounts)
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

    access = aws_access(**options)
    found = open_findings(open_read_only(access), archived=archived, regions=access.regions, account_ids=accounts)
    if as_json:
        click.echo(json.dumps(_json_of(found), indent=2))
    else:
        _say(_lines_of(found))
    for row in found.not_searched:
        click.echo(f"not asked: {plain(_sentence(row))}", err=True)
    if found.not_searched:
        raise click.exceptions.Exit(GAPS)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(plain(line))


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
