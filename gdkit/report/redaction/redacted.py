"""The redacted report: a copy of the case with stand-ins in it, and the report made of the copy."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit.case.files import write_bytes, write_error, write_json
from gdkit.case.folder import CaseFolder
from gdkit.case.journal import FIRST, entry_hash
from gdkit.case.results import check_result
from gdkit.errors import ReportError
from gdkit.report.forms.reported import hashes_of, reported
from gdkit.report.redaction.held import read_held, with_texts
from gdkit.report.redaction.leaks import leaks_in
from gdkit.report.redaction.sorts import redaction_note
from gdkit.report.redaction.vocabulary import rewriter_for
from gdkit.report.run import run_notebook
from gdkit.report.write import PAPER, write_forms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from gdkit.report.redaction.held import Held
    from gdkit.report.redaction.rewriter import Rewriter

FOLDER = "redacted"
"""Folder of a redacted report, in that of the reports."""

NOTEBOOK = "6_report.ipynb"
RESULT = "result.json"


def write_redacted(case: CaseFolder, sorts: frozenset[str], made_at: datetime) -> list[Path]:
    """Write a case's report without some sorts of values into ``reports/redacted``: every form, notebook and result.

    The copy that it is made of is looked through before anything is written; what was there before is taken away.

    Args:
        case: the case, with a result.
        sorts: what is taken out.
        made_at: the stamp of every form.

    Returns:
        The files, the page first.

    Raises:
        CaseError: the case has no result yet, or is damaged.
        ReportError: a value could not be taken out; nothing was written.
        NotebookError: the report notebook stopped on the copy.
        CaseWriteError: a file cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="gdkit-redacting-") as own:
        copy = CaseFolder(Path(own) / "case")  # the name that the report shows, run in the folder above
        rewriter = write_copy(case, sorts, copy)
        run_notebook("6_report", copy.reports / NOTEBOOK, {"case": copy.path.name}, cwd=Path(own))
        told = reported(copy, made_at, hashes=hashes_of(case), note=redaction_note(sorts), without=sorts)
        made = [*write_forms(copy, told), copy.reports / NOTEBOOK, copy.result]
        _refuse_leaks(made, rewriter)
        return _put(made, case.reports / FOLDER)


def write_copy(case: CaseFolder, sorts: frozenset[str], copy: CaseFolder) -> Rewriter:
    """Write a copy of a case with stand-ins in it: what its report reads, and nothing else.

    Args:
        case: the case; its code book is brought up to what is found in it.
        sorts: what is taken out.
        copy: where the copy goes.

    Returns:
        What put the stand-ins in.

    Raises:
        CaseError: the case has no result yet, or is damaged.
        CaseWriteError: a file cannot be written.
    """
    held = read_held(case)
    rewriter = rewriter_for(case, held, sorts)
    _write(copy, with_texts(held, rewriter), held)
    return rewriter


def _write(copy: CaseFolder, told: Held, held: Held) -> None:
    check_result(told.result)
    write_json(copy.about, told.about)
    write_json(copy.result, told.result)
    write_json(copy.coverage, told.result["coverage"])
    write_json(copy.evidence / "manifest.json", told.manifest)
    if told.finding:
        write_bytes(copy.finding, "\n".join(json.dumps(document) for document in told.finding).encode())
    if told.verdicts:
        write_json(copy.verdict, told.verdicts)
    for name, plan in told.plans.items():
        write_json(copy.path / "plans" / f"{name}.json", plan)
    entries = _sealed_as_before(told.journal, held.journal)
    write_bytes(copy.journal, "".join(f"{json.dumps(entry)}\n" for entry in entries).encode())
    for name, table in told.tables.items():
        table.to_parquet(copy.evidence / f"{name}.parquet", engine="pyarrow", index=False)
    if any(row["file"] == "environment.jsonl.gz" for row in held.manifest):
        write_bytes(copy.evidence / "environment.jsonl.gz", gzip.compress(b"", mtime=0))  # tells that AWS was asked


def _sealed_as_before(entries: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Chain the changed entries anew as far as the real ones are whole, so that the copy breaks where they break."""
    sealed: list[dict[str, Any]] = []
    previous, real = FIRST, FIRST
    for entry, original in zip(entries, before, strict=True):
        whole = original["previous"] == real and original["hash"] == entry_hash(original)
        kept = {**entry, "previous": previous if original["previous"] == real else original["previous"]}
        kept["hash"] = entry_hash(kept) if whole else original["hash"]
        previous, real = kept["hash"], original["hash"]
        sealed.append(kept)
    return sealed


def _refuse_leaks(made: Sequence[Path], rewriter: Rewriter) -> None:
    for path in made:
        found = leaks_in(path, rewriter)
        if found:
            raise ReportError(f"{len(found)} values that were to be taken out still stand in it", where=path.name,
                              action="nothing was written; report this as a fault of gdkit")  # fmt: skip


def _put(made: Sequence[Path], folder: Path) -> list[Path]:
    """Put the files in their place, and take away what an earlier report left there: it may say more."""
    try:
        for name in (*(path.name for path in made), PAPER):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise write_error(folder, error) from error
    for path in made:
        write_bytes(folder / path.name, path.read_bytes())
    return [folder / path.name for path in made]
