"""What a team says of its own networks, accounts, vendors and tests, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TeamNetwork:
    """One network of the organisation; an entry with several networks becomes several of these.

    Attributes:
        cidr: the network, in its one spelling.
        owner: which part of the organisation it belongs to.
        what: what it is, such as ``office Berlin`` or ``VPN``.
        contact: whom to ask.
        valid_until: the last day on which the entry counts, to its end in UTC.
        source: how the team knows; empty where not said.
        note: what else there is to say; empty where not said.
        line: where the entry begins in the file, counted from 1.
    """

    cidr: str
    owner: str
    what: str
    contact: str
    valid_until: date
    source: str
    note: str
    line: int


@dataclass(frozen=True, slots=True)
class Vendor:
    """A known third party that may use the organisation's roles.

    Attributes:
        name: who it is.
        what: what it does for the organisation.
        contact: whom to ask.
        valid_until: the last day on which the entry counts, to its end in UTC.
        cidrs: networks it calls from, each in its one spelling.
        accounts: AWS accounts it calls from.
        line: where the entry begins in the file, counted from 1.
    """

    name: str
    what: str
    contact: str
    valid_until: date
    cidrs: tuple[str, ...]
    accounts: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An AWS account of the organisation; ``owner`` is empty where not said."""

    id: str
    name: str
    owner: str
    line: int


@dataclass(frozen=True, slots=True)
class AuthorisedTest:
    """Leave that a named person has to use credentials, such as for a penetration test.

    Attributes:
        by: the person who may.
        ticket: where the leave is written down.
        what: what may be done.
        from_at: when the leave begins, aware, UTC.
        until_at: its last instant, aware, UTC.
        cidrs: networks to test from, each in its one spelling.
        accounts: AWS accounts to test from.
        roles: roles that may be used; empty means any.
        line: where the entry begins in the file, counted from 1.
    """

    by: str
    ticket: str
    what: str
    from_at: datetime
    until_at: datetime
    cidrs: tuple[str, ...]
    accounts: tuple[str, ...]
    roles: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class TeamFile:
    """A team's file, read and without a fault.

    Attributes:
        path: where it was read from.
        sha256: hex SHA-256 of its bytes.
        networks: the organisation's own networks, in the order of the file.
        vendors: known third parties.
        accounts: the organisation's AWS accounts.
        tests: penetration tests and the like.
        weights: names of rules with the weight that the team gives them, 0 to 9.
        warnings: what is no fault but should be looked at, one sentence each.
    """

    path: Path
    sha256: str
    networks: tuple[TeamNetwork, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    accounts: tuple[OwnAccount, ...] = ()
    tests: tuple[AuthorisedTest, ...] = ()
    weights: tuple[tuple[str, int], ...] = ()
    warnings: tuple[str, ...] = ()
