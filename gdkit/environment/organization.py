"""Which accounts are of one's own organisation: from Organizations, and from who GuardDuty watches together.

Organizations lists its accounts to the management account and to delegated administrators alone; so those that are
known, and that the member role reaches, are asked until one answers.

Source: Organizations API Reference, ListAccounts; GuardDuty User Guide, "Managing multiple accounts" (members join by
invitation too, so a member need not be of the organisation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from gdkit.aws.calls import ask, need, rows
from gdkit.errors import AwsCall, AwsError
from gdkit.identifiers import is_account_id
from gdkit.model import NotSearched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.aws.clients import ReadOnlyAws

Source: TypeAlias = Literal["organizations", "guardduty"]
Membership: TypeAlias = Literal["yes", "no", "unknown"]

_ALONE = "AWSOrganizationsNotInUseException"
_ACCOUNTS = "the accounts of the organisation"


@dataclass(frozen=True, slots=True)
class MemberAccount:
    """An account that belongs to one's own.

    Attributes:
        name: as the organisation calls it; empty where the source has none.
        status: ``ACTIVE``, ``SUSPENDED`` … of Organizations; ``Enabled``, ``Removed`` … of GuardDuty.
        source: who says so.
    """

    account_id: str
    name: str
    status: str
    source: Source


@dataclass(frozen=True, slots=True)
class Organization:
    """The accounts of one's own organisation, as far as somebody told.

    Attributes:
        id: of the organisation; empty where it is not known, or the account is in none.
        management_account_id: its first account; empty where it is not known.
        accounts: each once, those that Organizations names first.
        whole: whether ``accounts`` holds every account of the organisation now.
        not_searched: what could not be read; it can hide a fact, but no event.
    """

    id: str = ""
    management_account_id: str = ""
    accounts: tuple[MemberAccount, ...] = ()
    whole: bool = False
    not_searched: tuple[NotSearched, ...] = ()

    def has(self, account_id: str) -> Membership:
        """Say whether an account is of the organisation now: ``no`` only where the list is whole.

        An account that GuardDuty alone names is ``unknown``: it may have joined by an invitation.
        """
        sources = {one.source for one in self.accounts if one.account_id == account_id}
        if "organizations" in sources or account_id == self.management_account_id != "":
            return "yes"
        return "no" if self.whole and is_account_id(account_id) else "unknown"


def collect_organization(aws: ReadOnlyAws, *, home: str = "", region: str = "") -> Organization:
    """Ask which accounts belong to the organisation of an account. What cannot be read stops nothing.

    Args:
        aws: the reader.
        home: id of the account that the case is about; empty for the reader's own.
        region: where its GuardDuty is asked; empty for the reader's home region.
    """
    home, region = home or aws.account_id, region or aws.region
    gaps: list[NotSearched] = []
    members, administrator = _guardduty(aws, home, region, gaps)
    described = _described(aws, home, gaps)
    if described is None:  # it is in no organisation: it is all there is
        alone = MemberAccount(home, "", "ACTIVE", "organizations")
        return Organization(accounts=_once([alone, *members]), whole=True, not_searched=tuple(gaps))
    manager = str(described.get("MasterAccountId") or "")
    listed = _listed(aws, home, (aws.account_id, home, manager, administrator), gaps)
    certain = [] if listed or not described else [MemberAccount(home, "", "", "organizations")]
    return Organization(
        id=str(described.get("Id") or ""),
        management_account_id=manager,
        accounts=_once([*listed, *certain, *members]),
        whole=bool(listed),
        not_searched=tuple(gaps),
    )


def _described(aws: ReadOnlyAws, home: str, gaps: list[NotSearched]) -> Mapping[str, Any] | None:
    """Give the organisation of an account; empty where that cannot be read, None where it is in none."""
    try:
        answer = ask(aws.client("organizations", account_id=home), "DescribeOrganization", account_id=home)
        call = AwsCall("organizations", "DescribeOrganization", home, aws.region)
        found: Mapping[str, Any] = need(answer, "Organization", call)
    except AwsError as error:
        if error.code == _ALONE:
            return None
        gaps.append(_gap(f"the organisation of account {home}", error.problem))
        return {}
    return found


def _listed(aws: ReadOnlyAws, home: str, askable: tuple[str, ...], gaps: list[NotSearched]) -> list[MemberAccount]:
    """Ask those who may know for the list, until one gives the list that the home account is in."""
    reasons = []
    for account in dict.fromkeys(filter(None, askable)):
        try:
            client = aws.client("organizations", account_id=account)
            found = [_account(row) for row in rows(client, "ListAccounts", "Accounts", account_id=account)]
        except AwsError as error:
            reasons.append(f"account {account}: {error.problem}")
            continue
        if any(one.account_id == home for one in found):
            return found
        reasons.append(f"account {account}: it is of another organisation than {home}")
    reasons.append("only the management account and delegated administrators may list them")
    gaps.append(_gap(_ACCOUNTS, "; ".join(reasons)))
    return []


def _guardduty(aws: ReadOnlyAws, home: str, region: str, gaps: list[NotSearched]) -> tuple[list[MemberAccount], str]:
    """Give whom the GuardDuty administrator of an account watches, and that administrator; empty where it has none."""
    words = f"GuardDuty's members (account {home}, {region})"
    administrator = ""
    try:
        for detector in _detectors(aws, home, region):
            named = {"DetectorId": detector}
            client = aws.client("guardduty", region, home)
            answer = ask(client, "GetAdministratorAccount", named, account_id=home)
            administrator = str((answer.get("Administrator") or {}).get("AccountId") or "")
        asked = administrator or home
        words = f"GuardDuty's members (account {asked}, {region})"
        found = []
        for detector in _detectors(aws, asked, region):
            client = aws.client("guardduty", region, asked)
            found += [_member(row) for row in rows(client, "ListMembers", "Members", {"DetectorId": detector},
                                                   account_id=asked)]  # fmt: skip
    except AwsError as error:
        gaps.append(_gap(words, error.problem))
        return [], administrator
    return ([_administrator(asked), *found] if found or administrator else []), administrator


def _detectors(aws: ReadOnlyAws, account: str, region: str) -> list[str]:
    client = aws.client("guardduty", region, account)
    return [str(name) for name in rows(client, "ListDetectors", "DetectorIds", account_id=account)]


def _account(row: Mapping[str, Any]) -> MemberAccount:
    """Read an account of the list. Source: Organizations API Reference, Account: State takes the place of Status."""
    status = str(row.get("State") or row.get("Status") or "")
    return MemberAccount(str(row.get("Id")), str(row.get("Name") or ""), status, "organizations")


def _member(row: Mapping[str, Any]) -> MemberAccount:
    return MemberAccount(str(row.get("AccountId")), "", str(row.get("RelationshipStatus") or ""), "guardduty")


def _administrator(account: str) -> MemberAccount:
    return MemberAccount(account, "", "Administrator", "guardduty")


def _once(accounts: list[MemberAccount]) -> tuple[MemberAccount, ...]:
    found: dict[str, MemberAccount] = {}
    for one in accounts:
        found.setdefault(one.account_id, one)
    return tuple(found.values())


def _gap(what: str, reason: str) -> NotSearched:
    return NotSearched(what, reason, failed=True, kind="surroundings")
