"""The simulated world put together: its accounts, what is in them, and what is written down about them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from botocore.exceptions import ClientError

from gdkit.simulator.athena.service import Athena
from gdkit.simulator.backend import Backend
from gdkit.simulator.call import ApiError, Call, Principal, Source
from gdkit.simulator.clock import Clock
from gdkit.simulator.cloudtrail.delivery import TrailDelivery
from gdkit.simulator.cloudtrail.history import EventHistory
from gdkit.simulator.cloudtrail.lake import EventDataStores
from gdkit.simulator.cloudtrail.records import Outcome, record_of, shared_record
from gdkit.simulator.ec2.balancers import Balancers
from gdkit.simulator.ec2.compute import Compute
from gdkit.simulator.ec2.locks import SnapshotLocks
from gdkit.simulator.ec2.metadata import Host, MetadataService
from gdkit.simulator.ec2.metrics import InstanceMetrics
from gdkit.simulator.ec2.pools import AddressPools
from gdkit.simulator.ec2.sharing import Sharing
from gdkit.simulator.ec2.systems_manager import SystemsManager
from gdkit.simulator.ec2.transit import TransitGateways
from gdkit.simulator.faults import Faults
from gdkit.simulator.functions import Functions
from gdkit.simulator.guardduty.detector import Detector
from gdkit.simulator.guardduty.metrics import FilterMetrics
from gdkit.simulator.guardduty.service import GuardDuty
from gdkit.simulator.iam.authorize import Authorizer
from gdkit.simulator.iam.credentials import Credentials, Issued, RoleToAssume
from gdkit.simulator.iam.principals import Policies
from gdkit.simulator.iam.simulation import PolicySimulation
from gdkit.simulator.iam.sts import SecurityTokenService
from gdkit.simulator.organizations import Organizations
from gdkit.simulator.truth import Truth
from gdkit.simulator.world import World

if TYPE_CHECKING:
    from gdkit.simulator.call import Handlers, Result

Watcher: TypeAlias = Callable[[Call, dict[str, Any], str | None], None]
"""Is told of every call, with its record and the name of who made it; None for one who did not say."""

LOOKUPS_PER_S = 2.0
"""LookupEvents requests a second, per account and region. Source: CloudTrail User Guide, "Quotas"."""


class Accounts:
    """Every account of one simulated world.

    Args:
        seed: makes the world's names repeatable.
        lookups_per_s: limit of LookupEvents; None for no limit.

    Attributes:
        watchers: are told of every call from when they are added.
    """

    def __init__(self, seed: int = 0, *, lookups_per_s: float | None = LOOKUPS_PER_S) -> None:
        self._random = Random(f"ids {seed}")  # noqa: S311 - ids, not secrets
        self._lock = threading.Lock()
        self.clock = Clock()
        self.world = World()
        self.truth = Truth()
        self.backend = Backend(seed)
        self.credentials = Credentials(seed)
        self.faults = Faults(seed)
        self.policies = Policies(self.backend)
        self.compute = Compute(self.backend)
        self.authorizer = Authorizer(self.policies, self.compute)
        self.transit, self.pools = TransitGateways(self.backend), AddressPools()
        self.guardduty = GuardDuty(self.clock, seed=seed)
        self.history = EventHistory(self.clock, requests_per_s=lookups_per_s)
        self.delivery = TrailDelivery(self._put_object, seed=seed)
        self.athena = Athena(self.backend, self.authorizer, seed)
        self.lake = EventDataStores(self.backend, seed)
        self.detector = Detector(self.guardduty, self.world, self.compute.finding_details)
        self.metadata = MetadataService(self.clock, self.compute.host, self._issue_to_instance, seed)
        self.handlers: Handlers = {}
        self.watchers: list[Watcher] = []
        metrics = FilterMetrics(self.guardduty, InstanceMetrics(self.compute, self.metadata).statistics)
        for service in (self.guardduty, self.history, self.delivery, self.athena, self.lake, self.compute,
                        self.transit, self.pools, Organizations(self.world),
                        SecurityTokenService(self.credentials, self.policies, self.authorizer),
                        PolicySimulation(self.policies), SystemsManager(), metrics,
                        *(kind(self.backend) for kind in (Functions, Sharing, SnapshotLocks, Balancers))):  # fmt: skip
            self.handlers |= service.handlers()

    def new_id(self) -> str:
        """Give a new id for a request or an event."""
        with self._lock:
            return str(UUID(int=self._random.getrandbits(128), version=4))

    def learn(self, call: Call, result: Result) -> None:
        """Take in what moto's answer to a call changed: keys, instances, policies."""
        if call.service == "iam" and not call.operation.startswith(("Get", "List")):
            self.policies.forget()
        if call.service == "iam" and call.operation == "CreateAccessKey":
            self.know_user_key(call.account_id, result["AccessKey"])
        elif call.service == "iam" and call.operation == "UpdateAccessKey":
            key = str(call.parameters["AccessKeyId"])
            self.credentials.set_active(key, active=call.parameters["Status"] == "Active")
        elif call.service == "iam" and call.operation == "DeleteAccessKey":
            self.credentials.remove(str(call.parameters["AccessKeyId"]))
        elif call.service == "ec2" and call.operation == "RunInstances":
            for instance in result["Instances"]:
                self.compute.know(instance["InstanceId"], call.account_id, call.region, call.at.replace(microsecond=0))

    def perform(self, account_id: str, region: str, service: str, operation: str, **parameters: Any) -> Result:
        """Perform one of the simulator's own operations past the gateway: as root, with no record and no decision."""
        root = Principal("Root", account_id, account_id, f"arn:aws:iam::{account_id}:root")
        source = Source("AWS Internal", "AWS Internal")
        call = Call(service, operation, parameters, account_id, region, self.clock.now(), root, source)
        return self.handlers[service, operation](call)

    def role_session(self, account_id: str, role_name: str, session_name: str, duration_s: int) -> Issued:
        """Issue a session of a role past STS, with no record: for those who work with the kit."""
        bound = self.policies.of_role(account_id, role_name)
        if bound is None:
            raise ValueError(f"there is no role {role_name!r} in {account_id}")
        role = RoleToAssume(account_id, role_name, bound.unique_id, bound.arn)
        return self.credentials.session(role, session_name, self.clock.now(), duration_s)

    def know_user_key(self, account_id: str, key: Any) -> Issued:
        """Register an access key that IAM made for a user."""
        bound = self.policies.of_user(account_id, key["UserName"])
        if bound is None:
            raise ValueError(f"there is no user {key['UserName']!r} in {account_id}")
        return self.credentials.user(account_id, key["UserName"], bound.unique_id, bound.arn, key["AccessKeyId"],
                                     key["SecretAccessKey"])  # fmt: skip

    def write_down(self, call: Call, outcome: Outcome, actor: str | None = None) -> dict[str, Any]:
        """Record a call where CloudTrail does, let the detector see it, and note for the truth who made it."""
        record = record_of(call, outcome)
        records = [record]
        other = _other_account(call) if call.operation == "AssumeRole" else None
        if call.operation == "AssumeRole":
            record["sharedEventID"] = self.new_id()
        if other is not None and outcome.error is None:
            records.append(shared_record(record, account_id=other, event_id=self.new_id(), caller=call.principal))
        for one in records:
            self.truth.note(one, actor)
            self.history.add(one)
            self.delivery.observe(one)
            self.detector.observe(one)
        for watch in self.watchers:
            watch(call, record, actor)
        return record

    def _issue_to_instance(self, host: Host, version: str, duration_s: int) -> Issued:
        """Issue a credential to an instance, and record that EC2 took the role for it."""
        bound = self.policies.of_role(host.account_id, str(host.profile_role))
        if bound is None:
            raise ValueError(f"the instance profile of {host.instance_id} names a role that does not exist")
        role = RoleToAssume(host.account_id, str(host.profile_role), bound.unique_id, bound.arn)
        context = {
            "ec2:SourceInstanceARN": f"arn:aws:ec2:{host.region}:{host.account_id}:instance/{host.instance_id}",
            "ec2:RoleDelivery": version,
            "aws:EC2InstanceSourceVPC": host.vpc_id,
            "aws:EC2InstanceSourcePrivateIPv4": host.private_address,
        }
        issued = self.credentials.session(role, host.instance_id, self.clock.now(), duration_s, context)
        service = Principal("AWSService", host.account_id, "", "", name="ec2.amazonaws.com")
        source = Source("ec2.amazonaws.com", "ec2.amazonaws.com")
        asked = {"RoleArn": bound.arn, "RoleSessionName": host.instance_id}
        given = {
            "Credentials": {"AccessKeyId": issued.access_key_id, "SessionToken": issued.session_token,
                            "Expiration": issued.principal.expires_at},
        }  # fmt: skip
        call = Call("sts", "AssumeRole", asked, host.account_id, host.region, self.clock.now(), service, source)
        self.write_down(call, Outcome(self.new_id(), self.new_id(), given), "aws")
        return issued

    def _put_object(self, account_id: str, bucket: str, key: str, body: bytes, metadata: dict[str, str]) -> None:
        s3 = self.backend.client("s3", account_id, "us-east-1")
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata)
        except ClientError as error:
            raise ApiError(error.response["Error"]["Code"], error.response["Error"]["Message"]) from error


def _other_account(call: Call) -> str | None:
    """Give the account whose role a call takes, where it is another than the caller's."""
    parts = str(call.parameters.get("RoleArn", "")).split(":")
    return parts[4] if len(parts) > 5 and parts[4] != call.account_id else None
