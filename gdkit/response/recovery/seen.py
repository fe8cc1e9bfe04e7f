"""A logged call as IAM saw it: the condition keys that the log tells, those that were not there, and those left open.

CloudTrail logs the network, not the keys. What a record does not tell stays open, and nobody guesses it.

Source: CloudTrail User Guide, "CloudTrail record contents" (sourceIPAddress, vpcEndpointId, userIdentity.invokedBy,
sessionContext.ec2RoleDelivery); IAM User Guide, "AWS global condition context keys", under Availability.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from gdkit.analysis.impact.access import access_of
from gdkit.analysis.request_text import fields_of, text_member
from gdkit.identifiers import address_kind, is_instance_id, normal_address, parse_arn
from gdkit.model import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_INSTANCE_KEYS = ("ec2:sourceinstancearn", "ec2:roledelivery", "aws:ec2instancesourcevpc",
                  "aws:ec2instancesourceprivateipv4")  # fmt: skip
_ENDPOINT_KEYS = ("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip")
_ON_INSTANCES = ("ec2:RunInstances", "ec2:ModifyInstanceMetadataOptions")
_TOKENS = ("ec2:ModifyInstanceMetadataOptions", "ec2:ModifyInstanceMetadataDefaults")
_LOSSY = "CSV"
"""Form of records that lack the endpoint and the service that called: the console's download."""


@dataclass(frozen=True, slots=True)
class Homes:
    """Where instances and endpoints are, as AWS describes them. What is missing stays open.

    Attributes:
        vpcs: VPC by instance id.
        addresses: primary private IPv4 address by instance id.
        endpoint_vpcs: VPC by endpoint id.
    """

    vpcs: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    endpoint_vpcs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """One call.

    Attributes:
        action: its IAM action; None where that is not known.
        resource: what it acts on; None where the log does not tell it surely.
        known: condition keys with their values, in lower case.
        absent: keys that the request surely lacked.
        present: keys that the request surely had, with a value that nobody logged.
        is_call: whether it is an API call at all.
    """

    action: str | None
    resource: str | None
    known: Mapping[str, str]
    absent: frozenset[str]
    present: frozenset[str]
    is_call: bool = True

    def told(self, key: str) -> bool:
        """Tell whether the log settles a key: its value, or that the request lacked it."""
        return key in self.known or key in self.absent


def seen_call(row: Mapping[str, Any], homes: Homes) -> Seen:
    """Give a call as IAM saw it.

    Args:
        row: of ``tables.EVENTS``; missing values are None.
        homes: where instances and endpoints are.
    """
    access = access_of(row["event_source"], row["event_name"], row["event_type"], row["read_only"])
    known: dict[str, str] = {}
    absent: set[str] = set()
    present: set[str] = set()
    told = (_of_caller(row), _of_session(row, homes), _of_network(row, homes), _of_request(row, access.action))
    for key, value in chain.from_iterable(told):
        if value is None:
            absent.add(key)
        elif value is ...:
            present.add(key)
        else:
            known[key] = str(value)
    resource = _instance_arn(row) if access.action in _ON_INSTANCES else None
    return Seen(access.action, resource, known, frozenset(absent), frozenset(present), access.level != "not a call")


def _of_caller(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give keys with values; None is a key that was surely not there, ``...`` one of a value that is not logged."""
    facts = {
        "aws:userid": row["principal_id"], "aws:principalarn": row["role_arn"] or row["identity_arn"],
        "aws:principalaccount": row["identity_account_id"], "aws:principaltype": row["identity_type"],
        "aws:useragent": row["user_agent"], "aws:requestedregion": row["region"],
        "aws:tokenissuetime": utc_text(row["credential_issued_at"]), "aws:currenttime": utc_text(row["event_at"]),
        "aws:securetransport": "true" if row["tls_version"] else None,
        "aws:sourceidentity": row["source_identity"],
    }  # fmt: skip
    yield from ((key, value) for key, value in facts.items() if value)
    if row["identity_type"] == "AssumedRole":
        yield "aws:username", None
    if row["identity_type"] in ("AssumedRole", "IAMUser", "Root", "FederatedUser"):
        yield "aws:principalisawsservice", "false"


def _of_session(row: Mapping[str, Any], homes: Homes) -> Iterator[tuple[str, Any]]:
    """Give the keys that a session of an instance carries; any other session surely lacks them."""
    instance = row["session_name"]
    if row["identity_type"] != "AssumedRole" or not is_instance_id(instance):
        if row["identity_type"] and not row["ec2_role_delivery"]:
            yield from ((key, None) for key in _INSTANCE_KEYS)
        return
    yield "ec2:sourceinstancearn", row["issued_to_arn"] or ...
    yield "ec2:roledelivery", row["ec2_role_delivery"] or ...
    yield "aws:ec2instancesourcevpc", homes.vpcs.get(instance, ...)
    yield "aws:ec2instancesourceprivateipv4", homes.addresses.get(instance, ...)


def _of_network(row: Mapping[str, Any], homes: Homes) -> Iterator[tuple[str, Any]]:
    """Give the keys of the network that the call came through, and whether a service made it for the caller."""
    address, endpoint = normal_address(row["source_address"]), row["vpc_endpoint_id"]
    kind = address_kind(address)
    if row["form"] == _LOSSY:
        return
    if row["invoked_by"]:
        yield "aws:viaawsservice", "true"
        return
    if kind not in ("public", "private"):
        return
    yield "aws:viaawsservice", "false"
    if endpoint or kind == "private":
        yield "aws:sourceip", None
        yield "aws:sourcevpce", endpoint or ...
        yield "aws:sourcevpc", homes.endpoint_vpcs.get(endpoint or "", ...)
        yield "aws:vpcsourceip", address
    else:
        yield "aws:sourceip", address
        yield from ((key, None) for key in _ENDPOINT_KEYS)


def _of_request(row: Mapping[str, Any], action: str | None) -> Iterator[tuple[str, Any]]:
    """Give the keys of what was asked for; of a launch only what the call itself says."""
    asked = fields_of(row["request_parameters"]) if action in (*_ON_INSTANCES, *_TOKENS) else None
    if asked is None:
        return
    if action == "ec2:RunInstances":
        tokens = text_member(asked, "metadataOptions", "httpTokens")
        if tokens:
            yield "ec2:metadatahttptokens", tokens
    elif action in _TOKENS:
        yield "ec2:attribute/httptokens", text_member(asked, "httpTokens")


def _instance_arn(row: Mapping[str, Any]) -> str:
    """Give the ARN of an instance in the call's region and account; which one is of no concern to the patterns."""
    instance = text_member(fields_of(row["request_parameters"]), "instanceId") or "i-00000000000000000"
    caller = parse_arn(row["identity_arn"])
    partition = caller.partition if caller else "aws"
    return (
        f"arn:{partition}:ec2:{row['region'] or 'us-east-1'}:{row['account_id'] or '000000000000'}:instance/{instance}"
    )
