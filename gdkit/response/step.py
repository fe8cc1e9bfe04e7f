"""What a step of a response is: what it says of itself, what it reads, what it wants, and the calls between the two.

A step is a value made of functions. It reads the state of what it touches, says which state it wants, and gives the
calls that lead there; the engine does the rest, the same for every step: preview, hash, journal, apply, read back,
undo. States are plain JSON, so that a plan can be shown, hashed, kept and compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from gdkit.aws import ReadOnlyAws

State: TypeAlias = dict[str, Any]
"""The state of what a step touches: JSON objects with text keys down to the values, and nothing that changes by itself.

A list is one value to a comparison; what several people may add to is written as an object, one key each.
"""

Phase = Literal["trusted address", "containment", "evidence", "eradication", "recovery"]
"""Part of the handling that a step belongs to. Source: NIST SP 800-61, "Containment, Eradication, and Recovery"."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that a person tells a step.

    Attributes:
        name: as it is written after ``-o``.
        meaning: one sentence; with the unit where it has one.
        default: what holds where nothing is told; empty for none.
        choices: the values that are allowed; empty for any text.
        required: whether the step cannot be planned without it.
    """

    name: str
    meaning: str
    default: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person should know before the plan is read.

    Attributes:
        what: what it does.
        why: what it is good for.
        breaks: what stops working, and for whom.
        leaves_open: what it does not reach.
        undo: what undoing brings back, and what it cannot.
        source: the AWS documents that it rests on.
    """

    what: str
    why: str
    breaks: str
    leaves_open: str
    undo: str
    source: str


@dataclass(frozen=True, slots=True)
class Need:
    """One IAM action that a step must be allowed.

    Attributes:
        action: as an IAM policy writes it.
        resource: ARN with ``{partition}``, ``{account_id}``, ``{region}``, ``{role_name}``, ``{role_id}``,
            ``{instance_id}`` the names of the step's options in braces, or ``*`` where AWS knows no resource for it.
        writes: whether it changes something; such actions are the responder's alone.
        condition: what a policy adds as ``Condition``; empty for nothing.
    """

    action: str
    resource: str = "*"
    writes: bool = False
    condition: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """What a step is about: facts of the case, and what was told to it. It does not change between preview and apply.

    Attributes:
        case_id: short name of the case, for tags and names of what the step makes: letters, digits and hyphens.
        account_id: the account in which the step acts.
        region: the region in which the step acts.
        role_id: unique id of the leaked role, ``AROA…``.
        role_arn: its ARN, path included.
        session_name: of the leaked session; for an instance's role its instance id.
        at: the instant of the preview, aware UTC, to the second.
        options: what was told, with the defaults.
    """

    case_id: str
    partition: str
    account_id: str
    region: str
    at: datetime
    role_name: str | None = None
    role_id: str | None = None
    role_arn: str | None = None
    session_name: str | None = None
    instance_id: str | None = None
    finding_id: str | None = None
    finding_type: str | None = None
    finding_region: str | None = None
    detector_id: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultOf:
    """A value that an earlier call of the same plan will answer with.

    Attributes:
        call: number of that call in the plan, from 0.
        path: names of the members that lead to the value, joined by dots; a number picks from a list.
    """

    call: int
    path: str


@dataclass(frozen=True, slots=True)
class Action:
    """One call that changes something.

    Attributes:
        service: boto3's name of the service.
        operation: the API's name.
        parameters: as boto3 takes them; a ``ResultOf`` may stand for any value in it. Never a secret: they are shown,
            hashed and written in the journal.
        does: what the call does, one sentence for a person.
        region: empty for the target's.
        account_id: empty for the target's.
        results: paths in the answer that the journal keeps, such as ``GroupId``.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    does: str
    region: str = ""
    account_id: str = ""
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SideEffect:
    """What a plan does beside what it is for.

    Attributes:
        what: one sentence with names and numbers; nothing in it may change from one minute to the next.
        affects: the instances, roles and users that it hits, by id.
    """

    what: str
    affects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """Something that was checked.

    Attributes:
        what: the question.
        holds: the answer; None where it cannot be told.
        found: what was found, one sentence.
        stops: whether a plan of which it does not hold is applied only where a person says why: it would do another
            thing than it is for, and not merely leave something open.
    """

    what: str
    holds: bool | None
    found: str
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document that a step collects for the case.

    Attributes:
        name: of the file in the case's evidence folder.
        content: its bytes; nothing secret.
        source: where it comes from, for the manifest.
    """

    name: str
    content: bytes = field(repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo wants: the state to bring back, and what it leaves alone.

    Attributes:
        state: the wanted state.
        left: each thing that is not brought back, with the reason: others changed it since, or it is evidence.
    """

    state: State
    left: tuple[str, ...] = ()


def _no_effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    return ()


def _no_checks(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    return ()


def _no_names(target: Target, now: State) -> Sequence[str]:
    return ()


def _no_evidence(aws: ReadOnlyAws, target: Target) -> Sequence[Evidence]:
    return ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a response. Its functions raise ``ResponseError`` where the step cannot be taken, and say why.

    Attributes:
        name: as it is written on the command line.
        title: one line for a list.
        needs: every IAM action that its functions and its calls need.
        read: gives the state of what the step touches, by read-only calls.
        want: gives the state that is wanted, from the target and the state now.
        change: gives the calls that lead from the state now to a wanted one, none where they are the same. It serves
            apply and undo alike, and what is half done already.
        effects: what else the plan does; names and numbers.
        prove: what can be checked before the plan is applied.
        revert: gives the state that an undo wants, from the states before and after the step and the state now; None
            for the usual one: each value that still is as the step left it goes back to what it was.
        collects: names of the evidence that it will collect.
        collect: gives that evidence, by read-only calls.
        confirm: what can be checked after, beside reading the state back.
        settles_s: for how long a change may take to be seen by reading, in seconds.
        hides: whether it hides findings from those who watch.
    """

    name: str
    title: str
    phase: Phase
    explanation: Explanation
    needs: tuple[Need, ...]
    read: Callable[[ReadOnlyAws, Target], State]
    want: Callable[[Target, State], State]
    change: Callable[[Target, State, State], Sequence[Action]]
    options: tuple[Option, ...] = ()
    effects: Callable[[ReadOnlyAws, Target, State, State], Sequence[SideEffect]] = _no_effects
    prove: Callable[[ReadOnlyAws, Target, State, State], Sequence[Check]] = _no_checks
    revert: Callable[[Target, State, State, State], Undone] | None = None
    collects: Callable[[Target, State], Sequence[str]] = _no_names
    collect: Callable[[ReadOnlyAws, Target], Sequence[Evidence]] = _no_evidence
    confirm: Callable[[ReadOnlyAws, Target, State, State], Sequence[Check]] = _no_checks
    settles_s: float = 30.0
    hides: bool = False

    @property
    def operations(self) -> frozenset[str]:
        """IAM actions by which the step changes something."""
        return frozenset(need.action for need in self.needs if need.writes)
