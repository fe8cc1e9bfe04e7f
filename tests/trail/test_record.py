from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.tables import EVENTS, frame
from gdkit.trail import load_trail
from gdkit.trail.masking import json_text
from gdkit.trail.record import row_of
from gdkit.trail.secret_texts import masked_text
from gdkit.trail.times import parse_time
from tests.trail import samples

if TYPE_CHECKING:
    from pathlib import Path

NAMES = EVENTS.names[:-4]


def row(record: dict[str, Any]) -> dict[str, Any]:
    """Give the filled columns of one record by name."""
    values = row_of(record, json.dumps(record), [])
    assert len(values) == len(NAMES)
    return {name: value for name, value in zip(NAMES, values, strict=True) if value is not None}


def test_an_ordinary_record() -> None:
    """Each field comes out in its column."""
    assert row(samples.event(3)) == {
        "event_id": "00000000-0000-4000-8000-000000000003",
        "event_at": datetime(2026, 11, 1, 3, 0, 3, tzinfo=UTC),
        "event_name": "DescribeInstances",
        "event_source": "ec2.amazonaws.com",
        "region": "eu-west-1",
        "account_id": samples.ACCOUNT,
        "event_category": "Management",
        "event_type": "AwsApiCall",
        "read_only": True,
        "source_address": "198.51.100.7",
        "address_kind": "public",
        "user_agent": "aws-cli/2.15",
        "identity_type": "AssumedRole",
        "principal_id": f"{samples.ROLE_ID}:{samples.INSTANCE}",
        "identity_arn": samples.identity()["arn"],
        "identity_account_id": samples.ACCOUNT,
        "access_key_id": samples.KEY,
        "role_name": "web-role",
        "role_id": samples.ROLE_ID,
        "role_arn": f"arn:aws:iam::{samples.ACCOUNT}:role/web-role",
        "session_name": samples.INSTANCE,
        "credential_issued_at": datetime(2026, 11, 1, 2, tzinfo=UTC),
        "ec2_role_delivery": "1.0",
        "tls_version": "TLSv1.3",
        "tls_cipher_suite": "TLS_AES_128_GCM_SHA256",
        "request_parameters": '{"maxResults":5}',
        "event_version": "1.11",
    }


def test_answer_and_console_session() -> None:
    """The answer to a change is kept as text with its secrets masked, and a console session is told as such."""
    answer = {"instancesSet": {"items": [{"instanceId": "i-1"}]}, "sessionToken": samples.TOKEN}
    got = row(samples.event(responseElements=answer, sessionCredentialFromConsole="true"))
    assert got["response_elements"] == (
        '{"instancesSet":{"items":[{"instanceId":"i-1"}]},"sessionToken":"***masked***"}'
    )
    assert got["console_session"] is True


def test_pod_identity() -> None:
    """EKS Pod Identity spells the principal of its session in its own way."""
    answer = {"credentials": {"accessKeyId": "ASIAPOD"}, "assumedRoleUser": {"assumeRoleId": "AROAPOD:eks-pod"}}
    got = row(samples.event(eventName="AssumeRoleForPodIdentity", responseElements=answer))
    assert (got["new_access_key_id"], got["new_principal_id"]) == ("ASIAPOD", "AROAPOD:eks-pod")


def test_assume_role() -> None:
    """An AssumeRole gives the key it issued, and never the token."""
    answer = {
        "credentials": {
            "accessKeyId": "ASIANEW",
            "sessionToken": samples.TOKEN,
            "expiration": "Jul 10, 2023, 6:30:22 PM",
        },
        "assumedRoleUser": {"assumedRoleId": "AROAOTHER:x", "arn": "arn"},
    }
    asked = {"roleArn": "arn:aws:iam::1:role/r", "roleSessionName": "x", "tokenCode": "987654"}
    got = row(samples.event(eventName="AssumeRole", responseElements=answer, requestParameters=asked))
    assert (got["new_access_key_id"], got["new_principal_id"]) == ("ASIANEW", "AROAOTHER:x")
    assert got["new_key_expires_at"] == datetime(2023, 7, 10, 18, 30, 22, tzinfo=UTC)
    assert (got["requested_role_arn"], got["requested_session_name"]) == (asked["roleArn"], "x")
    assert samples.TOKEN not in str(got)
    assert "987654" not in str(got)


