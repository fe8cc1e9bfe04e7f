"""``report.md``: the report in short, to be put into a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gdkit
from gdkit import tables
from gdkit.ui import words
from gdkit.ui.coverage_words import coverage_notes
from gdkit.ui.text import markdown, markdown_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gdkit.report.forms.reported import Reported

MOST_ITEMS = 20
"""Items of a list; a longer one says how many more there are, and where."""

MOST_CHARACTERS = 300
"""Characters of one value in a ticket; the page and the evidence hold it whole."""

MOST_IN_A_SENTENCE = 1_500
"""Characters of a sentence of gdkit's own, which can name many regions or things."""


def ticket(told: Reported) -> str:
    """Give the report as Markdown: the sentences of its first page, then addresses, keys, things and techniques.

    Every value is made harmless by ``gdkit.ui.text``; no line begins with one. When it was made stands in the last
    line.
    """
    result = dict(told.result)
    parts = [
        *_head(told),
        *(_section(heading, map(_sentence, sentences)) for heading, sentences in told.briefing.blocks),
        _section("Addresses", map(_address, _used(result["origin"]["addresses"]))),
        _section("Access keys", map(_key, filter(_has_key, result["credentials"]["rows"]))),
        _section("Data and what was left behind", [*map(_data, _suspect(result["impact"]["data"])),
                                                   *map(_left, result["impact"]["still_exists"])]),
        _section("Techniques (MITRE ATT&CK)", map(_technique, tables.rows_of(told.techniques))),
        _section("Coverage", map(_sentence, (result["coverage"]["statement"], *coverage_notes(result["coverage"])))),
        _section("To hold this against the case", _hashes(told)),
        f"Made at {markdown_code(words.when(told.made_at))} by gdkit {markdown_code(gdkit.__version__)}.",
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _head(told: Reported) -> Iterator[str]:
    yield "# Stolen EC2 instance credentials"
    for notice in (words.stamp(told.about), told.note):
        if notice:
            yield f"**Note:** {markdown(notice)}"
    yield f"In short: {markdown(words.conclusion_summary(dict(told.result), told.verdict))}"
    yield markdown(told.briefing.summary)


def _section(title: str, items: Iterable[str]) -> str:
    """Give a list under one of our own headings."""
    listed = list(items)
    shown = listed[:MOST_ITEMS]
    if len(listed) > len(shown):
        shown.append(f"- and {len(listed) - len(shown):,} more: see the page `report.html`")
    return "\n".join([f"## {title}", "", *(shown or ["- none seen in what was searched"])])


def _sentence(text: str) -> str:
    return f"- {markdown(text, MOST_IN_A_SENTENCE)}"


def _used(addresses: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give the addresses that matter: those with calls of the thief, or of somebody unknown."""
    return [row for row in addresses if row["thief_events"] or row["unknown_events"]]


def _suspect(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["reached"] and row["access"] != "listed"]


def _has_key(row: Mapping[str, Any]) -> bool:
    return row["access_key_id"] is not None


def _address(row: Mapping[str, Any]) -> str:
    about = [row["kind"], row["holder"], row["country"], row["asn"] and f"AS{row['asn']}"]
    said = ", ".join(markdown(one, MOST_CHARACTERS) for one in about if one)
    return (f"- Address {markdown_code(row['address'], MOST_CHARACTERS)} ({said}): "
            f"{words.many(row['thief_events'], 'call')} of the thief, {row['unknown_events']:,} not decided; "
            f"proposed: {row['proposed_verdict']}")  # fmt: skip


def _key(row: Mapping[str, Any]) -> str:
    grown = ", grown from the session" if row["hop"] else ", of the session"
    ends = {"not_by_itself": "does not expire"}.get(row["ends"], "its end is not known")
    ends = f"ends at {markdown_code(row['alive_until'])}" if row["alive_until"] else ends
    return (f"- Key {markdown_code(row['access_key_id'], MOST_CHARACTERS)}{grown}: {row['state']}, {ends} "
            f"({row['certainty']}); {words.many(row['thief_events'] or 0, 'call')} of the thief, "
            f"{row['unknown_events'] or 0:,} not decided")  # fmt: skip


def _data(row: Mapping[str, Any]) -> str:
    what = f"{markdown(row['access'])} {markdown(row['kind'])} {markdown_code(row['id'], MOST_CHARACTERS)}"
    calls = words.many(row["calls"], "call")
    return f"- Data: {what} in account {markdown_code(row['account_id'])}, by {row['party']}: {calls}"


def _left(row: Mapping[str, Any]) -> str:
    within = f" of {markdown_code(row['within'], MOST_CHARACTERS)}" if row["within"] else ""
    return (f"- Left: {markdown(row['kind'])} {markdown_code(row['id'], MOST_CHARACTERS)}{within} in account "
            f"{markdown_code(row['account_id'])}, by {row['party']}: {row['state']}")  # fmt: skip


def _technique(row: Mapping[str, Any]) -> str:
    return (f"- {markdown_code(row['id'])} {markdown(row['name'])}: {words.many(row['calls'], 'call')}, "
            f"{row['succeeded']:,} succeeded (version {markdown_code(row['attack_version'])})")  # fmt: skip


def _hashes(told: Reported) -> Iterator[str]:
    held = told.hashes
    for name, value in (("the finding as received", held.finding),
                        (f"the list of the {held.files:,} files of evidence", held.manifest),
                        ("the last entry of the journal", held.journal)):  # fmt: skip
        yield f"- SHA-256 of {name}: {markdown_code(value)}"
    versions = (f"{markdown_code(name)} {markdown_code(version)}" for name, version in told.about["versions"].items())
    yield f"- Versions that the case was begun with: {', '.join(versions)}"
