"""What the simulated CloudTrail writes down of a call that was really made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.simulator.cloudtrail.names import HIDDEN, lower_first, written_value
from gdkit.simulator.scenarios.cast import key_of
from gdkit.simulator.scenarios.stage import Route
from tests.simulator.small_world import ACCOUNT, OTHER, REGION, START, outcome, policy_of

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld


def test_session_of_an_instance(world: SmallWorld) -> None:
    """A record of an instance's session has role, session, delivery, instance, issue time, address and TLS."""
    fleet = world.fleet("recorded")
    instance, key = fleet.instances[0], world.stolen(fleet.instances[0])
    world.api("ec2", key).describe_instances(InstanceIds=[instance.id])
    record = world.last_record("DescribeInstances")
    role = f"arn:aws:iam::{ACCOUNT}:role/recorded"
    assert record["userIdentity"] == {
        "type": "AssumedRole",
        "principalId": fleet.principal_id(0),
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/recorded/{instance.id}",
        "accountId": ACCOUNT,
        "accessKeyId": key[0],
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": fleet.role_id, "arn": role, "accountId": ACCOUNT,
                              "userName": "recorded"},
            "attributes": {"creationDate": "2026-11-02T08:00:00Z", "mfaAuthenticated": "false"},
            "ec2RoleDelivery": "2.0",
        },
        "inScopeOf": {"issuerType": "AWS::EC2::Instance",
                      "credentialsIssuedTo": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance.id}"},
    }  # fmt: skip
    assert (record["awsRegion"], record["recipientAccountId"], record["readOnly"]) == (REGION, ACCOUNT, True)
    assert record["sourceIPAddress"] == "198.51.100.7"
    assert record["userAgent"].startswith("Botocore/")
    assert record["requestParameters"] == {"instancesSet": {"items": [{"instanceId": instance.id}]}}
    assert record["responseElements"] is None
    assert record["tlsDetails"]["clientProvidedHostHeader"] == f"ec2.{REGION}.amazonaws.com"
    assert (record["eventType"], record["eventCategory"], record["managementEvent"]) == (
        "AwsApiCall",
        "Management",
        True,
    )


def test_user(world: SmallWorld) -> None:
    """A record of a user's call has the user's name, and no session."""
    issued = world.site.user("someone", policy_of("Allow", "*"))
    world.api("iam", (issued.access_key_id, issued.secret_access_key, None)).list_users()
    assert world.last_record("ListUsers")["userIdentity"] == {
        "type": "IAMUser", "principalId": issued.principal.principal_id, "accountId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:user/someone", "accessKeyId": issued.access_key_id, "userName": "someone",
    }  # fmt: skip


def test_global_services(world: SmallWorld) -> None:
    """Events of IAM stand in us-east-1, wherever it was called from; those of STS stand where it was called."""
    for region in (REGION, "ap-southeast-2"):
        world.api("iam", region=region).list_groups()
        assert world.last_record("ListGroups")["awsRegion"] == "us-east-1"
        world.api("sts", region=region).get_caller_identity()
        assert world.last_record("GetCallerIdentity")["awsRegion"] == region


