"""Identifiers that may stand in a query: those of the form that AWS gives them; in logs they may be anything."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit.errors import TrailError
from gdkit.identifiers import is_account_id, is_instance_id, parse_access_key_id, parse_ip
from gdkit.model import NotSearched

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.trail.fetched.question import Question

_PRINCIPAL = re.compile(r"[\w+=,.@:/-]{2,300}", re.ASCII)
_SESSION = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+")
"""Source: IAM User Guide, "Policy variables", aws:userid; STS API Reference, AssumeRole, RoleSessionName."""

_TESTS: dict[str, Callable[[str], object]] = {
    "access_key_ids": parse_access_key_id,
    "principal_ids": _PRINCIPAL.fullmatch,
    "grown_ids": _PRINCIPAL.fullmatch,
    "session_names": _SESSION.fullmatch,
    "addresses": parse_ip,
    "account_ids": is_account_id,
    "regions": _REGION.fullmatch,
}
_WORDS = {
    "access_key_ids": "access key",
    "principal_ids": "principal",
    "grown_ids": "principal",
    "session_names": "session name",
    "addresses": "address",
    "account_ids": "account",
    "regions": "region",
    "instance_id": "instance",
}


def checked(question: Question) -> tuple[Question | None, tuple[NotSearched, ...]]:
    """Give a question with those identifiers alone that have the form of one, and name the others.

    A query binds every value as a literal of its own; this is the second lock, and keeps a query from asking for what
    cannot be.

    Returns:
        The question, and what it does not ask for. None in its place where it would ask for more than before: one that
        named someone for everybody, one about some accounts or regions for all.
    """
    kept: dict[str, tuple[str, ...] | None] = {}
    odd: list[tuple[str, str]] = []
    for name, fits in _TESTS.items():
        values = getattr(question, name)
        kept[name] = tuple(value for value in values if fits(value))
        odd += [(name, value) for value in values if not fits(value)]
    if question.instance_id is not None and not is_instance_id(question.instance_id):
        kept["instance_id"] = None
        odd.append(("instance_id", question.instance_id))
    gaps = tuple(NotSearched(f"events that name the {_WORDS[name]} {value[:60]!r}",
                             "it has not the form of one, and is not put into a query", failed=True)
                 for name, value in odd)  # fmt: skip
    proper = replace(question, **kept)  # type: ignore[arg-type]
    return None if _is_wider(proper, question) else proper, gaps


def checked_whole(question: Question) -> tuple[Question, tuple[NotSearched, ...]]:
    """Give a question and what it does not ask for, as ``checked``, where something is left of it.

    Raises:
        TrailError: nothing is left of whom it names, or of the accounts or regions that it is about.
    """
    proper, odd = checked(question)
    if proper is None:
        raise TrailError(
            f"a query cannot ask for this: {'; '.join(gap.what for gap in odd)}; nothing was asked",
            action="name what has the form that AWS gives it; log files are searched for any text",
        )
    return proper, odd


def _is_wider(proper: Question, question: Question) -> bool:
    """Tell whether a question asks for everybody, or for every account or region, where it did not before."""
    return (
        (proper.names_nobody and not question.names_nobody)
        or (bool(question.account_ids) and not proper.account_ids)
        or (bool(question.regions) and not proper.regions)
    )
