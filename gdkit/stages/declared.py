"""What a notebook's parameters cell declares, held against what the parameters are.

papermill injects what it is given without a look at the declared types, and its ``-p`` guesses: ``012345678901``
becomes a number without its zero, ``logs/`` a text where a list is meant. The first call of every notebook looks.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from gdkit.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "str": ("text", str),
    "bool": ("true or false", bool),
    "int": ("a whole number", int),
    "float": ("a number", (int, float)),
    "list[str]": ("a list of texts", list),
}
"""The types that a notebook can declare: in words, and in Python's."""

_BY_HAND = {
    "str": "give it with -r {name} VALUE, which papermill leaves as it is",
    "bool": "give it with -p {name} True or -p {name} False",
    "list[str]": 'give it with -y \'{name}: ["first", "second"]\', each in quotes',
}


def fits(value: Any, annotation: str) -> bool:
    """Tell whether a value is of a declared type; true and false are no numbers."""
    kind = TYPES[annotation][1]
    if isinstance(value, bool) and kind is not bool:
        return False
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, kind)


def check_declared(namespace: Mapping[str, Any] | None = None) -> None:
    """See that every parameter which a notebook declares is of its type.

    Args:
        namespace: the notebook's variables; None for those of this process's main module, which a kernel's are.

    Raises:
        ParameterError: one is not; the message says how papermill is given it.
    """
    held = vars(sys.modules["__main__"]) if namespace is None else namespace
    for name, kind in held.get("__annotations__", {}).items():
        annotation = kind.__name__ if isinstance(kind, type) and kind.__name__ != "list" else str(kind)
        if name in held and annotation in TYPES and not fits(held[name], annotation):
            raise ParameterError(f"it takes {TYPES[annotation][0]}, not {type(held[name]).__name__}",
                                 where=f"parameter {name!r}",
                                 action=_BY_HAND.get(annotation, "give another value").format(name=name))  # fmt: skip
