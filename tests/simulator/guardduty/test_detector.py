"""The simulator's own detection: which uses of an instance's credential make a finding, and which finding."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.findings import load_findings
from gdkit.model import Finding, utc_text
from gdkit.simulator.call import Call, Principal, Source
from gdkit.simulator.clock import Clock
from gdkit.simulator.guardduty.detector import DELAY_S, Detector, leaked_use
from gdkit.simulator.guardduty.service import GuardDuty
from gdkit.simulator.world import Place, World
from tests.findings import samples as s

ACCOUNT, REMOTE, FRIEND = s.ACCOUNT, s.OTHER_ACCOUNT, "777788889999"
REGION, INSTANCE_REGION = "us-east-1", s.REGION
AT = datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC)
THIEF, OWN, REMOTE_HOST, FRIENDS_HOST = "198.51.100.24", "203.0.113.9", "203.0.113.130", "203.0.113.200"
INSTANCE_ARN = f"arn:aws:ec2:{INSTANCE_REGION}:{ACCOUNT}:instance/{s.INSTANCE}"


def world() -> World:
    """Give a world with a thief outside AWS and three accounts inside."""
    made = World(organization_account_ids={ACCOUNT, FRIEND})
    made.add("198.51.100.0/24", Place("64500", "EXAMPLE-VPN", "Iceland", "IS", "Reykjavik", 64.1, -21.9))
    made.add("2001:db8::/32", Place("64501", "EXAMPLE-V6", "Iceland", "IS", "Reykjavik", 64.1, -21.9))
    for network, account_id in (
        ("203.0.113.0/25", ACCOUNT),
        ("203.0.113.128/26", REMOTE),
        ("203.0.113.192/26", FRIEND),
    ):
        made.add(network, Place("64502", "EXAMPLE-CLOUD", "Ireland", "IE", "Dublin", 53.3, -6.2, account_id))
    return made


def record(**changes: Any) -> dict[str, Any]:
    """Give a record of the thief's call, with changes at paths such as ``userIdentity__type``; ... removes."""
    made: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": s.PRINCIPAL,
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/{s.INSTANCE}",
            "accountId": ACCOUNT,
            "accessKeyId": s.KEY,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": s.ROLE_ID,
                    "arn": f"arn:aws:iam::{ACCOUNT}:role/app",
                    "accountId": ACCOUNT,
                    "userName": "app",
                },
                "attributes": {"creationDate": "2026-11-01T02:00:00Z", "mfaAuthenticated": "false"},
                "ec2RoleDelivery": "1.0",
            },
            "inScopeOf": {"issuerType": "AWS::EC2::Instance", "credentialsIssuedTo": INSTANCE_ARN},
        },
        "eventTime": utc_text(AT),
        "eventSource": "iam.amazonaws.com",
        "eventName": "ListUsers",
        "awsRegion": REGION,
        "sourceIPAddress": THIEF,
        "userAgent": "aws-cli/2.0",
        "requestParameters": None,
        "responseElements": None,
        "eventID": "11111111-2222-4333-8444-555555555555",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    for path, value in changes.items():
        *above, last = path.split("__")
        node = made
        for key in above:
            node = node[key]
        if value is ...:
            del node[last]
        else:
            node[last] = value
    return made


def s3_read(**changes: Any) -> dict[str, Any]:
    """Give a record of the thief reading an object."""
    read = {"eventCategory": "Data", "managementEvent": False, "eventSource": "s3.amazonaws.com"}
    return record(**read, eventName="GetObject", requestParameters={"bucketName": "backup", "key": "a"}, **changes)


