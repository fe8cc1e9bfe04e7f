"""Asking every account and region for what it holds: what is asked, what is kept, what is told of failures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.environment.holdings import Holdings, collect_holdings
from gdkit.environment.model import documents_of, evidence_records
from gdkit.errors import ParameterError
from gdkit.origin.ownership import holdings_from, holdings_of
from gdkit.permissions import PERMISSIONS, actions_of
from tests.aws.fakes import ACCOUNT, MEMBER, Called, FakeAws, Refusal, reader

if TYPE_CHECKING:
    from tests.aws.fakes import Answer

OTHER = "777788889999"
DENIED = Refusal("UnauthorizedOperation", "You are not authorized to perform this operation.")


def _interfaces(call: Called) -> dict[str, Any]:
    """Answer in two pages."""
    number = int(call.parameters.get("NextToken", "0"))
    row = {"NetworkInterfaceId": f"eni-{number}", "PrivateIpAddress": f"10.0.0.{number + 1}"}
    return {"NetworkInterfaces": [row], **({} if number else {"NextToken": "1"})}


def _answers(**changes: Answer) -> dict[tuple[str, str], Answer]:
    tunnel = {"OutsideIpAddress": "52.1.1.1", "PreSharedKey": "tunnel-secret"}
    vpn = {"VpnConnectionId": "vpn-1", "CustomerGatewayConfiguration": "<key>tunnel-secret</key>",
           "Options": {"TunnelOptions": [tunnel]}}  # fmt: skip
    made: dict[str, Answer] = {
        "DescribeAddresses": lambda call: {"Addresses": [{"PublicIp": f"203.0.113.{int(call.account_id[0])}"}]},
        "DescribeNetworkInterfaces": _interfaces,
        "DescribeNatGateways": {"NatGateways": []},
        "DescribeCustomerGateways": {"CustomerGateways": []},
        "DescribeVpnConnections": {"VpnConnections": [vpn]},
        "DescribeVpcs": {"Vpcs": []},
        "DescribeByoipCidrs": {"ByoipCidrs": []},
        "DescribePublicIpv4Pools": {"PublicIpv4Pools": []},
        "DescribeIpv6Pools": {"Ipv6Pools": []},
        "DescribeManagedPrefixLists": {"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "offices"}]},
        "GetManagedPrefixListEntries": {"Entries": [{"Cidr": "192.0.2.0/24"}]},
    }
    return {("ec2", name): answer for name, answer in (made | changes).items()}


def _held(monkeypatch: pytest.MonkeyPatch, role: str = "reader", **changes: Any) -> tuple[FakeAws, Holdings]:
    asked = {name: changes.pop(name) for name in ("accounts", "regions", "home") if name in changes}
    fake, aws = reader(monkeypatch, _answers(**changes), member_role=role)
    return fake, collect_holdings(aws, **asked)


def test_every_account_and_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's account, the case's and the others are asked, each once, in every enabled region."""
    fake, found = _held(monkeypatch, home=MEMBER, accounts=[ACCOUNT, OTHER, MEMBER])
    places = [(account, region) for account in (ACCOUNT, MEMBER, OTHER) for region in ("eu-west-1", "us-east-1")]
    assert list(found.places) == places
    assert sorted((call.account_id, call.region) for call in fake.made("DescribeAddresses")) == sorted(places)
    assert found.not_searched == ()
    held = holdings_of(holdings_from(found.documents), "203.0.113.4")
    assert {(one.account_id, one.region) for one in held} == {(MEMBER, "eu-west-1"), (MEMBER, "us-east-1")}


def test_pages_and_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is read, own prefix lists alone are asked for, and the required page size is given."""
    fake, found = _held(monkeypatch, regions=["eu-west-1"])
    interfaces = found.documents[f"interfaces.{ACCOUNT}.eu-west-1"].answer["NetworkInterfaces"]
    assert [row["NetworkInterfaceId"] for row in interfaces] == ["eni-0", "eni-1"]
    (asked,) = fake.made("DescribeManagedPrefixLists")
    assert asked.parameters == {"Filters": [{"Name": "owner-id", "Values": [ACCOUNT]}]}
    assert fake.made("DescribeByoipCidrs")[0].parameters == {"MaxResults": 100}
    assert found.documents["entries.pl-1"].answer["Entries"] == [{"Cidr": "192.0.2.0/24"}]


def test_no_secret_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of VPN tunnels are not in the documents."""
    _, found = _held(monkeypatch)
    written = json.dumps([document.answer for document in found.documents.values()])
    assert "tunnel-secret" not in written
    assert "52.1.1.1" in written


