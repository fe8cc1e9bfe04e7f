"""Whose network an address belongs to, as far as the providers' own published ranges tell; nothing is asked online."""

from __future__ import annotations

from functools import lru_cache

import iporigin

AMAZON = "Amazon AWS"


@lru_cache(maxsize=65_536)
def provider_of(address: str) -> str | None:
    """Name the hosting provider of an address; None where no published range holds it, or it is no address.

    None says nothing: most networks of companies and households are in no such list.

    >>> provider_of("52.95.110.1"), provider_of("192.0.2.1"), provider_of("AWS Internal")
    ('Amazon AWS', None, None)

    Source: the data of the library iporigin, made of the providers' own lists; the date is in its release.
    """
    try:
        origin = iporigin.classify(address)
    except ValueError:
        return None
    return origin.provider if origin.kind == iporigin.HOSTING else None
