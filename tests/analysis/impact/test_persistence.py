"""What was left behind that can give a way back in."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import pytest

from gdkit.analysis.impact.data_table import REACHES
from gdkit.analysis.impact.money import COSTS
from gdkit.analysis.impact.persistence_kinds import KINDS
from gdkit.analysis.impact.persistence_table import PERSISTING
from gdkit.analysis.impact.tamper import TAMPERING
from gdkit.trail.masking import CUT
from tests.analysis.impact.made import call, impact, rows_of
from tests.analysis.records import ACCOUNT


def left(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rows of what was left behind."""
    return rows_of(impact(*rows).persistence)


@pytest.mark.parametrize(
    ("operation", "request_", "response", "expected"),
    [
        ("iam:CreateUser", {"userName": "u"}, {"user": {"userName": "u"}}, ("user", "u", None)),
        ("iam:CreateAccessKey", {"userName": "u"}, {"accessKey": {"accessKeyId": "AKIA1", "userName": "u"}},
         ("access_key", "AKIA1", "u")),
        ("iam:CreateAccessKey", None, {"accessKey": {"accessKeyId": "AKIA1", "userName": "own"}},
         ("access_key", "AKIA1", "own")),
        ("iam:CreateLoginProfile", {"userName": "u"}, None, ("login_profile", "u", "u")),
        ("iam:UpdateAssumeRolePolicy", {"roleName": "r", "policyDocument": "{}"}, None, ("trust_policy", "r", "r")),
        ("iam:AttachRolePolicy", {"roleName": "r", "policyArn": "arn:p"}, None, ("attached_role_policy", "arn:p", "r")),
        ("iam:PutUserPolicy", {"userName": "u", "policyName": "p"}, None, ("user_policy", "p", "u")),
        ("iam:AddUserToGroup", {"userName": "u", "groupName": "g"}, None, ("group_membership", "u", "g")),
        ("iam:CreatePolicyVersion", {"policyArn": "arn:p"}, {"policyVersion": {"versionId": "v2"}},
         ("policy_version", "v2", "arn:p")),
        ("iam:EnableMFADevice", {"userName": "u", "serialNumber": "arn:mfa"}, None, ("mfa_device", "arn:mfa", "u")),
        ("lambda:CreateFunction20150331", {"functionName": "f"}, None, ("lambda_function", "f", None)),
        ("lambda:UpdateFunctionCode20150331v2", {"functionName": "arn:f"}, None, ("lambda_code", "arn:f", None)),
        ("lambda:AddPermission20150331v2", {"functionName": "f", "statementId": "s"}, None,
         ("lambda_permission", "s", "f")),
        ("lambda:CreateEventSourceMapping20150331", {"functionName": "f"}, {"uUID": "u-1"},
         ("event_source_mapping", "u-1", "f")),
        ("ec2:CreateKeyPair", {"keyName": "k"}, {"keyName": "k", "keyPairId": "key-1"}, ("key_pair", "key-1", None)),
        ("ec2:CreateKeyPair", {"keyName": "k"}, None, ("named_key_pair", "k", None)),
        ("ec2:CreateKeyPair", None, None, ("key_pair", None, None)),
        ("iam:AddRoleToInstanceProfile", {"roleName": "r", "instanceProfileName": "p"}, None,
         ("instance_profile_role", "r", "p")),
        ("ssm:ModifyDocumentPermission", {"name": "doc", "accountIdsToAdd": ["all"]}, None,
         ("ssm_document_sharing", "all", "doc")),
        ("ec2:AuthorizeSecurityGroupIngress", {"groupId": "sg-1"},
         {"securityGroupRuleSet": {"items": [{"securityGroupRuleId": "sgr-1"}]}},
         ("security_group_rule", "sgr-1", "sg-1")),
        ("ec2:AuthorizeSecurityGroupIngress", {"groupId": "sg-1"}, {"_return": True},
         ("security_group_rule", None, "sg-1")),
        ("ec2:ModifyInstanceAttribute", {"instanceId": "i-1", "userData": "<sensitiveDataRemoved>"}, None,
         ("instance_user_data", "i-1", None)),
        ("ec2:ModifyImageAttribute", {"imageId": "ami-1", "launchPermission": {"add": {"items": [{"group": "all"}]}}},
         None, ("image_sharing", "all", "ami-1")),
        ("s3:PutBucketPolicy", {"bucketName": "b"}, None, ("bucket_policy", "b", "b")),
        ("rolesanywhere:CreateTrustAnchor", {"name": "n"}, {"trustAnchor": {"trustAnchorId": "t"}},
         ("trust_anchor", "t", None)),
        ("ssm:CreateAssociation", {"name": "doc"}, {"associationDescription": {"associationId": "a"}},
         ("ssm_association", "a", None)),
        ("events:PutTargets", {"rule": "r", "targets": [{"id": "1", "arn": "arn:l"}]}, None,
         ("events_target", "1", "r")),
        ("kms:CreateGrant", {"keyId": "k", "granteePrincipal": "arn:x"}, {"grantId": "g"}, ("kms_grant", "g", "k")),
        ("sso:CreateAccountAssignment", {"principalId": "p", "permissionSetArn": "arn:ps"}, None,
         ("sso_assignment", "p", "arn:ps")),
        ("email:VerifyEmailIdentity", {"emailAddress": "a@b.example"}, None, ("ses_identity", "a@b.example", None)),
        ("ecs:RegisterTaskDefinition", {"family": "f"}, {"taskDefinition": {"taskDefinitionArn": "arn:td"}},
         ("ecs_task_definition", "arn:td", None)),
        ("sagemaker:CreatePresignedNotebookInstanceUrl", {"notebookInstanceName": "n"}, None,
         ("sagemaker_presigned_url", "n", None)),
        ("organizations:InviteAccountToOrganization", {}, {"handshake": {"id": "h-1"}},
         ("organization_handshake", "h-1", None)),
    ],
)  # fmt: skip
def test_kinds(operation: str, request_: Any, response: Any, expected: tuple[str, str | None, str | None]) -> None:
    """Each thing is named as the API that reads it back takes the name, from request or answer."""
    (row,) = left(call(operation, request_, response))
    assert (row["kind"], row["id"], row["parent_id"]) == expected


