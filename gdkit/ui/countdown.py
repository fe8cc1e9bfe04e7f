"""How long stolen credentials still work: a table that ticks in the browser, and stands still in a report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.ui import text
from gdkit.ui.view import View
from gdkit.ui.words import many

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

MOST_ROWS = 50
"""Credentials that the ticking table shows; the table below it holds all."""

_NAMES = ("credential", "acts as", "held by", "ends", "time left", "state", "certainty")
_LEFT, _STATE = 4, 5
_SHOWN = (
    "state",
    "kind",
    "access_key_id",
    "principal",
    "holder",
    "alive_until",
    "ends",
    "certainty",
    "revocation",
    "why",
    "check",
    "checked_at",
)

_LOOK = (
    ":root{color-scheme:light}body{margin:0;font:13px/1.4 system-ui,sans-serif}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;padding:.2rem 0}"
    "th,td{border:1px solid #8886;padding:.2rem .45rem;text-align:left;vertical-align:top}"
    "td:nth-child(-n+3){overflow-wrap:anywhere}"
    "td:nth-child(5){font-variant-numeric:tabular-nums;white-space:nowrap}tr.over{opacity:.6}"
)

_TICK = f"""
const rows = document.querySelectorAll("tbody tr");
const two = (number) => String(number).padStart(2, "0");
const left = (seconds) => {{
  const days = Math.floor(seconds / 86400), rest = seconds % 86400;
  const time = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(":");
  return days ? `${{days}} d ${{time}}` : time;
}};
const tick = () => {{
  ends.forEach((end, index) => {{
    if (end === null) return;
    const seconds = Math.floor((end - Date.now()) / 1000), cells = rows[index].cells;
    cells[{_LEFT}].textContent = seconds > 0 ? left(seconds) : "over";
    if (seconds <= 0) {{ cells[{_STATE}].textContent = "expired"; rows[index].className = "over"; }}
  }});
}};
tick();
setInterval(tick, 1000);
"""
"""Writes the time left into the table by this computer's clock; it is given instants only, never text."""


def countdown(credentials: pd.DataFrame, at: datetime | None, *, live: bool) -> View:
    """Show which credentials may still work, and how long.

    Args:
        credentials: ``tables.CREDENTIALS`` as judged at ``at``.
        at: the instant that they were judged at, aware; None where none is known, and then no time left is told.
        live: whether the time left runs on in the browser; False for a report, which says "as of". No kernel is needed
            for it to run.
    """
    rows = list(tables.rows_of(credentials))
    shown = rows[:MOST_ROWS]
    as_of = f"as of {text.visible(at)}" if at is not None else "as of a time not known (no event has one)"
    table = text.static_table(_NAMES, [_cells(row, at) for row in shown], f"Credentials {as_of}")
    summary = _summary(rows, as_of)
    return View(
        "Credential clock",
        summary,
        notes=_notes(rows, live=live),
        frame=credentials,
        shown=_SHOWN,
        picture=text.sandboxed_frame(_page(table, shown), f"Time left. {summary}", _height_px(len(shown)))
        if live and shown
        else table,
    )


def time_left(until: datetime | None, at: datetime | None) -> str:
    """Say the time from one instant to another: "1 d 02:03:04", or "over"; a dash where one of them is not there.

    >>> from datetime import UTC, datetime
    >>> time_left(datetime(2026, 11, 2, 3, 0, tzinfo=UTC), datetime(2026, 11, 1, 1, 59, 30, tzinfo=UTC))
    '1 d 01:00:30'
    """
    if until is None or at is None:
        return "—"
    seconds = int((until - at).total_seconds())
    if seconds <= 0:
        return "over"
    days, rest = divmod(seconds, 86_400)
    time = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days} d {time}" if days else time


def _cells(row: Mapping[str, Any], at: datetime | None) -> list[object]:
    own = " ".join(part for part in (row["kind"], row["access_key_id"]) if part)
    end = row["alive_until"] or {"not_by_itself": "does not expire"}.get(row["ends"], "not known")
    told = row["revocation"] or (row["check"] if row["state"] == "revoked" else None)
    state = f"{row['state']}\n{told}" if told else row["state"]
    return [own, row["principal"], row["holder"], end, time_left(row["alive_until"], at), state, row["certainty"]]


def _summary(rows: list[dict[str, Any]], as_of: str) -> str:
    alive = [row for row in rows if row["state"] == "may be alive"]
    endless = sum(row["ends"] != "at_time" for row in alive)
    ends = [row["alive_until"] for row in alive if row["alive_until"] is not None]
    if not alive:
        return f"No credential is known to be alive {as_of}; {many(len(rows), 'credential')} judged."
    last = f"; the last of the others ends at {text.visible(max(ends))}" if ends else ""
    return f"{many(len(alive), 'credential')} may be alive {as_of}, {endless} of them without an end{last}."


def _notes(rows: list[dict[str, Any]], *, live: bool) -> list[str]:
    notes = ["An end that is assumed rests on a rule, not on an event; the column why names it."]
    asked = [row["checked_at"] for row in rows if row["checked_at"] is not None]
    notes.append(f"AWS was asked what still exists at {text.visible(max(asked))}." if asked else
                 "AWS was not asked whether these still exist: the states rest on events alone.")  # fmt: skip
    if live:
        notes.append("The time left runs by this computer's clock. What was revoked since is not seen by it.")
    if len(rows) > MOST_ROWS:
        notes.append(f"{many(len(rows) - MOST_ROWS, 'more credential')} stand in the table below.")
    return notes


def _page(table: str, rows: list[dict[str, Any]]) -> str:
    """Give a page of our own around the table, with the instants at which its rows end."""
    ends = [_epoch_ms(row["alive_until"]) if row["state"] == "may be alive" else None for row in rows]
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>credentials</title>"
        f"<style>{_LOOK}</style></head><body>{table}"
        f"<script>const ends = {json.dumps(ends)};{_TICK}</script></body></html>"
    )


def _epoch_ms(at: datetime | None) -> int | None:
    return int(at.timestamp() * 1000) if at is not None else None


def _height_px(rows: int) -> int:
    return min(80 + 62 * rows, 640)
