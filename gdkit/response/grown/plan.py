"""The work after the first Deny: what the thief made or changed, in the order in which it is contained.

A pure function over ``result.json``. Nothing that the analysis names is dropped: what no step reaches is a person's
work.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gdkit.identifiers import is_role_id, parse_arn, parse_principal_id
from gdkit.response.catalogue import STEPS
from gdkit.response.credential.told import plain
from gdkit.response.grown.kinds import CREDENTIALS, WAYS, Way
from gdkit.response.grown.proposal import Proposal, Standing, joined
from gdkit.response.grown.rest import rest_of_lineage, watchers
from gdkit.response.grown.trust import principals_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNSEEN = (
    "Presigned URLs that the thief signed: no log shows the signing. They stop when the credential that signed them is "
    "denied or ends, so deny it; look in S3's data events for their use.",
    "Commands that SSM sent to instances and runs that were started: they go on until they end. Look at each instance "
    "that was reached, and stop its commands (ssm CancelCommand).",
    "Roles of accounts that gdkit does not reach: their owners must deny the sessions there.",
    "Data that was read, and secrets in it: rotate every secret that the thief could read.",
    "Calls that the coverage says were not searched: what was made there stands in no row.",
)
"""What no Deny of gdkit reaches and no row can name, with what a person must do."""

_ENDED = "Nothing is to be done while the clock is right: it has ended. If you doubt that, take the step."
_SHARED_WITH = re.compile(r"\d{12}|all")
_FUNCTION = re.compile(r"(?:.*:function:)?([\w-]{1,64})(?::[\w$-]+)?")
_IN_A_REGION = frozenset(
    {"stop-function", "disable-rule", "stop-instance", "revoke-ingress", "unshare-snapshot", "unshare-image"}
)
_THIEF, _UNKNOWN = re.compile(r"\bthief\b"), re.compile(r"\bunknown\b")


def plan_grown(result: Mapping[str, Any]) -> tuple[Proposal, ...]:
    """Give what is proposed about everything that grew from the leaked session, in the order of the work.

    Args:
        result: ``result.json``, schema 1.1.

    Returns:
        First what lets the thief in again, then trust, permissions, code, machines, data and watchers. Things that AWS
        said are gone are left out; things of nobody proven are in it, and a person decides about them.
    """
    things, credentials = result["impact"]["still_exists"], result["credentials"]["rows"]
    made = {(row["kind"], row["id"], row["account_id"]) for row in things if row["party"] == "thief"}
    found = [_of_thing(row, result, made) for row in things if row["state"] != "gone"]
    paths = dict(_role_paths(result))
    found += [_of_credential(row, result, paths) for row in credentials
              if row["state"] != "revoked" and not _is_leaked_itself(row, result)]  # fmt: skip
    found += rest_of_lineage(result)
    found += watchers(result)
    return joined([_with_reach(one, result) for one in found])


def _of_thing(row: Mapping[str, Any], result: Mapping[str, Any], made: set[tuple[Any, ...]]) -> Proposal:
    """Give the proposal about a thing that calls made or changed."""
    way = WAYS.get(row["kind"], Way("machines", manual="gdkit does not know this kind: look at its events."))
    options, to_tell = _options(way, row)
    notes = [f"{row['kind']} {plain(row['id'] or 'that the log does not name', 120)}: {plain(row['detail'], 400)}",
             plain(row["why"], 300)]  # fmt: skip
    if row["kind"] == "trust_policy":
        options, to_tell, note = _principal(row, result, options)
        notes.append(note)
    step = way.step if _fits(way, row, options, made) else ""
    return Proposal(
        stage=way.stage, kind=row["kind"], thing=row["id"], within=row["within"], account_id=row["account_id"],
        region=row["region"], standing="exists" if row["state"] == "exists" else "not checked", party=row["party"],
        step=step, manual=_manual(way, row, step), why="\n".join(notes), undo=_undo(step),
        options=options if step else {}, to_tell=to_tell if step else (), event_ids=tuple(row["event_ids"] or ()),
    )  # fmt: skip


def _options(way: Way, fields: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give what a step is told, and the options that nothing in the logs tells."""
    told: dict[str, str] = {}
    for name, source in way.options.items():
        value = source[1:] if source.startswith("=") else fields.get(source)
        if name == "function" and isinstance(value, str) and (match := _FUNCTION.fullmatch(value)):
            value = match[1]
        if name == "bus" and isinstance(value, str):
            value = value.rpartition("event-bus/")[2]
        if value:
            told[name] = str(value)
    missing = tuple(name for name in way.options if name not in told and name != "bus")
    if told and fields.get("account_id"):
        told["account"] = str(fields["account_id"])
    if told and fields.get("region") and way.step in _IN_A_REGION:
        told["region"] = str(fields["region"])
    return told, missing


def _fits(way: Way, row: Mapping[str, Any], options: Mapping[str, str], made: set[tuple[Any, ...]]) -> bool:
    """Tell whether the step is proposed: the thing is named, and what the step hits is the thief's where it must be."""
    if not way.step or row["id"] is None:
        return False
    if "shared-with" in options and not _SHARED_WITH.fullmatch(options["shared-with"]):
        return False
    owner = "user" if way.step == "deny-user" else "role"
    return not way.made_only or (owner, row["within"], row["account_id"]) in made


