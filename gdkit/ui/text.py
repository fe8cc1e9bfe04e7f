"""The only place where text becomes markup.

Everything that came from a log, a finding or a file is hostile: an attacker chooses his user agent, his session names
and his bucket names. Every function here escapes what it is given; there is no function that does not. Markup is HTML,
Markdown, and what a spreadsheet obeys.
"""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from gdkit.model import utc_text
from gdkit.ui.csv_guard import guarded
from gdkit.ui.line_breaks import parts_of_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_CHARACTERS = 2_000
"""A longer text is cut in what is shown; the evidence holds it whole."""

MISSING = "\u2014"
"""What stands for a value that is missing."""

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2028\u2029\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control characters, direction overrides and invisible ones: they would make a text look like another."""

MOST_IN_A_CELL = 32_000
"""Characters of a text in a spreadsheet's cell. Source: Excel specifications and limits, 32,767 characters a cell."""

_PARTS_OF_WORD = re.compile(r"([(\u201c]*)(.*?)([),;:.?!\u201d]*)", re.DOTALL)
"""A word between the marks of a sentence, none of which opens anything in Markdown."""

_PLAIN_WORD = re.compile(r"(?:[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\d{1,3}(?:,\d{3})*|[\u2013\u2014\u2026])?")
"""Letters, or a number: no sort of Markdown makes anything else of it."""

_BEGINS_LIST = re.compile(r"\d+[.)].*|[^\w(\u201c\u2013\u2014\u2026].*", re.DOTALL)
"""What would be a list's mark, or another block's, at the beginning of a line."""

_ACTIVE_IN_CODE = re.compile(r"[`{]|<(?=[%?])|\[(?=\[)")
"""What ends a code span, or what template languages and wikis read even inside of one."""


def visible(value: object, most: int = MOST_CHARACTERS) -> str:
    r"""Give a value as plain text in which nothing is hidden.

    A missing value is a dash. Control characters, direction overrides and invisible characters are written as their
    code (``<U+202E>``); what is longer than ``most`` characters is cut, and says so.

    >>> visible("user\u202egnp.exe"), visible(None)
    ('user<U+202E>gnp.exe', '—')
    """
    if value is None or value != value:  # noqa: PLR0124 - NaN is not itself
        return MISSING
    if isinstance(value, datetime):
        return (utc_text(value) or MISSING).replace("T", " ")
    text = str(value)
    total = len(text)
    shown = _INVISIBLE.sub(lambda found: f"<U+{ord(found[0]):04X}>", text[:most])
    return shown if total <= most else f"{shown}… ({total:,} characters)"


def escape(value: object, most: int = MOST_CHARACTERS) -> str:
    """Give a value as HTML text: nothing in it is markup."""
    return html.escape(visible(value, most), quote=True)


def paragraph(text: object, kind: str = "") -> str:
    """Give one paragraph; ``kind`` is a class of our own style sheet, never text from outside."""
    return f'<p class="gd-{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def bullet_list(items: Iterable[object], kind: str = "notes") -> str:
    """Give a list; nothing at all where there are no items."""
    rows = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f'<ul class="gd-{kind}">{rows}</ul>' if rows else ""


def blocks(parts: Iterable[tuple[str, Iterable[object]]]) -> str:
    """Give headed lists beside one another, as on a first page; a part without items is left out."""
    shown = "".join(
        f'<div class="gd-block"><h3>{escape(heading)}</h3><ul>{rows}</ul></div>'
        for heading, items in parts
        if (rows := "".join(f"<li>{escape(item)}</li>" for item in items))
    )
    return f'<div class="gd-blocks">{shown}</div>' if shown else ""


