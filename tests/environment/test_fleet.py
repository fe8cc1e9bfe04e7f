"""The instances with the same role: asked for in every region, and written as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.environment.collector import Collector
from gdkit.environment.fleet import ask_fleet, fleet_rows
from gdkit.errors import ParameterError
from tests.aws.fakes import ACCOUNT, MEMBER, FakeAws, Refusal, reader
from tests.environment.samples import AT, PROFILE_ARN, ROLE, answers, documents, instance
from tests.findings.samples import INSTANCE

if TYPE_CHECKING:
    from tests.aws.fakes import Answer, Called

HOME, OTHER = "eu-west-1", "us-east-1"
DENIED = Refusal("UnauthorizedOperation")


def _by_region(call: Called) -> dict[str, Any]:
    """Give one instance a region, with metadata options of its own in the second one."""
    options = {"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"}
    one = instance(InstanceId=f"i-{call.region}", State={"Name": "stopped"}, MetadataOptions=options)
    return {"Reservations": [{"Instances": [one]}]}


def _asked(
    monkeypatch: pytest.MonkeyPatch, wanted: tuple[str, ...] = (), account_id: str = ACCOUNT, **changes: Answer
) -> tuple[FakeAws, Collector]:
    more = {("ec2", "DescribeRegions"): changes.pop("DescribeRegions")} if "DescribeRegions" in changes else {}
    answered = {**answers(**{"DescribeInstances": _by_region, **changes}), **more}
    fake, aws = reader(monkeypatch, answered, member_role="reader")
    books = Collector(aws, account_id, HOME)
    ask_fleet(books, ROLE, wanted)
    return fake, books


def test_every_enabled_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every enabled region is asked by the profiles that hold the role, the own one first; the others cannot be."""
    fake, books = _asked(monkeypatch)
    calls = fake.made("DescribeInstances")
    assert {call.region for call in calls} == {HOME, OTHER}
    for call in calls:
        assert call.parameters == {"Filters": [{"Name": "iam-instance-profile.arn", "Values": [PROFILE_ARN]}]}
    assert list(books.documents) == ["role.profiles", f"siblings.{HOME}", f"siblings.{OTHER}"]
    assert books.documents[f"siblings.{OTHER}"].region == OTHER
    assert books.not_searched == []


def test_a_region_that_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region that refuses is a gap by its name, and the others are asked all the same."""

    def answer(call: Called) -> dict[str, Any] | Refusal:
        return DENIED if call.region == OTHER else _by_region(call)

    _, books = _asked(monkeypatch, DescribeInstances=answer)
    assert [(gap.what, gap.failed) for gap in books.not_searched] == [(f"instances with role {ROLE} in {OTHER}", True)]
    assert [row["instance_id"] for row in fleet_rows(books.documents)] == [f"i-{HOME}"]


def test_named_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the investigation names regions, those and the environment's own are asked; the rest is a gap."""
    fake, books = _asked(monkeypatch, (HOME,))
    assert [call.region for call in fake.made("DescribeInstances")] == [HOME]
    assert [gap.what for gap in books.not_searched] == [f"instances with role {ROLE} in {OTHER}"]
    fake, books = _asked(monkeypatch, (OTHER,))
    assert {call.region for call in fake.made("DescribeInstances")} == {HOME, OTHER}
    assert books.not_searched == [], "the own region was asked, though it was not named"


def test_a_region_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region that the account does not know is an error of the caller."""
    with pytest.raises(ParameterError, match="no region xx-west-1"):
        _asked(monkeypatch, ("xx-west-1",))


def test_regions_that_cannot_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the regions cannot be listed, the own one is asked; without the permission, those that botocore knows."""
    fake, books = _asked(monkeypatch, DescribeRegions=Refusal("InternalError"))
    assert [call.region for call in fake.made("DescribeInstances")] == [HOME]
    (gap,) = books.not_searched
    assert (gap.what, gap.failed) == (f"instances with role {ROLE} in other regions", True)
    assert gap.reason.startswith("the regions cannot be listed: ")
    fake, books = _asked(monkeypatch, DescribeRegions=DENIED)
    assert len(fake.made("DescribeInstances")) > 15
    assert "ec2:DescribeRegions is missing" in books.warnings[0]


def test_another_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance of another account has its siblings there: in its regions, and nowhere in the own account."""
    fake, books = _asked(monkeypatch, account_id=MEMBER)
    asked = [call for call in fake.calls if call.service in ("ec2", "iam")]
    assert {call.account_id for call in asked} == {MEMBER}
    assert {row["account_id"] for row in fleet_rows(books.documents)} == {MEMBER}


def test_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A role in no instance profile can be on no instance: nothing more is asked, and nothing is missing."""
    fake, books = _asked(monkeypatch, ListInstanceProfilesForRole={"InstanceProfiles": []})
    assert not fake.made("DescribeInstances")
    assert books.not_searched == []


def test_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The leaked instance comes first, each instance once, with its own region; the table takes the rows."""
    _, books = _asked(monkeypatch)
    leaked = documents(instance=[{"Instances": [
        instance(State={"Name": "running"}, Tags=[{"Key": "Team", "Value": "t"}, {"Key": "Name", "Value": "web-1"}])
    ]}])["instance"]  # fmt: skip
    again = documents(instance=[{"Instances": [instance()]}])["instance"]
    rows = fleet_rows({"siblings.x": again, **books.documents, "instance": leaked})
    assert [(row["instance_id"], row["region"], row["state"]) for row in rows] == [
        (INSTANCE, HOME, "running"), (f"i-{HOME}", HOME, "stopped"), (f"i-{OTHER}", OTHER, "stopped"),
    ]  # fmt: skip
    assert rows[2] | {"instance_id": ""} == {
        "instance_id": "", "name": None, "account_id": ACCOUNT, "region": OTHER, "state": "stopped",
        "profile_arn": PROFILE_ARN,
        "http_tokens": "required", "hop_limit": 2, "http_endpoint": "enabled", "launched_at": AT,
    }  # fmt: skip
    frame = tables.frame_of_rows(tables.FLEET, rows)
    assert frame["hop_limit"].isna().tolist() == [True, False, False]
    assert frame["name"].fillna("").tolist() == ["web-1", "", ""]


def test_no_rows() -> None:
    """Nothing asked or nothing found gives no rows and no error."""
    assert fleet_rows({}) == []
    assert fleet_rows(documents(instance=[])) == []


def test_bare_instance() -> None:
    """What AWS does not say of an instance is missing, not made up."""
    (row,) = fleet_rows(documents(instance=[{"Instances": [{"InstanceId": "i-1"}]}]))
    assert {name for name, value in row.items() if value is not None} == {"instance_id", "account_id", "region"}
