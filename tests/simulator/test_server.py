"""The simulator as a server: on loopback only, with no other AWS in sight, and clear about what it cannot do."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from gdkit.aws.simulation import ask_simulator
from gdkit.simulator.accounts import Accounts
from gdkit.simulator.scenarios.stage import Actor, Stage
from gdkit.simulator.server import LOOPBACK, Simulator, in_environment, json_response
from tests.simulator.small_world import ACCOUNT, INTERNET, REGION, issued_key, outcome, policy_of

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld

MISSING = (
    ("json", "kms", "describe_custom_key_stores", {}, "kms:DescribeCustomKeyStores"),
    ("rest-json", "account", "list_regions", {}, "account:ListRegions"),
    ("rest-json, whole service", "detective", "list_graphs", {}, "detective:ListGraphs"),
    ("json, whole service", "health", "describe_events", {}, "health:DescribeEvents"),
    ("query", "iam", "generate_service_last_accessed_details", {"Arn": f"arn:aws:iam::{ACCOUNT}:role/x"},
     "iam:GenerateServiceLastAccessedDetails"),
    ("ec2", "ec2", "get_console_screenshot", {"InstanceId": "i-00000000000000000"}, "ec2:GetConsoleScreenshot"),
    ("rest-xml", "route53", "get_checker_ip_ranges", {}, "route53:GetCheckerIpRanges"),
)  # fmt: skip


@pytest.mark.parametrize("case", MISSING, ids=lambda case: case[0])
def test_missing_operation(world: SmallWorld, case: tuple[str, str, str, dict[str, str], str]) -> None:
    """What is not simulated is refused by name, at once, in each protocol; never answered with something else."""
    _, service, operation, parameters, name = case
    with pytest.raises(ClientError) as refused:
        getattr(world.api(service), operation)(**parameters)
    error = refused.value.response
    assert error["Error"]["Code"] == "NotImplemented"
    assert name in error["Error"]["Message"]
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert world.records[-1]["errorCode"].removeprefix("Client.") == "NotImplemented"


def test_missing_is_asked_after_permission(world: SmallWorld) -> None:
    """Who may not do it learns that, and not whether it is simulated."""
    key = world.role_key("curious", policy_of("Allow", "s3:*"))
    assert outcome(world.api("detective", key).list_graphs) == "AccessDeniedException"


@pytest.mark.parametrize("path", ["/", "/some-bucket/some-key", "/detector"])
def test_unsigned(world: SmallWorld, path: str) -> None:
    """A request without a signature is refused, and leaves no record."""
    before = len(world.records)
    with pytest.raises(HTTPError) as refused:
        urlopen(world.simulator.url + path, timeout=5)  # noqa: S310 - on loopback
    with refused.value as error:
        assert error.code == 403
        assert b"MissingAuthenticationToken" in error.read()
    assert len(world.records) == before


def test_refused_head_has_no_body(world: SmallWorld) -> None:
    """After a refused HEAD the connection is still in step: the next answers are those of the next calls."""
    s3 = world.api("s3", world.role_key("heads", policy_of("Allow", "s3:ListAllMyBuckets")))
    for _ in range(3):
        assert outcome(s3.head_object, Bucket="no-such", Key="k") == "403"
        assert outcome(s3.list_buckets) == "ok"


def test_loopback_only(world: SmallWorld) -> None:
    """The server listens on the loopback address and on no other."""
    host, port = urlsplit(world.simulator.url).hostname, urlsplit(world.simulator.url).port
    assert host == LOOPBACK == "127.0.0.1"
    with socket.create_connection((host, port or 0), timeout=1):
        pass
    for address in ("127.0.0.2", "::1"):
        with pytest.raises(OSError):
            socket.create_connection((address, port or 0), timeout=1)


def test_stops() -> None:
    """A stopped simulator answers no more."""
    simulator = Simulator(Accounts())
    simulator.stop()
    with pytest.raises(OSError):
        urlopen(simulator.url + "/_sim/state", timeout=1)  # noqa: S310


def test_switches(world: SmallWorld) -> None:
    """The simulator's own switches tell its time and what really happened, and there are no others."""
    with urlopen(world.simulator.url + "/_sim/state", timeout=5) as response:  # noqa: S310
        state = json.load(response)
    assert state["now"] == world.accounts.clock.now().isoformat()
    with urlopen(world.simulator.url + "/_sim/truth", timeout=5) as response:  # noqa: S310
        assert len(json.load(response)["calls"]) == state["calls"] == len(world.records)
    with pytest.raises(HTTPError) as refused:
        urlopen(world.simulator.url + "/_sim/other", timeout=5)  # noqa: S310
    refused.value.close()
    assert refused.value.code == 404


