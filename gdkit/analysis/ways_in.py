"""The calls that can give somebody a way onto an instance, or to its credentials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gdkit.analysis.reached import (
    Call,
    KnownInstance,
    LeadKind,
    Told,
    by_account,
    by_association,
    by_attribute,
    by_container,
    by_defaults,
    by_deployment,
    by_group,
    by_launch,
    by_options,
    by_session,
    by_target,
    if_named,
)

RUNS_CODE: frozenset[LeadKind] = frozenset({"command", "shell", "key", "password", "user_data", "deployment"})
"""Ways by which somebody runs programs of his own on the instance."""

CONTEXT: frozenset[LeadKind] = frozenset({"launch", "stop", "start"})
"""What by itself gives nobody anything, and is told because it explains other calls."""

_SSM, _EC2, _CONNECT = "ssm.amazonaws.com", "ec2.amazonaws.com", "ec2-instance-connect.amazonaws.com"

Judge = Callable[[Call, KnownInstance], Told | None]


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of call.

    Attributes:
        done: what the caller then did, in words.
        judge: tells whether a call reached the instance.
        everywhere: calls of this kind may concern the instance without naming it.
    """

    kind: LeadKind
    done: str
    judge: Judge
    everywhere: bool = False


WAYS_IN: dict[tuple[str, str], Way] = {
    (_SSM, "SendCommand"): Way("command", "sent a command to the instance", by_target, True),
    (_SSM, "StartAutomationExecution"): Way("command", "started an automation on the instance", by_target, True),
    (_SSM, "CreateAssociation"): Way("command", "set a standing command for the instance", by_target, True),
    (_SSM, "CreateAssociationBatch"): Way("command", "set standing commands for the instance", by_target, True),
    (_SSM, "UpdateAssociation"): Way("command", "changed a standing command of the instance", by_association, True),
    (_SSM, "StartAssociationsOnce"): Way("command", "ran a standing command of the instance", by_association, True),
    (_SSM, "StartSession"): Way("shell", "opened a shell session on the instance", if_named),
    (_SSM, "ResumeSession"): Way("shell", "resumed a shell session on the instance", by_session, True),
    (_SSM, "TerminateSession"): Way("shell", "ended a shell session on the instance", by_session, True),
    (_CONNECT, "SendSSHPublicKey"): Way("key", "pushed an SSH key to the instance", if_named),
    (_CONNECT, "SendSerialConsoleSSHPublicKey"): Way("key", "pushed an SSH key to its serial console", if_named),
    (_CONNECT, "OpenTunnel"): Way("network", "opened a tunnel to the instance", if_named),
    (_EC2, "EnableSerialConsoleAccess"): Way("network", "allowed serial consoles", by_account, True),
    (_EC2, "GetPasswordData"): Way("password", "asked for the instance's administrator password", if_named),
    (_EC2, "ModifyInstanceAttribute"): Way("user_data", "changed an attribute of the instance", by_attribute),
    (_EC2, "ModifyInstanceMetadataOptions"): Way("metadata", "changed the instance's metadata options", by_options),
    (_EC2, "ModifyInstanceMetadataDefaults"): Way("metadata", "changed the region's metadata defaults",
                                                  by_defaults, True),
    (_EC2, "AssociateIamInstanceProfile"): Way("profile", "gave the instance a role", if_named),
    (_EC2, "ReplaceIamInstanceProfileAssociation"): Way("profile", "changed the instance's role", if_named),
    (_EC2, "AuthorizeSecurityGroupIngress"): Way("network", "opened the instance's security group", by_group, True),
    (_EC2, "StopInstances"): Way("stop", "stopped the instance", if_named),
    (_EC2, "StartInstances"): Way("start", "started the instance", if_named),
    (_EC2, "RunInstances"): Way("launch", "launched the instance", by_launch),
    ("codedeploy.amazonaws.com", "CreateDeployment"): Way("deployment", "deployed software", by_deployment, True),
    ("ecs.amazonaws.com", "ExecuteCommand"): Way("shell", "opened a shell in a container", by_container, True),
}  # fmt: skip
"""Calls that give a way onto an instance or to its credentials.

An image or snapshot of its disk is none of them: the role's credentials come from the metadata service, not from the
disk, and a copy that is launched gets credentials under its own instance id.

Source: EC2, Systems Manager, CodeDeploy and ECS API References; MITRE ATT&CK T1651 (Cloud Administration Command),
T1552.005 (Cloud Instance Metadata API).
"""
