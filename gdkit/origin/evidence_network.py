"""Evidence from what the address is: published ranges, the finding's own words, and whoever was asked by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.analysis.providers import AMAZON
from gdkit.origin.model import Evidence
from gdkit.origin.published import published
from gdkit.origin.reserved import reserved_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.model import Finding
    from gdkit.origin.about import About

_NO_ADDRESS = {
    "private": "It is a private address: it says which host within a network, and not whose network. Another account's "
               "network may use the same.",
    "aws_service": "It is the name of an AWS service, which made the call itself: nobody outside holds it.",
    "aws_internal": "AWS made the call by itself: nobody outside holds it.",
    "redacted": "Somebody took the address out of the log.",
    "unparseable": "What the log holds is no address that can be read in one way only.",
    "none": "The log names no address.",
}  # fmt: skip
_HIDING = frozenset({"tor", "vpn", "private relay"})


def network_evidence(about: About) -> Iterator[Evidence]:
    """Give what an address is by itself."""
    if about.kind != "public":
        yield Evidence("not_an_address", _NO_ADDRESS[about.kind], "CloudTrail, sourceIPAddress")
    yield from _of_finding(about)
    if about.kind != "public":
        return
    yield from _published(about)
    yield from _amazons(about)
    yield from _mmdb(about)
    yield from _asked(about)


def _of_finding(about: About) -> Iterator[Evidence]:
    found = about.subject.finding
    if found is None or not about.reported:
        return
    source, at = f"GuardDuty finding {found.id}", found.updated_at
    yield Evidence("guardduty_names_it", "GuardDuty names it as the remote address.", source, at)
    if found.remote.address != about.address:
        return
    told = _told(found)
    if told:
        remote = found.remote
        owner = remote.organization or remote.asn_org or remote.isp
        yield Evidence("place", f"GuardDuty says of it: {told}.", source, at, owner)
    for name in found.threat_lists:
        yield Evidence("listed_as_threat", f"GuardDuty's evidence names the threat list {name}.", source, at)


def _told(found: Finding) -> str:
    remote = found.remote
    network = " ".join(part for part in (f"AS{remote.asn}" if remote.asn else "", remote.asn_org or remote.isp) if part)
    owner = remote.organization if remote.organization not in (remote.asn_org, remote.isp) else None
    return ", ".join(part for part in (network, owner, remote.city, remote.country) if part)


def _published(about: About) -> Iterator[Evidence]:
    """Say what published lists name it."""
    found = published(about.address)
    source, at, name = "published lists (iporigin)", found.as_of, found.provider or None
    if found.kind is None:
        words = (
            "No published list of hosting, VPN or Tor holds it: most networks of companies and households are in none."
        )
        yield Evidence("not_listed", words, source, at)
    elif found.kind in _HIDING:
        rule = "tor" if found.kind == "tor" else "hides_itself"
        yield Evidence(rule, f"It is {name or found.kind}'s, listed as {found.kind}.", source, at, name)
    elif found.kind == "hosting" and found.provider != AMAZON:
        yield Evidence("other_provider", f"It is in the ranges of {name}.", source, at, name)
    elif found.kind == "reserved":
        words = f"It is reserved ({reserved_as(about.address)}): no network of the internet holds it."
        yield Evidence("place", words, "IANA's registries of special addresses")
    elif found.provider != AMAZON:
        yield Evidence("place", f"It is listed as {f'{name}, ' if name else ''}{found.kind}.", source, at, name)
    elif about.sources.aws_ranges is None:
        words = "It is in Amazon's ranges; whose account uses it, no list says."
        yield Evidence("amazons", words, source, at, "somebody in AWS")


def _amazons(about: About) -> Iterator[Evidence]:
    ranges = about.sources.aws_ranges
    if ranges is None:
        return
    found, source, at = ranges.find(about.address), "AWS ip-ranges", ranges.published_at
    if found is None:
        yield Evidence("place", "It is in none of Amazon's ranges.", source, at)
        return
    words = f"It is Amazon's: {', '.join(found.services)} in {found.region}. Whose account uses it, no list says."
    yield Evidence("amazons", words, source, at, "somebody in AWS")


def _mmdb(about: About) -> Iterator[Evidence]:
    for found in about.sources.mmdb.find(about.address) if about.sources.mmdb is not None else ():
        parts = [f"AS{found.asn}" if found.asn else None, found.organisation, found.country]
        told = ", ".join(part for part in parts if part)
        yield Evidence("place", f"{told}.", f"MaxMind file {found.database}", found.built_at, found.organisation)


def _asked(about: About) -> Iterator[Evidence]:
    for answer in about.sources.online.get(about.address, ()):
        rule = {"listed": "listed_as_threat", "described": "place"}.get(answer.outcome, "not_listed")
        name = answer.facts.get("organisation") or answer.facts.get("network")
        holder = str(name) if answer.outcome == "described" and name else None
        yield Evidence(rule, answer.statement, answer.source, answer.asked_at, holder)
