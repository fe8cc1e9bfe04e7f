"""Proof after the Deny: CloudTrail is asked again for the session and its siblings, and what they did since is told.

Events come late, about five minutes on average and up to fifteen: a look right after shows little, and is repeated.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.containment import Deny, SessionAfter, sessions_after
from gdkit.case.evidence import keep_files, load_table
from gdkit.case.folder import case_analyst
from gdkit.case.response_record import CaseRecord
from gdkit.case.results import load_result
from gdkit.errors import ResponseError, TrailError
from gdkit.identifiers import parse_principal_id
from gdkit.model import utc_text
from gdkit.responding.standing import renew_response
from gdkit.response.credential.session_policy import EVERY
from gdkit.response.record import RECHECKED, applications
from gdkit.trail import load_trail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gdkit.case.folder import CaseFolder
    from gdkit.model import NotSearched
    from gdkit.responding.run import Desk
    from gdkit.response.record import Application

AGAIN_AFTER = timedelta(minutes=30)
"""When to look once more: twice the time that CloudTrail says events may take.

Source: CloudTrail User Guide, "How CloudTrail works": delivery within an average of about 5 minutes, not guaranteed.
"""

BEFORE = timedelta(minutes=30)
"""How much of the time before the Deny is looked at, to see who was refused already."""

_SSM = ("ssm.amazonaws.com", "ssmmessages.amazonaws.com", "ec2messages.amazonaws.com")
"""Services that the variant for capturing memory leaves open."""

_WHOLE_ROLE = ("deny-role", "revoke-sessions")


@dataclass(frozen=True, slots=True)
class Recheck:
    """What a look showed.

    Attributes:
        denies: every Deny of the case that is in force.
        sessions: each session that a Deny is about, or must not hit.
        not_searched: where could not be looked.
        again_at: when to look once more; None where enough time has passed.
    """

    denies: tuple[Deny, ...]
    sessions: tuple[SessionAfter, ...]
    not_searched: tuple[NotSearched, ...]
    looked_at: datetime
    again_at: datetime | None

    @property
    def since(self) -> datetime:
        """When the last of the Denies was put in place."""
        return max(deny.since for deny in self.denies)

    @property
    def holds(self) -> bool | None:
        """Whether the Deny works: False where one session shows otherwise, None while a denied one shows nothing."""
        answers = [one.holds for one in self.sessions if one.expected == "denied"]
        if any(one.holds is False for one in self.sessions):
            return False
        return True if answers and all(answers) else None


def recheck(case: CaseFolder, enter: Callable[[], Desk], sources: Sequence[str] = (), actor: str = "") -> Recheck:
    """Look whether the Deny of a case works, by what the sessions did since.

    Args:
        case: the case.
        enter: logs in as the reader; called only where the event history is asked.
        sources: log files that hold the time since; empty for the event history.
        actor: who looks; empty for who began the case.

    Raises:
        ResponseError: no Deny of this case is in force.
        TrailError: nothing could be read.
        AwsError: AWS cannot be reached.
    """
    denies = denies_in_force(case)
    if not denies:
        raise ResponseError("no Deny that was put in place in this case is in force", where=str(case.path),
                            action="apply deny-session first")  # fmt: skip
    sessions, chained = _sessions(case), _chained(case)
    now = datetime.now(UTC).replace(microsecond=0)
    named = (one for deny in denies for one in deny.denied)
    principals = map(parse_principal_id, (*named, *sessions, *chained))
    names = {one.session_name for one in principals if one and one.session_name}
    first = min(deny.since for deny in denies)
    events, gaps = (_from_files(sources), ()) if sources else _look_up(enter(), first, sorted(names), now)
    told = sessions_after(events, denies, sessions, chained=chained)
    again = max(deny.since for deny in denies) + AGAIN_AFTER
    found = Recheck(denies, told, gaps, now, again if again > now else None)
    CaseRecord(case, actor or case_analyst(case)).write(RECHECKED, _detail(found))
    renew_response(case)
    return found


def denies_in_force(case: CaseFolder) -> tuple[Deny, ...]:
    """Give the Denies of a case that are in force by its journal: of each session, and of the whole role, the last.

    A session that is denied again in another way, for example with the agent's calls left open, stands in the policy
    only as it was put there last.
    """
    standing: dict[tuple[str, str], Deny] = {}
    for one in applications(CaseRecord(case, "")):
        in_force = one.plan.undoes is None and not one.undone and one.status == "done"
        for name in _denied_by(one) if in_force else ():
            deny = _deny_of(one, name)
            standing[f"{one.plan.step} {deny.role_id}", name] = deny
    return tuple(standing.values())


def _deny_of(application: Application, principal_id: str) -> Deny:
    """Give a Deny as the analysis of what came after takes it: of one session, or of the whole role."""
    target = application.plan.target
    issued = target.options.get("issued-before") or target.options.get("before")
    before = _instant(issued, target.at) if issued or application.plan.step == "revoke-sessions" else None
    left_open = _SSM if target.options.get("leave-open") == "ssm" else ()
    named = (principal_id,) if principal_id else ()
    role_id = str(application.plan.after.get("role_id") or target.role_id)
    return Deny(datetime.fromisoformat(application.at), named, role_id, before, left_open)


def _denied_by(application: Application) -> list[str]:
    """Give the principal ids that an application denies; an empty name for the whole role, none for another step."""
    step, target = application.plan.step, application.plan.target
    if step in _WHOLE_ROLE:
        return [""]
    if step == "deny-session":
        also = [name.strip() for name in target.options.get("also", "").split(",") if name.strip()]
        return [f"{target.role_id}:{name}" for name in (target.session_name, *also) if name]
    if step == "deny-chained-session":  # its state names the sessions, or every one, of the role that it read
        state = application.plan.after
        told = set(state["sessions"]) - set(application.plan.before["sessions"])
        return ["" if one == EVERY else one for one in sorted(told)]
    return []


def _instant(told: str | None, at: datetime) -> datetime:
    return at if not told or told == "now" else datetime.fromisoformat(told)


def _sessions(case: CaseFolder) -> tuple[str, ...]:
    """Give the principal ids of the role's sessions that the case knows: the leaked one and the other instances'."""
    result = load_result(case)
    role_id, leaked = result["session"]["role_id"], result["session"]["session_name"]
    names = [name for name in (leaked, *(row["instance_id"] for row in result["fleet"])) if name]
    return tuple(f"{role_id}:{name}" for name in dict.fromkeys(names)) if role_id else ()


def _chained(case: CaseFolder) -> tuple[str, ...]:
    """Give the principal ids of the sessions that were begun from the leaked one."""
    events = load_table(case, "session_events")
    chained = events.loc[(events["hop"] > 0) & (events["party"] == "thief"), "principal_id"].dropna()
    return tuple(sorted({one for one in chained if parse_principal_id(one)}))


def _look_up(desk: Desk, since: datetime, names: Sequence[str], now: datetime) -> tuple[Any, tuple[NotSearched, ...]]:
    """Ask the event history of the regions in which the case has events, from shortly before the first Deny on."""
    from gdkit.trail.lookup import LookupPlan, fetch_history, load_history  # noqa: PLC0415 - boto3 is loaded here alone

    result = load_result(desk.case)
    account_id = result["session"]["account_id"] or desk.reader.account_id
    plan = LookupPlan(account_id, tuple(names), (), {account_id: _regions(desk, account_id)}, since - BEFORE, now)
    folder = desk.case.evidence / f"lookup-after-{now:%Y%m%dT%H%M%SZ}"
    looked = fetch_history(plan, lambda account, region: desk.reader.client("cloudtrail", region, account), folder)
    keep_files(desk.case, looked.folder, "CloudTrail LookupEvents, after the Deny")
    if not looked.pages:
        return tables.frame(tables.EVENTS, {}), looked.not_searched
    return load_history(looked).events, looked.not_searched


def _regions(desk: Desk, account_id: str) -> tuple[str, ...]:
    events = load_table(desk.case, "session_events")
    seen = events.loc[events["account_id"] == account_id, "region"].dropna()
    return tuple(sorted({*seen, "us-east-1", desk.reader.region}))


def _from_files(sources: Sequence[str]) -> Any:
    try:
        return load_trail(list(sources)).events
    except TrailError as error:
        raise TrailError(error.problem, where=error.where, action="name logs of the time since the Deny") from error


def _detail(found: Recheck) -> dict[str, Any]:
    return {
        "since": utc_text(found.since),
        "holds": found.holds,
        "sessions": [asdict(one) for one in found.sessions],
        "not_searched": [f"{gap.what}: {gap.reason}" for gap in found.not_searched],
        "again_at": utc_text(found.again_at),
    }
