"""The stages of an investigation, as notebooks call them: each is one call that gives one view.

A stage opens the case folder, does its part of the work, keeps what it found there, and returns what a person should
see. The same calls run live and headless.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.result import result_document
from gdkit.analysis.scope import scope_session
from gdkit.analysis.subject import subject_of_finding
from gdkit.case.evidence import load_table, manifest
from gdkit.case.folder import CaseFolder, case_about, case_finding, case_subject, case_trail, open_case, start_case
from gdkit.case.journal import append_entry, broken_entry, read_entries
from gdkit.case.results import load_result, save_result
from gdkit.case.verdicts import current_verdict, record_verdict
from gdkit.findings import load_findings, select_finding
from gdkit.gathering import gather_environment, gather_events, keep_scope, with_gaps, with_own_addresses
from gdkit.progress import progress_tellers
from gdkit.sample import sample_folder
from gdkit.ui import charts, words
from gdkit.ui.panel import VerdictPanel
from gdkit.ui.tables import most_telling
from gdkit.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence


CALLS_SHOWN = (
    "event_at", "party", "event_name", "event_source", "error_code", "source_address", "user_agent", "access_key_id",
    "ec2_role_delivery", "account_id", "region", "hop", "rule", "resources", "request_parameters", "evidence",
    "event_id",
)  # fmt: skip
"""Columns of the calls table that a person sees first; the frame holds all of them."""


def begin(case: str) -> View:
    """Open the case for a notebook: whose it is, since when, and what is recorded so far."""
    folder = _folder(case)
    about = case_about(folder)
    subject = about["subject"]
    what = f"finding {subject['finding_id']}" if subject["finding_id"] else "no finding"
    facts = [
        ("Case folder", folder.path),
        ("Finding", subject["finding_id"] or "none was given: the case rests on the logs alone"),
        ("Principal", subject["principal_id"]),
        ("Instance", subject["instance_id"]),
        ("Begun", f"{about['begun_at']} by {about['analyst']}"),
        ("Verdict", words.verdict_sentence(current_verdict(folder))),
        ("gdkit", about["versions"]["gdkit"]),
    ]
    return View("Case", f"Case about {what}.", facts, stamp=words.stamp(about), loads_tables=True)


def finding(case: str) -> View:
    """Read the finding: what GuardDuty saw, whose credentials, from where."""
    folder = _folder(case)
    if not folder.finding.exists():
        return View(
            "Finding",
            "There is no finding: this case was begun from an identifier.",
            notes=["GuardDuty stays silent when credentials are used elsewhere inside the same account, and it may "
                   "learn a repeated use as normal. No finding is no proof of no theft."],
        )  # fmt: skip
    found = case_finding(folder)
    return View(
        "Finding",
        words.finding_summary(found),
        words.finding_facts(found),
        found.warnings,
        stamp=words.stamp(case_about(folder)),
    )


def scope(case: str, trail: Sequence[str]) -> View:
    """Read the logs, find the session's calls and what was chained from them, and keep all of it in the case."""
    folder = _folder(case)
    subject = case_subject(folder)
    sources = list(trail) or case_trail(folder)
    loaded = gather_events(folder, subject, sources, progress_tellers())
    around = gather_environment(folder, subject, loaded.events)
    scoped = scope_session(loaded.events, with_own_addresses(folder, subject, loaded.events))
    keep_scope(folder, scoped, loaded, sources)
    searched = loaded.coverage if around is None else with_gaps(loaded.coverage, around)
    document = result_document(subject, scoped, searched, current_verdict(folder))
    save_result(folder, document)
    counts = {name: document["events"][name] for name in ("total", "thief", "workload", "unknown")}
    hashes = {row["file"]: row["sha256"] for row in manifest(folder)}
    append_entry(
        folder.journal, actor="gdkit", act="scope", detail={"sources": sources, "events": counts, "evidence": hashes}
    )
    notes = (words.ON_THE_INSTANCE,) if counts["total"] else words.ZERO_EVENTS
    return _view(folder, "Scope", words.scope_summary(counts), words.rule_facts(document), notes)


def environment(case: str) -> View:
    """Show the instance's own addresses and ways out, as AWS says now, and what of its surroundings was not read."""
    folder = _folder(case)
    if not (folder.evidence / "environment.jsonl.gz").exists():
        return _view(folder, "Environment", "Not collected: the case rests on log files alone.")
    own = load_table(folder, "own_addresses")
    summary = f"{words.many(len(own), 'address')} of the instance and its ways out known to AWS now."
    notes = ["An address that other hosts leave by too proves the network, not the instance."]
    return _view(folder, "Environment", summary, notes=notes, frame=own)


def attribution(case: str) -> View:
    """Show which rules decided whose the calls are, and on how many calls each."""
    folder = _folder(case)
    result = load_result(folder)
    return _view(folder, "Attribution", words.scope_summary(result["events"]), words.rule_facts(result))


def session(case: str) -> View:
    """Show the session and its keys: issued and expiring when, delivered how, and whose calls each signed."""
    folder = _folder(case)
    found = load_result(folder)["session"]
    keys = load_table(folder, "keys")
    own = keys[keys["hop"] == 0]
    used = int((own["events"] > 0).sum())
    facts = [
        ("Role", found["role_name"]),
        ("Role id", found["role_id"]),
        ("Role ARN", found["role_arn"]),
        ("Session name", found["session_name"]),
        ("Instance", found["instance_id"]),
        ("Principal id", found["principal_id"]),
        ("Account", found["account_id"]),
    ]
    chained = words.many(len(keys) - len(own), "chained key")
    summary = f"{words.many(len(own), 'key')} of the session known, {used} of them seen in use; {chained}."
    return _view(folder, "Keys", summary, facts, frame=keys)


