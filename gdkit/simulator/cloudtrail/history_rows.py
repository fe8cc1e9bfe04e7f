"""One record as CloudTrail's event history shows it: the row, and the values it can be looked up by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_RESOURCE_TYPES = {
    "bucketName": "AWS::S3::Bucket",
    "functionName": "AWS::Lambda::Function",
    "groupId": "AWS::EC2::SecurityGroup",
    "imageId": "AWS::EC2::Ami",
    "instanceId": "AWS::EC2::Instance",
    "instanceProfileName": "AWS::IAM::InstanceProfile",
    "keyName": "AWS::EC2::KeyPair",
    "policyArn": "AWS::IAM::Policy",
    "policyName": "AWS::IAM::Policy",
    "roleName": "AWS::IAM::Role",
    "secretId": "AWS::SecretsManager::Secret",
    "snapshotId": "AWS::EC2::Snapshot",
    "userName": "AWS::IAM::User",
    "volumeId": "AWS::EC2::Volume",
}
"""Kind of resource that a field of a changing call names.

Source: CloudTrail User Guide, "Resource types supported by event history"; rows of real look-ups, in which a call that
only reads lists no resource.
"""
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """A management event in the event history.

    Attributes:
        at_s: time of the event, seconds since 1970 (events hold whole seconds).
        read_only: ``true``, ``false``, or None where the record does not say.
        resources: type and name of each resource that the event is about.
        text: the whole record as JSON.
    """

    at_s: int
    event_id: str
    name: str
    source: str
    read_only: str | None
    access_key_id: str | None
    username: str | None
    resources: tuple[tuple[str, str], ...]
    text: str

    def row(self) -> dict[str, Any]:
        """Give the row as LookupEvents answers it; what the event does not have is left out.

        Source: CloudTrail API Reference, ``Event``.
        """
        row = {
            "EventId": self.event_id,
            "EventName": self.name,
            "ReadOnly": self.read_only,
            "AccessKeyId": self.access_key_id,
            "EventTime": datetime.fromtimestamp(self.at_s, UTC),
            "EventSource": self.source,
            "Username": self.username,
            "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in self.resources],
            "CloudTrailEvent": self.text,
        }
        return {name: value for name, value in row.items() if value is not None}

    def attributes(self) -> set[tuple[str, str]]:
        """Give the look-up attributes, as pairs of key and value, that find this event.

        Source: CloudTrail API Reference, ``LookupAttribute``.
        """
        pairs = {
            ("EventId", self.event_id),
            ("EventName", self.name),
            ("EventSource", self.source),
            ("ReadOnly", self.read_only),
            ("AccessKeyId", self.access_key_id),
            ("Username", self.username),
            *(("ResourceType", kind) for kind, _ in self.resources),
            *(("ResourceName", name) for _, name in self.resources),
        }
        return {(key, value) for key, value in pairs if value}


def is_management(record: Mapping[str, Any]) -> bool:
    """Say whether a record is of a management event; a record that does not say is one.

    Source: CloudTrail User Guide, "CloudTrail record contents": ``eventCategory``, ``managementEvent``.
    """
    category = record.get("eventCategory")
    return category == "Management" if category else record.get("managementEvent", True) is not False


def seconds_of(event_time: str) -> int:
    """Read a record's ``eventTime`` as seconds since 1970.

    >>> seconds_of("1970-01-01T00:01:05Z")
    65

    Raises:
        ValueError: the text is no time.
    """
    at = datetime.fromisoformat(event_time.replace("Z", "+00:00"))
    return int(at.replace(tzinfo=at.tzinfo or UTC).timestamp())


def history_event(record: Mapping[str, Any]) -> HistoryEvent:
    """Make the event of a finished CloudTrail record.

    Raises:
        KeyError: the record has no event id, time, name or source.
        ValueError: its time cannot be read.
    """
    identity = record.get("userIdentity") or {}
    read_only = record.get("readOnly")
    return HistoryEvent(
        at_s=seconds_of(record["eventTime"]),
        event_id=record["eventID"],
        name=record["eventName"],
        source=record["eventSource"],
        read_only=None if read_only is None else str(bool(read_only)).lower(),
        access_key_id=identity.get("accessKeyId") or None,
        username=_username(identity),
        resources=tuple(dict.fromkeys(_resources(record))),
        text=json.dumps(record, separators=(",", ":")),
    )


def _username(identity: Mapping[str, Any]) -> str | None:
    """Give the name that the event history shows: a session goes by its session name, never by its role.

    Source: rows of real look-ups, in which a call by an AWS service or by another account has no user name.
    """
    kind = identity.get("type")
    if kind == "AssumedRole":
        session = str(identity.get("principalId") or "").partition(":")[2]
        return session or str(identity.get("arn") or "").rpartition("/")[2] or None
    if kind == "Root":
        return "root"
    name = identity.get("userName")
    return str(name) if name else None


def _resources(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if str(record.get("eventName", "")).startswith("AssumeRole"):
        yield from _assumed(record)
    for resource in record.get("resources") or ():
        if resource.get("type") and resource.get("ARN"):
            yield resource["type"], resource["ARN"]
    if record.get("readOnly") is False:
        for part in ("requestParameters", "responseElements"):
            yield from _named_in(record.get(part), _DEEPEST)


def _assumed(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what a role assumption is about: the new key, the session by its three names, the role.

    Source: rows of real look-ups of AssumeRole.
    """
    asked, answer = record.get("requestParameters") or {}, record.get("responseElements") or {}
    user = answer.get("assumedRoleUser") or {}
    named = (
        ("AWS::IAM::AccessKey", (answer.get("credentials") or {}).get("accessKeyId")),
        ("AWS::STS::AssumedRole", user.get("arn")),
        ("AWS::STS::AssumedRole", user.get("assumedRoleId")),
        ("AWS::STS::AssumedRole", asked.get("roleSessionName")),
        ("AWS::IAM::Role", asked.get("roleArn")),
    )
    yield from ((kind, name) for kind, name in named if name)


def _named_in(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth and isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and inner and name in _RESOURCE_TYPES:
                yield _RESOURCE_TYPES[name], inner
            elif name == "accessKey" and isinstance(inner, dict) and inner.get("accessKeyId"):
                yield "AWS::IAM::AccessKey", str(inner["accessKeyId"])
            yield from _named_in(inner, depth - 1)
    elif depth and isinstance(value, list):
        for inner in value:
            yield from _named_in(inner, depth - 1)
