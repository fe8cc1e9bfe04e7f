"""What a user agent and an API call tell about the software that made the call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

HOST_AGENTS = (
    "amazon-ssm-agent",
    "ssm-agent-worker",
    "amazon-cloudwatch-agent",
    "cwagent",
    "amazon-ecs-agent",
    "ecs agent",
    "aws-codedeploy-agent",
    "codedeploy-agent",
    "amazon-guardduty-agent",
    "aws-guardduty-agent",
    "amazon-inspector",
    "kubelet",
    "aws-vpc-cni",
    "amazon-vpc-cni",
    "aws-node-termination-handler",
    "elasticbeanstalk",
    "cfn-signal",
    "cfn-hup",
    "cfn-init",
)
"""Words in the user agents of AWS's own agents on an instance.

Source: user agents of the agents as their open-source code and their release notes give them.
"""

AGENT_SERVICES = ("ssmmessages.amazonaws.com", "ec2messages.amazonaws.com")
"""Services that only an instance's SSM agent calls. Source: Systems Manager User Guide, "ec2messages, ssmmessages"."""

AGENT_CALLS = frozenset(
    {
        ("ssm.amazonaws.com", "UpdateInstanceInformation"),
        ("ssm.amazonaws.com", "ListInstanceAssociations"),
        ("ssm.amazonaws.com", "UpdateInstanceAssociationStatus"),
        ("ssm.amazonaws.com", "UpdateAssociationStatus"),
        ("ssm.amazonaws.com", "PutInventory"),
        ("ssm.amazonaws.com", "PutComplianceItems"),
        ("ssm.amazonaws.com", "PutConfigurePackageResult"),
        ("ssm.amazonaws.com", "GetDeployablePatchSnapshotForInstance"),
        ("ssm.amazonaws.com", "RequestManagedInstanceRoleToken"),
        ("ssm.amazonaws.com", "RegisterManagedInstance"),
        ("ec2.amazonaws.com", "RegisterManagedInstance"),
        ("ecs.amazonaws.com", "DiscoverPollEndpoint"),
        ("ecs.amazonaws.com", "RegisterContainerInstance"),
        ("ecs.amazonaws.com", "SubmitContainerStateChange"),
        ("ecs.amazonaws.com", "SubmitTaskStateChange"),
        ("guardduty.amazonaws.com", "SendSecurityTelemetry"),
    }
)
"""Calls that an instance's agent makes as a matter of course.

Source: Systems Manager User Guide, "Reference: ec2messages, ssmmessages, and other API operations"; ECS Developer
Guide, container instance IAM role; GuardDuty User Guide, security agent.
"""

_SYSTEMS = (
    ("macOS", re.compile(r"\bdarwin\b|\bmacos\b|\bmac os\b|os/macos", re.IGNORECASE)),
    ("Windows", re.compile(r"\bwindows\b|os/windows", re.IGNORECASE)),
    ("Linux", re.compile(r"linux|os/linux", re.IGNORECASE)),
)


def operating_system(user_agent: object) -> str | None:
    """Name the operating system that a user agent claims; None where it names none or is missing.

    >>> operating_system("aws-cli/1.18.136 Python/3.8.5 Darwin/19.5.0 botocore/1.17.59")
    'macOS'
    """
    if not isinstance(user_agent, str):
        return None
    return next((name for name, pattern in _SYSTEMS if pattern.search(user_agent)), None)


def made_by_host_agent(events: pd.DataFrame) -> pd.Series:
    """Tell for each event whether its client or its operation is that of AWS's agents on an instance.

    It is a claim of the caller, not proof: a user agent can be forged.
    """
    words = "|".join(re.escape(word) for word in HOST_AGENTS)
    clients = events["user_agent"].dropna().drop_duplicates()
    by_client = events["user_agent"].isin(clients[clients.str.contains(words, case=False, regex=True)])
    by_service = events["event_source"].isin(AGENT_SERVICES)
    calls = events["event_source"].fillna("") + " " + events["event_name"].fillna("")
    by_call = calls.isin({f"{source} {name}" for source, name in AGENT_CALLS})
    return by_client | by_service | by_call


def made_by_aws_service(events: pd.DataFrame) -> pd.Series:
    """Tell for each event whether an AWS service made it, for itself or for the session.

    Source: CloudTrail User Guide, userIdentity.invokedBy and sourceIPAddress ("AWS Internal", service host names).
    """
    return events["invoked_by"].notna() | events["address_kind"].isin(["aws_service", "aws_internal"])
