"""What differs between a role now and before the theft, as far as calls and IAM tell; what they do not tell is said.

IAM keeps no earlier text of an inline or trust policy. So what was before is known only where a record of an earlier
call tells it; otherwise the role's owner compares it with the templates it was made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from gdkit.errors import ResponseError
from gdkit.model import utc_text
from gdkit.own_calls import made_by_gdkit
from gdkit.response.credential.inline import REVOKED, ROLE, SESSIONS
from gdkit.response.credential.told import plain
from gdkit.response.credential.trust import plain_form, statements, without_pause
from gdkit.response.recovery.role_changes import ABSENT, THERE, UNKNOWN, acts_on_role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from gdkit.response.recovery.role_changes import Act
    from gdkit.response.recovery.role_now import RoleNow

OWN_POLICIES = (SESSIONS, REVOKED, ROLE)
"""Names of the policies that gdkit puts on a role to contain it."""

_ATTACHED = ("attached policy",)
"""Things of which a call that succeeded may have changed nothing. Source: IAM API Reference, AttachRolePolicy."""

Compared = Literal["as before", "differs", "unknown"]


@dataclass(frozen=True, slots=True)
class RoleChange:
    """One thing of the role that calls changed since the theft began. Names in it come from logs: never markup.

    Attributes:
        thing: what it is, with its name.
        compared: how it is now against what it was before.
        why: what that rests on.
        by: who changed it since, each once, in the order of the calls.
        event_ids: the calls since the theft began.
    """

    thing: str
    compared: Compared
    why: str
    by: tuple[str, ...]
    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleDifference:
    """What differs.

    Attributes:
        changes: the things that were changed since; gdkit's own policies are not among them.
        own: gdkit's own policies and statements that are on the role now.
        unknown: why nobody can say that this is all, a sentence each; empty where nothing stands in the way.
    """

    role_name: str
    since: datetime
    changes: tuple[RoleChange, ...]
    own: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def as_before(self) -> bool | None:
        """Whether the role is as it was: False where something differs, None where nobody can say."""
        found = {one.compared for one in self.changes}
        if "differs" in found:
            return False
        return None if "unknown" in found or self.unknown else True


@dataclass(frozen=True, slots=True)
class AskedRole:
    """The role that is asked about.

    Attributes:
        id: unique id that the leaked session had; None where it is not known.
        since: when the theft began, aware.
        suspect_event_ids: calls that are the thief's, or that nobody could attribute.
        own_trust_writes: how often gdkit wrote the trust policy in this case, by the journal.
    """

    name: str
    id: str | None
    account_id: str
    since: datetime
    suspect_event_ids: frozenset[str] = frozenset()
    own_trust_writes: int = 0


def role_difference(
    role: RoleNow | None, rows: Iterable[Mapping[str, Any]], asked: AskedRole, unknown: Sequence[str] = ()
) -> RoleDifference:
    """Compare a role with what it was before the theft.

    Args:
        role: the role now; None where it was not read.
        rows: of ``tables.EVENTS``, from before the theft where there are such.
        asked: which role, and since when.
        unknown: what is not covered, a sentence each.
    """
    gaps = list(unknown)
    own: list[str] = []
    changes: list[RoleChange] = []
    if role is None:
        gaps.append("the role was not read: ask iam GetRole, ListRolePolicies and ListAttachedRolePolicies")
    else:
        own, forged = _own(role)
        changes += forged
        if asked.id and role.id != asked.id:
            why = f"its unique id is {role.id} now and was {asked.id}: it was deleted and made again"
            changes.append(RoleChange("the role itself", "differs", why, (), ()))
    acts = acts_on_role(rows, asked.name, asked.account_id, list(role.attached) if role else ())
    kept = sorted(_without_own(acts, asked), key=lambda act: act.thing)
    for thing, mine in groupby(kept, key=lambda act: act.thing):
        changes += _change(thing, list(mine), role, asked)
    return RoleDifference(asked.name, asked.since, tuple(changes), tuple(own), tuple(gaps))


def _without_own(acts: Sequence[Act], asked: AskedRole) -> list[Act]:
    """Leave out what gdkit did to contain the role.

    Anybody can write gdkit's user agent; so as its own count only the policies of its names, which are read as they are
    now, and no more writings of the trust policy than the journal knows.
    """
    pauses = [act for act in acts if act.name == "UpdateAssumeRolePolicy" and made_by_gdkit(act.user_agent)
              and act.event_id not in asked.suspect_event_ids]  # fmt: skip
    own = pauses if len(pauses) <= asked.own_trust_writes else []
    return [act for act in acts if act not in own and act.thing not in [("inline policy", one) for one in OWN_POLICIES]]


def _own(role: RoleNow) -> tuple[list[str], list[RoleChange]]:
    """Give gdkit's own policies on a role, and those that only have the name: gdkit's never allow anything."""
    own, forged = [], []
    for name in OWN_POLICIES:
        document = role.inline.get(name)
        if document is None:
            continue
        if statements(document) and all(one.get("Effect") == "Deny" for one in statements(document)):
            own.append(f"inline policy {name}")
        else:
            why = "it has the name of a policy of gdkit's, which only ever denies; this one does not: read it"
            forged.append(RoleChange(f"inline policy {name}", "differs", why, (), ()))
    paused, _ = _trust(role)
    return own + (["statement GdkitPauseTrust of the trust policy"] if paused else []), forged


def _trust(role: RoleNow) -> tuple[bool, Any]:
    """Give whether gdkit's pause is in the trust policy, and the policy without it."""
    try:
        return without_pause(role.trust, role.arn)
    except ResponseError:
        return False, plain_form(role.trust)


