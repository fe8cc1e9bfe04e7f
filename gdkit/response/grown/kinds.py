"""What is done about each kind of thing that can grow from a leaked session: a step of gdkit, or a person's work.

Every kind of ``gdkit.analysis.impact.persistence_kinds`` has a row, which a test holds. Nothing is deleted: where a
person is told what to do, it is to switch off or to put back, and to keep what was there for evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Stage = Literal["entry", "trust", "permissions", "code", "machines", "data", "watchers", "ended"]

STAGES: Mapping[Stage, str] = {
    "entry": "What lets the thief in again by itself: keys, users, sessions, identity providers",
    "trust": "Who may take which role, or join",
    "permissions": "What identities may do",
    "code": "Functions, rules, schedules, documents: code that runs without him",
    "machines": "Instances, containers, and ways onto machines",
    "data": "What is shared, copied or open to others",
    "watchers": "What watches, and was blinded",
    "ended": "What has ended by the clock; only where the clock is in doubt",
}
"""The stages of the work, in their order, with their meaning.

First what lets the thief in again, for while he can come back all other work is undone by him.
"""


@dataclass(frozen=True, slots=True)
class Way:
    """What is done about a kind of thing.

    Attributes:
        step: name of the step; empty where a person does it all.
        options: of the step: which field of the thing gives each, ``id``, ``within``; or the text behind ``=``.
        manual: what a person does, beside the step or instead of it.
        made_only: the step fits only where the thief also made what the thing belongs to; else a person decides.
    """

    stage: Stage
    step: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    manual: str = ""
    made_only: bool = False


def _attached(kind: str) -> Way:
    return Way("permissions", "detach-policy", {"kind": f"={kind}", "name": "within", "policy-arn": "id"})


_OF_USER = {"user": "within"}
_CODE = "The code or settings stay changed: compare them with your own source, and deploy that again."

_STEPS: dict[str, Way] = {
    "user": Way("entry", "deny-user", {"user": "id"}),
    "access_key": Way("entry", "disable-key", {"user": "within", "key": "id"}),
    "login_profile": Way("entry", "deny-user", _OF_USER, "If a colleague owns the user, let a new password be set by "
                         "somebody who has proved who he is, then undo the Deny."),
    "service_credential": Way("entry", "deny-user", _OF_USER, "Set the credential to Inactive "
                              "(UpdateServiceSpecificCredential); if the user is a colleague's, that alone is enough."),
    "ssh_public_key": Way("entry", "deny-user", _OF_USER, "Set the key to Inactive (UpdateSSHPublicKey); if the user "
                          "is a colleague's, that alone is enough."),
    "signing_certificate": Way("entry", "deny-user", _OF_USER, "Set the certificate to Inactive "
                               "(UpdateSigningCertificate); if the user is a colleague's, that alone is enough."),
    "role": Way("trust", "deny-made-role", {"role": "id"}),
    "trust_policy": Way("trust", "restore-trust", {"role": "id"}, "Compare the whole trust policy, conditions too, "
                        "with your templates: gdkit takes out one principal and knows no earlier text."),
    "user_policy": Way("permissions", "deny-user", _OF_USER, "Read the policy and keep a copy; let the user's owner "
                       "take it away. Until then deny-user covers it, with all that the user does.", made_only=True),
    "role_policy": Way("permissions", "deny-made-role", {"role": "within"}, "Read the policy and keep a copy; let the "
                       "role's owner take it away. The role was there before, so a Deny on it stops its workload.",
                       made_only=True),
    "attached_user_policy": _attached("user"),
    "attached_role_policy": _attached("role"),
    "attached_group_policy": _attached("group"),
    "lambda_function": Way("code", "stop-function", {"function": "id"}),
    "lambda_code": Way("code", "stop-function", {"function": "id"}, _CODE),
    "lambda_configuration": Way("code", "stop-function", {"function": "id"}, _CODE),
    "lambda_url": Way("code", "stop-function", {"function": "id"}, "The URL stays and answers 429; set its auth type "
                      "to AWS_IAM (UpdateFunctionUrlConfig) before the function runs again."),
    "events_rule": Way("code", "disable-rule", {"rule": "id", "bus": "within"}),
    "events_target": Way("code", "disable-rule", {"rule": "within"}, "If the rule is on another bus than the default "
                         "one, give the option bus. If the rule is yours, take out the thief's target alone."),
    "instance": Way("machines", "stop-instance", {"instance": "id"}, "First keep its evidence: describe it and "
                    "snapshot its volumes; capture its memory if it matters."),
    "security_group_rule": Way("machines", "revoke-ingress", {"group": "within", "rules": "id"}),
    "snapshot_sharing": Way("data", "unshare-snapshot", {"snapshot": "within", "shared-with": "id"}),
    "image_sharing": Way("data", "unshare-image", {"image": "within", "shared-with": "id"}),
}  # fmt: skip

_BY_HAND = """
entry
mfa_device           Ask the user's owner whose device it is; if nobody's, deny-user on its user.
saml_provider        Put back your metadata (UpdateSAMLProvider), and deny the roles that trust it (pause their trust).
oidc_provider        Take it out of the trust policies of roles that name it (restore-trust, principal: its ARN).
trust_anchor         Switch it off (rolesanywhere DisableTrustAnchor); its sessions live on: deny them on the role.
roles_anywhere_profile  Switch it off: rolesanywhere DisableProfile, and deny the sessions begun by it on the role.
identity_store_user  Disable the user in IAM Identity Center, and revoke its sessions there.
cognito_client       Switch off the client's sign-in flows (UpdateUserPoolClient), and revoke its tokens.
cognito_user         Disable it (AdminDisableUser) and sign it out everywhere (AdminUserGlobalSignOut).
cognito_identity_provider  Take it out of the clients' providers (UpdateUserPoolClient), so that nobody signs in by it.
cognito_identity_pool  Let the pool's roles be those of your templates (SetIdentityPoolRoles); no guests.
apigateway_key       Switch it off: apigateway UpdateApiKey, enabled false.
appsync_key          Let it expire at once: appsync UpdateApiKey.
transfer_user        Take its role and its keys from it (transfer UpdateUser, DeleteSshPublicKey after a copy).
trust
organization_handshake  Decline or cancel it; an account that has joined is for the organisation's administrators.
organization_account_request  Let the organisation's administrators put the account under a Deny-all control policy.
eks_access_entry     Take its access policies away (eks DisassociateAccessPolicy); look in the cluster for what it made.
sso_assignment       Take the assignment away in IAM Identity Center, and revoke the sessions of the user or group.
vpc_peering_connection  Take its routes out of your route tables, so that nothing goes through it, then decide.
permissions
group                Detach its policies (detach-policy, kind=group); an empty group gives nobody anything.
group_membership     Take the user out of the group (RemoveUserFromGroup), or deny-user if the thief made the user.
group_policy         Read the policy and keep a copy; let the group's owner take it away.
policy               It acts only where it is attached: ListEntitiesForPolicy, then detach-policy for each.
policy_version       Put the version before in force again (SetDefaultPolicyVersion); keep the thief's as evidence.
instance_profile     It acts only on instances that have it: look for its associations, and stop or swap those.
instance_profile_role  Look which instances have the profile, and deny their sessions of this role.
sso_permission_set   Put back its policies from your templates, and provision it anew; revoke running sessions.
identity_store_membership  Take the user out of the group in IAM Identity Center, and revoke its sessions.
identity_store_member  Take the user out of the group in IAM Identity Center, and revoke its sessions.
lambda_permission    Take the statement away (lambda RemovePermission), or stop-function if nobody else needs it.
sqs_permission       Take the statement out of the queue's policy (sqs RemovePermission).
sns_permission       Take the statement out of the topic's policy (sns RemovePermission).
events_bus_policy    Put the bus's policy back (events RemovePermission for the thief's statement).
kms_grant            Let the key's owner revoke the grant (kms RevokeGrant); what was read under it is read.
kms_key_policy       Put the key's policy back from your templates; look in CloudTrail who used the key since.
secret_policy        Put the secret's policy back from your templates, and rotate the secret.
bucket_policy        Put the bucket's policy back from your templates; look in data events for what was read.
bucket_acl           Put the access list back (private), or switch ACLs off for the bucket.
bucket_public_access  Switch all four settings of Block Public Access on again.
ecr_repository_policy  Put the repository's policy back from your templates.
ses_identity_policy  Take the policy of the identity away (ses DeleteIdentityPolicy after a copy).
code
lambda_layer         Look which functions use it, and give them their own version of the layer again.
lambda_layer_permission  Take the statement away (lambda RemoveLayerVersionPermission).
event_source_mapping  Switch it off: lambda UpdateEventSourceMapping, Enabled false.
ssm_document         Look for associations and windows that run it; put your own version in force.
ssm_document_sharing  Take the account away (ssm ModifyDocumentPermission, AccountIdsToRemove).
ssm_association      It runs again by its schedule until it is deleted: copy it with its document, then delete it.
ssm_maintenance_window  Switch it off: ssm UpdateMaintenanceWindow, Enabled false.
ssm_activation       Let it expire or delete it after a copy; look for managed nodes that registered by it.
ecs_task_definition  Look for services and rules that use it; deregister it when nothing does.
ecs_service          Set its desired count to 0 (ecs UpdateService), after a copy of its tasks' logs.
cloudformation_stack  Look at its resources one by one; do not delete the stack, which ends them without evidence.
cloudformation_stack_set  Stop its operations; look at the stacks in each account.
codebuild_project    Stop its builds (codebuild StopBuild), and take its triggers away; look at what its builds did.
codebuild_webhook    Delete the webhook after a copy: nobody can switch it off.
glue_job             Stop its triggers and runs (glue StopTrigger, BatchStopJobRun); look at its script.
state_machine        Stop its executions; take its triggers away; look at its role's calls.
schedule             Switch it off: scheduler UpdateSchedule, State DISABLED.
bucket_notification  Put the bucket's notifications back from your templates.
sns_subscription     Unsubscribe it; what was sent is sent.
sagemaker_lifecycle_config  Take it away from the notebooks that run it at their start.
machines
spot_request         Cancel it (CancelSpotInstanceRequests), so that it launches no more; then stop its instances.
launch_template      Put your version as default; look which groups launch by it.
key_pair             It opens instances that were launched with it: look for those; deleting it closes none of them.
named_key_pair       It opens instances that were launched with it: look for those; deleting it closes none of them.
security_group       Look which interfaces have it; close its rules (revoke-ingress).
image                Launch nothing from it; look whether it is shared; keep it as evidence.
instance_user_data   Read it and keep a copy; put your own back while the instance is stopped.
instance_profile_association  Swap the profile for your own, and deny the session of the role that it gave.
autoscaling_group    Set its minimum, maximum and desired size to 0 after the evidence of its instances is kept.
launch_configuration  Look which groups launch by it, and give them yours.
ecs_task             Stop it (ecs StopTask) after a copy of its logs; look at its role's calls.
glue_dev_endpoint    Take its keys and its role away (glue UpdateDevEndpoint); look at its role's calls.
sagemaker_notebook   Stop it (StopNotebookInstance): its disk stays.
sagemaker_presigned_url  The link ends within minutes, the session behind it within 12 hours: stop the notebook.
sagemaker_presigned_domain_url  The link ends within minutes, the session within 12 hours: end the user's apps.
apigateway_api       Take its stages away after a copy, or put a resource policy with a Deny on it.
data
bucket_replication   Switch the rule to Disabled (PutBucketReplication); what was copied is copied.
rds_snapshot_sharing  Take the account away (ModifyDBSnapshotAttribute, ValuesToRemove); copies made stay theirs.
rds_cluster_snapshot_sharing  Take the account away (ModifyDBClusterSnapshotAttribute); copies stay theirs.
ram_share            Take the principals out of the share (ram DisassociateResourceShare).
ecr_image            Point tags at your own image again; look which tasks pulled it.
ses_identity         Switch off sending for it; look at what was sent.
"""


def _by_hand() -> dict[str, Way]:
    found: dict[str, Way] = {}
    stage: Stage = "entry"
    for line in _BY_HAND.strip().splitlines():
        kind, _, text = line.partition(" ")
        if text:
            found[kind] = Way(stage, manual=text.strip())
        else:
            stage = next(name for name in STAGES if name == kind)
    return found


WAYS: Mapping[str, Way] = {**_STEPS, **_by_hand()}
"""By kind of ``tables.PERSISTENCE``.

