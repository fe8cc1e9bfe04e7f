"""What a change of a role's policies blocks: exactly the sessions that are meant and nothing else, or a counterexample.

Every class of requests of every session is decided before and after the change (``classes`` says what a class is), so
an ``exact`` proof holds for all requests, and not for a sample. What cannot be followed to the end is named in
``limits``, and the proof is not exact then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from gdkit.errors import PolicyError
from gdkit.policy.classes import Classifier
from gdkit.policy.counterexample import Counterexample, Kind, counterexample
from gdkit.policy.document import Policy, parse_policy
from gdkit.policy.questions import asked_by
from gdkit.policy.search import Outcome, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.policy.classes import Classes
    from gdkit.policy.document import Json
    from gdkit.policy.questions import Layers
    from gdkit.policy.search import Found
    from gdkit.policy.sessions import RoleSession

ASSUMED = (
    "Policies of resources such as buckets, and those of the organisation, are not looked at. One of a resource that "
    "names the session itself can allow what no Allow of the role covers; a Deny of the role's policies wins over it.",
    "The sessions have no session policies; those of an instance's role never have.",
    "IAM applies a change within seconds to minutes, not at once.",
    "Every action is tried with every resource, also such as AWS never puts together.",
    "A condition key holds one value, unless AWS documents several or a policy compares it with ForAllValues or "
    "ForAnyValue.",
)
"""What every proof takes for granted."""

Effect: TypeAlias = Literal["wholly", "partly", "not", "had nothing", "unknown"]
UNREADABLE = "GdkitUnreadable"


@dataclass(frozen=True, slots=True)
class SessionEffect:
    """What a change does to one session.

    Attributes:
        session: the session.
        effect: ``wholly``: it had access and keeps none (but for what is meant to stay open); ``partly``: it loses some
            and keeps some; ``not``: it loses nothing; ``had nothing``: nothing was allowed before; ``unknown``: the
            policies could not be followed to the end.
        lost: something that it loses; None where nothing is known to be lost.
        kept: something that it keeps; None where nothing is known to be kept.
        stays_open: those of the actions meant to stay open that it keeps.
    """

    session: RoleSession
    effect: Effect
    lost: Counterexample | None
    kept: Counterexample | None
    stays_open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What a change blocks.

    Attributes:
        exact: whether the change blocks all that the sessions meant could do, but for what is meant to stay open, and
            nothing of any other session, and allows nothing new. Proven; never true where ``limits`` names something.
        effects: for each session what becomes of it.
        over_blocked: what is blocked and should not be.
        under_blocked: what sessions meant may still do that they could do before.
        loosened: what is allowed after the change and was not before.
        checked: how many combinations of classes the sessions' requests fall into; all of them are decided.
        limits: what could not be decided, in sentences.
        assumed: what the proof takes for granted, in sentences.
    """

    exact: bool
    effects: tuple[SessionEffect, ...]
    over_blocked: tuple[Counterexample, ...]
    under_blocked: tuple[Counterexample, ...]
    loosened: tuple[Counterexample, ...]
    checked: int
    limits: tuple[str, ...]
    assumed: tuple[str, ...] = ASSUMED

    @property
    def counterexamples(self) -> tuple[Counterexample, ...]:
        """Everything that speaks against the change."""
        return (*self.over_blocked, *self.under_blocked, *self.loosened)

    @property
    def stays_open(self) -> tuple[str, ...]:
        """Those of the actions meant to stay open that a session meant still may do."""
        return tuple(dict.fromkeys(name for one in self.effects if one.session.meant for name in one.stays_open))


def prove_change(
    before: Sequence[Policy],
    after: Sequence[Policy],
    sessions: Sequence[RoleSession],
    *,
    boundary: Policy | None = None,
    left_open: Sequence[str] = (),
) -> Proof:
    """Tell what a change of a role's policies blocks, for every request of the sessions.

    Args:
        before: all identity policies of the role as they are: inline and managed.
        after: all of them as they will be.
        sessions: every session that is known to be alive, those that are meant marked so; and for what is not known,
            ``later_credentials`` and ``unknown_sibling``.
        boundary: the role's permissions boundary; None where it has none.
        left_open: actions that sessions meant are to keep, with wildcards as in ``Action``, such as ``ssm:*``.

    Returns:
        The proof. A session meant that was allowed nothing before does not speak against it.
    """
    asked = asked_by(before, after, boundary, left_open)
    classifier = Classifier(asked, sessions)
    known: dict[int, _Judged] = {}
    judged: list[tuple[RoleSession, _Judged]] = []
    for session in sessions:
        classes = classifier.of(session)
        if id(classes) not in known:
            known[id(classes)] = _judged(classes, asked.layers)
        judged.append((session, known[id(classes)]))
    effects = tuple(_effect(session, found, left_open) for session, found in judged)
    against = [one for session, found in judged for one in _against(session, found)]
    policies = [*before, *after, *([boundary] if boundary else [])]
    undecided = (text for session, found in judged for text in _limits(session, found, left_open))
    limits = tuple(dict.fromkeys([*_unreadable(policies), *undecided]))
    return Proof(
        exact=not against and not limits,
        effects=effects,
        over_blocked=tuple(one for one in against if one.kind in ("over", "shut")),
        under_blocked=tuple(one for one in against if one.kind == "under"),
        loosened=tuple(one for one in against if one.kind == "loosened"),
        checked=sum(found.number for _, found in judged),
        limits=limits,
    )


