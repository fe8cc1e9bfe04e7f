"""From the text of a request to the parameters that boto3's caller gave, by the service's own model."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from gdkit.simulator.call import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.simulator.wire.models import Asked, HttpRequest


def parameters_of(asked: Asked, request: HttpRequest) -> dict[str, Any]:
    """Give the parameters of a request, named and typed as in botocore's model.

    The bodies of S3 are left out: they are data, or XML that only moto needs to read. An operation that botocore does
    not know, as those that agents use, gives its JSON as it stands.

    Raises:
        ApiError: the body is not what the service's protocol says.
    """
    try:
        return _read(asked, request)
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, OSError) as error:
        raise ApiError("SerializationException", f"the request cannot be read: {error}") from error


def _read(asked: Asked, request: HttpRequest) -> dict[str, Any]:
    if asked.model is None:
        return dict(json.loads(request.body)) if request.body[:1] == b"{" else {}
    shape = asked.model.input_shape
    if shape is None:
        return {}
    protocol = asked.model.service_model.resolved_protocol
    if protocol in ("query", "ec2"):
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True) or parse_qsl(request.query))
        return _structure_of_form(shape, form, "", ec2=protocol == "ec2")
    if protocol == "json":
        return dict(_of_json(shape, json.loads(request.body or b"{}")))
    return _of_rest(shape, asked.uri_values, request, _rest_body(shape, request) if protocol == "rest-json" else {})


def _rest_body(shape: Any, request: HttpRequest) -> dict[str, Any]:
    """Give the members that stand in a JSON body; none where the body is the caller's data."""
    payload = shape.serialization.get("payload")
    if request.body[:1] != b"{" or (payload and shape.members[payload].type_name != "structure"):
        return {}
    body: dict[str, Any] = json.loads(request.body)
    return {shape.members[payload].serialization.get("name", payload): body} if payload else body


def _of_rest(shape: Any, uri: Mapping[str, str], request: HttpRequest, body: Mapping[str, Any]) -> dict[str, Any]:
    query = parse_qsl(request.query, keep_blank_values=True)
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        wire = member.serialization.get("name", name)
        location = member.serialization.get("location")
        texts: list[str] = []
        if location == "uri":
            texts = [uri[wire]] if wire in uri else []
        elif location == "querystring":
            texts = [text for key, text in query if key == wire]
        elif location == "header" and wire.lower() in request.headers:
            text = request.headers[wire.lower()]
            texts = text.split(",") if member.type_name == "list" else [text]
        elif location is None and wire in body:
            found[name] = _of_json(member, body[wire])
        if texts:
            found[name] = _of_texts(member, texts)
    return found


def _of_texts(shape: Any, texts: list[str]) -> Any:
    """Read what stands in a path, a query or a header, where a list stands as several texts."""
    if shape.type_name == "list":
        return [_of_text(shape.member, text.strip()) for text in texts]
    return _of_text(shape, texts[0])


def _of_json(shape: Any, value: Any) -> Any:
    kind = "as it is" if value is None or getattr(shape, "is_document_type", False) else shape.type_name
    if kind == "structure":
        members = ((name, member, member.serialization.get("name", name)) for name, member in shape.members.items())
        return {name: _of_json(member, value[wire]) for name, member, wire in members if wire in value}
    if kind == "list":
        return [_of_json(shape.member, item) for item in value]
    if kind == "map":
        return {key: _of_json(shape.value, item) for key, item in value.items()}
    if kind == "timestamp":
        return _instant(value)
    if kind == "blob":
        return base64.b64decode(value)
    return value


def _structure_of_form(shape: Any, form: Mapping[str, str], prefix: str, *, ec2: bool) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        wire = _form_name(name, member, ec2=ec2)
        path = f"{prefix}.{wire}" if prefix else wire
        if any(key == path or key.startswith(path + ".") for key in form):
            found[name] = _of_form(member, form, path, ec2=ec2)
    return found


def _form_name(name: str, member: Any, *, ec2: bool) -> str:
    if ec2:
        wire = str(member.serialization.get("name", name))
        return str(member.serialization.get("queryName") or wire[:1].upper() + wire[1:])
    return str(member.serialization.get("name", name))


def _of_form(shape: Any, form: Mapping[str, str], path: str, *, ec2: bool) -> Any:
    kind = shape.type_name
    if kind == "structure":
        return _structure_of_form(shape, form, path, ec2=ec2)
    if kind == "list":
        base = path if ec2 else _list_base(shape, path)
        return [_of_form(shape.member, form, item, ec2=ec2) for item in _numbered(form, base)]
    if kind == "map":
        flat = shape.serialization.get("flattened")
        entries = _numbered(form, path if flat else f"{path}.entry")
        key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        return {form[f"{item}.{key}"]: _of_form(shape.value, form, f"{item}.{value}", ec2=ec2) for item in entries}
    return _of_text(shape, form[path])


def _list_base(shape: Any, path: str) -> str:
    name = shape.member.serialization.get("name")
    if not shape.serialization.get("flattened"):
        return f"{path}.{name or 'member'}"
    return ".".join([*path.split(".")[:-1], name]) if name else path


def _numbered(form: Mapping[str, str], base: str) -> list[str]:
    """Give ``base.1``, ``base.2`` … as far as the form has them."""
    found: list[str] = []
    while any(key == f"{base}.{len(found) + 1}" or key.startswith(f"{base}.{len(found) + 1}.") for key in form):
        found.append(f"{base}.{len(found) + 1}")
    return found


def _of_text(shape: Any, text: str) -> Any:
    kind = shape.type_name
    if kind in ("integer", "long"):
        return int(text)
    if kind in ("float", "double"):
        return float(text)
    if kind == "boolean":
        return text.lower() == "true"
    if kind == "timestamp":
        return _instant(text)
    if kind == "blob":
        return base64.b64decode(text)
    return text


def _instant(value: Any) -> datetime:
    """Read epoch seconds, ISO 8601 or, as in headers, RFC 5322; a time without a zone is UTC."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    text = str(value)
    at = parsedate_to_datetime(text) if text[:1].isalpha() else datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
