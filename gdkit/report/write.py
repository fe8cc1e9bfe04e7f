"""Writing the report of a case: the page and every form beside it, all with one stamp."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gdkit.case.files import write_bytes, write_json
from gdkit.report.page import write_report

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder
    from gdkit.report.forms.reported import Reported

PAGE, TICKET, EVENTS, INDICATORS, LAYER, PAPER = (
    "report.html", "report.md", "events.csv", "indicators.stix.json", "navigator.json", "report.pdf",
)  # fmt: skip
"""Names of the forms in the folder of the reports."""


def stamp_now() -> datetime:
    """Give the one instant that every form of a report says it was made at, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def write_forms(case: CaseFolder, told: Reported) -> list[Path]:
    """Write every form but the PDF into the case's ``reports``, from the executed ``6_report`` and what the case holds.

    Returns:
        The files, the page first.

    Raises:
        CaseError: the report notebook was not run yet.
        CaseWriteError: a file cannot be written.
    """
    from gdkit.report.forms.events_csv import events_csv  # noqa: PLC0415 - loaded only where forms are written
    from gdkit.report.forms.markdown import ticket  # noqa: PLC0415
    from gdkit.report.forms.navigator import navigator_layer  # noqa: PLC0415
    from gdkit.report.forms.stix import stix_bundle  # noqa: PLC0415

    page = write_report(case, told.made_at, told.note)
    texts = {TICKET: ticket(told), EVENTS: events_csv(told)}
    documents = {INDICATORS: stix_bundle(told), LAYER: navigator_layer(told)}
    for name, text in texts.items():
        write_bytes(case.reports / name, text.encode("utf-8", "backslashreplace"))
    for name, document in documents.items():
        write_json(case.reports / name, document)
    return [page, *(case.reports / name for name in (*texts, *documents))]


def write_case_report(case: CaseFolder, made_at: datetime) -> list[Path]:
    """Write every form but the PDF of a case whose notebooks were run; the PDF of an earlier run is taken away.

    Args:
        case: the case.
        made_at: the stamp of every form.

    Raises:
        CaseError: the report notebook was not run yet, or the case has no result.
        CaseWriteError: a file cannot be written.
    """
    from gdkit.report.forms.reported import reported  # noqa: PLC0415 - it loads pandas

    (case.reports / "report.pdf").unlink(missing_ok=True)
    return write_forms(case, reported(case, made_at))
