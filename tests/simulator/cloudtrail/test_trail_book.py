"""Trails' settings: making, finding, changing and showing them, as CloudTrail's operations do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.simulator.cloudtrail.delivery import TrailDelivery
from gdkit.simulator.cloudtrail.trail_book import MOST_TRAILS
from gdkit.simulator.cloudtrail.trails import Organization
from tests.simulator.cloudtrail.samples import BUCKET, HOME, OTHER, Buckets, ask, call, refusal
from tests.trail.samples import ACCOUNT

ORGANIZATION = Organization("o-exampleorg", ACCOUNT, frozenset({ACCOUNT, OTHER}))
ARN = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/main"
ELSEWHERE = "us-east-1"


class Api:
    """CloudTrail, by its operations."""

    def __init__(self) -> None:
        in_organization = ORGANIZATION.account_ids
        trails = TrailDelivery(
            Buckets().put, organization_of=lambda account: ORGANIZATION if account in in_organization else None
        )
        self.handlers = trails.handlers()

    def do(self, operation: str, **asked: Any) -> dict[str, Any]:
        """Make a call."""
        return ask(self.handlers, call(operation, **asked))

    def make(self, name: str = "main", **asked: Any) -> dict[str, Any]:
        """Make a trail."""
        return self.do("CreateTrail", Name=name, **{"S3BucketName": BUCKET} | asked)

    def refusal(self, operation: str, **asked: Any) -> str:
        """Give the code that a call is refused with."""
        return refusal(lambda: self.do(operation, **asked))

    def names(self, **asked: Any) -> list[str]:
        """Give the names that DescribeTrails shows."""
        return [trail["Name"] for trail in self.do("DescribeTrails", **asked)["trailList"]]


@pytest.fixture
def api() -> Api:
    """Give CloudTrail with one plain trail."""
    made = Api()
    made.make()
    return made


def test_create() -> None:
    """A new trail has AWS's defaults: one region, global events, no validation."""
    assert Api().make() == {
        "Name": "main",
        "S3BucketName": BUCKET,
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": False,
        "TrailARN": ARN,
        "LogFileValidationEnabled": False,
        "IsOrganizationTrail": False,
    }


def test_get(api: Api) -> None:
    """GetTrail shows the settings and the home region, by name and by ARN, and from other regions by ARN."""
    shown = api.do("GetTrail", Name="main")["Trail"]
    assert (shown["HomeRegion"], shown["HasCustomEventSelectors"], shown["TrailARN"]) == (HOME, False, ARN)
    assert api.do("GetTrail", Name=ARN, region=ELSEWHERE)["Trail"] == shown
    assert api.refusal("GetTrail", Name="main", region=ELSEWHERE) == "TrailNotFoundException"
    assert api.refusal("GetTrail", Name=ARN, account=OTHER) == "TrailNotFoundException"


def test_stored_settings(api: Api) -> None:
    """Settings that change nothing here are kept and shown."""
    made = api.make("second", KmsKeyId="alias/logs", SnsTopicName="topic", S3KeyPrefix="p")
    assert (made["KmsKeyId"], made["SnsTopicName"], made["S3KeyPrefix"]) == ("alias/logs", "topic", "p")
    assert api.do("GetTrail", Name="second")["Trail"]["KmsKeyId"] == "alias/logs"


def test_update(api: Api) -> None:
    """UpdateTrail changes what it names and leaves the rest."""
    changed = api.do("UpdateTrail", Name="main", S3KeyPrefix="new", EnableLogFileValidation=True)
    assert (changed["S3KeyPrefix"], changed["LogFileValidationEnabled"]) == ("new", True)
    assert changed["S3BucketName"] == BUCKET
    shown = api.do("GetTrail", Name="main")["Trail"]
    assert {name: shown[name] for name in changed} == changed


def test_refused_update_changes_nothing(api: Api) -> None:
    """An update with settings that do not go together leaves the trail as it was."""
    before = api.do("GetTrail", Name="main")
    wrong = {"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False, "S3KeyPrefix": "x"}
    assert api.refusal("UpdateTrail", Name="main", **wrong) == "InvalidParameterCombinationException"
    assert api.do("GetTrail", Name="main") == before


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"Name": "main"}, "TrailAlreadyExistsException"),
        ({"Name": "ab"}, "InvalidTrailNameException"),
        ({"Name": "a" * 129}, "InvalidTrailNameException"),
        ({"Name": "-main"}, "InvalidTrailNameException"),
        ({"Name": "main."}, "InvalidTrailNameException"),
        ({"Name": "my-_trail"}, "InvalidTrailNameException"),
        ({"Name": "my trail"}, "InvalidTrailNameException"),
        ({"Name": "main\n"}, "InvalidTrailNameException"),
        ({"Name": "192.168.5.4"}, "InvalidTrailNameException"),
        ({"Name": "long", "S3KeyPrefix": "x" * 201}, "InvalidS3PrefixException"),
        (
            {"Name": "half", "IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False},
            "InvalidParameterCombinationException",
        ),
        ({"Name": "org", "IsOrganizationTrail": True, "account": OTHER}, "NotOrganizationMasterAccountException"),
        ({"Name": "org", "IsOrganizationTrail": True, "account": "777788889999"}, "OrganizationsNotInUseException"),
    ],
)
def test_refused_creation(api: Api, asked: dict[str, Any], code: str) -> None:
    """A trail that AWS would not make is refused with its code, and nothing is made."""
    assert api.refusal("CreateTrail", S3BucketName=BUCKET, **asked) == code
    assert api.names() == ["main"]


