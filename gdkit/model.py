"""The values that pass between the stages of an investigation.

Frozen dataclasses of the standard library only. Times are aware and in UTC; a field that the source did not hold is
``None`` or an empty tuple, never a made-up value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, overload

if TYPE_CHECKING:
    from gdkit.ledger_row import GapKind, LedgerRow

Party = Literal["thief", "workload", "unknown"]
VerdictValue = Literal["benign", "malicious", "undetermined"]
Variant = Literal["OutsideAWS", "InsideAWS", "unspecified"]

VERDICT_VALUES: tuple[VerdictValue, ...] = ("benign", "malicious", "undetermined")


def utc_text(at: datetime | None) -> str | None:
    """Write an instant as ISO 8601 in UTC with a Z, to the second unless it holds a fraction.

    >>> utc_text(datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC))
    '2026-11-01T03:04:05Z'
    """
    if at is None:
        return None
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class RemoteParty:
    """Who made the reported call, as far as the finding tells: ``service.action.awsApiCallAction.remote*``.

    Attributes:
        address: IPv4 or IPv6 text; None for InsideAWS through an endpoint.
        account_id: the remote account (InsideAWS), None where the finding names none.
        affiliated: whether GuardDuty knows that account as one of yours; None where it does not say.
    """

    address: str | None = None
    asn: str | None = None
    asn_org: str | None = None
    isp: str | None = None
    organization: str | None = None
    country: str | None = None
    country_code: str | None = None
    city: str | None = None
    account_id: str | None = None
    affiliated: bool | None = None
    aws_service: str | None = None


@dataclass(frozen=True, slots=True)
class InstanceDetails:
    """The instance as the finding describes it; it may be stale or missing: ``resource.instanceDetails``."""

    instance_id: str | None = None
    private_addresses: tuple[str, ...] = ()
    public_addresses: tuple[str, ...] = ()
    vpc_ids: tuple[str, ...] = ()
    profile_arn: str | None = None
    image_id: str | None = None
    launched_at: datetime | None = None
    outpost_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One GuardDuty InstanceCredentialExfiltration finding, whatever shape it came in.

    Attributes:
        variant: what the type's suffix says; ``unspecified`` for the name from before 2021.
        severity: GuardDuty's number, 1 to 10.
        role_name: ``accessKeyDetails.userName``, which for this finding is the role's name.
        shape: the form the finding came in, in words.
        threat_lists: threat lists that name what the finding is about.
        warnings: what is odd about it, each one sentence for the analyst.
        raw: the bytes as received, whole input (several findings share one input).
        raw_sha256: hex SHA-256 of ``raw``.
    """

    id: str
    type: str
    variant: Variant
    account_id: str | None
    region: str | None
    raw: bytes = field(repr=False)
    raw_sha256: str
    shape: str
    arn: str | None = None
    partition: str | None = None
    severity: float | None = None
    title: str | None = None
    description: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    count: int | None = None
    archived: bool | None = None
    detector_id: str | None = None
    sample: bool = False
    principal_id: str | None = None
    access_key_id: str | None = None
    role_name: str | None = None
    user_type: str | None = None
    resource_type: str | None = None
    bucket_names: tuple[str, ...] = ()
    instance: InstanceDetails = InstanceDetails()
    remote: RemoteParty = RemoteParty()
    api: str | None = None
    api_service: str | None = None
    user_agent: str | None = None
    error_code: str | None = None
    envelope_account_id: str | None = None
    attack_sequence_arn: str | None = None
    threat_lists: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedFinding:
    """A finding that was recognised and is not gdkit's subject, with what to use for it."""

    id: str
    type: str
    reason: str
    use_instead: str


