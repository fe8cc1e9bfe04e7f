"""CloudTrail in Security Lake: the columns of OCSF that hold a record's fields, in both versions of its tables.

Version 1 is OCSF 1.0.0-rc.2, version 2 is OCSF 1.1.0; a call is of class API Activity, Authentication or Account
Change, and all classes share one table. What OCSF has no place for stands in ``unmapped``, by its path in the record.

Source: Security Lake User Guide, "Security Lake queries for AWS source version 1" and "… version 2"; the OCSF project's
mappings of CloudTrail.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from gdkit.errors import TrailError
from gdkit.trail.categories import category_of
from gdkit.trail.query.names import Roles, names_asked
from gdkit.trail.query.partitions import Partition, one_of, partitions_of, places_asked
from gdkit.trail.query.raw import structs_as_json
from gdkit.trail.query.rendering import Kind, Rendering, Shown
from gdkit.trail.query.table import column, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gdkit.trail.fetched.question import Question
    from gdkit.trail.query.table import TableShape

FOLDERS = (Partition("region", "region"), Partition("accountId", "account"),
           Partition("eventDay", "day", written="%Y%m%d"))  # fmt: skip
"""How the objects lie below a table's location. Source: Security Lake User Guide, "Partitioning"."""

_FIELDS: tuple[tuple[str, Kind, tuple[str, ...]], ...] = (
    ("eventID", "text", ("metadata.uid",)),
    ("eventTime", "milliseconds", ("time",)),
    ("eventName", "text", ("api.operation",)),
    ("eventSource", "text", ("api.service.name",)),
    ("awsRegion", "text", ("cloud.region", "region")),
    ("eventVersion", "text", ("metadata.product.version",)),
    ("eventType", "text", ("metadata.event_code",)),
    ("requestID", "text", ("api.request.uid",)),
    ("apiVersion", "text", ("api.version",)),
    ("requestParameters", "json", ("api.request.data",)),
    ("responseElements", "json", ("api.response.data",)),
    ("errorCode", "text", ("api.response.error",)),
    ("errorMessage", "text", ("api.response.message",)),
    ("userAgent", "text", ("http_request.user_agent",)),
    ("vpcEndpointId", "text", ("src_endpoint.uid",)),
    ("userIdentity.type", "text", ("actor.user.type",)),
    ("userIdentity.principalId", "text", ("actor.user.uid_alt", "actor.user.uid")),
    ("userIdentity.arn", "text", ("actor.user.uuid", "actor.user.uid")),
    ("userIdentity.accountId", "text", ("actor.user.account.uid", "actor.user.account_uid")),
    ("userIdentity.accessKeyId", "text", ("actor.user.credential_uid",)),
    ("userIdentity.userName", "text", ("actor.user.name",)),
    ("userIdentity.invokedBy", "text", ("actor.invoked_by",)),
    ("userIdentity.identityProvider", "text", ("actor.idp.name",)),
    ("userIdentity.sessionContext.sessionIssuer.arn", "text", ("actor.session.issuer",)),
    ("userIdentity.sessionContext.attributes.creationDate", "milliseconds", ("actor.session.created_time",)),
    ("userIdentity.sessionContext.attributes.creationDate", "time", ("actor.session.created_time_dt",)),
    ("userIdentity.sessionContext.attributes.mfaAuthenticated", "text", ("actor.session.is_mfa", "actor.session.mfa")),
    ("additionalEventData.LoginTo", "text", ("dst_endpoint.svc_name",)),
)
"""Where a record's fields stand: of several columns the first that a table has. Version 2 has the ARN in ``uid`` and
the principal in ``uid_alt``, version 1 the principal in ``uid`` and the ARN in ``uuid``."""

_ELSEWHERE = frozenset({"eventType", "requestParameters", "responseElements", "additionalEventData.LoginTo"})
"""Fields that version 1 has in ``unmapped``."""

_RESOURCE = {"ARN": ("uid",), "accountId": ("owner.account.uid", "account.uid", "account_uid"), "type": ("type",)}
_NEEDED = ("metadata.uid", "time", "api.operation", "actor.user.credential_uid", "actor.user.uid", "unmapped")


