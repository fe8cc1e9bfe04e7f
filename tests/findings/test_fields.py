"""Each field of a finding, and what is odd about it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from gdkit.findings import load_findings
from gdkit.findings.fields import instant
from gdkit.model import Finding, InstanceDetails
from tests.findings import samples as s

CALL = "service__action__awsApiCallAction"
IP = f"{CALL}__remoteIpDetails"
KEY = "resource__accessKeyDetails"


def one(**changes: Any) -> Finding:
    """Load the finding with changes."""
    return load_findings(s.finding(**changes))[0]


def warned(finding: Finding, words: str) -> bool:
    """Tell whether a warning holds the words."""
    return any(words in warning for warning in finding.warnings)


def test_variants() -> None:
    """The suffix gives the variant; the name from before 2021 gives unspecified."""
    assert [one(type=name).variant for name in (s.OUTSIDE, s.INSIDE, s.FAMILY)] == [
        "OutsideAWS",
        "InsideAWS",
        "unspecified",
    ]


def test_ipv6_remote_address() -> None:
    """An IPv6 remote address is read, in its short spelling."""
    found = one(**{f"{IP}__ipAddressV4": "", f"{IP}__ipAddressV6": "2001:0DB8:0:0:0:0:0:7"})
    assert found.remote.address == "2001:db8::7"
    assert not found.warnings


def test_inside_aws_without_an_address() -> None:
    """InsideAWS names an account, an affiliation and a service, and needs no address."""
    remote = load_findings(s.inside(affiliated=True))[0].remote
    assert (remote.address, remote.account_id, remote.affiliated) == (None, s.OTHER_ACCOUNT, True)
    assert remote.aws_service == "s3"
    assert not load_findings(s.pascal(s.inside()))[0].warnings


def test_no_remote_party_at_all() -> None:
    """A finding with neither address nor account is accepted with a warning."""
    assert warned(one(**{f"{CALL}__remoteIpDetails": ...}), "neither a remote address nor a remote account")


def test_account_written_as_number() -> None:
    """An account that lost its leading zeros as a number gets them back."""
    assert one(accountId=29608264753).account_id == "029608264753"


def test_s3_bucket_resource() -> None:
    """The S3 variant names its buckets."""
    buckets = [{"name": "a"}, {"name": "b"}, {"name": ""}, {"arn": "x"}]
    found = one(resource__resourceType="S3Bucket", resource__s3BucketDetails=buckets)
    assert (found.resource_type, found.bucket_names) == ("S3Bucket", ("a", "b"))


@pytest.mark.parametrize(("value", "number"), [("64500", "64500"), (64500, "64500"), (-1, None), ("-1", None),
                                               ("", None), ("AS64500", "64500"), (64500.0, "64500")])  # fmt: skip
def test_autonomous_system_number(value: object, number: str | None) -> None:
    """The number is text of digits, whatever it was; -1 and empty are missing."""
    assert one(**{f"{IP}__organization__asn": value}).remote.asn == number


@pytest.mark.parametrize("details", [..., None, {}, [], "text"])
def test_no_instance_details(details: object) -> None:
    """Missing, null or misshapen instance details are no error."""
    assert one(resource__instanceDetails=details).instance == InstanceDetails()


def test_instance_addresses() -> None:
    """Addresses and VPCs of all interfaces are gathered once each; IPv6 goes by what it can reach."""
    interfaces = [
        {"privateIpAddress": "10.0.0.1", "privateIpAddresses": [{"privateIpAddress": "10.0.0.2"}], "vpcId": "vpc-1"},
        {"privateIpAddress": "10.0.0.1", "publicIp": "203.0.113.1", "vpcId": "vpc-1"},
        {"ipv6Addresses": ["2001:db8::1", "fd00::1"]},
        None,
    ]
    instance = one(resource__instanceDetails__networkInterfaces=interfaces).instance
    assert instance.private_addresses == ("10.0.0.1", "10.0.0.2", "fd00::1")
    assert instance.public_addresses == ("203.0.113.1", "2001:db8::1")
    assert instance.vpc_ids == ("vpc-1",)


AT = datetime(2025, 2, 25, 20, 40, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2025-02-25T20:40:06Z", AT),
        ("2025-02-25T20:40:06.721Z", AT.replace(microsecond=721000)),
        ("2025-02-25 20:40:06.721", AT.replace(microsecond=721000)),
        ("2025-02-25 20:40:06.000000000", AT),
        ("2025-02-25T21:40:06+01:00", AT),
        (1740516006, AT),
        (1740516006000, AT),
        (1740516006.5, AT.replace(microsecond=500000)),
        ("1740516006", AT),
        ("1740516006000", AT),
        (AT, AT),
        (AT.astimezone(timezone(timedelta(hours=9))), AT),
    ],
)
def test_times(value: object, at: datetime) -> None:
    """Times in every spelling met give the same aware instant in UTC."""
    found = one(createdAt=value, service__eventFirstSeen=value, resource__instanceDetails__launchTime=value)
    assert (found.created_at, found.first_seen_at, found.instance.launched_at) == (at, at, at)
    assert found.created_at is not None and found.created_at.tzinfo is UTC


@pytest.mark.parametrize("value", ["soon", True, 1e300, -1e300, "9" * 40, "0001-01-01T00:00:00+09:00", [], {"a": 1}])
def test_unreadable_time_is_named(value: object) -> None:
    """A time that cannot be read is left out, with a warning that names its field."""
    found = one(service__eventLastSeen=value)
    assert found.last_seen_at is None
    assert warned(found, "service.eventLastSeen")


def test_missing_time_is_silent() -> None:
    """A missing or empty time is None without a warning."""
    found = one(createdAt=..., updatedAt="", service__eventLastSeen=None)
    assert (found.created_at, found.updated_at, found.last_seen_at, found.warnings) == (None, None, None, ())
    assert instant(None) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"service__additionalInfo": {"sample": True}},
        {"service__additionalInfo": {"sample": "true"}},
        {"service__additionalInfo": {"value": json.dumps({"sample": True}), "type": "default"}},
        {"service__additionalInfo": json.dumps({"sample": True})},
        {f"{KEY}__accessKeyId": "GeneratedFindingAccessKeyId"},
        {"resource__instanceDetails__instanceId": "i-99999999"},
    ],
)
def test_sample_findings(changes: dict[str, Any]) -> None:
    """A generated sample is told by its flag, wherever that stands, or by values that only samples hold."""
    found = one(**changes)
    assert found.sample
    assert warned(found, "sample finding")
    assert load_findings(s.pascal(s.finding(**changes)))[0].sample


@pytest.mark.parametrize("info", [None, {}, {"value": "{"}, {"value": "[]"}, {"value": ""}, {"sample": False}, "x"])
def test_not_a_sample(info: object) -> None:
    """Other additional information, even broken, makes no sample."""
    assert not one(service__additionalInfo=info).sample


@pytest.mark.parametrize(
    "changes",
    [{f"{KEY}__userType": "IAMUser"}, {f"{KEY}__accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
     {f"{KEY}__principalId": "AIDAEXAMPLE0123456789"}],
)  # fmt: skip
def test_long_term_keys_are_warned_about(changes: dict[str, Any]) -> None:
    """A user or a long-term key in this finding is accepted with a warning."""
    assert warned(one(**changes), "not an instance's role credentials")


@pytest.mark.parametrize("principal", [f"{s.ROLE_ID}:ci-job", s.ROLE_ID])
def test_session_that_names_no_instance(principal: str) -> None:
    """A session name that is no instance id is said, and no instance is made up."""
    assert warned(one(**{f"{KEY}__principalId": principal}), "holds no instance id")


def test_session_of_another_instance() -> None:
    """A principal made for another instance than the one described is said; letters' case does not matter."""
    found = one(resource__instanceDetails__instanceId="i-00000000000000000")
    assert warned(found, f"made for instance '{s.INSTANCE}'")
    assert not one(resource__instanceDetails__instanceId=s.INSTANCE.upper().replace("I-", "i-")).warnings


