"""Clients that name a tool or a system that is made for attacks.

A name in a user agent is the caller's own words: whoever wants to hide leaves it out, and authorised testers use the
same tools.

Source: GuardDuty User Guide, PenTest:IAMUser/KaliLinux, ParrotLinux and PentooLinux (the distribution stands in the
user agent); Stratus Red Team, "User-Agent"; TruffleHog's source, detectors/aws.
"""

from __future__ import annotations

import re

_TOOLS = {
    "Kali Linux": re.compile(r"[-+.#/ ]kali\d*\b", re.IGNORECASE),
    "Parrot OS": re.compile(r"[-+.#/ ]parrot\d*\b", re.IGNORECASE),
    "Pentoo Linux": re.compile(r"[-+.#/ ]pentoo\b", re.IGNORECASE),
    "Stratus Red Team": re.compile(r"\bstratus-red-team", re.IGNORECASE),
    "TruffleHog": re.compile(r"\btrufflehog\b", re.IGNORECASE),
    "Pacu": re.compile(r"(?:^|[\s/(])pacu(?:[/ )]|$)", re.IGNORECASE),
}


def attack_tool(user_agent: str) -> str | None:
    """Name the tool or system for attacks that a client says it is; None where it names none.

    >>> attack_tool("aws-cli/2.15 os/linux#6.5.0-kali3-amd64"), attack_tool("aws-cli/2.15 os/linux#6.1.0")
    ('Kali Linux', None)
    """
    return next((name for name, pattern in _TOOLS.items() if pattern.search(user_agent)), None)
