"""Text that becomes markup: nothing hidden, nothing obeyed."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest

from gdkit.ui import text
from tests.report.markup import Page

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\x1b[31mb", "a<U+001B>[31mb"),
        ("a\x00b", "a<U+0000>b"),
        ("a\rb", "a<U+000D>b"),
        ("a\x7fb", "a<U+007F>b"),
        ("a\x85b", "a<U+0085>b"),
        ("a\x9b31m", "a<U+009B>31m"),
        ("user\u202egnp.exe", "user<U+202E>gnp.exe"),
        ("a\u2066b\u2069", "a<U+2066>b<U+2069>"),
        ("a\u200eb\u200f", "a<U+200E>b<U+200F>"),
        ("ad\u200bmin", "ad<U+200B>min"),
        ("ad\u00admin", "ad<U+00AD>min"),
        ("\ufeffroot", "<U+FEFF>root"),
        ("a\u2028b", "a<U+2028>b"),
        ("\U000e0041", "<U+E0041>"),
        ("\ud800", "<U+D800>"),
        ("\u3164", "<U+3164>"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("žluťoučký 漢字 ملف", "žluťoučký 漢字 ملف"),
        ("", ""),
    ],
)
def test_visible(value: str, shown: str) -> None:
    """Control characters, direction overrides and invisible characters are written as their code, letters stay."""
    assert text.visible(value) == shown


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NaT])
def test_missing(missing: object) -> None:
    """A missing value is a dash."""
    assert (text.visible(missing), text.escape(missing)) == ("—", "—")


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (False, "False"), (1.5, "1.5"), (["a"], "['a']")])
def test_other_values(value: object, shown: str) -> None:
    """A zero and a false are values, not missing ones."""
    assert text.visible(value) == shown


def test_times() -> None:
    """An instant of any zone is shown in UTC with a Z."""
    at = datetime(2026, 11, 2, 11, 0, 5, tzinfo=timezone(timedelta(hours=3)))
    assert text.visible(at) == "2026-11-02 08:00:05Z"
    assert text.visible(pd.Timestamp("2026-11-02T08:00:05", tz=UTC)) == "2026-11-02 08:00:05Z"


def test_long_text() -> None:
    """A text that is cut says how long it was, and the cut is made before codes are written out."""
    assert text.visible("x" * 200_000) == "x" * 2000 + "… (200,000 characters)"
    assert text.visible("\x1b" * 30, 2) == "<U+001B><U+001B>… (30 characters)"
    assert text.visible("x" * 2000) == "x" * 2000


def test_escape() -> None:
    """A text as HTML gives back the same text, quotes too, and no tag."""
    escaped = text.escape(HOSTILE + "'&amp;")
    assert not set(escaped) & set("<>\"'")
    assert html.unescape(escaped) == HOSTILE + "'&amp;"


@pytest.mark.parametrize(
    ("markup", "tags"),
    [
        (text.paragraph(HOSTILE), {"p"}),
        (text.paragraph(HOSTILE, "summary"), {"p"}),
        (text.bullet_list([HOSTILE, HOSTILE]), {"ul", "li"}),
        (text.fact_list([(HOSTILE, HOSTILE + "\n" + HOSTILE)]), {"table", "tbody", "tr", "th", "td", "br"}),
        (
            text.static_table([HOSTILE], [[HOSTILE + "\n" + HOSTILE]], HOSTILE),
            {"table", "caption", "thead", "tbody", "tr", "th", "td", "br"},
        ),
        (
            text.static_records([HOSTILE] * 2, [[HOSTILE] * 2], HOSTILE),
            {"table", "caption", "tbody", "tr", "th", "td", "span"},
        ),
        (text.checked_table([("NO", HOSTILE, HOSTILE)]), {"table", "thead", "tbody", "tr", "th", "td", "strong"}),
        (text.checked_table([(HOSTILE, "a", "b")]), {"table", "thead", "tbody", "tr", "th", "td", "strong"}),
        (text.folded(HOSTILE, ""), set()),
        (text.folded(HOSTILE, text.paragraph("x")), {"details", "summary", "p"}),
        (text.difference(f"+{HOSTILE}\n-{HOSTILE}\n {HOSTILE}", HOSTILE), {"p", "pre", "ins", "del"}),
        (text.preformatted(HOSTILE, HOSTILE), {"p", "pre"}),
        (text.section("", HOSTILE), {"div"}),
    ],
)
def test_only_own_tags(markup: str, tags: set[str]) -> None:
    """Every function gives its own tags only, whatever the text."""
    page = Page(markup)
    assert {tag for tag, _ in page.tags} == tags
    assert not [name for _, named in page.tags for name in named if name.startswith("on")]
    group = ("div", {"class": "gd-view mathjax_ignore", "role": "group", "aria-label": HOSTILE})
    assert HOSTILE in page.text or page.tags in ([], [group])


def test_empty_lists() -> None:
    """Nothing is drawn where there is nothing to list."""
    assert (text.bullet_list([]), text.fact_list([]), text.checked_table([])) == ("", "", "")


def test_difference() -> None:
    """The two lines that name the sides of a diff are no change; the lines that go and come are."""
    page = Page(text.difference("--- now\n+++ after\n-a\n+b\n c", "Change"))
    assert [tag for tag, _ in page.tags] == ["p", "pre", "del", "ins"]
    assert page.text.replace("\n", "").startswith("Change--- now+++ after-a+b c")


def test_frame() -> None:
    """A frame is sandboxed, has no origin, and carries its page and title whole."""
    page = '<p title="a">&lt;"quoted"</p></iframe><script>1</script>'
    ((tag, named), *inside) = Page(text.sandboxed_frame(page, '"><img>', 200)).tags
    assert (tag, named["sandbox"], named["srcdoc"], named["title"]) == ("iframe", "allow-scripts", page, '"><img>')
    assert [name for name, _ in inside] == ["p", "script"]
