"""Failures: every one becomes an AwsError that says what to do and shows nothing secret."""

from __future__ import annotations

import traceback
from typing import Any

import botocore.exceptions as raised
import pytest
from botocore.parsers import ResponseParserError
from hypothesis import given
from hypothesis import strategies as st

from gdkit.aws import ask, rows
from gdkit.aws.failures import BY_NAME, MEANINGS
from gdkit.aws.translate import translating
from gdkit.errors import AwsCall, AwsError, UsageError
from tests.aws.fakes import ACCOUNT, Refusal, reader

CALL = AwsCall("guardduty", "ListDetectors", ACCOUNT, "eu-west-1")
TOKEN = "FwoGZXIvYXdzEXAMPLEtokenEXAMPLEtokenEXAMPLEtokenEXAMPLE//////////wEaDEXAMPLE"  # noqa: S105 - made up
DENIED = (
    f"User: arn:aws:sts::{ACCOUNT}:assumed-role/analyst/ann is not authorized to perform: guardduty:ListDetectors on "
    "resource: * "
)


def _translated(error: Exception) -> AwsError:
    with pytest.raises(AwsError) as found, translating(CALL):
        raise error
    return found.value


def _refused(code: str, message: str = "") -> AwsError:
    return _translated(raised.ClientError({"Error": {"Code": code, "Message": message}}, "ListDetectors"))


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("because no identity-based policy allows the guardduty:ListDetectors action", "no policy of your role"),
        ("with an explicit deny in a service control policy", "a service control policy of the organisation denies"),
        ("with an explicit deny in a resource control policy", "a resource control policy of the organisation"),
        ("because no permissions boundary allows the guardduty:ListDetectors action", "permissions boundary does not"),
        ("with an explicit deny in an identity-based policy", "a policy of your role or user denies"),
        ("because no session policy allows the guardduty:ListDetectors action", "session's policy does not"),
    ],
)
def test_denied(message: str, why: str) -> None:
    """A denial names the missing action, which policy is at fault, and whom to ask."""
    error = _refused("AccessDeniedException", DENIED + message)
    assert (error.kind, error.permission, error.code) == ("denied", "guardduty:ListDetectors", "AccessDeniedException")
    assert why in error.problem
    assert ("administrators" in error.action) is ("control policy" in message)
    assert (error.service, error.operation, error.account_id, error.region) == (
        "guardduty", "ListDetectors", ACCOUNT, "eu-west-1",
    )  # fmt: skip
    assert str(error).startswith(f"guardduty ListDetectors in eu-west-1 of account {ACCOUNT}: no permission for")


@pytest.mark.parametrize("code", ["AccessDenied", "UnauthorizedOperation", "Client.UnauthorizedOperation", "403"])
def test_denied_without_an_action(code: str) -> None:
    """Where the message names no action, the call does; an encoded message is not shown."""
    error = _refused(code, f"You are not authorized. Encoded authorization failure message: {TOKEN}")
    assert (error.kind, error.permission) == ("denied", "guardduty:ListDetectors")
    assert TOKEN[:20] not in str(error)


