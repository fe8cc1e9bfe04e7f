"""The countdown: ticks by itself in a frame, stands still in a report, and hostile text stays text in both."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.ui.countdown import MOST_ROWS, countdown, time_left
from gdkit.ui.text import visible
from tests.report.markup import Page

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
HOSTILE = "</script></iframe><img src=x onerror=alert(1)>\x1b[2J\u202e"
ROW: dict[str, Any] = {
    "kind": "instance_role", "access_key_id": "ASIAEXAMPLEKEY000001", "principal": "AROA:i-1",
    "holder": "seen with thief",
    "alive_until": AT + timedelta(hours=1, minutes=2, seconds=3), "ends": "at_time", "certainty": "assumed",
    "state": "may be alive", "hop": 0,
}  # fmt: skip
ENDLESS = {**ROW, "kind": "access_key", "alive_until": None, "ends": "not_by_itself", "certainty": "known"}
OVER = {**ROW, "alive_until": AT - timedelta(hours=1), "state": "expired"}


def view(*rows: dict[str, Any], live: bool = False) -> Any:
    """Give the countdown of rows."""
    return countdown(tables.frame_of_rows(tables.CREDENTIALS, rows), AT, live=live)


def framed(*rows: dict[str, Any]) -> Page:
    """Give the page in the frame of the picture that ticks."""
    (frame,) = Page(view(*rows, live=True).picture).frames
    return frame


@pytest.mark.parametrize(("seconds", "words"), [
    (3_723, "01:02:03"), (90_000, "1 d 01:00:00"), (0, "over"), (-5, "over"), (0.4, "over"),
])  # fmt: skip
def test_time_left(seconds: float, words: str) -> None:
    """The time left is days, hours, minutes and seconds, or over."""
    assert time_left(AT + timedelta(seconds=seconds), AT) == words
    assert time_left(None, AT) == "—"


def test_report_stands_still() -> None:
    """A report shows fixed times, says as of when, and holds no script that ticks and no frame."""
    shown = view(ROW, ENDLESS)
    page = Page(shown.picture)
    assert not page.scripts
    assert not page.frames
    assert "Credentials as of 2026-11-01 09:00:00Z" in page.text
    for words in ("2026-11-01 10:02:03Z", "01:02:03", "does not expire", "may be alive", "assumed"):
        assert words in page.words
    assert shown.summary == (
        "2 credentials may be alive as of 2026-11-01 09:00:00Z, 1 of them without an end; "
        "the last of the others ends at 2026-11-01 10:02:03Z."
    )


def test_live_ticks_in_a_frame() -> None:
    """Live, the same table stands in a frame of its own, with the instants at which its rows end."""
    page = framed(ROW, ENDLESS, OVER)
    assert "Credentials as of 2026-11-01 09:00:00Z" in page.text
    ends = json.loads(page.scripts[0].partition("const ends = ")[2].partition(";")[0])
    assert ends == [int(ROW["alive_until"].timestamp() * 1000), None, None]
    assert "setInterval(tick, 1000)" in page.scripts[0]
    tags = Page(view(ROW, live=True).picture).tags
    assert dict(tags)["iframe"]["sandbox"] == "allow-scripts"


@pytest.mark.skipif(shutil.which("node") is None, reason="node runs the script")
def test_script_counts_down(tmp_path: Path) -> None:
    """The script writes what time_left says, and marks a credential whose time is over as expired."""
    soon = {**ROW, "alive_until": AT + timedelta(days=2, seconds=1)}
    script = framed(soon, ENDLESS, ROW).scripts[0]
    now = int((AT + timedelta(hours=2)).timestamp() * 1000)
    stage = (
        "const cell = () => ({textContent: 'as it was'});"
        "const made = [0, 1, 2].map(() => ({className: '', cells: Array.from({length: 7}, cell)}));"
        "globalThis.document = {querySelectorAll: () => made}; globalThis.setInterval = () => 0;"
        f"Date.now = () => {now}; {{ {script} }}"
        "const told = ({cells, className}) => [cells[4].textContent, cells[5].textContent, className];"
        "console.log(JSON.stringify(made.map(told)));"
    )
    path = tmp_path / "stage.js"
    path.write_text(stage, encoding="utf-8")
    run = subprocess.run([str(shutil.which("node")), str(path)], capture_output=True, text=True, check=True)  # noqa: S603
    assert json.loads(run.stdout) == [
        [time_left(soon["alive_until"], AT + timedelta(hours=2)), "as it was", ""],
        ["as it was", "as it was", ""],
        ["over", "expired", "over"],
    ]


@pytest.mark.parametrize("live", [True, False])
def test_hostile_text(live: bool) -> None:
    """Text from a log is text in the table, in the frame and on a terminal, and never part of the script."""
    names = ("kind", "access_key_id", "principal", "holder", "state", "certainty", "revocation", "why", "ends")
    hostile = {**ROW, **dict.fromkeys(names, HOSTILE), "state": "may be alive"}
    harmless_text = visible(HOSTILE).replace("<", "(").replace(">", ")")  # of the same width
    plain = {**hostile, **{name: harmless_text for name in names if name != "state"}}
    shown = view(hostile, live=live)
    page, harmless = Page(shown.html()), Page(view(plain, live=live).html())
    assert "img" not in {tag for tag, _ in page.tags}
    assert page.shape() == harmless.shape()
    for told in (shown.html(), shown.text()):
        assert not set(told) & {"\x1b", "\u202e"}
    if live:
        assert "onerror" not in page.frames[0].scripts[0]


@pytest.mark.parametrize("live", [True, False])
def test_nothing(live: bool) -> None:
    """Without credentials there is nothing to tick, and the summary says so."""
    shown = view(live=live)
    assert shown.summary == "No credential is known to be alive as of 2026-11-01 09:00:00Z; 0 credentials judged."
    assert not Page(shown.picture).frames


def test_many() -> None:
    """The picture shows the first rows and says how many more there are; the frame keeps all."""
    shown = view(*[ROW] * (MOST_ROWS + 3), live=True)
    assert "3 more credentials stand in the table below." in shown.notes
    assert len(shown.frame) == MOST_ROWS + 3
    assert sum(tag == "tr" for tag, _ in Page(shown.picture).frames[0].tags) == MOST_ROWS + 1


def test_what_aws_says() -> None:
    """A credential that AWS says is gone shows that under its state; without an event the view says who was asked."""
    told = {**ENDLESS, "state": "revoked", "check": "iam ListAccessKeys does not list it.", "checked_at": AT}
    shown = view(told)
    assert "revoked iam ListAccessKeys does not list it." in " ".join(Page(shown.picture).text.split())
    assert "AWS was asked what still exists at 2026-11-01 09:00:00Z." in shown.notes
    assert "AWS was not asked whether these still exist: the states rest on events alone." in view(ENDLESS).notes


def test_no_instant() -> None:
    """Without an instant to judge by no time left is told, and the summary says so."""
    table = tables.frame_of_rows(tables.CREDENTIALS, [{**ROW, "state": "unknown"}, ENDLESS])
    shown = countdown(table, None, live=False)
    assert "1 credential may be alive as of a time not known (no event has one), 1 of them without" in shown.summary
    assert time_left(AT, None) == "—"
    assert "1970" not in Page(shown.picture).text