def prove_documents(
    before: Mapping[str, str | Json],
    after: Mapping[str, str | Json],
    sessions: Sequence[RoleSession],
    *,
    boundary: str | Json | None = None,
    left_open: Sequence[str] = (),
) -> Proof:
    """Do the same for documents by name; one that cannot be read leaves everything unproven, and is named."""
    try:
        old = [parse_policy(document, name=name) for name, document in before.items()]
        new = [parse_policy(document, name=name) for name, document in after.items()]
        limit = parse_policy(boundary, name="permissions boundary") if boundary is not None else None
    except PolicyError as error:
        effects = tuple(SessionEffect(session, "unknown", None, None) for session in sessions)
        return Proof(False, effects, (), (), (), 0, (f"Nothing could be decided: {error}",))
    return prove_change(old, new, sessions, boundary=limit, left_open=left_open)


@dataclass(frozen=True, slots=True)
class _Judged:
    """The outcomes of a session's classes: those that may be, and those that are, with an example each."""

    may_be: Found | None
    are: Found
    gaps: tuple[str, ...]
    number: int

    def may(self, kind: Kind, session: RoleSession) -> bool:
        return self.may_be is None or any(_is(kind, one, session) for one in self.may_be)

    def example(self, kind: Kind, session: RoleSession) -> Counterexample | None:
        for outcome, assignment in self.are.items():
            if _is(kind, outcome, session):
                return counterexample(kind, session, assignment)
        return None


def _judged(classes: Classes, layers: Layers) -> _Judged:
    wide = outcomes(list(classes.wide), classes.start, layers)
    if not classes.gaps and wide is not None:
        return _Judged(wide, wide, (), classes.number)
    shown = outcomes(list(classes.shown), classes.start, layers)
    gaps = (*classes.gaps, *(["the policies are too many-sided to follow every case"] if wide is None else []))
    return _Judged(wide, shown or {}, gaps, classes.number)


def _is(kind: Kind, outcome: Outcome, session: RoleSession) -> bool:
    """Tell whether an outcome is of a kind; for a session not meant nothing is left open on purpose."""
    change = (outcome.before, outcome.after)
    spared = session.meant and bool(outcome.left_open)
    return {
        "over": change == (True, False) and not session.meant,
        "shut": change == (True, False) and spared,
        "under": change == (True, True) and session.meant and not spared,
        "loosened": change == (False, True),
        "lost": change == (True, False),
        "kept": change == (True, True) and not spared,
        "left": change == (True, True) and spared,
    }[kind]


_AGAINST: tuple[Kind, ...] = ("over", "shut", "under", "loosened")


def _against(session: RoleSession, found: _Judged) -> Iterator[Counterexample]:
    for kind in _AGAINST:
        example = found.example(kind, session)
        if example:
            yield example


def _limits(session: RoleSession, found: _Judged, left_open: Sequence[str]) -> Iterator[str]:
    """Say what may speak against the change, though no request was found that does."""
    words: dict[Kind, str] = {"over": "it is also blocked from something", "under": "it keeps something",
                              "shut": "it loses something that is meant to stay open",
                              "loosened": "it may do something that it could not do before"}  # fmt: skip
    matters = {"over": not session.meant, "shut": session.meant and bool(left_open), "under": session.meant}
    for kind in _AGAINST:
        undecided = found.may(kind, session) and found.example(kind, session) is None
        if undecided and matters.get(kind, True):
            yield f"Not decided for {session.name}: whether {words[kind]}, because {'; '.join(found.gaps)}."


def _unreadable(policies: Sequence[Policy]) -> Iterator[str]:
    for policy in policies:
        if any(statement.sid == UNREADABLE for statement in policy.statements):
            yield f"Policy {policy.name} could not be read, and stands here as if it denied everything."


def _effect(session: RoleSession, found: _Judged, left_open: Sequence[str]) -> SessionEffect:
    lost, kept = found.example("lost", session), found.example("kept", session)
    bits = 0
    for outcome in found.are:
        bits |= outcome.left_open if outcome.after and outcome.before else 0
    stays = tuple(name for number, name in enumerate(left_open) if bits >> number & 1)
    return SessionEffect(session, _how(session, found, lost, kept), lost, kept, stays)


def _how(session: RoleSession, found: _Judged, lost: Counterexample | None, kept: Counterexample | None) -> Effect:
    may_lose, may_keep = found.may("lost", session), found.may("kept", session)
    if lost and kept:
        return "partly"
    if not may_lose:
        return "not" if kept or found.example("left", session) else ("unknown" if may_keep else "had nothing")
    return "wholly" if lost and not may_keep else "unknown"
