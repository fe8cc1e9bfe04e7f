"""The file that a team keeps, ``networks.yaml``: its own networks and accounts, known vendors, tests with leave.

``docs/networks.md`` says how to write it. What it holds is a claim of the team's, with a last day: an entry past it
does not count and is told apart.
"""

from __future__ import annotations

import hashlib
from datetime import UTC
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gdkit.errors import TeamFileError, TeamFileFault
from gdkit.identifiers import parse_ip
from gdkit.origin import team_sections
from gdkit.origin.team_entries import entry
from gdkit.origin.team_model import AuthorisedTest, OwnAccount, TeamFile, TeamNetwork, Vendor
from gdkit.origin.team_yaml import Table, TeamYamlError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

__all__ = [
    "AuthorisedTest",
    "OwnAccount",
    "TeamFile",
    "TeamNetwork",
    "Vendor",
    "accounts_of",
    "is_valid",
    "load_team_file",
    "networks_of",
    "tests_of",
    "vendors_of",
]

SECTIONS = ("networks", "vendors", "accounts", "authorised_tests", "weights")

MOST_BYTES = 5_000_000
"""A greater file is no team's file."""

Dated = TypeVar("Dated", TeamNetwork, Vendor)


def load_team_file(path: Path | str, rule_names: Collection[str]) -> TeamFile:
    """Read a team's file.

    Args:
        path: the file; an empty one is valid and says nothing.
        rule_names: the rules whose weight the file may set.

    Raises:
        TeamFileError: it cannot be read, or has faults; all of them are in the error, in the order of the lines.
    """
    path = Path(path)
    content = _content(path)
    faults: list[TeamFileFault] = []
    try:
        document, tags = read_yaml(_text(content))
    except TeamYamlError as error:
        raise TeamFileError(*error.faults, where=str(path)) from error
    faults += tags
    top = Table((), 1, 1)
    if isinstance(document, Table):
        top = document
    elif document is not None and not getattr(document, "empty", False):
        faults.append(
            TeamFileFault(document.line, problem="the file does not begin with a section", action="write 'networks:'")
        )
    fields = entry(top, "", SECTIONS, faults).fields
    networks = team_sections.networks(fields.get("networks"), faults)
    vendors = team_sections.vendors(fields.get("vendors"), faults)
    accounts = team_sections.accounts(fields.get("accounts"), faults)
    tests = team_sections.authorised_tests(fields.get("authorised_tests"), faults)
    weights = team_sections.weights(fields.get("weights"), rule_names, faults)
    if faults:
        raise TeamFileError(*sorted(dict.fromkeys(faults), key=lambda fault: fault.line), where=str(path))
    warnings = team_sections.overlaps(networks, vendors)
    sha256 = hashlib.sha256(content).hexdigest()
    return TeamFile(path, sha256, networks, vendors, accounts, tests, weights, warnings)


