"""One CloudTrail record to the values of the columns that ``tables.EVENTS`` declares, whatever is in the record."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gdkit import identifiers
from gdkit.trail.issuing import key_in_answer
from gdkit.trail.items import NoteKind, without_lone_surrogates
from gdkit.trail.masking import json_text, shortened
from gdkit.trail.secret_texts import masked_text
from gdkit.trail.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_MESSAGE = 4_000
_LARGEST_INTEGER = 2**63 - 1
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_NO_FIELDS: dict[str, Any] = {}
_OUTSIDE_IDENTITIES = frozenset({"WebIdentityUser", "SAMLUser"})

_principal = lru_cache(maxsize=65_536)(identifiers.parse_principal_id)
_assumed_role = lru_cache(maxsize=65_536)(identifiers.parse_assumed_role)
_address_kind = lru_cache(maxsize=65_536)(identifiers.address_kind)
_masked = lru_cache(maxsize=65_536)(masked_text)


def row_of(record: Mapping[str, Any], raw: str, notes: list[NoteKind]) -> tuple[Any, ...]:
    """Give the values of all columns from ``event_id`` to ``event_version``, in the order of the table.

    Nothing in a record makes this fail: a field of the wrong type becomes text or is left out.

    Args:
        record: the parsed record.
        raw: its text, to see whether it holds escapes that no table can.
        notes: what is odd about the record is added here.

    Source: CloudTrail User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element".
    """
    readable = _readable(record, raw)
    return (*_head(readable, notes), *_rest(readable))


def head_of(record: Mapping[str, Any], raw: str) -> tuple[Any, ...]:
    """Give the first of those values, to ``requested_session_name``: who called and what was issued, in half the time.

    Args:
        record: the parsed record.
        raw: its text.
    """
    return _head(_readable(record, raw), [])


def _readable(record: Mapping[str, Any], raw: str) -> Mapping[str, Any]:
    if "\\ud" in raw or "\\uD" in raw:
        record = _storable(record)
    return _unflattened(record) if "." in "".join(record) else record


def _head(record: Mapping[str, Any], notes: list[NoteKind]) -> tuple[Any, ...]:
    identity = fields(record.get("userIdentity"))
    return (
        *_event(record, notes),
        *_caller(record, identity),
        *_session(identity),
        *_connection(record),
        *_issued(record),
    )


def text(value: Any) -> str | None:
    """Give a value as text: "" and nothing are None, anything but text is compact JSON with its secrets masked."""
    if isinstance(value, str):
        return value or None
    if value is None or value in ({}, []) or value != value:  # noqa: PLR0124 - NaN is not itself
        return None
    return json_text(value)


def _chosen(value: Any) -> str | None:
    """Give as text what the caller chose freely, so that anything can stand in it: its secrets are masked."""
    written = text(value)
    return written if written is None else _masked(written)


def fields(value: Any) -> dict[str, Any]:
    """Give the fields of an object, also where the object is written as a JSON string; else none."""
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            return _NO_FIELDS
        return _storable(parsed) if isinstance(parsed, dict) else _NO_FIELDS
    return _NO_FIELDS


def _event(record: Mapping[str, Any], notes: list[NoteKind]) -> tuple[Any, ...]:
    get = record.get
    written = get("eventTime") or get("@timestamp")
    event_at = parse_time(written)
    if event_at is None:
        notes.append("no_time" if written in (None, "") else "time")
    account_id = _account(get("recipientAccountId"), notes)
    message = text(get("errorMessage"))
    if message is not None:
        message = shortened(masked_text(message), _LONGEST_MESSAGE)
    return (
        text(get("eventID")), event_at, text(get("eventName")), text(get("eventSource")), text(get("awsRegion")),
        account_id, text(get("eventCategory")), text(get("eventType")), _boolean(get("readOnly")),
        text(get("errorCode")), message,
    )  # fmt: skip


def _caller(record: Mapping[str, Any], identity: Mapping[str, Any]) -> tuple[Any, ...]:
    get = identity.get
    address = _chosen(record.get("sourceIPAddress"))
    return (
        address, _address_kind(address), _chosen(record.get("userAgent")), text(get("type")), text(get("principalId")),
        text(get("arn")), _account(get("accountId"), []), text(get("accessKeyId")), text(get("userName")),
        text(get("invokedBy")),
    )  # fmt: skip


def _session(identity: Mapping[str, Any]) -> tuple[Any, ...]:
    context = fields(identity.get("sessionContext"))
    issuer = fields(context.get("sessionIssuer"))
    if text(issuer.get("type")) not in {None, "Role"}:
        issuer = _NO_FIELDS
    principal = _principal(text(identity.get("principalId")))
    assumed = _assumed_role(text(identity.get("arn")))
    role_arn = text(issuer.get("arn"))
    role_name = text(issuer.get("userName")) or identifiers.role_name_of(role_arn)
    role_id = text(issuer.get("principalId"))
    session_name = None
    if principal and text(identity.get("type")) not in _OUTSIDE_IDENTITIES:
        session_name = principal.session_name
    if role_id is None and principal and identifiers.is_role_id(principal.unique_id):
        role_id = principal.unique_id
    if assumed:
        role_name = role_name or assumed.role_name
        session_name = session_name or assumed.session_name
    user_name = text(identity.get("userName"))
    if session_name is None and identifiers.is_instance_id(user_name):
        session_name = user_name
    return (
        role_name, role_id, role_arn, session_name,
        parse_time(fields(context.get("attributes")).get("creationDate")),
        text(context.get("ec2RoleDelivery")),
        _chosen(context.get("sourceIdentity")) or _chosen(identity.get("sourceIdentity")),
        text(fields(identity.get("inScopeOf")).get("credentialsIssuedTo")),
    )  # fmt: skip


def _connection(record: Mapping[str, Any]) -> tuple[Any, ...]:
    tls = fields(record.get("tlsDetails"))
    return (
        text(record.get("vpcEndpointId")), _account(record.get("vpcEndpointAccountId"), []),
        text(tls.get("tlsVersion")), text(tls.get("cipherSuite")), text(record.get("sharedEventID")),
    )  # fmt: skip


def _issued(record: Mapping[str, Any]) -> tuple[Any, ...]:
    answer = fields(record.get("responseElements"))
    request = fields(record.get("requestParameters"))
    key = fields(answer.get("credentials"))
    key_id = (text(key.get("accessKeyId")) or text(fields(answer.get("accessKey")).get("accessKeyId"))
              or key_in_answer(record, answer))  # fmt: skip
    user, federated = fields(answer.get("assumedRoleUser")), fields(answer.get("federatedUser"))
    return (
        key_id, parse_time(key.get("expiration")),
        text(user.get("assumedRoleId")) or text(user.get("assumeRoleId"))  # EKS Pod Identity spells it so
        or text(federated.get("federatedUserId")),
        _chosen(request.get("roleArn")), _chosen(request.get("roleSessionName")),
    )  # fmt: skip


def _rest(record: Mapping[str, Any]) -> tuple[Any, ...]:
    more = fields(record.get("additionalEventData"))
    return (
        _shown(record.get("requestParameters")), _shown(record.get("responseElements")),
        _resources(record.get("resources")), _integer(more.get("bytesTransferredOut")),
        _chosen(more.get("AuthenticationMethod")), _boolean(record.get("sessionCredentialFromConsole")),
        text(record.get("eventVersion")),
    )  # fmt: skip


def _shown(value: Any) -> str | None:
    """Write a request or an answer as JSON text, also one that came as a string of it; nothing is None."""
    if isinstance(value, str):
        value = fields(value) or value
    return None if value is None or value in ("", {}, []) else json_text(value)


def _resources(value: Any) -> str | None:
    """Name each resource once: by its ARN, by the beginning of its ARNs, or as a look-up row names it."""
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    names: dict[str, None] = {}
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            names[without_lone_surrogates(item)] = None
            continue
        get = fields(item).get
        name = next((get(key) for key in ("ARN", "ARNPrefix", "ResourceName", "resourceName") if get(key)), None)
        if (written := text(name)) is not None:
            names[written] = None
    return masked_text("\n".join(names)) or None


def _account(value: Any, notes: list[NoteKind]) -> str | None:
    """Give an account id; a number gets its zeros back, and what a spreadsheet rounded is no account id."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value).zfill(12)
    written = text(value)
    if written is not None and _ROUNDED.fullmatch(written):
        notes.append("account")
        return None
    return written


def _boolean(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _integer(value: Any) -> int | None:
    try:
        number = int(float(value)) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and 0 <= number <= _LARGEST_INTEGER else None


def _storable(value: Any) -> Any:
    """Copy a parsed value with every half of a surrogate pair replaced."""
    if isinstance(value, str):
        return without_lone_surrogates(value)
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value


def _unflattened(record: Mapping[str, Any]) -> dict[str, Any]:
    """Fill what is missing from keys with dots, such as ``userIdentity.arn``; what is there already stands."""
    result = {name: value for name, value in record.items() if "." not in name}
    for name, value in record.items():
        if "." not in name or value in (None, ""):
            continue
        place: Any = result
        parts = name.split(".")
        for part in parts[:-1]:
            inner = place.get(part)
            if inner is None or inner == "":
                inner = {}
            elif not isinstance(inner, dict):
                break
            place[part] = dict(inner)
            place = place[part]
        else:
            if place.get(parts[-1]) in (None, "", {}):
                place[parts[-1]] = value
    return result
