"""How to ask for what runs code: machines, functions, containers, and what starts them.

Calls whose answers hold a secret are none of them: GetFunction gives a presigned URL, so GetFunctionConfiguration is
asked.

Source: the API reference of each service, the errors of each operation; EC2 API Reference, "Error codes".
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gdkit.environment.probe import ANY_PARENT, ID, PARENT, Probe

if TYPE_CHECKING:
    from collections.abc import Mapping

_ec2 = partial(Probe, "ec2", gone=(".NotFound",))
_lambda = partial(Probe, "lambda", gone=("ResourceNotFoundException",))
_CHANGED = "The function is there; whether it still is as the call left it must be read."
_DELETED = ("deleting", "deleted", "failed", "rejected", "expired")

COMPUTE_PROBES: Mapping[str, Probe] = {
    "instance": _ec2("DescribeInstances", {"InstanceIds": [ID]}, members="Reservations.Instances",
                     match=("InstanceId",), tells="State.Name", ended=("terminated", "shutting-down")),
    "instance_profile_association": _ec2("DescribeIamInstanceProfileAssociations", {"AssociationIds": [ID]},
                                         members="IamInstanceProfileAssociations", match=("AssociationId",),
                                         tells="State", ended=("disassociating", "disassociated")),
    "instance_user_data": _ec2("DescribeInstances", {"InstanceIds": [ID]}, members="Reservations.Instances",
                               match=("InstanceId",), tells="State.Name", ended=("terminated", "shutting-down"),
                               unclear="Whether it still runs at its start what the call put there must be read."),
    "spot_request": _ec2("DescribeSpotInstanceRequests", {"SpotInstanceRequestIds": [ID]},
                         members="SpotInstanceRequests", match=("SpotInstanceRequestId",), tells="State",
                         ended=("closed", "cancelled", "failed")),
    "key_pair": _ec2("DescribeKeyPairs", {"Filters": [{"Name": "key-pair-id", "Values": [ID]}]},
                     members="KeyPairs", match=("KeyPairId",)),
    "named_key_pair": _ec2("DescribeKeyPairs", {"Filters": [{"Name": "key-name", "Values": [ID]}]},
                           members="KeyPairs", match=("KeyName",)),
    "security_group": _ec2("DescribeSecurityGroups", {"GroupIds": [ID]}, members="SecurityGroups",
                           match=("GroupId",)),
    "security_group_rule": _ec2("DescribeSecurityGroupRules", {"SecurityGroupRuleIds": [ID]},
                                members="SecurityGroupRules", match=("SecurityGroupRuleId",)),
    "launch_template": _ec2("DescribeLaunchTemplates", {"LaunchTemplateIds": [ID]}, members="LaunchTemplates",
                            match=("LaunchTemplateId",)),
    "vpc_peering_connection": _ec2("DescribeVpcPeeringConnections", {"VpcPeeringConnectionIds": [ID]},
                                   members="VpcPeeringConnections", match=("VpcPeeringConnectionId",),
                                   tells="Status.Code", ended=_DELETED),
    "image": _ec2("DescribeImages", {"ImageIds": [ID]}, gone=(".NotFound", "InvalidAMIID.Unavailable"),
                  members="Images", match=("ImageId",), tells="State", ended=("deregistered",)),
    "image_sharing": _ec2("DescribeImageAttribute", {"ImageId": PARENT, "Attribute": "launchPermission"},
                          gone=(".NotFound", "InvalidAMIID.Unavailable"), needs="ImageId",
                          members="LaunchPermissions",
                          match=("UserId", "Group", "OrganizationArn", "OrganizationalUnitArn")),
    "snapshot": _ec2("DescribeSnapshots", {"SnapshotIds": [ID]}, members="Snapshots", match=("SnapshotId",)),
    "snapshot_sharing": _ec2("DescribeSnapshotAttribute", {"SnapshotId": PARENT,
                                                           "Attribute": "createVolumePermission"},
                             needs="SnapshotId", members="CreateVolumePermissions", match=("UserId", "Group")),
    "lambda_function": _lambda("GetFunctionConfiguration", {"FunctionName": ID}, needs="FunctionName"),
    "lambda_code": _lambda("GetFunctionConfiguration", {"FunctionName": ID}, needs="FunctionName", unclear=_CHANGED),
    "lambda_configuration": _lambda("GetFunctionConfiguration", {"FunctionName": ID}, needs="FunctionName",
                                    unclear=_CHANGED),
    "lambda_layer": _lambda("ListLayerVersions", {"LayerName": PARENT}, members="LayerVersions",
                            match=("LayerVersionArn",)),
    "lambda_url": _lambda("GetFunctionUrlConfig", {"FunctionName": PARENT}, needs="FunctionUrl", tells="AuthType"),
    "lambda_permission": _lambda("GetPolicy", {"FunctionName": PARENT}, needs="Policy", members="Policy.Statement",
                                 match=("Sid",)),
    "event_source_mapping": _lambda("GetEventSourceMapping", {"UUID": ID}, needs="UUID", tells="State",
                                    ended=("Deleting",)),
    "ecs_task_definition": Probe("ecs", "DescribeTaskDefinition", {"taskDefinition": ID}, needs="taskDefinition",
                                 tells="taskDefinition.status", ended=("INACTIVE", "DELETE_IN_PROGRESS")),
    "ecs_service": Probe("ecs", "DescribeServices", {"cluster": ANY_PARENT, "services": [ID]},
                         ("ClusterNotFoundException",), members="services", match=("serviceName", "serviceArn"),
                         tells="status", ended=("INACTIVE",)),
    "ecs_task": Probe("ecs", "DescribeTasks", {"cluster": ANY_PARENT, "tasks": [ID]}, ("ClusterNotFoundException",),
                      members="tasks", match=("taskArn",), tells="lastStatus", ended=("STOPPED", "DELETED")),
    "autoscaling_group": Probe("autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroupNames": [ID]},
                               members="AutoScalingGroups", match=("AutoScalingGroupName",), tells="Status"),
    "launch_configuration": Probe("autoscaling", "DescribeLaunchConfigurations", {"LaunchConfigurationNames": [ID]},
                                  members="LaunchConfigurations", match=("LaunchConfigurationName",)),
    "codebuild_project": Probe("codebuild", "BatchGetProjects", {"names": [ID]}, members="projects",
                               match=("name",)),
    "codebuild_webhook": Probe("codebuild", "BatchGetProjects", {"names": [ID]}, members="projects",
                               match=("name",), holds="webhook"),
    "glue_dev_endpoint": Probe("glue", "GetDevEndpoint", {"EndpointName": ID}, ("EntityNotFoundException",),
                               needs="DevEndpoint", tells="DevEndpoint.Status"),
    "glue_job": Probe("glue", "GetJob", {"JobName": ID}, ("EntityNotFoundException",), needs="Job"),
    "sagemaker_notebook": Probe("sagemaker", "DescribeNotebookInstance", {"NotebookInstanceName": ID},
                                ("ValidationException",), gone_says="RecordNotFound", needs="NotebookInstanceName",
                                tells="NotebookInstanceStatus", ended=("Deleting",)),
    "sagemaker_lifecycle_config": Probe("sagemaker", "DescribeNotebookInstanceLifecycleConfig",
                                        {"NotebookInstanceLifecycleConfigName": ID}, ("ValidationException",),
                                        gone_says="RecordNotFound", needs="NotebookInstanceLifecycleConfigName"),
}  # fmt: skip
"""The probe of each kind of what runs code, or lets others at it."""
