"""No secret comes through: neither by the name before it, nor in a text that a caller wrote."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from typing import Any

import pytest

from gdkit.trail.masking import json_text
from gdkit.trail.secret_texts import masked_text
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
        {"passwordData": SECRET}, {"X-Amz-Signature": SECRET}, {"args": ["--password", SECRET]},
        {"command": ["tool", "-AuthToken", SECRET, "--region", "x"]}, {"signature": SECRET}, {"sig": SECRET},
        {"redisAuth": SECRET}, {"REDIS_AUTH": SECRET}, {"DB_PASSWORD_PROD": SECRET}, {"apiKeyValue": SECRET},
        {"DB_PASS": [SECRET]}, {"Cookie": f"a=1; session={SECRET}"}, {"PW": SECRET}, {"dbPw": SECRET},
        {"inner": json.dumps({"environment": [{"name": "JWT_KEY", "value": SECRET}]})},
        {"inner": f"cd /srv\nPW={SECRET}"}, {"inner": json.dumps({"auths": {"host": {"auth": SECRET}}})},
    ],
)  # fmt: skip
def test_by_the_name_before_it(value: Any) -> None:
    """What stands behind a secret's name is masked: as a member, as a named variable, and in JSON inside a text."""
    text = json_text(value)
    assert text is not None
    assert SECRET not in text
    assert "***masked***" in text


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASS", "SMTP_PASS", "PGPASS", "MYSQL_PWD", "PGPASSWORD", "pass", "db.pass", "DB_PASS_RO", "DB_PW",
        "JWT_KEY",
        "ENCRYPTION_KEY", "SIGNING_KEY", "PRIVATE_KEY", "API_KEY", "MASTER_KEY", "jwtSigningKey", "SECRET_KEY_BASE",
        "APP_KEY", "STORAGE_ACCOUNT_KEY", "LICENSE_KEY", "HMAC_KEY_2", "REDIS_AUTH", "requirepass", "AUTH_TOKEN",
    ],
)  # fmt: skip
def test_names_of_variables(name: str) -> None:
    """Whatever form an environment has, in a member, a list of variables or a script, its secret is masked."""
    for value in (
        {"environment": {"variables": {name: SECRET, "STAGE": "blue"}}},
        {"containerDefinitions": [{"environment": [{"name": name, "value": SECRET}, {"name": "A", "value": "blue"}]}]},
        {"parameters": [{"parameterKey": name, "parameterValue": SECRET}], "stackName": "blue"},
        {"optionSettings": [{"namespace": "blue", "optionName": name, "value": SECRET}]},
        {"parameters": {"commands": [f"export {name}={SECRET}", f"{name}='{SECRET}' run --colour blue"]}},
        {"parameters": {"commands": [f"tool --{name.lower().replace('_', '-')} {SECRET} blue"]}},
    ):
        text = json_text(value)
        assert text is not None
        assert SECRET not in text
        assert "blue" in text


