"""The command that writes the statement of a table for Athena: ``gdkit athena-table``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from gdkit.cli.options import GAPS, aws_access, aws_options, plain
from gdkit.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from gdkit.aws import ReadOnlyAws
    from gdkit.trail.named import S3Trail
    from gdkit.trail.query.ddl import TrailPlace
    from gdkit.trail.query.table import TableShape

_NAME = re.compile(r"[a-z0-9_]{1,255}")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_A_YEAR = timedelta(days=365)


@click.command("athena-table")
@click.argument("table", metavar="DB.TABLE")
@click.option("--trail", "trail", default="", metavar="NAME", help="The trail, by name or ARN, if there are several.")
@click.option("--bucket", default="", metavar="S3-URL",
              help="Where the log files are, s3://BUCKET/PREFIX: then AWS is not asked for the trail.")  # fmt: skip
@click.option("--archive", default="", metavar="S3-URL",
              help="Where the parts of an archive were copied to, s3://BUCKET/PREFIX: the table is over these, and not "
                   "over a trail's log files. It has no accounts, regions or days to be named.")  # fmt: skip
@click.option("--account", "accounts", multiple=True, metavar="ID",
              help="An account whose files are there. Give it again for more; none of an organisation's trail: then "
                   "each query names its accounts.")  # fmt: skip
@click.option("--organization", default="", metavar="ID", help="With --bucket: the organisation, o-…, of its trail.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day of the table; a year ago if not given.")
@click.option("--look", is_flag=True,
              help="With --bucket or --archive: look whether the table is there already, as without them; --archive "
                   "has a --region for this alone.")  # fmt: skip
@aws_options
def athena_table(table: str, **options: Any) -> None:
    """Write the statement that makes an Athena table over a trail's log files, for '--trail athena:…'.

    The statement goes to the standard output; gdkit, which only reads, does not run it. Run it in Athena yourself.
    Days, accounts and regions are partitions by projection, so nothing is ever added by hand. Whether the table is
    there already is said, and what differs.

    With --archive the table is over an archive's parts (see 'gdkit archive'), copied with 'aws s3 sync DIR/runs
    s3://BUCKET/PREFIX --delete --exclude "*" --include "*.parquet"'. It has no partitions: each question may read all
    of them.

    Exit status: 0 the table is not there yet, or will do; 3 it is there and differs.
    """
    from gdkit.trail.query.ddl import create_statement  # noqa: PLC0415 - only what a command needs

    database, name = _names(table)
    _see_regions(options["regions"])
    if options["archive"]:
        wanted = _over_archive(options, database, name)
        aws = _reader(options) if options["look"] else None
    else:
        aws = _reader(options) if options["look"] or not options["bucket"] else None
        wanted = _over_trail(aws, options, database, name)
    click.echo(create_statement(wanted))
    if aws is not None:
        _say_what_is_there(aws, wanted)


def _say_what_is_there(aws: ReadOnlyAws, wanted: TableShape) -> None:
    from gdkit.trail.query.trails import look_at  # noqa: PLC0415 - only what a command needs is loaded

    name, found = f"{wanted.database}.{wanted.name}", look_at(aws, wanted)
    if found is None:
        click.echo(f"{name} is not in {aws.region} yet. Run the statement in Athena there, after 'CREATE DATABASE "
                   f"{wanted.database}' where there is no such database; then ask with "
                   f"--trail athena:WORKGROUP/{name}@{aws.region}", err=True)  # fmt: skip
    elif not found:
        click.echo(f"{name} is in {aws.region} already, and will do: nothing is to be done.", err=True)
    else:
        click.echo(f"{name} is in {aws.region} already, and differs:", err=True)
        for line in found:
            click.echo(f"  - {plain(line)}", err=True)
        click.echo("Give the new table another name, or drop that one first: what lies in the bucket stays.", err=True)
        raise click.exceptions.Exit(GAPS)


def _names(table: str) -> tuple[str, str]:
    database, _, name = table.partition(".")
    if not (_NAME.fullmatch(database) and _NAME.fullmatch(name)):
        raise UsageError("database and table are names of small letters, digits and underscores, with a dot between",
                         where=table[:80], action="write it like logs.cloudtrail")  # fmt: skip
    return database, name


def _see_regions(regions: tuple[str, ...]) -> None:
    from gdkit.identifiers import is_region  # noqa: PLC0415 - only what a command needs is loaded

    wrong = [one for one in regions if not is_region(one)]
    if wrong:
        raise UsageError(f"{wrong[0][:40]!r} is no name of a region", action="write it like eu-west-1")


def _reader(options: dict[str, Any]) -> ReadOnlyAws:
    from gdkit.aws.clients import open_read_only  # noqa: PLC0415 - only what a command needs is loaded

    named = {name: options[name] for name in ("profile", "regions", "role_arn", "member_role")}
    return open_read_only(aws_access(**named))


def _over_archive(options: dict[str, Any], database: str, name: str) -> TableShape:
    from gdkit.trail.query.archived import table_of_archive  # noqa: PLC0415 - only what a command needs is loaded

    others = {"--trail": "trail", "--bucket": "bucket", "--account": "accounts", "--organization": "organization",
              "--since": "since", "--region": "regions"}  # fmt: skip
    mixed = [option for option, key in others.items()
             if options[key] and not (option == "--region" and options["look"])]  # fmt: skip
    if mixed:
        raise UsageError(f"--archive and {', '.join(mixed)} exclude each other",
                         action="name the archive's place alone: its table needs nothing else")  # fmt: skip
    place = _bucket_of(options["archive"])
    return table_of_archive(f"s3://{place.bucket}/{place.prefix}", database, name)


def _over_trail(aws: ReadOnlyAws | None, options: dict[str, Any], database: str, name: str) -> TableShape:
    from gdkit.trail.query.ddl import table_over  # noqa: PLC0415 - only what a command needs is loaded

    place = _place_named(options) if options["bucket"] else _place_asked(aws, options)
    return table_over(place, database, name)


def _bucket_of(url: str) -> S3Trail:
    from gdkit.trail.named import S3Trail, parse_source  # noqa: PLC0415 - only what a command needs is loaded
    from gdkit.trail.query.ddl import check_place  # noqa: PLC0415

    named = parse_source(url)
    if not isinstance(named, S3Trail):
        raise UsageError("a bucket is named s3://BUCKET/PREFIX", where=url[:80])
    check_place(named.bucket, named.prefix)
    return named


def _place_asked(aws: ReadOnlyAws | None, options: dict[str, Any]) -> TrailPlace:
    from gdkit.trail.query.trails import place_of_trail  # noqa: PLC0415 - only what a command needs is loaded

    assert aws is not None  # noqa: S101 - opened where no bucket is named
    return place_of_trail(aws, options["trail"], accounts=_accounts(options), regions=options["regions"],
                          since=_first_day(options))  # fmt: skip


def _place_named(options: dict[str, Any]) -> TrailPlace:
    from gdkit.trail.query.ddl import TrailPlace  # noqa: PLC0415 - only what a command needs is loaded

    bucket, organization, accounts = options["bucket"], options["organization"], _accounts(options)
    named = _bucket_of(bucket)
    if organization and not _ORGANIZATION.fullmatch(organization):
        raise UsageError("it is no id of an organisation", where=organization[:40], action="write it like o-abcde12345")
    if not accounts and not organization:
        raise UsageError("whose files are in the bucket is not told", where=bucket[:80],
                         action="name each account with --account, or the organisation by --organization")  # fmt: skip
    if not options["regions"]:
        raise UsageError("no region is named", where=bucket[:80], action="name each region of the trail with --region")
    prefix = named.prefix.partition("AWSLogs")[0].strip("/")
    return TrailPlace(named.bucket, prefix, organization, accounts, options["regions"], _first_day(options))


def _accounts(options: dict[str, Any]) -> tuple[str, ...]:
    from gdkit.identifiers import is_account_id  # noqa: PLC0415 - only what a command needs is loaded

    accounts: tuple[str, ...] = options["accounts"]
    wrong = [one for one in accounts if not is_account_id(one)]
    if wrong:
        raise UsageError(f"{wrong[0][:40]!r} is no account id: it has twelve digits")
    return accounts


def _first_day(options: dict[str, Any]) -> date:
    since: datetime | None = options["since"]
    return (since or datetime.now(UTC) - _A_YEAR).date()
