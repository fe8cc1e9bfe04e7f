"""What ``gdkit check`` says, as lines and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.permissions import STEPS

if TYPE_CHECKING:
    from gdkit.check import Reach, Trail, Tried


def reach_lines(reach: Reach) -> list[str]:
    """Say what can be reached, a line each; what came from AWS is still to be made plain for a terminal."""
    if reach.error is not None:
        return ["Nothing can be reached.", str(reach.error)]
    lines = [
        f"Identity:    {reach.caller_arn} (account {reach.account_id}, partition {reach.partition})",
        f"Regions:     {len(reach.regions.names)} to look in: {_names(reach.regions.names)}",
    ]
    if reach.simulated:
        lines.insert(0, "AWS is simulated: nothing here is about a real account.")
    if reach.regions.not_enabled:
        lines.append(f"             not enabled in the account: {_names(reach.regions.not_enabled)}")
    if reach.accounts:
        lines.append(f"Accounts:    {_names(reach.accounts)} can be reached through the member role")
    lines += _detector_lines(reach)
    lines += [f"Trail:       {_trail_words(trail)}" for trail in reach.trails]
    if not any(trail.every_region and trail.logging for trail in reach.trails):
        lines.append(
            "Trail:       none is known to record every region now: older events than 90 days, and data events, may "
            "be nowhere"
        )
    for step, meaning in STEPS.items():
        lines += _step_lines(step, meaning, [row for row in reach.tried if row.permission.needed_for == step])
    if reach.gaps:
        lines += ["Gaps:", *(f"  - {gap}" for gap in reach.gaps)]
    return lines


def reach_json(reach: Reach) -> dict[str, Any]:
    """Give what can be reached as values that JSON can hold."""
    error = reach.error
    return {
        "exit_status": reach.exit_status,
        "simulated": reach.simulated,
        "error": None if error is None else {
            "kind": error.kind, "code": error.code, "problem": error.problem, "action": error.action,
        },
        "account_id": reach.account_id or None,
        "caller_arn": reach.caller_arn or None,
        "partition": reach.partition or None,
        "regions": list(reach.regions.names),
        "regions_not_enabled": list(reach.regions.not_enabled),
        "accounts": list(reach.accounts),
        "detectors": {region: list(ids) for region, ids in reach.detectors},
        "trails": [_trail_json(trail) for trail in reach.trails],
        "permissions": [
            {
                "action": row.permission.action,
                "needed_for": row.permission.needed_for,
                "state": row.state,
                "reason": row.reason,
            }
            for row in reach.tried
        ],
        "gaps": list(reach.gaps),
    }  # fmt: skip


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"


def _detector_lines(reach: Reach) -> list[str]:
    watched = tuple(region for region, ids in reach.detectors if ids)
    blind = tuple(region for region, ids in reach.detectors if not ids)
    lines = [f"GuardDuty:   a detector in {_names(watched)}"]
    if blind:
        lines.append(f"             none in {_names(blind)}: a theft that is used there is not reported")
    return lines


def _trail_words(trail: Trail) -> str:
    state = {True: "records", False: "is STOPPED", None: "may record (its status could not be read)"}[trail.logging]
    scope = "every region" if trail.every_region else f"{trail.home_region} only"
    whose = "the organisation" if trail.organization else "the account"
    digests = "with digests" if trail.validated else "without digests"
    return f"{trail.arn} {state}: {scope}, of {whose}, into s3://{trail.bucket}, {digests}"


def _trail_json(trail: Trail) -> dict[str, Any]:
    names = ("arn", "home_region", "bucket", "every_region", "organization", "validated", "logging")
    return {name: getattr(trail, name) for name in names}


def _step_lines(step: str, meaning: str, tried: list[Tried]) -> list[str]:
    if not tried:
        return []
    allowed = [row for row in tried if row.state == "allowed"]
    lines = [f"Permissions: {step}: {len(allowed)} of {len(tried)} ({meaning})"]
    for state in ("missing", "not known"):
        named = [row.permission.action for row in tried if row.state == state]
        if named:
            lines.append(f"             {state}: {', '.join(named)}")
    return lines
