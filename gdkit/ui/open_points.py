"""What of a case is not settled, a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.ui.words import ON_THE_INSTANCE, many, verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gdkit.model import Verdict


def open_points(result: dict[str, Any], verdict: Verdict) -> list[str]:
    """Say what is not settled."""
    points = []
    if result["finding"] is None:
        points.append("There is no finding: no address is known to be the thief's beforehand.")
    if verdict.value == "undetermined":
        points.append("Open: nobody has decided whether the external address is trusted.")
    elif result["origin"]["proposed_verdict"] not in (verdict.value, "undetermined"):
        points.append(f"Note: the verdict is {verdict.value}, and the evidence now proposes "
                      f"{result['origin']['proposed_verdict']}.")  # fmt: skip
    if verdict.value == "malicious" and _is_lifted(result.get("response", {}).get("applied", ())):
        points.append("Open: what contained the credentials was undone, and no step of containment is in force.")
    points += _left_points(result["impact"]["still_exists"])
    if result["events"]["unknown"]:
        points.append(f"Open: {many(result['events']['unknown'], 'call')} may be the thief's or the workload's.")
    points += _hunt_signs(result)
    if result["coverage"]["unread"]:
        points.append(f"Open: {many(len(result['coverage']['unread']), 'place')} in the logs could not be read.")
    if any(row["what"] == "data events" for row in result["coverage"]["not_searched"]):
        points.append("Open: data events were not searched, so objects read from S3 and the like would not be seen.")
    return [*points, ON_THE_INSTANCE]


def _is_lifted(applied: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether something of containment was applied, and nothing of it is in force any more."""
    held = [row["in_force"] for row in applied if row["phase"] == "containment"]
    return bool(held) and not any(held)


def _left_points(things: list[dict[str, Any]]) -> list[str]:
    """Say what is still to be done about what was left behind; nothing where AWS said that all of it is gone."""
    exist, unknown = (sum(row["state"] == state for row in things) for state in ("exists", "not checked"))
    points = []
    if exist:
        points.append(f"Open: {many(exist, 'thing')} that can give a way back in still {verb(exist, 'exists')}.")
    if unknown:
        points.append(f"Open: {many(unknown, 'thing')} that can give a way back in {verb(unknown, 'was')} not checked "
                      "and may still be there.")  # fmt: skip
    return points


def _hunt_signs(result: dict[str, Any]) -> list[str]:
    """Say what a hunt's signs speak of where no call is proven to be a thief's: a lead, and no verdict."""
    if result["events"]["thief"]:
        return []
    points = []
    for row in result["fleet"]:
        level, _, why = (row["suspicion"] or "").partition(": ")
        if row["leaked"] and why:
            calls = many(row["off_instance_events"] or 0, "call")
            points.append(f"Open: the hunt's signs speak of a use off the instance in {calls}, {level}; no rule of "
                          f"attribution proves it. {why}.")  # fmt: skip
    return points