class Scene:
    """A detection at work on one account, and what GuardDuty then shows."""

    def __init__(self, *, regions: tuple[str, ...] = (REGION,), **settings: Any) -> None:
        self.clock = Clock(AT, running=False)
        self.guardduty = GuardDuty(self.clock)
        self.world = world()
        self.detector_ids = {region: self.guardduty.enable(ACCOUNT, region) for region in regions}
        self.asked: list[tuple[str, str, str]] = []
        self.detector = Detector(self.guardduty, self.world, self.describe, **settings)

    def describe(self, account_id: str, region: str, instance_id: str) -> dict[str, Any]:
        """Describe the instance."""
        self.asked.append((account_id, region, instance_id))
        details: dict[str, Any] = s.finding()["resource"]["instanceDetails"]
        return details

    def call(self, operation: str, region: str = REGION, **parameters: Any) -> dict[str, Any]:
        """Call GuardDuty as the account."""
        principal = Principal("Root", ACCOUNT, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
        given = {"DetectorId": self.detector_ids[region], **parameters}
        now, source = self.clock.now(), Source("203.0.113.9", "test")
        call = Call("guardduty", operation, given, ACCOUNT, region, now, principal, source)
        return self.guardduty.handlers()["guardduty", operation](call)

    def shown(self, region: str = REGION, *, after_s: float = 86_400) -> list[dict[str, Any]]:
        """Give the findings that are seen some seconds after the first use, in the order of their making."""
        self.clock.set(AT + timedelta(seconds=after_s))
        order = {"AttributeName": "createdAt", "OrderBy": "ASC"}
        ids = self.call("ListFindings", region, SortCriteria=order)["FindingIds"]
        findings: list[dict[str, Any]] = self.call("GetFindings", region, FindingIds=ids)["Findings"]
        return findings

    def read(self) -> list[Finding]:
        """Give the findings as gdkit reads them."""
        shown = self.shown()
        return list(load_findings({"Findings": shown})) if shown else []

    def after(self, *records: dict[str, Any]) -> Scene:
        """Let the detection see records."""
        for one in records:
            self.detector.observe(one)
        return self


def test_outside_aws() -> None:
    """A use from outside AWS makes a High finding, of which gdkit reads every field without a warning."""
    scene = Scene().after(record())
    (found,) = scene.read()
    assert found.warnings == ()
    assert (found.variant, found.severity, found.sample, found.archived) == ("OutsideAWS", 8.0, False, False)
    assert (found.account_id, found.region, found.partition) == (ACCOUNT, REGION, "aws")
    assert found.detector_id == scene.detector_ids[REGION]
    assert found.arn == f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/{found.detector_id}/finding/{found.id}"
    assert (found.principal_id, found.access_key_id) == (s.PRINCIPAL, s.KEY)
    assert (found.role_name, found.user_type, found.resource_type) == ("app", "AssumedRole", "AccessKey")
    assert (found.api, found.api_service, found.user_agent) == ("ListUsers", "iam.amazonaws.com", "aws-cli/2.0")
    assert (found.error_code, found.bucket_names, found.count) == (None, (), 1)
    remote = found.remote
    assert (remote.address, remote.asn, remote.asn_org) == (THIEF, "64500", "EXAMPLE-VPN")
    assert (remote.country, remote.country_code, remote.city) == ("Iceland", "IS", "Reykjavik")
    assert (remote.account_id, remote.affiliated) == (None, None)
    assert (found.first_seen_at, found.last_seen_at) == (AT, AT)
    assert found.title == "Credentials for the EC2 instance role app were used from an external IP address."
    assert THIEF in (found.description or "")
    original = load_findings(s.finding())[0]
    assert found.instance == original.instance


def test_every_field_is_filled() -> None:
    """No field that a finding of the family can hold stays empty but those of other circumstances."""
    (found,) = Scene().after(s3_read(errorCode="AccessDenied")).read()
    empty = {name for name in Finding.__slots__ if getattr(found, name) in (None, "", ())}
    assert empty == {"attack_sequence_arn", "envelope_account_id", "threat_lists", "warnings"}


def test_inside_aws_by_address() -> None:
    """A use from another account's address makes a High finding that names the account."""
    (found,) = Scene().after(record(sourceIPAddress=REMOTE_HOST)).read()
    assert (found.variant, found.severity, found.warnings) == ("InsideAWS", 8.0, ())
    assert (found.remote.account_id, found.remote.affiliated) == (REMOTE, False)
    assert found.remote.address == REMOTE_HOST
    assert f"remote AWS account {REMOTE}" in (found.description or "")


def test_inside_aws_by_endpoint() -> None:
    """A use through another account's endpoint names the account; a private address is not shown."""
    use = record(sourceIPAddress="10.9.0.4", vpcEndpointId="vpce-1", vpcEndpointAccountId=REMOTE)
    (found,) = Scene().after(use).read()
    assert (found.variant, found.remote.account_id, found.remote.address) == ("InsideAWS", REMOTE, None)
    assert found.warnings == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"sourceIPAddress": FRIENDS_HOST},
        {"sourceIPAddress": "10.9.0.4", "vpcEndpointId": "vpce-1", "vpcEndpointAccountId": FRIEND},
    ],
)
def test_affiliated_account(changes: dict[str, Any]) -> None:
    """An account of one's own organisation makes the finding Medium."""
    (found,) = Scene().after(record(**changes)).read()
    assert (found.severity, found.remote.account_id, found.remote.affiliated) == (5.0, FRIEND, True)