def test_shares_are_told_one_by_one() -> None:
    """Something shared with several gives a row for each of them, accounts and everybody alike."""
    shares = {"add": {"items": [{"userId": "111122223333"}, {"group": "all"}]}, "remove": {"items": [{"userId": "2"}]}}
    rows = left(call("ec2:ModifySnapshotAttribute", {"snapshotId": "s", "createVolumePermission": shares}))
    assert [(row["id"], row["parent_id"]) for row in rows] == [("111122223333", "s"), ("all", "s")]


def test_row() -> None:
    """A row tells the event, who made it and where, what was done, and leaves open whether it still exists."""
    (row,) = left(call("iam:CreateUser", {"userName": "u"}, party="unknown"))
    assert (row["event_id"], row["event_name"], row["party"]) == ("e0", "CreateUser", "unknown")
    assert (row["account_id"], row["region"], row["detail"]) == (ACCOUNT, "us-east-1", "made a user")
    assert (row["still_exists"], row["checked_at"], row["check"]) == (None, None, None)


def tried(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rows of the calls that could leave something behind."""
    return rows_of(impact(*rows).persistence_calls)


@pytest.mark.parametrize(
    ("error_code", "outcome", "detail"),
    [
        (None, "succeeded", "made a user"),
        ("AccessDenied", "refused", "tried in vain: made a user"),
        ("EntityAlreadyExists", "failed", "tried in vain: made a user"),
        ("Client.DryRunOperation", "dry_run", "tried in vain: made a user"),
    ],
)
def test_calls_that_could(error_code: str | None, outcome: str, detail: str) -> None:
    """Every call that could leave a way in is told with what came of it, and what was refused as only tried."""
    (row,) = tried(call("iam:CreateUser", {"userName": "u"}, error_code=error_code))
    assert (row["outcome"], row["detail"], row["id"], row["kind"]) == (outcome, detail, "u", "user")
    assert (row["event_id"], row["event_name"], row["account_id"]) == ("e0", "CreateUser", ACCOUNT)


def test_calls_that_could_by_time() -> None:
    """The calls stand by time, those of nobody known too; the workload's and harmless sorts are none of them."""
    rows = tried(call("iam:CreateUser", {"userName": "a"}, error_code="AccessDenied"),
                 call("iam:CreateUser", {"userName": "b"}, party="workload"),
                 call("iam:UpdateAccessKey", {"accessKeyId": "AKIA1", "status": "Inactive"}),
                 call("iam:CreateUser", {"userName": "c"}, party="unknown"))  # fmt: skip
    assert [(row["id"], row["party"], row["outcome"]) for row in rows] == [
        ("a", "thief", "refused"), ("c", "unknown", "succeeded"),
    ]  # fmt: skip


def test_refused_calls_without_their_parameters() -> None:
    """A refused call whose parameters were not logged is told all the same, with what is not known missing."""
    (row,) = tried(call("iam:CreateAccessKey", error_code="AccessDenied"))
    assert (row["kind"], row["id"], row["parent_id"], row["outcome"]) == ("access_key", None, None, "refused")
    assert row["detail"].endswith("(the log does not hold the whole request)")


def test_several_things_of_one_call() -> None:
    """A call that made several things gives a row for each, with the same event."""
    answer = {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}
    rows = left(call("ec2:RunInstances", {"keyName": "k", "instanceType": "t"}, answer))
    assert [(row["id"], row["event_id"]) for row in rows] == [("i-1", "e0"), ("i-2", "e0")]
    assert rows[0]["detail"] == "started an instance; instanceType: t; keyName: k"


@pytest.mark.parametrize("columns", [{"error_code": "AccessDenied"}, {"error_code": "EntityAlreadyExists"},
                                     {"error_code": "Client.DryRunOperation"}, {"party": "workload"}])  # fmt: skip
def test_what_left_nothing(columns: dict[str, Any]) -> None:
    """Calls that did not succeed, and the workload's, leave nothing behind."""
    assert left(call("iam:CreateUser", {"userName": "u"}, **columns)) == []


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("iam:UpdateAccessKey", {"accessKeyId": "AKIA1", "status": "Inactive"}),
        ("ec2:ModifyInstanceAttribute", {"instanceId": "i-1", "disableApiTermination": {"value": True}}),
        ("ec2:ModifySnapshotAttribute", {"snapshotId": "s", "createVolumePermission": {"remove": {"items": [{}]}}}),
        ("rds:ModifyDBSnapshotAttribute", {"dBSnapshotIdentifier": "s", "valuesToRemove": ["1"]}),
    ],
)
def test_harmless_sorts_of_a_call(operation: str, request_: dict[str, Any]) -> None:
    """A call whose parameters say that it gives no way in leaves no row."""
    assert left(call(operation, request_)) == []


