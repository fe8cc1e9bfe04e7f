"""The values that describe a session's environment, and how an API answer becomes one that can be kept."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from gdkit.errors import CaseError
from gdkit.model import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.model import NotSearched

MASKED = "(masked)"

_SECRETS = frozenset({"CustomerGatewayConfiguration", "PasswordData", "PreSharedKey"})
"""Members that hold secrets: the keys of VPN tunnels, and Windows passwords.

Source: EC2 API Reference, VpnConnection, TunnelOption, GetPasswordData.
"""


@dataclass(frozen=True, slots=True)
class Document:
    """One answer of AWS, whole but for secrets, with what was asked.

    Attributes:
        name: what it describes, unique within the environment.
        service: botocore's name of the service.
        operation: the API's name.
        parameters: what was asked for.
        asked_at: when, in UTC.
        answer: values that JSON can hold; user data and tunnel keys are replaced.
    """

    name: str
    account_id: str
    region: str
    service: str
    operation: str
    parameters: Mapping[str, Any]
    asked_at: datetime
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """An address by which the instance reaches AWS or is reached.

    Attributes:
        address: in the spelling that comparisons use.
        kind: whether it can be seen from outside the VPC's network.
        shared: whether other hosts leave by it too; then it proves the network, not the instance.
        reason: why it is the instance's, one sentence.
        proven_from: from when on it is surely the instance's alone; None where AWS does not tell, as for an Elastic IP,
            which moves between instances in no time.
    """

    address: str
    kind: Literal["public", "private"]
    shared: bool
    reason: str
    proven_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """What AWS says of the instance, its role, its network and its watchers.

    Attributes:
        role_name: the role behind the session; None where it is not known.
        documents: the answers, by name.
        not_searched: what could not be read, and why.
        warnings: what is odd, each one sentence.
        own_addresses: the instance's own addresses and ways out, as far as the documents tell.
    """

    account_id: str
    region: str
    instance_id: str | None
    role_name: str | None
    documents: Mapping[str, Document] = field(default_factory=dict)
    not_searched: tuple[NotSearched, ...] = ()
    warnings: tuple[str, ...] = ()
    own_addresses: tuple[OwnAddress, ...] = ()


def evidence_records(documents: Mapping[str, Document]) -> list[str]:
    """Write each document as one line of JSON, to be kept as evidence."""
    return [
        json.dumps(
            {
                "name": document.name,
                "accountId": document.account_id,
                "region": document.region,
                "service": document.service,
                "operation": document.operation,
                "parameters": document.parameters,
                "askedAt": utc_text(document.asked_at),
                "answer": document.answer,
            },
            ensure_ascii=False,
            sort_keys=True,
        )
        for document in documents.values()
    ]


def documents_of(records: Iterable[str]) -> dict[str, Document]:
    """Read what ``evidence_records`` wrote: the documents, by name.

    Raises:
        CaseError: a line is not such a record.
    """
    found = {}
    for number, line in enumerate(records, start=1):
        try:
            row = json.loads(line)
            document = Document(
                name=row["name"],
                account_id=row["accountId"],
                region=row["region"],
                service=row["service"],
                operation=row["operation"],
                parameters=row["parameters"],
                asked_at=datetime.fromisoformat(row["askedAt"]),
                answer=row["answer"],
            )
        except (ValueError, TypeError, KeyError) as error:
            raise CaseError("it is no record of the environment", where=f"line {number} of the environment") from error
        found[document.name] = document
    return found


def keepable(value: Any) -> Any:
    """Give an answer as JSON can hold it and a case may keep it.

    Times become ISO 8601 in UTC. User data is replaced by its size and SHA-256, because scripts in it often hold
    passwords; whoever has the text can still prove that it is the same. Keys of VPN tunnels are masked.

    >>> keepable({"UserData": {"Value": "aGVsbG8="}, "PreSharedKey": "x"})["PreSharedKey"]
    '(masked)'
    """
    if isinstance(value, Mapping):
        return {str(name): _member(str(name), member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [keepable(member) for member in value]
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _member(name: str, value: Any) -> Any:
    if name in _SECRETS:
        return MASKED if value else keepable(value)
    if name == "UserData" and value:
        return _digest(value["Value"]) if isinstance(value, Mapping) and "Value" in value else _digest(value)
    return keepable(value)


def _digest(encoded: Any) -> Any:
    """Describe user data, which the API gives in base64; no user data is an empty mapping."""
    if not isinstance(encoded, str) or not encoded:
        return {}
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        content = encoded.encode()
    return {"Bytes": len(content), "Sha256": hashlib.sha256(content).hexdigest()}
