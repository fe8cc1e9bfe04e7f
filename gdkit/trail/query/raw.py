"""Log files of a trail as a table in Athena: with the columns of AWS's own statement, or of ``gdkit athena-table``.

Source: Athena User Guide, "Query AWS CloudTrail logs"; CloudTrail User Guide, "CloudTrail record contents".
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from gdkit.errors import TrailError
from gdkit.model import utc_text
from gdkit.trail.query.held import held_by
from gdkit.trail.query.names import Roles, names_asked
from gdkit.trail.query.partitions import one_of, partitions_of, places_asked
from gdkit.trail.query.rendering import Rendering, Shown
from gdkit.trail.query.table import TableShape, column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.trail.fetched.question import Question

_FIELDS = """
    eventVersion eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage
    requestParameters responseElements additionalEventData requestID eventID readOnly resources eventType apiVersion
    managementEvent recipientAccountId serviceEventDetails sharedEventID vpcEndpointId vpcEndpointAccountId
    eventCategory sessionCredentialFromConsole edgeDeviceDetails addendum tlsDetails.tlsVersion tlsDetails.cipherSuite
    tlsDetails.clientProvidedHostHeader userIdentity.type userIdentity.principalId userIdentity.arn
    userIdentity.accountId userIdentity.accessKeyId userIdentity.userName userIdentity.invokedBy
    userIdentity.identityProvider userIdentity.sessionContext.attributes.creationDate
    userIdentity.sessionContext.attributes.mfaAuthenticated userIdentity.sessionContext.sessionIssuer.type
    userIdentity.sessionContext.sessionIssuer.principalId userIdentity.sessionContext.sessionIssuer.arn
    userIdentity.sessionContext.sessionIssuer.accountId userIdentity.sessionContext.sessionIssuer.userName
    userIdentity.sessionContext.ec2RoleDelivery userIdentity.sessionContext.sourceIdentity
    userIdentity.sessionContext.webIdFederationData.federatedProvider
    userIdentity.sessionContext.webIdFederationData.attributes userIdentity.credentialId
    userIdentity.inScopeOf.issuerType userIdentity.inScopeOf.credentialsIssuedTo
    userIdentity.inScopeOf.sourceArn userIdentity.inScopeOf.sourceAccount
    userIdentity.onBehalfOf.userId userIdentity.onBehalfOf.identityStoreArn
