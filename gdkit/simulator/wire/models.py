"""The APIs' own descriptions, as botocore ships them: what an HTTP request asks for."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, unquote

import botocore.loaders

from gdkit.simulator.sessions import isolated_session

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNING_NAMES = {
    "access-analyzer": "accessanalyzer",
    "aoss": "opensearchserverless",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "elasticmapreduce": "emr",
    "email": "ses",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
"""Names that requests are signed with, where botocore's own name of the service differs."""

_SAME_SIGNATURE = {"bedrock": ("bedrock", "bedrock-runtime", "bedrock-agent", "bedrock-agent-runtime"),
                   "elbv2": ("elbv2", "elb"), "ses": ("ses", "sesv2")}  # fmt: skip
"""Services that sign with one name: the first of them that knows the operation, in the version asked, is meant."""

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/,\s]+)/([^/,\s]+)/aws4_request")
_LOADING = threading.Lock()


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request as it came in; names of headers in small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    remote_address: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for.

    Attributes:
        model: botocore's ``OperationModel``; None where botocore does not know the operation.
        uri_values: values of the path's placeholders, by their name in the model.
    """

    service: str
    operation: str
    region: str
    access_key_id: str
    token: str | None
    model: Any = field(repr=False)
    uri_values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Route:
    """One operation of a REST service, and what tells it from others at the same path.

    Attributes:
        marks: words that its query must hold.
        needs: names of its required parameters in the query and the headers.
    """

    method: str
    path: re.Pattern[str]
    names: tuple[str, ...]
    marks: frozenset[tuple[str, str]]
    needs: frozenset[str]
    deprecated: bool
    operation: str


@cache
def _session() -> Any:
    return isolated_session("AKIANOBODY", "nobody")


@cache
def known_services() -> frozenset[str]:
    """Give the names of every service that botocore describes."""
    return frozenset(_session().get_available_services())


def service_model(service: str) -> Any:
    """Give botocore's ``ServiceModel`` of a service, loaded once."""
    with _LOADING:
        return _service_model(service)


@cache
def _service_model(service: str) -> Any:
    """Load a description; that of S3 from disk, for making a client takes the bucket out of its paths."""
    if service != "s3":
        return _session().get_service_model(service)
    session = isolated_session("AKIANOBODY", "nobody")
    session.register_component("data_loader", botocore.loaders.create_loader())
    return session.get_service_model(service)


def asked_for(request: HttpRequest) -> Asked | None:
    """Understand a signed request; None for one that carries no AWS signature."""
    signed = _signature(request)
    if signed is None:
        return None
    access_key_id, region, signing_name, token = signed
    service = SIGNING_NAMES.get(signing_name, signing_name)
    if service not in known_services():
        return Asked(service, "Unknown", region, access_key_id, token, None)
    operation = None
    for one in _SAME_SIGNATURE.get(service, (service,)):
        model = service_model(one)
        operation, values = _operation(model, request)
        if operation and operation in model.operation_names and _in_version(model, request, service):
            return Asked(one, operation, region, access_key_id, token, model.operation_model(operation), values)
    return Asked(service, operation or "Unknown", region, access_key_id, token, None)


def _signature(request: HttpRequest) -> tuple[str, str, str, str | None] | None:
    """Give key, region, service and token, from the header or, for a presigned URL, from the query."""
    found = _CREDENTIAL.search(request.headers.get("authorization", ""))
    if found:
        return found[1], found[2], found[3], request.headers.get("x-amz-security-token")
    query = parse_qs(request.query)
    found = _CREDENTIAL.search("Credential=" + query.get("X-Amz-Credential", [""])[0])
    if found:
        return found[1], found[2], found[3], query.get("X-Amz-Security-Token", [None])[0]
    return None


def _in_version(model: Any, request: HttpRequest, service: str) -> bool:
    """Tell whether a request is for this API, where two of one signature are told apart by the version in the form."""
    if service not in _SAME_SIGNATURE or model.resolved_protocol != "query":
        return True
    version = dict(parse_qsl(request.body.decode("utf-8", "replace"))).get("Version")
    return version in (None, model.api_version)


def _operation(model: Any, request: HttpRequest) -> tuple[str | None, dict[str, str]]:
    target = request.headers.get("x-amz-target")
    if target:
        return target.rsplit(".", 1)[-1], {}
    if model.resolved_protocol in ("query", "ec2"):
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")) or parse_qsl(request.query))
        return form.get("Action"), {}
    given = set(parse_qsl(request.query, keep_blank_values=True))
    named = {name for name, _ in given} | request.headers.keys()
    for route in _routes(model.service_name):
        match = route.path.fullmatch(request.path) if route.method == request.method else None
        if match and route.marks <= given and route.needs <= named:
            return route.operation, dict(zip(route.names, map(unquote, match.groups()), strict=True))
    return None, {}


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    """Give the routes of a REST service, those that ask for most before those that ask for less."""
    model = service_model(service)
    routes = [_route(model.operation_model(name)) for name in model.operation_names]
    routes.sort(key=_order)
    return tuple(routes)


def _order(route: _Route) -> tuple[object, ...]:
    return (-len(route.marks), len(route.names), -len(route.needs), route.deprecated, route.operation)


def _route(operation: Any) -> _Route:
    path, _, query = operation.http["requestUri"].partition("?")
    pieces = re.split(r"(\{[^}]+\})", path.rstrip("/"))
    names = tuple(piece.strip("{}+") for piece in pieces if piece.startswith("{"))
    pattern = "".join(_piece(piece) for piece in pieces) + "/?"
    marks = frozenset(parse_qsl(query, keep_blank_values=True))
    return _Route(operation.http["method"], re.compile(pattern, re.DOTALL), names, marks, _needs(operation),
                  operation.deprecated, operation.name)  # fmt: skip


def _needs(operation: Any) -> frozenset[str]:
    shape = operation.input_shape
    found = {}
    for name in shape.required_members if shape is not None else ():
        member = shape.members[name]
        found[str(member.serialization.get("name", name))] = member.serialization.get("location")
    queries = {name for name, place in found.items() if place == "querystring"}
    return frozenset(queries | {name.lower() for name, place in found.items() if place == "header"})


def _piece(piece: str) -> str:
    if not piece.startswith("{"):
        return re.escape(piece)
    return "(.+)" if piece.endswith("+}") else "([^/]+)"
