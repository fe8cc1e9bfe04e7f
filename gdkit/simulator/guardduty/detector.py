"""The simulator's own detection: it reads every CloudTrail record and decides as GuardDuty does.

Source: GuardDuty User Guide, "GuardDuty IAM finding types", InstanceCredentialExfiltration.OutsideAWS and .InsideAWS.
Use within the instance's own account makes no finding. Not simulated: what GuardDuty learns of usual networks, and that
it sees the VPC endpoints of some services only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gdkit.findings.fields import child, mapping, text
from gdkit.identifiers import address_kind, is_role_id, normal_address, parse_arn, parse_principal_id
from gdkit.simulator.guardduty.detector_finding import LeakedUse, first_version, next_version
from gdkit.trail.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gdkit.simulator.guardduty.service import DetectorView, GuardDuty
    from gdkit.simulator.world import World

DELAY_S = 390.0
"""Seconds from the first use to the finding. Source: a published finding of the family, first seen at 20:46:22 and
created at 20:52:51; other reports say 5 to 20 minutes."""

_S3 = "s3.amazonaws.com"

Key = tuple[str, str, str, str, str]
"""Account, region, type, principal id and remote party: what one finding is about."""


@dataclass(frozen=True, slots=True)
class _Open:
    """The finding that further uses are added to, as it will stand when all of them are seen."""

    document: dict[str, Any]
    detector_id: str


class Detector:
    """Makes and updates findings of instance credentials used elsewhere; safe to use from several threads.

    One finding stands for a session and a remote party (an address outside AWS, or an account inside), and shows the
    latest call. After someone archives it by hand, the next use makes a new one.

    Args:
        guardduty: where the findings go; no detector there, no finding.
        world: who holds which address.
        describe_instance: given account, region and instance id, what stands in the finding's
            ``resource.instanceDetails``; empty for an instance that is not known.
        delay_s: seconds from a use to its being seen in a finding.
    """

    def __init__(
        self,
        guardduty: GuardDuty,
        world: World,
        describe_instance: Callable[[str, str, str], dict[str, Any]],
        *,
        delay_s: float = DELAY_S,
    ) -> None:
        self._guardduty = guardduty
        self._world = world
        self._describe = describe_instance
        self._delay = timedelta(seconds=delay_s)
        self._open: dict[Key, _Open] = {}
        self._made: dict[Key, int] = {}

    def observe(self, record: Mapping[str, Any]) -> None:
        """Take in one CloudTrail record; a failed call is a use as well."""
        use = leaked_use(record, self._world)
        if use is None or self._watching(use) is None:
            return
        key: Key = (use.account_id, use.region, use.type, use.principal_id, use.remote)
        known = key in self._open
        details = {} if known else self._describe(use.account_id, use.instance_region, use.instance_id)
        with self._guardduty.lock:
            detector = self._watching(use)
            if detector is None:
                return
            before = self._still_open(key, detector)
            if before is not None:
                document = next_version(before.document, use, use.at + self._delay)
                self._guardduty.update_finding(document)
            else:
                details = details or self._details_before(key)
                document = self._first(key, use, detector, details)
                self._guardduty.add_finding(document)
            self._open[key] = _Open(document, detector.id)

    def _watching(self, use: LeakedUse) -> DetectorView | None:
        detector = self._guardduty.enabled_detector(use.account_id, use.region)
        return None if detector is None or (use.is_data_event and not detector.s3_data_events) else detector

    def _still_open(self, key: Key, detector: DetectorView) -> _Open | None:
        found = self._open.get(key)
        if found is None or found.detector_id != detector.id:
            return None
        by_hand = self._guardduty.archived_by_hand(key[0], key[1], found.document["id"])
        return None if by_hand else found

    def _details_before(self, key: Key) -> dict[str, Any]:
        """Give the instance as an earlier finding of the same kind described it."""
        found = self._open.get(key)
        return mapping(found.document, "resource", "instanceDetails") if found else {}

    def _first(self, key: Key, use: LeakedUse, detector: DetectorView, details: dict[str, Any]) -> dict[str, Any]:
        self._made[key] = number = self._made.get(key, 0) + 1
        identifier = self._guardduty.new_id("finding", detector.id, *key, number)
        return first_version(identifier, detector, use, details, use.at + self._delay)


def leaked_use(record: Mapping[str, Any], world: World) -> LeakedUse | None:
    """Decide whether a record shows an instance's credential used where it does not belong; None where it does not.

    Args:
        record: as CloudTrail writes it; every field may be missing.
        world: who holds which address.
    """
    use = _of_instance_role(record)
    if use is None or not _is_watched(record):
        return None
    address = text(record.get("sourceIPAddress"))
    kind = address_kind(address)
    public = normal_address(address) if kind == "public" else None
    place = world.place_of(public) if public else None
    use = replace(use, address=public, place=place)
    if text(record.get("vpcEndpointId")):
        return _inside(use, text(record.get("vpcEndpointAccountId")), world) if kind in ("public", "private") else None
    if place is None:
        return None
    return (
        replace(use, variant="OutsideAWS")
        if place.aws_account_id is None
        else _inside(use, place.aws_account_id, world)
    )


def _inside(use: LeakedUse, account_id: str | None, world: World) -> LeakedUse | None:
    if account_id is None or account_id == use.account_id:
        return None
    affiliated = account_id in world.organization_account_ids
    return replace(use, variant="InsideAWS", remote_account_id=account_id, affiliated=affiliated)


def _is_watched(record: Mapping[str, Any]) -> bool:
    """Tell whether GuardDuty reads this kind of record: management events, and data events of S3."""
    category = text(record.get("eventCategory")) or "Management"
    return category == "Management" or (category == "Data" and record.get("eventSource") == _S3)


def _of_instance_role(record: Mapping[str, Any]) -> LeakedUse | None:
    """Read who made the call; None unless it was an instance's role session, by itself, in the instance's account."""
    identity = mapping(dict(record), "userIdentity")
    principal = parse_principal_id(identity.get("principalId"))
    if identity.get("type") != "AssumedRole" or principal is None or identity.get("invokedBy"):
        return None
    if principal.instance_id is None or not is_role_id(principal.unique_id):  # the instance identity role has no id
        return None
    issued_to = parse_arn(child(identity, "inScopeOf", "credentialsIssuedTo"))
    if issued_to is None and not text(child(identity, "sessionContext", "ec2RoleDelivery")):
        return None  # a session that only has an instance's name
    account_id = issued_to.account_id if issued_to else text(identity.get("accountId"))
    region, at = text(record.get("awsRegion")), parse_time(record.get("eventTime"))
    if account_id is None or region is None or at is None or record.get("recipientAccountId") != account_id:
        return None
    return LeakedUse(
        record=record,
        principal_id=principal.text,
        role_name=text(child(identity, "sessionContext", "sessionIssuer", "userName")) or "",
        access_key_id=text(identity.get("accessKeyId")) or "",
        instance_id=principal.instance_id,
        account_id=account_id,
        instance_region=issued_to.region if issued_to else region,
        region=region,
        at=at,
        is_data_event=record.get("eventCategory") == "Data",
    )
