"""From a result or an error to the bytes that boto3 reads, by the service's own model."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import botocore.parsers
from botocore.awsrequest import HeadersDict

if TYPE_CHECKING:
    from gdkit.simulator.call import ApiError, Result

_XML_PROTOCOLS = ("query", "ec2", "rest-xml")


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)


def response_of(model: Any, result: Result, request_id: str) -> HttpResponse:
    """Write the result of an operation as its service would; in plain JSON for one that botocore does not know."""
    if model is None:
        return HttpResponse(200, (("Content-Type", "application/x-amz-json-1.1"),), json.dumps(result).encode())
    protocol = model.service_model.resolved_protocol
    if protocol in ("query", "ec2"):
        body = _xml_body(model, result, request_id, ec2=protocol == "ec2").encode()
        return HttpResponse(200, (("Content-Type", "text/xml"),), body)
    payload = model.output_shape.serialization.get("payload") if model.output_shape is not None else None
    if payload is not None and model.output_shape.members[payload].type_name == "blob":
        return HttpResponse(200, (("x-amzn-RequestId", request_id),), bytes(result[payload]))
    written = _to_json(model.output_shape, result) if model.output_shape is not None else {}
    kind = "application/json" if protocol == "rest-json" else "application/x-amz-json-1.1"
    headers = (("Content-Type", kind), ("x-amzn-RequestId", request_id))
    return HttpResponse(200, headers, json.dumps(written).encode())


def error_response(protocol: str, error: ApiError, request_id: str) -> HttpResponse:
    """Write a refusal as a service of this protocol would."""
    if protocol not in _XML_PROTOCOLS:
        headers = (("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", error.code),
                   ("x-amzn-RequestId", request_id))  # fmt: skip
        body = json.dumps({"__type": error.code, "message": error.message})
        return HttpResponse(error.status, headers, body.encode())
    inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if protocol == "ec2":
        text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    elif protocol == "query":
        inner = f"<Error><Type>Sender</Type>{inner}</Error><RequestId>{request_id}</RequestId>"
        text = f"<ErrorResponse>{inner}</ErrorResponse>"
    else:
        text = f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
    return HttpResponse(error.status, (("Content-Type", "text/xml"), ("x-amz-request-id", request_id)), text.encode())


def result_of(model: Any, response: HttpResponse) -> Result:
    """Read a response as boto3 does, without its metadata; an error gives ``{"Error": {"Code", "Message"}}``.

    Raises:
        botocore.parsers.ResponseParserError: the body is not what the service's protocol says.
    """
    shape = model.output_shape
    if shape is not None and shape.serialization.get("payload") is not None and response.status < 300:
        return {}  # the body is the caller's data
    parser = botocore.parsers.create_parser(model.service_model.resolved_protocol)
    raw = {"status_code": response.status, "headers": HeadersDict(response.headers), "body": response.body}
    parsed: dict[str, Any] = parser.parse(raw, shape)
    parsed.pop("ResponseMetadata", None)
    return parsed


def _to_json(shape: Any, value: Any) -> Any:
    kind = shape.type_name
    if kind == "structure":
        members = ((member, member.serialization.get("name", name), value.get(name))
                   for name, member in shape.members.items())  # fmt: skip
        return {wire: _to_json(member, inner) for member, wire, inner in members if inner is not None}
    if kind == "list":
        return [_to_json(shape.member, item) for item in value]
    if kind == "map":
        return {key: _to_json(shape.value, item) for key, item in value.items()}
    if kind == "timestamp":
        return _iso(value) if shape.serialization.get("timestampFormat") == "iso8601" else value.timestamp()
    if kind == "blob":
        return base64.b64encode(value).decode()
    return value


def _xml_body(model: Any, result: Result, request_id: str, *, ec2: bool) -> str:
    name, namespace = model.name, model.service_model.metadata.get("xmlNamespace", "")
    shape = model.output_shape
    inner = "" if shape is None else _members_xml(shape, result, ec2=ec2)
    if ec2:
        inner = inner or "<return>true</return>"
        return f'<{name}Response xmlns="{namespace}"><requestId>{request_id}</requestId>{inner}</{name}Response>'
    wrapper = shape.serialization.get("resultWrapper", f"{name}Result") if shape is not None else ""
    inner = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else ""
    meta = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return f'<{name}Response xmlns="{namespace}">{inner}{meta}</{name}Response>'


def _members_xml(shape: Any, value: Any, *, ec2: bool) -> str:
    return "".join(
        _to_xml(member, value[name], str(member.serialization.get("name") or name), ec2=ec2)
        for name, member in shape.members.items()
        if value.get(name) is not None
    )


def _to_xml(shape: Any, value: Any, tag: str, *, ec2: bool) -> str:
    kind = shape.type_name
    if kind == "structure":
        return f"<{tag}>{_members_xml(shape, value, ec2=ec2)}</{tag}>"
    if kind == "list":
        item = str(shape.member.serialization.get("name") or ("item" if ec2 else "member"))
        if shape.serialization.get("flattened"):
            return "".join(_to_xml(shape.member, one, tag, ec2=ec2) for one in value)
        return f"<{tag}>" + "".join(_to_xml(shape.member, one, item, ec2=ec2) for one in value) + f"</{tag}>"
    if kind == "map":
        return _map_xml(shape, value, tag, ec2=ec2)
    return f"<{tag}>{escape(_text(kind, value))}</{tag}>"


def _text(kind: str, value: Any) -> str:
    if kind == "boolean":
        return str(value).lower()
    if kind == "blob":
        return base64.b64encode(value).decode()
    return _iso(value) if isinstance(value, datetime) else str(value)


def _map_xml(shape: Any, value: Any, tag: str, *, ec2: bool) -> str:
    names = [str(part.serialization.get("name", default))
             for part, default in ((shape.key, "key"), (shape.value, "value"))]  # fmt: skip
    entries = [_to_xml(shape.key, key, names[0], ec2=ec2) + _to_xml(shape.value, inner, names[1], ec2=ec2)
               for key, inner in value.items()]  # fmt: skip
    if shape.serialization.get("flattened"):
        return "".join(f"<{tag}>{entry}</{tag}>" for entry in entries)
    return f"<{tag}>" + "".join(f"<entry>{entry}</entry>" for entry in entries) + f"</{tag}>"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
