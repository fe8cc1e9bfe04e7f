"""Faults by rule: what a network and a busy service do to a client."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Literal, get_args

from gdkit.simulator.call import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FaultKind = Literal["throttle", "deny", "expire", "500", "503", "reset", "delay", "truncate", "skew"]

FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
_XML_SERVICES = frozenset({"autoscaling", "ec2", "elb", "elbv2", "iam", "s3", "sns", "sts"})


@dataclass(frozen=True, slots=True)
class FaultRule:
    """One rule.

    Attributes:
        kind: what happens. ``reset`` cuts the connection, ``truncate`` sends half of the answer with status 200,
            ``skew`` says that the request's time is too far from the server's.
        service: botocore's name of the service; ``*`` for all.
        operation: the operation; ``*`` for all.
        region: the region; ``*`` for all.
        account_id: the account; ``*`` for all.
        times: how often it may happen; None for always.
        skip: how many calls it lets through first.
        probability: of happening to a call that it fits, 0 to 1.
        delay_s: seconds that the answer is held back; with any kind.
    """

    kind: FaultKind
    service: str = "*"
    operation: str = "*"
    region: str = "*"
    account_id: str = "*"
    times: int | None = None
    skip: int = 0
    probability: float = 1.0
    delay_s: float = 0.0

    def fits(self, service: str, operation: str, region: str, account_id: str) -> bool:
        """Tell whether the rule is about such a call."""
        pairs = ((self.service, service), (self.operation, operation), (self.region, region),
                 (self.account_id, account_id))  # fmt: skip
        return all(wanted in ("*", given) for wanted, given in pairs)


def rule_of(document: Mapping[str, Any]) -> FaultRule:
    """Read a rule from its JSON form.

    Raises:
        ValueError: an unknown kind or field, or a value that its field cannot have.
    """
    try:
        rule = FaultRule(**document)
        sound = min(rule.times or 0, rule.skip, rule.probability, rule.delay_s) >= 0 and rule.probability <= 1
    except TypeError as error:
        raise ValueError(f"not a fault rule: {error}") from error
    if not sound or not all(isinstance(text, str) for text in
                            (rule.service, rule.operation, rule.region, rule.account_id)):  # fmt: skip
        raise ValueError("names are text, numbers are not negative, and a probability is not above 1")
    if rule.kind not in FAULT_KINDS:
        raise ValueError(f"unknown kind of fault {rule.kind!r}; one of {', '.join(FAULT_KINDS)}")
    return rule


class Faults:
    """The rules in force, and how often each was used."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)  # noqa: S311 - chance in a test, not a secret
        self._rules: list[FaultRule] = []
        self._seen: list[int] = []
        self._fired: list[int] = []
        self._lock = threading.Lock()

    def set(self, rules: Iterable[FaultRule]) -> None:
        """Put these rules in force, in place of all others."""
        with self._lock:
            self._rules = list(rules)
            self._seen = [0] * len(self._rules)
            self._fired = [0] * len(self._rules)

    def fired(self) -> int:
        """Give how many faults happened since the rules were set."""
        with self._lock:
            return sum(self._fired)

    def pick(self, service: str, operation: str, region: str, account_id: str) -> FaultRule | None:
        """Give the fault that happens to a call; None for none."""
        with self._lock:
            for number, rule in enumerate(self._rules):
                if not rule.fits(service, operation, region, account_id):
                    continue
                self._seen[number] += 1
                spent = rule.times is not None and self._fired[number] >= rule.times
                if self._seen[number] <= rule.skip or spent or self._random.random() >= rule.probability:
                    continue
                self._fired[number] += 1
                return rule
        return None


def error_of(rule: FaultRule, service: str, operation: str) -> ApiError | None:
    """Give the error that a rule makes; None for a rule that makes none."""
    xml = service in _XML_SERVICES
    name = f"{service}:{operation}"
    errors = {
        "throttle": ("RequestLimitExceeded" if service == "ec2" else "ThrottlingException", "Rate exceeded", 400),
        "deny": (denied_code(service), f"User is not authorized to perform: {name}", 403),
        "expire": (expired_code(service), "The security token included in the request is expired", 403),
        "500": ("InternalError" if xml else "InternalServerException", "An internal error occurred", 500),
        "503": ("ServiceUnavailable" if xml else "ServiceUnavailableException", "Please try again", 503),
        "skew": ("RequestTimeTooSkewed" if xml else "InvalidSignatureException",
                 "Signature expired: the request's time is too far from the server's", 403),
    }  # fmt: skip
    if service == "s3":
        errors["throttle"] = ("SlowDown", "Please reduce your request rate.", 503)
    return ApiError(*errors[rule.kind]) if rule.kind in errors else None


def expired_code(service: str) -> str:
    """Give the error code with which a service refuses a session that has ended."""
    if service == "ec2":
        return "RequestExpired"
    return "ExpiredToken" if service in _XML_SERVICES else "ExpiredTokenException"


def unknown_key_code(service: str) -> str:
    """Give the error code with which a service refuses a key that it does not know, or a wrong token."""
    special = {"ec2": "AuthFailure", "s3": "InvalidAccessKeyId"}
    return special.get(service) or (
        "InvalidClientTokenId" if service in _XML_SERVICES else "UnrecognizedClientException"
    )


def denied_code(service: str) -> str:
    """Give the error code with which a service refuses for lack of permission."""
    if service == "ec2":
        return "UnauthorizedOperation"
    return "AccessDenied" if service in _XML_SERVICES else "AccessDeniedException"
