"""The values by which an address is judged: evidence, tests of benign causes, and what they propose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from gdkit.model import VerdictValue

Direction = Literal["benign", "malicious", "neither"]
"""What a piece of evidence speaks for."""

Outcome = Literal["passed", "failed", "could not test"]
"""How a test of a benign cause ended: ``passed`` means that the cause explains the address."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence about an address.

    Attributes:
        rule: which rule of the weighing it falls under; ``weigh`` looks the weight up.
        statement: what was found, one sentence, plain text; parts of it may come from logs.
        source: where it comes from, such as ``CloudTrail``, ``networks.yaml``, ``AWS ip-ranges``.
        as_of: when the source said so, aware; None where it has no date.
        holder: who holds the address by this, in a few words; None where it says nothing of that.
    """

    rule: str
    statement: str
    source: str
    as_of: datetime | None = None
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A piece of evidence with what it speaks for and how strongly: 0 is a fact that decides nothing."""

    evidence: Evidence
    toward: Direction
    weight: int


@dataclass(frozen=True, slots=True)
class CauseTest:
    """The test of one benign cause.

    Attributes:
        cause: name of the cause, such as ``vpn``.
        question: what was asked, one sentence.
        outcome: how it ended.
        reason: why it ended so.
        settle: what would make it testable, or settle it; empty where nothing is needed.
    """

    cause: str
    question: str
    outcome: Outcome
    reason: str
    settle: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """A network or an address that an account in reach has.

    Attributes:
        network: CIDR text; an address is a network of one.
        what: what it is, such as ``Elastic IP`` or ``secondary CIDR of a VPC``.
        resource_id: AWS's id of it, such as ``eipalloc-…``.
        account_id: whose it is.
        region: where; empty for what is global.
        as_of: when AWS was asked.
    """

    network: str
    what: str
    resource_id: str
    account_id: str
    region: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the way by which an instance's traffic leaves.

    Attributes:
        kind: ``subnet``, ``route table``, ``nat gateway``, ``internet gateway``, ``transit gateway``, ``vpn gateway``,
            ``vpn connection``, ``customer gateway``, ``peering``, ``endpoint``, ``local gateway`` …
        resource_id: AWS's id of it.
        detail: what matters about it, such as the route that leads on.
    """

    kind: str
    resource_id: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which an instance's traffic leaves for a destination.

    Attributes:
        destination: the CIDR that the first route matches, or the service of an endpoint.
        hops: the steps, from the subnet on.
        addresses: the addresses by which AWS sees what leaves this way; empty where this account cannot tell.
        open_end: why the way cannot be followed further; empty where it was followed to its end.
    """

    destination: str
    hops: tuple[Hop, ...]
    addresses: tuple[str, ...] = ()
    open_end: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What speaks for and against an address, and what that proposes; a person decides.

    Attributes:
        address: as logged, in the one spelling that comparisons use.
        kind: ``identifiers.address_kind`` of it.
        holder: who holds it, as far as a source says; None where none does.
        country: as a source names it.
        asn: number of the autonomous system, without "AS".
        evidence: the rows, strongest first.
        causes: the tests of benign causes.
        proposed: the proposed verdict.
        why: why that is proposed, one sentence.
        deciding: the rows, three at most, that decided.
        settle: what would settle it, most useful first.
    """

    address: str
    kind: str
    holder: str | None
    country: str | None
    asn: str | None
    evidence: tuple[Weighed, ...]
    causes: tuple[CauseTest, ...]
    proposed: VerdictValue
    why: str
    deciding: tuple[Weighed, ...]
    settle: tuple[str, ...]
