"""Any value as text for a table, with the secrets in it masked."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

MASK = "***masked***"
CUT = "… (cut)"
_LONGEST_TEXT = 20_000

_SECRET_NAMES = frozenset(
    {"sessiontoken", "secretaccesskey", "secretstring", "secretbinary", "privatekey", "authparameters"}
)
_TOKENS_THAT_ARE_NO_SECRET = re.compile(
    r"(?:next|client|clientrequest|continuation|page|pagination|idempotency)_?token"
    r"|(?:http|httpput)_?tokens?|(?:aws:)?tokenissuetime|.*(?:max|input|output|total).*tokens.*|tokencount",
    re.IGNORECASE,
)
_SECRET_HINTS = ("token", "secret", "password", "privatekey", "authparameters")
_COMMON_TOKENS = ('"nexttoken"', '"clienttoken"', '"clientrequesttoken"', '"pagetoken"', '"httptokens"')
_TEXT_HINTS = (
    "sessiontoken", "session_token", "session-token", "securitytoken", "security_token", "security-token",
    "secret", "privatekey", "private_key", "password", "fwog", "iqoj", "aqod",
)  # fmt: skip
_NAMED_SECRET = re.compile(
    r"(?P<name>(?:session|security|x-amz-security-|x-amz-security)[-_]?token|secret_?access_?key|secret_?string"
    r"|secret_?binary|private_?key|password)(?P<sign>\\*[\"']?\s*(?:=|:|%3D)\s*\\*[\"']?)"
    r"(?!null|true|false)(?P<value>[^\s,;&\"'\\}\])]+)",
    re.IGNORECASE,
)
_BARE_TOKEN = re.compile(r"(?:FwoG|IQoJ|AQoD)[A-Za-z0-9+/=_%-]{80,}")
_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode


def json_text(value: object, *, longest: int = _LONGEST_TEXT) -> str | None:
    """Write a value as compact JSON with sorted names and its secrets masked, cut where it is very long.

    ``httpTokens`` (whether an instance demands IMDSv2) and page tokens are no secrets and stay.

    >>> json_text({"b": 1, "a": {"sessionToken": "x"}, "nextToken": "n"})
    '{"a":{"sessionToken":"***masked***"},"b":1,"nextToken":"n"}'
    """
    try:
        text = _encoded(value)
        if _may_hold_secrets(text.lower()):
            text = _encoded(_masked(value))
        text = masked_text(text)
    except RecursionError:
        text = "… (nested too deeply)"
    return shortened(text, longest)


def masked_text(text: str) -> str:
    """Mask what free text calls a secret, and what has the look of a session token.

    >>> masked_text("sessionToken=abc, roleArn=r")
    'sessionToken=***masked***, roleArn=r'
    """
    low = text.lower()
    if not any(hint in low for hint in _TEXT_HINTS):
        return text
    text = _NAMED_SECRET.sub(lambda match: match["name"] + match["sign"] + MASK, text)
    return _BARE_TOKEN.sub(MASK, text)


def shortened(text: str, longest: int) -> str:
    """Cut a text to so many characters, and say that it was cut."""
    return text if len(text) <= longest else text[:longest] + CUT


def _encoded(value: object) -> str:
    try:
        return _ENCODE(value)
    except (TypeError, ValueError):  # names of several types, from a Python-repr cell; or a loop
        return str(value)


def _may_hold_secrets(low: str) -> bool:
    """Quick look whether names need to be judged one by one; the commonest harmless ones do not count."""
    if "token" in low:
        for name in _COMMON_TOKENS:
            low = low.replace(name, "")
    return any(hint in low for hint in _SECRET_HINTS)


@lru_cache(maxsize=4096)
def _is_secret(name: str) -> bool:
    low = name.lower()
    if low in _SECRET_NAMES or low.endswith("password"):
        return True
    return "token" in low and _TOKENS_THAT_ARE_NO_SECRET.fullmatch(low) is None


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: MASK if _is_secret(str(name)) and item not in (None, "") and not isinstance(item, bool)
            else _masked(item)
            for name, item in value.items()
        }  # fmt: skip
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value