def _change(thing: tuple[str, str], acts: list[Act], role: RoleNow | None, asked: AskedRole) -> list[RoleChange]:
    """Give what became of one thing; nothing where it was not changed since the theft began."""
    later = [act for act in acts if act.at >= asked.since]
    if not later:
        return []
    earlier = [act for act in acts if act.at < asked.since]
    before = earlier[-1].leaves if earlier else UNKNOWN if later[0].needs is None else later[0].needs
    now = UNKNOWN if role is None else _now(role, thing)
    compared, why = _compared(before, now, later[-1], asked.suspect_event_ids)
    by = dict.fromkeys(
        f"{plain(act.who, 200)}{' (its user agent says gdkit)' if made_by_gdkit(act.user_agent) else ''}"
        for act in later
    )
    ids = tuple(act.event_id for act in later if act.event_id)
    return [RoleChange(f"{thing[0]} {plain(thing[1], 200)}".strip(), compared, why, tuple(by), ids)]


def _now(role: RoleNow, thing: tuple[str, str]) -> Any:
    kind, name = thing
    if kind == "trust policy":
        return plain_form(_trust(role)[1])
    if kind == "permissions boundary":
        return role.boundary or ABSENT
    if kind == "inline policy":
        return plain_form(role.inline[name]) if name in role.inline else ABSENT
    if kind == "attached policy":
        return THERE if name in role.attached else ABSENT
    return role.attached.get(name) or UNKNOWN


def _compared(before: Any, now: Any, last: Act, suspect: Collection[str]) -> tuple[Compared, str]:
    told = f"{last.name} at {utc_text(last.at)} by {plain(last.who, 200)}"
    if now == UNKNOWN:
        return "unknown", f"how it is now is not known; the last change was {told}"
    if before != UNKNOWN:
        if before == now:
            hidden = (
                ", unless AttachRolePolicy attached what was attached already" if last.thing[0] in _ATTACHED else ""
            )
            return "as before", f"it is {_words(now)}, as before by what the calls show{hidden}"
        return "differs", f"it was {_words(before)} and is {_words(now)}; the last change was {told}"
    if now == last.leaves and last.event_id in suspect:
        return "differs", f"it is as the thief's call left it: {told}; no record tells what it was before"
    if now == last.leaves:
        return "unknown", f"it is as {told} left it, and no record tells what it was before: ask who made that call"
    return (
        "unknown",
        f"no record tells what it was before, and it is not as {told} left it: compare with your templates",
    )


def _words(state: Any) -> str:
    if state == ABSENT:
        return "not there"
    if state == THERE:
        return "attached"
    return f"a policy of {len(statements(state))} statements" if isinstance(state, Mapping) else plain(state, 200)
