"""How AWS is asked whether one thing exists, and how its answer is read: values and pure functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ID, PARENT, ACCOUNT = "{id}", "{parent}", "{account}"
"""Where the parts of a thing stand in a probe's parameters."""

ANY_PARENT = "{parent?}"
"""The parent where it is known; the parameter is left out where it is not."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that calls made or changed; a part that is not known is empty.

    Attributes:
        kind: as in ``tables.PERSISTENCE``; so are the others.
        region: empty for what is in no region.
    """

    kind: str
    id: str
    parent_id: str
    account_id: str
    region: str


@dataclass(frozen=True, slots=True)
class Probe:
    """One reading call, and what in its answer tells whether the thing exists.

    Attributes:
        service: botocore's name of the service.
        operation: the API's name.
        ask: parameters; ``ID``, ``PARENT`` and ``ACCOUNT`` stand for the thing's.
        gone: error codes that mean that there is no such thing; one that begins with a dot is the end of codes.
        gone_says: words that must come with such a code, where it means other things too.
        needs: a member that a whole answer always has; empty for a list that has pages.
        members: where the list stands, members of members after a dot; empty where the answer is the thing itself.
        match: parts of a member that can name the thing; none where the member itself is the name.
        names: what it must be, in the spelling of ``ask``.
        holds: a part that must be there; empty for none.
        tells: a part that says in which state it is, worth telling; empty for none.
        ended: states in which it does not exist any more.
        everywhere: whether it is in no region.
        unclear: why finding the thing does not prove that what the call did to it still holds; empty where it does.
    """

    service: str
    operation: str
    ask: Mapping[str, Any]
    gone: tuple[str, ...] = ()
    gone_says: str = ""
    needs: str = ""
    members: str = ""
    match: tuple[str, ...] = ()
    names: str = ID
    holds: str = ""
    tells: str = ""
    ended: tuple[str, ...] = ()
    everywhere: bool = False
    unclear: str = ""

    @property
    def words(self) -> str:
        """The call, for a reader."""
        return f"{self.service} {self.operation}"


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a thing: whether it exists, and in words what was asked and answered.

    Attributes:
        exists: None where that is not known.
        asked: whether AWS was asked.
        unchecked: where that is not known, why, in short; empty where AWS's answer does not settle it.
        status: the thing's state as AWS told it, such as ``Inactive``; empty where it told none.
    """

    exists: bool | None
    words: str
    asked: bool = True
    unchecked: str = ""
    status: str = ""


def parameters_of(probe: Probe, thing: Thing) -> dict[str, Any] | None:
    """Give the parameters of a probe for a thing; None where the thing lacks a part that they need."""
    parts = _parts(thing)
    filled = {name: _filled(value, parts) for name, value in probe.ask.items()
              if value != ANY_PARENT or thing.parent_id}  # fmt: skip
    return None if any(_empty(value) for value in filled.values()) else filled


def judge(probe: Probe, thing: Thing, answer: Mapping[str, Any]) -> Judged:
    """Read from an answer whether the thing exists."""
    found: Any = answer
    if probe.members:
        wanted = _filled(probe.names, _parts(thing))
        try:
            found = next((one for one in members_of(answer, probe.members) if wanted in _names_of(one, probe)), None)
        except (ValueError, RecursionError):
            return Judged(None, f"{probe.words} answered with a policy that cannot be read.")
        if found is None:
            return Judged(False, f"{probe.words} does not list it.")
    if probe.holds and not _part(found, probe.holds):
        return Judged(False, f"{probe.words} answered without it.")
    state = str(_part(found, probe.tells) or "") if probe.tells else ""
    told = f"{probe.words} answered{f': {state}' if state else ' with it'}."
    if state in probe.ended:
        return Judged(False, told, status=state)
    exists, words = (None, f"{told} {probe.unclear}") if probe.unclear else (True, told)
    return Judged(exists, words, status=state)


def is_gone(probe: Probe, code: str, problem: str) -> bool:
    """Tell whether an error means that there is no such thing."""
    known = any(code.endswith(end) if end.startswith(".") else code == end for end in probe.gone)
    return known and probe.gone_says in problem


def members_of(answer: Any, path: str) -> Iterator[Any]:
    """Give the members of a list, or of the lists in its members; a policy that is kept as text is read.

    Raises:
        ValueError: such a text is no JSON.

    >>> list(members_of({"Reservations": [{"Instances": [1, 2]}, {"Instances": [3]}]}, "Reservations.Instances"))
    [1, 2, 3]
    """
    name, _, rest = path.partition(".")
    held = answer.get(name) or []
    held = json.loads(held) if isinstance(held, str) else held
    for member in held if isinstance(held, list) else [held]:
        if rest:
            yield from members_of(member, rest)
        else:
            yield member


def _parts(thing: Thing) -> dict[str, str]:
    return {ID: thing.id, PARENT: thing.parent_id, ANY_PARENT: thing.parent_id, ACCOUNT: thing.account_id}


def _names_of(member: Any, probe: Probe) -> list[Any]:
    return [_part(member, path) for path in probe.match] or [member]


def _filled(value: Any, parts: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, parts) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, parts) for inner in value]
    return parts.get(value, value) if isinstance(value, str) else value


def _empty(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_empty, value.values()))
    return any(map(_empty, value)) if isinstance(value, list) else value == ""


def _part(found: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        found = found.get(name) if isinstance(found, dict) else None
    return found
