"""The session and its calls: whose they are, from where, and what grew from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.case.evidence import load_table
from gdkit.case.results import load_result
from gdkit.stages.common import limit, opened, view
from gdkit.ui import coverage_words, words
from gdkit.ui.coverage_chart import coverage_chart
from gdkit.ui.lineage_chart import lineage_chart
from gdkit.ui.tables import most_telling
from gdkit.ui.timeline_chart import timeline_chart

if TYPE_CHECKING:
    from gdkit.ui.view import View

CALLS_SHOWN = (
    "event_at", "party", "event_name", "event_source", "error_code", "source_address", "user_agent", "access_key_id",
    "ec2_role_delivery", "account_id", "region", "hop", "rule", "resources", "request_parameters", "evidence",
    "event_id",
)  # fmt: skip
"""Columns of the calls table that a person sees first; the frame holds all of them."""

CALLS_ON_PAPER = ("event_at", "party", "event_name", "error_code", "source_address", "access_key_id", "account_id",
                  "region", "rule")  # fmt: skip
"""Those that fit beside one another on paper: whose a call is, and by what."""


def attribution(case: str) -> View:
    """Show which rules decided whose the calls are, and on how many calls each."""
    folder = opened(case)
    result = load_result(folder)
    return view(folder, "Attribution", words.scope_summary(result["events"]), words.rule_facts(result))


def session(case: str) -> View:
    """Show the session and its keys: issued and expiring when, delivered how, and whose calls each signed."""
    folder = opened(case)
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
    return view(folder, "Keys", summary, facts, frame=keys)


def calls(case: str, party: str = "") -> View:
    """Show the calls, all or one party's, each with the rule that decided whose it is.

    Args:
        case: the case folder.
        party: ``thief``, ``workload`` or ``unknown``; empty for all.
    """
    folder = opened(case)
    events = load_table(folder, "session_events")
    shown = events[events["party"] == party] if party else events
    summary = words.calls_summary(shown, party)
    return view(folder, "Calls", summary, frame=most_telling(shown), shown=CALLS_SHOWN,
                on_paper=CALLS_ON_PAPER)  # fmt: skip


def timeline(case: str) -> View:
    """Draw the session's calls over time, thief against workload."""
    folder = opened(case)
    events = load_table(folder, "session_events")
    begun, ended = (tables.plain(events["event_at"].agg(end)) for end in ("min", "max"))
    if begun is None:
        return view(folder, "Timeline", "No call of the session has a time: there is nothing to draw.")
    thief = events.loc[events["party"] == "thief", "event_at"]
    first, last = (tables.plain(thief.agg(end)) for end in ("min", "max"))
    summary = words.timeline_summary(begun, ended, first, last)
    return view(
        folder, "Timeline", summary, picture=timeline_chart(events, f"Calls of the session over time, UTC. {summary}")
    )


def moments(case: str) -> View:
    """Show the moments of the theft that matter, in order, from the way in to the end of the last credential."""
    folder = opened(case)
    table = load_table(folder, "timeline")
    return view(folder, "Moments", words.moments_summary(table), frame=table)


def chain(case: str) -> View:
    """Show what grew from the session: credentials, identities and what carries a role, each step one event."""
    folder = opened(case)
    nodes, edges = load_table(folder, "lineage_nodes"), load_table(folder, "lineage_edges")
    summary = words.lineage_summary(nodes, edges)
    picture = lineage_chart(nodes, edges, f"What grew from the session. {summary}")
    return view(folder, "What grew from it", summary, [limit(folder)], picture=picture, frame=edges)


def addresses(case: str) -> View:
    """Show every place that the credentials were used from."""
    folder = opened(case)
    table = load_table(folder, "addresses")
    thief = table[table["thief_events"] > 0]
    summary = f"Used from {words.many(len(table), 'place')}; {len(thief)} of them with calls of the thief."
    notes = ["An address's country, owner or familiar look proves neither guilt nor innocence."]
    return view(folder, "Addresses", summary, notes=notes, frame=table)


def coverage(case: str) -> View:
    """Show what was searched, what was not, and what could not be read."""
    folder = opened(case)
    ledger = load_result(folder)["coverage"]
    facts: list[tuple[str, object]] = [
        (row["source"], coverage_words.searched_words(row)) for row in ledger["searched"]
    ]
    facts += coverage_words.quiet_places(ledger)
    summary = f"{ledger['statement']} Every statement of this case holds for these events and no others."
    table, calls = load_table(folder, "coverage_ledger"), load_table(folder, "session_events")
    picture = coverage_chart(table, calls, f"What was searched, and what not. {ledger['statement']}")
    return view(folder, "Coverage", summary, facts, coverage_words.coverage_notes(ledger), picture=picture, frame=table)