def _content(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "no ordinary file"
            raise _unreadable(path, f"it is {kind}", "name the file itself, such as networks.yaml")
        with path.open("rb") as handle:
            content = handle.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise _unreadable(
            path, "there is no such file", "look at the path; docs/networks.md says how to write one"
        ) from error
    except PermissionError as error:
        raise _unreadable(path, "you may not read it", "ask its owner for leave to read") from error
    except OSError as error:
        raise _unreadable(path, f"it cannot be read ({error.strerror})", "look at the path and the disk") from error
    if len(content) > MOST_BYTES:
        raise _unreadable(path, f"it is greater than {MOST_BYTES // 1_000_000} MB", "name the file that the team keeps")
    return content


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem, action = "the text is not UTF-8 from here on", "save the file as UTF-8"
        raise TeamYamlError(TeamFileFault(line, problem=problem, action=action)) from error


def _unreadable(path: Path, problem: str, action: str) -> TeamFileError:
    return TeamFileError(TeamFileFault(0, problem=problem, action=action), where=str(path))


def is_valid(one: TeamNetwork | Vendor, at: datetime) -> bool:
    """Tell whether an entry counts at an instant: to the end, in UTC, of its last day.

    Raises:
        ValueError: the instant has no zone.
    """
    _demand_zone(at)
    return at.astimezone(UTC).date() <= one.valid_until


def networks_of(team: TeamFile, address: str, at: datetime) -> tuple[tuple[TeamNetwork, ...], tuple[TeamNetwork, ...]]:
    """Give the team's networks that hold an address: those that count, and those that have expired.

    Args:
        team: the team's file.
        address: an address as logged; what is none lies in no network.
        at: the instant to judge by, aware.

    Returns:
        Valid and expired entries, each most specific first, then in the order of the file.

    Raises:
        ValueError: the instant has no zone.
    """
    sought = parse_ip(address)
    sized = [(_longest((one.cidr,), sought), one) for one in team.networks]
    return _apart(sized, at)


def vendors_of(team: TeamFile, source: str, at: datetime) -> tuple[tuple[Vendor, ...], tuple[Vendor, ...]]:
    """Give the vendors that call from an address or an account: those that count, and those that have expired.

    Args:
        team: the team's file.
        source: an address as logged, or an account's id of 12 digits.
        at: the instant to judge by, aware.

    Returns:
        Valid and expired entries, each most specific network first, then in the order of the file.

    Raises:
        ValueError: the instant has no zone.
    """
    sought = parse_ip(source)
    sized = [(0 if source in one.accounts else _longest(one.cidrs, sought), one) for one in team.vendors]
    return _apart(sized, at)


def accounts_of(team: TeamFile, account_id: str) -> tuple[OwnAccount, ...]:
    """Give what the file says of an account: one entry where it is the organisation's, none where not."""
    return tuple(one for one in team.accounts if one.id == account_id)


def tests_of(
    team: TeamFile, source: str, role_name: str | None, first_at: datetime, last_at: datetime
) -> tuple[tuple[AuthorisedTest, bool], ...]:
    """Give the leave to test that covers calls, and whether it covers the whole of their time.

    Args:
        team: the team's file.
        source: an address as logged, or an account's id of 12 digits.
        role_name: the role whose credentials were used; None where unknown, which only leave for any role covers.
        first_at: the first call, aware.
        last_at: the last call, aware.

    Returns:
        Tests with True where all the time from first to last call is covered, False where a part is; the former first.
        A test at another time is not among them.

    Raises:
        ValueError: an instant has no zone, or the last call is before the first.

    Source: IAM API Reference, CreateRole, RoleName: names are not distinguished by case.
    """
    _demand_zone(first_at, last_at)
    if last_at < first_at:
        raise ValueError("the last call is before the first")
    sought = parse_ip(source)
    found = [
        (one, one.from_at <= first_at and last_at <= one.until_at)
        for one in team.tests
        if (source in one.accounts or _longest(one.cidrs, sought) is not None)
        and (not one.roles or (role_name or "").lower() in {role.lower() for role in one.roles})
        and one.from_at <= last_at
        and first_at <= one.until_at
    ]
    return tuple(sorted(found, key=lambda pair: not pair[1]))


def _apart(sized: Iterable[tuple[int | None, Dated]], at: datetime) -> tuple[tuple[Dated, ...], tuple[Dated, ...]]:
    """Set valid and expired entries apart, the longest prefix first; an entry of none does not hold what was asked."""
    _demand_zone(at)
    held = sorted(((size, one) for size, one in sized if size is not None), key=lambda pair: -pair[0])
    valid = tuple(one for _, one in held if is_valid(one, at))
    return valid, tuple(one for _, one in held if not is_valid(one, at))


def _longest(cidrs: Iterable[str], address: IPv4Address | IPv6Address | None) -> int | None:
    """Give the longest prefix of the networks that hold an address; None where none does."""
    if address is None:
        return None
    return max((network.prefixlen for network in map(_network, cidrs) if address in network), default=None)


@lru_cache(maxsize=8192)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


def _demand_zone(*instants: datetime) -> None:
    if any(one.utcoffset() is None for one in instants):
        raise ValueError("an instant without a zone cannot be compared")