def test_role_taken_across_accounts(world: SmallWorld) -> None:
    """Both accounts get a record of a role that was taken, tied by one id; the other has no key of the caller."""
    key = world.role_key("leaves")
    world.other.role("enters", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/leaves"}, policy_of("Allow", "*"))
    before = len(world.records)
    told = world.api("sts", key).assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/enters", RoleSessionName="nightly")
    own, theirs = world.records[before:]
    assert own["sharedEventID"] == theirs["sharedEventID"]
    assert len({own["sharedEventID"], own["eventID"], theirs["eventID"]}) == 3
    assert (own["recipientAccountId"], theirs["recipientAccountId"]) == (ACCOUNT, OTHER)
    assert theirs["userIdentity"] == {"type": "AWSAccount", "accountId": ACCOUNT,
                                      "principalId": own["userIdentity"]["principalId"]}  # fmt: skip
    given = told["Credentials"]
    for record in (own, theirs):
        assert record["responseElements"] == {
            "credentials": {"accessKeyId": given["AccessKeyId"], "sessionToken": given["SessionToken"],
                            "expiration": f"{given['Expiration']:%b} 2, 2026, 9:00:00 AM"},
            "assumedRoleUser": {"assumedRoleId": told["AssumedRoleUser"]["AssumedRoleId"],
                                "arn": told["AssumedRoleUser"]["Arn"]},
        }  # fmt: skip
        assert record["requestParameters"] == {
            "roleArn": f"arn:aws:iam::{OTHER}:role/enters",
            "roleSessionName": "nightly",
        }
        assert record["resources"] == [{"accountId": OTHER, "type": "AWS::IAM::Role",
                                        "ARN": f"arn:aws:iam::{OTHER}:role/enters"}]  # fmt: skip
    world.api("sts", key_of(given)).get_caller_identity()
    assert world.last_record("GetCallerIdentity")["recipientAccountId"] == OTHER


def test_refused_role(world: SmallWorld) -> None:
    """A refused request for another account's role is recorded in the caller's account alone, with no answer."""
    key = world.role_key("stays", policy_of("Allow", "s3:*"))
    before = len(world.records)
    arn = f"arn:aws:iam::{OTHER}:role/not-for-you"
    assert outcome(world.api("sts", key).assume_role, RoleArn=arn, RoleSessionName="x1") == "AccessDenied"
    (record,) = world.records[before:]
    assert (record["errorCode"], record["responseElements"], record["recipientAccountId"]) == (
        "AccessDenied",
        None,
        ACCOUNT,
    )
    assert record["requestParameters"]["roleArn"] == arn


def test_data_events(world: SmallWorld) -> None:
    """What reads and writes objects is a data event, outside the event history; what changes buckets is not."""
    s3 = world.api("s3")
    s3.create_bucket(Bucket="data-here", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="data-here", Key="a b%.txt", Body=b"swordfish")
    s3.get_object(Bucket="data-here", Key="a b%.txt")
    s3.list_objects_v2(Bucket="data-here")
    data = {name: world.last_record(name) for name in ("PutObject", "GetObject", "ListObjects")}
    for record in data.values():
        assert (record["eventCategory"], record["managementEvent"]) == ("Data", False)
        assert "swordfish" not in json.dumps(record)
    assert data["GetObject"]["requestParameters"]["bucketName"] == "data-here"
    assert data["GetObject"]["requestParameters"]["key"] == "a b%.txt"
    assert [one["ARN"] for one in data["GetObject"]["resources"]] == [
        "arn:aws:s3:::data-here/a b%.txt", "arn:aws:s3:::data-here"]  # fmt: skip
    made = world.last_record("CreateBucket")
    assert (made["eventCategory"], made["readOnly"]) == ("Management", False)
    looked_up = {event["eventName"] for event in world.events(EventSource="s3.amazonaws.com")}
    assert "CreateBucket" in looked_up
    assert not looked_up & data.keys()


def test_through_an_endpoint(world: SmallWorld) -> None:
    """A call through a VPC endpoint has the private address, the endpoint and the endpoint's account."""
    for owner, shown in ((None, ACCOUNT), (OTHER, OTHER)):
        world.api("sqs", route=Route("10.20.0.4", "vpc-1", "vpce-1", owner)).list_queues()
        record = world.last_record("ListQueues")
        assert (record["sourceIPAddress"], record["vpcEndpointId"], record["vpcEndpointAccountId"]) == (
            "10.20.0.4", "vpce-1", shown)  # fmt: skip
    world.api("sqs").list_queues()
    assert "vpcEndpointId" not in world.last_record("ListQueues")


def test_error_codes(world: SmallWorld) -> None:
    """Errors stand with the codes of CloudTrail: those of EC2 with a prefix, and with the message."""
    world.role_key("poor", policy_of("Allow", "sqs:*"))
    key = world.role_key("poorer", policy_of("Allow", "sqs:*"))
    ends = {}
    for service, name in (("ec2", "describe_instances"), ("s3", "list_buckets"), ("guardduty", "list_detectors")):
        outcome(getattr(world.api(service, key), name))
        ends[service] = world.records[-1]["errorCode"]
        assert "is not authorized to perform" in world.records[-1]["errorMessage"]
    assert ends == {"ec2": "Client.UnauthorizedOperation", "s3": "AccessDenied", "guardduty": "AccessDenied"}
    assert outcome(world.api("iam").get_role, RoleName="no-such") == "NoSuchEntity"
    assert world.records[-1]["errorCode"] == "NoSuchEntity"
    assert outcome(world.api("ec2").describe_instances, InstanceIds=["i-00000000000000000"]) != "ok"
    assert world.records[-1]["errorCode"] == "Client.InvalidInstanceID.NotFound"
    assert outcome(world.api("ec2").run_instances, ImageId="ami-1", MinCount=1, MaxCount=1, DryRun=True) == (
        "DryRunOperation"
    )
    assert world.records[-1]["errorCode"] == "Client.DryRunOperation"


def test_what_was_made(world: SmallWorld) -> None:
    """A record of a user and a key that were made names both, at the simulated time, and no secret."""
    iam = world.api("iam")
    iam.create_user(UserName="made-here")
    key = iam.create_access_key(UserName="made-here")["AccessKey"]
    iam.create_login_profile(UserName="made-here", Password="Open-Sesame-1!")  # noqa: S106
    made = world.last_record("CreateAccessKey")["responseElements"]["accessKey"]
    assert made == {"userName": "made-here", "accessKeyId": key["AccessKeyId"], "status": "Active",
                    "createDate": f"Nov 2, 2026, {world.accounts.clock.now():%-I:%M:%S %p}"}  # fmt: skip
    assert world.last_record("CreateLoginProfile")["requestParameters"] == {"userName": "made-here", "password": HIDDEN}
    text = json.dumps(world.records)
    assert key["SecretAccessKey"] not in text
    assert "Open-Sesame-1!" not in text


def test_hidden_values(world: SmallWorld) -> None:
    """Neither a secret's value, nor user data, nor the private half of a key pair stands in a record."""
    world.api("secretsmanager").create_secret(Name="hidden", SecretString="swordfish-1", SecretBinary=b"swordfish-2")
    world.api("secretsmanager").get_secret_value(SecretId="hidden")
    world.api("ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, UserData="echo swordfish-3")
    pair = world.api("ec2").create_key_pair(KeyName="pair")
    text = json.dumps(world.records)
    assert "swordfish" not in text
    assert "c3dvcmRmaXNo" not in text, "as base64"
    assert "PRIVATE KEY" in pair["KeyMaterial"]
    assert "PRIVATE KEY" not in text
    assert world.last_record("CreateKeyPair")["responseElements"]["keyMaterial"] == HIDDEN


@pytest.mark.parametrize("service, operation, parameters, source, name", [
    ("elbv2", "describe_load_balancers", {}, "elasticloadbalancing", "DescribeLoadBalancers"),
    ("cloudwatch", "list_metrics", {}, "monitoring", "ListMetrics"),
    ("stepfunctions", "list_state_machines", {}, "states", "ListStateMachines"),
    ("lambda", "list_functions", {}, "lambda", "ListFunctions20150331"),
    ("service-quotas", "list_services", {}, "servicequotas", "ListServices"),
])  # fmt: skip
def test_names(world: SmallWorld, service: str, operation: str, parameters: Any, source: str, name: str) -> None:
    """Services and operations stand under the names that CloudTrail has for them."""
    outcome(getattr(world.api(service), operation), **parameters)
    record = world.records[-1]
    assert (record["eventSource"], record["eventName"]) == (f"{source}.amazonaws.com", name)
    assert (record["readOnly"], record["recipientAccountId"]) == (True, ACCOUNT)


def test_written_values() -> None:
    """Values are written with small first letters, written times, and nothing that is hidden, at any depth."""
    at = datetime(2026, 11, 2, 0, 5, 9, tzinfo=UTC)
    given = {"Outer": [{"At": at, "Blob": b"x", "SecretAccessKey": "s", "Password": "p", "N": 1, "None": None}]}
    assert written_value(given) == {"outer": [{"at": "Nov 2, 2026, 12:05:09 AM", "blob": HIDDEN, "password": HIDDEN,
                                               "n": 1, "none": None}]}  # fmt: skip
    assert lower_first("") == ""


def test_at_the_simulated_time(world: SmallWorld) -> None:
    """A record has the second of the simulator's clock."""
    world.accounts.clock.set(START.replace(hour=9, microsecond=999_000))
    world.api("sts").get_caller_identity()
    assert world.last_record("GetCallerIdentity")["eventTime"] == "2026-11-02T09:00:00Z"