NOT_A_USE: dict[str, dict[str, Any]] = {
    "own public address": {"sourceIPAddress": OWN},
    "private address": {"sourceIPAddress": "10.0.1.5"},
    "own endpoint": {"sourceIPAddress": "10.0.1.5", "vpcEndpointId": "vpce-1", "vpcEndpointAccountId": ACCOUNT},
    "own endpoint, odd range": {"vpcEndpointId": "vpce-1", "vpcEndpointAccountId": ACCOUNT},
    "endpoint of nobody": {"vpcEndpointId": "vpce-1"},
    "AWS itself": {"sourceIPAddress": "AWS Internal"},
    "a service": {"sourceIPAddress": "ssm.amazonaws.com"},
    "a service through an endpoint": {
        "sourceIPAddress": "ssm.amazonaws.com",
        "vpcEndpointId": "vpce-1",
        "vpcEndpointAccountId": REMOTE,
    },
    "an unreadable address": {"sourceIPAddress": "035.2.3.4"},
    "no address": {"sourceIPAddress": ...},
    "on behalf of the session": {"userIdentity__invokedBy": "cloudformation.amazonaws.com"},
    "the identity role": {"userIdentity__principalId": f"{ACCOUNT}:aws:ec2-instance:{s.INSTANCE}"},
    "another session name": {"userIdentity__principalId": f"{s.ROLE_ID}:ann"},
    "a user": {"userIdentity__type": "IAMUser", "userIdentity__principalId": "AIDAEXAMPLE0123456789"},
    "no identity": {"userIdentity": ...},
    "an identity of text": {"userIdentity": "root"},
    "the other account's record": {"recipientAccountId": REMOTE},
    "another data event": {"eventCategory": "Data", "eventSource": "lambda.amazonaws.com", "eventName": "Invoke"},
    "an insight": {"eventCategory": "Insight"},
    "no time": {"eventTime": ...},
    "no region": {"awsRegion": ...},
}


@pytest.mark.parametrize("changes", NOT_A_USE.values(), ids=NOT_A_USE.keys())
def test_no_finding(changes: dict[str, Any]) -> None:
    """What GuardDuty makes no finding of makes none here."""
    assert leaked_use(record(), world()) is not None
    assert leaked_use(record(**changes), world()) is None
    assert Scene().after(record(**changes)).shown() == []


def test_session_that_borrows_an_instances_name() -> None:
    """A session named like an instance, but not issued to one, is none; either mark of issue is enough."""
    issued = {"userIdentity__inScopeOf": ...}
    delivered = {"userIdentity__sessionContext__ec2RoleDelivery": ...}
    uses = [leaked_use(record(**marks), world()) for marks in (issued, delivered, {**issued, **delivered})]
    assert [use is not None for use in uses] == [True, True, False]


def test_failed_call_is_a_use() -> None:
    """A theft that only met refusals is found, and the error shown."""
    (found,) = Scene().after(record(errorCode="AccessDenied", errorMessage="no")).read()
    assert found.error_code == "AccessDenied"


def test_s3_data_event() -> None:
    """Reading an object is a use that names the bucket, unless the detector leaves S3's data events out."""
    (found,) = Scene().after(s3_read()).read()
    assert (found.resource_type, found.bucket_names, found.api) == ("S3Bucket", ("backup",), "GetObject")
    assert not found.warnings
    scene = Scene()
    scene.call("UpdateDetector", Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}])
    assert scene.after(s3_read()).shown() == []
    assert len(scene.after(record()).shown()) == 1