@given(st.from_regex(r"[A-Za-z0-9]{1,5}([._-][A-Za-z0-9]{2,5}){1,3}", fullmatch=True))
def test_good_names(name: str) -> None:
    """Letters and digits with single dots, dashes and underscores between them are a name, if not an address."""
    expected = "InvalidTrailNameException" if name.count(".") == 3 and name.replace(".", "").isdigit() else ""
    assert Api().refusal("CreateTrail", Name=name, S3BucketName=BUCKET) == expected


def test_five_trails(api: Api) -> None:
    """A region takes five trails, those that reach it from elsewhere among them."""
    for number in range(1, MOST_TRAILS - 1):
        api.make(f"more-{number}")
    api.make("everywhere", region=ELSEWHERE, IsMultiRegionTrail=True)
    assert api.refusal("CreateTrail", Name="sixth", S3BucketName=BUCKET) == "MaximumNumberOfTrailsExceededException"
    assert api.refusal("CreateTrail", Name="sixth", S3BucketName=BUCKET, region=ELSEWHERE) == ""


def test_describe(api: Api) -> None:
    """Without names, a region's own trails are shown and the shadows of those of all regions, unless not wanted."""
    api.make("everywhere", region=ELSEWHERE, IsMultiRegionTrail=True)
    assert api.names() == ["main", "everywhere"]
    assert api.names(includeShadowTrails=False) == ["main"]
    assert api.names(region=ELSEWHERE) == ["everywhere"]
    assert api.names(region="eu-central-1") == ["everywhere"]
    assert api.names(region="eu-central-1", includeShadowTrails=False) == []
    assert api.names(account=OTHER) == []


def test_describe_by_name(api: Api) -> None:
    """Named trails are shown where they are of the region, or named by ARN; unknown ones are left out."""
    assert api.names(trailNameList=["main", "unknown"]) == ["main"]
    assert api.names(trailNameList=["main"], region=ELSEWHERE) == []
    assert api.names(trailNameList=[ARN], region=ELSEWHERE) == ["main"]
    asked = {"trailNameList": ["arn:aws:s3:::bucket"]}
    assert api.refusal("DescribeTrails", **asked) == "CloudTrailARNInvalidException"


def test_list(api: Api) -> None:
    """ListTrails shows the account's trails of all regions."""
    api.make("single", region=ELSEWHERE)
    rows = api.do("ListTrails", region="eu-central-1")["Trails"]
    assert [(row["Name"], row["HomeRegion"]) for row in rows] == [("main", HOME), ("single", ELSEWHERE)]
    assert rows[0]["TrailARN"] == ARN
    assert api.do("ListTrails", account=OTHER)["Trails"] == []


def test_organization_trail(api: Api) -> None:
    """Member accounts see an organisation's trail as a shadow and cannot change it."""
    arn = api.make("org", IsOrganizationTrail=True, IsMultiRegionTrail=True)["TrailARN"]
    assert api.names(account=OTHER) == ["org"]
    assert api.names(account=OTHER, includeShadowTrails=False) == []
    assert api.do("GetTrail", Name=arn, account=OTHER)["Trail"]["IsOrganizationTrail"] is True
    for operation in ("StopLogging", "DeleteTrail", "UpdateTrail"):
        assert api.refusal(operation, Name=arn, account=OTHER) == "NotOrganizationMasterAccountException"
    assert api.names(account="777788889999") == []


def test_organization_trail_can_become_a_plain_one(api: Api) -> None:
    """After the change the members no longer see it."""
    api.make("org", IsOrganizationTrail=True)
    assert api.do("UpdateTrail", Name="org", IsOrganizationTrail=False)["IsOrganizationTrail"] is False
    assert api.names(account=OTHER) == []


@pytest.mark.parametrize("operation", ["StartLogging", "StopLogging", "DeleteTrail", "UpdateTrail"])
def test_changes_need_the_home_region(api: Api, operation: str) -> None:
    """A trail of all regions is changed in its home region only; one of another region is not known by its name."""
    assert api.refusal(operation, Name="main", region=ELSEWHERE) == "TrailNotFoundException"
    api.do("UpdateTrail", Name="main", IsMultiRegionTrail=True)
    assert api.refusal(operation, Name="main", region=ELSEWHERE) == "InvalidHomeRegionException"
    assert api.refusal(operation, Name=ARN, region=ELSEWHERE) == "InvalidHomeRegionException"
    assert api.refusal(operation, Name=ARN) == ""


