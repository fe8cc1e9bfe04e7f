"""Where calls came from, in the one spelling that comparisons use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.identifiers import normal_address

if TYPE_CHECKING:
    import pandas as pd


def places_of(addresses: pd.Series) -> pd.Series:
    """Give each address in its normal spelling; missing stays missing.

    Each distinct address is read once: sessions have many calls and few places.

    Args:
        addresses: column ``source_address`` of ``tables.EVENTS``.
    """
    known = {address: normal_address(address) for address in addresses.dropna().unique()}
    return addresses.map(known).astype("str")
