"""How to ask for what gives a way in by itself: users, keys, roles, policies, and who else is trusted.

Calls whose answers hold a secret are none of them: DescribeUserPoolClient gives the client's, so the list is asked.

Source: the API reference of each service, the errors of each operation.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gdkit.environment.probe import ID, PARENT, Probe

if TYPE_CHECKING:
    from collections.abc import Mapping

_iam = partial(Probe, "iam", gone=("NoSuchEntity",), everywhere=True)
_NOT_FOUND = ("ResourceNotFoundException",)
_listed = partial(Probe, "iam", everywhere=True)
_attached = partial(_iam, members="AttachedPolicies", match=("PolicyArn",))

IDENTITY_PROBES: Mapping[str, Probe] = {
    "user": _iam("GetUser", {"UserName": ID}, needs="User"),
    "access_key": _iam("ListAccessKeys", {"UserName": PARENT}, members="AccessKeyMetadata", match=("AccessKeyId",),
                       tells="Status"),
    "login_profile": _iam("GetLoginProfile", {"UserName": PARENT}, needs="LoginProfile"),
    "mfa_device": _iam("ListMFADevices", {"UserName": PARENT}, members="MFADevices", match=("SerialNumber",)),
    "mfa_device_of_nobody": _listed("ListVirtualMFADevices", {}, members="VirtualMFADevices", match=("SerialNumber",)),
    "ssh_public_key": _iam("ListSSHPublicKeys", {"UserName": PARENT}, members="SSHPublicKeys",
                           match=("SSHPublicKeyId",), tells="Status"),
    "signing_certificate": _iam("ListSigningCertificates", {"UserName": PARENT}, members="Certificates",
                                match=("CertificateId",), tells="Status"),
    "service_credential": _iam("ListServiceSpecificCredentials", {"UserName": PARENT},
                               members="ServiceSpecificCredentials", match=("ServiceSpecificCredentialId",),
                               tells="Status"),
    "user_policy": _iam("GetUserPolicy", {"UserName": PARENT, "PolicyName": ID}, needs="PolicyDocument"),
    "attached_user_policy": _attached("ListAttachedUserPolicies", {"UserName": PARENT}),
    "group": _iam("GetGroup", {"GroupName": ID}, needs="Group"),
    "group_policy": _iam("GetGroupPolicy", {"GroupName": PARENT, "PolicyName": ID}, needs="PolicyDocument"),
    "attached_group_policy": _attached("ListAttachedGroupPolicies", {"GroupName": PARENT}),
    "group_membership": _iam("ListGroupsForUser", {"UserName": ID}, members="Groups", match=("GroupName",),
                             names=PARENT),
    "role": _iam("GetRole", {"RoleName": ID}, needs="Role"),
    "role_session": _iam("GetRole", {"RoleName": PARENT}, needs="Role", members="Role", match=("RoleId",)),
    "trust_policy": _iam("GetRole", {"RoleName": PARENT}, needs="Role",
                         unclear="The role is there; whether it still trusts what the call made it trust must be read "
                                 "in its trust policy."),
    "role_policy": _iam("GetRolePolicy", {"RoleName": PARENT, "PolicyName": ID}, needs="PolicyDocument"),
    "attached_role_policy": _attached("ListAttachedRolePolicies", {"RoleName": PARENT}),
    "instance_profile": _iam("GetInstanceProfile", {"InstanceProfileName": ID}, needs="InstanceProfile"),
    "instance_profile_role": _iam("GetInstanceProfile", {"InstanceProfileName": PARENT}, needs="InstanceProfile",
                                  members="InstanceProfile.Roles", match=("RoleName",)),
    "policy": _iam("GetPolicy", {"PolicyArn": ID}, needs="Policy"),
    "policy_version": _iam("GetPolicyVersion", {"PolicyArn": PARENT, "VersionId": ID}, needs="PolicyVersion"),
    "saml_provider": _listed("ListSAMLProviders", {}, members="SAMLProviderList", match=("Arn",)),
    "oidc_provider": _listed("ListOpenIDConnectProviders", {}, members="OpenIDConnectProviderList", match=("Arn",)),
    "trust_anchor": Probe("rolesanywhere", "GetTrustAnchor", {"trustAnchorId": ID}, _NOT_FOUND, needs="trustAnchor"),
    "roles_anywhere_profile": Probe("rolesanywhere", "GetProfile", {"profileId": ID}, _NOT_FOUND, needs="profile"),
    "identity_store_user": Probe("identitystore", "DescribeUser", {"IdentityStoreId": PARENT, "UserId": ID},
                                 _NOT_FOUND, needs="UserId"),
    "identity_store_membership": Probe("identitystore", "DescribeGroupMembership",
                                       {"IdentityStoreId": PARENT, "MembershipId": ID}, _NOT_FOUND,
                                       needs="MembershipId"),
    "cognito_client": Probe("cognito-idp", "ListUserPoolClients", {"UserPoolId": PARENT}, _NOT_FOUND,
                            members="UserPoolClients", match=("ClientId",)),
    "cognito_identity_provider": Probe("cognito-idp", "ListIdentityProviders", {"UserPoolId": PARENT}, _NOT_FOUND,
                                       members="Providers", match=("ProviderName",)),
    "cognito_identity_pool": Probe("cognito-identity", "DescribeIdentityPool", {"IdentityPoolId": ID}, _NOT_FOUND,
                                   needs="IdentityPoolId"),
    "organization_handshake": Probe("organizations", "DescribeHandshake", {"HandshakeId": ID},
                                    ("HandshakeNotFoundException",), needs="Handshake", tells="Handshake.State",
                                    ended=("CANCELED", "DECLINED", "EXPIRED"), everywhere=True),
    "eks_access_entry": Probe("eks", "DescribeAccessEntry", {"clusterName": PARENT, "principalArn": ID}, _NOT_FOUND,
                              needs="accessEntry"),
}  # fmt: skip
"""The probe of each kind."""
