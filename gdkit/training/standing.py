"""How a simulated account stands: who is still answered, tried by real calls that each holder made before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from urllib.error import URLError

from gdkit.simulator.scenarios.cast import key_of, read_credential
from gdkit.simulator.scenarios.stage import Actor, Route, Stage
from gdkit.training.machines import Machines
from gdkit.training.model import Standing, Tried
from gdkit.training.rules_made import RulesMade

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gdkit.simulator.call import Source
    from gdkit.simulator.iam.credentials import Issued
    from gdkit.simulator.scenarios.stage import Key
    from gdkit.simulator.scenarios.staged import Staged
    from gdkit.simulator.server import Simulator
    from gdkit.training.model import Side
    from gdkit.training.truth import Seen

GetKey: TypeAlias = Callable[[], "Key | None"]
"""Gives a credential at the moment of the trial; None where its holder gets none."""

IN_USE, NEXT = "in use", "next"
NOT_GIVEN = "no credential is given to it"


@dataclass(frozen=True, slots=True)
class Holder:
    """A credential whose holder's calls are made again at the end.

    Attributes:
        habits: calls that were answered before, one of each kind.
        ends: whether the clock has ended it by now.
    """

    who: str
    side: Side
    credential: str
    key: GetKey = field(repr=False)
    habits: tuple[Seen, ...]
    ends: Callable[[], bool] = field(default=lambda: False, repr=False)


class Account:
    """A simulated account that was just staged; at the end it is asked how it stands.

    Args:
        simulator: the running simulator.
        staged: what was staged.
        seen: every call of the scenario.
    """

    def __init__(self, simulator: Simulator, staged: Staged, seen: Sequence[Seen]) -> None:
        self._simulator, self._staged = simulator, staged
        self._holders = tuple(self._held_by(seen))
        self._machines = Machines(simulator.accounts, staged, seen)
        self._rules = RulesMade(simulator.accounts, staged)

    @property
    def is_reported(self) -> bool:
        """Whether GuardDuty has a finding about the session."""
        return bool(self._rules.reported())

    def standing(self) -> Standing:
        """Try every credential again, look at every machine, and at the rules that were made since."""
        now = self._simulator.accounts.clock.now()
        stage = Stage(self._simulator, 0, now, now)
        tried = tuple(_tried(stage, holder) for holder in self._holders)
        return Standing(tried, self._machines.standing(), self._rules.standing())

    def _held_by(self, seen: Iterable[Seen]) -> Iterable[Holder]:
        by_holder: dict[tuple[str, str], list[Seen]] = defaultdict(list)
        for one in seen:
            if one.repeatable and one.actor in ("thief", "workload", "admin"):
                by_holder[one.actor, one.call.principal.principal_id].append(one)
        stolen = any(actor == "thief" for actor, _ in by_holder)
        for (actor, principal_id), calls in by_holder.items():
            own = principal_id == self._staged.principal_id
            if actor != "thief" and own and stolen:
                continue  # the leaked instance's own software: to contain the thief cuts it, too
            side: Side = "bystander" if actor != "thief" else "thief" if own else "grown"
            yield from self._of(side, calls)

    def _of(self, side: Side, calls: Sequence[Seen]) -> Iterable[Holder]:
        """Give the credential that a holder used last, and for an instance's session the one that comes next."""
        principal, habits = calls[-1].call.principal, _habits(calls)
        key_id, who = str(principal.access_key_id), self._name(side, calls[-1])
        issued = self._simulator.accounts.credentials.issued
        yield Holder(who, side, IN_USE, lambda: _key(issued(key_id)), habits, lambda: self._has_ended(key_id))
        instance_id = principal.principal_id.partition(":")[2]
        if instance_id.startswith("i-"):
            who = "the next key, fetched on the host" if side == "thief" else who
            yield Holder(who, side, NEXT, lambda: self._next_key(instance_id), habits)

    def _name(self, side: Side, call: Seen) -> str:
        principal = call.call.principal
        instance_id = principal.principal_id.partition(":")[2]
        if side == "thief":
            return f"the stolen key {principal.access_key_id}"
        if side == "grown":
            kind = "user" if principal.kind == "IAMUser" else "role"
            return f"{kind} {principal.name} with key {principal.access_key_id}"
        if not instance_id:
            return f"user {principal.name}"
        tags = self._simulator.accounts.compute.tags(principal.account_id, call.call.region, instance_id)
        return f"{tags.get('Name') or principal.name} ({instance_id})"

    def _next_key(self, instance_id: str) -> Key | None:
        try:
            return key_of(read_credential(self._simulator.metadata_url(instance_id), "2.0"))
        except URLError:  # the host is stopped, or has no role any more
            return None

    def _has_ended(self, key_id: str) -> bool:
        accounts = self._simulator.accounts
        found = accounts.credentials.issued(key_id)
        ends_at = found.principal.expires_at if found else None
        return ends_at is not None and ends_at <= accounts.clock.now()


def _key(issued: Issued | None) -> Key | None:
    return None if issued is None else (issued.access_key_id, issued.secret_access_key, issued.session_token)


def _habits(calls: Sequence[Seen]) -> tuple[Seen, ...]:
    """Give the last call of each kind."""
    return tuple({(one.call.service, one.call.operation): one for one in calls}.values())


def _tried(stage: Stage, holder: Holder) -> Tried:
    key = holder.key()
    if key is None:
        return Tried(holder.who, holder.side, holder.credential, (), (NOT_GIVEN,), holder.ends())
    outcomes = {f"{one.call.service}:{one.call.operation}": _outcome(stage, one, key) for one in holder.habits}
    refused = tuple(f"{name} {code}" for name, code in outcomes.items() if code)
    passed = tuple(name for name, code in outcomes.items() if not code)
    return Tried(holder.who, holder.side, holder.credential, passed, refused, holder.ends())


def _outcome(stage: Stage, one: Seen, key: Key) -> str:
    """Make a call again, from where it was made before; give the error's code, empty where it was answered."""
    call = one.call
    actor = Actor("trial", call.source.user_agent, lambda: key, _route(call.source), call.region)
    code, _ = stage.attempt(actor, call.service, call.operation, call.parameters)
    return code


def _route(source: Source) -> Route:
    return Route(source.address, source.vpc_id, source.vpc_endpoint_id, source.vpc_endpoint_account_id)
