"""Where a free text holds secrets: behind a name, a flag or a user, and by their look."""

from __future__ import annotations

import re

from gdkit.trail.secret_names import ENDING, KINDS_OF_KEYS, OTHER_WORDS, WHICH, holds_secret

MASK = "***masked***"

_NAME = (
    r"(?:x-amz-security-|x-amz-security|session|security|auth|access|refresh)[-_]?token|secret_?access_?key"
    r"|(?:client_?secret|secret(?<![:\w]secret))(?:_?key(?:_?base)?|_?string|_?binary)?|(?:private|pre[-_]?shared)[-_]?key"
    r"|api[-_]?key|pass(?:word|wd|phrase|code)s?|pwd|x-amz-signature|(?<=[?&])token"
    rf"|{OTHER_WORDS}pass|(?<![a-z])pw|{KINDS_OF_KEYS}[-_.]?key|(?:[-_?&]|redis|valkey)auth"
)
_SIGNATURE = r"(?<![a-z])(?:shared_?access_?)?signature(?=\\*[\"']?\s*(?:=|%3D|:\s*\\*[\"']))|(?<![a-z])sig(?==|%3D)"
_PLAIN_VALUE = r"(?![\[{])(?!(?:null|true|false)\b(?![-\w]))(?!arn:)"
_QUOTED = r"(?P<quote>\\*[\"'])(?P<quoted>(?:(?!(?P=quote))(?s:.))+)"
_NAMED = re.compile(
    rf"(?P<name>(?:{_NAME}){ENDING}|{_SIGNATURE})(?:\\*[\"']?\s*(?:=>|:=|=|:|%3D)\s*|>(?=[^<>]+</)){_PLAIN_VALUE}"
    rf"(?:{_QUOTED}|(?<=>)(?P<element>[^<]+)"
    r"|(?P<value>(?:(?![,;&]\s*[\w.-]+\s*[=:])[^\s\"'\\])*[^\s,;&\"'\\}\])]))",
    re.IGNORECASE,
)
"""A value in quotes ends with the next of its kind; any other at a space, or where another name and its value begin."""

_FLAG = re.compile(
    r"-(?<![\w-]-)-?(?P<name>(?=[\w.-]{0,40}(?:pass|pw|secret|token|key|auth|cookie|sig))[a-z][\w.-]*)"
    r"(?:\s+|\\*[\"']\s*,?\s*(?=\\*[\"']))"
    rf"(?:{_QUOTED}|(?P<value>[^\s\"'\\-][^\s\"'\\]*))",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(r"\b(?:[Bb]earer|[Bb]asic)\s+(?P<value>(?=\S*[\d=]|\S+[A-Z]|\S{20})[\w.~+/=-]{4,})")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<value>.*?)(?=-----END|\Z)", re.DOTALL)
_COOKIE = re.compile(r"\bcookie\\*[\"']?:\s*\\*[\"']?(?P<value>[^\r\n\"'\\]+)", re.IGNORECASE)
_COMMAND = re.compile(
    r"\b(?:(?:mysql\w*|mariadb[\w-]*)\b[^|;&\n]{0,400}?\s-p|sshpass\s+-p\s*"
    r"|curl\b[^|;&\n]{0,400}?\s(?:-u|--user)[\s=]*\\*[\"']?[^\s:\"'\\]+:)\\*[\"']?(?P<value>[^\s\"'\\;|&]+)"
)
_SQL = re.compile(
    r"\b(?:password|identified\s+by)\s+(?P<quote>\\*[\"'])(?P<quoted>(?:(?!(?P=quote)).){1,200})(?=(?P=quote))",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(
    r"://(?!\[)(?P<at>[^\s/:@\"'\\]*@)?[^\s/:@\"'\\]*:(?!\d{1,5}[/?#])"
    r"(?P<value>(?:[^\s/@\"'\\]+|(?(at)(?!)|(?:(?!://)[^\s@\"'\\,])+))(?:@[^\s/?#@\"'\\]+)*)(?=@)"
)
"""A password ends with the last @ before the host."""

_BARE_TOKEN = re.compile(r"(?P<value>(?:FwoG|IQoJ|AQoD)[A-Za-z0-9+/=_%-]{80,})")

_BY_HINT = (
    ("--", _FLAG), (" -", _FLAG), ("bearer ", _AUTHORIZATION), ("basic ", _AUTHORIZATION),
    ("private key-", _PRIVATE_KEY), ("fwog", _BARE_TOKEN), ("iqoj", _BARE_TOKEN), ("aqod", _BARE_TOKEN),
    ("://", _IN_ADDRESS), ("cookie", _COOKIE), ("mysql", _COMMAND), ("mariadb", _COMMAND), ("sshpass", _COMMAND),
    ("curl", _COMMAND), ("password", _SQL), ("identified", _SQL),
)  # fmt: skip
"""Small letters, one of which stands in every text that holds a secret without a name, and what masks it."""

_SIGNED = [
    (word, re.compile(word + r"[\w.-]{0,20}\\*[\"']?\s*(?:=|:|%3d|>)"))
    for word in ("token", "key", "pass", "secret", "auth", "pw", "sig")
]
"""What stands in every text in small letters that holds a secret with a name."""

_HINTS = (
    "secret", "://", "bearer ", "basic ", "private key-", "fwog", "iqoj", "aqod", "cookie", " -p", "curl",
    "identified", "userdata", "securestring", "base32", "samlassertion", "dbencryption",
)  # fmt: skip
_END = rf"(?:[^a-z]|\Z|(?:{WHICH})(?![a-z]))"
_HINTS_BY_WORD = tuple(
    (word, re.compile(word + end).search)
    for word, end in (
        ("key", rf"(?:material|(?<=[a-z0-9_.-]key){_END})"),
        ("auth", rf"(?:param|cred|(?:orization)?code|orization\"|{_END})"),
        ("pass", rf"(?:[wpc]|{_END})"), ("pw", rf"(?:d|{_END})"), ("sig", r"(?:nature)?[^a-z]"),
    )
)  # fmt: skip
"""One of these stands in every text in small letters that holds a secret, or the name of one."""

_COMMON_NAMES = ('"nexttoken"', '"clienttoken"', '"clientrequesttoken"', '"pagetoken"', '"httptokens"')


def may_hold_secrets(low: str) -> bool:
    """Look quickly whether names and texts need to be judged one by one; the commonest harmless names do not count.

    Args:
        low: JSON text in small letters.
    """
    if "token" in low:
        for name in _COMMON_NAMES:
            low = low.replace(name, "")
        if "token" in low:
            return True
    if any(map(low.__contains__, _HINTS)):
        return True
    return any(word in low and found(low) for word, found in _HINTS_BY_WORD)


def masked_text(text: str) -> str:
    """Mask what free text calls a secret, and what has the look of a session token.

    >>> masked_text("sessionToken=abc, roleArn=r")
    'sessionToken=***masked***, roleArn=r'
    """
    low = text.lower()
    patterns = {pattern: None for hint, pattern in _BY_HINT if hint in low}
    if any(word in low and signed.search(low) for word, signed in _SIGNED):
        patterns[_NAMED] = None
    for pattern in patterns:
        text = pattern.sub(_without_value, text)
    return text


def _without_value(match: re.Match[str]) -> str:
    found = match.groupdict()
    part = next(part for part in ("value", "quoted", "element") if found.get(part))
    name, value = found.get("name"), match[part]
    if name is not None and not holds_secret(name, value):
        return match[0]
    start, end = match.start(part) - match.start(), match.end(part) - match.start()
    return match[0][:start] + MASK + match[0][end:]
