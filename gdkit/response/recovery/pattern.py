"""What a policy against the next theft is, where it goes, and when its condition keys are there.

Source for the keys: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference, "Actions,
resources, and condition keys for Amazon EC2".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from gdkit.response.credential.role import MOST_INLINE, compact

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = Literal["role", "SCP", "RCP"]

MOST: Mapping[Place, int] = {"role": MOST_INLINE, "SCP": 5_120, "RCP": 5_120}
"""Characters that a policy may have; those of a role's inline policies count together.

Source: IAM User Guide, "IAM and AWS STS quotas"; AWS Organizations User Guide, "Quotas and service limits".
"""

WHERE: Mapping[Place, str] = {
    "role": "as an inline policy on the role {role_name} in account {account_id}",
    "SCP": "as a service control policy of the organisation, on account {account_id} or a unit above it; it does not "
    "reach the management account or service-linked roles",
    "RCP": "as a resource control policy of the organisation, on the accounts that own the data; it does not reach "
    "resources of the management account, nor calls of service-linked roles",
}
"""Where a policy goes.

Source: AWS Organizations User Guide, "Service control policies (SCPs)", "Resource control policies (RCPs)".
"""

KEYS: Mapping[str, str] = {
    "aws:Ec2InstanceSourceVpc": "in every request signed with an EC2 instance's credentials",
    "aws:Ec2InstanceSourcePrivateIPv4": "in every request signed with an EC2 instance's credentials; it is the primary "
    "address of its first interface",
    "aws:SourceVpc": "only in requests through a VPC endpoint; not through a NAT or internet gateway",
    "aws:VpcSourceIp": "only in requests through a VPC endpoint; not through a NAT or internet gateway",
    "aws:SourceIp": "in requests that do not go through a VPC endpoint",
    "aws:ViaAWSService": "true where an AWS service goes on with the caller's permissions",
    "aws:PrincipalIsAWSService": "in every request",
    "aws:PrincipalArn": "in every signed request; of a session it is the role's ARN",
    "ec2:SourceInstanceARN": "in every request of a role's session that EC2 began for an instance",
    "ec2:RoleDelivery": "in every request of a role's session that EC2 began for an instance: 1.0 or 2.0",
    "ec2:MetadataHttpTokens": "of RunInstances, for the instance",
    "ec2:Attribute/HttpTokens": "of ModifyInstanceMetadataOptions and ModifyInstanceMetadataDefaults, where the call "
    "sets it",
}
"""The condition keys that the policies use, and when a request holds them. Source: as above."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the policies are written for.

    Attributes:
        role_arn: ARN of the leaked role, path included; None where it is not known.
        egress: public addresses by which the workload was seen to leave or AWS says it does; never the thief's.
        vpcs: VPCs in which instances of the role are.
        left_out: what could not be told or was left out, a sentence each.
    """

    partition: str
    account_id: str
    role_name: str
    role_arn: str | None
    egress: tuple[str, ...] = ()
    vpcs: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """One policy, and what a person must know before it is used.

    Attributes:
        name: short name.
        place: what sort of policy it is.
        where: where it goes, in words.
        document: the policy.
        why: what it is good for.
        breaks: what stops working.
        limits: what it does not reach, a sentence each.
        source: the AWS documents that it rests on.
    """

    name: str
    title: str
    place: Place
    where: str
    document: Mapping[str, Any] = field(repr=False)
    why: str = ""
    breaks: str = ""
    limits: tuple[str, ...] = ()
    source: str = ""

    @property
    def characters(self) -> int:
        """How many characters it has without white space."""
        return len(compact(self.document))

    @property
    def fits(self) -> bool:
        """Whether it is small enough by itself for where it goes."""
        return self.characters <= MOST[self.place]