def test_more_buckets() -> None:
    """Further buckets are added to the finding, each once."""
    other = s3_read(requestParameters__bucketName="logs")
    (shown,) = Scene().after(s3_read(), other, s3_read()).shown()
    assert [bucket["Name"] for bucket in shown["Resource"]["S3BucketDetails"]] == ["backup", "logs"]
    assert shown["Service"]["Count"] == 3


def test_ipv6() -> None:
    """An IPv6 address stands in its own field, shortened."""
    scene = Scene().after(record(sourceIPAddress="2001:0db8:0:0::7"))
    (found,) = scene.read()
    assert (found.remote.address, found.remote.asn) == ("2001:db8::7", "64501")
    remote = scene.shown()[0]["Service"]["Action"]["AwsApiCallAction"]["RemoteIpDetails"]
    assert "IpAddressV4" not in remote and remote["IpAddressV6"] == "2001:db8::7"


def test_aggregate() -> None:
    """Uses of one session by one party are one finding: counted, with the first and last time, and the latest call."""
    later, last = AT + timedelta(minutes=1), AT + timedelta(hours=2)
    scene = Scene().after(
        record(),
        record(eventTime=utc_text(last), eventName="CreateUser", userIdentity__accessKeyId="ASIAEXAMPLE9"),
        record(eventTime=utc_text(later), eventName="GetUser"),
    )
    (found,) = scene.read()
    assert (found.count, found.first_seen_at, found.last_seen_at) == (3, AT, last)
    assert (found.api, found.access_key_id) == ("CreateUser", "ASIAEXAMPLE9")
    assert found.updated_at == last + timedelta(seconds=DELAY_S)
    assert found.created_at == AT + timedelta(seconds=DELAY_S)
    assert scene.asked == [(ACCOUNT, INSTANCE_REGION, s.INSTANCE)]


def test_record_that_comes_late() -> None:
    """A use earlier than the first moves the first time back."""
    before = AT - timedelta(minutes=9)
    (found,) = Scene().after(record(), record(eventTime=utc_text(before), eventName="GetUser")).read()
    assert (found.count, found.first_seen_at, found.last_seen_at, found.api) == (2, before, AT, "ListUsers")


def test_other_parties_and_sessions() -> None:
    """Another address outside, another account and another instance are findings of their own; a host is not."""
    other = f"{s.ROLE_ID}:i-00000000000000001"
    scene = Scene().after(
        record(),
        record(sourceIPAddress="198.51.100.99"),
        record(sourceIPAddress=REMOTE_HOST),
        record(sourceIPAddress="203.0.113.131"),
        record(userIdentity__principalId=other),
    )
    assert sorted(finding.count or 0 for finding in scene.read()) == [1, 1, 1, 2]
    assert len({finding.id for finding in scene.read()}) == 4


def test_delay() -> None:
    """A finding is seen after the delay and not before; so is what is added to it."""
    scene = Scene().after(record(), record(eventTime=utc_text(AT + timedelta(minutes=1))))
    seen = [
        [finding["Service"]["Count"] for finding in scene.shown(after_s=after_s)]
        for after_s in (0, DELAY_S - 1, DELAY_S, DELAY_S + 59, DELAY_S + 60)
    ]
    assert seen == [[], [], [1], [1], [2]]
    assert Scene(delay_s=0).after(record()).shown(after_s=0)


def test_regions() -> None:
    """The finding stands in the region of the call, and only where a detector is enabled."""
    scene = Scene(regions=(REGION, "eu-west-1")).after(record(), record(awsRegion="eu-central-1"))
    assert [finding["Region"] for finding in scene.shown()] == [REGION]
    assert scene.shown("eu-west-1") == []
    scene.call("UpdateDetector", Enable=False)
    assert len(scene.after(record()).shown()) == 1 and scene.shown()[0]["Service"]["Count"] == 1


def test_other_partition() -> None:
    """ARNs follow the region's partition."""
    scene = Scene(regions=("us-gov-west-1",)).after(s3_read(awsRegion="us-gov-west-1"))
    (shown,) = scene.shown("us-gov-west-1")
    assert shown["Partition"] == "aws-us-gov" and shown["Arn"].startswith("arn:aws-us-gov:guardduty:")
    assert shown["Resource"]["S3BucketDetails"][0]["Arn"] == "arn:aws-us-gov:s3:::backup"


