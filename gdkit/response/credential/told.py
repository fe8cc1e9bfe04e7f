"""What a person tells the steps of a credential: instants and names of sessions, checked before they reach a policy."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gdkit.errors import ResponseError
from gdkit.model import utc_text

if TYPE_CHECKING:
    from gdkit.response.step import Target

NOW = "now"
"""Stands for the instant of the preview."""

_SESSION_NAME = re.compile(r"[\w+=.@-]{2,64}", re.ASCII)
"""Source: STS API Reference, AssumeRole, RoleSessionName; without the comma, which stands between names here."""


def instant(target: Target, option: str) -> str | None:
    """Give an instant that was told, as a policy writes it; None where nothing was told.

    Args:
        target: what was told to the step.
        option: name of the option.

    Raises:
        ResponseError: it is no instant in UTC, or lies in the future.
    """
    text = target.options.get(option, "")
    if not text:
        return None
    at = target.at if text == NOW else _read(text, option)
    if at > target.at:
        raise ResponseError(f"{text[:40]!r} lies in the future", where=f"option {option}",
                            action=f"the instant of this preview is {utc_text(target.at)}; say now for it")  # fmt: skip
    return utc_text(at.replace(microsecond=0))


def session_name(text: str, where: str) -> str:
    """Give the name of a session as it was told.

    Raises:
        ResponseError: no session can have this name.
    """
    if not _SESSION_NAME.fullmatch(text):
        raise ResponseError(
            f"{text[:70]!r} is no name of a session",
            where=where,
            action="give the part of the principal id behind the colon, such as i-0123456789abcdef0",
        )
    return text


def session_names(text: str, where: str) -> tuple[str, ...]:
    """Give several names of sessions, joined by commas, each once.

    Raises:
        ResponseError: no session can have one of these names.
    """
    return tuple(dict.fromkeys(session_name(name.strip(), where) for name in text.split(",") if name.strip()))


def plain(text: object, most: int = 60) -> str:
    """Give somebody else's text on one line: cut, and without signs that do not print."""
    kept = "".join(sign if sign.isprintable() else " " for sign in str(text))
    return kept if len(kept) <= most else f"{kept[: most - 1]}…"


def _read(text: str, option: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.utcoffset() != timedelta(0):
        raise ResponseError(f"{text[:40]!r} is no instant in UTC", where=f"option {option}",
                            action="write it as 2026-11-02T08:00:00Z, or say now")  # fmt: skip
    return at