"""
RECORD = tuple(_FIELDS.split())
"""The fields of a record that are asked for, by their paths; a column has the same name in small letters."""

NEEDED = ("eventid", "eventtime", "eventname", "useridentity.accesskeyid", "useridentity.principalid",
          "useridentity.arn", "useridentity.username", "sourceipaddress", "requestparameters",
          "responseelements")  # fmt: skip
"""Columns without which no session can be found."""

_WEB_ATTRIBUTES = "userIdentity.sessionContext.webIdFederationData.attributes"
_JSON = frozenset({"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "resources",
                   "edgeDeviceDetails", "addendum", _WEB_ATTRIBUTES})  # fmt: skip


_ADDENDUM = {name.lower(): name for name in ("reason", "updatedFields", "originalRequestID", "originalEventID")}
"""Source: CloudTrail User Guide, "CloudTrail record contents", addendum."""


def raw_rendering(table: TableShape) -> Rendering:
    """Say how a question is put to a table of log files.

    Raises:
        TrailError: it is not partitioned by day, or lacks columns that are needed.
    """
    partitions = partitions_of(table)
    missing = [name for name in NEEDED if table.type_of(name) is None]
    if missing:
        raise TrailError(
            f"the table has no column {', '.join(missing)}, so it is no table of CloudTrail log files",
            where=f"{table.database}.{table.name}",
            action="name another table, or make one: 'gdkit athena-table' writes the statement",
        )
    texts = (column("requestparameters"), column("responseelements"))
    roles = Roles(
        key=column("useridentity.accesskeyid"),
        principal=column("useridentity.principalid"),
        arn=column("useridentity.arn"),
        user=column("useridentity.username"),
        address=column("sourceipaddress"),
        request=texts[0],
        texts=texts,
        elsewhere=tuple(_elsewhere(table)),
    )

    by_partition = any(one.role == "region" for one in partitions)
    regions = held_by(table, partitions).regions

    def places(question: Question) -> list[exp.Expr]:
        asked = () if by_partition or regions == question.regions else question.regions
        by_record = [one_of(column("awsregion"), asked)] if asked and table.type_of("awsregion") is not None else []
        return [*places_asked(partitions, question), *by_record, _span(question)]

    return Rendering(
        table=exp.table_(table.name, db=table.database, quoted=True),
        shown=tuple(_shown(table)),
        named=partial(names_asked, roles),
        places=places,
        lacking=tuple(path for path in RECORD if table.type_of(path.lower()) is None),
    )


def _shown(table: TableShape) -> Iterator[Shown]:
    for path in RECORD:
        name = path.lower()
        if table.type_of(name) is None:
            continue
        value = structs_as_json(table, name, _RESOURCE) if path == "resources" else _plain(table, name)
        yield Shown(path, value, "json" if path in _JSON else "text")


def _elsewhere(table: TableShape) -> Iterator[exp.Expr]:
    for name in ("additionaleventdata", "serviceeventdetails"):
        if table.type_of(name) is not None:
            yield column(name)
    if table.type_of("resources") is not None:
        yield structs_as_json(table, "resources", _RESOURCE)


def _plain(table: TableShape, name: str) -> exp.Expr:
    """Write a column as text: a map, or a struct of texts, as JSON of an object."""
    kind, value = table.type_of(name), column(name)
    if kind is not None and kind.this == exp.DataType.Type.STRUCT:
        held = [field.name for field in kind.expressions]
        keys = [exp.Literal.string(_ADDENDUM.get(one.lower(), one)) for one in held]
        values: list[exp.Expr] = [exp.cast(column(f"{name}.{one}"), "VARCHAR") for one in held]
        value = exp.Map(keys=exp.Array(expressions=keys), values=exp.Array(expressions=values))
    elif kind is None or kind.this != exp.DataType.Type.MAP:
        return value
    return exp.func("json_format", exp.cast(value, "JSON"), dialect="trino")


def _span(question: Question) -> exp.Expr:
    """Write that an event is of the span; its time is text, ``2026-11-01T03:04:05Z``, which sorts as times do."""
    since, until = (str(utc_text(at.replace(microsecond=0))) for at in (question.since, question.until))
    return exp.Between(this=column("eventtime"), low=exp.Literal.string(since), high=exp.Literal.string(until))


_RESOURCE = {"ARN": ("arn",), "ARNPrefix": ("arnprefix",), "accountId": ("accountid",), "type": ("type",)}


def structs_as_json(table: TableShape, path: str, names: Mapping[str, Sequence[str]]) -> exp.Expr:
    """Write a column that is a list of structs as JSON text of a list of objects.

    A map for each struct, because what a struct becomes in JSON differs between versions of the engine.

    Args:
        table: the table.
        path: the column.
        names: the name of each field in the objects, and its names in the structs, with dots: the first that is there.

    Source: Athena User Guide, "Athena engine version reference"; Trino documentation, "JSON functions", Cast to JSON.
    """
    kind = table.type_of(path)
    element = TableShape("", "", {"r": kind.expressions[0]} if kind is not None else {}, (), {}, "")
    found = {name: element.first_of(f"r.{field}" for field in fields) for name, fields in names.items()}
    held = {name: field for name, field in found.items() if field is not None}
    one = exp.to_identifier("r")
    fields = [exp.Dot.build([exp.column(one), *(exp.to_identifier(part, quoted=True) for part in field.split(".")[1:])])
              for field in held.values()]  # fmt: skip
    keys = exp.Array(expressions=[exp.Literal.string(name) for name in held])
    as_map = exp.Map(keys=keys, values=exp.Array(expressions=fields))
    mapped = exp.Transform(this=column(path), expression=exp.Lambda(this=as_map, expressions=[one]))
    return exp.func("json_format", exp.cast(mapped, "JSON"), dialect="trino")