Source: API References of the services named, for the operations that switch off or put back.
"""

CREDENTIALS: Mapping[str, Way] = {
    "chained_role": Way("entry", "deny-chained-session", {"role": "owner", "session": "principal"}),
    "instance_role": Way("entry", "deny-chained-session", {"role": "owner", "session": "principal"}),
    "federation": Way("entry", "deny-user", {"user": "owner"}),
    "session_token": Way("entry", "deny-user", {"user": "owner"}),
    "access_key": Way("entry", "disable-key", {"user": "owner", "key": "access_key_id"}),
    "login_profile": Way("entry", "deny-user", {"user": "owner"}),
    "service_credential": Way("entry", "deny-user", {"user": "owner"}, WAYS["service_credential"].manual),
    "user": Way("entry", "deny-user", {"user": "owner"}),
    "console_session": Way("entry", "deny-chained-session", {"role": "owner", "session": "principal"}),
    "instance": Way("machines", "stop-instance", {"instance": "session"}, WAYS["instance"].manual),
    "other": Way("entry", manual="Find the event that issued it, and what it belongs to; deny that, a role by "
                 "deny-chained-session, a user by deny-user."),
}  # fmt: skip
"""By kind of ``tables.CREDENTIALS``; ``session`` is the part of the principal id behind the colon."""

GROWN_STEPS = frozenset(way.step for way in (*WAYS.values(), *CREDENTIALS.values()) if way.step)
"""Names of the steps that contain what grew from the theft."""
