"""Going back without taking others with it: a merge of three states.

Each value that still is as a step left it goes back to what it was; what others changed since stays, and is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.response.step import Undone

if TYPE_CHECKING:
    from gdkit.response.step import State

_ABSENT = object()


def reverted(before: State, after: State, now: State) -> Undone:
    """Give the state that undoes a step.

    Args:
        before: the state before the step.
        after: the state that the step left.
        now: the state now.

    >>> reverted({"a": 1, "c": {}}, {"a": 2, "c": {"x": 1}}, {"a": 2, "c": {"x": 1, "y": 1}}).state
    {'a': 1, 'c': {'y': 1}}
    """
    left: list[str] = []
    state = _merged(before, after, now, (), left)
    return Undone(state, tuple(left))


def _merged(before: Any, after: Any, now: Any, path: tuple[str, ...], left: list[str]) -> Any:
    if before in (after, now):
        return now
    if now == after:
        return before
    if (
        isinstance(after, dict)
        and isinstance(now, dict)
        and (before is None or before is _ABSENT or isinstance(before, dict))
    ):
        older = before if isinstance(before, dict) else {}
        names = [*now, *(name for name in older if name not in now)]
        members = {
            name: _merged(
                older.get(name, _ABSENT), after.get(name, _ABSENT), now.get(name, _ABSENT), (*path, name), left
            )
            for name in names
        }
        return {name: value for name, value in members.items() if value is not _ABSENT}
    left.append(f"{' / '.join(path)} was changed by somebody else since, and stays as it is")
    return now