@pytest.mark.parametrize(
    "value",
    [
        {"userName": "a", "password": SECRET},  # iam CreateLoginProfile
        {"dBInstanceIdentifier": "a", "masterUserPassword": SECRET},  # rds, redshift, docdb
        {"newPassword": SECRET, "tdeCredentialPassword": SECRET},
        {"replicationGroupId": "a", "authToken": SECRET},  # elasticache
        {"oracleSettings": {"asmPassword": SECRET, "securityDbEncryption": SECRET}},  # dms
        {"extraConnectionAttributes": f"a=b;password={SECRET};c=d"},
        {"connectionInput": {"connectionProperties": {"PASSWORD": SECRET, "ENCRYPTED_PASSWORD": SECRET}}},  # glue
        {"connectionProperties": {"JDBC_CONNECTION_URL": f"jdbc:mysql://h:3306/d?user=u&password={SECRET}"}},
        {"name": "prod", "secretString": json.dumps({"a": SECRET}), "secretBinary": SECRET},  # secretsmanager
        {"name": "/app/setting", "type": "SecureString", "value": SECRET},  # ssm
        {"name": "/app/db/pass", "type": "String", "value": SECRET},
        {"parameters": {"AdminPassword": [SECRET], "commands": ["whoami"]}},
        {"basicAuthCredentials": SECRET, "oauthToken": SECRET},  # amplify
        {"kerberosAttributes": {"kdcAdminPassword": SECRET}},  # emr
        {"properties": {"javax.jdo.option.ConnectionPassword": SECRET, "fs.s3a.secret.key": SECRET}},
        {"radiusSettings": {"sharedSecret": SECRET}}, {"users": [{"username": "a", "password": SECRET}]},
        {"environment": {"SM_API_KEY": SECRET}, "hyperParameters": {"wandb_api_key": SECRET}},  # sagemaker
        {"authParameters": {"SECRET_HASH": SECRET}}, {"keyName": "a", "keyMaterial": SECRET},
        {"options": {"tunnelOptions": [{"preSharedKey": SECRET}]}},  # ec2
        {"SecretToAuthenticateTarget": SECRET},
        {"SecretCode": SECRET}, {"authCode": SECRET}, {"ingest": {"streamKey": SECRET}}, {"sAMLAssertion": SECRET},
        {"webIdentityToken": SECRET}, {"base32StringSeed": SECRET},
        {"sql": f"CREATE USER a IDENTIFIED BY '{SECRET}'"}, {"sql": f"ALTER ROLE a WITH PASSWORD '{SECRET}'"},
    ],
)  # fmt: skip
def test_in_what_services_are_asked(value: Any) -> None:
    """Where services are given a secret, it is masked under the name that they have for it."""
    text = json_text(value)
    assert text is not None
    assert SECRET not in text