@dataclass(frozen=True, slots=True)
class FindingSet(Sequence[Finding]):
    """The findings of one input: those accepted (the sequence itself) and those refused."""

    accepted: tuple[Finding, ...]
    refused: tuple[RefusedFinding, ...] = ()

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        return self.accepted[index]

    def __len__(self) -> int:
        return len(self.accepted)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.accepted)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an investigation is about when it starts: a finding, or only a principal or an instance.

    Attributes:
        finding: None for a theft that GuardDuty did not report.
        principal_id: ``roleId:session-name``; None where only an instance or a key is known.
        instance_id: the instance that the credentials were made for; None where unknown.
        access_key_id: the key that the finding names; None where it names none.
        session_arn: of the instance's session, where it was named so: other roles on the instance are not meant.
        reported_addresses: the remote addresses of the finding, and of other findings of the same session.
        remote_account_ids: the remote accounts of these findings (InsideAWS).
        own_addresses: addresses that are the instance's alone, as AWS itself says now.
        own_egress: addresses by which its network leaves, as its routes prove now; other hosts leave by them too.
        aws_regions: address and region of each address of the session that AWS's published ranges hold; empty where
            they are not at hand.
    """

    finding: Finding | None = None
    principal_id: str | None = None
    instance_id: str | None = None
    access_key_id: str | None = None
    reported_addresses: tuple[str, ...] = ()
    remote_account_ids: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
    own_egress: tuple[str, ...] = ()
    aws_regions: tuple[tuple[str, str], ...] = ()
    session_arn: str | None = None


@dataclass(frozen=True, slots=True)
class SessionKey:
    """One access key of a session, and what the searched events show of it.

    Attributes:
        issued_at: when it was issued: from the AssumeRole that issued it, else from the session's creationDate.
        expires_at: from the AssumeRole that issued it; None where that event was not found.
        ec2_role_delivery: metadata service version that delivered it, "1.0" or "2.0"; None where no event says.
        events: calls signed with it in what was searched.
    """

    access_key_id: str
    issued_at: datetime | None
    expires_at: datetime | None
    ec2_role_delivery: str | None
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    events: int
    thief_events: int
    workload_events: int
    unknown_events: int


@dataclass(frozen=True, slots=True)
class LeakedSession:
    """The role session whose credentials are used elsewhere, and all its keys."""

    principal_id: str | None
    role_id: str | None
    role_name: str | None
    role_arn: str | None
    session_name: str | None
    instance_id: str | None
    account_id: str | None
    keys: tuple[SessionKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's decision about the external address.

    Attributes:
        proposed: what the evidence proposed when it was decided; None where nothing had been judged.
        rests_on: the evidence that decided the proposal at that time, in words.
    """

    value: VerdictValue
    decided_by: str | None = None
    reason: str | None = None
    at: datetime | None = None
    proposed: VerdictValue | None = None
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """One source that was read, and what it held."""

    source: str
    kind: str
    files: int
    bytes: int
    records: int
    events: int
    duplicates: int
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    event_categories: tuple[str, ...] = ()
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None
    uncategorized_records: int = 0


@dataclass(frozen=True, slots=True)
class NotSearched:
    """Something that was not, or could not be, looked at, and why.

    Attributes:
        failed: it was to be looked at and could not be, wholly or in part; the answer may lack what is there.
        kind: what sort of gap it is; of the kind ``surroundings`` it can hide a fact, but no event.
    """

    what: str
    reason: str
    failed: bool = False
    kind: GapKind = "not searched"


@dataclass(frozen=True, slots=True)
class Unread:
    """A place in a file that could not be read.

    Attributes:
        file: path as given or found.
        line: 1-based line of the file where known; None for the file as a whole.
        reason: one sentence.
    """

    file: str
    line: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The ledger of what was and was not searched. Every conclusion is limited by it; ``passed_over`` is no loss."""

    searched: tuple[Searched, ...] = ()
    not_searched: tuple[NotSearched, ...] = ()
    unread: tuple[Unread, ...] = ()
    warnings: tuple[str, ...] = ()
    places: tuple[LedgerRow, ...] = ()
    passed_over: tuple[NotSearched, ...] = ()
