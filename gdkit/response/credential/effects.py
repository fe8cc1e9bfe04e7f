"""Whom a Deny hits, in words: instances by name, and what goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.identifiers import is_instance_id
from gdkit.response.credential.agent import AGENT, CUT, UPLOAD
from gdkit.response.credential.holders import listed
from gdkit.response.credential.session_policy import EVERY
from gdkit.response.step import Check, SideEffect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gdkit.response.credential.holders import Holders
    from gdkit.response.step import State


def session_effects(holders: Holders, now: State, wanted: State) -> Iterator[SideEffect]:
    """Say for each session that is put in or changed what it loses."""
    for user_id, how in sorted(wanted["sessions"].items()):
        was = now["sessions"].get(user_id)
        if was == how or user_id == EVERY:
            continue
        name = user_id.partition(":")[2]
        called = holders.called(name)
        yield SideEffect(f"{called} {_loses(how)}", (name,))
        if how["leave_open"]:
            yield SideEffect(f"{called} keeps the {len(AGENT)} calls of the Systems Manager agent, and so does whoever "
                             f"holds its keys: he can read commands that are sent to it, and answer them. {UPLOAD}",
                             (name,))  # fmt: skip
        elif is_instance_id(name):
            yield SideEffect(f"{called}: {CUT}", (name,))
        if was is not None:
            yield SideEffect(f"{called} was denied before: {_loses(was)}. This is changed", (name,))


def fleet_effect(holders: Holders, what: str) -> SideEffect:
    """Say what happens to every instance with the role."""
    number = len(holders.all)
    hit = f"{number} live instance{'s' * (number != 1)} of the role: {listed([one.called for one in holders.all])}"
    return SideEffect(f"{hit}. {what}", tuple(one.id for one in holders.all))


def untouched(holders: Holders, wanted: State) -> Check:
    """Say which instances of the role are not denied."""
    denied = {user_id.partition(":")[2] for user_id in wanted["sessions"]}
    others = [one.called for one in holders.without(denied)]
    found = f"{len(others)} go{'es' * (len(others) == 1)} on: {listed(others)}" if others else "it has no other"
    return Check("the role's other live instances are known by name", not holders.not_looked or None, found)


def _loses(how: Mapping[str, Any]) -> str:
    before = f" that were issued before {how['issued_before']}" if how["issued_before"] else ""
    which = f"with credentials{before}" if before else "with its present credentials and all later ones"
    lost = "all access to AWS but the agent's" if how["leave_open"] else "all access to AWS"
    return f"loses {lost} {which}, until the Deny is lifted"
