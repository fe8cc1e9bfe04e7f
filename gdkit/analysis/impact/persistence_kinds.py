"""What ``kind``, ``id`` and ``parent_id`` of the persistence table mean to who reads the thing back from AWS."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of thing is read back.

    Attributes:
        read: botocore's service and the operation that reads it.
        id: the parameter that takes ``id``; with ``[]``, the member of the answer to look for it in.
        parent: the parameter that takes ``parent_id``; empty where the kind has none.
    """

    read: str
    id: str
    parent: str = ""


def _kinds(text: str) -> dict[str, Kind]:
    rows = (line.split() for line in text.strip().splitlines())
    return {row[0]: Kind(*row[1:]) for row in rows}


KINDS: dict[str, Kind] = _kinds(
    """
    user iam.GetUser UserName
    access_key iam.ListAccessKeys AccessKeyMetadata[].AccessKeyId UserName
    login_profile iam.GetLoginProfile UserName UserName
    mfa_device iam.ListVirtualMFADevices VirtualMFADevices[].SerialNumber (UserName)
    service_credential iam.ListServiceSpecificCredentials []ServiceSpecificCredentialId UserName
    ssh_public_key iam.ListSSHPublicKeys SSHPublicKeys[].SSHPublicKeyId UserName
    signing_certificate iam.ListSigningCertificates Certificates[].CertificateId UserName
    role iam.GetRole RoleName
    trust_policy iam.GetRole RoleName RoleName
    group iam.GetGroup GroupName
    group_membership iam.GetGroup Users[].UserName GroupName
    user_policy iam.GetUserPolicy PolicyName UserName
    role_policy iam.GetRolePolicy PolicyName RoleName
    group_policy iam.GetGroupPolicy PolicyName GroupName
    attached_user_policy iam.ListAttachedUserPolicies AttachedPolicies[].PolicyArn UserName
    attached_role_policy iam.ListAttachedRolePolicies AttachedPolicies[].PolicyArn RoleName
    attached_group_policy iam.ListAttachedGroupPolicies AttachedPolicies[].PolicyArn GroupName
    policy iam.GetPolicy PolicyArn
    policy_version iam.GetPolicyVersion VersionId PolicyArn
    instance_profile iam.GetInstanceProfile InstanceProfileName
    instance_profile_role iam.GetInstanceProfile Roles[].RoleName InstanceProfileName
    saml_provider iam.GetSAMLProvider SAMLProviderArn
    oidc_provider iam.GetOpenIDConnectProvider OpenIDConnectProviderArn
    trust_anchor rolesanywhere.GetTrustAnchor trustAnchorId
    roles_anywhere_profile rolesanywhere.GetProfile profileId
    sso_assignment sso-admin.ListAccountAssignments AccountAssignments[].PrincipalId PermissionSetArn
    sso_permission_set sso-admin.DescribePermissionSet PermissionSetArn InstanceArn
    identity_store_user identitystore.DescribeUser UserId IdentityStoreId
    identity_store_membership identitystore.DescribeGroupMembership MembershipId IdentityStoreId
    identity_store_member identitystore.ListGroupMemberships GroupMemberships[].MemberId.UserId GroupId
    cognito_client cognito-idp.DescribeUserPoolClient ClientId UserPoolId
    cognito_user cognito-idp.AdminGetUser Username UserPoolId
    cognito_identity_provider cognito-idp.DescribeIdentityProvider ProviderName UserPoolId
    cognito_identity_pool cognito-identity.DescribeIdentityPool IdentityPoolId
    organization_handshake organizations.DescribeHandshake HandshakeId
    organization_account_request organizations.DescribeCreateAccountStatus CreateAccountRequestId
    eks_access_entry eks.DescribeAccessEntry principalArn clusterName
    lambda_function lambda.GetFunction FunctionName
    lambda_code lambda.GetFunction FunctionName
    lambda_configuration lambda.GetFunctionConfiguration FunctionName
    lambda_url lambda.GetFunctionUrlConfig FunctionName FunctionName
    lambda_permission lambda.GetPolicy Statement[].Sid FunctionName
    lambda_layer lambda.GetLayerVersionByArn Arn (LayerName)
    lambda_layer_permission lambda.GetLayerVersionPolicy Statement[].Sid LayerName
    event_source_mapping lambda.GetEventSourceMapping UUID (FunctionName)
    instance ec2.DescribeInstances InstanceIds
    spot_request ec2.DescribeSpotInstanceRequests SpotInstanceRequestIds
    launch_template ec2.DescribeLaunchTemplates LaunchTemplateIds
    key_pair ec2.DescribeKeyPairs KeyPairIds
    named_key_pair ec2.DescribeKeyPairs KeyNames
    security_group ec2.DescribeSecurityGroups GroupIds
    image ec2.DescribeImages ImageIds
    vpc_peering_connection ec2.DescribeVpcPeeringConnections VpcPeeringConnectionIds
    security_group_rule ec2.DescribeSecurityGroupRules SecurityGroupRuleIds (group-id)
    instance_user_data ec2.DescribeInstanceAttribute InstanceId
    snapshot_sharing ec2.DescribeSnapshotAttribute CreateVolumePermissions[].UserId/Group SnapshotId
    image_sharing ec2.DescribeImageAttribute LaunchPermissions[].UserId/Group ImageId
    instance_profile_association ec2.DescribeIamInstanceProfileAssociations AssociationIds (instance-id)
    autoscaling_group autoscaling.DescribeAutoScalingGroups AutoScalingGroupNames
    launch_configuration autoscaling.DescribeLaunchConfigurations LaunchConfigurationNames
    ssm_document ssm.DescribeDocument Name
    ssm_document_sharing ssm.DescribeDocumentPermission AccountIds[] Name
    ssm_association ssm.DescribeAssociation AssociationId
    ssm_maintenance_window ssm.GetMaintenanceWindow WindowId
    ssm_activation ssm.DescribeActivations ActivationList[].ActivationId
    ecs_task_definition ecs.DescribeTaskDefinition taskDefinition
    ecs_service ecs.DescribeServices services cluster
    ecs_task ecs.DescribeTasks tasks cluster
    cloudformation_stack cloudformation.DescribeStacks StackName
    cloudformation_stack_set cloudformation.DescribeStackSet StackSetName
    codebuild_project codebuild.BatchGetProjects names
    codebuild_webhook codebuild.BatchGetProjects names
    glue_dev_endpoint glue.GetDevEndpoint EndpointName
    glue_job glue.GetJob JobName
    sagemaker_notebook sagemaker.DescribeNotebookInstance NotebookInstanceName
    sagemaker_presigned_url sagemaker.DescribeNotebookInstance NotebookInstanceName
    sagemaker_presigned_domain_url sagemaker.DescribeUserProfile UserProfileName DomainId
    sagemaker_lifecycle_config sagemaker.DescribeNotebookInstanceLifecycleConfig NotebookInstanceLifecycleConfigName
    state_machine stepfunctions.DescribeStateMachine stateMachineArn
    bucket_policy s3.GetBucketPolicy Bucket Bucket
    bucket_acl s3.GetBucketAcl Bucket Bucket
    bucket_notification s3.GetBucketNotificationConfiguration Bucket Bucket
    bucket_replication s3.GetBucketReplication Bucket Bucket
    bucket_public_access s3.GetPublicAccessBlock Bucket Bucket
    rds_snapshot_sharing rds.DescribeDBSnapshotAttributes AttributeValues[] DBSnapshotIdentifier
    rds_cluster_snapshot_sharing rds.DescribeDBClusterSnapshotAttributes AttributeValues[] DBClusterSnapshotIdentifier
    kms_grant kms.ListGrants GrantId KeyId
    kms_key_policy kms.GetKeyPolicy KeyId
    secret_policy secretsmanager.GetResourcePolicy SecretId
    ecr_repository_policy ecr.GetRepositoryPolicy repositoryName
    ecr_image ecr.DescribeImages imageIds[].imageDigest repositoryName
    sqs_permission sqs.GetQueueAttributes Statement[].Sid QueueUrl
    sns_permission sns.GetTopicAttributes Statement[].Sid TopicArn
    sns_subscription sns.GetSubscriptionAttributes SubscriptionArn (TopicArn)
    ram_share ram.GetResourceShares resourceShareArns
    events_rule events.DescribeRule Name EventBusName
    events_target events.ListTargetsByRule Targets[].Id Rule
    events_bus_policy events.DescribeEventBus Name
    schedule scheduler.GetSchedule Name GroupName
    ses_identity sesv2.GetEmailIdentity EmailIdentity
    ses_identity_policy ses.GetIdentityPolicies PolicyNames Identity
    apigateway_key apigateway.GetApiKey apiKey
    apigateway_api apigateway.GetRestApi restApiId
    appsync_key appsync.ListApiKeys apiKeys[].id apiId
    transfer_user transfer.DescribeUser UserName ServerId
    """
)
"""By kind. A parent in parentheses is told for the reader and not needed; ``Statement[].Sid`` is in the policy's text.

Of what a thing has at most one of (a role's trust policy, a bucket's policy) both ``id`` and ``parent_id`` name it.
``trust_policy``, ``lambda_code`` and the like are changes of a thing that stays: that it exists says nothing of whether
the change still stands. Source: botocore's service models.
"""
