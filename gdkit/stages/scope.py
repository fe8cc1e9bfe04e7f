"""The work itself: reads the logs, asks AWS where that is allowed, analyses, and keeps all of it in the case."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from gdkit.analysis.result import result_document
from gdkit.analysis.scope import scope_session
from gdkit.case.evidence import load_table, manifest
from gdkit.case.folder import case_subject, case_trail
from gdkit.case.journal import append_entry
from gdkit.case.results import save_result
from gdkit.case.verdicts import current_verdict
from gdkit.gathering import (
    OriginInputs,
    gather_environment,
    gather_events,
    gather_holdings,
    judge_origin,
    keep_log_evidence,
    keep_scope,
    surroundings_of,
    with_existence_checked,
    with_gaps,
    with_own_addresses,
    with_regions,
)
from gdkit.origin.document import origin_document
from gdkit.progress import progress_tellers
from gdkit.responding.standing import renew_response
from gdkit.stages.common import opened, view
from gdkit.ui import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.ui.view import View


def scope(case: str, trail: Sequence[str]) -> View:
    """Read the logs, find the session's calls and what was chained from them, and keep all of it in the case."""
    folder = opened(case)
    subject = case_subject(folder)
    sources = list(trail) or case_trail(folder)
    loaded = gather_events(folder, subject, sources, progress_tellers())
    around = gather_environment(folder, subject, loaded.events)
    known = with_regions(folder, with_own_addresses(folder, subject, loaded.events), loaded.events)
    scoped = with_existence_checked(folder, scope_session(loaded.events, known, surroundings_of(around)))
    keep_scope(folder, scoped, loaded, sources)
    keep_log_evidence(folder, loaded.events, scoped, known)
    searched = loaded.coverage if around is None else with_gaps(loaded.coverage, around)
    searched = gather_holdings(folder, subject, loaded.events, searched)
    origin = origin_document(judge_origin(folder, asdict(scoped.session), OriginInputs()), scoped.addresses)
    document = result_document(subject, scoped, searched, current_verdict(folder), origin)
    save_result(folder, document)
    renew_response(folder)
    counts = {name: document["events"][name] for name in ("total", "thief", "workload", "unknown")}
    hashes = {row["file"]: row["sha256"] for row in manifest(folder)}
    append_entry(
        folder.journal, actor="gdkit", act="scope", detail={"sources": sources, "events": counts, "evidence": hashes}
    )
    notes = (words.ON_THE_INSTANCE,) if counts["total"] else words.ZERO_EVENTS
    return view(folder, "Scope", words.scope_summary(counts), words.rule_facts(document), notes)


def environment(case: str) -> View:
    """Show the instance's own addresses and ways out, as AWS says now, and what of its surroundings was not read."""
    folder = opened(case)
    if not (folder.evidence / "environment.jsonl.gz").exists():
        return view(folder, "Environment", "Not collected: the case rests on log files alone.")
    own = load_table(folder, "own_addresses")
    summary = f"{words.many(len(own), 'address')} of the instance and its ways out known to AWS now."
    notes = ["An address that other hosts leave by too proves the network, not the instance."]
    return view(folder, "Environment", summary, notes=notes, frame=own)