def test_instance_that_is_gone() -> None:
    """Where nothing is known of the instance, the finding leaves it out and still names it by its session."""
    scene = Scene()
    scene.detector = Detector(scene.guardduty, scene.world, lambda *_: {})
    (found,) = scene.after(record()).read()
    assert found.instance.instance_id is None and found.principal_id == s.PRINCIPAL
    assert found.warnings == ()


def _rule(scene: Scene, action: str) -> None:
    criteria = {"Criterion": {"resource.accessKeyDetails.userName": {"Equals": ["app"]}}}
    scene.call("CreateFilter", Name="egress", Action=action, FindingCriteria=criteria)


def test_suppressed_at_its_creation() -> None:
    """A rule that is there when the finding is created archives it, and later uses leave it archived."""
    scene = Scene().after(record())
    _rule(scene, "ARCHIVE")
    scene.shown(after_s=DELAY_S)
    scene.call("DeleteFilter", FilterName="egress")
    (shown,) = scene.after(record(eventTime=utc_text(AT + timedelta(minutes=5)))).shown()
    assert (shown["Service"]["Archived"], shown["Service"]["Count"]) == (True, 2)


def test_rule_after_the_finding() -> None:
    """A rule made later does not touch the finding, though more uses match it."""
    scene = Scene().after(record())
    scene.shown(after_s=DELAY_S)
    _rule(scene, "ARCHIVE")
    (shown,) = scene.after(record(eventTime=utc_text(AT + timedelta(minutes=9)))).shown()
    assert (shown["Service"]["Archived"], shown["Service"]["Count"]) == (False, 2)
    assert scene.guardduty.filter_count(ACCOUNT, REGION, "egress").matched_at == ()


def test_archived_by_hand() -> None:
    """After a finding was archived by hand, the next use makes a new one that describes the instance as well."""
    scene = Scene().after(record())
    (first,) = scene.shown(after_s=DELAY_S)
    scene.call("ArchiveFindings", FindingIds=[first["Id"]])
    both = scene.after(record(eventTime=utc_text(AT + timedelta(minutes=9)))).shown()
    assert [finding["Service"]["Archived"] for finding in both] == [True, False]
    assert [finding["Service"]["Count"] for finding in both] == [1, 1]
    assert both[0]["Resource"]["InstanceDetails"] == both[1]["Resource"]["InstanceDetails"]


def test_new_detector() -> None:
    """After a detector was deleted and made again, a use makes a new finding there."""
    scene = Scene().after(record())
    scene.call("DeleteDetector")
    scene.clock.set(AT + timedelta(minutes=1))
    scene.detector_ids[REGION] = scene.guardduty.enable(ACCOUNT, REGION)
    (shown,) = scene.after(record()).shown()
    assert (shown["Service"]["Count"], shown["Service"]["DetectorId"]) == (1, scene.detector_ids[REGION])


def test_same_ids_again() -> None:
    """The same records make the same findings."""
    assert Scene().after(record(), s3_read()).shown() == Scene().after(record(), s3_read()).shown()


def test_many_threads() -> None:
    """Uses that several threads report at once are all counted, in one finding."""
    scene = Scene()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(25):
                scene.detector.observe(record())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert [finding["Service"]["Count"] for finding in scene.shown()] == [150]


ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.lists(st.text(max_size=3), max_size=2)


@given(
    path=st.sampled_from(
        [
            "userIdentity",
            "userIdentity__principalId",
            "userIdentity__accountId",
            "userIdentity__inScopeOf",
            "userIdentity__sessionContext",
            "userIdentity__accessKeyId",
            "sourceIPAddress",
            "vpcEndpointId",
            "vpcEndpointAccountId",
            "eventTime",
            "eventName",
            "eventCategory",
            "eventSource",
            "awsRegion",
            "recipientAccountId",
            "requestParameters",
            "userAgent",
            "errorCode",
        ]
    ),
    value=ODD,
)
def test_odd_records(path: str, value: Any) -> None:
    """A field of any other form never stops the detection, and what it makes is still a finding."""
    for finding in Scene(delay_s=0).after(record(**{path: value})).shown():
        assert load_findings({"Findings": [finding]})[0].variant in ("OutsideAWS", "InsideAWS")
