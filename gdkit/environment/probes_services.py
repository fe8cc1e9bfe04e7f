"""How to ask for what other services hold: policies, shares, schedules; and what is not asked for, and why.

Source: the API reference of each service, the errors of each operation.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gdkit.environment.probe import ACCOUNT, ANY_PARENT, ID, PARENT, Probe

if TYPE_CHECKING:
    from collections.abc import Mapping

_POLICY = "Whether it still says what the call put there must be read."
_ssm = partial(Probe, "ssm")
_events = partial(Probe, "events", gone=("ResourceNotFoundException",))

SERVICE_PROBES: Mapping[str, Probe] = {
    "bucket_policy": Probe("s3", "GetBucketPolicy", {"Bucket": PARENT, "ExpectedBucketOwner": ACCOUNT},
                           ("NoSuchBucket", "NoSuchBucketPolicy"), needs="Policy",
                           unclear=_POLICY),
    "bucket_acl": Probe("s3", "GetBucketAcl", {"Bucket": PARENT, "ExpectedBucketOwner": ACCOUNT}, ("NoSuchBucket",),
                        needs="Grants", unclear=_POLICY),
    "ssm_document": _ssm("DescribeDocument", {"Name": ID}, ("InvalidDocument",), needs="Document",
                         tells="Document.Status", ended=("Deleting",)),
    "ssm_document_sharing": _ssm("DescribeDocumentPermission",
                                 {"Name": PARENT, "PermissionType": "Share", "MaxResults": 200},
                                 ("InvalidDocument",), members="AccountIds"),
    "ssm_association": _ssm("DescribeAssociation", {"AssociationId": ID}, ("AssociationDoesNotExist",),
                            needs="AssociationDescription"),
    "ssm_activation": _ssm("DescribeActivations",
                           {"Filters": [{"FilterKey": "ActivationIds", "FilterValues": [ID]}]},
                           members="ActivationList", match=("ActivationId",)),
    "ssm_maintenance_window": _ssm("GetMaintenanceWindow", {"WindowId": ID}, ("DoesNotExistException",),
                                   needs="WindowId"),
    "events_rule": _events("DescribeRule", {"Name": ID, "EventBusName": ANY_PARENT}, needs="Name", tells="State"),
    "events_target": Probe("events", "ListTargetsByRule", {"Rule": PARENT}, members="Targets", match=("Id",)),
    "events_bus_policy": _events("DescribeEventBus", {"Name": ID}, needs="Name", holds="Policy", unclear=_POLICY),
    "schedule": Probe("scheduler", "GetSchedule", {"Name": ID, "GroupName": ANY_PARENT},
                      ("ResourceNotFoundException",), needs="Name", tells="State"),
    "cloudformation_stack": Probe("cloudformation", "DescribeStacks", {"StackName": ID}, ("ValidationError",),
                                  gone_says="does not exist", members="Stacks", match=("StackName", "StackId"),
                                  tells="StackStatus", ended=("DELETE_COMPLETE",)),
    "cloudformation_stack_set": Probe("cloudformation", "DescribeStackSet", {"StackSetName": ID},
                                      ("StackSetNotFoundException",), needs="StackSet", tells="StackSet.Status",
                                      ended=("DELETED",)),
    "kms_key_policy": Probe("kms", "GetKeyPolicy", {"KeyId": ID}, ("NotFoundException",), needs="Policy",
                            unclear=_POLICY),
    "secret_policy": Probe("secretsmanager", "GetResourcePolicy", {"SecretId": ID}, ("ResourceNotFoundException",),
                           needs="ARN", holds="ResourcePolicy", unclear=_POLICY),
    "ecr_repository_policy": Probe("ecr", "GetRepositoryPolicy", {"repositoryName": ID},
                                   ("RepositoryNotFoundException", "RepositoryPolicyNotFoundException"),
                                   needs="policyText", unclear=_POLICY),
    "ecr_image": Probe("ecr", "DescribeImages", {"repositoryName": PARENT, "imageIds": [{"imageDigest": ID}]},
                       ("RepositoryNotFoundException", "ImageNotFoundException"), members="imageDetails",
                       match=("imageDigest",)),
    "rds_snapshot_sharing": Probe("rds", "DescribeDBSnapshotAttributes", {"DBSnapshotIdentifier": PARENT},
                                  ("DBSnapshotNotFound",), needs="DBSnapshotAttributesResult",
                                  members="DBSnapshotAttributesResult.DBSnapshotAttributes.AttributeValues"),
    "rds_cluster_snapshot_sharing": Probe(
        "rds", "DescribeDBClusterSnapshotAttributes", {"DBClusterSnapshotIdentifier": PARENT},
        ("DBClusterSnapshotNotFoundFault",), needs="DBClusterSnapshotAttributesResult",
        members="DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes.AttributeValues"),
    "ram_share": Probe("ram", "GetResourceShares", {"resourceOwner": "SELF", "resourceShareArns": [ID]},
                       ("UnknownResourceException",), members="resourceShares", match=("resourceShareArn",),
                       tells="status", ended=("DELETED", "DELETING")),
    "transfer_user": Probe("transfer", "DescribeUser", {"ServerId": PARENT, "UserName": ID},
                           ("ResourceNotFoundException",), needs="User"),
    "kms_grant": Probe("kms", "ListGrants", {"KeyId": PARENT, "Limit": 1000}, ("NotFoundException",),
                       members="Grants", match=("GrantId",)),
    "ses_identity": Probe("ses", "ListIdentities", {}, members="Identities"),
    "ses_identity_policy": Probe("ses", "ListIdentityPolicies", {"Identity": PARENT}, members="PolicyNames"),
}  # fmt: skip
"""The probe of each kind of what other services hold."""

_SECRET = "the call that reads it hands out a secret"  # noqa: S105 - a reason
_LINK = "it is a link that ends by itself within minutes"

NOT_ASKED: Mapping[str, str] = {
    "apigateway_key": _SECRET,
    "appsync_key": _SECRET,
    "sagemaker_presigned_url": _LINK,
    "sagemaker_presigned_domain_url": _LINK,
    "sso_assignment": "the call that lists it needs the Identity Center instance, which the event does not name",
    "identity_store_member": "the call that lists it needs the identity store, which the event does not name",
    "lambda_layer_permission": "the call that reads it needs the layer's version, which the event need not name",
    "organization_account_request": "a request that was granted does not tell whether the account is still there",
}
"""Kinds that are never asked for, and why."""

WHY_NOT_ASKED = "gdkit has no call for it; look in the console or with the AWS CLI"
"""Why any other kind that has no probe is not asked for."""
