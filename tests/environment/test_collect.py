"""Collecting the environment: what is asked, what is kept, and what is told of failures."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.environment import Environment, collect_environment, evidence_records
from gdkit.environment.model import keepable
from gdkit.findings import load_findings
from gdkit.model import Subject
from gdkit.permissions import PERMISSIONS
from tests.aws.fakes import ACCOUNT, MEMBER, FakeAws, Refusal, reader
from tests.environment.samples import (
    BOUNDARY_ARN,
    DETECTOR,
    NOT_FOUND,
    POLICY_ARN,
    ROLE,
    TRAIL_ARN,
    USER_DATA,
    VPC,
    answers,
    instance,
)
from tests.findings.samples import INSTANCE, PRINCIPAL, finding

if TYPE_CHECKING:
    from tests.aws.fakes import Answer

REGION = "eu-west-1"
SINCE = (datetime.now(UTC) - timedelta(days=80)).replace(hour=0, minute=0, second=0, microsecond=0)


def _subject(**changes: Any) -> Subject:
    reported = load_findings(finding(**changes))[0]
    return Subject(reported, principal_id=PRINCIPAL, instance_id=INSTANCE)


def _collected(
    monkeypatch: pytest.MonkeyPatch, subject: Subject | None = None, account_id: str = ACCOUNT, **changes: Answer
) -> tuple[FakeAws, Environment]:
    fake, aws = reader(monkeypatch, answers(**changes), member_role="reader")
    return fake, collect_environment(aws, subject or _subject(), account_id=account_id, region=REGION, since=SINCE)


def test_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that answers is kept by its name, and there is no gap."""
    _, found = _collected(monkeypatch)
    assert {"instance", "instance.userData", "instance_profile", "role", "role.inline.inline", f"siblings.{REGION}",
            f"policy.{POLICY_ARN}.document", f"policy.{BOUNDARY_ARN}.document", "network_interfaces", "route_tables",
            "nat_gateways", "vpc_endpoints", "security_groups", f"trail_status.{TRAIL_ARN}",
            f"filter.{DETECTOR}.quiet"} <= set(found.documents)  # fmt: skip
    assert found.not_searched == ()
    assert (found.role_name, found.instance_id, found.warnings) == (ROLE, INSTANCE, ())
    assert {own.address for own in found.own_addresses} >= {"10.0.1.5", "203.0.113.7", "198.51.100.1"}


def test_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document says who was asked what, where and when."""
    _, found = _collected(monkeypatch)
    document = found.documents["instance"]
    assert (document.account_id, document.region, document.service, document.operation) == (
        ACCOUNT, REGION, "ec2", "DescribeInstances",
    )  # fmt: skip
    assert document.parameters == {"InstanceIds": [INSTANCE]}
    assert document.asked_at.tzinfo is not None
    assert document.answer["Reservations"][0]["Instances"][0]["LaunchTime"] == "2026-11-01T03:04:05Z"


def test_no_secret_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """User data is kept as size and hash, keys of VPN tunnels not at all; nothing of them is in the evidence."""
    _, found = _collected(monkeypatch)
    kept = found.documents["instance.userData"].answer["UserData"]
    assert kept == {"Bytes": len(USER_DATA), "Sha256": hashlib.sha256(USER_DATA).hexdigest()}
    written = "\n".join(evidence_records(found.documents))
    assert "tunnel-secret" not in written
    assert "hunter2" not in written
    assert "REJfUEFTU1dPUkQ" not in written, "nor in base64"
    assert "vpn-1" in written


def test_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The evidence is one line of JSON a document."""
    _, found = _collected(monkeypatch)
    rows = [json.loads(line) for line in evidence_records(found.documents)]
    assert [row["name"] for row in rows] == list(found.documents)
    assert rows[0]["askedAt"].endswith("Z")
    assert rows[0]["answer"]["Reservations"]


def test_only_what_the_table_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call that is made is in the table of permissions, so the table is enough."""
    fake, _ = _collected(monkeypatch, ListIPSets={"IpSetIds": ["s"]})
    asked = {f"{call.service}:{call.operation}" for call in fake.calls} - {"sts:GetCallerIdentity"}
    assert asked <= {permission.action for permission in PERMISSIONS}
    assert len(asked) > 30


def test_network_of_its_vpc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Network questions are about the instance's VPC, each by its own filter."""
    fake, _ = _collected(monkeypatch)
    assert fake.made("DescribeNatGateways")[0].parameters == {"Filter": [{"Name": "vpc-id", "Values": [VPC]}]}
    (asked,) = fake.made("DescribeTransitGatewayAttachments")
    assert asked.parameters == {"Filters": [{"Name": "resource-id", "Values": [VPC]}]}
    assert fake.made("DescribeSecurityGroups")[0].parameters == {"GroupIds": ["sg-1"]}


