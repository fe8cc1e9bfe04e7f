"""Sources that cannot be asked at all: a gap each, as long as another one answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.errors import AwsError, TrailError
from gdkit.ledger_row import LedgerRow
from gdkit.model import NotSearched
from gdkit.trail.fetched.values import Cost, Fetched
from gdkit.trail.lookup.failures import gap_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gdkit.trail.fetched.question import Question
    from gdkit.trail.named import RemoteSource


def with_gaps(
    sources: Sequence[RemoteSource],
    fetch_one: Callable[[RemoteSource, Question], Fetched],
    folder_of: Callable[[RemoteSource], Path],
) -> Callable[[RemoteSource, Question], Fetched]:
    """Give what fetches one source of several, and says of one that cannot be asked that it is a gap.

    Args:
        sources: all of them.
        fetch_one: fetches one.
        folder_of: gives the folder that one is fetched into.

    Returns:
        A function as ``fetch_one``. It raises what the first source raised, an ``AwsError`` or a ``TrailError``, once
        none of them could be asked: AWS is out of reach, or each has something that must be mended first. One that
        answered before, and does not when it is asked for more, is a gap like any other.
    """
    errors: dict[str, AwsError | TrailError] = {}
    answered: set[str] = set()

    def fetch(source: RemoteSource, question: Question) -> Fetched:
        try:
            fetched = fetch_one(source, question)
        except (AwsError, TrailError) as error:
            errors[source.text] = error
            if not answered and len(errors) == len(sources):
                raise next(iter(errors.values())) from None
            return _gap(source, question, folder_of(source), error)
        answered.add(source.text)
        return fetched

    return fetch


def _gap(source: RemoteSource, question: Question, folder: Path, error: AwsError | TrailError) -> Fetched:
    reason = f"{error.problem}{f'; what to do: {error.action}' if error.action else ''}"
    kind = gap_of(error) if isinstance(error, AwsError) else "failed"
    gap = NotSearched(source.text, reason, failed=True, kind=kind)
    row = LedgerRow(source.text, kind, start_at=question.since, end_at=question.until, detail=reason)
    return Fetched(folder, source.text, question, 0, Cost(), (gap,), places=(row,))
