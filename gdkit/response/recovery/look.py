"""What AWS says now about the role, its instances and what was left behind: read-only, and nothing is raised for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws import rows
from gdkit.errors import AwsError, GdkitError
from gdkit.response.catalogue import MODULES, STEPS
from gdkit.response.recovery.item import InstanceNow, LastLook, Live
from gdkit.response.recovery.role_difference import AskedRole, role_difference
from gdkit.response.recovery.role_history import role_events
from gdkit.response.recovery.role_now import read_role
from gdkit.trail.lookup.plan import KEPT_FOR
from gdkit.trail.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.record import Application
    from gdkit.response.recovery.role_difference import RoleDifference
    from gdkit.response.recovery.role_now import RoleNow

NO_ACCESS = "AWS was not asked"
_NO_EVENTS = (
    "the event history was not asked for changes of the role by others (cloudtrail LookupEvents in the region of IAM's "
    "calls), so such changes may be missing"
)
_OFF = ("inactive", "disabled", "stopped")
"""States in which a thing lets nobody in. Source: IAM, EventBridge and EC2 API References."""

_TRUST_STEPS = ("pause-trust", "restore-trust")


def theft_began(result: Mapping[str, Any]) -> datetime | None:
    """Give when the theft began at the earliest: when the credential that the thief used was issued, or first used."""
    for kind in ("issue", "first use"):
        times = [parse_time(row["at"]) for row in result["timeline"] if row["kind"] == kind and row["at"]]
        if times:
            return min(at for at in times if at is not None)
    return None


def last_recheck(result: Mapping[str, Any]) -> LastLook | None:
    """Give the last look at whether the Deny works; None where nobody looked."""
    looked = result.get("response", {}).get("rechecks", [])
    at = parse_time(looked[-1]["at"]) if looked else None
    return None if at is None else LastLook(looked[-1]["holds"], at)


def look(
    result: Mapping[str, Any],
    applied: Sequence[Application],
    now: datetime,
    aws: ReadOnlyAws | None,
    event_rows: Iterable[Mapping[str, Any]] = (),
) -> Live:
    """Look at what the checks are about.

    Args:
        result: ``result.json``.
        applied: what the journal knows of steps.
        now: the present.
        aws: the reader; None without access: then only the case's own events are compared.
        event_rows: of ``tables.EVENTS``, the case's.
    """
    if aws is None:
        difference = _difference(result, applied, None, event_rows, [_NO_EVENTS])
        return Live(difference=difference, failed=dict.fromkeys(("instances", "things"), NO_ACCESS))
    failed: dict[str, str] = {}
    things = list(_things(aws, result, now, failed))
    return Live(
        instances=_instances(aws, result, failed),
        difference=_role(aws, result, applied, now, event_rows),
        exists={key: exists for key, exists, _ in things},
        off={key: off for key, _, off in things if off},
        in_force={one.number: _in_force(aws, one) for one in applied if one.status == "done" and not one.undone},
        failed=failed,
    )


def _instances(aws: ReadOnlyAws, result: Mapping[str, Any], failed: dict[str, str]) -> Mapping[str, InstanceNow] | None:
    """Give the instances of the role that the case knows; one that AWS lists no more is gone."""
    places: dict[tuple[str, str], list[str]] = {}
    for row in result["fleet"]:
        if row["instance_id"] and row["region"]:
            account_id = row["account_id"] or result["session"]["account_id"] or aws.account_id
            places.setdefault((account_id, row["region"]), []).append(row["instance_id"])
    if not places:
        failed["instances"] = "the case knows no instance of the role with its region"
        return None
    found: dict[str, InstanceNow] = {}
    for (account_id, region), ids in places.items():
        asked = {"Filters": [{"Name": "instance-id", "Values": ids}]}
        try:
            client = aws.client("ec2", region, account_id)
            listed = list(rows(client, "DescribeInstances", "Reservations", asked, account_id=account_id))
        except AwsError as error:
            failed["instances"] = _why(error)
            return None
        described = {one.id: one for one in map(_instance, (each for group in listed for each in group["Instances"]))}
        found |= {name: described.get(name, InstanceNow(name, "gone")) for name in ids}
    return found


def _instance(described: Mapping[str, Any]) -> InstanceNow:
    options = described.get("MetadataOptions") or {}
    return InstanceNow(
        id=str(described["InstanceId"]),
        state=str((described.get("State") or {}).get("Name") or "unknown"),
        http_tokens=options.get("HttpTokens"),
        http_endpoint=options.get("HttpEndpoint"),
        profile_arn=(described.get("IamInstanceProfile") or {}).get("Arn"),
    )


def _role(
    aws: ReadOnlyAws,
    result: Mapping[str, Any],
    applied: Sequence[Application],
    now: datetime,
    event_rows: Iterable[Mapping[str, Any]],
) -> RoleDifference | None:
    """Read the role and the changes that the event history knows, and compare."""
    session, since = result["session"], theft_began(result)
    if not (session["role_name"] and session["account_id"]) or since is None:
        return None
    account_id, gaps, role = session["account_id"], [], None
    looked: tuple[dict[str, Any], ...] = ()
    try:
        role = read_role(aws, account_id, session["role_name"])
    except AwsError as error:
        gaps.append(f"the role was not read: {_why(error)}")
    try:
        looked, cut = role_events(
            aws, account_id, session["role_name"], kept_from=now - KEPT_FOR, since=since, until=now
        )
        gaps += cut
    except AwsError as error:
        gaps.append(f"{_NO_EVENTS}: {_why(error)}")
    if since < now - KEPT_FOR:
        gaps.append("the event history keeps 90 days, and the theft began before: load the trail's log files")
    return _difference(result, applied, role, (*event_rows, *looked), gaps)


def _difference(
    result: Mapping[str, Any],
    applied: Sequence[Application],
    role: RoleNow | None,
    event_rows: Iterable[Mapping[str, Any]],
    gaps: Sequence[str],
) -> RoleDifference | None:
    session, since = result["session"], theft_began(result)
    if not (session["role_name"] and session["account_id"]) or since is None:
        return None
    suspects = frozenset((*result["events"]["thief_event_ids"], *result["events"]["unknown_event_ids"]))
    writes = sum(one.plan.step in _TRUST_STEPS and one.status != "not done" for one in applied)
    asked = AskedRole(session["role_name"], session["role_id"], session["account_id"], since, suspects, writes)
    return role_difference(role, event_rows, asked, gaps)


def _things(
    aws: ReadOnlyAws, result: Mapping[str, Any], now: datetime, failed: dict[str, str]
) -> Iterator[tuple[tuple[str, str, str, str], bool | None, str]]:
    """Ask for each thing that was left behind whether it exists, and whether it is switched off."""
    from gdkit import tables  # noqa: PLC0415 - pandas is loaded only where something was left behind
    from gdkit.environment.persistence import check_existence  # noqa: PLC0415

    left = result["impact"]["persistence"]
    if not left:
        return
    named = ("kind", "id", "parent_id", "account_id", "region")
    frame = tables.frame_of_rows(tables.PERSISTENCE, [{name: row[name] for name in named} for row in left])
    for row in tables.rows_of(check_existence(aws, frame, now=now)):
        if row["still_exists"] is None:
            failed.setdefault("things", str(row["check"]))
        off = str(row["status"] or "")
        key = thing_key(row["kind"], row["id"], row["parent_id"], row["account_id"])
        yield key, row["still_exists"], off if off.lower() in _OFF else ""


def thing_key(kind: object, name: object, parent: object, account_id: object) -> tuple[str, str, str, str]:
    """Give the key of a thing in ``Live.exists``."""
    return str(kind or ""), str(name or ""), str(parent or ""), str(account_id or "")


def _in_force(aws: ReadOnlyAws, one: Application) -> bool | None:
    """Read whether what an application left is still so; None where it cannot be read."""
    if one.plan.step not in MODULES or not one.plan.actions:
        return None
    try:
        return bool(STEPS[one.plan.step].read(aws, one.plan.target) == one.plan.after)
    except GdkitError:
        return None


def _why(error: AwsError) -> str:
    missing = f" ({error.permission} is missing)" if error.permission else ""
    return f"{error.problem}{missing}"
