"""No secret comes through: neither by the name before it, nor in a text that a caller wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gdkit.trail.masking import json_text, masked_text
from tests.trail import samples
from tests.trail.test_record import row

SECRET = "hunter2-Gr33n"  # noqa: S105 - made up


@pytest.mark.parametrize(
    "value",
    [
        {"clientSecret": SECRET}, {"secret": SECRET}, {"SecretKey": SECRET}, {"passphrase": SECRET},
        {"dbPasswd": SECRET}, {"DB_PWD": SECRET}, {"passwords": [SECRET, "b"]}, {"api_key": SECRET},
        {"Authorization": SECRET}, {"password": {"value": SECRET}}, {"authParameters": {"PASSWORD": SECRET}},
        {"environmentVariables": [{"name": "DB_PASSWORD", "value": SECRET, "type": "PLAINTEXT"}]},
        [{"ParameterKey": "MasterPassword", "ParameterValue": SECRET}], [{"key": "clientSecret", "values": [SECRET]}],
        {"inner": json.dumps({"passwords": [SECRET]})}, {"inner": json.dumps({"secret": f"two words {SECRET}"})},
        {f"password={SECRET}": 1}, {"serviceCredentialSecret": SECRET}, {"sessionKey": SECRET},
        {"passwordData": SECRET}, {"X-Amz-Signature": SECRET},
    ],
)  # fmt: skip
def test_by_the_name_before_it(value: Any) -> None:
    """What stands behind a secret's name is masked: as a member, as a named variable, and in JSON inside a text."""
    text = json_text(value)
    assert text is not None
    assert SECRET not in text
    assert "***masked***" in text


@pytest.mark.parametrize(
    "value",
    [
        {"masterUserSecret": {"secretArn": "arn:aws:secretsmanager:a", "secretStatus": "active"}},
        {"passwordResetRequired": True}, {"minimumPasswordLength": 14}, {"secretId": "prod/db"},
        {"secrets": [{"name": "DB", "valueFrom": "arn:aws:ssm:a"}]}, {"tags": [{"key": "team", "value": "blue"}]},
        {"authorizationType": "IAM"}, {"privateIpAddress": "10.0.0.1"}, {"inner": '{"password": null}'},
        {"policy": '{"Condition": {"Bool": {"aws:TokenIssueTime": "2026"}}}'},
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(value: Any) -> None:
    """Whether there is a secret, where it is kept and how long it must be is evidence."""
    assert json_text(value) == json.dumps(value, sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize(
    "text",
    [
        "password=true{}", 'password":"null{}', "passphrase: {}", "secret={}", "api_key={}&user=a", "pwd={}",
        "mysql --password '{}'", "tool --auth-token {} --region x", "Authorization: Bearer {}", "Basic {}",
        "https://user:{}@host/path", "https://host/path?token={}&x=y", "?X-Amz-Signature={}",
        "clientSecret=ab;{}", '"secret": "two words, {}"',
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n{}",
    ],
)  # fmt: skip
def test_in_free_text(text: str) -> None:
    """A text's secrets are masked up to their end, whatever they begin with."""
    masked = masked_text(text.format(SECRET))
    assert "Gr33n" not in masked
    assert "***masked***" in masked


@pytest.mark.parametrize(
    "text",
    [
        "The security token included in the request is invalid", "https://a:8080/x?y=z", "aws-cli/2.1 Bearer tokens",
        "no access to resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db because of a policy",
        "password=null, user=a", "Basic authentication is refused",
    ],
)  # fmt: skip
def test_plain_text_stays(text: str) -> None:
    """Words about secrets, and the names of where they are kept, are none."""
    assert masked_text(text) == text


def test_a_text_that_is_nested_deeply_hides_nothing() -> None:
    """JSON in a text that is too deep to be read is masked as the text that it is; what stands beside it is shown."""
    deep = '{"password":"' + SECRET + '","x":' + "[" * 5000 + "]" * 5000 + "}"
    text = json_text({"a": deep, "b": "beside it"})
    assert text is not None
    assert SECRET not in text
    assert '"b":"beside it"' in text


def test_other_names_are_left_beside_it() -> None:
    """Only the secret of a list of names and values is masked."""
    assert masked_text("user=a&password=b;c,d&host=e") == "user=a&password=***masked***&host=e"
    assert masked_text("sessionToken=abc, roleArn=r") == "sessionToken=***masked***, roleArn=r"


@pytest.mark.parametrize(
    "changes",
    [
        {"userAgent": f"tool {samples.TOKEN}"}, {"sourceIPAddress": samples.TOKEN},
        {"additionalEventData": {"AuthenticationMethod": f"QueryString {samples.TOKEN}"}},
        {"requestParameters": {"roleArn": "a", "roleSessionName": samples.TOKEN}}, {"errorMessage": samples.TOKEN},
        {"resources": [{"ARN": f"arn:aws:s3:::b?X-Amz-Security-Token={samples.TOKEN}"}]},
    ],
)  # fmt: skip
def test_in_what_a_caller_chooses(changes: dict[str, Any]) -> None:
    """A session token that a caller wrote where anything can stand is in no column."""
    got = row(samples.event(**changes))
    assert samples.TOKEN[:40] not in str(got)
    assert "***masked***" in str(got)
