"""What a single value of a team's file may be: networks, accounts, days, instants, role names, texts, weights.

Every function takes the text as it stands in the file, gives the value in its one spelling, and raises
``BadValueError`` with what is wrong and what to do.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from gdkit.findings.fields import quoted
from gdkit.identifiers import is_account_id, role_name_of

if TYPE_CHECKING:
    from gdkit.origin.team_yaml import Scalar

SHORTEST_PREFIX = {4: 8, 6: 19}
"""The broadest network that a claim is believed of, by version of IP.

Source: IANA's IPv4 and IPv6 registries: a /8 is the largest block that one organisation holds, a /19 among the largest
that a regional registry gave to one.
"""

LONGEST_TEXT = 500
"""Characters of a text field."""

GREATEST_WEIGHT = 9

_PREFIX = re.compile(r"[0-9]{1,3}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]+"
    r"([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r" ?(Z|z|[+-][0-9]{2}:[0-9]{2})?"
)
_DIGITS = re.compile(r"[0-9]+")
_ROLE_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")  # Source: IAM API Reference, CreateRole, RoleName
_CIDR_FORM = "write address/length, such as 203.0.113.0/24 or 2001:db8:12::/48"
_INSTANT_FORM = "write date, time and zone, such as 2026-09-01T08:00:00Z or 2026-09-01 10:00 +02:00"


class BadValueError(ValueError):
    """A value that cannot stand where it stands: what is wrong, and what to do."""

    def __init__(self, problem: str, action: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.action = action


def words(value: Scalar) -> str:
    """Give a text on one line, its spaces single.

    Raises:
        BadValueError: it is too long or holds what cannot be shown, such as a control character.
    """
    text = " ".join(value.text.split())
    if not text:
        raise BadValueError("the text is empty", "write it, or leave the field out if it is optional")
    if len(text) > LONGEST_TEXT:
        raise BadValueError(f"{quoted(text)} is longer than {LONGEST_TEXT} characters", "shorten it")
    if not text.isprintable():
        raise BadValueError(f"{quoted(text)} holds a character that cannot be shown", "take it out")
    return text


def cidr(value: Scalar) -> str:
    """Give a network in its one spelling; IPv4 inside IPv6 is given as IPv4, an address as the network of one.

    Raises:
        BadValueError: it is no network, has host bits set, or is too broad to be one organisation's.
    """
    text = value.text.strip()
    _, slash, length = text.partition("/")
    if "%" in text or (slash and not _PREFIX.fullmatch(length)):
        raise BadValueError(f"{quoted(text)} is no network", _CIDR_FORM)
    try:
        found = _as_ipv4(ipaddress.ip_interface(text))
    except ValueError as error:
        raise BadValueError(f"{quoted(text)} is no network", _CIDR_FORM) from error
    network = found.network
    if found.ip != network.network_address:
        one = ipaddress.ip_network(found.ip)
        raise BadValueError(
            f"{quoted(text)} has bits set beyond its length",
            f"write {network} for the network, or {one} for one address",
        )
    if network.prefixlen < SHORTEST_PREFIX[network.version]:
        raise BadValueError(
            f"{quoted(text)} is too broad to prove whose it is (shorter than /{SHORTEST_PREFIX[network.version]})",
            "name the networks that a registry or your provider gave you",
        )
    return str(network)


def _as_ipv4(
    found: ipaddress.IPv4Interface | ipaddress.IPv6Interface,
) -> ipaddress.IPv4Interface | ipaddress.IPv6Interface:
    mapped = getattr(found.ip, "ipv4_mapped", None)
    length = found.network.prefixlen - 96
    return ipaddress.IPv4Interface((mapped, length)) if mapped is not None and length >= 0 else found


def account_id(value: Scalar) -> str:
    """Give an AWS account's id.

    Raises:
        BadValueError: it is none, or begins with 0 and has no quotes: YAML readers differ in what number that is.
    """
    text = value.text.strip()
    if value.plain and text.startswith("0") and is_account_id(text):
        raise BadValueError(
            f"{quoted(text)} begins with 0 and has no quotes: YAML may read it as another number",
            f'put it in quotes: "{text}"',
        )
    if is_account_id(text):
        return text
    if _DIGITS.fullmatch(text) and len(text) < 12:
        raise BadValueError(
            f"{quoted(text)} has {len(text)} digits, an account id has 12",
            f'if zeros in front were lost, put it in quotes: "{text.zfill(12)}"',
        )
    raise BadValueError(f"{quoted(text)} is no AWS account id", 'write 12 digits in quotes, such as "111122223333"')


def day(value: Scalar) -> date:
    """Give a date.

    Raises:
        BadValueError: it is none, or has a time.
    """
    text = value.text.strip()
    form = "write a date such as 2027-01-31; it is valid to the end of that day in UTC"
    if _INSTANT.fullmatch(text):
        raise BadValueError(f"{quoted(text)} has a time, and a date alone stands here", form)
    if not _DAY.fullmatch(text):
        raise BadValueError(f"{quoted(text)} is no date", form)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadValueError(f"{quoted(text)} is no day of the calendar", form) from error


def instant(value: Scalar) -> datetime:
    """Give an instant, aware, in UTC.

    Raises:
        BadValueError: it is none, or has no zone.
    """
    text = value.text.strip()
    if _DAY.fullmatch(text):
        raise BadValueError(f"{quoted(text)} has no time", _INSTANT_FORM)
    parts = _INSTANT.fullmatch(text)
    if parts is None:
        raise BadValueError(f"{quoted(text)} is no instant", _INSTANT_FORM)
    if parts[3] is None:
        raise BadValueError(f"{quoted(text)} does not say in which zone", f"add Z if it is UTC; {_INSTANT_FORM}")
    try:
        return datetime.fromisoformat(f"{parts[1]}T{parts[2]}{parts[3].upper()}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadValueError(f"{quoted(text)} is no instant of the calendar", _INSTANT_FORM) from error


def role_name(value: Scalar) -> str:
    """Give an IAM role's name.

    Raises:
        BadValueError: it is none; an ARN is none either.
    """
    text = value.text.strip()
    if _ROLE_NAME.fullmatch(text):
        return text
    in_arn = role_name_of(text) or ""
    action = f"write {in_arn}" if _ROLE_NAME.fullmatch(in_arn) else "write the name alone, without path; no wildcards"
    raise BadValueError(f"{quoted(text)} is no role's name", action)


def weight(value: Scalar) -> int:
    """Give a weight: 0 decides nothing, 9 weighs most.

    Raises:
        BadValueError: it is no whole number from 0 to 9.
    """
    if value.plain and len(value.text) == 1 and value.text in "0123456789":
        return int(value.text)
    raise BadValueError(f"{quoted(value.text)} is no weight", f"write a whole number from 0 to {GREATEST_WEIGHT}")
