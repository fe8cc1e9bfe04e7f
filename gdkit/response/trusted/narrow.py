"""The narrowest criteria for a trusted address: one type, one account, one role, one address or remote account."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.identifiers import is_account_id
from gdkit.response.step import Option

if TYPE_CHECKING:
    from gdkit.response.step import Target

ADDRESS_PATHS = {4: "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4",
                 6: "service.action.awsApiCallAction.remoteIpDetails.ipAddressV6"}  # fmt: skip
REMOTE_ACCOUNT_PATH = "service.action.awsApiCallAction.remoteAccountDetails.accountId"
ROLE_PATH = "resource.accessKeyDetails.userName"
"""Attributes of a finding. Source: GuardDuty API Reference, CreateFilter, findingCriteria."""

WIDEST = {4: 16, 6: 32}
"""Shortest prefix of a network that a rule may name, by IP version: gdkit's own limit."""

OPTIONS = (
    Option("address", "The trusted address, or a network such as 198.51.100.0/24."),
    Option("remote-account", "The trusted remote AWS account, twelve digits; for findings of type InsideAWS."),
    Option("role", "Name of the role that the credentials belong to; the case's where not told."),
)

_ROLE = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)


def is_told(target: Target) -> bool:
    """Tell whether an address or a remote account was named."""
    return bool(target.options["address"] or target.options["remote-account"])


def narrow_criteria(target: Target) -> dict[str, Any]:
    """Give the criteria for what was told, as CreateFilter takes them.

    Raises:
        ResponseError: neither address nor remote account is named, or what is named cannot be.
    """
    if not is_told(target):
        raise ResponseError(
            "say what is trusted; a rule for a type alone, a country or a network operator would hide attacks too",
            where="options address, remote-account", action="add -o address=ADDRESS or -o remote-account=ACCOUNT",
        )  # fmt: skip
    if not target.finding_type:
        raise ResponseError("the case has no GuardDuty finding, so there is nothing to archive or suppress",
                            where="case", action="begin the case with the finding")  # fmt: skip
    equals = {"type": target.finding_type, "accountId": target.account_id, ROLE_PATH: _role(target)}
    network = network_of(target)
    if network is not None:
        one = network.prefixlen == network.max_prefixlen
        equals[ADDRESS_PATHS[network.version]] = str(network.network_address if one else network)
    if target.options["remote-account"]:
        equals[REMOTE_ACCOUNT_PATH] = _remote_account(target)
    return {"Criterion": {path: {"Equals": [value]} for path, value in equals.items()}}


def network_of(target: Target) -> IPv4Network | IPv6Network | None:
    """Give the network that the option address names, of one address or more; None where it is empty.

    Raises:
        ResponseError: it is no address and no network, or it is too wide.
    """
    text = target.options["address"]
    if not text:
        return None
    try:
        network = ip_network(text) if "/" in text else ip_network(ip_address(text))
    except ValueError:
        raise ResponseError(f"{text[:60]!r} is no address and no network", where="option address",
                            action="write 198.51.100.7, 198.51.100.0/24, 2001:db8::7 or 2001:db8::/48; a network's "
                                   "last bits are 0") from None  # fmt: skip
    if network.prefixlen < WIDEST[network.version]:
        raise ResponseError(f"{network} is too wide: {network.num_addresses:,} addresses", where="option address",
                            action=f"name the team's own network, /{WIDEST[network.version]} at most")  # fmt: skip
    return network


def is_network(target: Target) -> bool:
    """Tell whether what is trusted is a network of several addresses."""
    network = network_of(target)
    return network is not None and network.num_addresses > 1


def trusted_party(target: Target) -> str:
    """Name what is trusted, in words."""
    account = target.options["remote-account"]
    parts = [target.options["address"], f"remote account {account}" if account else ""]
    return " of ".join(part for part in parts if part)


def _role(target: Target) -> str:
    role = target.options["role"] or target.role_name or ""
    if not _ROLE.fullmatch(role):
        raise ResponseError(f"{role[:64]!r} is no name of a role" if role else "the case names no role",
                            where="option role", action="add -o role=NAME, without path or wildcard")  # fmt: skip
    return role


def _remote_account(target: Target) -> str:
    account_id = target.options["remote-account"]
    if not is_account_id(account_id):
        raise ResponseError(f"{account_id[:40]!r} is no account id", where="option remote-account",
                            action="give twelve digits")  # fmt: skip
    if not str(target.finding_type).endswith(".InsideAWS"):
        raise ResponseError("the finding is not of type InsideAWS, so it names no remote account",
                            where="option remote-account", action="use -o address=ADDRESS")  # fmt: skip
    return account_id