def test_what_the_log_does_not_tell_is_said() -> None:
    """Where the request is missing or cut, the row stands without what is not known, and says so."""
    cut = '{"roleName":"r","policyDocument":"{...' + CUT
    whole, missing, shared = left(call("iam:UpdateAssumeRolePolicy", cut), call("iam:CreateUser"),
                                  call("ec2:ModifySnapshotAttribute"))  # fmt: skip
    assert whole["id"] == "r"
    assert missing["id"] is None
    assert (shared["kind"], shared["id"]) == ("snapshot_sharing", None)
    assert all("does not hold the whole request" in row["detail"] for row in (whole, missing, shared))


def test_detail_is_short() -> None:
    """Long parameters are cut in the words of a row."""
    (row,) = left(call("iam:CreateRole", {"roleName": "r", "assumeRolePolicyDocument": "x" * 9000}))
    assert len(row["detail"]) < 500


def test_every_kind_is_documented() -> None:
    """Every kind that a call can give says how it is read back, and no kind is there in vain."""
    assert {kind for made in PERSISTING.values() for kind in (made.kind, made.other_kind) if kind} == set(KINDS)


def test_kinds_are_read_by_calls_that_exist() -> None:
    """What reads a kind back is an operation of botocore's, and its plain parameters are parameters of it."""
    for name, kind in KINDS.items():
        service, _, operation = kind.read.partition(".")
        model = _model(service)
        members = model["shapes"][model["operations"][operation]["input"]["shape"]]["members"]
        for parameter in (kind.id, kind.parent):
            if parameter and "[]" not in parameter and not parameter.startswith("("):
                assert parameter in members, (name, parameter)


