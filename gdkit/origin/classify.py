"""A table of many addresses and what each is, from what is on this machine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.providers import Network
from gdkit.identifiers import address_kind, normal_address
from gdkit.origin.published import published_networks
from gdkit.origin.ranges import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from gdkit.origin.aws_ranges import AwsPlace, AwsRanges
    from gdkit.origin.maxmind import Mmdb, MmdbPlace
    from gdkit.origin.ranges import RangeTable

_RESERVED = Network("reserved", "")


def classify_addresses(
    addresses: Iterable[object],
    *,
    aws: AwsRanges | None = None,
    team: RangeTable[object] | None = None,
    mmdb: Mmdb | None = None,
) -> pd.DataFrame:
    """Say of each address what it is; nothing is asked online.

    Args:
        addresses: as logged: addresses, names of services, redacted text, or missing.
        aws: AWS's list of its ranges.
        team: the team's own networks; what a range stands for is written as its owner.
        mmdb: MaxMind files; of several files, the first that tells a thing is taken for it.

    Returns:
        A frame of ``tables.ADDRESS_ORIGINS``, one row for each address given, in their order. A column whose source
        was not given is all missing.

    Raises:
        GdkitError: a MaxMind file is damaged.
    """
    given = [address if isinstance(address, str) else None for address in addresses]
    unique = list(dict.fromkeys(given))
    columns = _columns(unique, aws, team, mmdb)
    if len(unique) < len(given):
        at = {address: row for row, address in enumerate(unique)}
        rows = [at[address] for address in given]
        columns = {name: [values[row] for row in rows] for name, values in columns.items()}
    return tables.frame(tables.ADDRESS_ORIGINS, columns)


def _columns(
    texts: Sequence[str | None], aws: AwsRanges | None, team: RangeTable[object] | None, mmdb: Mmdb | None
) -> dict[str, list[Any]]:
    """Give the columns of different texts; what holds for addresses of the internet alone is asked of them alone."""
    spelled = [_spelling(text) for text in texts]
    known = [text or "" for text in spelled]
    networks = list(published_networks(known))
    public = [_is_public(text, network) for text, network in zip(known, networks, strict=True)]
    places = [aws.find(text) if aws is not None else None for text in known]
    owners = [team.find(text) if team is not None else () for text in known]
    located = [mmdb.find(text) if mmdb is not None and found else () for text, found in zip(known, public, strict=True)]
    return {
        "address": spelled,
        "kind": ["public" if found else address_kind(text) for text, found in zip(texts, public, strict=True)],
        "listed_as": [network.kind if network else None for network in networks],
        "provider": [network.provider or None if network else None for network in networks],
        **_aws_columns(places),
        **{name: [_first(found, name) for found in located] for name in ("country", "asn", "organisation")},
        "team_owner": [str(found[0]) if found else None for found in owners],
    }


def _spelling(text: str | None) -> str | None:
    """Give the spelling that comparisons use; what reads as IPv4 is in it already."""
    if text is None:
        return None
    text = text.strip()
    is_ipv4 = ":" not in text and number_of(text) is not None
    return text if is_ipv4 else normal_address(text)


def _is_public(text: str, network: Network | None) -> bool:
    """Tell whether an address is of the internet; only then is asking ``address_kind``, which is slow, not needed."""
    return network != _RESERVED and number_of(text) is not None


def _aws_columns(places: Sequence[AwsPlace | None]) -> dict[str, list[Any]]:
    return {
        "aws_services": [", ".join(place.services) if place else None for place in places],
        "aws_region": [place.region if place else None for place in places],
        "aws_border_group": [place.network_border_group if place else None for place in places],
    }


def _first(found: Sequence[MmdbPlace], name: str) -> str | None:
    return next((value for place in found if (value := getattr(place, name))), None)
