"""Which accounts are of the organisation: from whom that is learnt, and what stays unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.environment.organization import MemberAccount, Organization, collect_organization
from gdkit.permissions import PERMISSIONS
from tests.aws.fakes import ACCOUNT, MEMBER, Called, FakeAws, Refusal, reader

if TYPE_CHECKING:
    import pytest

    from tests.aws.fakes import Answer

MANAGER, SECURITY, STRANGER = "100000000001", "100000000002", "999900009999"
NOT_HERE = Refusal("AccessDeniedException", "You don't have permissions to access this resource.")


def _row(account_id: str, **more: Any) -> dict[str, Any]:
    return {"Id": account_id, "Name": f"name of {account_id}", **(more or {"Status": "ACTIVE"})}


def _listing(*names: str, to: str = ACCOUNT) -> Any:
    """Give a ListAccounts that answers one account alone, an account a page."""

    def listed(call: Called) -> dict[str, Any] | Refusal:
        if call.account_id != to:
            return NOT_HERE
        number = int(call.parameters.get("NextToken", "0"))
        more = {"NextToken": str(number + 1)} if number + 1 < len(names) else {}
        return {"Accounts": [_row(names[number])], **more}

    return listed


def _asked(
    monkeypatch: pytest.MonkeyPatch, role: str = "reader", home: str = "", **changes: Answer
) -> tuple[FakeAws, Organization]:
    made: dict[tuple[str, str], Answer] = {
        ("organizations", "DescribeOrganization"): {"Organization": {"Id": "o-1234567890",
                                                                     "MasterAccountId": MANAGER}},
        ("organizations", "ListAccounts"): _listing(ACCOUNT, MEMBER, MANAGER),
        ("guardduty", "ListDetectors"): {"DetectorIds": []},
        ("guardduty", "GetAdministratorAccount"): {},
        ("guardduty", "ListMembers"): {"Members": []},
    }  # fmt: skip
    made = {key: changes.pop(key[1], answer) for key, answer in made.items()}
    fake, aws = reader(monkeypatch, made, member_role=role)
    return fake, collect_organization(aws, home=home)


def test_whole_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the list is whole, an account is of the organisation or it is not."""
    fake, found = _asked(monkeypatch)
    assert (found.id, found.management_account_id, found.whole) == ("o-1234567890", MANAGER, True)
    assert [one.account_id for one in found.accounts] == [ACCOUNT, MEMBER, MANAGER]
    assert found.accounts[1] == MemberAccount(MEMBER, f"name of {MEMBER}", "ACTIVE", "organizations")
    assert [found.has(one) for one in (MEMBER, STRANGER, "no id", "")] == ["yes", "no", "unknown", "unknown"]
    assert len(fake.made("ListAccounts")) == 3
    assert found.not_searched == ()


def test_state_instead_of_status(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account's new member State is read where it is there."""
    rows = {"Accounts": [_row(ACCOUNT, State="PENDING_CLOSURE", Status="ACTIVE")]}
    _, found = _asked(monkeypatch, ListAccounts=rows)
    assert found.accounts[0].status == "PENDING_CLOSURE"


def test_asked_of_the_management_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the own account may not list them, the management account is asked by the member role."""
    fake, found = _asked(monkeypatch, ListAccounts=_listing(ACCOUNT, MANAGER, to=MANAGER))
    assert [call.account_id for call in fake.made("ListAccounts")] == [ACCOUNT, MANAGER, MANAGER]
    assert (found.whole, found.has(STRANGER)) == (True, "no")


def test_nobody_lists_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody who can be reached may list them, only what is sure is said, and the gap names who was asked."""
    _, found = _asked(monkeypatch, ListAccounts=NOT_HERE, role="")
    assert not found.whole
    assert [found.has(one) for one in (ACCOUNT, MANAGER, STRANGER)] == ["yes", "yes", "unknown"]
    (gap,) = found.not_searched
    assert (gap.what, gap.failed, gap.kind) == ("the accounts of the organisation", True, "surroundings")
    assert f"account {ACCOUNT}: no permission for organizations:ListAccounts" in gap.reason
    assert f"account {MANAGER}: it is another account" in gap.reason


def test_no_organisation(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that is in no organisation is all there is."""
    alone = Refusal("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    fake, found = _asked(monkeypatch, DescribeOrganization=alone)
    assert (found.id, found.whole, found.has(ACCOUNT), found.has(STRANGER)) == ("", True, "yes", "no")
    assert not fake.made("ListAccounts")
    assert found.not_searched == ()


def test_nothing_may_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing may be read, nothing is said, not even of the own account, and each gap is told."""
    denied = Refusal("AccessDeniedException", "no")
    _, found = _asked(monkeypatch, DescribeOrganization=denied, ListAccounts=denied, ListDetectors=denied)
    assert (found.accounts, found.whole, found.has(ACCOUNT)) == ((), False, "unknown")
    assert [gap.what for gap in found.not_searched] == [
        f"GuardDuty's members (account {ACCOUNT}, eu-west-1)", f"the organisation of account {ACCOUNT}",
        "the accounts of the organisation",
    ]  # fmt: skip


def test_another_organisations_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that the case's account is not in is another organisation's, and proves nothing."""
    _, found = _asked(monkeypatch, home=MEMBER, ListAccounts=_listing(ACCOUNT, STRANGER))
    assert not found.whole
    assert [found.has(one) for one in (MEMBER, STRANGER)] == ["yes", "unknown"]
    assert f"account {ACCOUNT}: it is of another organisation than {MEMBER}" in found.not_searched[0].reason


def test_guardduty_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """GuardDuty's members are named, but only Organizations says that they are of the organisation."""
    fake, found = _asked(
        monkeypatch,
        ListAccounts=NOT_HERE,
        ListDetectors=lambda call: {"DetectorIds": [f"of-{call.account_id}"]},
        GetAdministratorAccount={"Administrator": {"AccountId": SECURITY}},
        ListMembers={"Members": [{"AccountId": MEMBER, "MasterId": SECURITY, "Email": "a@b.invalid", "UpdatedAt": "",
                                  "RelationshipStatus": "Enabled"}]},
    )  # fmt: skip
    (asked,) = fake.made("ListMembers")
    assert (asked.account_id, asked.parameters) == (SECURITY, {"DetectorId": f"of-{SECURITY}"})
    assert found.accounts == (
        MemberAccount(ACCOUNT, "", "", "organizations"), MemberAccount(SECURITY, "", "Administrator", "guardduty"),
        MemberAccount(MEMBER, "", "Enabled", "guardduty"),
    )  # fmt: skip
    assert [found.has(one) for one in (MEMBER, SECURITY)] == ["unknown", "unknown"]
    assert SECURITY in [call.account_id for call in fake.made("ListAccounts")]


def test_administrator_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator that cannot be asked for its members is a gap that names it."""
    _, found = _asked(monkeypatch, role="", ListDetectors={"DetectorIds": ["d"]},
                      GetAdministratorAccount={"Administrator": {"AccountId": SECURITY}})  # fmt: skip
    assert found.not_searched[0].what == f"GuardDuty's members (account {SECURITY}, eu-west-1)"


def test_only_what_the_table_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call that is made is in the table of permissions."""
    fake, _ = _asked(monkeypatch, ListDetectors={"DetectorIds": ["d"]})
    asked = {f"{call.service}:{call.operation}" for call in fake.calls} - {"sts:GetCallerIdentity"}
    assert asked <= {permission.action for permission in PERMISSIONS}
    assert len(asked) == 5