def calls(case: str, party: str = "") -> View:
    """Show the calls, all or one party's, each with the rule that decided whose it is.

    Args:
        case: the case folder.
        party: ``thief``, ``workload`` or ``unknown``; empty for all.
    """
    folder = _folder(case)
    events = load_table(folder, "session_events")
    shown = events[events["party"] == party] if party else events
    summary = words.calls_summary(shown, party)
    return _view(folder, "Calls", summary, frame=most_telling(shown), shown=CALLS_SHOWN)


def timeline(case: str) -> View:
    """Draw the session's calls over time, thief against workload."""
    folder = _folder(case)
    events = load_table(folder, "session_events")
    begun, ended = (tables.plain(events["event_at"].agg(end)) for end in ("min", "max"))
    if begun is None:
        return _view(folder, "Timeline", "No call of the session has a time: there is nothing to draw.")
    thief = events.loc[events["party"] == "thief", "event_at"]
    first, last = (tables.plain(thief.agg(end)) for end in ("min", "max"))
    summary = words.timeline_summary(begun, ended, first, last)
    return _view(folder, "Timeline", summary, picture=charts.timeline(events, "Calls of the session over time, UTC"))


def chain(case: str) -> View:
    """Show which credentials were issued to the session and through it."""
    folder = _folder(case)
    hops = load_table(folder, "hops")
    grown = hops[(hops["hop"] > 0) & hops["to_key"].notna()]
    failed = hops[(hops["hop"] > 0) & hops["error_code"].notna()]
    refused = words.many(len(failed), "refused request")
    summary = (
        f"{words.many(len(grown), 'credential')} issued through the session, and {refused}, seen in what was searched."
    )
    return _view(folder, "Chained credentials", summary, frame=hops)


def initial_access(case: str) -> View:
    """Show what in the logs may tell how the credentials were taken."""
    folder = _folder(case)
    leads = load_result(folder)["initial_access"]
    if not leads:
        return _view(folder, "Initial access", "No lead seen in what was searched. The theft itself leaves no "
                     "CloudTrail event: reading the metadata service is not logged.")  # fmt: skip
    notes = [f"{lead['statement']} (event {lead['event_id']})" for lead in leads]
    return _view(
        folder, "Initial access", f"{words.many(len(leads), 'lead')} on a way in; a lead is no conclusion.", notes=notes
    )


def addresses(case: str) -> View:
    """Show every place that the credentials were used from."""
    folder = _folder(case)
    table = load_table(folder, "addresses")
    thief = table[table["thief_events"] > 0]
    summary = f"Used from {words.many(len(table), 'place')}; {len(thief)} of them with calls of the thief."
    notes = ["Who holds an address is not looked up by this version: an address's country, owner or familiar look "
             "proves neither guilt nor innocence."]  # fmt: skip
    return _view(folder, "Addresses", summary, notes=notes, frame=table)


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
    folder = _folder(case)
    if value:
        record_verdict(folder, value, reason, analyst or None)
    if interactive:
        return VerdictPanel(folder)
    return _view(folder, "Verdict", words.verdict_sentence(current_verdict(folder)))


def coverage(case: str) -> View:
    """Show what was searched, what was not, and what could not be read."""
    folder = _folder(case)
    ledger = load_result(folder)["coverage"]
    facts = [(row["source"], words.searched_words(row)) for row in ledger["searched"]]
    notes = words.coverage_notes(ledger)
    events = sum(row["events"] for row in ledger["searched"])
    summary = f"{events:,} events were searched. Every statement of this case holds for these events and no others."
    return _view(folder, "Coverage", summary, facts, notes)


def conclusion(case: str) -> View:
    """Say in one page what happened, how bad it is, what was decided, and what is open."""
    folder = _folder(case)
    result = load_result(folder)
    current = current_verdict(folder)
    summary = words.conclusion_summary(result, current)
    facts, notes = words.conclusion_facts(result, current), words.open_points(result, current)
    return _view(folder, "Conclusion", summary, facts, notes)


def integrity(case: str) -> View:
    """Show the evidence with its hashes, and whether the journal is whole."""
    folder = _folder(case)
    entries = read_entries(folder.journal)
    broken = broken_entry(entries)
    state = f"whole, {len(entries)} entries" if broken is None else f"BROKEN at entry {broken}"
    facts = [("Journal", state), ("Finding SHA-256", case_about(folder)["finding_sha256"])]
    facts += [(name, version) for name, version in case_about(folder)["versions"].items()]
    rows = tables.frame_of_rows(tables.EVIDENCE, manifest(folder))
    return _view(
        folder, "Evidence", f"{words.many(len(rows), 'evidence file')}; the journal is {state}.", facts, frame=rows
    )


def _folder(case: str) -> CaseFolder:
    return open_case(case) if case else _sample_case()


@cache
def _sample_case() -> CaseFolder:
    """Give a case about the sample theft, scoped, in a temporary folder: any notebook can be tried on it."""
    sample = sample_folder()
    subject = subject_of_finding(select_finding(load_findings(sample.finding)))
    folder = start_case(sample.finding.parent / "case", subject, trail=[str(sample.trail)], analyst="sample")
    scope(str(folder.path), [])
    return folder


def _view(folder: CaseFolder, title: str, summary: str, facts: Sequence[tuple[str, object]] = (),
          notes: Sequence[str] = (), **named: Any) -> View:  # fmt: skip
    return View(title, summary, facts, notes, stamp=words.stamp(case_about(folder)), **named)
