"""A detector with findings, for the tests of what is done about a trusted address."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from gdkit.model import utc_text
from tests.findings import samples as s
from tests.response.desk import Desk, desk_for
from tests.simulator.small_world import ACCOUNT, REGION

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from gdkit.response.step import Step
    from tests.simulator.small_world import SmallWorld

ADDRESS, OTHER_ADDRESS, NETWORK = "203.0.113.40", "203.0.113.41", "203.0.113.0/26"
LABELS = {"owner": "Network team", "reason": "Egress of the office", "expires": "2027-01-31"}
_NUMBERS = count(1)


def detector_of(world: SmallWorld, account_id: str = ACCOUNT) -> str:
    """Give the id of the account's detector, which is made at need."""
    view = world.accounts.guardduty.enabled_detector(account_id, REGION)
    return view.id if view else world.accounts.guardduty.enable(account_id, REGION)


def document(at: datetime, *, address: str = ADDRESS, role: str = "app", **changes: Any) -> dict[str, Any]:
    """Give a finding of a role used at an address, with an id of its own."""
    made = {
        "id": f"{next(_NUMBERS):032x}", "createdAt": utc_text(at), "updatedAt": utc_text(at),
        "resource__accessKeyDetails__userName": role, **changes,
    }  # fmt: skip
    found = s.finding(**made)
    remote = found["service"]["action"]["awsApiCallAction"]["remoteIpDetails"]
    remote.pop("ipAddressV4", None)
    remote["ipAddressV6" if ":" in address else "ipAddressV4"] = address
    return found


def add(world: SmallWorld, **changes: Any) -> str:
    """Put in a finding that is made now, and give its id."""
    detector_of(world, changes.get("accountId", ACCOUNT))
    found = document(world.accounts.clock.now(), **changes)
    world.accounts.guardduty.add_finding(found)
    return str(found["id"])


def shown(world: SmallWorld, finding_id: str) -> dict[str, Any]:
    """Give a finding as GetFindings shows it, past the gateway."""
    asked = {"DetectorId": detector_of(world), "FindingIds": [finding_id]}
    found: dict[str, Any] = world.accounts.perform(ACCOUNT, REGION, "guardduty", "GetFindings", **asked)["Findings"][0]
    return found


def archived(world: SmallWorld, finding_id: str) -> bool:
    """Tell whether a finding is archived."""
    return bool(shown(world, finding_id)["Service"]["Archived"])


def do(world: SmallWorld, operation: str, **parameters: Any) -> dict[str, Any]:
    """Call GuardDuty past the gateway, on the account's detector."""
    if operation not in ("TagResource", "UntagResource"):
        parameters = {"DetectorId": detector_of(world), **parameters}
    answer: dict[str, Any] = world.accounts.perform(ACCOUNT, REGION, "guardduty", operation, **parameters)
    return answer


def rules(world: SmallWorld) -> dict[str, dict[str, Any]]:
    """Give every filter as it is set, by name, without its times and its version."""
    names = do(world, "ListFilters")["FilterNames"]
    found = {name: do(world, "GetFilter", FilterName=name) for name in names}
    times = ("CreatedAt", "UpdatedAt", "Version")
    return {name: {key: value for key, value in rule.items() if key not in times} for name, rule in found.items()}


def trusted_desk(world: SmallWorld, step: Step, folder: Path, *, finding_id: str | None = None, role: str = "app",
                 finding_type: str | None = s.OUTSIDE, **options: str) -> Desk:  # fmt: skip
    """Give a desk about a finding of a role; ``_`` in an option stands for a hyphen."""
    detector_of(world)
    told = {name.replace("_", "-"): value for name, value in options.items()}
    return desk_for(
        world, step, folder, options=told, role_name=role, finding_id=finding_id, finding_type=finding_type,
        finding_region=REGION, instance_id=s.INSTANCE,
    )  # fmt: skip
