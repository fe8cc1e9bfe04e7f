"""Any value as text for a table, with the secrets in it masked."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

MASK = "***masked***"
CUT = "… (cut)"
_LONGEST_TEXT = 20_000

_SECRET_NAME = re.compile(
    r".*(?:pass(?:word|wd|phrase|code)s?|pwd|secretstring|secretbinary|secret|secretkey|secretaccesskey"
    r"|privatekey|apikey|sessionkey)|authparameters|authorization|passworddata|xamzsignature"
)
"""Names of secrets, in small letters and digits alone."""

_TOKENS_THAT_ARE_NO_SECRET = re.compile(
    r"(?:next|client|clientrequest|continuation|page|pagination|idempotency)_?token"
    r"|(?:http|httpput)_?tokens?|(?:aws:)?tokenissuetime|.*(?:max|input|output|total).*tokens.*|tokencount",
    re.IGNORECASE,
)
_COMMON_NAMES = ('"nexttoken"', '"clienttoken"', '"clientrequesttoken"', '"pagetoken"', '"httptokens"')
_NAMES_OF_NAMES = frozenset({"name", "key", "parameterkey", "parametername", "variable", "variablename"})
_NAMES_OF_VALUES = frozenset({"value", "values", "parametervalue", "stringvalue", "plaintext"})

_NAME = (
    r"(?:x-amz-security-|x-amz-security|session|security|auth|access|refresh)[-_]?token|secret_?access_?key"
    r"|(?:client_?secret|secret(?<![:\w]secret))(?:_?key|_?string|_?binary)?|private_?key|api[-_]?key"
    r"|pass(?:word|wd|phrase|code)s?|pwd|x-amz-signature|(?<=[?&])token"
)
_PLAIN_VALUE = r"(?![\[{])(?!(?:null|true|false)\b(?![-\w]))(?!arn:)"
_NAMED_SECRET = re.compile(
    rf"(?P<name>{_NAME})(?P<sign>\\*[\"']?\s*(?:=|:|%3D)\s*){_PLAIN_VALUE}"
    r"(?:(?P<quote>\\*[\"'])(?P<quoted>[^\"'\\]+)|(?P<value>(?:(?![,;&]\s*[\w.-]+\s*[=:])[^\s\"'\\])*[^\s,;&\"'\\}\])]))",
    re.IGNORECASE,
)
"""A value in quotes ends with the next one; any other at a space, or where another name and its value begin."""

_FLAG = re.compile(
    r"(?P<name>--(?:[a-z]+-)*(?:password|passwd|passphrase|secret|token|api-key))"
    r"(?P<sign>\s+\\*[\"']?)(?P<value>[^\s\"'\\-][^\s\"'\\]*)",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(
    r"(?P<name>\b(?:[Bb]earer|[Bb]asic))(?P<sign>\s+)(?P<value>(?=\S*[\d=]|\S+[A-Z]|\S{20})[\w.~+/=-]{4,})"
)
_PRIVATE_KEY = re.compile(
    r"(?P<name>-----BEGIN [A-Z ]*PRIVATE KEY-----)(?P<sign>)(?P<value>.*?)(?=-----END|\Z)", re.DOTALL
)
_IN_ADDRESS = re.compile(r"(?P<name>://[^\s/:@\"'\\]*)(?P<sign>:)(?P<value>[^\s/@\"'\\]+)(?=@)")
_BARE_TOKEN = re.compile(r"(?:FwoG|IQoJ|AQoD)[A-Za-z0-9+/=_%-]{80,}")
_BY_HINT = (
    ("--", _FLAG), ("bearer ", _AUTHORIZATION), ("basic ", _AUTHORIZATION), ("private key-", _PRIVATE_KEY),
    ("fwog", _BARE_TOKEN), ("iqoj", _BARE_TOKEN), ("aqod", _BARE_TOKEN), ("://", _IN_ADDRESS),
    *((name, _NAMED_SECRET) for name in (
        "sessiontoken", "session_token", "-token", "securitytoken", "security_token", "authtoken", "auth_token",
        "accesstoken", "access_token", "refresh_token", "secret", "privatekey", "private_key",
        "-signature", "?token=", "&token=", "passw", "passp", "passc", "pwd", "apikey", "api_key", "api-key",
    )),
)  # fmt: skip
"""Small letters, one of which stands in every text that holds a secret, and what masks it."""

_HINTS = ("token", "sessionkey", "authparam", 'authorization"', *(hint for hint, _ in _BY_HINT))
"""One of these stands in every text in small letters that holds a secret, or the name of one."""

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
    except RecursionError:
        text = "… (nested too deeply)"
    return shortened(text, longest)


def masked_text(text: str) -> str:
    """Mask what free text calls a secret, and what has the look of a session token.

    >>> masked_text("sessionToken=abc, roleArn=r")
    'sessionToken=***masked***, roleArn=r'
    """
    low = text.lower()
    for pattern in {pattern: None for hint, pattern in _BY_HINT if hint in low}:
        text = pattern.sub(_without_value, text)
    return text


def _without_value(match: re.Match[str]) -> str:
    found = match.groupdict()
    return "".join(found.get(part) or "" for part in ("name", "sign", "quote")) + MASK


def shortened(text: str, longest: int) -> str:
    """Cut a text to so many characters, and say that it was cut."""
    return text if len(text) <= longest else text[:longest] + CUT


def _encoded(value: object) -> str:
    try:
        return _ENCODE(value)
    except (TypeError, ValueError):  # names of several types, from a Python-repr cell; or a loop
        return masked_text(str(value))


def _may_hold_secrets(low: str) -> bool:
    """Quick look whether names and texts need to be judged one by one; the commonest harmless names do not count."""
    if "token" in low:
        for name in _COMMON_NAMES:
            low = low.replace(name, "")
    return any(hint in low for hint in _HINTS)


@lru_cache(maxsize=4096)
def _is_secret(name: str) -> bool:
    if _SECRET_NAME.fullmatch(_plain(name)):
        return True
    return "token" in name.lower() and _TOKENS_THAT_ARE_NO_SECRET.fullmatch(name) is None


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _masked(value: Any) -> Any:
    """Mask what a secret's name stands before, be it the name of a member or beside it, as in lists of variables."""
    if isinstance(value, dict):
        named = any(_plain(str(name)) in _NAMES_OF_NAMES and isinstance(item, str) and _is_secret(item)
                    for name, item in value.items())  # fmt: skip
        return {
            (masked_text(name) if isinstance(name, str) else name): MASK
            if _is_kept_secret(str(name), item, named=named)
            else _masked(item)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return _masked_inside(value) if isinstance(value, str) else value


def _masked_inside(text: str) -> str:
    """Mask what is secret in a text, which may be JSON itself."""
    if text.lstrip()[:1] in ("{", "[") and _may_hold_secrets(text.lower()):
        try:
            value = json.loads(text)
            masked = _masked(value)
            return text if masked == value else _encoded(masked)
        except (ValueError, RecursionError):  # no JSON, or nested so deeply that all around it would be lost, too
            return masked_text(text)
    return masked_text(text)


def _is_kept_secret(name: str, value: Any, *, named: bool) -> bool:
    """Tell whether a member holds a secret; what only says whether there is one, or where it is kept, holds none."""
    if value in (None, "") or isinstance(value, bool):
        return False
    if named and _plain(name) in _NAMES_OF_VALUES:
        return True
    return _is_secret(name) and not (isinstance(value, dict) and _plain(name).endswith("secret"))
