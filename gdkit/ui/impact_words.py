"""What the views say of the way in, of what was reached and left behind, and of what still works.

A sentence never says more than what was searched can carry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.ui.words import PATHS, existence_words, many, verb

if TYPE_CHECKING:
    import pandas as pd

SILENT_THEFT = "The theft itself leaves no CloudTrail event: reading the metadata service is not logged."


NEVER_CLEAN = (
    "Gone is only what AWS itself said is not there. What was not checked may still be there, and a way back in that "
    "no searched event shows is not in this list."
)
"""What a reader of the list of what still exists must know."""


def access_summary(leads: list[dict[str, Any]], path: dict[str, Any]) -> str:
    """Say how many leads there are, and which way the credential was probably read."""
    told = many(len(leads), "lead") + " on a way in; a lead is no conclusion" if leads else "No lead on a way in seen"
    return f"{told}. Theft path: {PATHS[path['value']]}. {SILENT_THEFT}"


def lead_notes(leads: list[dict[str, Any]]) -> list[str]:
    """Say each lead in a sentence, with its event."""
    return [f"{lead['statement']} (event {lead['event_id']})" for lead in leads]


def path_facts(path: dict[str, Any]) -> list[tuple[str, object]]:
    """Give what the theft path rests on, what would settle it, and what it cannot tell."""
    names = (("Theft path rests on", "reasons"), ("Would settle it", "would_settle"), ("Cannot tell", "limits"))
    return [(words, "\n".join(path[name])) for words, name in names if path[name]]


def impact_summary(impact: dict[str, Any]) -> str:
    """Say what kinds of calls the thief made."""
    done = {row["access_level"]: row["succeeded"] for row in impact["access_levels"]}
    changed = sum(done.get(name, 0) for name in ("Write", "Tagging", "Permissions management"))
    read = done.get("Read", 0) + done.get("List", 0)
    denied, techniques = impact["denied"], many(len(impact["techniques"]), "technique")
    return (f"Of the thief's calls {read:,} read or listed and {changed:,} changed something; {denied:,} "
            f"{verb(denied, 'was')} refused. They can serve {techniques} of MITRE ATT&CK.")  # fmt: skip


def level_facts(impact: dict[str, Any]) -> list[tuple[str, object]]:
    """Give the thief's calls by access level, those levels that were used."""
    return [
        (f"Access level {row['access_level']}", f"{many(row['calls'], 'call')}, {row['succeeded']:,} succeeded")
        for row in impact["access_levels"]
        if row["calls"]
    ]


def data_summary(table: pd.DataFrame) -> str:
    """Say how many things were read, copied or shared, and how many only tried."""
    thief = table[table["party"] == "thief"]
    got = thief[thief["reached"].eq(True)]
    taken, listed = got[got["access"] != "listed"], got[got["access"] == "listed"]
    tried = thief[thief["reached"].eq(False)]
    if thief.empty:
        return "No data read, copied, shared or listed by the thief was seen in what was searched."
    return (f"By the thief: {many(len(taken), 'thing')} read, copied, shared or used, {many(len(listed), 'kind')} of "
            f"names listed, {many(len(tried), 'thing')} tried in vain.")  # fmt: skip


def left_summary(table: pd.DataFrame) -> str:
    """Say how many calls could leave a way back in, and what came of them.

    Args:
        table: ``tables.PERSISTENCE_CALLS``, in which a call about several things has several rows.
    """
    if table.empty:
        return "No call that could leave a way back in was seen in what was searched."
    calls = table.drop_duplicates(["event_id", "event_at", "event_name", "outcome"])
    counts = calls["outcome"].value_counts()
    ends = (("succeeded", "succeeded"), ("refused", "refused"), ("failed", "failed otherwise"),
            ("dry_run", "only dry runs"))  # fmt: skip
    told = ", ".join(f"{counts[name]:,} {words}" for name, words in ends if name in counts)
    thief = int((calls["party"] == "thief").sum())
    return f"{many(len(calls), 'call')} that could leave a way back in, {thief:,} of them the thief's: {told}."


def existence_summary(things: list[dict[str, Any]]) -> str:
    """Say how much of what was left behind still exists, is gone and was not checked.

    Args:
        things: ``impact.still_exists`` of ``result.json``.
    """
    if not things:
        return "Nothing made or changed that gives a way back in was seen in what was searched."
    thief = sum(row["party"] == "thief" for row in things)
    return (f"{many(len(things), 'thing')} made or changed that can give a way back in, {thief:,} of them by the "
            f"thief: {existence_words(things)}.")  # fmt: skip


def tamper_summary(table: pd.DataFrame) -> str:
    """Say how often what watches was tampered with."""
    if table.empty:
        return "No call against detection or logs was seen in what was searched."
    done = int((table["outcome"] == "succeeded").sum())
    return f"{many(len(table), 'call')} against detection or logs; {done:,} succeeded."


def costs_summary(table: pd.DataFrame) -> str:
    """Say how many kinds of costly calls there are."""
    if table.empty:
        return "No call that starts what AWS bills was seen in what was searched."
    return f"{many(int(table['calls'].sum()), 'call')} that started or used what AWS bills. No prices are in the logs."


def capabilities_summary(table: pd.DataFrame) -> str:
    """Say how many statements the role's policies hold, and how many lead to more power."""
    allowed = table[table["effect"] == "Allow"]
    leading = allowed["escalations"].notna().sum()
    return (f"The role's policies, as they are now, allow {many(len(allowed), 'action pattern')}; {int(leading):,} of "
            "these can lead to more power.")  # fmt: skip


def fleet_summary(table: pd.DataFrame) -> str:
    """Say how many instances have the role, how many let IMDSv1 in, and how many look odd."""
    optional = int((table["http_tokens"] == "optional").sum())
    unknown = int(table["http_tokens"].isna().sum())
    odd = int((table["suspicion"].notna() & ~table["leaked"].astype(bool)).sum())
    return (f"{many(len(table), 'instance')} with the role known: {optional:,} {verb(optional, 'lets')} IMDSv1 in, of "
            f"{unknown:,} the setting is not known; off-instance use seen of {odd:,} beside the leaked "
            "one.")  # fmt: skip


def refused_summary(table: pd.DataFrame) -> str:
    """Say how many of the thief's calls were refused."""
    calls = int(table.loc[table["party"] == "thief", "calls"].sum())
    return f"{many(calls, 'call')} of the thief refused, or only tried, seen in what was searched."
