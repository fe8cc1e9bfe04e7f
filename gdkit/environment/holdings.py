"""Every network and address that the accounts in reach hold in AWS: asked of each account and region, in parallel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from gdkit.aws.parallel import in_parallel
from gdkit.aws.regions import find_regions
from gdkit.environment.collector import Collector, Question
from gdkit.errors import AwsError
from gdkit.model import NotSearched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gdkit.aws.clients import ReadOnlyAws
    from gdkit.environment.model import Document

_QUESTIONS: tuple[tuple[str, str, str, str, Mapping[str, int]], ...] = (
    # name, words, operation, list in the answer, parameters
    ("addresses", "Elastic IPs", "DescribeAddresses", "Addresses", {}),
    ("interfaces", "network interfaces", "DescribeNetworkInterfaces", "NetworkInterfaces", {}),
    ("nat_gateways", "NAT gateways", "DescribeNatGateways", "NatGateways", {}),
    ("customer_gateways", "customer gateways", "DescribeCustomerGateways", "CustomerGateways", {}),
    ("vpn_connections", "VPN connections", "DescribeVpnConnections", "VpnConnections", {}),
    ("vpcs", "networks of VPCs", "DescribeVpcs", "Vpcs", {}),
    ("byoip", "networks brought to AWS", "DescribeByoipCidrs", "ByoipCidrs", {"MaxResults": 100}),
    ("ipv4_pools", "pools of public IPv4 addresses", "DescribePublicIpv4Pools", "PublicIpv4Pools", {}),
    ("ipv6_pools", "pools of IPv6 addresses", "DescribeIpv6Pools", "Ipv6Pools", {}),
)
"""Source: EC2 API Reference, the page of each operation; MaxResults is required where it stands."""

_LISTS = "prefix lists of its own"


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the accounts in reach said that they hold.

    Attributes:
        documents: the answers, by name: ``WHAT.ACCOUNT.REGION``, entries of prefix lists ``entries.ID``.
        places: account and region of each place that was asked.
        not_searched: what could not be read, with account, region and permission; it can hide a fact, but no event.
    """

    documents: Mapping[str, Document] = field(default_factory=dict)
    places: tuple[tuple[str, str], ...] = ()
    not_searched: tuple[NotSearched, ...] = ()


class _Gap(NamedTuple):
    account_id: str
    region: str
    what: str
    reason: str


def collect_holdings(
    aws: ReadOnlyAws, *, accounts: Sequence[str] = (), regions: Sequence[str] = (), home: str = ""
) -> Holdings:
    """Ask every account in reach for the networks and addresses that it holds.

    What cannot be read is in ``not_searched`` and stops nothing. An account is asked by the member role.

    Args:
        aws: the reader; its own account is always asked.
        accounts: ids of others, such as those of the organisation.
        regions: where to ask; empty means every enabled region of each account.
        home: id of the account that the case is about; empty for the reader's own.

    Raises:
        ParameterError: a region's form is wrong, or an account has no such region.
    """
    asked = list(dict.fromkeys([aws.account_id, *([home] if home else []), *accounts]))
    found = in_parallel(lambda account: _places(aws, account, regions), asked)
    places = [place for some, _ in found for place in some]
    gaps = [gap for _, some in found for gap in some]
    documents: dict[str, Document] = {}
    for own in in_parallel(lambda place: _ask_place(aws, *place), places):
        documents |= own.documents
        gaps += [_Gap(own.account_id, own.region, gap.what, gap.reason) for gap in own.not_searched]
    return Holdings(documents, tuple(places), tuple(_told(gaps)))


def _places(aws: ReadOnlyAws, account: str, wanted: Sequence[str]) -> tuple[list[tuple[str, str]], list[_Gap]]:
    """Give the places to ask of one account; none, and a gap, where it cannot be reached."""
    everything = "networks and addresses"
    try:
        aws.client("ec2", account_id=account)  # one that cannot be reached is not one that hides its regions
        found = find_regions(aws, wanted, account_id=account)
    except AwsError as error:
        return [], [_Gap(account, "", everything, error.problem)]
    gaps = [_Gap(account, "", f"{everything} in regions that are not listed", text) for text in found.warnings]
    gaps += [_Gap(account, region, everything, "the region was not named") for region in found.left_out]
    return [(account, region) for region in found.names], gaps


def _ask_place(aws: ReadOnlyAws, account: str, region: str) -> Collector:
    books = Collector(aws, account, region)
    for name, words, operation, key, parameters in _QUESTIONS:
        books.ask(Question(f"{name}.{account}.{region}", words, "ec2", operation, key, parameters))
    own: dict[str, Any] = {"Filters": [{"Name": "owner-id", "Values": [account]}]}
    lists = Question(
        f"prefix_lists.{account}.{region}", _LISTS, "ec2", "DescribeManagedPrefixLists", "PrefixLists", own
    )
    for row in books.list(lists):
        asked = {"PrefixListId": row["PrefixListId"]}
        name = f"entries.{row['PrefixListId']}"
        books.ask(Question(name, f"entries of {_LISTS}", "ec2", "GetManagedPrefixListEntries", "Entries", asked))
    return books


def _told(gaps: Iterable[_Gap]) -> Iterable[NotSearched]:
    """Write gaps of the same kind as one: the same thing, for the same reason, in several regions of an account."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for gap in gaps:
        together.setdefault((gap.account_id, gap.what, gap.reason), []).append(gap.region)
    for (account, what, reason), named in together.items():
        where = f" in {', '.join(dict.fromkeys(named))}" if any(named) else ""
        failed = reason != "the region was not named"
        yield NotSearched(f"{what} of account {account}{where}", reason, failed, "surroundings")