def test_other_switches(world: SmallWorld) -> None:
    """Other switches can be put in the place of the usual ones, which then answer nobody."""
    usual = world.simulator.switches
    world.simulator.switches = lambda _accounts, name, _request: (
        json_response(200, {"asked": name}) if name == "x" else None
    )
    try:
        assert ask_simulator(world.simulator.url, "x") == {"asked": "x"}
        assert ask_simulator(world.simulator.url, "truth") is None
    finally:
        world.simulator.switches = usual


def test_watchers(world: SmallWorld) -> None:
    """Who watches is told of each call once, with its record and who made it, from when he was added."""
    told: list[tuple[str, str, str | None]] = []
    world.accounts.watchers.append(
        lambda call, record, actor: told.append((call.operation, record["eventName"], actor))
    )
    try:
        world.api("sts").get_caller_identity()
    finally:
        world.accounts.watchers.clear()
    world.api("sts").get_caller_identity()
    assert told == [("GetCallerIdentity", "GetCallerIdentity", None)]


def test_attempt(world: SmallWorld) -> None:
    """An attempt gives the error's code where it was refused, and the answer where it was not."""
    now = world.accounts.clock.now()
    key = world.role_key("trier", policy_of("Allow", "s3:*"))
    stage = Stage(world.simulator, 0, now, now)
    actor = Actor("trial", "agent", lambda: key, INTERNET, REGION)
    assert stage.attempt(actor, "s3", "ListBuckets", {})[0] == ""
    assert stage.attempt(actor, "iam", "ListRoles", {"MaxItems": 5})[0] == "AccessDenied"
    issued = world.accounts.credentials.issued(key[0])
    assert issued is not None
    assert issued.secret_access_key == key[1]
    assert world.accounts.credentials.issued("ASIANOBODYSKEY000000") is None


def test_environment(world: SmallWorld) -> None:
    """The environment for gdkit names the simulator and two keys, and no variable that AWS's own tools read."""
    root, other = (world.accounts.credentials.root(ACCOUNT) for _ in "ab")
    named = world.simulator.environment(root, other)
    assert named["GDKIT_SIMULATOR"] == world.simulator.url
    assert named["GDKIT_SIMULATOR_ACCESS_KEY_ID"] == issued_key(root)[0]
    assert named["GDKIT_SIMULATOR_RESPONDER_SECRET_ACCESS_KEY"] == issued_key(other)[1]
    assert not any(name.startswith("AWS") for name in named)


def test_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables are set and taken away for the block, and are as before after it, whatever happens in it."""
    monkeypatch.setenv("GDKIT_TEST_A", "before")
    monkeypatch.setenv("GDKIT_TEST_B", "before")
    monkeypatch.delenv("GDKIT_TEST_C", raising=False)
    block = in_environment({"GDKIT_TEST_A": "in", "GDKIT_TEST_B": None, "GDKIT_TEST_C": "in"})
    with pytest.raises(KeyError), block:
        assert (os.environ["GDKIT_TEST_A"], os.environ.get("GDKIT_TEST_B"), os.environ["GDKIT_TEST_C"]) == (
            "in",
            None,
            "in",
        )
        raise KeyError
    assert (os.environ["GDKIT_TEST_A"], os.environ["GDKIT_TEST_B"]) == ("before", "before")
    assert "GDKIT_TEST_C" not in os.environ


def test_callers_address(world: SmallWorld) -> None:
    """Two callers with one key are told apart by the address from which they say they call."""
    key = world.role_key("shared")
    world.api("sts", key, route=INTERNET).get_caller_identity()
    assert world.last_record("GetCallerIdentity")["sourceIPAddress"] == INTERNET.address


def test_regions_are_apart(world: SmallWorld) -> None:
    """What stands in one region does not stand in another."""
    made = world.api("ec2").create_vpc(CidrBlock="10.99.0.0/24")["Vpc"]["VpcId"]
    seen = {region: [vpc["VpcId"] for vpc in world.api("ec2", region=region).describe_vpcs()["Vpcs"]]
            for region in (REGION, "us-west-2")}  # fmt: skip
    assert (made in seen[REGION], made in seen["us-west-2"]) == (True, False)
