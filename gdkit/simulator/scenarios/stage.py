"""The stage: actors who make real API calls over HTTP, in the order of a timetable, by the simulator's clock."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.request import Request, urlopen
from uuid import UUID

from botocore import xform_name
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from gdkit.simulator.gateway import ACTOR, ADDRESS, ENDPOINT, ENDPOINT_ACCOUNT, VPC
from gdkit.simulator.sessions import isolated_session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gdkit.simulator.accounts import Accounts
    from gdkit.simulator.server import Simulator

Key: TypeAlias = tuple[str, str, str | None]
"""Access key id, secret and session token."""

_CONFIG = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, parameter_validation=True,
                 request_checksum_calculation="when_required")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """From where an actor calls.

    Attributes:
        vpc_endpoint_id: set for calls through a VPC endpoint; then ``address`` is private.
        vpc_endpoint_account_id: the endpoint's account; None for the caller's own.
    """

    address: str
    vpc_id: str | None = None
    vpc_endpoint_id: str | None = None
    vpc_endpoint_account_id: str | None = None

    def headers(self) -> dict[str, str]:
        """Give the headers by which the gateway learns of it."""
        named = {ADDRESS: self.address, VPC: self.vpc_id, ENDPOINT: self.vpc_endpoint_id,
                 ENDPOINT_ACCOUNT: self.vpc_endpoint_account_id}  # fmt: skip
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone, or some software, that calls AWS.

    Attributes:
        party: what the truth calls it: ``thief``, ``workload``, ``admin``.
        key: gives the credential in use at the moment of the call.
        route: from where it calls.
        routes: other ways for some services, for example S3 through an endpoint.
        region: where it calls unless told otherwise.
    """

    party: str
    agent: str
    key: Callable[[], Key] = field(repr=False)
    route: Route
    region: str
    routes: Mapping[str, Route] = field(default_factory=dict)


class Stage:
    """Where a scenario is played.

    Args:
        simulator: the running simulator.
        seed: of everything that the scenario draws by chance.
        begins_at: the instant of minute 0 of the timetable.
        ends_at: from when on the clock runs by itself.
    """

    def __init__(self, simulator: Simulator, seed: int, begins_at: datetime, ends_at: datetime) -> None:
        self.simulator = simulator
        self.random = Random(f"scenario {seed}")  # noqa: S311 - a play, not a secret
        self.begins_at = begins_at
        self.ends_at = ends_at
        self._tokens = Random(f"tokens {seed}")  # noqa: S311 - as above
        self._session = isolated_session("AKIANOBODY", "nobody")
        self._clients: dict[tuple[str, str], Any] = {}
        self._playing: Actor | None = None
        self._timetable: list[tuple[float, int, Callable[[], object]]] = []

    @property
    def accounts(self) -> Accounts:
        """The simulated world."""
        return self.simulator.accounts

    def at(self, minute: float, act: Callable[[], object]) -> None:
        """Put an act on the timetable, at a minute after the beginning."""
        self._timetable.append((minute, len(self._timetable), act))

    def minute(self) -> float:
        """Give the minute that is being played."""
        return (self.accounts.clock.now() - self.begins_at).total_seconds() / 60

    def finish(self) -> None:
        """End the play at the end of its time: what is due is delivered, and the clock runs on from there."""
        self.accounts.clock.set(self.ends_at, running=True)
        self.accounts.delivery.deliver(self.ends_at)

    def play(self) -> None:
        """Play everything on the timetable in order of time; acts may put more acts on it, for later."""
        while self._timetable:
            self._timetable.sort(key=lambda entry: entry[:2])
            minute, _, act = self._timetable.pop(0)
            self.accounts.clock.set(self.begins_at + timedelta(minutes=minute))
            act()

    def call(self, actor: Actor, service: str, operation: str, *, region: str = "", **parameters: Any) -> Any:
        """Make one call over HTTP and give its result.

        Raises:
            botocore.exceptions.ClientError: the call was refused.
        """
        client = self._client(service, region or actor.region)
        credentials = self._session.get_credentials()
        credentials.access_key, credentials.secret_key, credentials.token = actor.key()
        self._playing = actor
        return getattr(client, operation)(**parameters)

    def agent_call(self, actor: Actor, target: str, body: dict[str, Any]) -> None:
        """Make a call that an agent makes and botocore does not know, such as Systems Manager's heartbeat.

        Args:
            actor: the agent.
            target: service and operation, ``AmazonSSM.UpdateInstanceInformation``.
            body: its parameters.

        Raises:
            OSError: the call was refused.
        """
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        request = AWSRequest("POST", self.simulator.url + "/", headers=headers, data=json.dumps(body).encode())
        SigV4Auth(Credentials(*actor.key()), "ssm", actor.region).add_auth(request)
        self._playing = actor
        self._dress(request, "ssm")
        ready = request.prepare()
        sent = Request(ready.url, ready.body, dict(ready.headers.items()))  # noqa: S310 - the simulator's own address
        with urlopen(sent, timeout=30) as response:  # noqa: S310
            response.read()

    def refused(self, actor: Actor, service: str, operation: str, *, region: str = "", **parameters: Any) -> str:
        """Make one call that must be refused, and give the error's code.

        Raises:
            AssertionError: it was not refused, so the scenario is not what it says.
        """
        try:
            self.call(actor, service, operation, region=region, **parameters)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        raise AssertionError(f"{service}.{operation} was to be refused")

    def attempt(self, actor: Actor, service: str, operation: str, parameters: Mapping[str, Any],
                region: str = "") -> tuple[str, Any]:  # fmt: skip
        """Make one call that may be refused.

        Args:
            actor: who calls.
            service: botocore's name of the service.
            operation: its name in the service's API, such as ``ListBuckets``.
            parameters: as boto3's caller gives them.
            region: where; the actor's own unless told.

        Returns:
            The error's code, empty where it was answered; and the answer.
        """
        try:
            return "", self.call(actor, service, xform_name(operation), region=region, **parameters)
        except ClientError as error:
            return str(error.response["Error"]["Code"]), error.response

    def _client(self, service: str, region: str) -> Any:
        key = (service, region)
        if key not in self._clients:
            client = self._session.create_client(service, region, endpoint_url=self.simulator.url, config=_CONFIG)
            client.meta.events.register("before-send", lambda request, **_: self._dress(request, service))
            client.meta.events.register_first("before-parameter-build", self._give_tokens)
            self._clients[key] = client
        return self._clients[key]

    def _give_tokens(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Give the idempotency tokens that boto3 would make up, so that they are the same in every run."""
        for name in model.idempotent_members:
            params.setdefault(name, str(UUID(int=self._tokens.getrandbits(128), version=4)))

    def _dress(self, request: Any, service: str) -> None:
        """Put on a request who plays: the user agent, the address, and the name that only the truth learns."""
        actor = self._playing
        if actor is None:
            raise RuntimeError("a call without an actor")
        request.headers["User-Agent"] = actor.agent
        request.headers[ACTOR] = actor.party
        for name, value in actor.routes.get(service, actor.route).headers().items():
            request.headers[name] = value