def test_create_access_key_and_answers_as_text() -> None:
    """CreateAccessKey issues a key too; an answer written as a JSON string is read."""
    answer: dict[str, Any] = {"accessKey": {"accessKeyId": "AKIANEW"}}
    assert row(samples.event(responseElements=answer))["new_access_key_id"] == "AKIANEW"
    assert row(samples.event(responseElements=json.dumps(answer)))["new_access_key_id"] == "AKIANEW"
    assert "new_access_key_id" not in row(samples.event(responseElements=[answer]))


@pytest.mark.parametrize(
    ("identity", "want"),
    [
        (..., {}),
        (None, {}),
        ({"invokedBy": "ec2.amazonaws.com", "type": "AWSService"},
         {"invoked_by": "ec2.amazonaws.com", "identity_type": "AWSService"}),
        ({"accountId": samples.ACCOUNT, "invokedBy": "x"}, {"identity_account_id": samples.ACCOUNT, "invoked_by": "x"}),
        ({"type": "AWSAccount", "principalId": "AROAEXAMPLEROLE000001:s", "accountId": 1111},
         {"role_id": samples.ROLE_ID, "session_name": "s", "identity_account_id": "000000001111"}),
        (json.dumps(samples.identity()), {"role_name": "web-role", "access_key_id": samples.KEY}),
        ({"arn": samples.identity()["arn"]}, {"role_name": "web-role", "session_name": samples.INSTANCE}),
        ({"type": "IAMUser", "principalId": "AIDAEXAMPLEUSER000001", "userName": "alice", "accessKeyId": ""},
         {"user_name": "alice"}),
        (samples.identity(sessionContext={"sessionIssuer": {}}), {"role_name": "web-role", "role_id": samples.ROLE_ID}),
        ({"inScopeOf": {"credentialsIssuedTo": "arn:aws:ec2:eu-west-1:1:instance/i-1"}},
         {"issued_to_arn": "arn:aws:ec2:eu-west-1:1:instance/i-1"}),
        ("not json", {}), ([1], {}), (5, {}),
    ],
)  # fmt: skip
def test_identities(identity: Any, want: dict[str, Any]) -> None:
    """Every shape of userIdentity gives what it holds and no more."""
    got = row(samples.event(userIdentity=identity))
    assert {name: got.get(name) for name in want} == want
    if not want:
        assert not {"role_name", "session_name", "access_key_id", "principal_id"} & got.keys()
    assert got.get("access_key_id") != ""


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("198.51.100.7", "public"), ("2001:db8::1", "public"), ("10.0.0.1", "private"),
        ("AWS Internal", "aws_internal"),
        ("ec2.amazonaws.com", "aws_service"), ("035.249.253.232", "unparseable"), ("REDACTED_SOURCE_IP", "redacted"),
    ],
)  # fmt: skip
def test_addresses(address: str, kind: str) -> None:
    """Every form of sourceIPAddress stays as logged and has its kind."""
    got = row(samples.event(sourceIPAddress=address))
    assert (got["source_address"], got["address_kind"]) == (address, kind)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-01T03:04:05Z", "2026-11-01T03:04:05.000Z", "2026-11-01 14:04:05+11:00", "2026-11-01 03:04:05",
        "Nov 1, 2026, 3:04:05 AM", "Nov 1, 2026 3:04:05 AM", "Nov 1, 2026, 3:04:05\u202fAM", 1793502245,
        1793502245000, 1793502245.0, "1793502245", "1793502245000",
    ],
)  # fmt: skip
def test_times(text: Any) -> None:
    """One instant in every way of writing."""
    assert parse_time(text) == datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "x", None, True, [], {}, "01/11/2026", "20261101", 5, -1, 1e300, "nan", "Foo 1, 2026, 3:04:05 AM",
             "Nov 1, 2026, 13:04:05 PM", "0001-01-01T00:00:00+10:00", "2026-13-01T00:00:00Z"],
)  # fmt: skip
def test_no_times(text: Any) -> None:
    """What is no time, or could be two, is missing."""
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("sessionToken", True), ("SECRETACCESSKEY", True), ("secretString", True), ("password", True),
        ("newPassword", True), ("X-Amz-Security-Token", True), ("authParameters", True), ("webIdentityToken", True),
        ("privateKey", True), ("nextToken", False), ("NextToken", False), ("clientToken", False), ("pageToken", False),
        ("clientRequestToken", False), ("continuationToken", False), ("httpTokens", False), ("maxTokens", False),
    ],
)  # fmt: skip
def test_masking_by_name(name: str, masked: bool) -> None:
    """Secrets are masked by name, page tokens and httpTokens stay."""
    text = json_text({"deep": [{name: "valuevalue"}]})
    assert text is not None
    assert ("valuevalue" not in text) is masked


