"""Any value as text for a table, with the secrets in it masked."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gdkit.trail.secret_names import holds_secret, may_name_secret, plain
from gdkit.trail.secret_texts import MASK, masked_text, may_hold_secrets

if TYPE_CHECKING:
    from collections.abc import Sequence

CUT = "… (cut)"
_LONGEST_TEXT = 20_000

_NAMES_OF_NAMES = frozenset({"name", "key", "parameterkey", "parametername", "variable", "variablename", "optionname"})
_NAMES_OF_VALUES = frozenset({"value", "values", "parametervalue", "stringvalue", "plaintext"})

_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode


def json_text(value: object, *, longest: int = _LONGEST_TEXT) -> str | None:
    """Write a value as compact JSON with sorted names and its secrets masked, cut where it is very long.

    ``httpTokens`` (whether an instance demands IMDSv2) and page tokens are no secrets and stay.

    >>> json_text({"b": 1, "a": {"sessionToken": "x"}, "nextToken": "n"})
    '{"a":{"sessionToken":"***masked***"},"b":1,"nextToken":"n"}'
    """
    try:
        text = _encoded(value)
        if may_hold_secrets(text.lower()):
            text = _encoded(_masked(value))
    except RecursionError:
        text = "… (nested too deeply)"
    return shortened(text, longest)


def shortened(text: str, longest: int) -> str:
    """Cut a text to so many characters, and say that it was cut."""
    return text if len(text) <= longest else text[:longest] + CUT


def _encoded(value: object) -> str:
    try:
        return _ENCODE(value)
    except (TypeError, ValueError):  # names of several types, from a Python-repr cell; or a loop
        return masked_text(str(value))


_masked_name = lru_cache(maxsize=4096)(masked_text)


def _masked(value: Any) -> Any:
    """Mask what a secret's name stands before, be it the name of a member or beside it, as in lists of variables."""
    if isinstance(value, dict):
        variable = _variable(value)
        return {
            (_masked_name(name) if isinstance(name, str) else name): _masked_member(str(name), item, variable)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return _masked_items(value)
    return _masked_inside(value) if isinstance(value, str) else value


def _variable(value: dict[Any, Any]) -> str | None:
    """Give the name that a member has for what another member holds, where that can be a secret."""
    for name, item in value.items():
        if isinstance(item, str):
            if item == "SecureString":
                return "secret"
            if plain(str(name)) in _NAMES_OF_NAMES and may_name_secret(item):
                return item
    return None


def _masked_member(name: str, value: Any, variable: str | None) -> Any:
    if holds_secret(name, value):
        return MASK
    if variable is not None and plain(name) in _NAMES_OF_VALUES and holds_secret(variable, value):
        return MASK
    return _masked_user_data(value) if plain(name) == "userdata" else _masked(value)


def _masked_items(items: Sequence[Any]) -> list[Any]:
    """Mask, in a list, what stands behind a flag, as in the arguments of a command."""
    masked, flag = [], None
    for item in items:
        is_text = isinstance(item, str)
        is_flag = is_text and item.startswith("-")
        masked.append(MASK if flag and is_text and not is_flag and holds_secret(flag, item) else _masked(item))
        flag = item.lstrip("-") if is_flag else None
    return masked


def _masked_user_data(value: Any) -> Any:
    """Mask inside what an instance runs at its start; what is written as base64 stays so, without its secrets."""
    if isinstance(value, dict):
        return {name: _masked_user_data(item) for name, item in _masked(value).items()}
    if not isinstance(value, str):
        return _masked(value)
    try:
        script = b64decode(value, validate=True).decode()
    except ValueError:  # no base64, or of something else than text
        return _masked_inside(value)
    masked = masked_text(script)
    return value if masked == script else b64encode(masked.encode()).decode()


def _masked_inside(text: str) -> str:
    """Mask what is secret in a text, which may be JSON itself."""
    if text.lstrip()[:1] in ("{", "[") and may_hold_secrets(text.lower()):
        try:
            value = json.loads(text)
            masked = _masked(value)
            return text if masked == value else _encoded(masked)
        except (ValueError, RecursionError):  # no JSON, or nested so deeply that all around it would be lost, too
            return masked_text(text)
    return masked_text(text)
