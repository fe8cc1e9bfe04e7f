"""Which calls can serve which technique of MITRE ATT&CK, as one table."""

from __future__ import annotations

from dataclasses import dataclass

ATTACK_VERSION = "19.1"
"""The version of ATT&CK (Enterprise) that all ids and names here are of.

Version 19 (April 2026) put Stealth and Defense Impairment in place of the tactic Defense Evasion and revoked T1562:
T1562.001 became T1685, T1562.007 T1686.001 and T1562.008 T1685.002. Source: ATT&CK, "Updates - April 2026".
"""


@dataclass(frozen=True, slots=True)
class Technique:
    """One technique and the calls that can serve it.

    Attributes:
        id: ATT&CK's id.
        name: ATT&CK's name; of a sub-technique with its parent before it, as ATT&CK prints it.
        calls: ``service:Name`` patterns, ``*`` for any text, parted by blanks, in the spelling of
            ``names.operation``.
    """

    id: str
    name: str
    calls: str


TECHNIQUES: tuple[Technique, ...] = (
    Technique("T1021.007", "Remote Services: Cloud Services", "signin:SwitchRole sso:GetRoleCredentials"),
    Technique("T1021.008", "Remote Services: Direct Cloud VM Connections",
              "ssm:StartSession ssm:ResumeSession ec2-instance-connect:* ssm-guiconnect:* "
              "ec2:EnableSerialConsoleAccess"),
    Technique("T1040", "Network Sniffing", "ec2:CreateTrafficMirror* ec2:ModifyTrafficMirror*"),
    Technique("T1059.009", "Command and Scripting Interpreter: Cloud API",
              "cloudshell:CreateSession cloudshell:CreateEnvironment cloudshell:PutCredentials"),
    Technique("T1069.003", "Permission Groups Discovery: Cloud Groups",
              "iam:ListGroups* iam:GetGroup* iam:List*Policies iam:List*PolicyVersions iam:Get*Policy "
              "iam:GetPolicyVersion iam:SimulatePrincipalPolicy iam:SimulateCustomPolicy iam:ListEntitiesForPolicy "
              "iam:GetContextKeys* iam:ListPoliciesGrantingServiceAccess iam:GetServiceLastAccessedDetails* "
              "iam:GenerateServiceLastAccessedDetails identitystore:ListGroup* cognito-idp:ListGroups"),
    Technique("T1078.004", "Valid Accounts: Cloud Accounts",
              "signin:ConsoleLogin sts:AssumeRoleWithSAML sts:AssumeRoleWithWebIdentity"),
    Technique("T1087.004", "Account Discovery: Cloud Account",
              "sts:GetCallerIdentity sts:GetAccessKeyInfo iam:ListUsers iam:GetUser iam:ListRoles iam:GetRole "
              "iam:ListAccessKeys iam:GetAccessKeyLastUsed iam:GetAccountAuthorizationDetails iam:GetAccountSummary "
              "iam:ListAccountAliases iam:GetLoginProfile iam:ListMFADevices iam:ListVirtualMFADevices "
              "iam:GetMFADevice iam:*CredentialReport iam:ListInstanceProfiles* iam:GetInstanceProfile "
              "iam:ListServiceSpecificCredentials iam:ListSSHPublicKeys iam:ListSigningCertificates "
              "iam:ListSAMLProviders iam:GetSAMLProvider iam:ListOpenIDConnectProviders iam:GetOpenIDConnectProvider "
              "organizations:List* organizations:Describe* identitystore:ListUsers identitystore:DescribeUser "
              "sso:List* sso:Describe* sso-directory:Search* account:GetContactInformation "
              "account:GetAlternateContact account:GetAccountInformation"),
    Technique("T1098.001", "Account Manipulation: Additional Cloud Credentials",
              "iam:CreateAccessKey iam:UpdateAccessKey iam:CreateLoginProfile iam:UpdateLoginProfile "
              "iam:ChangePassword iam:CreateServiceSpecificCredential iam:ResetServiceSpecificCredential "
              "iam:UploadSSHPublicKey iam:UploadSigningCertificate ec2:CreateKeyPair ec2:ImportKeyPair "
              "sts:GetFederationToken rolesanywhere:CreateProfile rolesanywhere:EnableProfile "
              "lightsail:CreateKeyPair cognito-idp:AdminCreateUser cognito-idp:AdminSetUserPassword "
              "ssm:CreateActivation apigateway:CreateApiKey appsync:CreateApiKey"),
    Technique("T1098.003", "Account Manipulation: Additional Cloud Roles",
              "iam:Attach*Policy iam:Put*Policy iam:CreatePolicy iam:CreatePolicyVersion iam:SetDefaultPolicyVersion "
              "iam:AddUserToGroup iam:AddRoleToInstanceProfile iam:UpdateAssumeRolePolicy "
              "iam:DeleteRolePermissionsBoundary iam:DeleteUserPermissionsBoundary iam:Put*PermissionsBoundary "
              "sso:CreateAccountAssignment sso:Attach*PermissionSet sso:PutInlinePolicyToPermissionSet "
              "sso-directory:AddMemberToGroup identitystore:CreateGroupMembership ec2:AssociateIamInstanceProfile "
              "ec2:ReplaceIamInstanceProfileAssociation kms:CreateGrant kms:PutKeyPolicy eks:CreateAccessEntry "
              "eks:AssociateAccessPolicy lambda:AddPermission"),
    Technique("T1098.004", "Account Manipulation: SSH Authorized Keys",
              "ec2-instance-connect:SendSSHPublicKey ec2-instance-connect:SendSerialConsoleSSHPublicKey"),
    Technique("T1136.003", "Create Account: Cloud Account",
              "iam:CreateUser iam:CreateRole identitystore:CreateUser sso-directory:CreateUser "
              "organizations:CreateAccount"),
    Technique("T1201", "Password Policy Discovery", "iam:GetAccountPasswordPolicy"),
    Technique("T1213.003", "Data from Information Repositories: Code Repositories",
              "codecommit:GitPull codecommit:GetFile codecommit:GetFolder codecommit:GetBlob codecommit:GetCommit "
              "codecommit:GetDifferences"),
    Technique("T1484.002", "Domain or Tenant Policy Modification: Trust Modification",
              "iam:*SAMLProvider iam:*OpenIDConnectProvider* rolesanywhere:CreateTrustAnchor "
              "rolesanywhere:EnableTrustAnchor rolesanywhere:UpdateTrustAnchor sso:CreateInstance "
              "sso-directory:*ExternalIdP*"),
    Technique("T1485", "Data Destruction",
              "s3:DeleteObject* s3:DeleteBucket ec2:DeleteSnapshot ec2:DeleteVolume ec2:DeregisterImage "
              "rds:DeleteDB* rds:DeleteGlobalCluster dynamodb:DeleteTable dynamodb:DeleteItem "
              "kms:ScheduleKeyDeletion kms:DeleteImportedKeyMaterial secretsmanager:DeleteSecret "
              "elasticfilesystem:DeleteFileSystem ecr:BatchDeleteImage ecr:DeleteRepository lambda:DeleteFunction "
              "cloudformation:DeleteStack sqs:DeleteQueue sqs:PurgeQueue ssm:DeleteParameter*"),
    Technique("T1485.001", "Data Destruction: Lifecycle-Triggered Deletion",
              "s3:PutBucketLifecycle* s3:PutLifecycleConfiguration"),
    Technique("T1486", "Data Encrypted for Impact", "s3:PutBucketEncryption kms:ReEncrypt"),
    Technique("T1490", "Inhibit System Recovery",
              "ec2:DeleteSnapshot rds:DeleteDBSnapshot rds:DeleteDBClusterSnapshot "
              "rds:DeleteDBInstanceAutomatedBackup backup:Delete* s3:PutBucketVersioning dynamodb:DeleteBackup "
              "rbin:DeleteRule kms:DisableKey kms:ScheduleKeyDeletion ec2:DisableImageDeregistrationProtection"),
    Technique("T1496.001", "Resource Hijacking: Compute Hijacking",
              "ec2:RequestSpotInstances ec2:RequestSpotFleet ec2:CreateFleet batch:SubmitJob "
              "batch:CreateComputeEnvironment sagemaker:CreateTrainingJob sagemaker:CreateProcessingJob ecs:RunTask "
              "lightsail:CreateInstances gamelift:CreateFleet"),
    Technique("T1496.003", "Resource Hijacking: SMS Pumping",
              "sms-voice:SendTextMessage sms-voice:SendVoiceMessage mobiletargeting:SendMessages"),
    Technique("T1496.004", "Resource Hijacking: Cloud Service Hijacking",
              "bedrock:InvokeModel* bedrock:Converse* bedrock:PutUseCaseForModelAccess "
              "bedrock:PutFoundationModelEntitlement bedrock:CreateFoundationModelAgreement bedrock-mantle:Create* "
              "ses:Send* ses:VerifyEmailIdentity ses:VerifyDomainIdentity ses:VerifyDomainDkim "
              "ses:CreateEmailIdentity ses:UpdateAccountSendingEnabled ses:PutAccountDetails "
              "ses:PutAccountSendingAttributes sns:Publish sagemaker:InvokeEndpoint*"),
    Technique("T1518.001", "Software Discovery: Security Software Discovery",
              "guardduty:Get* guardduty:List* guardduty:Describe* securityhub:Get* securityhub:List* "
              "securityhub:Describe* inspector2:List* inspector2:BatchGet* macie2:Get* macie2:List* config:Describe* "
              "config:List* cloudtrail:Describe* cloudtrail:Get* cloudtrail:List* access-analyzer:List* "
              "cloudwatch:DescribeAlarms* wafv2:Get* wafv2:List* detective:List*"),
    Technique("T1525", "Implant Internal Image", "ecr:PutImage ec2:RegisterImage imagebuilder:Create*"),
    Technique("T1526", "Cloud Service Discovery",
              "lambda:List* lambda:GetAccountSettings ses:List* ses:Get* bedrock:List* bedrock:Get* "
              "servicequotas:Get* servicequotas:List* ce:Get* budgets:Describe* budgets:View* cognito-identity:List* "
              "cognito-idp:List* route53:List* route53:Get* sagemaker:List* sns:List* sns:Get* sqs:List* sqs:Get* "
              "tag:Get* tag:Describe* ssm:Describe* ssm:List* kms:List* kms:Describe* cloudformation:List* "
              "cloudformation:Describe* dynamodb:List* dynamodb:Describe* secretsmanager:ListSecrets "
              "secretsmanager:DescribeSecret athena:List* glue:Get* glue:List* apigateway:Get* events:List* "
              "events:Describe* states:List* codebuild:List* codecommit:List* resource-explorer-2:* "
              "support:Describe* account:ListRegions account:GetRegionOptStatus health:Describe* cloudfront:List* "
              "acm:List* elasticbeanstalk:Describe* amplify:List* route53domains:List* aoss:List* "
              "aws-marketplace:Search* cloudshell:Describe*"),
    Technique("T1530", "Data from Cloud Storage",
              "s3:GetObject s3:GetObjectTorrent s3:SelectObjectContent s3:CopyObject s3:UploadPartCopy dynamodb:Scan "
              "dynamodb:Query dynamodb:GetItem dynamodb:BatchGetItem dynamodb:TransactGetItems "
              "dynamodb:ExecuteStatement dynamodb:ExportTableToPointInTime ebs:GetSnapshotBlock rds-data:* "
              "athena:StartQueryExecution athena:GetQueryResults rds:StartExportTask rds:DownloadDBLogFilePortion "
              "redshift-data:ExecuteStatement ecr:BatchGetImage ecr:GetDownloadUrlForLayer"),
    Technique("T1531", "Account Access Removal",
              "iam:DeleteUser iam:DeleteAccessKey iam:DeleteLoginProfile iam:DeleteRole iam:RemoveUserFromGroup "
              "iam:Detach*Policy iam:Delete*Policy"),
    Technique("T1535", "Unused/Unsupported Cloud Regions", "account:EnableRegion"),
    Technique("T1537", "Transfer Data to Cloud Account",
              "ec2:ModifySnapshotAttribute ec2:ModifyImageAttribute rds:ModifyDBSnapshotAttribute "
              "rds:ModifyDBClusterSnapshotAttribute s3:PutBucketReplication s3:PutBucketPolicy s3:PutBucketAcl "
              "ecr:SetRepositoryPolicy ecr:PutReplicationConfiguration ram:CreateResourceShare "
              "ram:AssociateResourceShare secretsmanager:PutResourcePolicy secretsmanager:ReplicateSecretToRegions "
              "datasync:CreateTask datasync:StartTaskExecution ec2:CreateStoreImageTask ec2:ExportImage "
              "ec2:CreateInstanceExportTask backup:StartCopyJob"),
    Technique("T1538", "Cloud Service Dashboard", "signin:ConsoleLogin signin:GetSigninToken"),
    Technique("T1546", "Event Triggered Execution",
              "events:PutRule events:PutTargets events:EnableRule lambda:CreateEventSourceMapping "
              "lambda:UpdateEventSourceMapping scheduler:CreateSchedule scheduler:UpdateSchedule "
              "s3:PutBucketNotification* sns:Subscribe pipes:CreatePipe"),
    Technique("T1548.005", "Abuse Elevation Control Mechanism: Temporary Elevated Cloud Access",
              "sts:AssumeRole iam:PassRole"),
    Technique("T1550.001", "Use Alternate Authentication Material: Application Access Token",
              "sts:GetSessionToken sts:GetFederationToken cognito-identity:GetCredentialsForIdentity"),
    Technique("T1552", "Unsecured Credentials",
              "ec2:GetPasswordData ec2:DescribeInstanceAttribute ec2:DescribeLaunchTemplateVersions "
              "ec2:GetLaunchTemplateData lambda:GetFunction lambda:GetFunctionConfiguration "
              "ecs:DescribeTaskDefinition codebuild:BatchGetProjects cloudformation:GetTemplate glue:GetConnection* "
              "ec2:GetConsoleOutput"),
    Technique("T1555.006", "Credentials from Password Stores: Cloud Secrets Management Stores",
              "secretsmanager:GetSecretValue secretsmanager:BatchGetSecretValue ssm:GetParameter ssm:GetParameters "
              "ssm:GetParametersByPath ssm:GetParameterHistory"),
    Technique("T1556.006", "Modify Authentication Process: Multi-Factor Authentication",
              "iam:CreateVirtualMFADevice iam:EnableMFADevice iam:DeactivateMFADevice iam:DeleteVirtualMFADevice "
              "cognito-idp:SetUserPoolMfaConfig"),
    Technique("T1578.001", "Modify Cloud Compute Infrastructure: Create Snapshot",
              "ec2:CreateSnapshot ec2:CreateSnapshots ec2:CopySnapshot ec2:CreateImage ec2:CopyImage "
              "rds:CreateDBSnapshot rds:CreateDBClusterSnapshot rds:CopyDBSnapshot rds:CopyDBClusterSnapshot "
              "ebs:StartSnapshot"),
    Technique("T1578.002", "Modify Cloud Compute Infrastructure: Create Cloud Instance",
              "ec2:RunInstances ec2:RequestSpot* ec2:CreateFleet autoscaling:CreateAutoScalingGroup "
              "autoscaling:UpdateAutoScalingGroup ec2:CreateLaunchTemplate* lightsail:CreateInstances rds:RestoreDB* "
              "rds:CreateDBInstance"),
    Technique("T1578.003", "Modify Cloud Compute Infrastructure: Delete Cloud Instance",
              "ec2:TerminateInstances rds:DeleteDBInstance"),
    Technique("T1578.004", "Modify Cloud Compute Infrastructure: Revert Cloud Instance",
              "ec2:CreateReplaceRootVolumeTask lightsail:CreateInstancesFromSnapshot"),
    Technique("T1578.005", "Modify Cloud Compute Infrastructure: Modify Cloud Compute Configurations",
              "ec2:ModifyInstanceAttribute ec2:ModifyInstanceMetadata* servicequotas:RequestServiceQuotaIncrease "
              "ec2:DisableEbsEncryptionByDefault ec2:AttachVolume account:EnableRegion support:CreateCase"),
    Technique("T1580", "Cloud Infrastructure Discovery",
              "ec2:Describe* ec2:GetEbs* ec2:GetTransitGateway* ec2:GetFlowLogs* ec2:Search* rds:Describe* "
              "s3:ListBuckets s3:HeadBucket s3:GetBucket* s3:GetPublicAccessBlock s3:GetObjectLockConfiguration "
              "s3:GetAccountPublicAccessBlock elasticloadbalancing:Describe* autoscaling:Describe* ecs:List* "
              "ecs:Describe* eks:List* eks:Describe* ecr:Describe* ecr:List* ecr:GetAuthorizationToken "
              "elasticache:Describe* redshift:Describe* elasticfilesystem:Describe* lightsail:Get* es:List* "
              "es:Describe* directconnect:Describe* backup:List* elasticmapreduce:List* elasticmapreduce:Describe* "
              "lambda:GetPolicy"),
    Technique("T1583.001", "Acquire Infrastructure: Domains",
              "route53domains:RegisterDomain route53domains:TransferDomain"),
    Technique("T1610", "Deploy Container",
              "ecs:RegisterTaskDefinition ecs:RunTask ecs:CreateService ecs:StartTask ecs:UpdateService"),
    Technique("T1619", "Cloud Storage Object Discovery",
              "glacier:ListVaults s3:ListObjects* s3:ListObjectVersions s3:HeadObject s3:ListMultipartUploads "
              "s3:GetObjectAttributes ebs:ListSnapshotBlocks ebs:ListChangedBlocks"),
    Technique("T1648", "Serverless Execution",
              "lambda:CreateFunction lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration lambda:Invoke* "
              "lambda:CreateFunctionUrlConfig lambda:UpdateFunctionUrlConfig lambda:PublishLayerVersion "
              "states:CreateStateMachine states:StartExecution glue:CreateJob glue:UpdateJob glue:*DevEndpoint "
              "codebuild:CreateProject codebuild:StartBuild"),
    Technique("T1651", "Cloud Administration Command",
              "ssm:SendCommand ssm:StartAutomationExecution ssm:CreateAssociation* ssm:UpdateAssociation "
              "ecs:ExecuteCommand"),
    Technique("T1654", "Log Enumeration",
              "cloudtrail:LookupEvents logs:GetLogEvents logs:FilterLogEvents logs:StartQuery logs:GetQueryResults "
              "logs:GetLogRecord logs:Describe* cloudtrail:StartQuery cloudtrail:GetQueryResults"),
    Technique("T1666", "Modify Cloud Resource Hierarchy",
              "organizations:LeaveOrganization organizations:Invite* organizations:AcceptHandshake "
              "organizations:MoveAccount organizations:CreateAccount organizations:RemoveAccountFromOrganization "
              "organizations:DetachPolicy organizations:DeletePolicy organizations:UpdatePolicy"),
    Technique("T1685", "Disable or Modify Tools",
              "guardduty:Archive* guardduty:CreateFilter guardduty:Update* guardduty:Delete* guardduty:CreateIPSet "
              "guardduty:Create*EntitySet guardduty:Disassociate* guardduty:StopMonitoringMembers "
              "securityhub:Delete* securityhub:Disable* securityhub:Disassociate* securityhub:BatchUpdateFindings "
              "securityhub:UpdateStandardsControl config:Delete* config:Stop* inspector2:Disable macie2:Disable* "
              "detective:DeleteGraph access-analyzer:DeleteAnalyzer access-analyzer:CreateArchiveRule "
              "cloudwatch:DeleteAlarms cloudwatch:DisableAlarmActions events:DisableRule events:DeleteRule "
              "events:RemoveTargets wafv2:Disassociate* ssm:DeregisterManagedInstance shield:Disable*"),
    Technique("T1685.002", "Disable or Modify Tools: Disable or Modify Cloud Log",
              "cloudtrail:StopLogging cloudtrail:DeleteTrail cloudtrail:UpdateTrail cloudtrail:PutEventSelectors "
              "cloudtrail:PutInsightSelectors cloudtrail:DeleteEventDataStore cloudtrail:UpdateEventDataStore "
              "cloudtrail:StopEventDataStoreIngestion logs:Delete* logs:PutRetentionPolicy ec2:DeleteFlowLogs "
              "route53resolver:DeleteResolverQueryLogConfig route53resolver:DisassociateResolverQueryLogConfig "
              "s3:PutBucketLogging bedrock:DeleteModelInvocationLoggingConfiguration "
              "bedrock:PutModelInvocationLoggingConfiguration wafv2:DeleteLoggingConfiguration "
              "elasticloadbalancing:ModifyLoadBalancerAttributes eks:UpdateClusterConfig"),
    Technique("T1686.001", "Disable or Modify System Firewall: Cloud Firewall",
              "ec2:AuthorizeSecurityGroup* ec2:RevokeSecurityGroup* ec2:ModifySecurityGroupRules "
              "ec2:CreateNetworkAclEntry ec2:ReplaceNetworkAclEntry ec2:DeleteNetworkAclEntry ec2:DeleteNetworkAcl "
              "rds:AuthorizeDBSecurityGroupIngress wafv2:Delete* wafv2:UpdateIPSet wafv2:UpdateWebACL waf:Delete* "
              "network-firewall:Delete* network-firewall:Update*"),
)  # fmt: skip
"""Techniques by id. A call may serve several.

Source: ATT&CK's technique pages; TrailDiscover (Adan Alvarez, CC-BY-4.0) for which calls incidents saw, its ids brought
to this version.
"""
