"""What IAM asks about a call in the simulator: the ARNs of what it acts on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gdkit.simulator.call import Call, Principal, Source
from gdkit.simulator.iam.actions import resources_of
from gdkit.simulator.iam.authorize import context_of

ACCOUNT, REGION = "111122223333", "eu-west-1"
WHO = Principal("IAMUser", ACCOUNT, "AIDAEXAMPLE", f"arn:aws:iam::{ACCOUNT}:user/ana", name="ana")
EC2, EVENTS, IAM = (f"arn:aws:{name}:{REGION}:{ACCOUNT}:" for name in ("ec2", "events", "iam"))


def call(service: str, operation: str, **parameters: Any) -> Call:
    """Give a call."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Call(service, operation, parameters, ACCOUNT, REGION, at, WHO, Source("198.51.100.7", "tests"))


@pytest.mark.parametrize(("asked", "arns"), [
    (call("ec2", "RevokeSecurityGroupIngress", GroupId="sg-1"), [f"{EC2}security-group/sg-1"]),
    (call("ec2", "AuthorizeSecurityGroupIngress", GroupName="web"), ["*"]),
    (call("ec2", "ModifySnapshotAttribute", SnapshotId="snap-1"), [f"arn:aws:ec2:{REGION}::snapshot/snap-1"]),
    (call("ec2", "ModifyImageAttribute", ImageId="ami-1"), [f"arn:aws:ec2:{REGION}::image/ami-1"]),
    (call("ec2", "StopInstances", InstanceIds=["i-1", "i-2"]), [f"{EC2}instance/i-1", f"{EC2}instance/i-2"]),
    (call("events", "DisableRule", Name="sync"), [f"{EVENTS}rule/sync"]),
    (call("events", "DisableRule", Name="sync", EventBusName="default"), [f"{EVENTS}rule/sync"]),
    (call("events", "ListTargetsByRule", Rule="sync", EventBusName="partners"), [f"{EVENTS}rule/partners/sync"]),
    (call("events", "DescribeEventBus", Name="partners"), ["*"]),
    (call("iam", "DetachGroupPolicy", GroupName="g", PolicyArn="arn:p"), [f"arn:aws:iam::{ACCOUNT}:group/g"]),
    (call("iam", "GetPolicy", PolicyArn="arn:p"), ["arn:p"]),
])  # fmt: skip
def test_resources(asked: Call, arns: list[str]) -> None:
    """A call acts on what the Service Authorization Reference says, else on everything."""
    assert resources_of(asked) == arns


def test_policy_that_is_attached() -> None:
    """Which policy is attached or detached is a condition key; other calls do not have it."""
    detach = call("iam", "DetachUserPolicy", UserName="u", PolicyArn="arn:p")
    assert context_of(detach)["iam:PolicyARN"] == "arn:p"
    assert "iam:PolicyARN" not in context_of(call("iam", "GetUser", UserName="u"))