@pytest.mark.parametrize(
    ("operation", "parameter"),
    [("GetTrail", "Name"), ("GetTrailStatus", "Name"), ("StopLogging", "Name"), ("GetEventSelectors", "TrailName")],
)
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("unknown", "TrailNotFoundException"),
        (ARN + "2", "TrailNotFoundException"),
        ("x", "InvalidTrailNameException"),
        ("arn:aws:cloudtrail:trail/x", "CloudTrailARNInvalidException"),
    ],
)
def test_unknown_trail(api: Api, operation: str, parameter: str, name: str, code: str) -> None:
    """A trail that is not there, and a name or ARN that no trail can have, are refused with AWS's codes."""
    assert api.refusal(operation, **{parameter: name}) == code


def test_delete(api: Api) -> None:
    """A deleted trail is gone, and a second deletion is refused."""
    api.do("DeleteTrail", Name="main")
    assert api.names() == []
    assert api.refusal("DeleteTrail", Name="main") == "TrailNotFoundException"


def test_event_selectors(api: Api) -> None:
    """A trail's selectors are the default until others are put; basic and advanced ones replace each other."""
    default = api.do("GetEventSelectors", TrailName="main")
    assert [selector["ReadWriteType"] for selector in default["EventSelectors"]] == ["All"]
    assert "AdvancedEventSelectors" not in default
    fields = [{"Field": "eventCategory", "Equals": ["Management"]}]
    put = api.do("PutEventSelectors", TrailName="main", AdvancedEventSelectors=[{"FieldSelectors": fields}])
    assert api.do("GetEventSelectors", TrailName="main") == put
    assert "EventSelectors" not in put
    assert api.do("GetTrail", Name="main")["Trail"]["HasCustomEventSelectors"] is True
    api.do("PutEventSelectors", TrailName="main", EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    now = api.do("GetEventSelectors", TrailName="main")
    assert [selector["ReadWriteType"] for selector in now["EventSelectors"]] == ["ReadOnly"]


def test_refused_selectors_change_nothing(api: Api) -> None:
    """Selectors that are refused leave the trail's own in place."""
    before = api.do("GetEventSelectors", TrailName="main")
    wrong = [{"ReadWriteType": "All"}] * 6
    assert api.refusal("PutEventSelectors", TrailName="main", EventSelectors=wrong) == "InvalidEventSelectorsException"
    assert api.do("GetEventSelectors", TrailName="main") == before


def test_tags(api: Api) -> None:
    """Tags are given at the making, added, replaced and taken away."""
    arn = api.make("tagged", TagsList=[{"Key": "team", "Value": "blue"}, {"Key": "bare"}])["TrailARN"]
    api.do("AddTags", ResourceId=arn, TagsList=[{"Key": "team", "Value": "red"}, {"Key": "stage", "Value": "live"}])
    api.do("RemoveTags", ResourceId=arn, TagsList=[{"Key": "bare"}, {"Key": "never"}])
    (row,) = api.do("ListTags", ResourceIdList=[arn])["ResourceTagList"]
    assert row == {
        "ResourceId": arn,
        "TagsList": [{"Key": "team", "Value": "red"}, {"Key": "stage", "Value": "live"}],
    }


def test_refused_tags(api: Api) -> None:
    """Tags of an unknown trail, of what is no ARN, and more than fifty are refused."""
    fifty = [{"Key": f"k{number}"} for number in range(50)]
    api.do("AddTags", ResourceId=ARN, TagsList=fifty)
    more = [{"Key": "k50"}]
    assert api.refusal("AddTags", ResourceId=ARN, TagsList=more) == "TagsLimitExceededException"
    assert len(api.do("ListTags", ResourceIdList=[ARN])["ResourceTagList"][0]["TagsList"]) == 50
    many = [*fifty, *more]
    assert api.refusal("CreateTrail", Name="t51", S3BucketName=BUCKET, TagsList=many) == "TagsLimitExceededException"
    assert api.refusal("ListTags", ResourceIdList=["main"]) == "CloudTrailARNInvalidException"
    assert api.refusal("ListTags", ResourceIdList=[ARN + "x"]) == "ResourceNotFoundException"


def test_handlers_are_operations_of_cloudtrail() -> None:
    """Every handler is named after an operation of botocore's model, and those about trails are all there."""
    import botocore.session

    known = set(botocore.session.get_session().get_service_model("cloudtrail").operation_names)
    names = {operation for service, operation in Api().handlers if service == "cloudtrail"}
    assert names <= known
    assert {name for name in known if "Trail" in name and "Query" not in name} <= names
