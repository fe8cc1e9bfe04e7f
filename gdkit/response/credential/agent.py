"""The calls of the Systems Manager agent, which signs them with the instance's own session."""

from __future__ import annotations

AGENT = (
    "ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage",
    "ec2messages:GetEndpoint", "ec2messages:GetMessages", "ec2messages:SendReply",
    "ssm:DescribeAssociation", "ssm:DescribeDocument", "ssm:GetDeployablePatchSnapshotForInstance", "ssm:GetDocument",
    "ssm:GetManifest", "ssm:ListAssociations", "ssm:ListInstanceAssociations", "ssm:PutComplianceItems",
    "ssm:PutConfigurePackageResult", "ssm:PutInventory", "ssm:UpdateAssociationStatus",
    "ssm:UpdateInstanceAssociationStatus", "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)  # fmt: skip
"""What the agent needs to take a command and to answer it.

Not among them are ssm:GetParameter and ssm:GetParameters, by which parameters, secret ones too, could be read.

Source: AWS Managed Policy Reference, AmazonSSMManagedInstanceCore, less those two.
"""

VITAL = ("ssm:UpdateInstanceInformation", "ssmmessages:OpenControlChannel", "ec2messages:GetMessages")
"""Without these the agent cannot report to Systems Manager, or gets no command. Source: as above."""

CUT = (
    "The Systems Manager agent signs with the same session, so it is cut off too: no memory capture and no command "
    "through it while the Deny stands"
)
"""What a whole Deny of an instance's session does to the agent."""

UPLOAD = (
    "Nothing is left open for uploading: let what was captured be put to the evidence bucket by a presigned URL that "
    "is made elsewhere"
)
"""How evidence leaves an instance whose session is denied. A presigned URL carries the permissions of its maker."""

HOST_MANAGEMENT = (
    "where Default Host Management is on in the region, the agent goes on with AWS's own role instead, on instances "
    "that answer IMDSv2 and have agent 3.2.582.0 or later"
)
"""Source: Systems Manager User Guide, "Managing EC2 instances automatically with Default Host Management"."""
