"""The reader's access: whatever is not reading, or hands out a secret, is refused before it is sent."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.aws import ReadOnlyAws, ResponderAws, ask, open_responder
from gdkit.aws.access import AwsAccess
from gdkit.aws.read_only import READING, refusal
from gdkit.errors import AwsError
from gdkit.permissions import PERMISSIONS
from tests.aws.fakes import FakeAws, Refusal, fake_aws, reader

MODELS = botocore.session.get_session()

WRITING: list[tuple[str, str, dict[str, Any]]] = [
    ("iam", "PutRolePolicy", {"RoleName": "r", "PolicyName": "p", "PolicyDocument": "{}"}),
    ("iam", "DeleteRole", {"RoleName": "r"}),
    ("ec2", "TerminateInstances", {"InstanceIds": ["i-0123456789abcdef0"]}),
    ("ec2", "ModifyInstanceAttribute", {"InstanceId": "i-0123456789abcdef0"}),
    ("guardduty", "ArchiveFindings", {"DetectorId": "d", "FindingIds": ["f"]}),
    ("cloudtrail", "StopLogging", {"Name": "t"}),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k"}),
    ("lambda", "Invoke", {"FunctionName": "f"}),
    ("ssm", "SendCommand", {"DocumentName": "AWS-RunShellScript"}),
]
SECRETS: list[tuple[str, str, dict[str, Any]]] = [
    ("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::111122223333:role/r", "RoleSessionName": "s"}),
    ("sts", "GetSessionToken", {}),
    ("sts", "GetFederationToken", {"Name": "n1"}),
    ("sts", "GetWebIdentityToken", {"Audience": ["a"], "SigningAlgorithm": "RS256"}),
    ("secretsmanager", "GetSecretValue", {"SecretId": "s"}),
    ("secretsmanager", "BatchGetSecretValue", {"SecretIdList": ["s"]}),
    ("ssm", "GetParameter", {"Name": "n", "WithDecryption": True}),
    ("ssm", "GetParametersByPath", {"Path": "/", "WithDecryption": True}),
    ("apigateway", "GetApiKeys", {"includeValues": True}),
    ("kms", "Decrypt", {"CiphertextBlob": b"x"}),
    ("kms", "GenerateDataKey", {"KeyId": "k"}),
    ("ec2", "GetPasswordData", {"InstanceId": "i-0123456789abcdef0"}),
    ("ecr", "GetAuthorizationToken", {}),
    ("sso", "GetRoleCredentials", {"roleName": "r", "accountId": "111122223333", "accessToken": "t"}),
    ("redshift", "GetClusterCredentialsWithIAM", {}),
    ("cognito-identity", "GetId", {"IdentityPoolId": "eu-west-1:p"}),
    ("cognito-identity", "GetCredentialsForIdentity", {"IdentityId": "eu-west-1:p"}),
    ("appsync", "ListApiKeys", {"apiId": "a"}),
    ("s3control", "GetDataAccess", {"AccountId": "111122223333", "Target": "s3://b/*", "Permission": "READ"}),
    ("lightsail", "GetInstanceAccessDetails", {"instanceName": "i"}),
]


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> tuple[FakeAws, ReadOnlyAws]:
    """Give the reader's access to a made-up AWS that answers a few calls."""
    return reader(
        monkeypatch,
        {
            ("ssm", "GetParameter"): {"Parameter": {"Name": "n", "Value": "v"}},
            ("iam", "GetAccountPasswordPolicy"): Refusal("NoSuchEntity"),
            ("iam", "PutRolePolicy"): {},
            ("ec2", "DescribeInstances"): {"Reservations": []},
        },
    )


@pytest.mark.parametrize(("service", "operation", "parameters"), WRITING + SECRETS)
def test_refused_before_sending(
    made_up: tuple[FakeAws, ReadOnlyAws], service: str, operation: str, parameters: dict[str, Any]
) -> None:
    """A call that writes or hands out a secret raises an error that names it, and nothing reaches AWS."""
    fake, aws = made_up
    before = len(fake.calls)
    with pytest.raises(AwsError, match="the read-only access does not make this call") as refused:
        ask(aws.client(service), operation, parameters)
    assert (refused.value.kind, refused.value.service, refused.value.operation) == ("refused_here", service, operation)
    assert len(fake.calls) == before


def test_presigned(made_up: tuple[FakeAws, ReadOnlyAws]) -> None:
    """No URL is signed for somebody else, neither for reading nor for an upload."""
    s3 = made_up[1].client("s3")
    with pytest.raises(AwsError, match="presigned"):
        s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    with pytest.raises(AwsError, match="presigned"):
        s3.generate_presigned_post("b", "k")


def test_later_hook_cannot_add_decryption(made_up: tuple[FakeAws, ReadOnlyAws]) -> None:
    """What another hook makes of the parameters is checked too."""
    client = made_up[1].client("ssm")
    client.meta.events.register("before-parameter-build", lambda params, **_: params.update(WithDecryption=True))
    with pytest.raises(AwsError, match="secret values in clear text"):
        ask(client, "GetParameter", {"Name": "n"})


def test_reading_passes(made_up: tuple[FakeAws, ReadOnlyAws]) -> None:
    """Reading passes, a parameter without decryption and the rules for passwords among it."""
    fake, aws = made_up
    assert ask(aws.client("ec2"), "DescribeInstances") == {"Reservations": []}
    assert ask(aws.client("ssm"), "GetParameter", {"Name": "n", "WithDecryption": False})
    with pytest.raises(AwsError, match="NoSuchEntity"):
        ask(aws.client("iam"), "GetAccountPasswordPolicy")
    assert len(fake.calls) == 4


def test_responder_may_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """The responder's access is of another type, uses its own key, and may do what it was opened for."""
    fake = fake_aws(monkeypatch, {("iam", "PutRolePolicy"): {}})
    responder = open_responder(AwsAccess(), {"iam:PutRolePolicy"})
    ask(responder.client("iam"), "PutRolePolicy", {"RoleName": "r", "PolicyName": "p", "PolicyDocument": "{}"})
    assert not isinstance(responder, ReadOnlyAws)
    assert isinstance(responder, ResponderAws)
    assert fake.made("PutRolePolicy")


def test_table_may_be_asked() -> None:
    """The reader may make every call that the table of permissions names, and each exists."""
    for permission in PERMISSIONS:
        assert permission.operation in MODELS.get_service_model(permission.service).operation_names
        assert refusal(permission.service, permission.operation, permission.probe) == ""


def test_no_operation_that_changes_passes() -> None:
    """In the models of the services that gdkit uses, no name with a word of writing in front is let through."""
    words = ("Create", "Put", "Delete", "Update", "Modify", "Attach", "Detach", "Start", "Stop", "Run", "Send", "Set",
             "Add", "Remove", "Archive", "Tag", "Untag", "Reboot", "Terminate", "Assume", "Generate")  # fmt: skip
    checked = 0
    for service in ("iam", "sts", "ec2", "guardduty", "cloudtrail", "s3", "ssm", "kms", "organizations"):
        for name in MODELS.get_service_model(service).operation_names:
            if name.startswith(words):
                checked += 1
                assert refusal(service, name, {}), name
    assert checked > 500


@given(st.text(max_size=40))
def test_unknown_names(name: str) -> None:
    """A name passes only with a word of reading in front, whatever it is."""
    assert refusal("any", name, {}) != "" or name.startswith(READING)
