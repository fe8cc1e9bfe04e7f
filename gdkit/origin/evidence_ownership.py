"""Evidence of who owns an address, and of whether this instance's traffic leaves by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.identifiers import normal_address
from gdkit.origin.model import Evidence
from gdkit.origin.ownership import holdings_of, proof_of
from gdkit.origin.route import leaves_by, way_text
from gdkit.origin.team_file import networks_of, tests_of, vendors_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from gdkit.origin.about import About
    from gdkit.origin.model import Holding
    from gdkit.origin.team_file import TeamFile

TEAM = "networks.yaml"
INSTANCE = "the instance itself"
OWNERSHIP_CLEARS_NOTHING = "Ownership lowers suspicion and does not clear it: a taken-over laptop sits there too."
MOST_WAYS = 3
_OWNING = frozenset({"held", "company"})


def ownership_evidence(about: About) -> Iterator[Evidence]:
    """Give what says that the address is the instance's, ours, or a known party's."""
    yield from _instances(about)
    if about.sources.team is not None:
        yield from _team(about, about.sources.team)
    yield from _held(about)
    yield from _routes(about)


def times_to_explain(about: About) -> pd.Series:
    """Give the times of the calls from there that are not proven to be the workload's."""
    return about.calls.loc[about.calls["party"] != "workload", "event_at"].dropna()


def _instances(about: About) -> Iterator[Evidence]:
    found = about.subject.finding
    if found is not None:
        listed = (*found.instance.public_addresses, *found.instance.private_addresses)
        if about.address in {normal_address(one) for one in listed}:
            words = "The finding lists it as an address of the instance itself."
            yield Evidence("instances_own", words, f"GuardDuty finding {found.id}", found.updated_at, INSTANCE)
    if about.address in {normal_address(one) for one in about.subject.own_addresses}:
        words = "AWS describes it as an address of the instance itself, since before the calls."
        yield Evidence("instances_own", words, "EC2 API", about.sources.at, INSTANCE)


def _team(about: About, team: TeamFile) -> Iterator[Evidence]:
    at = about.sources.at
    valid, expired = networks_of(team, about.address, at)
    for one in valid:
        words = f"{one.cidr} is {one.what} of {one.owner}; ask {one.contact}; valid until {one.valid_until}."
        yield Evidence("team_network", f"{words} {OWNERSHIP_CLEARS_NOTHING}", TEAM, at, one.owner)
    vendors, gone = vendors_of(team, about.address, at)
    for vendor in vendors:
        words = f"It is {vendor.name}'s ({vendor.what}); ask {vendor.contact}; valid until {vendor.valid_until}."
        yield Evidence("known_vendor", words, TEAM, at, vendor.name)
    for name, until in (*((old.owner, old.valid_until) for old in expired),
                        *((old.name, old.valid_until) for old in gone)):  # fmt: skip
        yield Evidence("expired_entry", f"An entry of {name} held it, and expired on {until}.", TEAM, at)
    yield from _leave(about, team)


def _leave(about: About, team: TeamFile) -> Iterator[Evidence]:
    times = times_to_explain(about)
    if times.empty:
        return
    for test, whole in tests_of(team, about.address, about.session.role_name, times.min(), times.max()):
        part = "all the time of the calls" if whole else "a part only of the time of the calls"
        words = f"{test.by} was allowed to: {test.what} ({test.ticket}), for {part}."
        yield Evidence("authorised_test" if whole else "partial_leave", words, TEAM, about.sources.at)


def _held(about: About) -> Iterator[Evidence]:
    """Name what of ours holds the address; what only names it, or uses it within a network, proves no ownership."""
    for held in holdings_of(about.sources.holdings or (), about.address):
        rule = "own_resource" if proof_of(held) in _OWNING else "place"
        owner = f"account {held.account_id}" if rule == "own_resource" else None
        yield Evidence(rule, _words(held), "AWS API", held.as_of, owner)


def _words(held: Holding) -> str:
    where = f" in {held.region}" if held.region else ""
    return f"{held.network} is {held.what} {held.resource_id} of account {held.account_id}{where}."


def _routes(about: About) -> Iterator[Evidence]:
    for way in leaves_by(about.sources.ways or (), about.address)[:MOST_WAYS]:
        words = f"The instance leaves by it: {way_text(way)}."
        yield Evidence("route_proven", words, "EC2 API: routes as they are now", about.sources.at)
