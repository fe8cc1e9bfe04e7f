"""Evidence about the remote account of an InsideAWS finding: whose it is. An address of AWS's proves no account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.origin.model import Evidence
from gdkit.origin.team_file import accounts_of, vendors_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.origin.about import About


def account_evidence(about: About) -> Iterator[Evidence]:
    """Give whose the remote accounts are, for a place that findings with a remote account are about."""
    for account_id in remote_accounts(about):
        yield from _of_account(about, account_id)


def remote_accounts(about: About) -> tuple[str, ...]:
    """Name the remote accounts behind a place: those of the finding that names it, and of foreign endpoints there."""
    found, own = about.subject.finding, about.session.account_id
    named = set(about.calls["vpc_endpoint_account_id"].dropna())
    if found is not None and found.remote.account_id and (about.reported or not found.remote.address):
        named |= {found.remote.account_id} if found.remote.address in (None, about.address) else set()
    return tuple(sorted(one for one in named if one != own))


def _of_account(about: About, account_id: str) -> Iterator[Evidence]:
    known = (*_ours(about, account_id), *_vendors(about, account_id))
    yield from known or (_affiliation(about, account_id),)


def _ours(about: About, account_id: str) -> Iterator[Evidence]:
    sources = about.sources
    if account_id in (sources.organisation or {}):
        name = (sources.organisation or {})[account_id]
        words = f"Account {account_id}{f' ({name})' if name else ''} is of the own organisation."
        yield Evidence("own_organisation", words, "AWS Organizations", sources.at, f"account {account_id}")
    for own in accounts_of(sources.team, account_id) if sources.team is not None else ():
        words = f"Account {account_id} is {own.name}, listed as ours."
        yield Evidence("own_organisation", words, "networks.yaml", sources.at, f"account {account_id}")


def _vendors(about: About, account_id: str) -> Iterator[Evidence]:
    sources = about.sources
    for vendor in vendors_of(sources.team, account_id, sources.at)[0] if sources.team is not None else ():
        words = f"Account {account_id} is {vendor.name}'s ({vendor.what}); ask {vendor.contact}."
        yield Evidence("known_vendor", words, "networks.yaml", sources.at, vendor.name)


def _affiliation(about: About, account_id: str) -> Evidence:
    """Say what GuardDuty knows of an account that nobody else knows, and whether a whole list leaves it out."""
    found, sources, holder = about.subject.finding, about.sources, f"account {account_id}"
    of_finding = found is not None and found.remote.account_id == account_id
    affiliated = found.remote.affiliated if found is not None and of_finding else None
    source = f"GuardDuty finding {found.id}" if found is not None and of_finding else "CloudTrail"
    as_of = found.updated_at if found is not None and of_finding else None
    if affiliated:
        words = f"GuardDuty calls account {account_id} affiliated with yours."
        return Evidence("own_organisation", words, source, as_of, holder)
    if account_id in sources.members:
        words = f"GuardDuty has account {account_id} as a member; a member by invitation may be another company's."
        return Evidence("own_organisation", words, "GuardDuty members", sources.at, holder)
    if sources.organisation is not None and sources.organisation_is_whole:
        count = len(sources.organisation)
        words = f"Account {account_id} is none of the {count} of the own organisation, and no vendor's."
        return Evidence("stranger_account", words, "AWS Organizations", sources.at, holder)
    if affiliated is False:
        words = f"GuardDuty knows no tie of account {account_id} to yours; the organisation's accounts were not read."
        return Evidence("stranger_account", words, source, as_of, holder)
    return Evidence("not_listed", f"Whose account {account_id} is, nothing that was asked says.", source, as_of, holder)
