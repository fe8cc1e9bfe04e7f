"""A small simulated world for tests: two accounts, roles, instances, and real clients that reach it over HTTP."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import ClientError

from gdkit.simulator.accounts import Accounts
from gdkit.simulator.scenarios.cast import key_of, read_credential
from gdkit.simulator.scenarios.site import Instance, Network, Site, allow
from gdkit.simulator.scenarios.stage import Key, Route
from gdkit.simulator.server import Simulator, running
from gdkit.simulator.sessions import isolated_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-west-1"
START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
INTERNET = Route("198.51.100.7")
ONCE = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
EVERYTHING = allow(["*"])


@dataclass(slots=True)
class Fleet:
    """Two instances of one role."""

    role: str
    role_id: str
    instances: tuple[Instance, Instance]

    def principal_id(self, number: int) -> str:
        """Give ``AROA…:i-…`` of one of them."""
        return f"{self.role_id}:{self.instances[number].id}"


@dataclass
class SmallWorld:
    """The world, and what tests do in it; every test uses names of its own."""

    simulator: Simulator
    records: list[dict[str, Any]] = field(default_factory=list)
    _clients: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.accounts = self.simulator.accounts
        self.site, self.other = (Site(self.accounts, one, REGION) for one in (ACCOUNT, OTHER))
        self.root = issued_key(self.accounts.credentials.root(ACCOUNT))
        observe = self.accounts.detector.observe

        def keep(record: dict[str, Any]) -> None:
            self.records.append(record)
            observe(record)

        self.accounts.detector.observe = keep  # type: ignore[method-assign]

    @cached_property
    def network(self) -> Network:
        """The network of the first account."""
        return self.site.network("10.20.0.0/24", nat=True)

    def api(self, service: str, key: Key | None = None, *, region: str = REGION, route: Route = INTERNET,
            config: Config = ONCE) -> Any:  # fmt: skip
        """Give a client over HTTP; with the first account's root key unless told otherwise."""
        place = (service, key, region, route, id(config))
        if place not in self._clients:
            session = isolated_session(*(key or self.root))
            client = session.create_client(service, region, endpoint_url=self.simulator.url, config=config)
            client.meta.events.register("before-send", lambda request, **_: _dress(request, route))
            self._clients[place] = client
        return self._clients[place]

    def role_key(self, name: str, policy: str = EVERYTHING, *, site: Site | None = None, lasts_s: int = 3600) -> Key:
        """Make a role and give a session of it."""
        place = site or self.site
        place.role(name, {"AWS": f"arn:aws:iam::{place.account_id}:root"}, policy)
        return issued_key(self.accounts.role_session(place.account_id, name, "someone", lasts_s))

    def fleet(self, name: str, policy: str = EVERYTHING) -> Fleet:
        """Make a role and two instances with it."""
        self.site.instance_role(name, f"{name}-profile", policy)
        one, two = (self.site.instance(self.network, profile=f"{name}-profile", name=name, public=False) for _ in "ab")
        bound = self.accounts.policies.of_role(ACCOUNT, name)
        assert bound is not None
        return Fleet(name, bound.unique_id, (one, two))

    def stolen(self, instance: Instance, version: str = "2.0") -> Key:
        """Read an instance's credential from its metadata service."""
        return key_of(read_credential(self.simulator.metadata_url(instance.id), version))

    def forbid(self, role: str, condition: dict[str, Any], action: str = "*", name: str = "deny") -> None:
        """Put an inline Deny on a role, over HTTP."""
        document = policy_of("Deny", action, condition)
        self.api("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)

    def events(self, **attribute: str) -> list[dict[str, Any]]:
        """Look up events by one attribute, as an analyst does, in the region and for global services; newest first."""
        found: list[dict[str, Any]] = []
        for region in (REGION, "us-east-1"):
            pages = self.api("cloudtrail", region=region).get_paginator("lookup_events").paginate(
                LookupAttributes=[{"AttributeKey": key, "AttributeValue": value} for key, value in attribute.items()],
                StartTime=START - timedelta(days=2), EndTime=START + timedelta(days=30),
            )  # fmt: skip
            found += [json.loads(row["CloudTrailEvent"]) for page in pages for row in page["Events"]]
        return found

    def last_record(self, name: str) -> dict[str, Any]:
        """Give the newest record of an event of this name."""
        return next(record for record in reversed(self.records) if record["eventName"] == name)

    def go_on(self, **time: float) -> None:
        """Let time pass."""
        self.accounts.clock.set(self.accounts.clock.now() + timedelta(**time))

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            client.close()


@contextmanager
def small_world(seed: int = 1) -> Iterator[SmallWorld]:
    """Run a small world; one at a time in a process, for moto has one state only."""
    accounts = Accounts(seed, lookups_per_s=None)
    accounts.clock.set(START)
    with running(accounts) as simulator:
        world = SmallWorld(simulator)
        try:
            yield world
        finally:
            world.close()


def issued_key(issued: Any) -> Key:
    """Give a credential as clients take it."""
    return (issued.access_key_id, issued.secret_access_key, issued.session_token)


def policy_of(effect: str, action: str, condition: dict[str, Any] | None = None, resource: str = "*") -> str:
    """Write a policy of one statement."""
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}
    )


def outcome(call: Callable[..., Any], **parameters: Any) -> str:
    """Make a call and give ``ok``, or the code of the error."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


def _dress(request: Any, route: Route) -> None:
    for name, value in route.headers().items():
        request.headers[name] = value
