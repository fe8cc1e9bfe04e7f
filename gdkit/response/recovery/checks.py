"""The questions of the recovery checklist, each answered from what is known: pure functions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit.model import utc_text
from gdkit.response.credential.told import plain
from gdkit.response.recovery.item import Item
from gdkit.trail.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gdkit.response.recovery.item import InstanceNow, Known, Standing

DENIES = ("deny-session", "deny-role", "revoke-sessions")
"""Steps that deny the leaked session."""

_EVIDENCE = {"describe-instance": "what AWS says of the instance", "snapshot-volumes": "its volumes"}
_SESSIONS = ("at_time", "unknown")
_MOST_NAMES = 8


def root_cause(known: Known) -> Item:
    """Is the way closed by which the credential was read?"""
    question = "Is the way closed by which the credential was read from the instance?"
    source = "EC2 DescribeInstances, MetadataOptions; EC2 User Guide, Use IMDSv2; theft_path in result.json"
    leaked, told = _leaked(known)
    if leaked is None:
        return Item("root-cause", question, "unknown", told, "read the instances' metadata options: ec2 "
                    "DescribeInstances, MetadataOptions.HttpTokens", source)  # fmt: skip
    instances = (known.live.instances or {}).values()
    open_ids = [one.id for one in instances if one.answers_v1]
    if open_ids:
        return Item("root-cause", question, "not yet", f"{_names(open_ids)} of the role still answer IMDSv1; {told}",
                    "apply require-imdsv2, and set HttpTokens to required on each of them", source)  # fmt: skip
    path = known.result["theft_path"]["value"]
    seen = f"no instance of the role that the case knows answers IMDSv1; {told}; the log says of the way: {path}"
    isolated = known.in_force("isolate-instance")
    if leaked.is_gone or isolated:
        held = f"isolated {isolated[-1].at}" if isolated and not leaked.is_gone else f"{leaked.id} is {leaked.state}"
        return Item("root-cause", question, "done", f"{seen}; {held}", "", source)
    return Item("root-cause", question, "unknown", f"{seen}; whether the thief is still on {leaked.id}, or the hole in "
                "its software is closed, AWS does not show", "isolate or rebuild the host, close the hole, and note "
                "it", source)  # fmt: skip


def role(known: Known) -> Item:
    """Are the role's policies and trust as before?"""
    question = "Are the role's policies, boundary and trust as they were before the theft?"
    source = "IAM GetRole, GetRolePolicy, ListAttachedRolePolicies; CloudTrail LookupEvents by the role's name"
    found = known.live.difference
    if found is None:
        return Item("role", question, "unknown", "the case does not know the role, or when the theft began",
                    "load events of the session, then look again", source)  # fmt: skip
    open_things = [one for one in found.changes if one.compared != "as before"]
    told = "; ".join(f"{one.thing}: {one.compared}, {one.why}" for one in open_things[:_MOST_NAMES])
    own = f"; gdkit's own, which go when they are undone: {', '.join(found.own)}" if found.own else ""
    since = f"since {utc_text(found.since)}"
    if found.as_before:
        seen = f"{len(found.changes)} things were changed {since} and are as before; no other change was seen in the "
        return Item("role", question, "done", f"{seen}event history up to {utc_text(known.now)}, to which calls of the "
                    f"last 15 minutes may be missing{own}", "", source)  # fmt: skip
    gaps = "; ".join(found.unknown)
    seen = "; ".join(filter(None, (told, gaps))) + own
    if found.as_before is False:
        return Item("role", question, "not yet", seen, "put each thing back that differs (restore-trust, "
                    "detach-policy), or let the role's owner deploy it anew", source)  # fmt: skip
    return Item("role", question, "unknown", seen, "close these gaps, or let the role's owner compare it with the "
                "templates it was made from, and note it", source)  # fmt: skip


def credential(known: Known) -> Item:
    """Are the stolen credential, and those begun from it, at their end?"""
    question = "Has every stolen credential that ends by itself ended?"
    source = "credentials in result.json: creation time in CloudTrail, lifetime by AWS's documents"
    mine = [
        row for row in known.result["credentials"]["rows"] if row["ends"] in _SESSIONS and row["kind"] != "instance"
    ]
    alive, open_end, assumed = [], [], 0
    for row in mine:
        name = str(row["access_key_id"] or row["principal"] or row["kind"])
        ends = parse_time(row["alive_until"])
        if row["state"] == "revoked":
            continue
        if ends is None:
            open_end.append(name)
        elif ends > known.now:
            alive.append((ends, name))
        else:
            assumed += row["certainty"] != "known"
    by_clock = f"{len(mine)} credentials, judged at {utc_text(known.now)}"
    if alive:
        last, names = utc_text(max(alive)[0]), _names([name for _, name in alive])
        return Item("credential", question, "not yet", f"{by_clock}: {names} can be alive until {last}",
                    f"wait until {last}, and keep the Deny until then", source)  # fmt: skip
    if open_end or not mine:
        seen = f"{by_clock}: of {_names(open_end)} no end is known" if mine else "the case knows no stolen credential"
        return Item("credential", question, "unknown", seen, "load the events that issued them (AssumeRole), or wait "
                    "for the longest time that the role allows: iam GetRole, MaxSessionDuration", source)  # fmt: skip
    words = f"; of {assumed} the end is assumed, not logged" if assumed else ""
    return Item("credential", question, "done", f"{by_clock}: each has ended or was revoked{words}", "", source)


