"""Statements that make tables: over a trail's log files, with partition projection, and over an archive's parts.

No partition is ever added by hand: days go on by themselves, accounts and regions are listed, or named by each query.
What a table that is there has otherwise is told.

Source: Athena User Guide, "Create the table for CloudTrail logs in Athena using partition projection" and "Use dynamic
ID partitioning"; CloudTrail User Guide, "CloudTrail record contents" and "Finding your CloudTrail log files".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from gdkit.errors import UsageError
from gdkit.trail.query.table import TableShape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_SERDE = "org.apache.hive.hcatalog.data.JsonSerDe"
_INPUT = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_USER = (
    "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,"
    "username:string,identityprovider:string,onbehalfof:struct<userid:string,identitystorearn:string>,"
    "inscopeof:struct<sourcearn:string,sourceaccount:string,issuertype:string,credentialsissuedto:string>,"
    "sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,"
    "sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,"
    "ec2roledelivery:string,sourceidentity:string,"
    "webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>>>"
)
COLUMNS = {
    "eventversion": "string",
    "useridentity": _USER,
    "eventtime": "string",
    "eventsource": "string",
    "eventname": "string",
    "awsregion": "string",
    "sourceipaddress": "string",
    "useragent": "string",
    "errorcode": "string",
    "errormessage": "string",
    "requestparameters": "string",
    "responseelements": "string",
    "additionaleventdata": "string",
    "requestid": "string",
    "eventid": "string",
    "readonly": "string",
    "resources": "array<struct<arn:string,arnprefix:string,accountid:string,type:string>>",
    "eventtype": "string",
    "apiversion": "string",
    "managementevent": "string",
    "recipientaccountid": "string",
    "serviceeventdetails": "string",
    "sharedeventid": "string",
    "vpcendpointid": "string",
    "vpcendpointaccountid": "string",
    "eventcategory": "string",
    "sessioncredentialfromconsole": "string",
    "edgedevicedetails": "string",
    "tlsdetails": "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>",
}
"""Every field of a record that an investigation can use; AWS's own statement lacks some of them."""

_KEYS = ("account", "region", "day")


@dataclass(frozen=True, slots=True)
class TrailPlace:
    """Where a trail's log files are.

    Attributes:
        prefix: what comes before ``AWSLogs`` in their keys; empty for nothing.
        organization_id: of an organisation's trail, ``o-…``; empty for an account's own.
        accounts: those whose files are there; empty where each query names them.
        regions: those to be asked about.
        since: the first day.
    """

    bucket: str
    prefix: str
    organization_id: str
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    since: date

    @property
    def location(self) -> str:
        """The folder that holds a folder for each account."""
        parts = (self.bucket, self.prefix.strip("/"), "AWSLogs", self.organization_id)
        return f"s3://{'/'.join(part for part in parts if part)}/"


def check_place(bucket: str, prefix: str) -> None:
    """See that Athena would read the very place: a part of a path that is empty it leaves out.

    Raises:
        UsageError: a part is empty.

    Source: Athena User Guide, "Specify a table location in Amazon S3".
    """
    if "//" in f"/{prefix}":
        raise UsageError(
            "one slash stands behind another: Athena leaves it out, and would read another place",
            where=f"s3://{bucket}/{prefix}"[:200],
            action=f"where the keys have both, read the bucket, with --trail s3://{bucket}/…; else leave one out",
        )


def table_over(place: TrailPlace, database: str, name: str) -> TableShape:
    """Describe the table over a trail's log files."""
    columns = {column: exp.DataType.build(kind, dialect="hive") for column, kind in COLUMNS.items()}
    keys = {key: exp.DataType.build("string", dialect="hive") for key in _KEYS}
    return TableShape(database, name, columns | keys, _KEYS, _projection(place), place.location)