def _manual(way: Way, row: Mapping[str, Any], step: str) -> str:
    if step and way.made_only:
        return ""
    if step or way.manual:
        return way.manual
    if row["id"] is None:
        return "The log does not name it: open its event, find the thing by its time, and handle it by its kind."
    return "The step for this kind does not take it as the log names it: look at the event, and put it back by hand."


def _principal(
    row: Mapping[str, Any], result: Mapping[str, Any], options: dict[str, str]
) -> tuple[dict[str, str], tuple[str, ...], str]:
    """Give the options of ``restore-trust`` with the one principal that is foreign, where there is one."""
    named: dict[str, None] = {}
    for change in result["impact"]["persistence"]:
        if change["kind"] == "trust_policy" and (change["id"], change["account_id"]) == (row["id"], row["account_id"]):
            named |= dict.fromkeys(principals_in(_document(str(change["detail"] or ""))))
    foreign = [one for one in named if _is_foreign(one, str(row["account_id"]))]
    listed = ", ".join(plain(one, 120) for one in named) or "nobody that the log shows whole"
    note = f"the trust policy that was written lets in {listed}"
    if len(foreign) == 1:
        return {**options, "principal": foreign[0]}, (), note
    return options, ("principal",), f"{note}; say which of them is to be let in no more"


def _document(detail: str) -> str:
    """Give the policy's text in the words about a change; an empty one where it was cut."""
    place = detail.find("{")
    try:
        return json.dumps(json.JSONDecoder().raw_decode(detail[place:])[0]) if place >= 0 else ""
    except (ValueError, RecursionError):
        return ""


def _is_foreign(principal: str, account_id: str) -> bool:
    arn = parse_arn(principal)
    owner = arn.account_id if arn else principal if re.fullmatch(r"\d{12}", principal) else None
    return principal == "*" or (owner is not None and owner != account_id)


def _of_credential(row: Mapping[str, Any], result: Mapping[str, Any], paths: Mapping[tuple[str, str], str]) -> Proposal:
    """Give the proposal about a credential that the thief or somebody unknown holds, or could."""
    principal = parse_principal_id(row["principal"])
    way = CREDENTIALS.get(row["kind"], CREDENTIALS["other"])
    if row["kind"] == "console_session" and not (principal and is_role_id(principal.unique_id)):
        way = CREDENTIALS["user"]
    session = principal.session_name if principal else None
    fields = {**row, "session": session}
    if way.step == "deny-chained-session" and row["owner"]:
        fields["owner"] = paths.get((str(row["account_id"]), row["owner"]), row["owner"])
    if row["kind"] == "instance":
        fields["region"] = next((one["region"] for one in (*result["fleet"], *result["impact"]["still_exists"])
                                 if session in (one.get("instance_id"), one.get("id"))), None)  # fmt: skip
    options, to_tell = _options(way, fields)
    ended = row["state"] == "expired"
    standing: Standing = "ended" if ended else "may be alive" if row["state"] == "may be alive" else "not checked"
    return Proposal(
        stage="ended" if ended else way.stage, kind=row["kind"], thing=row["access_key_id"] or row["principal"],
        within=row["owner"], account_id=row["account_id"], region=options.get("region"), standing=standing,
        party=_holder(row), step=way.step, why=f"{row['kind']} of {plain(row['owner'] or row['principal'], 120)}, "
        f"{plain(row['holder'], 120)}: {plain(row['why'], 400)}", undo=_undo(way.step), options=options,
        manual=_ENDED if ended else way.manual, to_tell=to_tell,
        event_ids=(row["issue_event_id"],) if row["issue_event_id"] else (),
    )  # fmt: skip


def _holder(row: Mapping[str, Any]) -> str:
    """Give the gravest party that holds a credential, by the words about it."""
    said = str(row["holder"] or "")
    if row["thief_events"] or _THIEF.search(said):
        return "thief"
    return "unknown" if row["unknown_events"] or _UNKNOWN.search(said) else "workload"


def _is_leaked_itself(row: Mapping[str, Any], result: Mapping[str, Any]) -> bool:
    """Tell whether a row is of the leaked session itself, which ``deny-session`` denies."""
    return row["principal"] is not None and row["principal"] == result["session"]["principal_id"]


def _role_paths(result: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """Give the names of roles with their paths, by account and name, as far as calls named their ARNs."""
    for row in result["impact"]["resources"]:
        arn = parse_arn(row["arn"])
        if arn and arn.service == "iam" and arn.resource.startswith("role/"):
            path = arn.resource.removeprefix("role/")
            yield (str(arn.account_id), path.rpartition("/")[2]), path


def _with_reach(one: Proposal, result: Mapping[str, Any]) -> Proposal:
    """Tell of another account that its owner may have to do it."""
    home = result["session"]["account_id"]
    if one.account_id in (None, home):
        return one
    note = f"It is in account {one.account_id}: if gdkit has no role there, its owner must do it."
    return replace(one, manual="\n".join(filter(None, (one.manual, note))))


def _undo(step: str) -> str:
    """Give in words what undoing a step brings back."""
    found = STEPS.get(step) if step else None
    return found.explanation.undo if found else ""
