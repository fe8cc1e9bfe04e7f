"""Who holds the addresses: evidence for and against, tests of benign causes, and what they propose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.case.evidence import load_table
from gdkit.case.folder import case_subject
from gdkit.case.results import load_result, save_result
from gdkit.gathering import OriginInputs, judge_origin
from gdkit.origin.document import origin_document
from gdkit.origin.log_evidence import reported_at_of
from gdkit.stages.common import opened, view
from gdkit.ui import origin_words as words
from gdkit.ui.address_chart import address_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.ui.view import View


def classify(case: str, networks: str = "", mmdb: Sequence[str] = (), ask: Sequence[str] = ()) -> View:
    """Judge who holds each address, with what is named now, and keep the judgement in the case.

    Args:
        case: the case folder.
        networks: path of the team's ``networks.yaml``; empty for the copy in the case, else the usual one.
        mmdb: paths of MaxMind files.
        ask: look-ups to make with outsiders, by name: rdap, abuseipdb, greynoise. They learn what is investigated.

    Raises:
        TeamFileError: the team's file has faults; nothing was changed.
        GdkitError: a file cannot be read, or a look-up's name is unknown.
    """
    folder = opened(case)
    result = load_result(folder)
    judged = judge_origin(folder, result["session"], OriginInputs(networks, tuple(mmdb), tuple(ask)))
    origin = tables.json_values(origin_document(judged, load_table(folder, "addresses")))
    save_result(folder, {**result, "origin": origin})
    return proposal(case)


def proposal(case: str) -> View:
    """Show what the evidence proposes, as it was judged last, with the rows that decided."""
    folder = opened(case)
    origin = load_result(folder)["origin"]
    notes = [words.A_PERSON_DECIDES, words.OWNERSHIP, *words.settle_notes(origin)]
    return view(folder, "Who holds the address", words.origin_summary(origin), words.deciding_facts(origin), notes)


def evidence(case: str) -> View:
    """Show every piece of evidence on every address, with its weight, its source and its date."""
    folder = opened(case)
    table = load_table(folder, "weighed_evidence")
    decided = int(table["decides"].sum())
    summary = f"{len(table)} statements on {table['address'].nunique()} places; {decided} of them decided."
    return view(folder, "Evidence on the addresses", summary, notes=[words.OWNERSHIP], frame=table)


def benign_causes(case: str) -> View:
    """Show the tests of the benign causes that AWS's guidance names, one by one."""
    folder = opened(case)
    summary = words.causes_summary(load_result(folder)["origin"])
    notes = ["A cause that passes explains the way; it proves no innocence."]
    return view(folder, "Benign causes", summary, notes=notes, frame=load_table(folder, "benign_causes"))


def address_history(case: str) -> View:
    """Show who was seen at each address, before the reported use and since."""
    folder = opened(case)
    table, seen = load_table(folder, "address_history"), load_table(folder, "address_seen")
    places = load_table(folder, "addresses")
    reported = places.loc[places["in_finding"].astype(bool), "source_address"].tolist()
    reported_at = reported_at_of(load_table(folder, "session_events"), case_subject(folder))
    summary = words.history_summary(seen, reported, reported_at)
    notes = ["An address that is new for a role is a fact and no verdict.",
             "Other callers at the same address are just that: an address alone drags in nobody."]  # fmt: skip
    return view(folder, "History of the addresses", summary, notes=notes, frame=table,
                picture=address_chart(seen, reported, reported_at, summary))  # fmt: skip