def test_kept_and_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The documents can be kept as evidence, and give the same holdings when they are read again."""
    _, found = _held(monkeypatch, accounts=[MEMBER])
    again = documents_of(evidence_records(found.documents))
    assert holdings_from(again) == holdings_from(found.documents) != ()


def test_only_what_the_table_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call is in the table of permissions, and every one of its step is made."""
    fake, _ = _held(monkeypatch)
    asked = {f"{call.service}:{call.operation}" for call in fake.calls} - {"sts:GetCallerIdentity"}
    assert asked <= {permission.action for permission in PERMISSIONS}
    assert set(actions_of("holdings")) <= asked


def test_one_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing permission is one gap that names account, regions and permission; all else is there."""
    _, found = _held(monkeypatch, DescribeByoipCidrs=DENIED, accounts=[MEMBER])
    assert [(gap.what, gap.reason) for gap in found.not_searched] == [
        (f"networks brought to AWS of account {account} in eu-west-1, us-east-1",
         "no permission for ec2:DescribeByoipCidrs") for account in (ACCOUNT, MEMBER)
    ]  # fmt: skip
    assert {(gap.failed, gap.kind) for gap in found.not_searched} == {(True, "surroundings")}
    assert f"ipv6_pools.{MEMBER}.us-east-1" in found.documents
    assert not any(name.startswith("byoip.") for name in found.documents)


def test_account_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that cannot be reached is one gap, and the others are asked all the same."""
    fake, found = _held(monkeypatch, role="", accounts=[MEMBER])
    (gap,) = found.not_searched
    assert gap.what == f"networks and addresses of account {MEMBER}"
    assert "no role to assume" in gap.reason
    assert {account for account, _ in found.places} == {ACCOUNT}
    assert fake.made("DescribeAddresses")


def test_role_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account whose role cannot be taken is one gap, and not one whose regions are tried one by one."""
    fake, aws = reader(monkeypatch, _answers(), member_role="reader")
    fake.answers["sts", "AssumeRole"] = Refusal("AccessDenied", "no")
    (gap,) = collect_holdings(aws, accounts=[MEMBER]).not_searched
    assert (gap.what, gap.reason) == (f"networks and addresses of account {MEMBER}", "no permission for sts:AssumeRole")


def test_named_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the named regions are asked; the others are a gap, which nobody failed at."""
    _, found = _held(monkeypatch, regions=["us-east-1"])
    assert found.places == ((ACCOUNT, "us-east-1"),)
    (gap,) = found.not_searched
    assert (gap.what, gap.failed) == (f"networks and addresses of account {ACCOUNT} in eu-west-1", False)


def test_wrong_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region that does not exist is the caller's mistake, and is told as one."""
    with pytest.raises(ParameterError, match="no region eu-west-9"):
        _held(monkeypatch, regions=["eu-west-9"])


def test_regions_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the regions cannot be listed, those that the library knows are asked, and a gap says so."""
    _, found = _held(monkeypatch, DescribeRegions=DENIED)
    assert len(found.places) > 15
    assert any("could not be listed" in gap.reason for gap in found.not_searched)


def test_all_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing may be read there is no document, a gap for each kind, and no error."""
    names = [name for _, name in _answers()]
    _, found = _held(monkeypatch, **dict.fromkeys(names, DENIED))
    assert found.documents == {}
    assert len(found.not_searched) == len(names) - 1  # entries are asked of lists that were read
    assert holdings_from(found.documents) == ()


def test_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that was cut off is a gap, and not an account without addresses."""
    _, found = _held(monkeypatch, DescribeAddresses={})
    assert [gap.what for gap in found.not_searched] == [f"Elastic IPs of account {ACCOUNT} in eu-west-1, us-east-1"]
