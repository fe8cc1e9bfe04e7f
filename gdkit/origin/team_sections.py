"""The sections of a team's file, each read into its values.

A reader notes every fault and still gives a value; whoever calls throws all of them away when there is any fault.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from ipaddress import ip_network
from typing import TYPE_CHECKING

from gdkit.errors import TeamFileFault
from gdkit.findings.fields import quoted
from gdkit.origin.team_entries import entries, entry, many, one
from gdkit.origin.team_model import AuthorisedTest, OwnAccount, TeamNetwork, Vendor
from gdkit.origin.team_values import account_id, cidr, day, instant, role_name, weight, words
from gdkit.origin.team_yaml import Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from ipaddress import IPv4Network, IPv6Network

    from gdkit.origin.team_entries import Entry
    from gdkit.origin.team_yaml import Value

_NETWORK = ("cidr", "cidrs", "owner", "what", "contact", "valid_until", "source", "note")
_VENDOR = ("name", "what", "contact", "valid_until", "cidrs", "accounts")
_ACCOUNT = ("id", "name", "owner")
_TEST = ("by", "ticket", "what", "from", "until", "cidrs", "accounts", "roles")
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)

MOST_WARNINGS = 50


def networks(value: Value | None, faults: list[TeamFileFault]) -> tuple[TeamNetwork, ...]:
    """Read ``networks``: one value for each network of each entry."""
    return tuple(made for source in entries(value, "networks", _NETWORK, faults) for made in _networks(source))


def _networks(source: Entry) -> Iterator[TeamNetwork]:
    owner, what, contact = (one(source, name, words, "") for name in ("owner", "what", "contact"))
    valid_until = one(source, "valid_until", day, date.min)
    origin, note = (one(source, name, words, "", required=False) for name in ("source", "note"))
    for text in _cidrs(source):
        yield TeamNetwork(text, owner, what, contact, valid_until, origin, note, source.line)


def _cidrs(source: Entry) -> tuple[str, ...]:
    if "cidr" in source.fields and "cidrs" in source.fields:
        source.blame("cidrs", "cidr and cidrs both stand here", "keep one of them")
    if "cidrs" not in source.fields:
        return (one(source, "cidr", cidr, ""),)
    found = many(source, "cidrs", cidr)
    if _is_empty_list(source, "cidrs"):
        source.blame("cidrs", "the list is empty", "name at least one network")
    return found


def vendors(value: Value | None, faults: list[TeamFileFault]) -> tuple[Vendor, ...]:
    """Read ``vendors``."""
    return tuple(_vendor(source) for source in entries(value, "vendors", _VENDOR, faults))


def _vendor(source: Entry) -> Vendor:
    name, what, contact = (one(source, field, words, "") for field in ("name", "what", "contact"))
    valid_until = one(source, "valid_until", day, date.min)
    places = _places(source)
    return Vendor(name, what, contact, valid_until, *places, line=source.line)


def accounts(value: Value | None, faults: list[TeamFileFault]) -> tuple[OwnAccount, ...]:
    """Read ``accounts``; an id that stands twice is a fault."""
    found: list[OwnAccount] = []
    lines: dict[str, int] = {}
    for source in entries(value, "accounts", _ACCOUNT, faults):
        id_ = one(source, "id", account_id, "")
        name = one(source, "name", words, "")
        owner = one(source, "owner", words, "", required=False)
        if id_ and id_ in lines:
            source.blame("id", f"account {id_} stands twice, first on line {lines[id_]}", "keep one of them")
        lines.setdefault(id_, source.line)
        found.append(OwnAccount(id_, name, owner, source.line))
    return tuple(found)


def authorised_tests(value: Value | None, faults: list[TeamFileFault]) -> tuple[AuthorisedTest, ...]:
    """Read ``authorised_tests``."""
    return tuple(_test(source) for source in entries(value, "authorised_tests", _TEST, faults))


def _test(source: Entry) -> AuthorisedTest:
    by, ticket, what = (one(source, field, words, "") for field in ("by", "ticket", "what"))
    from_at, until_at = (one(source, field, instant, _NO_TIME) for field in ("from", "until"))
    if _NO_TIME not in (from_at, until_at) and from_at >= until_at:
        source.blame("until", "the end is not after the beginning", "write the end of the test; mind the zones")
    places = _places(source)
    roles = many(source, "roles", role_name)
    if _is_empty_list(source, "roles"):
        source.blame("roles", "the list is empty", "name the roles; leave the field out if any role may be used")
    return AuthorisedTest(by, ticket, what, from_at, until_at, *places, roles, source.line)


def _places(source: Entry) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give networks and accounts, of which there must be one at least."""
    if all(name not in source.fields or _is_empty_list(source, name) for name in ("cidrs", "accounts")):
        source.blame("cidrs", "neither cidrs nor accounts are given", "name at least one network or account")
    return many(source, "cidrs", cidr), many(source, "accounts", account_id)


def _is_empty_list(source: Entry, name: str) -> bool:
    return getattr(source.fields.get(name), "items", None) == ()


def weights(
    value: Value | None, rule_names: Collection[str], faults: list[TeamFileFault]
) -> tuple[tuple[str, int], ...]:
    """Read ``weights``: names of rules with numbers."""
    if value is None:
        return ()
    if not isinstance(value, Table):
        found = "a list" if not hasattr(value, "text") else quoted(value.text)
        action = "write each rule's name with a number, such as 'team_network: 5'"
        faults.append(TeamFileFault(value.line, "weights", "", f"{found} stands here, not names with numbers", action))
        return ()
    source = entry(value, "weights", rule_names, faults)
    for key, given in value.pairs:
        name = getattr(key, "text", "")
        if name in rule_names and getattr(given, "empty", False):
            source.blame(name, "the weight is missing", "write a whole number from 0 to 9", given.line)
    return tuple((name, one(source, name, weight, 0)) for name in source.fields)


def overlaps(own: Sequence[TeamNetwork], others: Sequence[Vendor]) -> tuple[str, ...]:
    """Tell, one sentence each, which networks lie within networks of another owner; a vendor owns its own."""
    rows = [(ip_network(one.cidr), one.owner, one.line) for one in own]
    rows += [(ip_network(text), one.name, one.line) for one in others for text in one.cidrs]
    rows.sort(key=lambda row: (row[0].version, int(row[0].network_address), row[0].prefixlen, row[2]))
    found: list[str] = []
    around: list[int] = []  # the rows that hold the current one, outermost first
    for number, (network, owner, line) in enumerate(rows):
        while around and not _holds(rows[around[-1]][0], network):
            around.pop()
        outer = next((rows[index] for index in reversed(around) if rows[index][1] != owner), None)
        if outer is not None:
            found.append(
                f"{network} of {quoted(owner)} (line {line}) lies within {outer[0]} of {quoted(outer[1])} "
                f"(line {outer[2]}): their owners differ."
            )
        if not around or rows[around[-1]][:2] != (network, owner):
            around.append(number)
    more = len(found) - MOST_WARNINGS
    return (
        *found[:MOST_WARNINGS],
        *((f"{more:,} more networks lie within those of another owner.",) if more > 0 else ()),
    )


def _holds(outer: IPv4Network | IPv6Network, inner: IPv4Network | IPv6Network) -> bool:
    return outer.version == inner.version and inner.network_address in outer
