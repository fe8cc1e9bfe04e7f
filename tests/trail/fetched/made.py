"""A fetcher for the tests: sources that hold records, in the place of AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gdkit.ledger_row import LedgerRow
from gdkit.model import NotSearched
from gdkit.trail.fetched import Cost, Fetched
from gdkit.trail.fetched.store import Plan, write_plan, write_records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gdkit.trail.fetched import Question, Terms, Watch
    from gdkit.trail.named import S3Trail


class Shelf:
    """Sources by name, each with its records; a key that is asked for gives the records that hold it.

    Attributes:
        asked: every question, with the source's name.
        gap: what of a source cannot be read, each time.
    """

    def __init__(self, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self.gap = NotSearched("an object", "no permission", failed=True, kind="denied")
        self._records = {name: [json.dumps(one) for one in held] for name, held in records.items()}
        self.asked: list[tuple[str, Question]] = []

    def fetch(
        self, source: S3Trail, question: Question, folder: Path, *, aws: Any, terms: Terms, watch: Watch
    ) -> Fetched:
        """Write what the question asks for, without following anything."""
        self.asked.append((source.text, question))
        held = self._records[source.text]
        names = (*question.names, *question.session_names, *question.addresses)
        found = [record for record in held if any(name in record for name in names)]
        watch.check(source.text, Cost(objects=len(held)), terms)
        write_records(folder / "records-00001.json.gz", found)
        write_plan(folder, Plan("s3", source.text, question.document(), complete=True, with_data=("999900001111",)))
        row = LedgerRow(source.text, "searched", "111122223333", "eu-west-1", how="log files in S3")
        return Fetched(folder, source.text, question, len(found), Cost(objects=len(held), requests=3),
                       (self.gap,), ("w",), (row,), (NotSearched("a digest", "no events"),),
                       stopped=watch.is_stopped())  # fmt: skip