S3_LOGS_IT_SO = "request.bucketName"
NOT_IN_BOTOCORE = ("sso-directory:", "bedrock-mantle:", "bedrock:PutFoundationModelEntitlement")


@pytest.mark.parametrize("operation", sorted({*PERSISTING, *REACHES, *COSTS, *TAMPERING}))
def test_paths_are_members_of_the_api(operation: str) -> None:
    """Every path of the tables is a member of that call's request or answer in AWS's own models."""
    if operation.startswith(NOT_IN_BOTOCORE):
        pytest.skip("a call of the console alone, which botocore does not know")
    for path in _paths(operation):
        root, _, rest = path.partition(".")
        if path == S3_LOGS_IT_SO or root == "resources" or not rest:
            continue
        side = "input" if root == "request" else "output"
        assert any(_has(model, found.get(side), rest) for model, found in _operations(operation)), path


def _paths(operation: str) -> set[str]:
    made, reach, cost, tamper = (table.get(operation) for table in (PERSISTING, REACHES, COSTS, TAMPERING))
    texts = [text for row in (made, reach) if row for text in (row.id, row.only, row.detail)]
    texts += [made.parent, made.other_id] if made else []
    texts += [reach.object] if reach else []
    texts += [tamper.target] if tamper else []
    texts += [cost.started, cost.detail.replace("spot:", "")] if cost else []
    texts += [cost.what] if cost and not cost.what.startswith("=") else []
    return {path for text in texts for path in text.split()}


@cache
def _services() -> dict[str, list[str]]:
    """Give botocore's services by the name of each operation that they have."""
    found: dict[str, list[str]] = {}
    for folder in resources.files("botocore").joinpath("data").iterdir():
        if folder.is_dir():
            for name in _model(folder.name)["operations"]:
                found.setdefault(name, []).append(folder.name)
    return found


@cache
def _model(service: str) -> dict[str, Any]:
    from botocore.session import Session

    loader = Session().get_component("data_loader")
    return dict(loader.load_service_model(service, "service-2"))


def _operations(operation: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    name = operation.partition(":")[2]
    other = {
        "PutBucketPublicAccessBlock": "PutPublicAccessBlock",
        "DeleteBucketPublicAccessBlock": "DeletePublicAccessBlock",
    }
    models = [_model(service) for service in _services().get(other.get(name, name), [])]
    return [(model, model["operations"][other.get(name, name)]) for model in models]


def _has(model: dict[str, Any], shape: dict[str, Any] | None, path: str) -> bool:
    """Tell whether a path leads to a member, by the model's name or the one on the wire, in any case."""
    if shape is None:
        return False
    here = model["shapes"][shape["shape"]]
    while here["type"] == "list":
        here = model["shapes"][here["member"]["shape"]]
    if path in {"", "*"} or here["type"] == "map":
        return True
    name, _, rest = path.lower().partition(".")
    return any(
        _has(model, member, rest)
        for key, member in here.get("members", {}).items()
        if name in {key.lower(), str(member.get("locationName")).lower(), str(member.get("queryName")).lower()}
    )


def test_the_table_is_no_json_of_its_own() -> None:
    """Hostile text in a name comes out as it was logged, on one row."""
    (row,) = left(call("iam:CreateUser", json.dumps({"userName": "<img src=x>\nnext"})))
    assert row["id"] == "<img src=x>\nnext"