def fact_list(facts: Iterable[tuple[str, object]]) -> str:
    """Give names and values side by side; several lines in a value stay several lines."""
    rows = "".join(f"<tr><th scope='row'>{escape(name)}</th><td>{_lines(value)}</td></tr>" for name, value in facts)
    return f'<table class="gd-facts"><tbody>{rows}</tbody></table>' if rows else ""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to a file beside the page.

    Attributes:
        path: relative, with forward slashes; never an address of elsewhere.
        words: what is shown.
    """

    path: str
    words: str


def static_table(names: Sequence[str], rows: Iterable[Sequence[object]], caption: str,
                 shares: Sequence[float] = ()) -> str:  # fmt: skip
    """Give a plain table that needs no script; ``shares`` are of the page's width for each column, in percent."""
    head = "".join(f"<th scope='col'>{_breakable(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    widths = "".join(f'<col style="width:{share:.1f}%">' for share in shares)
    about = f"<caption>{escape(caption)}</caption>{f'<colgroup>{widths}</colgroup>' if widths else ''}"
    fitted = " gd-fitted" if widths else ""
    return f'<table class="gd-table{fitted}">{about}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def static_records(names: Sequence[str], rows: Iterable[Sequence[object]], caption: str) -> str:
    """Give a plain table for more columns than a page is wide: each row with its names beside its values.

    Values that are missing are left out; the first column stands by itself.
    """
    body = "".join(f"<tr><th scope='row'>{_lines(row[0])}</th><td>{_named(names, row)}</td></tr>" for row in rows)
    return f'<table class="gd-table gd-records"><caption>{escape(caption)}</caption><tbody>{body}</tbody></table>'


def checked_table(rows: Iterable[tuple[str, object, object]]) -> str:
    """Give what was checked: the answer first, then the question and what was found; nothing where there is none.

    Args:
        rows: answer, question and finding of each; an answer other than "yes" stands out by its weight too.
    """
    body = "".join(
        f"<tr><td>{escape(answer) if answer == 'yes' else f'<strong>{escape(answer)}</strong>'}</td>"
        f"<th scope='row'>{_lines(asked)}</th><td>{_lines(found)}</td></tr>"
        for answer, asked, found in rows
    )
    head = "<thead><tr><th scope='col'>holds</th><th scope='col'>checked</th><th scope='col'>found</th></tr></thead>"
    return f'<table class="gd-table gd-checks">{head}<tbody>{body}</tbody></table>' if body else ""


def folded(title: str, body: str) -> str:
    """Give what is shown when its title is opened, by mouse or by Enter; ``body`` is markup of this module."""
    return f'<details class="gd-folded"><summary>{escape(title)}</summary>{body}</details>' if body else ""


def difference(lines: str, label: str) -> str:
    """Give a unified diff: what goes and what comes are told by their signs, and by colours beside them."""
    kinds = {"+": "ins", "-": "del"}
    shown = []
    for line in lines.splitlines():
        kind = kinds.get(line[:1]) if line[:3] not in ("+++", "---") else None
        shown.append(f"<{kind}>{escape(line)}</{kind}>" if kind else escape(line))
    return _box("\n".join(shown), label, "gd-diff")


def preformatted(value: object, label: str, most: int = 100_000) -> str:
    """Give text whose lines and spaces stay as they are, such as JSON or a diff, in a box that can be scrolled."""
    return _box(_as_lines(value, most), label)


def sandboxed_frame(page: str, title: str, height_px: int) -> str:
    """Give a frame that shows a whole HTML page of ours apart from everything else.

    The page may run scripts but has no origin of its own: it reaches neither the notebook nor its kernel, nor can it
    see whether they are light or dark. It is drawn for a light background and paints none; the style turns it over.
    """
    return (
        f'<iframe class="gd-frame gd-picture" title="{escape(title)}" sandbox="allow-scripts" loading="eager" '
        f'style="width:100%;height:{int(height_px)}px;border:0" srcdoc="{html.escape(page, quote=True)}"></iframe>'
    )


def drawing(svg: str, words: str) -> str:
    """Give an image of a drawing; inside an image nothing in it is obeyed, whatever its text says.

    Args:
        svg: the drawing.
        words: what it shows, for those who do not see it.
    """
    data = base64.b64encode(svg.encode()).decode()
    return (
        f'<img class="gd-drawing gd-picture" alt="{escape(words)}" style="max-width:100%" '
        f'src="data:image/svg+xml;base64,{data}">'
    )


def for_paper(markup: str) -> str:
    """Give markup of this module that stands for a live table or picture where nothing moves: on paper."""
    return f'<div class="gd-paper">{markup}</div>'


def section(body: str, label: str) -> str:
    """Give a labelled group around markup that functions of this module made; a page has too many to be landmarks."""
    return f'<div class="gd-view mathjax_ignore" role="group" aria-label="{escape(label)}">{body}</div>'


def markdown(value: object, most: int = MOST_CHARACTERS) -> str:
    """Give a value as one line of Markdown text in which only its own words stand free.

    Words and numbers stay as they are. Everything else, such as an address, a path or a tag, stands in a code span, in
    which Markdown, HTML, mentions, links and references are nothing but text; what a template language would read even
    there is written as its code.

    >>> markdown("12 of 78 calls came from 203.0.113.50 @all")
    '12 of 78 calls came from `203.0.113.50 @all`'

    Source: CommonMark 0.31, "Code spans"; GitHub Flavored Markdown, "Autolinks (extension)".
    """
    made: list[str] = []
    for place, word in enumerate(_one_line(value, most).split(" ")):
        begin, core, end = _PARTS_OF_WORD.fullmatch(word).groups()  # type: ignore[union-attr] # fits any text
        if _PLAIN_WORD.fullmatch(core) and not (place == 0 and _BEGINS_LIST.fullmatch(word)):
            made.append(word)
        elif made and made[-1].endswith("`") and not begin and core:
            made[-1] = f"{made[-1][:-1]} {_code_span(core)[1:]}{end}"
        else:
            made.append(f"{begin}{_code_span(core)}{end}" if core else _code_span(word))
    return " ".join(made)


def markdown_code(value: object, most: int = MOST_CHARACTERS) -> str:
    """Give a value as a Markdown code span, on one line; a missing value is a dash."""
    text = _one_line(value, most)
    return text if text == "—" else _code_span(text)


def spreadsheet_cell(value: object) -> str:
    r"""Give a value as the text of a cell that no spreadsheet takes for a formula; nothing where it is missing.

    Line ends and tabs are written as their codes. A text that begins as a formula does, and one in it that would where
    a semicolon parts cells, gets an apostrophe before it.

    >>> spreadsheet_cell("=1+1"), spreadsheet_cell("a\tb"), spreadsheet_cell(-1)
    ("'=1+1", 'a<U+0009>b', '-1')

    Source: OWASP, "CSV Injection": ``= + - @``, tab, carriage return, line feed, their full-width forms, and the same
    after a separator.
    """
    if isinstance(value, int | float) and value == value:  # noqa: PLR0124 - NaN is not itself
        return str(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN is not itself
        return ""
    shown = visible(value, MOST_IN_A_CELL).replace("\n", "<U+000A>").replace("\t", "<U+0009>")
    text = guarded(shown)
    return text if len(text) <= MOST_IN_A_CELL + 100 else f"{text[:MOST_IN_A_CELL]}… (cut)"


def _one_line(value: object, most: int) -> str:
    return " ".join(visible(value, most).split()) or "—"


def _code_span(text: str) -> str:
    return f"`{_ACTIVE_IN_CODE.sub(lambda found: f'<U+{ord(found[0]):04X}>', text)}`"


def _named(names: Sequence[str], row: Sequence[object]) -> str:
    held = [(name, value) for name, value in zip(names, row, strict=True) if visible(value) != MISSING]
    return " · ".join(f'<span class="gd-name">{escape(name)}</span> {_lines(value)}' for name, value in held[1:])


def _box(body: str, label: str, kind: str = "") -> str:
    """Put lines of markup into a box that the keyboard can scroll, with its label above it."""
    return (
        f'<p class="gd-caption">{escape(label)}</p>'
        f'<pre class="gd-pre {kind}" tabindex="0" role="group" aria-label="{escape(label)}">{body}</pre>'
    )


def _cell(value: object) -> str:
    if isinstance(value, Link):
        return f'<a href="./{quote(value.path)}">{escape(value.words)}</a>'
    return "<br>".join(map(_breakable, visible(value, 100_000).split("\n"))) if _many(value) else _breakable(value)


def _breakable(value: object) -> str:
    """Give a value as HTML text whose lines break behind the marks of a long word, or before its capital letters."""
    return " ".join("<wbr>".join(map(escape, parts_of_word(word))) for word in visible(value).split(" "))


def _as_lines(value: object, most: int) -> str:
    return "\n".join(escape(line, most) for line in str(value)[:most].split("\n"))


def _lines(value: object) -> str:
    return "<br>".join(escape(line) for line in visible(value, 100_000).split("\n")) if _many(value) else escape(value)


def _many(value: object) -> bool:
    return isinstance(value, str) and "\n" in value
