"""Text in a ticket and in a spreadsheet: nothing of it is obeyed there either."""

from __future__ import annotations

import re

import mistune
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gdkit.ui.text import markdown, markdown_code, spreadsheet_cell, visible
from tests.hostile.samples import PAYLOADS
from tests.report.markup import Page

ATTACKS = (
    *PAYLOADS,
    "# heading", "===", "---", "> quote", "- item", "1. item", "1) item", "* * *", "| a | b |", "    code", "```\nx",
    "~~~", "**bold** __bold__ ~~gone~~", "[a](http://evil.example)", "![a](http://evil.example/x.png)", "[a]: http://x",
    "<http://evil.example>", "http://evil.example", "www.evil.example", "a@evil.example", "@all", "@here #1 GH-1 !1 &1",
    ":tada:", "$x$ $$y$$", "[^1]", "&#64;all", "\\@all", "/close", "{{7*7}} {% x %} {# x #}", "<%= 7 %> <?php ?>",
    "${7} #{7}", "[[wiki]]", "{code}x{code}", "[~admin]", "a `b` c", "``", "`", "\\`", "x\n# y", "x\r\n\r\n<b>",
    "term\n: definition", "*[HTML]: x", "==mark== ^^ins^^ ,,sub,,", ">! spoiler", "- [ ] task",
)  # fmt: skip
PLUGINS = ["strikethrough", "footnotes", "table", "url", "task_lists", "def_list", "abbr", "mark", "insert",
           "superscript", "subscript", "math", "ruby", "spoiler"]  # fmt: skip
CODE = re.compile(r"`([^`]*)`")
FREE = re.compile(r"[\w\s.,;:?!()'\u2019\u201c\u201d\u2013\u2014\u2026-]*")


def _rendered(text: str, before: str = "- **Seen:** ") -> Page:
    return Page(str(mistune.create_markdown(escape=False, plugins=PLUGINS)(before + text)))


@pytest.mark.parametrize("function", [markdown, markdown_code])
@given(st.one_of(st.text(), st.text(st.sampled_from("`*_[]()<>!#@&$:/\\|~={}%^-+.1 a\n"), max_size=40)))
@example("")
def test_any_markdown(function: object, text: str) -> None:
    """Whatever the text is, a renderer that lets raw HTML through gives nothing but words and code."""
    made = function(text)  # type: ignore[operator]
    assert "\n" not in made
    for before in ("- **Seen:** ", "- ", ""):
        page = _rendered(made, before)
        assert {tag for tag, _ in page.tags} <= {"ul", "li", "p", "strong", "code"}
        assert [tag for tag, _ in page.tags].count("ul") == ("-" in before)
        assert not [named for _, named in page.tags if named]


@pytest.mark.parametrize("text", ATTACKS)
def test_attack_in_markdown(text: str) -> None:
    """What a renderer, a ticket system or a template language could obey stands in code; no template opens there."""
    made = markdown(text)
    assert FREE.fullmatch(CODE.sub("", made))
    assert not re.search(r"(?:^|\s)\d+[.)]|https?:|www\.", CODE.sub("", made))
    for inside in CODE.findall(made):
        assert not re.search(r"\{|<%|<\?|\[\[", inside)
    assert _rendered(made).tags[3:] == [("code", {})] * len(CODE.findall(made))


def test_renderer_obeys() -> None:
    """The renderer of these tests does obey what is not escaped: links, HTML and headings come out of it."""
    tags = {
        tag
        for text in ("[a](http://x)", "<b>x</b>", "www.x.example http://x.example")
        for tag, _ in _rendered(text).tags
    }
    assert {"a", "b"} <= tags


def test_words_of_our_own() -> None:
    """Plain sentences stay as they are; addresses, times and names stand in code; a missing value is a dash."""
    assert markdown("Open: nobody has decided, not even \u2018us\u2019 (yet).").startswith("Open: nobody has decided")
    assert markdown("12 of 68 calls (2 refused) by i-0a1b, at 2026-11-01 03:04:05Z.") == (
        "12 of 68 calls (2 refused) by `i-0a1b`, at `2026-11-01 03:04:05Z`."
    )
    assert markdown(None) == markdown_code(None) == markdown("  ") == "\u2014"
    assert markdown_code("plain words") == "`plain words`"


def test_nothing_hidden_in_markdown() -> None:
    """Direction overrides and control characters are written as their codes, a long text is cut and says so."""
    assert markdown("a\u202eb \x1b[31m") == "`a<U+202E>b <U+001B>[31m`"
    assert markdown_code("x" * 5_000, 10) == "`xxxxxxxxxx\u2026 (5,000 characters)`"


@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20")
@pytest.mark.parametrize("before", ["", " ", "\u00a0", '"', "'", "\u3000 "])
def test_formula(sign: str, before: str) -> None:
    """A text that begins as a formula does, behind spaces and quotes too, begins with an apostrophe."""
    assert spreadsheet_cell(f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@pytest.mark.parametrize("begin", ["\t", "\r", "\n", "\r\n", "\x00", "\x0b"])
def test_formula_behind_a_control(begin: str) -> None:
    """Tab, line ends and other controls are written as their codes, so that no cell begins with one."""
    made = spreadsheet_cell(f"{begin}=1+1")
    assert made == visible("=").join(["".join(f"<U+{ord(one):04X}>" for one in begin), "1+1"])


def test_formula_after_a_separator() -> None:
    """Where a spreadsheet parts cells at semicolons, a formula behind one is text as well."""
    assert spreadsheet_cell('Mozilla/5.0 (X11; "=1+1)') == "Mozilla/5.0 (X11; \"'=1+1)"
    assert spreadsheet_cell("a;b; c") == "a;b; c"


@given(st.text())
def test_any_cell(text: str) -> None:
    """No cell begins as a formula, holds a control character or a line end, or is longer than a spreadsheet takes."""
    made = spreadsheet_cell(text)
    assert not made.lstrip(" '\"").startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20")) or made.startswith("'")
    assert not re.search(r"[\x00-\x1f\x7f]", made)
    assert len(made) <= 32_767


@pytest.mark.parametrize("text", ["=" + "x" * 100_000, "\x01" * 100_000, ";=" * 100_000])
def test_long_cell(text: str) -> None:
    """A text is cut to what a cell takes, after its codes were written, and says so."""
    made = spreadsheet_cell(text)
    assert 32_000 <= len(made) <= 32_767
    assert made.endswith(("(100,001 characters)", "(cut)"))


@pytest.mark.parametrize(
    ("value", "cell"),
    [(7, "7"), (-1, "-1"), (0.5, "0.5"), (True, "True"), (None, ""), (float("nan"), ""), (pd.NaT, ""), ("", "")],
)
def test_other_cells(value: object, cell: str) -> None:
    """Numbers stay numbers, and what is missing is an empty cell."""
    assert spreadsheet_cell(value) == cell