def ocsf_rendering(table: TableShape) -> Rendering:
    """Say how a question is put to a table of Security Lake.

    Raises:
        TrailError: it is no table of CloudTrail events in OCSF.
    """
    missing = [name for name in _NEEDED if table.type_of(name) is None]
    if missing:
        raise TrailError(f"the table has no column {', '.join(missing)}, so it holds no CloudTrail events in OCSF",
                         where=f"{table.database}.{table.name}",
                         action="name the table of cloud_trail_mgmt, s3_data or lambda_execution")  # fmt: skip
    category = category_of(table.name)
    return Rendering(
        table=exp.table_(table.name, db=table.database, quoted=True),
        shown=tuple(_shown(table)),
        named=partial(names_asked, _roles(table)),
        places=_places(table),
        lacking=tuple(_lacking(table, category)),
        constants={"eventCategory": category} if category else {},
    )


def _shown(table: TableShape) -> Iterator[Shown]:
    for path, kind, columns in _FIELDS:
        held = table.first_of(columns)
        if held is not None:
            yield Shown(path, column(held), kind)
    yield Shown("sourceIPAddress", _address(table))
    if table.type_of("resources") is not None:
        yield Shown("resources", structs_as_json(table, "resources", _RESOURCE), "json")
    if _is_second(table):  # version 1 names all kinds in every record
        yield Shown("eventCategory", column("metadata.product.feature.name"))
    yield Shown("", _as_json(column("unmapped")), "fields")
    if table.type_of("accountid") is not None:
        yield Shown("recipientAccountId", column("accountid"))


def _roles(table: TableShape) -> Roles:
    principal = table.first_of(("actor.user.uid_alt", "actor.user.uid"))
    arn = table.first_of(("actor.user.uuid", "actor.user.uid"))
    texts: tuple[exp.Expr, ...] = (column("api.request.data"), column("api.response.data"))
    request, rest = texts[0], [_as_json(column("unmapped"))]
    if not _is_second(table):
        texts, rest = tuple(rest), []
        request = exp.func("element_at", column("unmapped"), exp.Literal.string("requestParameters"), dialect="trino")
    if table.type_of("resources") is not None:
        rest.append(structs_as_json(table, "resources", _RESOURCE))
    return Roles(column("actor.user.credential_uid"), column(str(principal)), column(str(arn)),
                 column("actor.user.name"), column("src_endpoint.ip"), request, texts, tuple(rest))  # fmt: skip


def _places(table: TableShape) -> Callable[[Question], list[exp.Expr]]:
    if table.partition_keys:
        partitions = partitions_of(table)
        return lambda question: [*places_asked(partitions, question), *_span(question)]

    def of_iceberg(question: Question) -> list[exp.Expr]:
        """Bound the time, of which the table's hidden partitions are made, and the two columns beside it."""
        asked: Mapping[str, tuple[str, ...]] = {"accountid": question.account_ids, "region": question.regions}
        places = [one_of(column(name), values) for name, values in asked.items() if values]
        return [exp.GTE(this=column("time_dt"), expression=instant(question.since)),
                exp.LTE(this=column("time_dt"), expression=instant(question.until)), *places]  # fmt: skip

    return of_iceberg


def _span(question: Question) -> list[exp.Expr]:
    since, until = (exp.Literal.number(int(at.timestamp()) * 1000) for at in (question.since, question.until))
    return [exp.Between(this=column("time"), low=since, high=until)]


def _address(table: TableShape) -> exp.Expr:
    held = [column(name) for name in ("src_endpoint.ip", "src_endpoint.domain") if table.type_of(name) is not None]
    return exp.func("coalesce", *held) if len(held) > 1 else held[0]


def _as_json(value: exp.Expr) -> exp.Expr:
    return exp.func("json_format", exp.cast(value, "JSON"), dialect="trino")


def _is_second(table: TableShape) -> bool:
    return table.type_of("actor.user.uid_alt") is not None


def _lacking(table: TableShape, category: str | None) -> Iterator[str]:
    if category is None and not _is_second(table):
        yield "eventCategory"
    paths = dict.fromkeys(path for path, _, _ in _FIELDS)
    for path in paths:
        columns = [name for one, _, names in _FIELDS if one == path for name in names]
        if table.first_of(columns) is None and (_is_second(table) or path not in _ELSEWHERE):
            yield path
