"""The index of a folder of cases: one offline page with a row for each theft, and the same as JSON for programs."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import gdkit
from gdkit.case.files import write_bytes, write_json
from gdkit.model import utc_text
from gdkit.ui import text
from gdkit.ui.response_words import NOTHING_DONE
from gdkit.ui.style import STYLE
from gdkit.ui.words import many

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gdkit.analysis.thefts import Theft, Unusable

HTML_FILE, JSON_FILE = "index.html", "index.json"
TITLE = "Stolen EC2 instance credentials: cases"

State = Literal["done", "gaps", "failed"]
"""``gaps``: it was done and could not look everywhere; ``failed``: there is no report."""

_COLUMNS = ("report of", "state", "role", "account", "finding", "first seen", "thief's addresses", "thief", "workload",
            "unknown", "verdict", "contained", "gaps")  # fmt: skip
_STATES: Mapping[State, str] = {"done": "done", "gaps": "done, with gaps", "failed": "FAILED"}
_MOST_NAMED = 3
_STYLE = """
main { max-width: 110rem; }
.gd-view { overflow-x: auto; }
.gd-view table.gd-table th, .gd-view table.gd-table td { overflow-wrap: break-word; }
.gd-view table.gd-table td:last-child { min-width: 12rem; }
.gd-view table.gd-table td:nth-child(5) { overflow-wrap: anywhere; min-width: 8rem; }
.gd-view table.gd-table td:nth-child(1), .gd-view table.gd-table td:nth-child(6) { white-space: nowrap; }
.gd-view th button { all: unset; cursor: pointer; font-weight: 600; }
.gd-view th button:focus-visible { outline: 2px solid #1d4ed8; outline-offset: 2px; }
.gd-view th[aria-sort=ascending] button::after { content: " \\25B2" / ""; }
.gd-view th[aria-sort=descending] button::after { content: " \\25BC" / ""; }
@media print { main { font-size: 10px; } }
"""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One theft and what came of its case.

    Attributes:
        folder: of the case, relative to the index.
        report: relative to the index; empty where there is none.
        addresses: from which the thief called, and those that the findings name.
        calls: by party; empty where nothing was found out.
        missing: gaps in words, or why it failed.
    """

    state: State
    folder: str
    report: str
    finding_ids: tuple[str, ...]
    variant: str
    severity: float | None
    account_id: str | None
    region: str | None
    role_name: str | None
    instance_id: str | None
    principal_id: str | None
    first_seen_at: str | None
    files: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    calls: Mapping[str, int] | None = None
    verdict: str = "undetermined"
    contained: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a case holds that was investigated.

    Attributes:
        result: ``result.json``.
        addresses: from which the thief called.
    """

    result: Mapping[str, Any]
    addresses: tuple[str, ...]


def done_row(theft: Theft, folder: str, report: str, found: Found) -> CaseRow:
    """Give the row of a case that was done.

    Args:
        theft: its findings.
        folder: of the case, relative to the index.
        report: likewise.
        found: what the case holds.
    """
    result, missing = found.result, "\n".join(missing_of(found.result))
    session, counts, applied = result["session"], result["events"], result.get("response", NOTHING_DONE)["applied"]
    held = [row["step"] for row in applied if row["phase"] == "containment" and row["in_force"]]
    return replace(
        _row(theft, folder), state="gaps" if missing else "done", report=report, role_name=session["role_name"],
        instance_id=session["instance_id"], account_id=session["account_id"] or theft.findings[0].account_id,
        addresses=tuple(sorted({*theft.subject().reported_addresses, *found.addresses})),
        calls={name: counts[name] for name in ("thief", "workload", "unknown")},
        verdict=result["verdict"]["value"], contained=", ".join(dict.fromkeys(held)) or "nothing", missing=missing,
    )  # fmt: skip


def failed_row(theft: Theft, folder: str, problem: str) -> CaseRow:
    """Give the row of a case that has no report, with the reason."""
    return replace(_row(theft, folder), missing=problem)


def missing_of(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what a case could not look at, the first few things by name; empty where it looked everywhere.

    Args:
        result: what ``result.json`` holds.
    """
    coverage = result["coverage"]
    said = [f"{gap['what']}: {gap['reason']}" for gap in coverage["not_searched"] if gap["failed"]]
    said += [f"{one['file']}: {one['reason']}" for one in coverage["unread"]]
    said += [] if result["events"]["total"] else ["none of the session's calls was seen"]
    more = len(said) - _MOST_NAMED
    return (*said[:_MOST_NAMED], *([f"and {more} more, in coverage.json"] if more > 0 else []))


def write_index(folder: Path, rows: Sequence[CaseRow], unusable: Sequence[Unusable], trail: str) -> Path:
    """Write ``index.html`` and ``index.json``, and give the path of the page.

    Args:
        folder: the folder of cases.
        rows: of the cases.
        unusable: files and findings for which no case was begun.
        trail: where the events came from, and how often it was read, in a sentence.

    Raises:
        CaseWriteError: it cannot be written.
    """
    document = {"gdkit": gdkit.__version__, "trail": trail, "cases": [asdict(row) for row in rows],
                "not_used": [asdict(one) for one in unusable]}  # fmt: skip
    write_json(folder / JSON_FILE, document)
    write_bytes(folder / HTML_FILE, index_page(rows, unusable, trail).encode())
    return folder / HTML_FILE


def index_page(rows: Sequence[CaseRow], unusable: Sequence[Unusable], trail: str) -> str:
    """Give the page: the report's own frame, a table that can be sorted, and what could not be used."""
    parts = [text.paragraph(summary(rows, unusable), "summary"), text.paragraph(trail)]
    if rows:
        parts.append(text.static_table(_COLUMNS, map(_cells, rows), "Cases, by the time of the first finding"))
    if unusable:
        cells = (("NOT USED" if one.failed else "passed over", one.where, one.problem) for one in unusable)
        parts.append(text.static_table(("what", "where", "why"), cells, "Files and findings without a case"))
    frame = resources.files("gdkit.report").joinpath("page.html").read_text(encoding="utf-8")
    script = resources.files("gdkit.report").joinpath("sort.js").read_text(encoding="utf-8")
    head, foot = re.sub(r"<title>.*?</title>", f"<title>{TITLE}</title>", frame, count=1).split("CONTENT")
    body = f"<h1>{text.escape(TITLE)}</h1>{text.section(''.join(parts), 'Cases')}"
    return f"{head}<style>{STYLE}{_STYLE}</style>{body}<script>{script}</script>{foot}"


def summary(rows: Sequence[CaseRow], unusable: Sequence[Unusable]) -> str:
    """Say in a sentence how many cases there are, and what came of them."""
    states = [row.state for row in rows]
    said = f"{many(len(rows), 'case')}: {states.count('done')} done, {states.count('gaps')} with gaps, "
    said += f"{states.count('failed')} failed."
    bad = sum(one.failed for one in unusable)
    return f"{said} {many(bad, 'file')} could not be used." if bad else said


def _cells(row: CaseRow) -> tuple[object, ...]:
    calls, name = row.calls or {}, row.instance_id or row.folder
    severity = "" if row.severity is None else f", severity {row.severity:g}"
    return (
        text.Link(row.report, name) if row.report else name, _STATES[row.state], row.role_name,
        _lines(row.account_id, row.region), _lines(*row.finding_ids, f"{row.variant}{severity}"),
        (row.first_seen_at or "").replace("T", " ") or None, _lines(*row.addresses),
        calls.get("thief"), calls.get("workload"), calls.get("unknown"), row.verdict, row.contained or None,
        row.missing or None,
    )  # fmt: skip


def _lines(*parts: str | None) -> str | None:
    return "\n".join(part for part in parts if part) or None


def _row(theft: Theft, folder: str) -> CaseRow:
    """Give what the findings alone tell; as yet there is no report."""
    subject, first = theft.subject(), theft.findings[0]
    known = [one.severity for one in theft.findings if one.severity is not None]
    return CaseRow(
        "failed", folder, "", tuple(one.id for one in theft.findings), first.variant, max(known, default=None),
        first.account_id, first.region, first.role_name, subject.instance_id, subject.principal_id,
        utc_text(first.first_seen_at or first.created_at), theft.files, subject.reported_addresses,
    )  # fmt: skip
