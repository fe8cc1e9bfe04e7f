"""What somebody outside said of one address when asked by name: dated evidence, and never proof of innocence."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from gdkit.errors import GdkitError
from gdkit.identifiers import normal_address, parse_ip
from gdkit.origin.reserved import reserved_as

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Fact = str | int | bool | None

OnlineOutcome = Literal["listed", "described", "not listed", "refused", "failed"]
"""``listed`` as a threat; ``described`` without accusing; ``not listed``: unknown to it, which is not innocence;
``refused``: gdkit did not ask, because the address is none of the internet; ``failed``: no answer that can be read."""

MAX_BYTES = 1_000_000
"""The largest answer that is taken: each is a few kB."""

_LONGEST = 300  # characters of one fact: what is longer is no name


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says, before it is dated.

    Attributes:
        outcome: ``listed``, ``described`` or ``not listed``.
        statement: one sentence, plain text; parts of it come from outside.
        facts: the fields that matter, by name.
        as_of: the date that the source itself gives, aware.
        source: who answered; the look-up's usual name if empty.
    """

    outcome: OnlineOutcome
    statement: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    as_of: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class OnlineAnswer:
    """What a look-up came to for one address.

    Attributes:
        lookup: its name in ``LOOKUPS``.
        address: which address, in its normal spelling.
        source: who was asked, for a reader.
        asked_at: when, aware.
        outcome: how it ended; ``not listed``, ``refused`` and ``failed`` leave the address unknown.
        statement: what came of it, one sentence, plain text; parts of it come from outside.
        facts: the fields that matter, by name; a field that the source leaves out is missing or None.
        as_of: the date that the source itself gives, aware; None where it gives none.
    """

    lookup: str
    address: str
    source: str
    asked_at: datetime
    outcome: OnlineOutcome
    statement: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    as_of: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as a JSON document, times in ISO 8601 with their zone."""
        times = {"asked_at": self.asked_at.isoformat(), "as_of": self.as_of.isoformat() if self.as_of else None}
        return {**asdict(self), **times, "facts": dict(self.facts)}

    @staticmethod
    def from_json(document: Mapping[str, Any]) -> OnlineAnswer:
        """Read what ``as_json`` gave.

        Raises:
            KeyError, TypeError, ValueError: it is no such document.
        """
        as_of = document["as_of"]
        times = {
            "asked_at": datetime.fromisoformat(document["asked_at"]),
            "as_of": datetime.fromisoformat(as_of) if as_of else None,
        }
        return OnlineAnswer(**{**document, **times})


def answer_for(lookup: str, source: str, address: str, ask: Callable[[str], Told]) -> OnlineAnswer:
    """Ask about one address, unless it is none of the internet; a failure becomes an answer that says so.

    Args:
        lookup: name of the look-up.
        source: who is asked, for a reader.
        address: as logged.
        ask: asks about an address of the internet, in its normal spelling; raises GdkitError where that fails.
    """
    spelled = normal_address(address) or ""
    parsed = parse_ip(spelled)
    reserved = reserved_as(spelled)
    if parsed is None or reserved is not None or getattr(parsed, "scope_id", None):
        why = f"it is reserved ({reserved})" if reserved else "it is no address of the internet"
        told = Told("refused", f"{source} was not asked: {why}.")
    else:
        try:
            told = ask(str(parsed))
        except GdkitError as error:
            told = Told("failed", f"{source} could not tell: {error.problem.rstrip('.')}. The address stays unknown.")
    who, asked_at = told.source or source, datetime.now(UTC)
    return OnlineAnswer(lookup, spelled, who, asked_at, told.outcome, told.statement, told.facts, told.as_of)


def json_object(body: bytes, *, where: str) -> dict[str, Any]:
    """Read a JSON object that came from outside.

    Raises:
        GdkitError: it is none.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise GdkitError("the answer is not JSON of the form that it documents", where=where)
    return document


def text_fact(value: object) -> str | None:
    """Give a text from outside, shortened; None where it is none or empty."""
    return value.strip()[:_LONGEST] or None if isinstance(value, str) else None


def date_fact(value: object) -> datetime | None:
    """Read an ISO 8601 date from outside, aware; a date without a zone is UTC; None where it is none."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read is not None and read.tzinfo is None else read