def create_statement(table: TableShape) -> str:
    """Write the statement that makes a table, where it is not there yet.

    A table with partitions is over a trail's log files, another over Parquet.
    """
    columns = [_definition(name, kind) for name, kind in table.columns.items() if name not in table.partition_keys]
    settings = [exp.Property(this=_text(name), value=_text(value)) for name, value in table.parameters.items()]
    properties = [
        exp.ExternalProperty(),
        *(_of_log_files(table) if table.partition_keys else [_form(exp.var("PARQUET"))]),
        exp.LocationProperty(this=_text(table.location)),
        *settings,
    ]
    made = exp.Create(
        this=exp.Schema(this=exp.table_(table.name, db=table.database, quoted=True), expressions=columns),
        kind="TABLE",
        exists=True,
        properties=exp.Properties(expressions=properties),
    )
    return str(made.sql(dialect="athena", pretty=True))


def differences(wanted: TableShape, found: TableShape) -> Iterator[str]:
    """Say, each in one sentence, what a table that is there lacks, or has otherwise than the statement would."""
    for name, kind in wanted.columns.items():
        there = found.columns.get(name)
        if there is None:
            yield f"it has no column {name}"
        elif not _covers(there, kind):
            yield f"its column {name} is of another type"
    if found.partition_keys != wanted.partition_keys:
        yield f"it is partitioned by {', '.join(found.partition_keys) or 'nothing'}"
    if found.location.rstrip("/") != wanted.location.rstrip("/"):
        yield f"it is over {found.location or 'no place'}"
    for name, value in wanted.parameters.items():
        if not _reaches(name, found.parameters.get(name, ""), value):
            yield f"its property {name} is {found.parameters.get(name) or 'not set'}"


def _reaches(name: str, there: str, wanted: str) -> bool:
    """Tell whether a property leaves all that another value of it does: more values, or earlier days, do no harm."""
    if name.endswith(".values"):
        return set(wanted.split(",")) <= set(there.split(","))
    if name.endswith(".day.range"):
        (first, _, last), (begins, _, ends) = there.partition(","), wanted.partition(",")
        return first[:4].isdigit() and first <= begins and last == ends
    return there == wanted


def _covers(there: exp.DataType, wanted: exp.DataType) -> bool:
    """Tell whether a type holds all that another does; more fields do no harm."""
    if there.this != wanted.this:
        return False
    if there.this != exp.DataType.Type.STRUCT:
        pairs = zip(there.expressions, wanted.expressions, strict=True)
        return all(_covers(one, other) for one, other in pairs)
    fields = {field.name.lower(): field.args["kind"] for field in there.expressions}
    return all(field.name.lower() in fields and _covers(fields[field.name.lower()], field.args["kind"])
               for field in wanted.expressions)  # fmt: skip


def _projection(place: TrailPlace) -> dict[str, str]:
    accounts = {"projection.account.type": "injected"}
    if place.accounts:
        accounts = {"projection.account.type": "enum", "projection.account.values": ",".join(place.accounts)}
    return {
        "projection.enabled": "true",
        **accounts,
        "projection.region.type": "enum",
        "projection.region.values": ",".join(place.regions),
        "projection.day.type": "date",
        "projection.day.format": "yyyy/MM/dd",
        "projection.day.interval": "1",
        "projection.day.interval.unit": "DAYS",
        "projection.day.range": f"{place.since:%Y/%m/%d},NOW",
        "storage.location.template": f"{place.location}${{account}}/CloudTrail/${{region}}/${{day}}",
    }


def _of_log_files(table: TableShape) -> list[exp.Property]:
    keys = exp.Schema(expressions=[_definition(key, table.columns[key]) for key in table.partition_keys])
    formats = exp.InputOutputFormat(input_format=_text(_INPUT), output_format=_text(_OUTPUT))
    return [exp.PartitionedByProperty(this=keys), exp.RowFormatSerdeProperty(this=_text(_SERDE)), _form(formats)]


def _form(form: exp.Expr) -> exp.Property:
    return exp.FileFormatProperty(this=form, hive_format=True)


def _definition(name: str, kind: exp.DataType) -> exp.ColumnDef:
    return exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind.copy())


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)