def containment(known: Known) -> Item:
    """Does the Deny work?"""
    question = "Does the Deny work, by what CloudTrail shows since?"
    source = "the journal; IAM, the role's policies; CloudTrail since the Deny"
    denies = known.in_force(*DENIES)
    if not denies:
        return Item("containment", question, "not yet", "no Deny that was put in place in this case is in force",
                    "apply deny-session", source)  # fmt: skip
    last = denies[-1]
    lost = [one.plan.step for one in denies if known.live.in_force.get(one.number) is False]
    seen = f"{last.plan.step} is in force since {last.at}, plan {last.plan_hash[:12]}"
    if lost:
        return Item("containment", question, "not yet", f"{seen}, yet IAM holds another state than {', '.join(lost)} "
                    "left", "preview the step again and see who changed it", source)  # fmt: skip
    standing, looked, to_do = _by_recheck(known, max(datetime.fromisoformat(one.at) for one in denies))
    return Item("containment", question, standing, f"{seen}; {looked}", to_do, source)


def _by_recheck(known: Known, since: datetime) -> tuple[Standing, str, str]:
    """Give what the last look at the Deny tells: standing, what was seen, what to do."""
    check = known.recheck
    if check is None:
        return "unknown", "nobody has looked since", "look again with recheck, half an hour after the Deny"
    looked = f"looked {utc_text(check.looked_at)}"
    if check.looked_at < since:
        return "unknown", f"{looked}, before the Deny was applied last", "look again with recheck"
    if check.holds is None:
        return "unknown", f"{looked}: no call that could tell is recorded", (
            "look again later; a thief who stopped and a log that is late look the same")  # fmt: skip
    if check.holds:
        return "done", f"{looked}: each denied session that called was refused", ""
    return "not yet", f"{looked}: a session is not as the Deny wants it", (
        "read the re-check session by session, and repair the Deny first of all")  # fmt: skip


def evidence(known: Known) -> Item:
    """Is the evidence kept?"""
    question = "Is the evidence of the instance kept?"
    source = "the journal of the case"
    if not known.result["session"]["instance_id"]:
        return Item("evidence", question, "unknown", "the case names no instance", "find the instance by the session's "
                    "name", source)  # fmt: skip
    kept = {step: known.in_force(step) for step in _EVIDENCE}
    seen = "; ".join(f"{step} applied {found[-1].at}" for step, found in kept.items() if found)
    missing = [step for step, found in kept.items() if not found]
    if not missing:
        return Item("evidence", question, "done", seen, "", source)
    what = " and ".join(f"{_EVIDENCE[step]} ({step})" for step in missing)
    leaked, _ = _leaked(known)
    to_do = f"apply {', '.join(missing)}"
    if leaked is not None and leaked.is_gone:
        to_do = f"{leaked.id} is {leaked.state}, so it cannot be made any more: note what evidence there is elsewhere"
    return Item("evidence", question, "not yet", f"{seen or 'nothing was kept'}; not kept: {what}", to_do, source)


def instance(known: Known) -> Item:
    """Is the instance out of the fleet, or rebuilt?"""
    question = "Is the leaked instance out of the fleet, or rebuilt?"
    source = "EC2 DescribeInstances"
    leaked, told = _leaked(known)
    if leaked is None:
        return Item("instance", question, "unknown", told, "read it: ec2 DescribeInstances", source)
    if leaked.is_gone:
        return Item("instance", question, "done", told, "", source)
    return Item("instance", question, "not yet", told, "end it once its evidence is kept, or rebuild it from a trusted "
                "image, and note it: AWS does not show what runs on it", source)  # fmt: skip


def lift(known: Known, items: tuple[Item, ...]) -> Item:
    """May the Deny be lifted?"""
    question = "May the Deny be lifted?"
    source = "the other questions of this list"
    denies = known.in_force(*DENIES)
    waits = [one for one in items if one.standing != "done"]
    if not denies:
        return Item("lift-deny", question, "unknown", "no Deny that was put in place in this case is in force, so "
                    "gdkit has none to lift", "", source)  # fmt: skip
    if not waits:
        seen = f"nothing in this list stands in the way. This holds for what was searched: {_searched(known.result)}"
        steps = ", ".join(dict.fromkeys(one.plan.step for one in reversed(denies)))
        return Item(
            "lift-deny", question, "done", seen, f"undo {steps}, then look again whether the thief calls", source
        )
    standing: Standing = "not yet" if any(one.standing == "not yet" for one in waits) else "unknown"
    reasons = "; ".join(f"{one.name} ({one.standing})" for one in waits)
    return Item("lift-deny", question, standing, f"in the way: {reasons}", f"first: {waits[0].next}", source)


def _searched(result: Mapping[str, Any]) -> str:
    return plain(result["coverage"]["statement"], 400)


def _leaked(known: Known) -> tuple[InstanceNow | None, str]:
    """Give the leaked instance as it is now, and what is known of it in words."""
    name = known.result["session"]["instance_id"]
    if not name:
        return None, "the case names no instance"
    if known.live.instances is None:
        return None, f"{name} was not read: {known.live.failed.get('instances', 'it was not asked')}"
    found = known.live.instances.get(name)
    if found is None:
        return None, f"the region of {name} is not known, so it was not read"
    if found.is_gone:
        listed = "AWS lists it no more" if found.state == "gone" else "AWS calls it terminated"
        return found, f"{name}: {listed}"
    profile = f"with the profile {found.profile_arn}" if found.profile_arn else "without an instance profile"
    return found, f"{name} is {found.state}, HttpTokens {found.http_tokens or 'not told'}, {profile}"


def _names(names: list[str]) -> str:
    shown = ", ".join(plain(name, 80) for name in names[:_MOST_NAMES])
    return shown + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")


CHECKS: tuple[Callable[[Known], Item], ...] = (containment, credential, root_cause, role, evidence, instance)
"""The questions in the order of the work; what grew stands in ``left_behind``."""
