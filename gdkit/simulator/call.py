"""The values that pass through the simulator: one call, who made it from where, and how it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime


class ApiError(Exception):
    """An error that the simulated service answers with.

    Args:
        code: the error code that AWS uses, for example ``AccessDeniedException``.
        message: what AWS would say.
        status: the HTTP status.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Source:
    """From where a call came.

    Attributes:
        address: IPv4 or IPv6 text, or a service's host name for calls that AWS makes itself.
        vpc_id: set where the call came through a VPC endpoint.
    """

    address: str
    user_agent: str
    vpc_id: str | None = None
    vpc_endpoint_id: str | None = None
    vpc_endpoint_account_id: str | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed a call.

    Attributes:
        kind: as in CloudTrail's ``userIdentity.type``.
        principal_id: as in CloudTrail's ``userIdentity.principalId``: ``AIDA…``, ``AROA…:session-name``, account id.
        name: user name or role name; empty for root and services.
        arn: as in CloudTrail's ``userIdentity.arn`` (for a session: ``arn:aws:sts::…:assumed-role/…``).
        issuer_arn: ARN of the role behind a session.
        issued_at: when the session's credential was issued.
        context: condition keys that the credential carries, for example ``ec2:RoleDelivery``.
        session_policies: policy documents given when the session was asked for; they can only narrow it.
    """

    kind: Literal["Root", "IAMUser", "AssumedRole", "AWSService", "AWSAccount"]
    account_id: str
    principal_id: str
    arn: str
    access_key_id: str | None = None
    name: str = ""
    issuer_arn: str | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    context: Mapping[str, str] = field(default_factory=dict)
    session_policies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One API call, understood.

    Attributes:
        service: botocore's name of the service: ``guardduty``, ``cloudtrail``, ``elbv2``.
        operation: the operation's name in botocore's model: ``ListFindings``.
        parameters: input, named and typed as boto3's caller gives it (``DetectorId``, ``FindingCriteria``); a
            timestamp is an aware ``datetime``.
        account_id: the account that the call is made in.
        at: the simulator's time.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    account_id: str
    region: str
    at: datetime
    principal: Principal
    source: Source


Result: TypeAlias = dict[str, Any]
"""Output of an operation, named as boto3 gives it."""

Handler: TypeAlias = Callable[[Call], Result]
"""One simulated operation. It raises ``ApiError`` where AWS would refuse."""

Handlers: TypeAlias = dict[tuple[str, str], Handler]
"""Simulated operations by botocore service name and operation name."""
