"""Look-ups of one address with somebody outside: made only when asked for by name, because they tell who asks."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from gdkit.errors import ParameterError
from gdkit.feeds.answer import OnlineAnswer, OnlineOutcome
from gdkit.feeds.rdap import lookup_rdap
from gdkit.feeds.threats import lookup_abuseipdb, lookup_greynoise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["LOOKUPS", "OnlineAnswer", "OnlineOutcome", "look_up_online"]

LOOKUPS: Mapping[str, Callable[[str], OnlineAnswer]] = MappingProxyType(
    {"rdap": lookup_rdap, "abuseipdb": lookup_abuseipdb, "greynoise": lookup_greynoise}
)
"""The look-ups by name. None raises: what fails comes back as an answer that says why."""


def check_names(names: Iterable[str]) -> None:
    """Refuse a name that is no look-up's.

    Raises:
        ParameterError: one is none of ``LOOKUPS``.
    """
    unknown = [name for name in names if name not in LOOKUPS]
    if unknown:
        raise ParameterError(f"there is no look-up {unknown[0]!r}", action=f"choose of {', '.join(LOOKUPS)}")


def look_up_online(names: Iterable[str], addresses: Iterable[str]) -> dict[str, tuple[OnlineAnswer, ...]]:
    """Make the look-ups of these names for each address, one after the other.

    Raises:
        ParameterError: a name is none of ``LOOKUPS``; nothing was asked.
    """
    wanted = list(dict.fromkeys(names))
    check_names(wanted)
    return {address: tuple(LOOKUPS[name](address) for name in wanted) for address in dict.fromkeys(addresses)}