@pytest.mark.parametrize(
    ("code", "message", "kind", "says"),
    [
        ("ExpiredToken", "", "expired", "log in again"),
        ("ExpiredTokenException", "", "expired", "have expired"),
        ("InvalidClientTokenId", "", "credentials", "the region is not enabled"),
        ("AuthFailure", "", "credentials", "not valid"),
        ("UnrecognizedClientException", "", "credentials", "gdkit check"),
        ("SignatureDoesNotMatch", "", "credentials", "the secret key"),
        ("SignatureDoesNotMatch", "Signature expired: 20261101T000000Z is now earlier", "clock", "clock"),
        ("InvalidSignatureException", "Signature not yet current: 2026", "clock", "set the clock"),
        ("RequestTimeTooSkewed", "", "clock", "clock"),
        ("ThrottlingException", "Rate exceeded", "throttled", "after all retries"),
        ("RequestLimitExceeded", "", "throttled", "share the same limit"),
        ("OptInRequired", "", "credentials", "may not use"),
        ("InternalServerErrorException", "", "unreachable", "the service itself failed"),
        ("InternalServerException", "", "unreachable", "try again later"),
        ("NoSuchEntityException", "The role was not found", "other", "The role was not found"),
    ],
)
def test_codes(code: str, message: str, kind: str, says: str) -> None:
    """Each sort of refusal has its kind, its words, and keeps AWS's code."""
    error = _refused(code, message)
    assert (error.kind, error.code) == (kind, code)
    assert says in str(error)
    assert code in str(error)


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (raised.NoCredentialsError(), "credentials", "--profile"),
        (raised.PartialCredentialsError(provider="env", cred_var="x"), "credentials", "no AWS credentials"),
        (raised.ProfileNotFound(profile="nobody"), "credentials", "list-profiles"),
        (raised.ConfigParseError(path="/x", error="y"), "credentials", "cannot be read"),
        (raised.SSOTokenLoadError(error_msg=TOKEN), "expired", "sso login"),
        (raised.UnauthorizedSSOTokenError(), "expired", "log in again"),
        (raised.TokenRetrievalError(provider="sso", error_msg=TOKEN), "expired", "log in again"),
        (raised.CredentialRetrievalError(provider="process", error_msg=TOKEN), "credentials", "gave none"),
        (raised.MetadataRetrievalError(error_msg=TOKEN), "credentials", "gave none"),
        (raised.EndpointConnectionError(endpoint_url="https://x"), "unreachable", "no connection"),
        (raised.ConnectTimeoutError(endpoint_url="https://x"), "unreachable", "no connection"),
        (raised.ReadTimeoutError(endpoint_url="https://x"), "unreachable", "no connection"),
        (raised.ProxyConnectionError(proxy_url="http://user:pw@x"), "unreachable", "proxy"),
        (raised.SSLError(endpoint_url="https://x", error="bad"), "unreachable", "no connection"),
        (raised.IncompleteReadError(actual_bytes=1, expected_bytes=2), "incomplete", "cut off"),
        (raised.PaginationError(message="same token"), "incomplete", "nothing of it was used"),
        (ResponseParserError(f"Unable to parse {TOKEN}"), "incomplete", "cannot be read"),
        (raised.ParamValidationError(report="Missing DetectorId"), "other", "Missing DetectorId"),
    ],
)
def test_own_errors(error: Exception, kind: str, says: str) -> None:
    """What botocore raises by itself is told in the same way, without what it carries."""
    found = _translated(error)
    assert found.kind == kind
    assert says in str(found)
    assert TOKEN[:20] not in str(found)
    assert "user:pw" not in str(found)


@given(st.sampled_from(["ValidationError", "SignatureDoesNotMatch", "AccessDenied", "x" * 200]), st.text(max_size=80))
def test_nothing_secret(code: str, noise: str) -> None:
    """No message shows a session token, a control character, or more than a few lines, whatever AWS writes."""
    error = _refused(code, f"{noise}\nx-amz-security-token:{TOKEN}\x1b[31m{noise}")
    said = "".join(traceback.format_exception(error))
    assert TOKEN[:30] not in said
    assert "\x1b" not in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 700


def test_own_errors_pass() -> None:
    """An error of gdkit itself is not wrapped again."""
    with pytest.raises(UsageError, match="as it was"), translating(CALL):
        raise UsageError("as it was")


def test_every_meaning_says_what_to_do() -> None:
    """Each failure that is known by its code or class says what to do next; a denial does so by its action."""
    assert [meaning.problem for meaning in MEANINGS if not meaning.action] == ["no permission"]


def test_names_exist() -> None:
    """Every class of the table is one of botocore's, so none is a typing error that never matches."""
    known = {*vars(raised), ResponseParserError.__name__}
    assert set(BY_NAME) <= known


def test_cut_off_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without its list was cut off and is an error; it never counts as an empty list."""
    _, aws = reader(monkeypatch, {("guardduty", "ListDetectors"): {}, ("cloudtrail", "DescribeTrails"): {}})
    for service, operation, key in (("guardduty", "ListDetectors", "DetectorIds"),
                                    ("cloudtrail", "DescribeTrails", "trailList")):  # fmt: skip
        with pytest.raises(AwsError, match=f"lacks {key}") as found:
            list(rows(aws.client(service), operation, key))
        assert found.value.kind == "incomplete"


def test_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages are read, and a failure on a later page is raised, not swallowed."""
    pages: dict[Any, Any] = {
        None: {"DetectorIds": ["a", "b"], "NextToken": "2"},
        "2": {"DetectorIds": ["c"], "NextToken": "3"},
        "3": Refusal("ThrottlingException"),
    }
    answers = {("guardduty", "ListDetectors"): lambda call: pages[call.parameters.get("NextToken")]}
    _, aws = reader(monkeypatch, answers)
    got = []
    with pytest.raises(AwsError) as found:
        for row in rows(aws.client("guardduty"), "ListDetectors", "DetectorIds", account_id=ACCOUNT):
            got.append(row)
    assert got == ["a", "b", "c"]
    assert (found.value.kind, found.value.account_id) == ("throttled", ACCOUNT)
    pages["3"] = {"DetectorIds": ["d"]}
    assert list(rows(aws.client("guardduty"), "ListDetectors", "DetectorIds")) == ["a", "b", "c", "d"]


def test_answer_without_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transport's metadata is no part of an answer."""
    _, aws = reader(monkeypatch, {})
    assert set(ask(aws.client("sts"), "GetCallerIdentity")) == {"UserId", "Account", "Arn"}
