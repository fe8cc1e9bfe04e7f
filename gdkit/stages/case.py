"""The case itself: what it is about, what was decided, what it concludes, and whether it is whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.case.evidence import manifest
from gdkit.case.folder import case_about, case_finding
from gdkit.case.journal import broken_entry, read_entries
from gdkit.case.results import load_result
from gdkit.case.verdicts import current_verdict, record_verdict
from gdkit.responding.overview import overview
from gdkit.stages.common import is_begun, opened, view
from gdkit.stages.declared import check_declared
from gdkit.ui import words
from gdkit.ui.briefing import briefing
from gdkit.ui.open_points import open_points
from gdkit.ui.panel import VerdictPanel
from gdkit.ui.response_words import NOTHING_DONE, contained
from gdkit.ui.view import View

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder
    from gdkit.ui.briefing import Briefing

NOT_BEGUN = "No case is begun yet: choose a finding above and begin its case, then run this cell again."


def begin(case: str, *, interactive: bool = False) -> View:
    """Open the case for a notebook: whose it is, since when, and what is recorded so far.

    Args:
        case: the case folder.
        interactive: whether a person sits before the notebook and may begin the case above; until then this waits.

    Raises:
        ParameterError: a parameter of the notebook is of another type than it declares.
        CaseError: there is no case, or it is damaged.
    """
    check_declared()
    if interactive and not is_begun(case):
        return View("Case", NOT_BEGUN)
    folder = opened(case)
    about = case_about(folder)
    subject = about["subject"]
    what = f"finding {subject['finding_id']}" if subject["finding_id"] else "no finding"
    facts = [
        ("Case folder", folder.path),
        ("Finding", subject["finding_id"] or "none was given: the case rests on the logs alone"),
        ("Principal", subject["principal_id"]),
        ("Instance", subject["instance_id"]),
        ("Begun", f"{words.when(about['begun_at'])} by {about['analyst']}"),
        ("Verdict", words.verdict_sentence(current_verdict(folder))),
        ("gdkit", about["versions"]["gdkit"]),
    ]
    return View("Case", f"Case about {what}.", facts, stamp=words.stamp(about), loads_tables=True)


def finding(case: str, *, interactive: bool = False) -> View:
    """Read the finding: what GuardDuty saw, whose credentials, from where.

    Args:
        case: the case folder.
        interactive: as for ``begin``.
    """
    if interactive and not is_begun(case):
        return View("Finding", NOT_BEGUN)
    folder = opened(case)
    if not folder.finding.exists():
        return View(
            "Finding",
            "There is no finding: this case was begun from an identifier.",
            notes=["GuardDuty stays silent when credentials are used elsewhere inside the same account, and it may "
                   "learn a repeated use as normal. No finding is no proof of no theft."],
        )  # fmt: skip
    about = case_about(folder)
    found = replace(case_finding(folder), raw_sha256=about["finding_sha256"])  # as received, in a redacted copy too
    return View(
        "Finding",
        words.finding_summary(found),
        words.finding_facts(found),
        found.warnings,
        stamp=words.stamp(about),
    )


def verdict(case: str, value: str, reason: str, analyst: str, *, interactive: bool) -> VerdictPanel | View:
    """Record or ask for the verdict on the external address.

    Args:
        case: the case folder.
        value: ``benign``, ``malicious`` or ``undetermined``; empty to leave it as recorded.
        reason: why; required with a value.
        analyst: who decides; empty for who began the case.
        interactive: whether a person sits before the notebook; then the panel asks.

    Raises:
        VerdictError: the value is unknown, or the reason is missing.
    """
    folder = opened(case)
    if value:
        record_verdict(folder, value, reason, analyst or None)
    if interactive:
        return VerdictPanel(folder)
    return view(folder, "Verdict", words.verdict_sentence(current_verdict(folder)))


def first_page(case: str) -> View:
    """Say on one page, for somebody who was not there: what happened, how bad, what is contained, open, and next.

    Raises:
        ParameterError: a parameter of the notebook is of another type than it declares.
        CaseError: there is no case, it has no result yet, or it is damaged.
    """
    check_declared()
    folder = opened(case)
    said = case_briefing(folder)
    return view(folder, "First page", said.summary, blocks=said.blocks)


def case_briefing(folder: CaseFolder) -> Briefing:
    """Give what the first page of a case says, and the first lines of its ticket.

    Raises:
        CaseError: the case has no result yet, or is damaged.
    """
    result, decided = load_result(folder), current_verdict(folder)
    result.setdefault("response", NOTHING_DONE)
    reported_at = case_finding(folder).created_at if folder.finding.exists() else None
    return briefing(result, decided, _following(folder), reported_at)


def _following(folder: CaseFolder) -> str:
    """Say what is to be done now: the next part of the order, or the verdict that it waits for."""
    if not current_verdict(folder).decided_by:
        return "Decide whether the external address is trusted: notebook 3_classify."
    rows = overview(folder)
    following = next((row for row in rows if row.state == "next"), None)
    if following is None:
        return (
            "Nothing of the order is open."
            if rows
            else "The verdict is undetermined: settle it in notebook 3_classify."
        )
    return f"{following.what or following.name}: {following.why}"


def conclusion(case: str) -> View:
    """Give the numbers of the case, what was decided, and what is open."""
    folder = opened(case)
    result = load_result(folder)
    current = current_verdict(folder)
    summary = words.conclusion_summary(result, current)
    facts, notes = words.conclusion_facts(result, current), open_points(result, current)
    facts.append(("Contained", contained(result.get("response", NOTHING_DONE))))
    return view(folder, "Conclusion", summary, facts, notes)


def integrity(case: str) -> View:
    """Show the evidence with its hashes, and whether the journal is whole."""
    folder = opened(case)
    entries = read_entries(folder.journal)
    broken = broken_entry(entries)
    state = f"whole, {len(entries)} entries" if broken is None else f"BROKEN at entry {broken}"
    facts = [("Journal", state), ("Finding SHA-256", case_about(folder)["finding_sha256"])]
    facts += [(name, version) for name, version in case_about(folder)["versions"].items()]
    rows = tables.frame_of_rows(tables.EVIDENCE, manifest(folder))
    return view(
        folder, "Evidence", f"{words.many(len(rows), 'evidence file')}; the journal is {state}.", facts, frame=rows
    )
