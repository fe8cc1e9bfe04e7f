"""The folder of a fetch: its plan, its state, its answer, and log files that any reader of the trail understands."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gdkit.ledger_row import LedgerRow
from gdkit.model import NotSearched, Unread
from gdkit.trail.coverage_values import plain, rows_of
from gdkit.trail.fetched.question import question_from
from gdkit.trail.fetched.values import Cost, Fetched, cost_of
from gdkit.trail.sources import FETCH_ANSWER, FETCH_PLAN, FETCH_STATE
from gdkit.trail.times import parse_time
from gdkit.trail.written import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gdkit.trail.fetched.question import Question
    from gdkit.trail.fetched.values import Terms

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands in the plan file of a fetch.

    Attributes:
        kind: of the source; the ledger names it.
        source: as it was named.
        question: what was asked, as ``Question.document`` gives it.
        complete: whether all of it was answered.
        cost: what it has taken so far, over all runs.
        with_data: accounts whose data events the source is seen to hold, whether or not any was fetched.
        state: what the fetcher itself needs to go on.
    """

    kind: str
    source: str
    question: dict[str, Any]
    complete: bool = False
    cost: Cost = field(default_factory=Cost)
    with_data: tuple[str, ...] = ()
    state: dict[str, Any] = field(default_factory=dict)


def read_plan(folder: Path) -> Plan | None:
    """Give what the plan file says; None where there is none, or it cannot be understood."""
    try:
        document = json.loads((folder / FETCH_PLAN).read_text(encoding="utf-8"))
        if document.pop("version") != _VERSION:
            return None
        return Plan(**{**document, "cost": cost_of(document["cost"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_plan(folder: Path, plan: Plan) -> None:
    """Write the plan file.

    Raises:
        CaseWriteError: it cannot be written.
    """
    document = {"version": _VERSION, **asdict(plan)}
    write_whole(folder / FETCH_PLAN, (json.dumps(document, indent=1) + "\n").encode())


def write_state(folder: Path, document: Any) -> None:
    """Keep what a fetcher needs to go on, which may be long; anything that JSON can hold.

    Raises:
        CaseWriteError: it cannot be written.
    """
    write_whole(folder / FETCH_STATE, gzip.compress(json.dumps(document, separators=(",", ":")).encode(), 1, mtime=0))


def read_state(folder: Path) -> Any:
    """Give what a fetcher kept to go on; None where it kept nothing, or it cannot be read."""
    try:
        return json.loads(gzip.decompress((folder / FETCH_STATE).read_bytes()))
    except (OSError, EOFError, zlib.error, ValueError):
        return None


def write_answer(fetched: Fetched) -> None:
    """Keep what a fetch gave beside its log files.

    Raises:
        CaseWriteError: it cannot be written.
    """
    document = {"version": _VERSION, **plain(fetched), "folder": None}
    write_whole(fetched.folder / FETCH_ANSWER, (json.dumps(document, indent=1) + "\n").encode())


def read_answer(folder: Path) -> Fetched | None:
    """Give what an earlier run of a fetch gave; None where there was none, or it cannot be understood."""
    try:
        document = json.loads((folder / FETCH_ANSWER).read_text(encoding="utf-8"))
        if document.pop("version") != _VERSION:
            return None
        rows = {"not_searched": rows_of(NotSearched, document["not_searched"]),
                "places": rows_of(LedgerRow, document["places"]),
                "passed_over": rows_of(NotSearched, document["passed_over"]),
                "unread": rows_of(Unread, document["unread"]),
                "warnings": tuple(document["warnings"])}  # fmt: skip
        values = {"folder": folder, "question": question_from(document["question"]), "cost": cost_of(document["cost"])}
        return Fetched(**{**document, **rows, **values})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def taken_up(question: Question, plan: Plan | None, terms: Terms) -> Question:
    """Give a question with the span that an earlier run had, so that this one goes on and begins nothing anew.

    A look-up of the event history keeps its window in the same way. A span that is named, and an earlier beginning,
    count more than the earlier run's.
    """
    if plan is None:
        return question
    since, until = parse_time(plan.question.get("since")), parse_time(plan.question.get("until"))
    if since and not terms.since and since < question.since:
        question = replace(question, since=since)
    return replace(question, until=until) if until and not terms.until and until > question.since else question


def write_records(path: Path, records: Iterable[str], *, durable: bool = True) -> None:
    """Write CloudTrail records as a log file of CloudTrail's own form, in gz: the same bytes for the same records.

    A file without a record tells that there was none.

    Raises:
        CaseWriteError: it cannot be written.
    """
    text = f'{{"Records":[{",".join(records)}]}}'
    write_whole(path, gzip.compress(text.encode("utf-8", "surrogatepass"), 6, mtime=0), durable=durable)
