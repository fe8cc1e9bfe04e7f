"""Faults by rule: what each kind looks like to boto3, and which calls it happens to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from gdkit.simulator.faults import FAULT_KINDS, FaultRule, Faults, denied_code, rule_of
from tests.simulator.small_world import ACCOUNT, ONCE, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.small_world import SmallWorld

THRICE = Config(retries={"total_max_attempts": 3, "mode": "standard"})


@pytest.fixture(autouse=True)
def no_faults(world: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take every fault away after a test, and let boto3 not wait before it tries again."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    yield
    world.accounts.faults.set([])


def suffer(world: SmallWorld, kind: Any, service: str, operation: str, config: Config = ONCE, **rule: Any) -> Any:
    """Make a call to which a fault happens, and give the answer or the error, and how often it happened."""
    world.accounts.faults.set([FaultRule(kind, service, **rule)])
    try:
        told = getattr(world.api(service, config=config), operation)()
    except (ClientError, ConnectionClosedError, ReadTimeoutError, ResponseParserError) as error:
        told = error
    return told, world.accounts.faults.fired()


CODES = {
    "throttle": {"cloudtrail": "ThrottlingException", "ec2": "RequestLimitExceeded", "iam": "ThrottlingException"},
    "deny": {"cloudtrail": "AccessDeniedException", "ec2": "UnauthorizedOperation", "iam": "AccessDenied"},
    "expire": {"cloudtrail": "ExpiredTokenException", "ec2": "RequestExpired", "iam": "ExpiredToken"},
    "500": {"cloudtrail": "InternalServerException", "ec2": "InternalError", "iam": "InternalError"},
    "503": {"cloudtrail": "ServiceUnavailableException", "ec2": "ServiceUnavailable", "iam": "ServiceUnavailable"},
    "skew": {"cloudtrail": "InvalidSignatureException", "ec2": "RequestTimeTooSkewed", "iam": "RequestTimeTooSkewed"},
}
CALLS = {"cloudtrail": "describe_trails", "ec2": "describe_regions", "iam": "list_roles"}
TRIED_AGAIN = {"throttle", "500", "503"}


@pytest.mark.parametrize("kind", CODES)
def test_errors(world: SmallWorld, kind: str) -> None:
    """Each kind of refusal comes with the code that the service would use."""
    for service, code in CODES[kind].items():
        told, fired = suffer(world, kind, service, CALLS[service])
        assert isinstance(told, ClientError)
        assert (told.response["Error"]["Code"], fired) == (code, 1)


@pytest.mark.parametrize("kind", CODES)
def test_tried_again_or_not(world: SmallWorld, kind: str) -> None:
    """boto3 tries again after what passes by itself, and not after a refusal."""
    told, fired = suffer(world, kind, "guardduty", "list_detectors", THRICE)
    assert isinstance(told, ClientError)
    assert fired == (3 if kind in TRIED_AGAIN else 1)
    told, fired = suffer(world, kind, "guardduty", "list_detectors", THRICE, times=1)
    assert isinstance(told, dict) == (kind in TRIED_AGAIN)
    assert fired == 1


def test_reset(world: SmallWorld) -> None:
    """A cut connection is an error of the network, at once, after which boto3 tries again."""
    told, fired = suffer(world, "reset", "guardduty", "list_detectors")
    assert isinstance(told, ConnectionClosedError)
    assert fired == 1
    told, fired = suffer(world, "reset", "guardduty", "list_detectors", THRICE, times=2)
    assert (isinstance(told, dict), fired) == (True, 2)


def test_truncated(world: SmallWorld) -> None:
    """Half an answer with status 200: broken XML is an error, broken JSON is read as nothing at all."""
    told, _ = suffer(world, "truncate", "ec2", "describe_regions")
    assert isinstance(told, ResponseParserError)
    told, _ = suffer(world, "truncate", "guardduty", "list_detectors")
    assert isinstance(told, dict)
    assert "DetectorIds" not in told
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_delay(world: SmallWorld) -> None:
    """A late answer is an answer; for a client with less patience it is none."""
    told, fired = suffer(world, "delay", "guardduty", "list_detectors", delay_s=0.02)
    assert (isinstance(told, dict), fired) == (True, 1)
    hasty = Config(read_timeout=0.02, retries={"total_max_attempts": 1})
    told, _ = suffer(world, "delay", "guardduty", "list_detectors", hasty, delay_s=0.1)
    assert isinstance(told, ReadTimeoutError)


def test_fault_happens_instead_of_the_call(world: SmallWorld) -> None:
    """A call that a fault refused was not performed, and CloudTrail has no record of it."""
    before = len(world.records)
    world.accounts.faults.set([FaultRule("500", "iam", "CreateUser")])
    iam = world.api("iam")
    assert outcome(iam.create_user, UserName="never-made") == "InternalError"
    assert outcome(iam.get_user, UserName="never-made") == "NoSuchEntity"
    names = {record["eventName"] for record in world.records[before:]}
    assert ("GetUser" in names, "CreateUser" in names) == (True, False)


def test_lost_answer(world: SmallWorld) -> None:
    """A call whose answer was cut in half was performed: who tries again finds that it is done."""
    world.accounts.faults.set([FaultRule("truncate", "iam", "CreateUser", times=1)])
    with pytest.raises(ResponseParserError):
        world.api("iam").create_user(UserName="made")
    assert outcome(world.api("iam").create_user, UserName="made") == "EntityAlreadyExists"


def picks(rule: FaultRule, calls: int, **more: str) -> list[bool]:
    """Tell for each of some calls whether a fault happens."""
    faults = Faults(1)
    faults.set([rule])
    call = {"service": "ec2", "operation": "DescribeInstances", "region": "eu-west-1", "account_id": ACCOUNT} | more
    return [faults.pick(**call) is not None for _ in range(calls)]


def test_times_and_skip() -> None:
    """A rule lets the first calls through, happens as often as it says, and never again."""
    assert picks(FaultRule("500"), 3) == [True] * 3
    assert picks(FaultRule("500", times=2), 4) == [True, True, False, False]
    assert picks(FaultRule("500", skip=1), 3) == [False, True, True]
    assert picks(FaultRule("500", skip=2, times=1), 5) == [False, False, True, False, False]
    assert picks(FaultRule("500", times=0), 2) == [False, False]


def test_probability() -> None:
    """A rule happens about as often as its probability says, the same in every run."""
    often = picks(FaultRule("500", probability=0.3), 1000)
    assert 250 < sum(often) < 350
    assert often == picks(FaultRule("500", probability=0.3), 1000)
    assert not any(picks(FaultRule("500", probability=0), 100))


@pytest.mark.parametrize("field, fits, other", [
    ("service", "ec2", "iam"), ("operation", "DescribeInstances", "DescribeRegions"),
    ("region", "eu-west-1", "us-east-1"),
    ("account_id", ACCOUNT, "444455556666"),
])  # fmt: skip
def test_what_it_fits(field: str, fits: str, other: str) -> None:
    """A rule happens to the calls that it names, and to no others."""
    assert picks(FaultRule("500", **{field: fits}), 1) == [True]
    assert picks(FaultRule("500", **{field: other}), 1) == [False]


def test_region_over_http(world: SmallWorld) -> None:
    """A fault of one region leaves the others alone."""
    world.accounts.faults.set([FaultRule("503", "guardduty", region="us-west-2")])
    ends = {
        region: outcome(world.api("guardduty", region=region).list_detectors) for region in ("us-west-2", "eu-west-1")
    }
    assert ends == {"us-west-2": "ServiceUnavailableException", "eu-west-1": "ok"}


def test_first_rule_wins() -> None:
    """Of two rules the first that is not spent happens."""
    faults = Faults()
    faults.set([FaultRule("throttle", times=1), FaultRule("deny", "ec2")])
    kinds = [rule.kind if rule else None for rule in
             (faults.pick(service, "X", "r", "a") for service in ("ec2", "ec2", "iam"))]  # fmt: skip
    assert kinds == ["throttle", "deny", None]
    assert faults.fired() == 2
    faults.set([])
    assert faults.fired() == 0


def put(world: SmallWorld, body: bytes) -> tuple[int, dict[str, Any]]:
    """Set faults as another process does."""
    request = Request(world.simulator.url + "/_sim/faults", body, method="PUT")  # noqa: S310
    try:
        with urlopen(request, timeout=5) as response:  # noqa: S310 - on loopback
            return response.status, json.load(response)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_set_over_http(world: SmallWorld) -> None:
    """Another process can set faults, and see how many happened."""
    assert put(world, b'[{"kind": "throttle", "service": "guardduty", "times": 1}]') == (200, {})
    assert [outcome(world.api("guardduty").list_detectors) for _ in "ab"] == ["ThrottlingException", "ok"]
    with urlopen(world.simulator.url + "/_sim/state", timeout=5) as response:  # noqa: S310
        assert json.load(response)["faults_fired"] == 1


@pytest.mark.parametrize("body", [
    b"", b"5", b"{", b'["x"]', b'{"kind": "throttle"}', b'[{"kind": "nonsense"}]', b"[{}]",
    b'[{"kind": "500", "when": 1}]',
    b'[{"kind": "500", "times": "many"}]', b'[{"kind": "500", "times": -1}]', b'[{"kind": "500", "probability": 2}]',
    b'[{"kind": "500", "delay_s": null}]', b'[{"kind": "500", "service": ["ec2"]}]', b'[{"kind": []}]',
])  # fmt: skip
def test_bad_rule(world: SmallWorld, body: bytes) -> None:
    """A rule that cannot be is refused with a reason, and those in force stay."""
    world.accounts.faults.set([FaultRule("deny", "guardduty")])
    status, told = put(world, body)
    assert status == 400
    assert told["error"]
    assert outcome(world.api("guardduty").list_detectors) == "AccessDeniedException"


def test_every_kind_has_a_rule() -> None:
    """Every kind can be asked for by its name."""
    assert [rule_of({"kind": kind}).kind for kind in FAULT_KINDS] == list(FAULT_KINDS)


def test_denied_codes() -> None:
    """Each family of services has its own word for a lack of permission."""
    codes = {service: denied_code(service) for service in ("ec2", "s3", "iam", "guardduty")}
    assert codes == {"ec2": "UnauthorizedOperation", "s3": "AccessDenied", "iam": "AccessDenied",
                     "guardduty": "AccessDeniedException"}  # fmt: skip
