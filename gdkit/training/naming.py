"""What was named, held against what is true: found, missed, wrongly named."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.training.model import Thing


@dataclass(frozen=True, slots=True)
class Named:
    """What came of an answer."""

    found: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def share(self) -> float:
        """How much of it was right, 0 to 1: a name too many takes back one that was found."""
        total = len(self.found) + len(self.missed)
        if not total:
            return 0.0 if self.wrong else 1.0
        return max(0.0, (len(self.found) - len(self.wrong)) / total)


def hold_against(given: Sequence[str], expected: Sequence[Thing], accepted: Sequence[str] = ()) -> Named:
    """Hold names against the things that are to be named.

    Args:
        given: what was named; a thing that is named twice, by two of its names, counts once.
        expected: the things.
        accepted: names that are neither here nor there.
    """
    names = {name_of(text): text for text in given}
    found = [thing for thing in expected if names.keys() & set(thing.names)]
    right = {name for thing in expected for name in thing.names} | set(accepted)
    return Named(
        tuple(thing.what for thing in found),
        tuple(thing.what for thing in expected if thing not in found),
        tuple(text for name, text in names.items() if name not in right),
    )


def name_of(text: str) -> str:
    """Give the form in which names are compared: an address as it is written usually, else the last part, lower case.

    >>> name_of(" arn:aws:iam::111122223333:user/svc-backup "), name_of("AROA1:i-0A"), name_of("2001:DB8:0::1")
    ('svc-backup', 'i-0a', '2001:db8::1')
    """
    text = text.strip()
    try:
        return str(ip_address(text))
    except ValueError:
        return text.rpartition("/")[2].rpartition(":")[2].casefold()