def test_use_of_the_metadata_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked from the named beginning on; without one, that is a gap."""
    fake, found = _collected(monkeypatch)
    assert {call.parameters["StartTime"] for call in fake.made("GetMetricStatistics")} == {SINCE}
    assert "metadata_use.MetadataNoToken" in found.documents
    fake, aws = reader(monkeypatch, answers())
    found = collect_environment(aws, _subject(), account_id=ACCOUNT, region=REGION)
    assert not fake.made("GetMetricStatistics")
    assert [gap.what for gap in found.not_searched] == [f"use of the metadata service of {INSTANCE}"]


def test_of_a_gone_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    """CloudWatch is asked about an instance that is gone, too: it keeps its figures."""
    fake, _ = _collected(monkeypatch, DescribeInstances=NOT_FOUND)
    assert fake.made("GetMetricStatistics")


def test_trail_of_another_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trail's state is asked in its home region."""
    fake, _ = _collected(monkeypatch)
    assert fake.made("GetTrailStatus")[0].region == "us-east-1"
    assert fake.made("DescribeTrails")[0].parameters == {"includeShadowTrails": True}


def test_other_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance in another account is asked about there, never in the own account."""
    fake, found = _collected(monkeypatch, account_id=MEMBER)
    assert {call.account_id for call in fake.calls if call.service in ("ec2", "iam", "guardduty")} == {MEMBER}
    assert found.documents["role"].account_id == MEMBER


def test_one_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing permission is a gap that names it, and stops nothing else."""
    denied = Refusal("UnauthorizedOperation", "You are not authorized to perform this operation.")
    _, found = _collected(monkeypatch, DescribeRouteTables=denied)
    gaps = {gap.what: gap.reason for gap in found.not_searched}
    assert gaps["the VPC's route tables"] == "no permission for ec2:DescribeRouteTables"
    assert "the ways out of subnet subnet-1" in gaps
    assert "route_tables" not in found.documents
    assert "nat_gateways" in found.documents


def test_all_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing may be read, every part is a gap, the finding still names the role, and nothing is raised."""
    denied = Refusal("AccessDenied", "no")
    names = {name: denied for _, name in answers()}
    _, found = _collected(monkeypatch, **names)
    assert found.documents == {}
    assert found.own_addresses == ()
    assert found.role_name == ROLE
    assert all("no permission for" in gap.reason for gap in found.not_searched)
    assert len(found.not_searched) >= 10


@pytest.mark.parametrize(
    "operation", ["DescribeInstances", "GetRole", "GetPolicy", "ListFilters", "GetInstanceProfile"]
)
def test_cut_off(monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    """An answer that was cut off is a gap, and neither an empty one nor a crash."""
    _, found = _collected(monkeypatch, **{operation: {}})
    assert any("cut off" in gap.reason for gap in found.not_searched)


@pytest.mark.parametrize("answer", [NOT_FOUND, {"Reservations": []}])
def test_gone(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """Of an instance that is gone, role and network of the finding are still asked about."""
    fake, found = _collected(monkeypatch, DescribeInstances=answer)
    assert f"Instance {INSTANCE} is not described: it is gone" in found.warnings[0]
    assert "role" in found.documents
    vpcs = load_findings(finding())[0].instance.vpc_ids
    assert fake.made("DescribeVpcs")[0].parameters["Filters"][0]["Values"] == sorted(vpcs)
    assert not fake.made("DescribeInstanceAttribute")


def test_role_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another role in the profile now, or another id of the role, is told: the session is of the reported one."""
    _, found = _collected(monkeypatch, _subject(resource__accessKeyDetails__userName="old-role"))
    assert "The instance now has role app, but the finding names old-role: its profile was replaced." in found.warnings
    assert found.role_name == "old-role"
    subject = Subject(principal_id="AROAOTHER1234567890:i-1", instance_id=INSTANCE)
    _, found = _collected(monkeypatch, subject)
    assert any("was made anew" in warning for warning in found.warnings)
    assert found.role_name == ROLE


def test_nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an instance and a role, what cannot be asked is told."""
    _, found = _collected(monkeypatch, Subject(access_key_id="ASIAEXAMPLE012345678"))
    told = {gap.what for gap in found.not_searched}
    assert {"the instance", "the role", "the instance's network"} <= told
    assert "trails" in found.documents


def test_instance_without_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance whose profile was taken away is described; the role comes from the finding."""
    bare = instance()
    del bare["IamInstanceProfile"]
    fake, found = _collected(monkeypatch, DescribeInstances={"Reservations": [{"Instances": [bare]}]})
    assert found.role_name == ROLE
    assert not fake.made("GetInstanceProfile")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.datetimes(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["UserData", "PreSharedKey", "Value", "Other"]), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_keepable(value: Any) -> None:
    """Whatever AWS answers can be written as JSON, without a tunnel's key."""
    written = json.dumps(keepable({"PreSharedKey": "tunnel-secret", "Rest": value}))
    assert "tunnel-secret" not in written


@pytest.mark.parametrize(("given", "kept"), [({}, {}), ({"Value": ""}, {}), ("", "")])
def test_no_user_data(given: Any, kept: Any) -> None:
    """No user data stays no user data: it is not the hash of nothing."""
    assert keepable({"UserData": given}) == {"UserData": kept}
