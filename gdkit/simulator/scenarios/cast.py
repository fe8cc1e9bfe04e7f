"""Who plays: instances' software with credentials from the metadata service, users, and thieves with stolen ones."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from gdkit.simulator.scenarios.stage import Actor, Route

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from gdkit.simulator.iam.credentials import Issued
    from gdkit.simulator.scenarios.site import Instance
    from gdkit.simulator.scenarios.stage import Key, Stage

SSM_AGENT = "aws-sdk-go/1.55.5 (go1.24.6; linux; amd64) amazon-ssm-agent/3.3.2299.0"
APPLICATIONS = (
    "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#6.1.141-165.amzn2023.x86_64 md/arch#x86_64 lang/python#3.11.13",
    "aws-sdk-java/2.33.4 md/io#sync ua/2.1 os/Linux#6.1.141-165.amzn2023.x86_64 lang/java#21.0.8 md/OpenJDK",
    "aws-sdk-js/3.883.0 ua/2.1 os/linux#6.1.141-165.amzn2023.x86_64 lang/js md/nodejs#22.18.0",
)
THIEVES_TOOLS = (
    "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.12.38-kali-amd64 md/arch#x86_64 lang/python#3.13.7",
    "Boto3/1.39.3 md/Botocore#1.39.3 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.12.4",
    "aws-sdk-go-v2/1.38.3 ua/2.1 os/windows lang/go#1.25.0 md/GOOS#windows md/GOARCH#amd64",
)
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 aws-sdk-go-v2/1.38.3 ua/2.1 os/linux lang/go#1.25.0"

_RENEWED_BEFORE = timedelta(minutes=10)
_TOKEN_URL, _ROLE_URL = "/latest/api/token", "/latest/meta-data/iam/security-credentials/"


def read_credential(metadata_url: str, version: str) -> dict[str, Any]:
    """Read an instance's role credential from its metadata service, as software on the instance does.

    Args:
        metadata_url: the instance's endpoint.
        version: "1.0" for a plain read, "2.0" with a token.

    Raises:
        urllib.error.HTTPError: the service refused.
    """
    headers = {}
    if version == "2.0":
        ask = Request(metadata_url + _TOKEN_URL, method="PUT",  # noqa: S310 - the simulator's own address
                      headers={"X-aws-ec2-metadata-token-ttl-seconds": "21600"})  # fmt: skip
        headers = {"X-aws-ec2-metadata-token": _read(ask)}
    role = _read(Request(metadata_url + _ROLE_URL, headers=headers))  # noqa: S310
    told: dict[str, Any] = json.loads(_read(Request(metadata_url + _ROLE_URL + role, headers=headers)))  # noqa: S310
    return told


@dataclass(slots=True)
class InstanceKeys:
    """The credentials of one instance as its software holds them: read when needed, read anew before they end."""

    stage: Stage
    instance_id: str
    version: str
    _held: dict[str, Any] = field(default_factory=dict)

    def __call__(self) -> Key:
        """Give the credential in use now."""
        if not self._held or self._ends_at() - self.stage.accounts.clock.now() <= _RENEWED_BEFORE:
            self._held = read_credential(self.stage.simulator.metadata_url(self.instance_id), self.version)
        return key_of(self._held)

    def _ends_at(self) -> datetime:
        return datetime.fromisoformat(self._held["Expiration"])


def key_of(told: dict[str, Any]) -> Key:
    """Give the key in an answer of the metadata service or of AssumeRole."""
    return (told["AccessKeyId"], told["SecretAccessKey"], told.get("SessionToken") or told.get("Token"))


def held_by(party: str, issued: Issued, *, agent: str, address: str, region: str) -> Actor:
    """Give an actor with a credential of its own."""
    key: Key = (issued.access_key_id, issued.secret_access_key, issued.session_token)
    return Actor(party, agent, lambda: key, Route(address), region)


def with_key(actor: Actor, told: dict[str, Any]) -> Actor:
    """Give the same actor with another credential: one that it was handed or has taken."""
    key = key_of(told)
    return replace(actor, key=lambda: key)


def thief(random: Random, address: str, region: str, told: dict[str, Any]) -> Actor:
    """Give a thief who holds a stolen credential."""
    key = key_of(told)
    return Actor("thief", random.choice(THIEVES_TOOLS), lambda: key, Route(address), region)


@dataclass(frozen=True, slots=True)
class Software:
    """The agent and the application of one instance.

    Attributes:
        application: its client.
    """

    agent: Actor
    application: Actor
    instance: Instance


def software(stage: Stage, instance: Instance, *, application: str, version: str = "2.0") -> Software:
    """Give an instance's software: it calls from the instance's own way out, and S3 through the endpoint.

    Args:
        stage: where it plays.
        instance: the instance.
        application: user agent of the application.
        version: metadata version that the application uses; agents use 2.0.
    """
    network = instance.network
    route = Route(instance.way_out)
    inside = Route(instance.private_address, network.vpc_id, network.endpoint_id)
    routes = {"s3": inside} if network.endpoint_id else {}
    agents_key = InstanceKeys(stage, instance.id, "2.0")
    key: Callable[[], Key] = agents_key if version == "2.0" else InstanceKeys(stage, instance.id, version)
    agent = Actor("workload", SSM_AGENT, agents_key, route, network.region)
    return Software(agent, Actor("workload", application, key, route, network.region, routes), instance)


def live(stage: Stage, playing: Software, *, until: float, bucket: str, secret: str, every: float = 5.0) -> None:
    """Put an instance's daily work on the timetable: heartbeats, objects read and written, a secret now and then."""
    random = stage.random
    beat = {"InstanceId": playing.instance.id, "AgentName": "amazon-ssm-agent", "AgentVersion": "3.3.2299.0"}
    heartbeat = partial(stage.agent_call, playing.agent, "AmazonSSM.UpdateInstanceInformation", beat)
    read = partial(stage.call, playing.application, "s3", "get_object", Bucket=bucket, Key="catalogue.json")
    log_in = partial(stage.call, playing.application, "secretsmanager", "get_secret_value", SecretId=secret)
    for act, first, shortest, longest in ((heartbeat, every, every, every), (read, 12, 8, 16), (log_in, 20, 30, 50)):
        minute = random.uniform(0, first)
        while minute < until:
            stage.at(minute, act)
            minute += random.uniform(shortest, longest)


def _read(request: Request) -> str:
    with urlopen(request, timeout=10) as response:  # noqa: S310 - the simulator's own address
        return str(response.read().decode())
