"""Which calls reach which data, and where the log names it, as one table.

Source: the API References of the services named; CloudTrail's records of these calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DataAccess = Literal["read", "copied", "shared", "used", "attached", "listed"]
"""How a call reaches data. ``listed`` tells names and settings alone."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What one kind of call reaches.

    Attributes:
        kind: what it is.
        access: how it is reached.
        id: paths, parted by blanks, of which the first that holds something names it (``Call.found``).
        only: the call counts only where this path holds something, or where the log does not tell the request whole.
        value: with ``only``: one of the texts there must be this, in any case.
        object: path of the object within it, to count different ones and to name the first.
        numbered: what an object is called where its name is but a number; empty where it is a name.
        detail: paths of what else is worth telling, such as with whom it was shared.
    """

    kind: str
    access: DataAccess
    id: str
    only: str = ""
    value: str = ""
    object: str = ""
    numbered: str = ""
    detail: str = ""


_S3 = "request.bucketName"
_ADDED = "request.createVolumePermission.add"
_LAUNCH = "request.launchPermission.add"

REACHES: dict[str, Reach] = {
    "s3:GetObject": Reach("bucket", "read", _S3, object="request.key"),
    "s3:GetObjectTorrent": Reach("bucket", "read", _S3, object="request.key"),
    "s3:SelectObjectContent": Reach("bucket", "read", _S3, object="request.key"),
    "s3:CopyObject": Reach("copied_object", "copied", "request.x-amz-copy-source", detail=_S3),
    "s3:UploadPartCopy": Reach("copied_object", "copied", "request.x-amz-copy-source", detail=_S3),
    "s3:PutBucketReplication": Reach("bucket", "shared", _S3,
                                     detail="request.ReplicationConfiguration.Rule.Destination.Bucket"),
    "s3:HeadObject": Reach("bucket", "listed", _S3, object="request.key"),
    "s3:ListObjects": Reach("bucket", "listed", _S3),
    "s3:ListObjectsV2": Reach("bucket", "listed", _S3),
    "s3:ListObjectVersions": Reach("bucket", "listed", _S3),
    "s3:ListBuckets": Reach("bucket", "listed", ""),
    "secretsmanager:GetSecretValue": Reach("secret", "read", "request.secretId resources.secretsmanager"),
    "secretsmanager:BatchGetSecretValue": Reach("secret", "read", "request.secretIdList resources.secretsmanager"),
    "secretsmanager:ListSecrets": Reach("secret", "listed", ""),
    "secretsmanager:DescribeSecret": Reach("secret", "listed", "request.secretId"),
    "ssm:GetParameter": Reach("parameter", "read", "request.name resources.ssm"),
    "ssm:GetParameters": Reach("parameter", "read", "request.names resources.ssm"),
    "ssm:GetParameterHistory": Reach("parameter", "read", "request.name"),
    "ssm:GetParametersByPath": Reach("parameter_path", "read", "request.path"),
    "ssm:DescribeParameters": Reach("parameter", "listed", ""),
    "kms:Decrypt": Reach("kms_key", "used", "resources.kms request.keyId"),
    "kms:ReEncrypt": Reach("kms_key", "used", "resources.kms request.sourceKeyId"),
    "ec2:ModifySnapshotAttribute": Reach("snapshot", "shared", "request.snapshotId", only=_ADDED,
                                         detail=f"{_ADDED}.userId {_ADDED}.group"),
    "ec2:CreateSnapshot": Reach("volume", "copied", "request.volumeId", detail="response.snapshotId"),
    "ec2:CreateSnapshots": Reach("instance", "copied", "request.instanceSpecification.instanceId",
                                 detail="response.snapshotSet.snapshotId"),
    "ec2:CopySnapshot": Reach("snapshot", "copied", "request.sourceSnapshotId", detail="response.snapshotId"),
    "ec2:CreateVolume": Reach("snapshot", "copied", "request.snapshotId", only="request.snapshotId",
                              detail="response.volumeId"),
    "ec2:AttachVolume": Reach("volume", "attached", "request.volumeId", detail="request.instanceId"),
    "ec2:ModifyImageAttribute": Reach("image", "shared", "request.imageId", only=_LAUNCH,
                                      detail=f"{_LAUNCH}.userId {_LAUNCH}.group {_LAUNCH}.organizationArn"),
    "ec2:CreateImage": Reach("instance", "copied", "request.instanceId", detail="response.imageId"),
    "ec2:CopyImage": Reach("image", "copied", "request.sourceImageId", detail="response.imageId"),
    "ec2:ExportImage": Reach("image", "copied", "request.imageId", detail="request.s3ExportLocation.s3Bucket"),
    "ec2:CreateStoreImageTask": Reach("image", "copied", "request.imageId", detail="request.bucket"),
    "ec2:CreateInstanceExportTask": Reach("instance", "copied", "request.instanceId",
                                          detail="request.exportToS3.s3Bucket"),
    "ec2:DescribeInstanceAttribute": Reach("instance_user_data", "read", "request.instanceId",
                                           only="request.attribute", value="userData"),
    "ec2:DescribeLaunchTemplateVersions": Reach("launch_template", "read",
                                                "request.launchTemplateId request.launchTemplateName"),
    "ec2:GetLaunchTemplateData": Reach("instance_user_data", "read", "request.instanceId"),
    "ec2:GetPasswordData": Reach("instance_password", "read", "request.instanceId"),
    "ec2:GetConsoleOutput": Reach("instance_console", "read", "request.instanceId"),
    "ec2:GetConsoleScreenshot": Reach("instance_console", "read", "request.instanceId"),
    "ebs:GetSnapshotBlock": Reach("snapshot", "read", "request.snapshotId resources.ec2", object="request.blockIndex",
                                  numbered="block"),
    "ebs:ListSnapshotBlocks": Reach("snapshot", "listed", "request.snapshotId"),
    "ebs:ListChangedBlocks": Reach("snapshot", "listed", "request.secondSnapshotId"),
    "rds:CreateDBSnapshot": Reach("rds_instance", "copied", "request.dBInstanceIdentifier",
                                  detail="request.dBSnapshotIdentifier"),
    "rds:CreateDBClusterSnapshot": Reach("rds_cluster", "copied", "request.dBClusterIdentifier",
                                         detail="request.dBClusterSnapshotIdentifier"),
    "rds:CopyDBSnapshot": Reach("rds_snapshot", "copied", "request.sourceDBSnapshotIdentifier"),
    "rds:CopyDBClusterSnapshot": Reach("rds_cluster_snapshot", "copied", "request.sourceDBClusterSnapshotIdentifier"),
    "rds:ModifyDBSnapshotAttribute": Reach("rds_snapshot", "shared", "request.dBSnapshotIdentifier",
                                           only="request.valuesToAdd", detail="request.valuesToAdd"),
    "rds:ModifyDBClusterSnapshotAttribute": Reach("rds_cluster_snapshot", "shared",
                                                  "request.dBClusterSnapshotIdentifier", only="request.valuesToAdd",
                                                  detail="request.valuesToAdd"),
    "rds:StartExportTask": Reach("rds_export_source", "copied", "request.sourceArn", detail="request.s3BucketName"),
    "rds:RestoreDBInstanceFromDBSnapshot": Reach("rds_snapshot", "copied", "request.dBSnapshotIdentifier",
                                                 detail="request.dBInstanceIdentifier"),
    "rds:RestoreDBClusterFromSnapshot": Reach("rds_cluster_snapshot", "copied", "request.snapshotIdentifier",
                                              detail="request.dBClusterIdentifier"),
    "rds:DownloadDBLogFilePortion": Reach("rds_log", "read", "request.dBInstanceIdentifier",
                                          object="request.logFileName"),
    "rds-data:ExecuteStatement": Reach("rds_cluster", "read", "request.resourceArn"),
    "rds-data:BatchExecuteStatement": Reach("rds_cluster", "read", "request.resourceArn"),
    "redshift:GetClusterCredentials": Reach("redshift_cluster", "used", "request.clusterIdentifier"),
    "redshift-data:ExecuteStatement": Reach("redshift_cluster", "read",
                                            "request.clusterIdentifier request.workgroupName"),
    "dynamodb:GetItem": Reach("dynamodb_table", "read", "request.tableName resources.dynamodb"),
    "dynamodb:Query": Reach("dynamodb_table", "read", "request.tableName resources.dynamodb"),
    "dynamodb:Scan": Reach("dynamodb_table", "read", "request.tableName resources.dynamodb"),
    "dynamodb:BatchGetItem": Reach("dynamodb_table", "read", "resources.dynamodb"),
    "dynamodb:TransactGetItems": Reach("dynamodb_table", "read", "resources.dynamodb"),
    "dynamodb:ExecuteStatement": Reach("dynamodb_table", "read", "resources.dynamodb"),
    "dynamodb:GetRecords": Reach("dynamodb_stream", "read", "resources.dynamodb"),
    "dynamodb:ExportTableToPointInTime": Reach("dynamodb_table", "copied", "request.tableArn",
                                               detail="request.s3Bucket"),
    "dynamodb:ListTables": Reach("dynamodb_table", "listed", ""),
    "athena:StartQueryExecution": Reach("athena_query", "read", "response.queryExecutionId",
                                        detail="request.queryExecutionContext.database"),
    "athena:GetQueryResults": Reach("athena_query", "read", "request.queryExecutionId"),
    "ecr:BatchGetImage": Reach("ecr_repository", "read", "request.repositoryName resources.ecr",
                               object="request.imageIds.imageDigest"),
    "ecr:GetDownloadUrlForLayer": Reach("ecr_repository", "read", "request.repositoryName resources.ecr",
                                        object="request.layerDigest"),
    "lambda:GetFunction": Reach("lambda_function", "read", "request.functionName"),
    "lambda:GetFunctionConfiguration": Reach("lambda_function", "read", "request.functionName"),
    "lambda:GetLayerVersion": Reach("lambda_layer", "read", "request.layerName"),
    "cognito-idp:ListUsers": Reach("cognito_user_pool", "read", "request.userPoolId"),
    "cognito-idp:AdminGetUser": Reach("cognito_user_pool", "read", "request.userPoolId", object="request.username"),
    "cognito-identity:GetCredentialsForIdentity": Reach("cognito_identity", "used", "request.identityId"),
    "codecommit:GitPull": Reach("codecommit_repository", "read", "resources.codecommit"),
    "codecommit:GetFile": Reach("codecommit_repository", "read", "request.repositoryName", object="request.filePath"),
    "codecommit:GetFolder": Reach("codecommit_repository", "read", "request.repositoryName",
                                  object="request.folderPath"),
    "codecommit:GetBlob": Reach("codecommit_repository", "read", "request.repositoryName", object="request.blobId"),
    "cloudformation:GetTemplate": Reach("cloudformation_stack", "read", "request.stackName"),
    "ecs:DescribeTaskDefinition": Reach("ecs_task_definition", "read", "request.taskDefinition"),
    "codebuild:BatchGetProjects": Reach("codebuild_project", "read", "request.names"),
    "glue:GetConnection": Reach("glue_connection", "read", "request.name"),
    "glue:GetConnections": Reach("glue_connection", "read", ""),
    "logs:GetLogEvents": Reach("log_group", "read", "request.logGroupName request.logGroupIdentifier"),
    "logs:FilterLogEvents": Reach("log_group", "read", "request.logGroupName request.logGroupIdentifier"),
    "logs:StartQuery": Reach("log_group", "read", "request.logGroupName request.logGroupNames"),
    "logs:CreateExportTask": Reach("log_group", "copied", "request.logGroupName", detail="request.destination"),
    "sqs:ReceiveMessage": Reach("sqs_queue", "read", "request.queueUrl"),
    "kinesis:GetRecords": Reach("kinesis_stream", "read", "resources.kinesis"),
    "acm:ExportCertificate": Reach("certificate", "read", "request.certificateArn"),
    "backup:StartCopyJob": Reach("recovery_point", "copied", "request.recoveryPointArn",
                                 detail="request.destinationBackupVaultArn"),
    "elasticfilesystem:CreateReplicationConfiguration": Reach("file_system", "copied", "request.sourceFileSystemId"),
}  # fmt: skip
"""By ``names.operation``. An empty ``id`` means that the call names no single thing."""