def test_neither_key_nor_principal() -> None:
    """A finding that names neither is accepted with one warning; the caller decides."""
    found = one(resource__accessKeyDetails=None)
    assert len(found.warnings) == 1 and warned(found, "neither an access key nor a principal")


def test_missing_severity() -> None:
    """A finding without a severity has None and a warning."""
    assert warned(one(severity=...), "no severity") and one(severity="high").severity is None


def test_empty_text_is_missing() -> None:
    """Empty text and text of spaces are None."""
    found = one(region="", title=" ", **{f"{KEY}__userName": "", f"{CALL}__errorCode": "", f"{CALL}__userAgent": None})
    assert (found.title, found.role_name, found.error_code, found.user_agent) == (None, None, None, None)
    assert found.region == s.REGION  # from the ARN


def test_identity_from_the_arn() -> None:
    """Account, region, partition, detector and id that are missing are taken from the finding's ARN."""
    found = one(accountId=..., region=..., partition=..., id=..., service__detectorId=...)
    assert (found.id, found.account_id, found.region) == (s.ID, s.ACCOUNT, s.REGION)
    assert (found.partition, found.detector_id) == ("aws", s.DETECTOR)


def test_no_id_at_all() -> None:
    """Without id and ARN the finding gets a name from the input's hash, and says so."""
    found = one(id=..., arn=...)
    assert found.id == f"no-id-{found.raw_sha256[:12]}"
    assert warned(found, "carries no id")


def test_other_fields() -> None:
    """The call, the counters and the attack sequence are read."""
    found = one(associatedAttackSequenceArn="arn:x", service__count="7", service__archived="true")
    assert (found.attack_sequence_arn, found.count, found.archived) == ("arn:x", 7, True)
    assert (found.api, found.api_service, found.user_agent) == ("ListBuckets", "s3.amazonaws.com", "aws-cli/2.0")


def test_hostile_text_in_warnings_is_cut_and_escaped() -> None:
    """Control characters and long text from the finding never reach a warning as they stand."""
    found = one(**{f"{KEY}__principalId": f"{s.ROLE_ID}:\x1b[31m\u202e" + "x" * 5000})
    assert all(warning.isprintable() and len(warning) < 300 for warning in found.warnings)


def test_half_characters_do_not_survive() -> None:
    """Half a surrogate pair in the JSON becomes a question mark, so that the field can be written anywhere."""
    raw = json.dumps(s.finding(title="a\ud800b")).encode()
    assert load_findings(raw)[0].title == "a?b"
