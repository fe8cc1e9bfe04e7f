"""The work itself: reads the logs, asks AWS where that is allowed, analyses, and keeps all of it in the case."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

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
from gdkit.responding.standing import renew_response
from gdkit.stages.common import opened, view
from gdkit.ui import words
from gdkit.ui.progress_panel import shown_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.case.folder import CaseFolder
    from gdkit.gathering import Tellers
    from gdkit.ui.view import View


def scope(case: str, trail: Sequence[str], *, interactive: bool = False) -> View:
    """Read the logs, find the session's calls and what was chained from them, and keep all of it in the case.

    Args:
        case: the case folder.
        trail: sources of events; empty for those that the case was begun with.
        interactive: whether a person sits before the notebook; then progress is shown in a panel that can stop it.

    Raises:
        StoppedError: a person stopped it; the next run goes on where it was.
        AwsError: AWS cannot be reached at all.
        TrailError: nothing could be read.
    """
    folder = opened(case)
    sources = list(trail) or case_trail(folder)
    with shown_progress(folder, live=interactive) as told:
        document = _scoped(folder, sources, told)
    renew_response(folder)
    counts = {name: document["events"][name] for name in ("total", "thief", "workload", "unknown")}
    hashes = {row["file"]: row["sha256"] for row in manifest(folder)}
    append_entry(
        folder.journal, actor="gdkit", act="scope", detail={"sources": sources, "events": counts, "evidence": hashes}
    )
    notes = (words.ON_THE_INSTANCE,) if counts["total"] else words.ZERO_EVENTS
    return view(folder, "Scope", words.scope_summary(counts), words.rule_facts(document), notes)


def _scoped(folder: CaseFolder, sources: Sequence[str], told: Tellers) -> dict[str, Any]:
    """Do the work, and keep what it found; give the result's document."""
    subject = case_subject(folder)
    told.begin("Reading the logs and the event history")
    loaded = gather_events(folder, subject, sources, told)
    told.begin("Asking AWS about the instance, its role and its network")
    around = gather_environment(folder, subject, loaded.events)
    known = with_regions(folder, with_own_addresses(folder, subject, loaded.events), loaded.events)
    told.begin("Judging the calls, and asking AWS what still exists")
    scoped = with_existence_checked(folder, scope_session(loaded.events, known, surroundings_of(around)))
    searched = loaded.coverage if around is None else with_gaps(loaded.coverage, around)
    told.begin("Asking which addresses the accounts in reach hold")
    searched = gather_holdings(folder, subject, loaded.events, searched)
    told.begin("Keeping what was found")
    keep_scope(folder, scoped, loaded, sources)
    keep_log_evidence(folder, loaded, scoped, known)
    origin = origin_document(judge_origin(folder, asdict(scoped.session), OriginInputs()), scoped.addresses)
    document = result_document(subject, scoped, searched, current_verdict(folder), origin)
    save_result(folder, document)
    return document


def environment(case: str) -> View:
    """Show the instance's own addresses and ways out, as AWS says now, and what of its surroundings was not read."""
    folder = opened(case)
    if not (folder.evidence / "environment.jsonl.gz").exists():
        return view(folder, "Environment", "Not collected: the case rests on log files alone.")
    own = load_table(folder, "own_addresses")
    summary = f"{words.many(len(own), 'address')} of the instance and its ways out known to AWS now."
    notes = ["An address that other hosts leave by too proves the network, not the instance."]
    return view(folder, "Environment", summary, notes=notes, frame=own)