@pytest.mark.parametrize(
    "value",
    [
        f"{{roleArn=x, sessionToken={samples.TOKEN}, a=b}}", json.dumps({"sessionToken": samples.TOKEN}),
        {"inner": json.dumps({"sessionToken": samples.TOKEN})}, ["a", samples.TOKEN],
        {"inner": json.dumps(json.dumps({"sessionToken": samples.TOKEN}))},
    ],
)  # fmt: skip
def test_a_session_token_is_in_no_column(value: Any) -> None:
    """However it is wrapped, the token does not come through."""
    for name in ("requestParameters", "errorMessage", "userAgent", "awsRegion", "resources"):
        if isinstance(value, str) and name in {"userAgent", "awsRegion"}:
            continue
        assert samples.TOKEN not in str(row(samples.event(**{name: value})))


def test_long_text_is_cut() -> None:
    """Parameters and error messages have an end."""
    got = row(samples.event(requestParameters={"a": "x" * 50_000}, errorMessage="y" * 50_000))
    assert (len(got["request_parameters"]), len(got["error_message"])) == (20_007, 4_007)
    assert got["request_parameters"].endswith("… (cut)")


def test_plain_error_text_stays() -> None:
    """Words about tokens are not secrets."""
    text = "The security token included in the request is invalid"
    assert masked_text(text) == text


def test_resources_and_bytes() -> None:
    """ARNs are listed once each; bytes written as a float are a number."""
    resources = [{"ARN": "a"}, {"ARNPrefix": "b/"}, {"ARN": "a"}, {"ResourceName": "i-1"}, 7, None, "text"]
    got = row(samples.event(resources=resources, additionalEventData={"bytesTransferredOut": 89.0}))
    assert (got["resources"], got["bytes_out"]) == ("a\nb/\ni-1\ntext", 89)


@pytest.mark.parametrize("value", [{"a": 1}, [1], 5, 1.5, True, "x" * 10, float("nan"), 10**400, "\ud800"])
@pytest.mark.parametrize("name", [*sorted(samples.event()), "resources", "additionalEventData", "sharedEventID"])
def test_wrong_types(tmp_path: Path, name: str, value: Any) -> None:
    """Any field may hold any type."""
    record = samples.event(**{name: value})
    if name in {"eventName", "eventSource"} or isinstance(value, str):
        record |= {"eventTime": "2026-11-01T03:00:00Z"}
    trail = load_trail(samples.write(tmp_path / "a.json", json.dumps(record).replace("9" * 400, "1")))
    assert len(trail.events) == 1


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "eventID", "eventTime", "@timestamp", "eventName", "eventSource", "awsRegion", "userIdentity", "responseElements",
    "requestParameters", "resources", "additionalEventData", "readOnly", "recipientAccountId", "errorMessage",
    "tlsDetails", "sourceIPAddress", "userIdentity.arn", "userIdentity.a.b", "eventTime.x",
)  # fmt: skip
INNER = st.dictionaries(
    st.sampled_from(("sessionContext", "sessionIssuer", "attributes", "credentials", "principalId", "arn", "type",
                     "accessKeyId", "creationDate", "expiration", "bytesTransferredOut", "accountId")),
    JSON_VALUES,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES | INNER))
def test_any_json_is_a_row(record: dict[str, Any]) -> None:
    """Arbitrary JSON in every field gives a row that the table takes."""
    raw = json.dumps(record)
    values = row_of(json.loads(raw), raw, [])
    assert len(frame(EVENTS, {name: [value] for name, value in zip(NAMES, values, strict=True)})) == 1
