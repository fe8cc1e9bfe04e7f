"""What the failures of a call mean, as tables: AWS's error codes, and botocore's own errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdkit.errors import AwsErrorKind


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one sort of failure means, and what to do about it."""

    kind: AwsErrorKind
    problem: str
    action: str


_LOG_IN = "log in again (for example: aws sso login), or name another profile"
DENIED = Meaning("denied", "no permission", "")
EXPIRED = Meaning("expired", "the credentials that gdkit runs with have expired", _LOG_IN)
EXPIRED_OR_LATE = Meaning("expired", f"{EXPIRED.problem}, or this machine's clock is wrong",
                          f"{_LOG_IN}; see that the clock is right")  # fmt: skip
INVALID = Meaning(
    "credentials",
    "AWS does not accept the credentials here: they are not valid, or the region is not enabled for the account",
    "check the profile with: gdkit check",
)
SIGNATURE = Meaning("credentials", "AWS does not accept the signature: the secret key is not that of the key id",
                    "set the credentials anew; check them with: gdkit check")  # fmt: skip
CLOCK = Meaning("clock", "this machine's clock differs from AWS's by more than AWS accepts", "set the clock right")
THROTTLED = Meaning(
    "throttled",
    "AWS still answered that there are too many calls, after all retries",
    "try again in some minutes; others in the account share the same limit",
)
FAILED = Meaning("unreachable", "the service itself failed, after all retries", "try again later; see AWS Health")
NOT_ENABLED = Meaning("credentials", "the account may not use this service or region",
                      "enable it, or leave the region out")  # fmt: skip

_CODES: tuple[tuple[Meaning, str], ...] = (
    (DENIED, "AccessDenied AccessDeniedException UnauthorizedOperation AuthorizationError UnauthorizedAccess "
             "AuthorizationErrorException NotAuthorized NotAuthorizedException UnauthorizedException 403"),
    (EXPIRED, "ExpiredToken ExpiredTokenException TokenRefreshRequired"),
    (INVALID, "InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyId AuthFailure InvalidToken "
              "MissingAuthenticationToken MissingAuthenticationTokenException InvalidSecurity "
              "AccountProblem InvalidPayer"),
    (SIGNATURE, "SignatureDoesNotMatch InvalidSignatureException IncompleteSignature IncompleteSignatureException"),
    (EXPIRED_OR_LATE, "RequestExpired"),  # EC2 says so of a session that has ended, too
    (CLOCK, "RequestTimeTooSkewed RequestInTheFuture"),
    (THROTTLED, "Throttling ThrottlingException ThrottledException RequestThrottledException RequestThrottled "
                "TooManyRequestsException RequestLimitExceeded BandwidthLimitExceeded SlowDown EC2ThrottledException "
                "PriorRequestNotComplete TransactionInProgressException ProvisionedThroughputExceededException"),
    (FAILED, "InternalError InternalErrorException InternalFailure InternalServerError InternalServerErrorException "
             "InternalServerException InternalServiceException ServiceUnavailable ServiceUnavailableException "
             "ServiceException 500 502 503 504"),
    (NOT_ENABLED, "OptInRequired SubscriptionRequiredException RegionDisabledException"),
)  # fmt: skip
BY_CODE = {code: meaning for meaning, codes in _CODES for code in codes.split()}
"""Meaning by error code, without EC2's ``Client.`` in front.

Source: IAM and EC2 API References, "Common errors"; botocore's own list of throttling codes.
"""

_NO_CREDENTIALS = Meaning("credentials", "there are no AWS credentials",
                          "name a profile with --profile, or set up credentials with: aws configure sso")  # fmt: skip
_NO_PROFILE = Meaning("credentials", "the profile is not in the AWS settings",
                      "list the profiles with: aws configure list-profiles")  # fmt: skip
_BAD_SETTINGS = Meaning("credentials", "the AWS settings cannot be read",
                        "check ~/.aws/config and ~/.aws/credentials, or the files named instead")  # fmt: skip
_NO_LOGIN = Meaning("expired", "the login of the profile has ended", _LOG_IN)
_NOT_GIVEN = Meaning("credentials", "the source of the profile's credentials gave none",
                     "run what the profile names as its source by itself, and see what it says")  # fmt: skip
_UNREACHABLE = Meaning("unreachable", "no connection to AWS, after all retries",
                       "check the network, the proxy settings and any endpoint URL that the settings name")  # fmt: skip
_CUT_OFF = Meaning("incomplete", "the answer was cut off, or cannot be read", "try again; nothing of it was used")

_LOCAL: tuple[tuple[Meaning, str], ...] = (
    (_NO_CREDENTIALS, "NoCredentialsError PartialCredentialsError NoAuthTokenError"),
    (_NO_PROFILE, "ProfileNotFound"),
    (_BAD_SETTINGS, "ConfigNotFound ConfigParseError InvalidConfigError InfiniteLoopConfigError "
                    "InvalidDefaultsMode InvalidProxiesConfigError InvalidRetryConfigurationError"),
    (_NO_LOGIN, "SSOTokenLoadError UnauthorizedSSOTokenError TokenRetrievalError "
                "LoginTokenLoadError LoginRefreshRequired SSOError LoginError"),
    (_NOT_GIVEN, "CredentialRetrievalError MetadataRetrievalError"),
    (_CUT_OFF, "ResponseParserError ResponseStreamingError IncompleteReadError PaginationError "
               "FlexibleChecksumError ChecksumError"),
    (_UNREACHABLE, "ConnectionError HTTPClientError"),
)  # fmt: skip
BY_NAME = {name: meaning for meaning, names in _LOCAL for name in names.split()}
"""Meaning by the class of botocore's error. Source: botocore's exceptions and parsers modules."""

MEANINGS = tuple(dict.fromkeys((*BY_CODE.values(), *BY_NAME.values())))


def local_meaning(error: BaseException) -> tuple[str, Meaning | None]:
    """Give the name of an error that botocore raised, and what it means; the nearest class above it counts."""
    names = [base.__name__ for base in type(error).__mro__]
    return names[0], next((BY_NAME[name] for name in names if name in BY_NAME), None)