def test_in_user_data() -> None:
    """What an instance runs at its start is read behind its base64, and stays base64, as does what holds no secret."""
    script, harmless = f"#!/bin/sh\nexport DB_PASS={SECRET}\nrun\n", "#!/bin/sh\nnc 198.51.100.7 4444\n"
    for value in (script, {"value": script}):
        wrapped = {"value": _base64(script)} if isinstance(value, dict) else _base64(script)
        text = json_text({"launchTemplateData": {"UserData": wrapped}})
        assert _base64("#!/bin/sh\nexport DB_PASS=***masked***\nrun\n") in str(text)
    assert _base64(harmless) in str(json_text({"userData": _base64(harmless)}))
    assert SECRET not in str(json_text({"userData": {"value": _base64(harmless), "password": SECRET}}))
    for plain in (script, script + "ä"):
        assert SECRET not in str(json_text({"userData": plain}))
    assert json_text({"userData": "H4sIAAAA"}) == '{"userData":"H4sIAAAA"}'


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "prod-eu-1") for name in (
            "keyName", "KeyId", "kmsKeyId", "publicKey", "keyPairName", "s3Key", "tagKey", "objectKey", "key", "sshKey",
            "ec2SshKey", "partitionKey", "hashKey", "sortKey", "SK", "primaryKey", "accessKeyId", "accessKeyLastUsed",
            "PassRole", "bypass", "BYPASS", "wafBypass", "compass", "passed", "passenger", "passengers", "trespass",
            "author", "authorizer", "authType", "authorizerId", "authenticationType", "signatureVersion",
            "signedHeaders",
            "cookies", "publicKeyMaterial", "secretArn", "secretId", "passwordPolicy", "design",
        )),
        ("encryptionKey", "arn:aws:kms:eu-west-1:111122223333:key/a"), ("encryptionKey", "alias/aws/s3"),
        ("masterKey", "12345678-90ab-cdef-1234-567890abcdef"), ("ACCESS_KEY", samples.KEY), ("basicAuth", "enabled"),
        ("auth", "NONE"), ("bucketKeyEnabled", True), ("pass", True), ("pass", 3), ("auth", {"type": "OAUTH"}),
        ("auth", [{"authScheme": "SECRETS"}]),
        ("keyMaterial", {"keyType": "a"}), ("basicAuth", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a"),
        ("accessKey", {"accessKeyId": samples.KEY}), ("redisAuth", None), ("JWT_KEY", ""),
        ("X-Amz-Credential", f"{samples.KEY}/20261101/eu-west-1/s3/aws4_request"), ("key", "a/DB_PASS/jwt_key"),
        ("key", "password-reset/signing_key.pem"), ("instanceType", "m5.large"), ("arn", "arn:aws:iam::1:role/pass"),
        ("policy", '{"Action":["iam:PassRole","iam:CreateAccessKey"],"Resource":"arn:aws:iam::1:role/a"}'),
    ],
)  # fmt: skip
def test_names_an_analyst_needs_stay(name: str, value: Any) -> None:
    """What only names a key, sets how to log in, or has such letters in it is evidence, as member and as variable."""
    for whole in ({name: value, "at": "secret/pass/auth/key"}, [{"name": name, "value": value}, "--key-name", "prod"]):
        assert json_text(whole) == json.dumps(whole, sort_keys=True, separators=(",", ":"))


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
        "X-Amz-Signature: {}",
        "PGPASS={} psql", "smtp_pass: {}", "export JWT_KEY={}", "'signingKey' => '{}'", "redis_auth={}",
        "redisAuth: {}",
        "https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKIAEXAMPLEKEY000001&Signature={}&Expires=1",
        "?X-Goog-Signature={}",
        "https://a.blob.core.windows.net/c?sv=2&sig={}&se=3", "%26Signature%3D{}", "?X-Amz-Security-Token={}",
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature={}", "postgres://user:p@{}@host/db",
        "postgres://user:p@a@{}@host/db?mail=a@b", "redis://:{}@host:6379", "postgres://user:p/{}@host/db",
        "smtp://me@example.com:{}@host", 'CMD ["tool","--password","{}"]', "tool -Password 'a {}'",
        "mysql -u a -p{} db",
        "sshpass -p {} ssh host", "curl -u me:{} https://host", "Cookie: a=1; b={}",
        "<pre_shared_key>{}</pre_shared_key>",
        "AccountName=a;AccountKey={}==;EndpointSuffix=b", 'password="it\'s {}"', "clientSecret=ab;{}",
        '"secret": "two words, {}"',
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
        "password=null, user=a", "Basic authentication is refused", "s3://bucket/key=1/jwt_key/pass/x.gz", "compass=1",
        "arn:aws:sts::111122223333:assumed-role/pass-role/auth", "--key-name prod --next-token abc --bypass x",
        "bypass: on",
        "https://host:8443/users/a@b.c?d=e@f", "git+ssh://git@github.com:a/b.git@v1", "mongodb://a:27017,b:27017/db",
        "aws_access_key_id=AKIAEXAMPLEKEY000001", "accessKey=AKIAEXAMPLEKEY000001, a=b", "Signature expired: 20261101T",
        "encryptionKey=alias/aws/s3", "User is not authorized to perform: iam:PassRole on resource: x",
        "kmsKey=a, key=b", "mysql -u root -p db", "curl -u me https://host:1/", "https://[fd00::1]:80/a@b",
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


@pytest.mark.parametrize(
    "part",
    [
        "password='", 'password \\"', "://a:b", "://a@b:c@", "://a:b/c", "curl -u ", "mysql ", "--password ",
        '-key "', "-a",
        "cookie:", "key", "api_key", "pass=,a=", "\\", "<pass>", "signature", "a=", "sig%3D", "auth=iam ", "@",
        "-----BEGIN",
    ],
)  # fmt: skip
def test_no_text_takes_long(part: str) -> None:
    """A text that somebody made to be slow to read is read as fast as others."""
    began = time.process_time()
    masked_text(part * (100_000 // len(part)))
    masked_text("://a:password=--token " + part * (100_000 // len(part)))
    assert time.process_time() - began < 5


def test_address_and_host_stay() -> None:
    """Of an address, the user, the host and what follows stay."""
    assert masked_text("postgres://user:p@ss@host/db?mail=a@b") == "postgres://user:***masked***@host/db?mail=a@b"
    assert masked_text("https://b/k?AWSAccessKeyId=A&Signature=x%2F&Expires=1") == (
        "https://b/k?AWSAccessKeyId=A&Signature=***masked***&Expires=1"
    )


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
